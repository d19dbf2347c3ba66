import { EditorState } from '@codemirror/state';
import type { ChangeSpec, Extension, StateField } from '@codemirror/state';
import * as Y from 'yjs';
import { Awareness } from 'y-protocols/awareness';

import { Roster } from '../../presence';
import { Page } from '../../presence/__tests__/crowd';
import { caretField, placeCarets } from '../carets';
import type { Carets } from '../carets';
import { Budget, FrameBatch } from '../frames';
import { CursorTracker } from '../tracker';
import { shareRange } from '../wire';

/** Somebody else, in a copy of our document. */
export class Someone extends Page {
  constructor(ours: Awareness, name: string) {
    super(ours, name, { user: { username: name, name, color: '#112233' } });
    this._read();
  }

  /** Have cursors at these offsets of the text, or selections. */
  at(...ranges: (number | [anchor: number, head: number])[]): void {
    this._read();
    const cursors = ranges.map((range, n) => {
      const [anchor, head] = typeof range === 'number' ? [range, range] : range;
      return shareRange(this.text, { anchor, head }, n === 0);
    });
    this.say({ cursors });
  }

  /** Write, and have the text sent, or not yet. */
  write(offset: number, text: string, isSent = true): void {
    this.text.insert(offset, text);
    if (isSent) {
      this.send();
    }
  }

  readonly text = this.doc.getText('source');

  private _read(): void {
    Y.applyUpdate(this.doc, Y.encodeStateAsUpdate(this.ours.doc));
  }
}

/** An editor of a shared text, without what it looks like. */
export class Editor {
  constructor(text: Y.Text, tracker: CursorTracker) {
    this._field = caretField(() => tracker.authors);
    const extensions: Extension = this._field;
    this._state = EditorState.create({ doc: text.toJSON(), extensions });
    text.observe(({ delta }) => {
      let from = 0;
      const changes: ChangeSpec[] = [];
      for (const { retain = 0, insert, delete: gone = 0 } of delta) {
        changes.push({ from, to: from + gone, insert: typeof insert === 'string' ? insert : '' });
        from += retain + gone;
      }
      this._state = this._state.update({ changes }).state;
    });
    const watching = tracker.watch(text, {
      place: placement => {
        this.placements += 1;
        this._state = this._state.update({ effects: placeCarets.of(placement) }).state;
      }
    });
    this.close = () => watching.dispose();
  }

  /** Where somebody's cursors are, as offsets. */
  of({ client }: Someone): (number | [number, number])[] {
    const carets = this._state.field(this._field).get(client) ?? [];
    return carets.map(({ anchor, head }) => (anchor === head ? head : [anchor, head]));
  }

  /** How often cursors were placed. */
  placements = 0;
  readonly close: () => void;

  private readonly _field: StateField<Carets>;
  private _state: EditorState;
}

/** A document that we have open; frames come when `frame` is called. */
export function setUp(content: string) {
  const doc = new Y.Doc();
  const text = doc.getText('source');
  text.insert(0, content);
  const awareness = new Awareness(doc);
  const frames: (() => void)[] = [];
  const clock = { now: () => 0, nextFrame: (call: () => void) => frames.push(call), after: fail };
  const tracker = new CursorTracker(
    new Roster(awareness),
    paint => new FrameBatch(paint, clock, new Budget(clock))
  );
  const frame = () => frames.splice(0).forEach(call => call());
  const join = (name: string) => new Someone(awareness, name);
  return { doc, text, awareness, tracker, frames, frame, join };
}

function fail(): never {
  throw new Error('Work that takes no time needs no rest.');
}
