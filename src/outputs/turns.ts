import { YCodeCell } from '@jupyter/ydoc';
import type { YNotebook } from '@jupyter/ydoc';
import type { ICodeCellModel } from '@jupyterlab/cells';
import { createID, encodeStateVector, decodeStateVector } from 'yjs';
import type { ID, Item, Transaction } from 'yjs';

const STATE = 'execution_state';
const COUNT = 'execution_count';

/** How JupyterLab tells how a run has ended: the number that the cell has from it. */
type End = Promise<{ readonly content: { readonly execution_count: number | null } }>;

/** The run of a cell that this page has begun last. */
interface Turn {
  readonly cell: YCodeCell;
  /** What this page has said of the cell's state as the run began. */
  readonly claim: ID;
  /** How much of each client was known here then. */
  readonly known: ReadonlyMap<number, number>;
  readonly drop: () => void;
  /** Whether somebody has moved the cell: others have put outputs into the copy that are ours. */
  readonly isMoved: boolean;
  isOver: boolean;
  count: number | null;
}

/**
 * Leaves the outputs of one run in a cell that several people run at once: of the last one.
 *
 * Whoever runs a cell takes the outputs away that are there, and says that it is running. Of what
 * several say in the same moment one stands, for everybody the same. A page behind whose word there is
 * one of another page ends its own run as JupyterLab does where a cell is run twice, and takes its
 * outputs away. The page whose word stands does so too with what others put there, which may be gone.
 */
export class Turns {
  constructor(private readonly _notebook: YNotebook) {
    const { ydoc } = _notebook;
    ydoc.on('afterTransaction', this._note);
    ydoc.on('afterAllTransactions', this._settle);
  }

  /** A cell has just been run here; `drop` ends that where somebody else has run it. */
  begin(id: string, end: End, drop: () => void): void {
    const cell = this._find(id);
    const claim = cell === undefined ? null : claimIn(cell, this._client);
    if (cell === undefined || claim === null || cell.executionState !== 'running') {
      return;
    }
    const known = this._known();
    const turn = { cell, claim, known, drop, isMoved: false, isOver: false, count: null };
    this._turns.set(id, turn);
    const over = (count: number | null) => {
      const now = this._turns.get(id);
      if (now?.drop === drop) {
        Object.assign(now, { isOver: true, count });
      }
    };
    end.then(
      ({ content }) => over(content.execution_count ?? null),
      () => over(null)
    );
  }

  private readonly _note = ({ local, changed }: Transaction): void => {
    if (local) {
      return;
    }
    const touched = new Set<unknown>(changed.keys());
    for (const [id, { cell }] of this._turns) {
      if (touched.has(cell.ymodel) || touched.has(cell.youtputs) || isGone(cell)) {
        this._touched.add(id);
      }
    }
  };

  private readonly _settle = (): void => {
    const touched = [...this._touched];
    this._touched.clear();
    for (const id of touched) {
      const turn = this._follow(id);
      if (turn !== null) {
        this._notebook.transact(() => this._compare(id, turn), false);
      }
    }
  };

  /** The turn in a cell, also where somebody has moved it, as its run goes on in the copy. */
  private _follow(id: string): Turn | null {
    const turn = this._turns.get(id);
    if (turn === undefined || !isGone(turn.cell)) {
      return turn ?? null;
    }
    const cell = turn.isOver ? undefined : this._find(id);
    const claim = cell === undefined ? null : claimIn(cell, this._client);
    if (cell !== undefined && claim !== null) {
      const moved = { ...turn, cell, claim, known: this._known(), isMoved: true };
      this._turns.set(id, moved);
      return moved;
    }
    if (turn.isOver) {
      this._turns.delete(id);
    }
    return null;
  }

  private _compare(id: string, turn: Turn): void {
    const { cell, known, drop, isMoved, isOver, count } = turn;
    const { isLost, runners, rivals } = rivalsOf(turn, this._client);
    if (isLost) {
      this._turns.delete(id);
      drop();
      remove(cell, ({ client }) => client === this._client);
      return;
    }
    remove(cell, ({ client, clock }) => {
      const isNews = client !== this._client && clock >= (known.get(client) ?? 0);
      return isNews && (isOver || isMoved ? rivals : runners).has(client);
    });
    const { id: number } = cell.ymodel._map.get(COUNT) ?? {};
    const rival = number === undefined ? undefined : rivals.get(number.client);
    // What is empty since is so because somebody has cleared the cell.
    const isTheirs = cell.execution_count !== null || (number?.clock ?? 0) < (rival ?? 0);
    if (rival !== undefined && isTheirs && count !== null) {
      cell.execution_count = count;
    }
  }

