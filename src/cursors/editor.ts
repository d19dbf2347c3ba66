import type { Extension, StateField } from '@codemirror/state';
import { EditorSelection } from '@codemirror/state';
import { ViewPlugin } from '@codemirror/view';
import type { EditorView, PluginValue, ViewUpdate } from '@codemirror/view';
import type { IDisposable } from '@lumino/disposable';
import type { Text } from 'yjs';

import { boardOf } from './board';
import type { CaretPlace, LabelBoard, LabelSource } from './board';
import { caretField, hasMoved, placeCarets, rangeOf } from './carets';
import type { Caret, Carets } from './carets';
import { caretLayers } from './markers';
import type { Rect } from './placement';
import type { CursorSettings } from './settings';
import { spanOf } from './span';
import type { Span } from './span';
import type { CursorTracker } from './tracker';
import { mainOf } from './wire';

/** Shows the others' cursors in the editor of `text`, with their names when they move. */
export function remoteCursors(
  text: Text,
  tracker: CursorTracker,
  settings: CursorSettings
): Extension {
  const field = caretField(() => tracker.authors);
  const looks = (client: number) =>
    settings.options.cursors ? (tracker.roster.find(client)?.user ?? null) : null;
  const plugin = ViewPlugin.define(
    view => new EditorCursors(view, { text, field, tracker, settings })
  );
  return [field, caretLayers(field, looks), plugin];
}

interface Parts {
  readonly text: Text;
  readonly field: StateField<Carets>;
  readonly tracker: CursorTracker;
  readonly settings: CursorSettings;
}

/** How near the mouse has to come to a caret, in pixels. */
const REACH = 6;

/** Right of the text of the line that is being read, room to write in, in pixels. */
const WRITING_ROOM = 40;

/** Links one editor with the tracker of its document and with the board of what it scrolls in. */
class EditorCursors implements PluginValue, LabelSource {
  constructor(
    private readonly _view: EditorView,
    private readonly _parts: Parts
  ) {
    const { text, tracker, settings } = _parts;
    // An editor that is being made cannot be changed yet.
    queueMicrotask(() => {
      if (!this._isDestroyed) {
        this._watching = tracker.watch(text, {
          place: placement => this._view.dispatch({ effects: placeCarets.of(placement) })
        });
      }
    });
    settings.changed.connect(this._onSettings, this);
    _view.dom.addEventListener('mousemove', this._onMouse, { passive: true });
    _view.dom.addEventListener('mouseleave', this._onLeave, { passive: true });
  }

  update(update: ViewUpdate): void {
    const { docChanged, geometryChanged, selectionSet, focusChanged, transactions } = update;
    for (const { effects } of transactions) {
      for (const effect of effects) {
        if (effect.is(placeCarets)) {
          this._announce(update, effect.value.keys());
        }
      }
    }
    if (docChanged) {
      this._announceAuthors(update);
    }
    if (docChanged || geometryChanged || selectionSet || focusChanged) {
      this._board?.refresh();
    }
  }

  destroy(): void {
    this._isDestroyed = true;
    this._attached?.disconnect();
    this._watching?.dispose();
    this._parts.settings.changed.disconnect(this._onSettings, this);
    this._view.dom.removeEventListener('mousemove', this._onMouse);
    this._view.dom.removeEventListener('mouseleave', this._onLeave);
    this._leaveBoard();
  }

  caretsOf(clients: ReadonlySet<number>): readonly CaretPlace[] {
    const { field, tracker, settings } = this._parts;
    const places: CaretPlace[] = [];
    if (!settings.options.cursors || !this._view.dom.isConnected) {
      return places;
    }
    for (const [client, carets] of this._view.state.field(field)) {
      const user = clients.has(client) ? tracker.roster.find(client)?.user : undefined;
      const caret = mainOf(carets);
      const line = caret && user && this._lineAt(caret.head, caret.assoc);
      if (line) {
        places.push({ client, name: user.displayName, color: user.color, ...line });
      }
    }
    return places;
  }

  clientsIn(frame: Span): readonly number[] {
    const view = this._view;
    const isDrawn = view.dom.isConnected && view.dom.clientHeight > 0;
    const carets = isDrawn ? [...view.state.field(this._parts.field)] : [];
    return carets.flatMap(([client, list]) => {
      const { top, bottom } = spanOf(view, mainOf(list)?.head ?? 0, frame);
      return bottom > frame.top && top < frame.bottom ? [client] : [];
    });
  }

