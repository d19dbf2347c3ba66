import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { dice } from '../../__tests__/dice';
import { applyHunks, diffText, mergeText, mergeTexts, uniteText } from '../texts';

interface Case {
  readonly name: string;
  readonly base: string;
  readonly ours: string;
  readonly theirs: string;
  readonly merged: string;
}

const CASES = read('merge') as Case[];

/** Made of what two people have of a cell which either may have brought already (L7). */
interface Union {
  readonly name: string;
  readonly base: string;
  readonly mine: string;
  readonly theirs: string;
  readonly united: string;
}

const UNIONS = read('union') as Union[];

function read(name: string): unknown {
  const path = join(__dirname, `../../../tests/vectors/${name}.json`);
  return JSON.parse(readFileSync(path, 'utf-8'));
}

function merge(base: string, mine: string, theirs: string): string {
  return applyHunks(theirs, mergeText(base, mine, theirs));
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

describe('mergeTexts', () => {
  it.each(CASES.map(item => [item.name, item] as const))(
    '%s (M5, M6, M7)',
    (_, { base, ours, theirs, merged }) => {
      expect(mergeTexts(base, ours, theirs)).toBe(merged);
    }
  );
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

  it('keeps all that either side wrote where nothing was deleted', () => {
    const random = dice(5);
    for (let round = 0; round < 300; round++) {
      const base = Array.from({ length: 12 }, (_, index) => `b${index}`);
      const mine = insertWords(random, base, ['mine', '𝒳mine', 'myself']);
      const theirs = insertWords(random, base, ['theirs', 'é', 'themselves']);
      const merged = merge(base.join(' '), mine.join(' '), theirs.join(' ')).split(/\s+/);
      expect([...merged].sort()).toEqual([...new Set([...mine, ...theirs])].sort());
      expect(merged.filter(word => base.includes(word))).toEqual(base);
    }
  });

  it('takes a bounded time for large texts (M18)', () => {
    const random = dice(6);
    const base = Array.from({ length: 50_000 }, (_, index) => `x[${index % 99}] = ${random()}\n`);
    const mine = base.map(line => `    ${line}`);
    const theirs = base.map((line, index) => (index % 100 === 0 ? `${line.trim()} + 1\n` : line));
    const merged = merge(base.join(''), mine.join(''), theirs.join(''));
    expect(merged).toBe(theirs.map(line => `    ${line}`).join(''));
    const other = base.map(() => `${random()} ${random()}\n`);
    expect(merge(base.join(''), other.join(''), theirs.join(''))).toContain(other[7]);
  });

  it.each([
    ['edits apart', 'one two three', 'ONE two three', 'one two THREE', 'ONE two THREE'],
    ['theirs has the beginning of mine', 'x', 'x hello world', 'x hello', 'x hello world'],
    ['theirs has more than mine', 'x', 'x hello', 'x hello world', 'x hello world'],
    ['both replaced the same', 'a foo b', 'a bar b', 'a bar b', 'a bar b'],
    ['mine goes on from there', 'a foo b', 'a barbaz b', 'a bar b', 'a barbaz b'],
    ['they deleted what I changed', 'ab cd ef', 'ab CD ef', 'ab  ef', 'ab CD ef'],
    ['I deleted what they wrote into', 'a b c d e', 'a e', 'a b c X d e', 'a X e'],
    ['both deleted, with an overlap', 'a b c d e f', 'a e f', 'a b f', 'a f'],
    ['both appended', 'a\n', 'a\nmine\n', 'a\ntheirs\n', 'a\ntheirs\nmine\n'],
    ['beyond the basic plane', '𝒳 𝒴', '𝒳 1 𝒴', '0 𝒳 𝒴', '0 𝒳 1 𝒴']
  ])('%s', (_, base, mine, theirs, merged) => {
    expect(merge(base, mine, theirs)).toBe(merged);
  });
});

function insertWords(random: () => number, base: string[], words: string[]): string[] {
  const result = [...base];
  for (const word of words) {
    result.splice(Math.floor(random() * (result.length + 1)), 0, word);
  }
  return result;
}

describe('mergeText', () => {
  it('knows words apart between which one has written', () => {
    expect(merge('adabob\n', 'ada\nmine\nbob\n', 'ada\nbob\n')).toBe('ada\nmine\nbob\n');
  });

  it('knows words apart between which one has put white space, where they have one of them', () => {
    expect(merge('adabob\n', 'carl\nada\nbob\ndan\n', 'ada\ndan\n')).toBe('carl\nada\ndan\n');
  });

  it('takes a word that was parted for two', () => {
    expect(merge('cannot\n', 'can not\n', 'cannot\n')).toBe('can not\n');
  });
});

describe('uniteText', () => {
  it.each(UNIONS)('$name', ({ base, mine, theirs, united }) => {
    expect(applyHunks(theirs, uniteText(base, mine, theirs))).toBe(united);
  });
});
