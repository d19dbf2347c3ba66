import type { IDisposable } from '@lumino/disposable';
import * as Y from 'yjs';

import { Doubles } from './doubles';
import type { Piece } from '../offline';
import { smallest, stateBefore, takeBack } from './oversize';
import { BY_OTHERS, Edits, MovedCells, undoOf, UnsavedUpdates } from '../rebase';
import type { Coming } from '../rebase';
import { placeWhatCameBack } from './redone';
import type { Replica } from '../session';
import { forgetWhatIsAsItWas } from './unchanged';
import { keepPairsWhole } from './wholepairs';

/** Bytes of an update from which on it takes long to make them. */
const LARGE = 100_000;

/** The origin of what was kept of the document: nobody can undo it. */
const RESTORED = Symbol('restored');

/** The origin of what takes back a change that was too large: nobody can undo that either. */
const TAKEN_BACK = Symbol('taken back');

/** Hears of a change, whether the server has to be told, and who made what of it. */
type OnUpdate = (update: Uint8Array, isNews: boolean, pieces: readonly Piece[]) => void;

/** A Yjs document as a session sees it. */
export class YReplica implements Replica, IDisposable {
  /**
   * `onUpdate` is called with each change: the server does not know those that did not come from
   * `apply`. None of those is larger than `limit` bytes, as far as that is possible: a change that is
   * larger is taken back before anybody is told, and `onTakenBack` hears how large it was.
   */
  constructor(
    private readonly _doc: Y.Doc,
    private readonly _onUpdate: OnUpdate,
    private readonly _limit = Infinity,
    private readonly _onTakenBack: (size: number) => void = () => undefined
  ) {
    keepPairsWhole();
    _doc.on('beforeObserverCalls', placeWhatCameBack);
    _doc.on('beforeObserverCalls', forgetWhatIsAsItWas);
    _doc.on('update', this._note);
    this._doubles = new Doubles(_doc, () => this._coming);
    this._moved = new MovedCells(
      _doc,
      this,
      after => this.unsaved.own(after),
      () => this._coming
    );
  }

