import { documentsOf } from '../whereabouts';
import { setUp } from './crowd';

beforeEach(() => jest.useFakeTimers({ now: 1_000_000 }));
afterEach(() => jest.useRealTimers());

it('lists documents with the one in front first, and each once', () => {
  const { roster, join } = setUp();
  join('bob', { current: 'notebook:b.ipynb', documents: ['a.py', 'b.ipynb', 'a.py', 7] });
  join('cleo', { current: 'editor:gone.py', documents: 'nonsense' });
  expect(roster.others.map(documentsOf)).toEqual([['b.ipynb', 'a.py'], []]);
});
