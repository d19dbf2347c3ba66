/**
 * Brings two versions of a text together: nothing that only one of them has is lost.
 *
 * Where differences from the base touch that both sides made, they are one region; elsewhere they
 * are done as they are. Of a region both insertions stay, one of them where they are one writing.
 * `jupyter_collab/room/texts/merge.py` says more.
 */
import { Effort } from './common';
import { applyHunks, diffText } from './differences';
import type { Hunk } from './differences';
import { parted } from './parted';
import { onLines, Pieces, weave } from './weaving';
import { isBlank, isPlain, says, strip } from './words';

const STEPS = 1_000_000;

/**
 * What has to be done to `theirs` so that it has the changes from `base` to `mine` as well.
 *
 * What `theirs` has already is not done again, also where it has only the beginning of what was
 * typed. Where both wrote in one place, theirs comes first.
 */
export function mergeText(base: string, mine: string, theirs: string): Hunk[] {
  const known = theirs === base ? base : parted(base, mine, theirs);
  return diffText(theirs, mergeTexts(known, theirs, mine));
}

/** `ours` with what leads from `base` to `theirs`. */
export function mergeTexts(base: string, ours: string, theirs: string): string {
  if (theirs === base || theirs === ours) {
    return ours;
  }
  if (ours === base) {
    return theirs;
  }
  const merger = new Merger(base, new Effort(STEPS));
  return merger.run(diffText(base, ours), diffText(base, theirs));
}

/** Changes that touch each other; all that they leave of the base is before and after them. */
interface Region {
  readonly from: number;
  readonly to: number;
  readonly ours: readonly Hunk[];
  readonly theirs: readonly Hunk[];
}

class Merger {
  constructor(
    private readonly _base: string,
    private readonly _effort: Effort
  ) {}

  run(ours: readonly Hunk[], theirs: readonly Hunk[]): string {
    const out = new Pieces();
    let at = 0;
    for (const near of this._regions(ours, theirs, true)) {
      out.add(this._base.slice(at, near.from));
      out.add(this._mergeNear(near));
      at = near.to;
    }
    out.add(this._base.slice(at));
    return out.text;
  }

  /** Those that touch; with `blank`, also those between which there is only white space. */
  private _regions(ours: readonly Hunk[], theirs: readonly Hunk[], blank: boolean): Region[] {
    const both = [...ours.map(hunk => ({ hunk, isOurs: true }))];
    both.push(...theirs.map(hunk => ({ hunk, isOurs: false })));
    both.sort((one, other) => one.hunk.from - other.hunk.from || one.hunk.to - other.hunk.to);
    const regions: { from: number; to: number; ours: Hunk[]; theirs: Hunk[] }[] = [];
    for (const { hunk, isOurs } of both) {
      let region = regions[regions.length - 1];
      const gap = region === undefined ? '' : this._base.slice(region.to, hunk.from);
      if (region === undefined || (gap !== '' && !(blank && isBlank(gap)))) {
        region = { from: hunk.from, to: hunk.to, ours: [], theirs: [] };
        regions.push(region);
      }
      (isOurs ? region.ours : region.theirs).push(hunk);
      region.to = Math.max(region.to, hunk.to);
    }
    return regions;
  }

  /** What stands in the place of a region, which may have white space between its changes. */
  private _mergeNear(near: Region): string {
    const { ours, theirs } = near;
    if (ours.length === 0 || theirs.length === 0) {
      return this._applied(near, ours.length > 0 ? ours : theirs);
    }
    const merged = this._oneWriting(near) ?? this._mergeTouching(near);
    // White space goes with the words.
    if (words(this._applied(near, ours)) === words(merged) && this._concernsWords(theirs)) {
      return this._applied(near, ours);
    }
    if (words(this._applied(near, theirs)) === words(merged) && this._concernsWords(ours)) {
      return this._applied(near, theirs);
    }
    return merged;
  }

  private _mergeTouching({ from, ours, theirs }: Region): string {
    const out = new Pieces();
    let at = from;
    for (const region of this._regions(ours, theirs, false)) {
      out.add(this._base.slice(at, region.from));
      this._outcome(region).forEach(text => out.add(text));
      at = region.to;
    }
    return out.text;
  }

  private _concernsWords(hunks: readonly Hunk[]): boolean {
    return hunks.some(({ from, to, insert }) => says(insert) || says(this._base.slice(from, to)));
  }

  /** What one side has in a region. */
  private _applied({ from, to }: Region, hunks: readonly Hunk[]): string {
    const shifted = hunks.map(hunk => ({ ...hunk, from: hunk.from - from, to: hunk.to - from }));
    return applyHunks(this._base.slice(from, to), shifted);
  }

  private _oneWriting(region: Region): string | null {
    const ours = this._written(region, region.ours, region.theirs);
    const theirs = this._written(region, region.theirs, region.ours);
    return strip(ours) && strip(theirs) ? weave(ours, theirs, this._effort) : null;
  }

  /** What one side has in a region, without the words that the other side has deleted. */
  private _written({ from, to }: Region, mine: readonly Hunk[], others: readonly Hunk[]): string {
    const left = this._leftBy(others);
    const out = new Pieces();
    let at = from;
    for (const hunk of mine) {
      out.add(left(at, hunk.from));
      if (out.last !== '' && !isBlank(out.last.slice(-1)) && !isBlank(hunk.insert.slice(0, 1))) {
        // What stood between may be gone, but not that they were apart.
        const gap = [...this._base.slice(at, hunk.from)].filter(isBlank);
        out.add(gap.includes('\n') ? '\n' : ' '.repeat(Math.min(gap.length, 1)));
      }
      out.add(hunk.insert);
      at = hunk.to;
    }
    out.add(left(at, to));
    return out.text;
  }