  /** What of the document is not known to be in its file. */
  readonly unsaved = new UnsavedUpdates();

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    this._isDisposed = true;
    this._doc.off('beforeObserverCalls', placeWhatCameBack);
    this._doc.off('beforeObserverCalls', forgetWhatIsAsItWas);
    this._doc.off('update', this._note);
    this._doubles.dispose();
    this._moved.dispose();
  }

  stateVector(): Uint8Array {
    return Y.encodeStateVector(this._doc);
  }

  missingFrom(stateVector: Uint8Array): Uint8Array {
    const update = Y.encodeStateAsUpdate(this._doc, stateVector);
    return update.length <= this._limit ? update : smallest(this._doc, stateVector);
  }

  offer(): { readonly state: Uint8Array; readonly undo: Uint8Array } {
    const undo = undoOf(this._doc, Edits.of(this.unsaved.all()));
    return { state: Y.encodeStateAsUpdate(this._doc), undo };
  }

  merge(updates: readonly Uint8Array[]): Uint8Array {
    return Y.mergeUpdates([...updates]);
  }

  apply(update: Uint8Array, heeded = 0): void {
    this._coming = { update, heeded };
    try {
      if (update.length < LARGE) {
        Y.applyUpdate(this._doc, update, this);
      } else {
        this._applyLarge(update);
      }
    } finally {
      this._coming = null;
    }
  }

  /** The bytes are here: nobody needs to wait until Yjs has made them once more. */
  private _applyLarge(update: Uint8Array): void {
    const doc = this._doc;
    // The next thing that Yjs does is to make the bytes for those who listen.
    const choose = ({ origin }: Y.Transaction) =>
      origin === this ? doc.off('update', this._note) : doc.on('update', this._note);
    doc.on('afterTransactionCleanup', choose);
    try {
      Y.applyUpdate(doc, update, this);
    } finally {
      doc.off('afterTransactionCleanup', choose);
      doc.on('update', this._note);
    }
    this._note(update, this);
  }

  filed(edits: number): void {
    this.unsaved.filed(edits);
  }

  /** The whole document, and which changes in it are not known to be in the file. */
  pieces(): Piece[] {
    const [own, others] = [this.unsaved.own(), this.unsaved.others()];
    return [
      { kind: 'state', update: Y.encodeStateAsUpdate(this._doc) },
      ...(own === null ? [] : [{ kind: 'own', update: own } as const]),
      ...(others === null ? [] : [{ kind: 'others', update: others } as const])
    ];
  }

  /** Fill the document, as far as it is empty, with what was kept; `edits` of it are our own. */
  restore(pieces: readonly Piece[], edits: number): void {
    this._applyPieces(pieces);
    this._keep(pieces, edits);
  }

  /** Give the server, which is back with a history that it had lost, back what was kept of it. */
  bringBack(pieces: readonly Piece[]): void {
    const update = this._applyPieces(pieces);
    if (update !== null && update.length > this._limit) {
      this._hold(update);
      return;
    }
    const made = pieces.filter(({ kind }) => kind !== 'state');
    if (update === null) {
      this._keep(made, 0);
    } else {
      const all: Piece[] = [...made, { kind: 'others', update }];
      this._keep(all, 1);
      this._onUpdate(update, true, all);
    }
  }

  /** What of `pieces` was not there, as one update. */
  private _applyPieces(pieces: readonly Piece[]): Uint8Array | null {
    let change: Uint8Array | null = null;
    const note = (update: Uint8Array): void => void (change = update);
    this._doc.on('update', note);
    Y.applyUpdate(this._doc, Y.mergeUpdates(pieces.map(({ update }) => update)), RESTORED);
    this._doc.off('update', note);
    return change;
  }

  private _keep(pieces: readonly Piece[], edits: number): void {
    const of = (wanted: Piece['kind']) =>
      pieces.filter(({ kind }) => kind === wanted).map(({ update }) => update);
    this.unsaved.restore(of('own'), of('others'), edits);
  }

  private readonly _note = (update: Uint8Array, origin: unknown): void => {
    if (origin === RESTORED) {
      return;
    }
    if (origin === this) {
      this.unsaved.received(update);
      this._onUpdate(update, false, [{ kind: 'others', update }]);
    } else if (this._tooLarge === null && update.length <= this._limit) {
      this._tell({ kind: origin === BY_OTHERS ? 'others' : 'own', update });
    } else {
      this._hold(update);
    }
  };

  private _tell(piece: Piece): void {
    this.unsaved.made(piece.update, piece.kind === 'own');
    this._onUpdate(piece.update, true, [piece]);
  }

  /** Editors that are just changing cannot be changed: it is taken back as soon as they are done. */
  private _hold(update: Uint8Array): void {
    if (this._tooLarge === null) {
      this._tooLarge = update;
      queueMicrotask(() => this._takeBack(update, stateBefore(this._doc, update)));
    }
  }

  /** Others need to know of it, as all that follows stands on it; but not of what was in it. */
  private _takeBack(update: Uint8Array, before: Uint8Array): void {
    if (this._isDisposed) {
      return;
    }
    try {
      takeBack(this._doc, update, TAKEN_BACK);
    } catch (error) {
      console.error('A change that is too large for the server cannot be taken back.', error);
    }
    this._tooLarge = null;
    this._tell({ kind: 'own', update: smallest(this._doc, before) });
    this._onTakenBack(update.length);
  }

  private readonly _doubles: Doubles;
  private readonly _moved: MovedCells;
  /** What is being applied. */
  private _coming: Coming | null = null;
  /** A change of ours that is being taken back; what is changed meanwhile is told with it. */
  private _tooLarge: Uint8Array | null = null;
  private _isDisposed = false;
}
