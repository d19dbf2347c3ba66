/** When names are shown. */
export interface LabelRules {
  /** While somebody moves or types, only under the mouse, always, or never. */
  readonly names: 'moving' | 'hover' | 'always' | 'never';
  /** For how long after somebody moved, in seconds. */
  readonly seconds: number;
}

/** No more names than these are shown at a time: a crowd would hide what it writes. */
const MAX_LABELS = 10;

/**
 * Decides whose names are shown at their carets.
 *
 * A name appears when its owner moves, and goes some seconds after the last move. Names that are
 * shown keep their turn: where more people move than there are turns, names do not take turns
 * by flickering. The one under the mouse is always shown.
 */
export class LabelModel {
  constructor(
    private readonly _rules: () => LabelRules,
    private readonly _limit = MAX_LABELS
  ) {}

  /** `client` has moved or typed; times are in milliseconds, on any clock that goes forward. */
  moved(client: number, now: number): void {
    this._moved.set(client, now);
  }

  /** The mouse is on a caret of `client`, or on none. */
  hover(client: number | null): void {
    this._hovered = client;
  }

  get hovered(): number | null {
    return this._hovered;
  }

  forget(client: number): void {
    this._moved.delete(client);
    this._admitted.delete(client);
    this._hovered = this._hovered === client ? null : this._hovered;
  }

  /** Whether there is anybody at `now` whose name would be seen if there were room for it. */
  isWanted(now: number): boolean {
    return (
      this._hovered !== null || [...this._moved.keys()].some(client => this._end(client) > now)
    );
  }

  /** Whose names are to be seen at `now`: those of others than `inSight` take no turns. */
  shown(now: number, inSight: { has: (client: number) => boolean } = ANYBODY): ReadonlySet<number> {
    this._admit(now, inSight);
    const { names } = this._rules();
    const shown = new Set(names === 'moving' || names === 'always' ? this._admitted : []);
    if (this._hovered !== null && names !== 'never') {
      shown.add(this._hovered);
    }
    return shown;
  }

  /** When `shown` says something else if nothing happens until then; null for never. */
  nextChange(now: number): number | null {
    const ends = [...this._admitted].map(client => this._end(client)).filter(end => end > now);
    const next = Math.min(...ends);
    return Number.isFinite(next) ? next : null;
  }

  private _admit(now: number, inSight: { has: (client: number) => boolean }): void {
    for (const client of this._admitted) {
      if (this._end(client) <= now || !inSight.has(client)) {
        this._admitted.delete(client);
      }
    }
    for (const client of this._moved.keys()) {
      if (this._admitted.size >= this._limit) {
        return;
      }
      if (this._end(client) > now && inSight.has(client)) {
        this._admitted.add(client);
      }
    }
  }

  private _end(client: number): number {
    const { names, seconds } = this._rules();
    const moved = this._moved.get(client) ?? -Infinity;
    return names === 'always' ? Infinity : moved + seconds * 1000;
  }

  private _hovered: number | null = null;
  private readonly _moved = new Map<number, number>();
  private readonly _admitted = new Set<number>();
}

const ANYBODY = { has: () => true };
