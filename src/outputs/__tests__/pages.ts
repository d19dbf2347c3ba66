import type { ICodeCellModel } from '@jupyterlab/cells';
import type { IOutput } from '@jupyterlab/nbformat';
import { NotebookModel } from '@jupyterlab/notebook';
import { YNotebook } from '@jupyter/ydoc';
import type { YCodeCell } from '@jupyter/ydoc';
import * as Y from 'yjs';

import { mirrorOutputs } from '../mirror';

/** How changes of others come: one by one, in one frame, or as what is missing after a gap. */
export type Way = 'each' | 'merged' | 'diff';

export const WAYS: readonly Way[] = ['each', 'merged', 'diff'];

const NET = 'net';

export function stream(text: string, name = 'stdout'): IOutput {
  return { output_type: 'stream', name, text };
}

export function plot(text: string): IOutput {
  return { output_type: 'display_data', data: { 'text/plain': text }, metadata: {} };
}

/** A page that has a notebook open: JupyterLab's models, and what it sends. */
export class Page {
  constructor(perCell = true) {
    this.notebook = new YNotebook({ disableDocumentWideUndoRedo: perCell });
    this.notebook.ydoc.on('update', (update: Uint8Array, origin: unknown) => {
      if (origin !== NET) {
        this.sent.push(update);
      }
    });
    this.model = new NotebookModel({ sharedModel: this.notebook, collaborationEnabled: true });
    mirrorOutputs(this.model);
  }

  get cell(): ICodeCellModel {
    return this.model.cells.get(0) as ICodeCellModel;
  }

  /** What JupyterLab shows. */
  get outputs(): ICodeCellModel['outputs'] {
    return this.outputsOf(0);
  }

  outputsOf(index: number): ICodeCellModel['outputs'] {
    return (this.model.cells.get(index) as ICodeCellModel).outputs;
  }

  get shown(): IOutput[] {
    return this.outputs.toJSON();
  }

  /** What the document of this page has. */
  get written(): IOutput[] {
    return (this.notebook.cells[0] as YCodeCell).getOutputs();
  }

  /** Take in what others did: all of it is shown then, and nothing is said. */
  receive(update: Uint8Array): void {
    const before = this.sent.length;
    Y.applyUpdate(this.notebook.ydoc, update, NET);
    expect(this.shown).toEqual(this.written);
    expect(this.sent).toHaveLength(before);
  }

  readonly notebook: YNotebook;
  readonly sent: Uint8Array[] = [];
  readonly model: NotebookModel;
}

/** Pages with one notebook of one cell, and the server between them. */
export class Pages {
  constructor(count: number, outputs: readonly IOutput[] = [], perCell = true) {
    this.all = Array.from({ length: count }, () => new Page(perCell));
    this._waiting = new Map(this.all.map(page => [page, []]));
    this.server.addCell({ cell_type: 'code', outputs: [...outputs] });
    this.serve(Y.encodeStateAsUpdate(this.server.ydoc), null);
    this.sync();
  }

  /** What a page has sent, or what the server does by itself. */
  serve(update: Uint8Array, from: Page | null): void {
    Y.applyUpdate(this.server.ydoc, update);
    this._waiting.forEach((waiting, page) => {
      if (page !== from) {
        waiting.push(update);
      }
    });
  }

  /** As the server edits a document: all outputs from an index on, in one transaction. */
  replace(from: number, outputs: readonly IOutput[]): void {
    this._edit(cell => cell.updateOutputs(from, cell.youtputs.length, [...outputs]));
  }

  /** As the server edits a document where the text at its end has grown. */
  grow(text: string): void {
    this._edit(cell => cell.appendStreamOutput(cell.youtputs.length - 1, text));
  }

  private _edit(change: (cell: YCodeCell) => void): void {
    const before = Y.encodeStateVector(this.server.ydoc);
    change(this.server.cells[0] as YCodeCell);
    this.serve(Y.encodeStateAsUpdate(this.server.ydoc, before), null);
  }

  send(page: Page, way: Way = 'merged'): void {
    const sent = page.sent.splice(0);
    const frames = way === 'each' || sent.length === 0 ? sent : [Y.mergeUpdates(sent)];
    frames.forEach(frame => this.serve(frame, page));
  }

  deliver(page: Page, way: Way = 'merged'): void {
    const waiting = this._waiting.get(page)?.splice(0) ?? [];
    if (waiting.length === 0) {
      return;
    }
    const { ydoc } = page.notebook;
    if (way === 'diff') {
      page.receive(Y.encodeStateAsUpdate(this.server.ydoc, Y.encodeStateVector(ydoc)));
    } else {
      (way === 'each' ? waiting : [Y.mergeUpdates(waiting)]).forEach(it => page.receive(it));
    }
  }

  sync(way: Way = 'merged'): void {
    this.all.forEach(page => this.send(page, way));
    this.all.forEach(page => this.deliver(page, way));
  }

  get serverOutputs(): IOutput[] {
    return (this.server.cells[0] as YCodeCell).getOutputs();
  }

  /** The outputs, which all pages show and all documents have. */
  agree(): IOutput[] {
    const outputs = this.serverOutputs;
    for (const page of this.all) {
      expect(page.written).toEqual(outputs);
      expect(page.shown).toEqual(outputs);
    }
    return outputs;
  }

  readonly all: readonly Page[];
  readonly server = new YNotebook();
  private readonly _waiting: Map<Page, Uint8Array[]>;
}
