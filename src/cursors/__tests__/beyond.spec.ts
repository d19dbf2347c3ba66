import { beyond, directionOf } from '../beyond';

/** Somebody by name, so many pixels from the upper edge of a part that is 100 high. */
function at(name: string, top: number) {
  const user = { username: name, name, displayName: name, initials: name, color: '#112233' };
  return { user, top };
}

const FRAME = { top: 0, bottom: 100 };

describe('beyond', () => {
  it('has the nearest first, each person once, and nobody who is in sight too', () => {
    const all = [
      at('far', 900),
      at('near', 200),
      at('here', 50),
      at('up', -30),
      at('near', 500),
      at('here', 700)
    ];
    const { above, below } = beyond(all, ({ top }) =>
      directionOf({ top, bottom: top + 18 }, FRAME)
    );
    expect(above.map(({ user }) => user.name)).toEqual(['up']);
    expect(below.map(({ user }) => user.name)).toEqual(['near', 'far']);
  });
});

describe('directionOf', () => {
  it.each([
    ['a line in the middle', 40, 58, null],
    ['a line of which most is seen', -3, 15, null],
    ['a line of which hardly anything is seen', -15, 3, 'above'],
    ['a line that begins at the lower edge', 95, 113, 'below'],
    ['what is higher than the frame', -500, 500, null]
  ])('of %s', (_, top, bottom, side) => {
    expect(directionOf({ top, bottom }, FRAME)?.side ?? null).toBe(side);
  });
});
