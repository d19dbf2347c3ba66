import type { KernelMessage } from '@jupyterlab/services';

import { CutText } from './cut';
import { Displays } from './displays';
import { sizeOf } from './limits';
import type { OutputLimits, OutputWords } from './limits';
import type { Outputs } from './view';

/** What a cell prints goes into the document at most this often, in milliseconds. */
const INTERVAL = 100;

/** Showing what was printed may take one part of the time in so many. */
const BREATH = 4;

/** An output takes some room however short it is: characters. */
const LEAST_TEXT = 100;
const LEAST_DATA = 5_000;

/** A shorter description of an output that is left out stays. */
const LONGEST_PLAIN = 10_000;

type Stream = KernelMessage.IStreamMsg['content']['name'];
type Content = KernelMessage.IDisplayDataMsg['content'];

/** A text that is being printed: the output at `index`, once it is there. */
interface Printed {
  readonly name: Stream;
  readonly limit: number;
  readonly cut: CutText;
  index: number | null;
}

/**
 * Brings what one run of a cell puts out into the document: text in few pieces, and nothing beyond
 * the limits.
 *
 * It stands before JupyterLab's own handler of the kernel's messages: `hear` is a message hook.
 */
export class OutputFeed {
  /** `outputs` gives where they go at the moment; `null` once the cell is gone. */
  constructor(
    private readonly _outputs: () => Outputs | null,
    private readonly _limits: () => OutputLimits,
    private readonly _words: OutputWords
  ) {}

  /** Take a message; whether JupyterLab shall have it too, with what may have changed in it. */
  readonly hear = (message: KernelMessage.IIOPubMessage): boolean => {
    switch (message.header.msg_type) {
      case 'stream':
        this._print((message as KernelMessage.IStreamMsg).content);
        return false;
      case 'clear_output':
        this._clear((message as KernelMessage.IClearOutputMsg).content.wait);
        return true;
      case 'display_data':
        this.flush();
        return this._display((message as KernelMessage.IDisplayDataMsg).content);
      case 'execute_result':
        this.flush();
        this._begin();
        return this._spend((message as KernelMessage.IExecuteResultMsg).content, LEAST_DATA);
      case 'update_display_data':
        this.flush();
        this._update((message as KernelMessage.IUpdateDisplayDataMsg).content);
        return false;
      case 'error':
        this.flush();
        this._begin();
        this._shortenError((message as KernelMessage.IErrorMsg).content);
        return true;
      default:
        this.flush();
        return true;
    }
  };

  /** Put into the document what waits. */
  flush(): void {
    clearTimeout(this._timer);
    this._timer = undefined;
    const { _waiting: waiting } = this;
    this._waiting = null;
    const outputs = this._outputs();
    if (waiting === null || outputs === null) {
      return;
    }
    const began = performance.now();
    this._write(outputs, waiting.name, waiting.pieces.join(''));
    const now = performance.now();
    this._next = now + Math.max(INTERVAL, BREATH * (now - began));
  }

  /** Put nothing into the document any more. */
  stop(): void {
    clearTimeout(this._timer);
    this._waiting = null;
  }

  // --- text

  private _print({ name, text }: KernelMessage.IStreamMsg['content']): void {
    this._begin();
    if (this._waiting !== null && this._waiting.name !== name) {
      this.flush();
    }
    this._waiting ??= { name, pieces: [] };
    this._waiting.pieces.push(text);
    const wait = this._next - performance.now();
    if (wait <= 0) {
      this.flush();
    } else {
      this._timer ??= setTimeout(() => this.flush(), wait);
    }
  }

  private _clear(wait: boolean): void {
    if (wait) {
      this.flush();
    }
    this._waiting = this._printed = null;
    this._text = this._data = 0;
    this._isFull = this._isFullOfData = false;
    this._clearsNext = true;
    if (!wait) {
      this._begin();
    }
  }

  /** What was to be cleared with the next output is. */
  private _begin(): void {
    if (this._clearsNext) {
      this._clearsNext = false;
      this._displays.clear();
    }
  }

  private _write(outputs: Outputs, name: Stream, text: string): void {
    const printed = this._continue(outputs, name);
    if (printed === null) {
      return;
    }
    const before = textOf(outputs, printed.index);
    // What moves the cursor back makes the text shorter than it looks: see what becomes of it.
    const movesBack = /[\r\b]/.test(text);
    const cut = movesBack ? null : printed.cut.shorten(before + text, printed.limit);
    if (cut === null) {
      outputs.add({ output_type: 'stream', name, text });
    } else if (cut.keep <= before.length) {
      replaceEnd(outputs, name, cut.keep, cut.add);
    } else {
      const kept = text.slice(0, cut.keep - before.length);
      outputs.add({ output_type: 'stream', name, text: kept + cut.add });
    }
    printed.index = outputs.length - 1;
    const late = movesBack
      ? printed.cut.shorten(textOf(outputs, printed.index), printed.limit)
      : null;
    if (late !== null) {
      replaceEnd(outputs, name, late.keep, late.add + (text.endsWith('\r') ? '\r' : ''));
    }
  }