  obstacles(): readonly Rect[] {
    if (!this._view.hasFocus) {
      return [];
    }
    const { head, assoc } = this._view.state.selection.main;
    const line = this._lineAt(head, assoc);
    if (line === null) {
      return [];
    }
    const { caret, area, lineEnd } = line;
    return [
      { left: area.left, top: caret.top, right: lineEnd + WRITING_ROOM, bottom: caret.bottom }
    ];
  }

  /** The caret at `offset`, and the visual line that it is in. */
  private _lineAt(
    offset: number,
    assoc = 0
  ): Pick<CaretPlace, 'caret' | 'lineEnd' | 'area'> | null {
    const view = this._view;
    const head = Math.min(offset, view.state.doc.length);
    const caret = view.coordsAtPos(head, assoc < 0 ? -1 : 1);
    if (caret === null) {
      return null;
    }
    const cursor = EditorSelection.cursor(head, assoc);
    const ends = [true, false].map(forward => view.moveToLineBoundary(cursor, forward).head);
    const rights = ends.map(end => view.coordsAtPos(end, -1)?.right ?? caret.right);
    const area = view.contentDOM.getBoundingClientRect();
    return { caret, lineEnd: Math.max(caret.right, ...rights), area };
  }

  /** Show the names of those whom the effects of `update` have moved. */
  private _announce({ startState, state, changes }: ViewUpdate, clients: Iterable<number>): void {
    const { field } = this._parts;
    for (const client of clients) {
      const before = startState.field(field).get(client);
      const after = state.field(field).get(client);
      const expected = before?.map(caret => ({ ...caret, ...mapped(caret, changes) }));
      if (hasMoved(expected, after)) {
        this._tellMoved(client);
      } else if (after === undefined) {
        this._board?.forget(client);
      } else {
        this._board?.refresh();
      }
    }
  }

  /** Those who type have moved too. */
  private _announceAuthors({ state }: ViewUpdate): void {
    const carets = state.field(this._parts.field);
    for (const author of this._parts.tracker.authors) {
      if (carets.has(author)) {
        this._tellMoved(author);
      }
    }
  }

  /** Tell the board of a move: once this editor is seen, where it is not in the page yet. */
  private _tellMoved(client: number): void {
    const board = this._joinBoard();
    if (board !== null) {
      board.moved(client);
      return;
    }
    this._unseen.set(client, Date.now());
    this._attached ??= new IntersectionObserver(() => this._tellUnseen());
    this._attached.observe(this._view.dom);
  }

  private _tellUnseen(): void {
    const board = this._joinBoard();
    if (board !== null) {
      this._unseen.forEach((when, client) => board.moved(client, when));
      this._unseen.clear();
      this._attached?.disconnect();
    }
  }

  private readonly _onSettings = (): void => {
    // Without a place for anybody, this has all be drawn again.
    this._view.dispatch({ effects: placeCarets.of(new Map()) });
    this._board?.refresh();
  };

  private readonly _onMouse = ({ clientX, clientY }: MouseEvent): void => {
    if (this._view.state.field(this._parts.field).size > 0) {
      this._joinBoard()?.hover(this._ownerAt(clientX, clientY));
    }
  };

  private readonly _onLeave = (): void => this._board?.hover(null);

  /** Whose caret is at that point of the window. */
  private _ownerAt(x: number, y: number): number | null {
    const carets = this._view.dom.querySelectorAll<HTMLElement>('.jp-CollabCaret');
    for (const node of carets) {
      const { left, right, top, bottom } = node.getBoundingClientRect();
      if (x >= left - REACH && x <= right + REACH && y >= top - 2 && y <= bottom + 2) {
        return Number(node.dataset.client);
      }
    }
    return null;
  }

  private _joinBoard(): LabelBoard | null {
    const board = boardOf(this._view.dom, () => this._parts.settings.options);
    if (board !== this._board) {
      this._leaveBoard();
      this._board = board;
      board?.add(this);
    }
    return board;
  }

  private _leaveBoard(): void {
    this._board?.remove(this);
    if (this._board?.isEmpty === true) {
      this._board.dispose();
    }
    this._board = null;
  }

  /** Who has moved while this editor was nowhere in the page, and when. */
  private readonly _unseen = new Map<number, number>();
  private _attached: IntersectionObserver | undefined;
  private _watching: IDisposable | null = null;
  private _board: LabelBoard | null = null;
  private _isDestroyed = false;
}

function mapped(caret: Caret, changes: ViewUpdate['changes']): Pick<Caret, 'anchor' | 'head'> {
  const { anchor, head } = rangeOf(caret, changes.length).map(changes, -1);
  return { anchor, head };
}
