import type { Extension } from '@codemirror/state';
import { EditorView } from '@codemirror/view';
import type { EditorState } from '@codemirror/state';
import { JSONExt } from '@lumino/coreutils';
import type { ReadonlyPartialJSONValue } from '@lumino/coreutils';
import type { Awareness } from 'y-protocols/awareness';
import type { Text } from 'yjs';

import { MAX_RANGES, shareRange } from './wire';

/**
 * Tells the others where our cursors are in an editor, as long as we write there.
 *
 * They stay when the window loses the focus: what we were reading is still there. The session
 * sends what was published last, so to publish often costs no frames.
 */
export function publishCursors(text: Text, awareness: Awareness): Extension {
  return EditorView.updateListener.of(({ view, state, docChanged, selectionSet, focusChanged }) => {
    if (view.hasFocus && (docChanged || selectionSet || focusChanged)) {
      setField(awareness, 'cursors', shareSelection(text, state));
    }
  });
}

/** Set a field of our presence state, unless it says that already. */
export function setField(
  awareness: Awareness,
  name: string,
  value: ReadonlyPartialJSONValue | object
): void {
  const before = awareness.getLocalState()?.[name] as ReadonlyPartialJSONValue | undefined;
  if (before === undefined || !JSONExt.deepEqual(before, value as ReadonlyPartialJSONValue)) {
    awareness.setLocalStateField(name, value);
  }
}

function shareSelection(text: Text, { selection }: EditorState): object {
  // The main range is there, however many there are.
  const others = selection.ranges.filter(range => range !== selection.main);
  return [selection.main, ...others.slice(0, MAX_RANGES - 1)]
    .sort((one, other) => one.from - other.from)
    .map(range => shareRange(text, range, range === selection.main));
}
