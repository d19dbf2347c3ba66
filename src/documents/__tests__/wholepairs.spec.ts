import * as Y from 'yjs';

import { keepPairsWhole } from '../wholepairs';
import { wholeDice } from '../../__tests__/dice';

keepPairsWhole();

/** A text that is edited, and what others have of it. */
function setUp(value: string) {
  const [doc, other] = [new Y.Doc(), new Y.Doc()];
  doc.on('update', update => Y.applyUpdate(other, update));
  const [text, copy] = [doc.getText('source'), other.getText('source')];
  text.insert(0, value);
  return { doc, text, copy };
}

describe('the halves of a surrogate pair (O11)', () => {
  it('are one character to whoever edits beside them', () => {
    const { text, copy } = setUp('a😀b');
    text.insert(1, '<');
    text.insert(4, '>');
    text.delete(2, 2);
    text.insert(2, '😁');
    expect([text.toString(), copy.toString()]).toEqual(['a<😁>b', 'a<😁>b']);
  });

  it.each([
    ['the second is deleted', (text: Y.Text) => text.delete(2, 1), 'a\ufffdb'],
    ['the first is deleted', (text: Y.Text) => text.delete(1, 1), 'a\ufffdb'],
    ['one is deleted with what is beside it', (text: Y.Text) => text.delete(0, 2), '\ufffdb'],
    ['something is put between them', (text: Y.Text) => text.insert(2, '-'), 'a\ufffd-\ufffdb'],
    ['one is put somewhere', (text: Y.Text) => text.insert(0, '\ud83d'), '\ufffda😀b']
  ])('leave a character that stands for them, where %s', (_, edit, expected) => {
    const { text, copy } = setUp('a😀b');
    edit(text);
    expect([text.toString(), copy.toString()]).toEqual([expected, expected]);
  });

  it('are a pair again once the second is replaced', () => {
    const { doc, text, copy } = setUp('a🕐b');
    doc.transact(() => text.delete(2, 1));
    text.insert(2, '\udd51c');
    expect([text.toString(), copy.toString()]).toEqual(['a🕑cb', 'a🕑cb']);
    text.insert(0, '\ufffd');
    text.insert(1, '\udd51');
    expect(text.toString()).toBe('\ufffd\ufffda🕑cb');
  });

  it('are never parted, whatever is done to a text', () => {
    const parted: string[] = [];
    const { splice } = Y.ContentString.prototype as {
      splice: (this: Y.ContentString, at: number) => Y.ContentString;
    };
    const part = function (this: Y.ContentString, at: number) {
      if (/^[\ud800-\udbff][\udc00-\udfff]/.test(this.str.slice(at - 1))) {
        parted.push(this.str);
      }
      return splice.call(this, at);
    };
    const spy = jest.spyOn(Y.ContentString.prototype, 'splice').mockImplementation(part);
    const { doc, text, copy } = setUp('🕐🕑ab🕒c🕓🕔');
    const random = wholeDice(7);
    const pieces = ['x', '🕕', '\ud83d', '\udd56', 'y🕗', '\udd58🕙z'];
    for (let step = 0; step < 2000; step += 1) {
      const at = random(text.length + 1);
      const count = random(Math.min(4, text.length - at) + 1);
      const piece = pieces[random(pieces.length)] ?? '';
      const length = text.length - count + piece.length;
      doc.transact(() => text.delete(at, count));
      text.insert(at, piece);
      expect(text).toHaveLength(length);
    }
    expect(copy.toString()).toBe(text.toString());
    expect(text.toString()).not.toMatch(/\p{Surrogate}/u);
    expect(parted).toEqual([]);
    spy.mockRestore();
  });
});

it('are looked for near where a text is edited, however many pieces it has (O11)', () => {
  const { doc, text } = setUp('word foo bar\n'.repeat(6_000));
  const began = performance.now();
  doc.transact(() => {
    for (let line = 0; line < 6_000; line++) {
      text.insert(line * 14 + 5, 'quux');
      text.delete(line * 14 + 9, 3);
    }
  });
  expect(performance.now() - began).toBeLessThan(3_000);
  expect(text.toString()).toBe('word quux bar\n'.repeat(6_000));
});
