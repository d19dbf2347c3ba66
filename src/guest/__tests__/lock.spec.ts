import { EditorState } from '@codemirror/state';
import { EditorView } from '@codemirror/view';
import { YFile, YNotebook } from '@jupyter/ydoc';
import { ybinding } from '@jupyterlab/codemirror';
import * as Y from 'yjs';

import { Lock, lockOf } from '../lock';
import { readOnlyWhileViewing } from '../readonly';

const CELL = { cell_type: 'code', source: 'a = 1' };

/** A notebook of this page, and a way for others to change it. */
function together() {
  const mine = YNotebook.create();
  const theirs = YNotebook.create();
  theirs.ydoc.on('update', () => Y.applyUpdate(mine.ydoc, Y.encodeStateAsUpdate(theirs.ydoc)));
  theirs.insertCell(0, CELL);
  return { mine, theirs, lock: new Lock(mine.ydoc) };
}

describe('Lock', () => {
  it('lets nothing through that is done here', () => {
    const { mine, lock } = together();
    const before = mine.toJSON();
    const [cell] = mine.cells;
    lock.hold = 'viewing';
    mine.insertCell(0, { ...CELL, cell_type: 'markdown' });
    mine.deleteCell(0);
    mine.setMetadata('kernelspec', { name: 'x', display_name: 'x' });
    mine.setSource({ cells: [], metadata: {}, nbformat: 4, nbformat_minor: 5 });
    cell?.setSource('b = 2');
    cell?.updateSource(0, 1, 'c');
    cell?.setMetadata('tags', ['x']);
    expect(mine.toJSON()).toEqual(before);
  });

  it('tells nobody anything once the document is closed, and so keeps nobody who listens', () => {
    const { mine, lock } = together();
    const listener = jest.fn();
    lock.changed.connect(listener);
    lock.hold = 'loading';
    expect(listener).toHaveBeenCalledTimes(1);
    mine.dispose();
    lock.hold = null;
    expect(listener).toHaveBeenCalledTimes(1);
  });

  it('takes in what others do, and goes on from there once it is open', () => {
    const { mine, theirs, lock } = together();
    lock.hold = 'viewing';
    theirs.cells[0]?.setSource('theirs');
    theirs.insertCell(1, CELL);
    expect(mine.cells.map(cell => cell.getSource())).toEqual(['theirs', 'a = 1']);
    lock.hold = null;
    mine.cells[0]?.setSource('mine');
    expect(mine.cells[0]?.getSource()).toBe('mine');
  });

  it('puts off what the page does by itself while the document is loading', () => {
    const { mine, theirs, lock } = together();
    lock.hold = 'loading';
    mine.setMetadata('language_info', { name: 'python' });
    theirs.insertCell(1, CELL);
    expect(mine.getMetadata('language_info')).toBeUndefined();
    expect(mine.cells).toHaveLength(2);
    lock.hold = null;
    expect(mine.getMetadata('language_info')).toEqual({ name: 'python' });
  });

  it('replaces no cell, and no text, later by what it was before', () => {
    const { mine, lock } = together();
    lock.hold = 'loading';
    // As JupyterLab makes a cell one of another kind.
    mine.transact(() => {
      mine.deleteCell(0);
      mine.insertCell(0, { cell_type: 'markdown', source: 'a = 1' });
    });
    mine.cells[0]?.setSource('as it was formatted');
    mine.setMetadata('tags', ['x']);
    lock.through(() => mine.insertCell(0, { ...CELL, source: 'new' }));
    lock.hold = null;
    const cells = () => mine.cells.map(cell => [cell.cell_type, cell.getSource()]);
    expect(cells()).toEqual([
      ['code', 'new'],
      ['code', 'a = 1']
    ]);
    expect(mine.getMetadata('tags')).toEqual(['x']);
    mine.deleteCell(0);
    mine.insertCell(1, CELL);
    mine.cells[1]?.setSource('b');
    expect(cells()).toEqual([
      ['code', 'a = 1'],
      ['code', 'b']
    ]);
  });

  it('lets through what only adds, with all that belongs to it', () => {
    const { mine, theirs, lock } = together();
    lock.hold = 'loading';
    const note = () => mine.setMetadata('tags', ['noted']);
    mine.changed.connect(note);
    lock.through(() => mine.insertCell(1, { ...CELL, source: 'new' }));
    mine.changed.disconnect(note);
    theirs.insertCell(0, { ...CELL, source: 'theirs' });
    const sources = () => mine.cells.map(cell => cell.getSource());
    expect(sources()).toEqual(['theirs', 'a = 1', 'new']);
    expect(mine.getMetadata('tags')).toEqual(['noted']);
    lock.hold = null;
    expect(sources()).toEqual(['theirs', 'a = 1', 'new']);
    lock.hold = 'viewing';
    lock.through(() => mine.insertCell(0, CELL));
    expect(mine.cells).toHaveLength(3);
  });

  it('never does what is done in answer to what is loading', () => {
    const { mine, theirs, lock } = together();
    const echo = jest.fn(() => mine.cells[0]?.updateSource(0, 0, 'twice '));
    mine.ydoc.getArray('cells').observeDeep(echo);
    lock.hold = 'loading';
    theirs.cells[0]?.setSource('once');
    expect(echo).toHaveBeenCalled();
    mine.ydoc.getArray('cells').unobserveDeep(echo);
    lock.hold = null;
    expect(mine.cells[0]?.getSource()).toBe('once');
  });

  it('forgets what was put off where the document turns out to be for viewing', () => {
    const { mine, lock } = together();
    lock.hold = 'loading';
    mine.setMetadata('tags', ['x']);
    lock.hold = 'viewing';
    lock.hold = null;
    expect(mine.getMetadata('tags')).toBeUndefined();
  });

  it('is one for each document', () => {
    const doc = new Y.Doc();
    const seen: unknown[] = [];
    lockOf(doc).changed.connect((_, hold) => void seen.push(hold));
    lockOf(doc).hold = 'viewing';
    lockOf(doc).hold = 'viewing';
    lockOf(doc).hold = null;
    expect(seen).toEqual(['viewing', null]);
    expect(lockOf(new Y.Doc())).not.toBe(lockOf(doc));
  });
});

