import type { DocumentWidget } from '@jupyterlab/docregistry';
import { Signal } from '@lumino/signaling';
import { Widget } from '@lumino/widgets';
import { Doc } from 'yjs';

import { Lock } from '../lock';
import { Restraint } from '../restraint';

/** A document with an editor, and a field beside it, such as that of the search. */
function show() {
  const lock = new Lock(new Doc());
  const node = document.createElement('div');
  const [editor, field] = [document.createElement('div'), document.createElement('input')];
  node.append(editor, field);
  const widget: unknown = {
    node,
    content: {},
    toggleClass: () => undefined,
    toolbar: { insertItem: () => true },
    context: {
      model: { readOnly: false, sharedModel: { clearUndoHistory: () => undefined } },
      sessionContext: { kernelPreference: {} }
    },
    disposed: new Signal({})
  };
  const tell = jest.fn();
  new Restraint(widget as DocumentWidget, lock, () => new Widget(), tell);
  /** Whether nothing keeps it from being done. */
  const does = (type: string, where: HTMLElement) =>
    where.dispatchEvent(new Event(type, { bubbles: true, cancelable: true }));
  return { lock, editor, field, tell, does };
}

describe('a document that may only be viewed', () => {
  it('tells those who write in it all the same, once, and again when it was taken from them anew', () => {
    const { lock, editor, tell, does } = show();
    does('beforeinput', editor);
    expect(tell).not.toHaveBeenCalled();
    lock.hold = 'viewing';
    does('beforeinput', editor);
    does('paste', editor);
    expect(tell).toHaveBeenCalledTimes(1);
    lock.hold = null;
    does('beforeinput', editor);
    expect(tell).toHaveBeenCalledTimes(1);
    lock.hold = 'viewing';
    does('paste', editor);
    expect(tell).toHaveBeenCalledTimes(2);
  });

  it('takes in nothing, and leaves fields that are no part of it as they are', () => {
    const { lock, editor, field, tell, does } = show();
    lock.hold = 'viewing';
    expect(does('paste', field)).toBe(true);
    does('beforeinput', field);
    expect(tell).not.toHaveBeenCalled();
    expect(does('paste', editor)).toBe(false);
    expect(does('drop', editor)).toBe(false);
  });
});