  /** The text that goes on, or another one; `null` where there is no room for one. */
  private _continue(outputs: Outputs, name: Stream): Printed | null {
    const last = this._printed;
    if (last?.name === name && (last.index === null || last.index === outputs.length - 1)) {
      return last;
    }
    if (last !== null && last.index !== null) {
      this._text += Math.max(LEAST_TEXT, textOf(outputs, last.index).length);
    }
    const { text: limit } = this._limits();
    const left = limit - this._text;
    if (left < limit / 20) {
      this._printed = null;
      this._sayFull(outputs, name, limit);
      return null;
    }
    this._printed = { name, limit: left, cut: new CutText(this._words.middle), index: null };
    return this._printed;
  }

  private _sayFull(outputs: Outputs, name: Stream, limit: number): void {
    if (!this._isFull) {
      this._isFull = true;
      outputs.add({ output_type: 'stream', name, text: `${this._words.rest(limit)}\n` });
    }
  }

  private _shortenError(content: KernelMessage.IErrorMsg['content']): void {
    const { text: limit } = this._limits();
    const traceback = content.traceback.join('\n');
    const cut = new CutText(this._words.middle).shorten(traceback, limit);
    if (cut !== null) {
      content.traceback = [traceback.slice(0, cut.keep) + cut.add];
    }
    const value = new CutText(this._words.middle).shorten(content.evalue, limit);
    if (value !== null) {
      content.evalue = content.evalue.slice(0, value.keep) + value.add;
    }
  }

  // --- everything else

  /** Whether JupyterLab shall show an output, as it has no name by which it is changed later on. */
  private _display(content: Content): boolean {
    this._begin();
    if (!this._spend(content, 0)) {
      return false;
    }
    const name = content.transient?.display_id;
    const outputs = this._outputs();
    if (name === undefined || outputs === null) {
      return true;
    }
    this._displays.add(outputs, name, content);
    return false;
  }

  private _update(content: KernelMessage.IUpdateDisplayDataMsg['content']): void {
    this._limit(content, this._limits().data);
    const outputs = this._outputs();
    if (outputs !== null) {
      this._displays.update(outputs, content.transient.display_id, content);
    }
  }

  /** Whether there is any room for an output, beside `kept`; one that is too large becomes words. */
  private _spend(content: Content, kept: number): boolean {
    const { data: limit } = this._limits();
    const left = Math.max(kept, limit - this._data);
    if (left <= 0) {
      this._sayFullOfData(limit);
      return false;
    }
    const size = this._limit(content, left);
    this._data += Math.max(LEAST_DATA, size);
    return true;
  }

  private _sayFullOfData(limit: number): void {
    if (!this._isFullOfData) {
      this._isFullOfData = true;
      const data = { 'text/plain': this._words.restOfData(limit) };
      this._outputs()?.add({ output_type: 'display_data', data, metadata: {} });
    }
  }

  /** How large an output is, which becomes words where that is more than `most`. */
  private _limit(content: Content, most: number): number {
    const { data } = content;
    const size = sizeOf(data);
    if (size <= most) {
      return size;
    }
    const plain = data['text/plain'];
    const kept = typeof plain === 'string' && plain.length < LONGEST_PLAIN ? `${plain}\n` : '';
    const words = this._words.data(Object.keys(data), size, this._limits().data);
    content.data = { 'text/plain': kept + words };
    content.metadata = {};
    return LEAST_DATA;
  }

  private _waiting: { readonly name: Stream; readonly pieces: string[] } | null = null;
  private _timer: ReturnType<typeof setTimeout> | undefined;
  private _next = 0;
  private _printed: Printed | null = null;
  private _text = 0;
  private _data = 0;
  private _isFull = false;
  private _isFullOfData = false;
  private _clearsNext = false;
  private readonly _displays = new Displays();
}

/** The text of the last output, if that is the one at `index`. */
function textOf(outputs: Outputs, index: number | null): string {
  const isThere = index !== null && index < outputs.length;
  return isThere ? (outputs.get(index).streamText?.text ?? '') : '';
}

/**
 * Let `add` follow the first `keep` characters of the last output. JupyterLab can tell the others
 * of changes at the end of the last text, and of no other ones.
 */
function replaceEnd(outputs: Outputs, name: Stream, keep: number, add: string): void {
  const text = outputs.get(outputs.length - 1).streamText;
  text?.remove(keep, text.text.length);
  outputs.add({ output_type: 'stream', name, text: add });
}