describe('an editor of a locked document', () => {
  function edit() {
    const file = YFile.create();
    file.setSource('text');
    const lock = lockOf(file.ydoc);
    const extensions = [ybinding({ ytext: file.ysource }), readOnlyWhileViewing(lock)];
    const view = new EditorView({ state: EditorState.create({ doc: 'text', extensions }) });
    return { file, lock, view };
  }

  it('shows what others write and takes nothing else', () => {
    const { file, lock, view } = edit();
    lock.hold = 'viewing';
    expect(view.state.readOnly).toBe(true);
    expect(view.contentDOM.getAttribute('aria-readonly')).toBe('true');
    view.dispatch({ changes: { from: 0, insert: 'by a command ' } });
    expect(view.state.doc.toString()).toBe('text');
    const other = new Y.Doc();
    Y.applyUpdate(other, Y.encodeStateAsUpdate(file.ydoc));
    other.getText('source').insert(4, ' of others');
    Y.applyUpdate(file.ydoc, Y.encodeStateAsUpdate(other));
    expect(view.state.doc.toString()).toBe('text of others');
    view.dispatch({ selection: { anchor: 0, head: 4 } });
    expect(view.state.selection.main.to).toBe(4);
  });

  it('takes what is typed while the document is loading, beside what others write', () => {
    const { file, lock, view } = edit();
    lock.hold = 'loading';
    expect(view.state.readOnly).toBe(false);
    const told = jest.fn();
    file.ydoc.on('update', told);
    view.dispatch({ changes: { from: 4, insert: '!' } });
    expect(file.getSource()).toBe('text!');
    expect(told).toHaveBeenCalledTimes(1);
    const other = new Y.Doc();
    Y.applyUpdate(other, Y.encodeStateAsUpdate(file.ydoc));
    other.getText('source').insert(0, 'their ');
    Y.applyUpdate(file.ydoc, Y.encodeStateAsUpdate(other));
    expect(view.state.doc.toString()).toBe('their text!');
    view.dispatch({ changes: { from: 6, to: 10, insert: 'words' } });
    lock.hold = null;
    expect(file.getSource()).toBe('their words!');
  });

  it('is for writing again once the document is open', () => {
    const { file, lock, view } = edit();
    lock.hold = 'viewing';
    lock.hold = null;
    expect(view.state.readOnly).toBe(false);
    view.dispatch({ changes: { from: 4, insert: '!' } });
    expect(file.getSource()).toBe('text!');
  });
});
