import { partOf, successorOf } from '../place';

const gone = { id: 'b', source: 'two = 2', offset: 7 };

describe('who writes in a cell that others change (O15)', () => {
  it('goes with the cell that is moved, or that has another type', () => {
    const again = { id: 'b', source: 'two = 2' };
    expect(successorOf(gone, [{ id: 'c', source: '' }, again])).toEqual({ cell: again, shift: 0 });
  });

  it('keeps the place in the text where something was put before it', () => {
    const heading = { id: 'b', source: '## two = 2' };
    expect(successorOf(gone, [heading])).toEqual({ cell: heading, shift: 3 });
  });

  it.each([
    ['before it', 'def f(x):\n  return x|', 'def f(x, y=1):\n  return x|'],
    ['behind it', 'a = |f(x)', 'a = |f(x)\nprint(a)'],
    ['behind all', 'a = f(x)|', 'a = f(x)|\nprint(a)'],
    ['before and behind it', 'a = f(x)\nb = |f(y)', 'a = func(x)\nb = |func(y)'],
    ['just before it', 'a = |f(x)', 'a = await |f(x)'],
    ['all around it', 'val|ue', 'n|'],
    ['instead of all', 'two = 2|', 'print()|']
  ])('keeps the place in the text where something was changed %s', (_, before, after) => {
    const caret = { id: 'b', source: before.replace('|', ''), offset: before.indexOf('|') };
    const found = successorOf(caret, [{ id: 'b', source: after.replace('|', '') }]);
    expect(caret.offset + (found?.shift ?? NaN)).toBe(after.indexOf('|'));
  });

  it('goes to the cell with which it is merged', () => {
    const merged = { id: 'x', source: 'one = 1\n\ntwo = 2' };
    expect(successorOf(gone, [merged])).toEqual({ cell: merged, shift: 9 });
  });

  it.each([
    ['other text', gone],
    ['words that have its text in them', { id: 'b', source: 'e', offset: 1 }],
    ['any text, if the cell was empty', { id: 'b', source: '', offset: 0 }]
  ])('goes to no cell with %s', (_, cell) => {
    expect(successorOf(cell, [{ id: 'x', source: 'three = 3' }])).toBeNull();
  });

  it('goes with its part of a cell that is split', () => {
    const before = { id: 'b', source: 'one\n\ntwo\nthree', offset: 2 };
    const first = { id: 'x', source: 'one' };
    const second = { id: 'y', source: 'two' };
    expect(partOf(before, 'three', [first, second])).toEqual({ cell: first, shift: -0 });
    const later = { ...before, offset: 7 };
    expect(partOf(later, 'three', [first, second])).toEqual({ cell: second, shift: -5 });
  });

  it.each([
    ['its part stays', 10, 'three'],
    ['nothing was taken away', 2, 'one\n\ntwo\nthree']
  ])('stays in a cell where %s', (_, offset, left) => {
    const before = { id: 'b', source: 'one\n\ntwo\nthree', offset };
    expect(partOf(before, left, [{ id: 'x', source: 'one' }])).toBeNull();
  });

  it('stays in a cell that is not split, where a new cell has words of it', () => {
    const before = { id: 'b', source: 'for i in x: print(i)', offset: 5 };
    expect(partOf(before, 'for i in x: (i)', [{ id: 'x', source: 'i' }])).toBeNull();
  });
});
