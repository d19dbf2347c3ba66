/** Makes one text of two that were one, as `jupyter_collab/room/texts/union.py` does it. */
import { Effort } from './common';
import { applyHunks, diffText, lineRanges, tokenRanges } from './differences';
import type { Hunk } from './differences';
import { mergeTexts } from './merge';
import { parted } from './parted';
import { Pieces } from './weaving';
import { isBlank, lines, says, size, tokens } from './words';

/** Lines of which so much is the same are versions of each other. */
const RELATED = 0.2;

const STEPS = 1_000_000;

/**
 * What has to be done to `theirs` so that it has what leads from `base` to `mine`, where
 * anybody may have brought any part of either into `theirs`: what is there is not brought again.
 */
export function uniteText(base: string, mine: string, theirs: string): Hunk[] {
  if (mine === base) {
    return [];
  }
  base = parted(base, mine, theirs);
  const own = mergeTexts(base, mine, kept(base, theirs));
  return diffText(theirs, unionOf(mergeTexts(base, theirs, kept(base, mine)), own));
}

/** What of `old` is in `young`; lines of which no word is left are gone. */
function kept(old: string, young: string): string {
  const hunks = diffText(old, young);
  let at = 0;
  const left = lines(old).map(line => {
    const [from, to] = [at, (at += line.length)];
    const inside = hunks.filter(hunk => hunk.from < to && hunk.to > from);
    const cuts = inside.map(hunk => ({
      from: Math.max(hunk.from, from) - from,
      to: Math.min(hunk.to, to) - from,
      insert: ''
    }));
    const rest = applyHunks(line, cuts);
    const isLeft = says(rest) || !says(line);
    return isLeft ? rest.replace(/\n$/, '') + (line.endsWith('\n') ? '\n' : '') : '';
  });
  return left.join('');
}

/** All that is in either; where they differ, `ours` comes first. */
function unionOf(ours: string, theirs: string): string {
  if (ours === '' || ours === theirs) {
    return theirs;
  }
  const [old, young] = [lines(ours), lines(theirs)];
  const effort = new Effort(STEPS);
  const out = new Pieces();
  let at = 0;
  for (const { start, end, from, to } of lineRanges(old, young, effort)) {
    out.add(old.slice(at, start).join(''));
    const [mine, other] = [old.slice(start, end).join(''), young.slice(from, to).join('')];
    if (areVersions(mine, other, effort)) {
      out.add(woven(mine, other, effort));
    } else {
      out.add(mine !== '' && !mine.endsWith('\n') && other !== '' ? `${mine}\n` : mine);
      out.add(other);
    }
    at = end;
  }
  out.add(old.slice(at).join(''));
  return out.text;
}

/** Whether so much of one text is in the other that they come from one. */
function areVersions(one: string, other: string, effort: Effort): boolean {
  return (
    one === other || share(one, other, effort) >= RELATED || share(other, one, effort) >= RELATED
  );
}

/** `ours` with the words that only `theirs` has, each in its place. */
function woven(ours: string, theirs: string, effort: Effort): string {
  const out = new Pieces();
  let at = 0;
  for (const { from, to, insert } of diffText(ours, theirs, effort)) {
    out.add(ours.slice(at, from));
    out.add(ours.slice(from, to));
    out.add(insert);
    at = to;
  }
  out.add(ours.slice(at));
  return out.text;
}

/** How much of the words of `part` is in `whole`, in the same order. */
function share(part: string, whole: string, effort: Effort): number {
  const pieces = tokens(part);
  const total = weigh(pieces);
  if (total === 0) {
    return whole.includes(part) ? 1 : 0;
  }
  const missing = tokenRanges(pieces, tokens(whole), effort).map(({ start, end }) =>
    weigh(pieces.slice(start, end))
  );
  return 1 - missing.reduce((sum, weight) => sum + weight, 0) / total;
}

function weigh(pieces: readonly string[]): number {
  return pieces.reduce((sum, piece) => sum + (isBlank(piece) ? 0 : size(piece)), 0);
}
