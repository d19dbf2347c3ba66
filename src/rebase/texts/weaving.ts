/**
 * Tells whether two people have written one thing, and makes one of what both have written.
 *
 * Two texts are one writing if one of them goes on where the other ends, or has all of its words
 * in the same order; or if they share much, and what else they have is in different places. Texts
 * that differ in the middle of what they share, such as `import os` and `import re`, are two
 * writings; unless they are long and nearly all of them is the same.
 */
import type { Effort, Range } from './common';
import { tokenRanges } from './differences';
import { changedRanges } from './ranges';
import { isBlank, isWord, lines, size, strip, tokens, weighLine, wouldJoin } from './words';

/** So many letters at least have to be in what two texts share. */
const SOME = 2;

/** Such a part of the shorter text, or of the longer one if all of the shorter is shared. */
const QUARTER = 0.25;
const FIFTH = 0.2;

/** So many words, of so many letters in all, are not in a text by chance. */
const FEW = 2;
const CERTAIN = 8;

/** Texts that share so many words, and so great a part, are one in spite of differences. */
const LONG = 8;
const NEARLY_ALL = 0.75;

/** How many pairs of lines are compared in one place. */
const MANY = 400;

/** All that is in either, once; `null` if they are two writings. */
export function weave(ours: string, theirs: string, effort: Effort): string | null {
  if (ours === '' || theirs === '' || ours === theirs) {
    return ours || theirs;
  }
  if (isBlank(ours) || isBlank(theirs)) {
    const [space, text] = isBlank(ours) ? [ours, theirs] : [theirs, ours];
    return text.startsWith(space) || text.endsWith(space) ? text : null;
  }
  const one = oneWriting(ours, theirs, effort);
  const haveLines = [ours, theirs].some(text => text.replace(/\n+$/, '').includes('\n'));
  return one === null && haveLines ? weaveLines(lines(ours), lines(theirs), effort) : one;
}

/** All of `texts`, each on lines of its own. */
export function onLines(texts: readonly string[]): string {
  return texts
    .filter(text => text !== '')
    .reduce((all, text) => all + (all === '' || all.endsWith('\n') ? '' : '\n') + text, '');
}

/** Texts one after the other; words that did not stand next to each other do not become one. */
export class Pieces {
  add(text: string): void {
    if (text === '') {
      return;
    }
    const last = this._parts[this._parts.length - 1];
    if (last !== undefined && wouldJoin(last, text)) {
      this._parts.push(' ');
    }
    this._parts.push(text);
  }

  /** The last thing that was added. */
  get last(): string {
    return this._parts[this._parts.length - 1] ?? '';
  }

  get text(): string {
    return this._parts.join('');
  }

  private readonly _parts: string[] = [];
}

function oneWriting(ours: string, theirs: string, effort: Effort): string | null {
  if (goesOn(ours, theirs) || endsSo(theirs, ours)) {
    return theirs;
  }
  if (goesOn(theirs, ours) || endsSo(ours, theirs)) {
    return ours;
  }
  const [mine, other] = [tokens(ours), tokens(theirs)];
  const known = new Set(other);
  if (!mine.some(token => isWord(token) && known.has(token))) {
    return null;
  }
  const ranges = tokenRanges(mine, other, effort);
  return areOne(mine, other, ranges) ? fill(mine, other, ranges) : null;
}

function areOne(mine: string[], other: string[], ranges: readonly Range[]): boolean {
  const ownParts = ranges.map(({ start, end }) => mine.slice(start, end));
  const [total, otherTotal] = [letters(mine), letters(other)];
  const [shorter, longer] = [Math.min(total, otherTotal), Math.max(total, otherTotal)];
  const shared = total - ownParts.reduce((sum, part) => sum + letters(part), 0);
  if (shared < SOME) {
    return false;
  }
  if (shared === total || shared === otherTotal) {
    // One has all of the other: by chance only if that is little.
    const isMuch = Math.min(count(mine), count(other)) >= FEW && shared >= CERTAIN;
    return isMuch || shared >= FIFTH * longer;
  }
  const differ = ranges.some(
    ({ from, to }, index) => isSaid(ownParts[index] ?? []) && isSaid(other.slice(from, to))
  );
  if (differ) {
    const words = count(mine) - ownParts.reduce((sum, part) => sum + count(part), 0);
    return words >= LONG && shared >= NEARLY_ALL * longer;
  }
  return shared >= QUARTER * shorter;
}

