import { applyHunks, diffText, mergeText } from '../text';

function merge(base: string, mine: string, theirs: string): string {
  return applyHunks(theirs, mergeText(base, mine, theirs));
}

/** A small generator of our own: the same numbers each time (mulberry32). */
function dice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

const LETTERS = ['a', 'b', 'c', ' ', '\n', 'é', '𝒳', '👩‍🚀'];

function randomText(random: () => number, size: number): string {
  const letter = () => LETTERS[Math.floor(random() * LETTERS.length)] ?? '';
  return Array.from({ length: size }, letter).join('');
}

/** A few edits at places that are whole characters. */
function randomEdit(random: () => number, text: string): string {
  const characters = [...text];
  for (let edits = Math.ceil(random() * 3); edits > 0; edits--) {
    const at = Math.floor(random() * (characters.length + 1));
    const size = Math.floor(random() * 4);
    characters.splice(at, size, ...randomText(random, Math.floor(random() * 4)));
  }
  return characters.join('');
}

describe('diffText', () => {
  it('leads from one text to the other', () => {
    const random = dice(1);
    for (let round = 0; round < 300; round++) {
      const before = randomText(random, 20);
      const after = randomEdit(random, before);
      expect(applyHunks(before, diffText(before, after))).toBe(after);
    }
  });

  it('cuts no character in halves', () => {
    // Both begin with the same half.
    expect(diffText('𝒳', '𝒴')).toEqual([{ from: 0, to: 2, insert: '𝒴' }]);
  });

  it('compares long texts by lines, in little time', () => {
    const random = dice(2);
    const lines = Array.from({ length: 20_000 }, (_, index) => `${index} ${random()}\n`);
    const before = lines.join('');
    lines.splice(10_000, 1, 'changed 𝒳\n', 'added\n');
    lines.splice(5_000, 2);
    const after = lines.join('') + 'no line end';
    expect(applyHunks(before, diffText(before, after))).toBe(after);
    expect(diffText(before, after)).toHaveLength(3);
  });
});

describe('mergeText', () => {
  it('gives mine where nobody else changed anything', () => {
    const random = dice(3);
    for (let round = 0; round < 300; round++) {
      const base = randomText(random, 20);
      const mine = randomEdit(random, base);
      expect(merge(base, mine, base)).toBe(mine);
    }
  });

  it('does nothing twice', () => {
    const random = dice(4);
    for (let round = 0; round < 300; round++) {
      const base = randomText(random, 20);
      const mine = randomEdit(random, base);
      expect(mergeText(base, mine, mine)).toEqual([]);
    }
  });

  it('keeps all that others wrote where nothing was deleted', () => {
    const random = dice(5);
    for (let round = 0; round < 300; round++) {
      const base = randomText(random, 20);
      const mine = insertDigits(random, base, '123');
      const theirs = insertDigits(random, base, '789');
      const merged = merge(base, mine, theirs);
      expect(
        [...merged]
          .filter(letter => '123789'.includes(letter))
          .sort()
          .join('')
      ).toBe('123789');
      expect(merged.replace(/[0-9]/g, '')).toBe(base);
    }
  });

  it.each([
    ['edits apart', 'one two three', 'ONE two three', 'one two THREE', 'ONE two THREE'],
    ['theirs has the beginning of mine', 'x', 'x hello world', 'x hello', 'x hello world'],
    ['theirs has more than mine', 'x', 'x hello', 'x hello world', 'x hello world'],
    ['both replaced the same', 'a foo b', 'a bar b', 'a bar b', 'a bar b'],
    ['mine goes on from there', 'a foo b', 'a barbaz b', 'a bar b', 'a barbaz b'],
    ['they deleted what I changed', 'ab cd ef', 'ab CD ef', 'ab  ef', 'ab CD ef'],
    ['I deleted what they wrote into', 'abcdef', 'af', 'abcXdef', 'aXf'],
    ['both deleted, with an overlap', 'abcdef', 'aef', 'abf', 'af'],
    ['both appended', 'a\n', 'a\nmine\n', 'a\ntheirs\n', 'a\ntheirs\nmine\n'],
    ['beyond the basic plane', '𝒳𝒴', '𝒳1𝒴', '0𝒳𝒴', '0𝒳1𝒴']
  ])('%s', (_, base, mine, theirs, merged) => {
    expect(merge(base, mine, theirs)).toBe(merged);
  });
});

function insertDigits(random: () => number, text: string, digits: string): string {
  const characters = [...text];
  for (const digit of digits) {
    characters.splice(Math.floor(random() * (characters.length + 1)), 0, digit);
  }
  return characters.join('');
}
