import { CutText } from '../cut';

const notice = (lines: number, characters: number) => `[${lines} lines, ${characters} characters]`;

/** What a text becomes, to which pieces are added one by one. */
function grow(pieces: Iterable<string>, limit: number): string {
  const cut = new CutText(notice);
  let text = '';
  for (const piece of pieces) {
    text += piece;
    const shortened = cut.shorten(text, limit);
    if (shortened !== null) {
      text = text.slice(0, shortened.keep) + shortened.add;
    }
  }
  return text;
}

function* numbers(count: number): Iterable<string> {
  for (let number = 0; number < count; number += 1) {
    yield `${number}\n`;
  }
}

describe('CutText', () => {
  it('leaves a text alone that fits', () => {
    expect(grow(['a', 'b'], 2)).toBe('ab');
  });

  it('keeps whole lines of the beginning and the end, and tells how many are left out', () => {
    const text = grow(numbers(10_000), 1_000);
    const lines = text.trimEnd().split('\n');
    const at = lines.findIndex(line => line.startsWith('['));
    const left = /^\[(\d+) lines, (\d+) characters\]$/.exec(lines[at] ?? '');
    expect(text.length).toBeLessThanOrEqual(1_000);
    expect(lines.slice(0, at)).toEqual([...Array(at).keys()].map(String));
    expect(lines[at + 1]).toBe(String(at + Number(left?.[1])));
    expect(lines.at(-1)).toBe('9999');
    expect(lines.length - 1 + Number(left?.[1])).toBe(10_000);
    const all = [...numbers(10_000)].join('').length;
    expect(text.length - (lines[at] ?? '').length - 1 + Number(left?.[2])).toBe(all);
  });

  it('cuts a text the same way at once and piece by piece, as far as its end is concerned', () => {
    const pieces = [...numbers(10_000)];
    expect(grow([pieces.join('')], 1_000).slice(-200)).toBe(grow(pieces, 1_000).slice(-200));
  });

  it('cuts within lines that are too long, and between characters', () => {
    const text = grow(['\u{1F600}'.repeat(1_001)], 1_001);
    expect(text).toMatch(/^(\u{1F600})+\n\[0 lines, \d+ characters\]\n(\u{1F600})+$/u);
  });

  it('leaves room, so that not every piece is a cut', () => {
    const cut = new CutText(notice);
    const shortened = cut.shorten('x\n'.repeat(1_000), 1_000);
    expect((shortened?.keep ?? 0) + (shortened?.add.length ?? 0)).toBeLessThan(850);
  });
});
