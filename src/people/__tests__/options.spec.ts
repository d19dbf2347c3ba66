import { readPeopleOptions } from '../options';

it('has everything on that is not switched off', () => {
  expect(readPeopleOptions({ avatars: false, fileMarks: 'x' })).toMatchObject({
    ...{ avatars: false, fileMarks: true, followable: true }
  });
});
