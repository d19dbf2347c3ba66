import { Compartment, EditorState, Prec } from '@codemirror/state';
import type { Extension } from '@codemirror/state';
import { EditorView, ViewPlugin } from '@codemirror/view';
import { ySyncAnnotation } from '@jupyterlab/codemirror';

import type { Lock } from './lock';

/** What holds in an editor whose document may only be viewed: only what others write changes its text. */
const READ_ONLY: Extension = [
  Prec.highest(EditorState.readOnly.of(true)),
  EditorState.changeFilter.of(transaction => transaction.annotation(ySyncAnnotation) !== undefined),
  EditorView.contentAttributes.of({ 'aria-readonly': 'true' })
];

/** Makes an editor read-only for as long as `lock` is for viewing. Carets and selections stay. */
export function readOnlyWhileViewing(lock: Lock): Extension {
  const rules = new Compartment();
  const current = () => (lock.hold === 'viewing' ? READ_ONLY : []);
  const follower = ViewPlugin.define(view => {
    const update = () => view.dispatch({ effects: rules.reconfigure(current()) });
    lock.changed.connect(update);
    return { destroy: () => void lock.changed.disconnect(update) };
  });
  return [rules.of(current()), follower];
}