  private _find(id: string): YCodeCell | undefined {
    return this._notebook.cells.find(
      (cell): cell is YCodeCell => cell instanceof YCodeCell && cell.id === id
    );
  }

  private _known(): Map<number, number> {
    return decodeStateVector(encodeStateVector(this._notebook.ydoc));
  }

  private get _client(): number {
    return this._notebook.ydoc.clientID;
  }

  private readonly _turns = new Map<string, Turn>();
  private readonly _touched = new Set<string>();
}

/**
 * Have what this page says of the state of a cell be told apart by others, also once it stands no more.
 *
 * Who has a cell run says two things, all else is one. And JupyterLab does not say that a cell does not
 * run because a run of this page has ended, where it is somebody else who runs it now. Whoever clears
 * the cell says so all the same.
 */
export function sayStateClearly(model: ICodeCellModel, cell: YCodeCell): void {
  const { ymodel } = cell;
  const clear = model.clearExecution.bind(model);
  model.clearExecution = () => {
    cleared.add(cell);
    try {
      clear();
    } finally {
      cleared.delete(cell);
    }
  };
  const say = (state: unknown) => {
    Reflect.set(YCodeCell.prototype, 'executionState', state, cell);
  };
  const isOurs = () =>
    ymodel.get(STATE) === 'running' && ymodel._map.get(STATE)?.id.client === ymodel.doc?.clientID;
  const isOfOther = () => {
    return cell.execution_count === null && ymodel.get(STATE) === 'running' && !isOurs();
  };
  Object.defineProperty(cell, 'executionState', {
    configurable: true,
    get: () => Reflect.get(YCodeCell.prototype, 'executionState', cell) as unknown,
    set: (state: unknown) => {
      if (state === 'running' && !isOurs()) {
        cell.transact(() => {
          ymodel.set(STATE, 'idle');
          say(state);
        }, false);
      } else if (state !== 'idle' || cleared.has(cell) || !isOfOther()) {
        say(state);
      }
    }
  });
}

/** The cells that are just being cleared here. */
const cleared = new WeakSet<YCodeCell>();

/** What a page has said last of the state of a cell; `null` where it has said nothing. */
function claimIn({ ymodel }: YCodeCell, client: number): ID | null {
  let item: Item | null = ymodel._map.get(STATE) ?? null;
  while (item !== null && item.id.client !== client) {
    item = item.left;
  }
  return item === null ? null : createID(client, item.id.clock + item.length - 1);
}

interface Rivals {
  /** Whether somebody else's run counts. */
  readonly isLost: boolean;
  /** Who has ever said something of the state. */
  readonly runners: ReadonlySet<number>;
  /** Who has said something of it that was not known here as the run began, and what last. */
  readonly rivals: ReadonlyMap<number, number>;
}

/**
 * All that was said of the state of a cell lies in one order for everybody; the last one stands. Who
 * has said one thing behind ours has cleared the cell, or an earlier run has ended there.
 */
function rivalsOf({ cell, claim, known }: Turn, client: number): Rivals {
  const behind = new Map<number, number>();
  const runners = new Set<number>();
  const rivals = new Map<number, number>();
  const last = cell.ymodel._map.get(STATE) ?? null;
  let isBehind = true;
  for (let item = last; item !== null; item = item.left) {
    const { id, length } = item;
    runners.add(id.client);
    if (id.client === client) {
      isBehind &&= claim.clock < id.clock || claim.clock >= id.clock + length;
    } else if (id.clock + length > (known.get(id.client) ?? 0)) {
      rivals.set(id.client, Math.max(id.clock, rivals.get(id.client) ?? 0));
      behind.set(id.client, (behind.get(id.client) ?? 0) + (isBehind ? length : 0));
    }
  }
  const isTaken =
    last !== null && last.id.client !== client && cell.ymodel.get(STATE) === 'running';
  return { isLost: isTaken || [...behind.values()].some(count => count > 1), runners, rivals };
}

/** Take those outputs away. */
function remove(cell: YCodeCell, isIt: (id: ID) => boolean): void {
  const { youtputs } = cell;
  const spans: [number, number][] = [];
  let index = 0;
  for (let item = youtputs._start; item !== null; item = item.right) {
    if (!item.deleted && item.countable) {
      if (isIt(item.id)) {
        spans.unshift([index, item.length]);
      }
      index += item.length;
    }
  }
  spans.forEach(([at, length]) => youtputs.delete(at, length));
}

function isGone({ ymodel }: YCodeCell): boolean {
  return ymodel._item?.deleted === true;
}
