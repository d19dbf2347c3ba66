import { CodeCellModel } from '@jupyterlab/cells';
import type { ICodeCellModel } from '@jupyterlab/cells';
import type { IOutput } from '@jupyterlab/nbformat';
import { JSONExt } from '@lumino/coreutils';
import { Map as YMap } from 'yjs';
import type { Array as YArray } from 'yjs';

/** What JupyterLab has of the outputs of a cell. */
export type Outputs = ICodeCellModel['outputs'];

type Item = ReturnType<Outputs['get']>;
type Text = NonNullable<Item['streamText']>;

/** The outputs from `from` on, and before `to`. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

export const ALL: Span = { from: 0, to: Infinity };

/** An output that shows nothing. */
const BLANK: IOutput = { output_type: 'display_data', data: {}, metadata: {} };

/**
 * Brings what JupyterLab shows of a cell's outputs to what the document has, and draws no more than
 * what differs. It compares the two, so what is the same already stays, whoever has made it so.
 *
 * Printed text is only ever added at the end, never put in the place of another output or moved:
 * JupyterLab draws what is printed later where the text was when it was added.
 */
export class OutputView {
  constructor(private readonly _outputs: Outputs) {
    for (let at = 0; at < _outputs.length; at += 1) {
      this._note(at, _outputs.get(at));
    }
    this._isTaking = false;
    _outputs.changed.connect((_, { type, newIndex, newValues, oldIndex, oldValues }) => {
      if (type === 'add') {
        newValues.forEach((item, at) => this._note(newIndex + at, item));
        this._isMoved = false;
      } else if (type === 'clear') {
        this._open = null;
        this._items = [];
      } else if (type === 'remove') {
        this._items.splice(oldIndex, oldValues.length);
      } else if (type === 'set') {
        newValues.forEach((item, at) => this._replace(newIndex + at, item));
      }
    });
  }

  get isDisposed(): boolean {
    return this._outputs.isDisposed;
  }

  /** Whether there are as many outputs here as in the document. */
  isAsLongAs(target: YArray<unknown>): boolean {
    return this._outputs.length === target.length;
  }

  /** Whether an output that was taken in has become `value` as the page drew it. */
  hasDrawn(at: number, value: IOutput): boolean {
    const item = this._items[at];
    return item !== undefined && this._taken.has(item) && JSONExt.deepEqual(item.toJSON(), value);
  }

  /** Show what `target` has; where it is as long as the view, nothing beside `span` differs. */
  take(target: YArray<unknown>, span: Span): void {
    this._isTaking = true;
    try {
      this._take(target, span);
    } finally {
      this._isTaking = false;
    }
  }

  private _take(target: YArray<unknown>, span: Span): void {
    this._match(target, span);
    this._close();
    if (!this.isAsLongAs(target)) {
      // The page was to clear the outputs with the next one, and took ours for that. It still is.
      this._match(target, ALL);
      this._close();
      this._outputs.clear(true);
    }
  }

  private _match(target: YArray<unknown>, { from, to }: Span): void {
    const { _outputs: outputs } = this;
    const end = this.isAsLongAs(target) ? Math.min(to, target.length) : target.length;
    let at = Math.min(from, outputs.length);
    while (at < Math.min(end, outputs.length) && this._change(at, read(target.get(at)))) {
      at += 1;
    }
    if (at < end || outputs.length > target.length) {
      this._cut(at);
      target.slice(at).forEach(output => this._add(read(output)));
    }
  }

  /** Make the output at an index what it shall be; `false` where it has to be added anew. */
  private _change(at: number, value: IOutput): boolean {
    const item = this._outputs.get(at);
    const { streamText: text } = item;
    if (text !== undefined && value.output_type === 'stream') {
      return this._changeText(item, text, value);
    }
    if (text !== undefined || value.output_type === 'stream') {
      return false;
    }
    if (!JSONExt.deepEqual(item.toJSON(), value)) {
      this._outputs.set(at, value);
    }
    return true;
  }

  private _changeText(item: Item, text: Text, value: IOutput): boolean {
    if (!JSONExt.deepEqual({ ...item.toJSON(), text: '' }, { ...value, text: '' })) {
      return false;
    }
    const shown = shownText(value);
    if (text.text === shown) {
      return true;
    }
    if (!this._followed.has(item)) {
      return false;
    }
    edit(text, shown);
    this._isMoved ||= item === this._outputs.get(this._outputs.length - 1);
    return true;
  }

  private _cut(length: number): void {
    const { _outputs: outputs } = this;
    if (length === 0 && outputs.length > 0) {
      outputs.clear();
    }
    while (outputs.length > length) {
      outputs.remove(outputs.length - 1);
      this._isMoved = true;
    }
  }

  private _add(value: IOutput): void {
    if (value.output_type === 'stream' && value['name'] === this._open) {
      this._end();
    }
    this._outputs.add(value);
  }

  /** Where the text that JupyterLab would continue is another one by now, let it continue none. */
  private _close(): void {
    if (this._isMoved && this._open !== null) {
      this._end();
    }
    this._isMoved = false;
  }

  /** Text that is added after an output of another kind is an output of its own. */
  private _end(): void {
    const { _outputs: outputs } = this;
    if (outputs.length > 0) {
      outputs.add(BLANK);
      outputs.remove(outputs.length - 1);
    }
  }

  private _note(at: number, item: Item): void {
    const { name = null } = item.type === 'stream' ? (item.toJSON() as { name?: string }) : {};
    this._open = name;
    this._followed.add(item);
    this._items.splice(at, 0, item);
    if (this._isTaking) {
      this._taken.add(item);
    }
  }

  private _replace(at: number, item: Item): void {
    if (this._isTaking || this.hasDrawn(at, item.toJSON())) {
      this._taken.add(item);
    }
    this._items[at] = item;
  }

  /** The name of the text that JupyterLab continues when more of that name is added. */
  private _open: string | null = null;

  /** Whether that text is no longer what it was when the page last added to it. */
  private _isMoved = false;

  /** What is drawn again when its text changes: all that was added, and nothing that was set. */
  private readonly _followed = new WeakSet<Item>();

  /** The outputs that are shown. */
  private _items: Item[] = [];

  /** What the document has brought, and not this page: the outputs that there were at first, too. */
  private readonly _taken = new WeakSet<Item>();
  private _isTaking = true;
}

/** An output as a document has it. */
export function read(output: unknown): IOutput {
  return (output instanceof YMap ? output.toJSON() : output) as IOutput;
}

/** Printed text as JupyterLab shows it: what moves the cursor back has done so. */
function shownText(value: IOutput): string {
  const { text } = value;
  if (typeof text === 'string' && !/[\r\b]/.test(text)) {
    return text;
  }
  const area = CodeCellModel.defaultContentFactory.createOutputArea({
    trusted: false,
    values: [value]
  });
  const shown = area.get(0).streamText?.text ?? '';
  area.dispose();
  return shown;
}

/** Let `text` be `target`, and keep how it begins. */
function edit(text: Text, target: string): void {
  const before = text.text;
  const options = { silent: true };
  const same = commonStart(before, target);
  if (same < before.length) {
    text.remove(same, before.length, options);
  }
  if (same < target.length) {
    text.insert(same, target.slice(same), options);
  }
}

function commonStart(one: string, other: string): number {
  if (other.startsWith(one)) {
    return one.length;
  }
  let same = 0;
  while (same < one.length && one[same] === other[same]) {
    same += 1;
  }
  return same;
}
