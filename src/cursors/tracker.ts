import { JSONExt } from '@lumino/coreutils';
import type { ReadonlyPartialJSONValue } from '@lumino/coreutils';
import { DisposableDelegate } from '@lumino/disposable';
import type { IDisposable } from '@lumino/disposable';
import { Signal } from '@lumino/signaling';
import type { ISignal } from '@lumino/signaling';
import type { Awareness } from 'y-protocols/awareness';
import type { Transaction } from 'yjs';

import type { ClientChanges, Roster, User } from '../presence';
import { FrameBatch } from './frames';
import { resolve } from './resolve';
import type { ResolvedRange } from './resolve';
import { readCursors } from './wire';
import type { SharedRange } from './wire';

/** The cursors that each of some clients has in a text; none where it has left the text. */
export type Placement = ReadonlyMap<number, readonly ResolvedRange[]>;

/** Shows the cursors in one text. */
export interface CursorSink {
  /** Show these clients so from now on, and the others as before. */
  place(placement: Placement): void;
}

type SharedText = object;

/**
 * Knows where the others' cursors are, in all texts of a document, and tells those who show them.
 *
 * States that come together are told together, with the next frame, and only to the texts
 * that they concern. Sinks keep cursors in step with edits on their own: to look a place up again
 * after each edit would push a cursor along when we type in front of it.
 */
export class CursorTracker implements IDisposable {
  constructor(
    readonly roster: Roster,
    batch: (paint: () => void) => FrameBatch = paint => new FrameBatch(paint)
  ) {
    this._awareness = roster.awareness;
    this._batch = batch(() => this._tell());
    this._awareness.on('change', this._onChange);
    this._awareness.doc.on('beforeObserverCalls', this._onEdit);
    this._awareness.doc.on('afterTransaction', this._onEdited);
    this._takeAll(this._awareness.getStates().keys());
  }

  /** Whose edits are just being shown, or nobody where they are our own. */
  get authors(): ReadonlySet<number> {
    return this._authors;
  }

  /** Emitted with the clients whose cursors or names have changed, once for each frame. */
  get changed(): ISignal<this, ReadonlySet<number>> {
    return this._changed;
  }

  get isDisposed(): boolean {
    return this._batch.isDisposed;
  }

  dispose(): void {
    this._batch.dispose();
    this._awareness.off('change', this._onChange);
    this._awareness.doc.off('beforeObserverCalls', this._onEdit);
    this._awareness.doc.off('afterTransaction', this._onEdited);
    this._sinks.clear();
    Signal.clearData(this);
  }

  /** Show the cursors in `text`, beginning with those that are there now. */
  watch(text: SharedText, sink: CursorSink): IDisposable {
    const sinks = this._sinks.get(text) ?? new Set();
    this._sinks.set(text, sinks.add(sink));
    const here = new Map<number, readonly ResolvedRange[]>();
    for (const [client, { texts }] of this._known) {
      if (texts.has(text)) {
        here.set(
          client,
          this.rangesOf(client).filter(range => range.text === text)
        );
      }
    }
    if (here.size > 0) {
      sink.place(here);
    }
    return new DisposableDelegate(() => {
      sinks.delete(sink);
      if (sinks.size === 0 && this._sinks.get(text) === sinks) {
        this._sinks.delete(text);
      }
    });
  }

  /** The cursors of one client, wherever they are in the document. */
  rangesOf(client: number): readonly ResolvedRange[] {
    const shared = this._known.get(client)?.shared ?? [];
    return shared.flatMap(range => resolve(range, this._awareness.doc) ?? []);
  }

  private readonly _onChange = ({ added, updated, removed }: ClientChanges): void => {
    this._takeAll([...added, ...updated, ...removed]);
  };

  private _takeAll(clients: Iterable<number>): void {
    for (const client of clients) {
      if (client !== this._awareness.clientID) {
        this._stale.add(client);
      }
    }
    if (this._stale.size > 0) {
      this._batch.request();
    }
  }

  private readonly _onEdit = (transaction: Transaction): void => {
    const { beforeState, afterState, local } = transaction;
    this._authors = new Set();
    if (!local) {
      for (const [client, clock] of afterState) {
        if (clock > (beforeState.get(client) ?? 0)) {
          this._authors.add(client);
        }
      }
    }
  };

  private readonly _onEdited = (): void => {
    this._authors = new Set();
    // A cursor may come before the text that it is in.
    this._takeAll(this._lost);
  };

  private _tell(): void {
    const news = new Map<SharedText, Map<number, readonly ResolvedRange[]>>();
    const changed = new Set<number>();
    for (const client of this._stale) {
      const before = this._known.get(client);
      const after = this._read(client);
      if (same(before, after) && !this._isFound(client)) {
        continue;
      }
      changed.add(client);
      this._sort(client, before, after, news);
    }
    this._stale.clear();
    for (const [text, placement] of news) {
      this._sinks.get(text)?.forEach(sink => sink.place(placement));
    }
    if (changed.size > 0) {
      this._changed.emit(changed);
    }
  }

  /** Whether a cursor that had no place has one now. */
  private _isFound(client: number): boolean {
    const { shared = [] } = this._known.get(client) ?? {};
    return this._lost.has(client) && this.rangesOf(client).length === shared.length;
  }

  private _read(client: number): Known | null {
    const user = this.roster.find(client)?.user;
    const shared = readCursors(this._awareness.getStates().get(client)?.cursors);
    return user === undefined ? null : { user, shared, texts: new Set() };
  }

  /** Note where `client` is now, and put into `news` what that changes in each text. */
  private _sort(
    client: number,
    before: Known | undefined,
    after: Known | null,
    news: Map<SharedText, Map<number, readonly ResolvedRange[]>>
  ): void {
    const place = (text: SharedText, ranges: readonly ResolvedRange[]) => {
      const placement = news.get(text) ?? new Map<number, readonly ResolvedRange[]>();
      news.set(text, placement.set(client, ranges));
    };
    before?.texts.forEach(text => place(text, []));
    this._lost.delete(client);
    if (after === null) {
      this._known.delete(client);
      return;
    }
    this._known.set(client, after);
    const ranges = this.rangesOf(client);
    if (ranges.length < after.shared.length) {
      this._lost.add(client);
    }
    for (const { text } of ranges) {
      after.texts.add(text);
    }
    after.texts.forEach(text => {
      place(
        text,
        ranges.filter(range => range.text === text)
      );
    });
  }

  private readonly _awareness: Awareness;
  private readonly _batch: FrameBatch;
  private _authors = new Set<number>();
  /** Clients whose states have changed since the last frame. */
  private readonly _stale = new Set<number>();
  /** Clients with a cursor whose place is not in the document. */
  private readonly _lost = new Set<number>();
  private readonly _known = new Map<number, Known>();
  private readonly _sinks = new Map<SharedText, Set<CursorSink>>();
  private readonly _changed = new Signal<this, ReadonlySet<number>>(this);
}

interface Known {
  readonly user: User;
  readonly shared: readonly SharedRange[];
  /** The texts in which the cursors are. */
  readonly texts: Set<SharedText>;
}

function same(before: Known | undefined, after: Known | null): boolean {
  return (
    before?.user.color === after?.user.color &&
    before?.user.displayName === after?.user.displayName &&
    JSONExt.deepEqual(jsonOf(before?.shared), jsonOf(after?.shared))
  );
}

function jsonOf(shared: readonly SharedRange[] = []): ReadonlyPartialJSONValue {
  return shared as unknown as ReadonlyPartialJSONValue;
}