/** Whether `text` begins so, and not in the middle of a word but one of letters. */
function goesOn(beginning: string, text: string): boolean {
  if (letters(tokens(beginning)) === 0) {
    // Signs that lay out lines, as those of a call, are not the beginning of one another.
    return text.startsWith(beginning) && ![...beginning].some(isBlank) && !text.includes('\n');
  }
  const start = beginning.slice(0, strip(`x${beginning}`).length - 1);
  if (!text.startsWith(start)) {
    return false;
  }
  const rest = text.slice(start.length);
  return !wouldJoin(start, rest) || (/\p{L}$/u.test(start) && /^\p{L}/u.test(rest));
}

/** Whether `text` ends so, after white space: as where both were put after each other. */
function endsSo(text: string, ending: string): boolean {
  const last = strip(ending);
  const whole = strip(`x${text}`).slice(1);
  if (!whole.endsWith(last) || letters(tokens(last)) === 0) {
    return false;
  }
  return isBlank(whole.slice(0, whole.length - last.length).slice(-1));
}

function letters(pieces: readonly string[]): number {
  return pieces.filter(isWord).reduce((sum, word) => sum + size(word), 0);
}

function count(pieces: readonly string[]): number {
  return pieces.filter(isWord).length;
}

function isSaid(pieces: readonly string[]): boolean {
  return !pieces.every(isBlank);
}

function fill(mine: string[], other: string[], ranges: readonly Range[]): string {
  const pieces = new Pieces();
  let at = 0;
  for (const { start, end, from, to } of ranges) {
    pieces.add(mine.slice(at, start).join(''));
    const [own, others] = [mine.slice(start, end), other.slice(from, to)];
    const isOwnSpace = !isSaid(own) && isSaid(others) && !own.includes('\n');
    pieces.add(isOwnSpace ? '' : own.join(''));
    pieces.add(!isOwnSpace && !isSaid(others) && own.length > 0 ? '' : others.join(''));
    at = end;
  }
  pieces.add(mine.slice(at).join(''));
  return pieces.text;
}

/** Lines that both have once, and the others beside them, each whole. */
function weaveLines(mine: string[], other: string[], effort: Effort): string | null {
  const out: string[] = [];
  let paired = false;
  let at = 0;
  const keep = (end: number) => {
    const same = mine.slice(at, end);
    paired ||= same.some(line => strip(line) !== '');
    out.push(...same);
  };
  for (const { start, end, from, to } of changedRanges(mine, other, effort, weighLine)) {
    keep(start);
    paired = pair(mine.slice(start, end), other.slice(from, to), out, effort) || paired;
    at = end;
  }
  keep(mine.length);
  return paired ? onLines(out) : null;
}

/** Append the lines of both to `out`; whether any two were one writing. */
function pair(mine: string[], other: string[], out: string[], effort: Effort): boolean {
  const limit = Math.min(mine.length, Math.floor(MANY / Math.max(other.length, 1)));
  const waiting: string[] = [];
  let at = 0;
  for (const line of other) {
    let one: string | null = null;
    let place = at;
    for (; place < limit && strip(line) !== ''; place++) {
      one = oneWriting(mine[place] ?? '', line, effort);
      if (one !== null) {
        break;
      }
    }
    if (one === null) {
      waiting.push(line);
    } else {
      out.push(...mine.slice(at, place), ...waiting.splice(0), one);
      at = place + 1;
    }
  }
  out.push(...mine.slice(at), ...waiting);
  return at > 0;
}