  /** Tells what one side has left of the base; to be asked from front to back. */
  private _leftBy(hunks: readonly Hunk[]): (start: number, end: number) => string {
    let index = 0;
    return (start, end) => {
      let left = '';
      for (let hunk = hunks[index]; hunk !== undefined && hunk.from < end; hunk = hunks[index]) {
        left += this._base.slice(start, Math.max(start, hunk.from));
        start = Math.max(start, hunk.to);
        if (hunk.to > end) {
          break;
        }
        index += 1;
      }
      return left + this._base.slice(start, Math.max(start, end));
    };
  }

  /** The texts that stand in the place of a region, in order. */
  private _outcome(region: Region): string[] {
    const ours = this._lasting(region.ours, region.theirs);
    const known = new Set(region.ours.map(nameOf));
    const lasting = this._lasting(region.theirs, region.ours);
    const theirs = lasting.filter(hunk => !known.has(nameOf(hunk)));
    const texts = this._texts(region, ours, theirs);
    const removed = this._base.slice(region.from, region.to);
    const isWhole = this._isAtLine(region.from) && removed.endsWith('\n');
    const end = texts.join('').slice(-1);
    const both = region.ours.length > 0 && region.theirs.length > 0;
    // What stands on a line that the other side deleted keeps one.
    return isWhole && both && end !== '' && end !== '\n' ? [...texts, '\n'] : texts;
  }

  private _texts(region: Region, ours: readonly Hunk[], theirs: readonly Hunk[]): string[] {
    if (theirs.every(({ insert }) => insert === '')) {
      return [this._written(region, ours, region.theirs)];
    }
    if (ours.every(({ insert }) => insert === '')) {
      return [this._written(region, theirs, region.ours)];
    }
    return this._inOrder(region, ours, theirs);
  }

  /** Without what lays out words, or quotes them, which the other side has deleted. */
  private _lasting(hunks: readonly Hunk[], others: readonly Hunk[]): Hunk[] {
    let index = 0;
    return hunks.map(hunk => {
      while ((others[index]?.to ?? Infinity) < hunk.to) {
        index += 1;
      }
      const around = others[index] ?? hunk;
      const removed =
        this._base.slice(around.from, hunk.from) + this._base.slice(hunk.to, around.to);
      const isVain = isPlain(hunk.insert) && isInside(hunk, around) && says(removed);
      return isVain ? { ...hunk, insert: '' } : hunk;
    });
  }

  /** Both sides' texts in the order of their places, those of one place ours first. */
  private _inOrder(region: Region, ours: readonly Hunk[], theirs: readonly Hunk[]): string[] {
    const placed = new Map<number, { ours: string; theirs: string }>();
    const put = (key: number, side: 'ours' | 'theirs', insert: string) => {
      const texts = placed.get(key) ?? { ours: '', theirs: '' };
      placed.set(key, { ...texts, [side]: texts[side] + insert });
    };
    ours.forEach(hunk => put(keyOf(hunk), 'ours', hunk.insert));
    let first = 0;
    for (const hunk of theirs) {
      while ((ours[first]?.to ?? Infinity) < hunk.from) {
        first += 1;
      }
      let key = keyOf(hunk);
      for (let index = first; (ours[index]?.from ?? Infinity) <= hunk.to; index++) {
        const rival = ours[index] ?? hunk;
        key = areRivals(rival, hunk) ? Math.max(key, keyOf(rival)) : key;
      }
      put(key, 'theirs', hunk.insert);
    }
    return [...placed.entries()]
      .sort(([one], [other]) => one - other)
      .flatMap(([, texts]) => this._beside(region, texts.ours, texts.theirs));
  }

  /** Two texts of one place; lines come before what is only a part of one. */
  private _beside({ from, to }: Region, ours: string, theirs: string): string[] {
    const one = weave(ours, theirs, this._effort);
    if (one !== null) {
      return [one];
    }
    const endsLine = to === this._base.length || this._base[to] === '\n';
    if (this._isAtLine(from) && (endsLine || (from < to && this._isAtLine(to)))) {
      return [onLines([ours, theirs])];
    }
    const isLine = this._isAtLine(from) && theirs.endsWith('\n') && !ours.endsWith('\n');
    return isLine ? [theirs, ours] : [ours, theirs];
  }

  private _isAtLine(at: number): boolean {
    return at === 0 || this._base[at - 1] === '\n';
  }
}

/** What is not white space, in words. */
function words(text: string): string {
  return (text.match(/\S+/g) ?? []).join(' ');
}

/** The same for equal hunks. */
function nameOf({ from, to, insert }: Hunk): string {
  return `${from}-${to}:${insert}`;
}

function isInside(hunk: Hunk, other: Hunk): boolean {
  return hunk.from === hunk.to
    ? other.from < hunk.from && hunk.from < other.to
    : other.from <= hunk.from && hunk.to <= other.to;
}

/** What is inserted before a word comes before what replaces it. */
function keyOf({ from, to }: Hunk): number {
  return 2 * from + (from < to ? 1 : 0);
}

/** Whether both replace the same, or insert in one gap, or one in what the other replaces. */
function areRivals(mine: Hunk, other: Hunk): boolean {
  const areEqual = mine.from === other.from && mine.to === other.to;
  return areEqual || (mine.from < other.to && other.from < mine.to);
}
