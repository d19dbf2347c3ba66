import { CodeCellModel } from '@jupyterlab/cells';
import type { KernelMessage } from '@jupyterlab/services';
import { nullTranslator } from '@jupyterlab/translation';
import { YNotebook } from '@jupyter/ydoc';
import type { YCodeCell } from '@jupyter/ydoc';
import * as Y from 'yjs';

import { OutputFeed } from '../feed';
import { OutputWords, readLimits } from '../limits';
import type { OutputLimits } from '../limits';

const words = new OutputWords(nullTranslator.load('jupyter_collab'));

/** A cell in two browsers, one of which runs it. */
class Run {
  constructor(readonly limits: OutputLimits = { text: 1_000, data: 100_000 }) {
    this._here.ydoc.on('update', (update: Uint8Array) => {
      this.updates += 1;
      this._sent.push(update);
    });
    this._here.addCell({ cell_type: 'code' });
    this.mine = new CodeCellModel({ sharedModel: this._here.cells[0] as YCodeCell });
    this._receive();
    this.theirs = new CodeCellModel({ sharedModel: this._there.cells[0] as YCodeCell });
    this.updates = 0;
    this.feed = new OutputFeed(
      () => this.mine.outputs,
      () => this.limits,
      words
    );
  }

  /** As JupyterLab's kernel connection and output area do it. */
  tell(type: string, content: object): void {
    const message = { header: { msg_type: type }, content } as KernelMessage.IIOPubMessage;
    const passes = this.feed.hear(message);
    if (passes && type === 'clear_output') {
      this.mine.outputs.clear((content as { wait: boolean }).wait);
    } else if (passes && type !== 'status') {
      this.mine.outputs.add({ ...message.content, output_type: type });
    }
    this._receive();
  }

  /** JupyterLab's models pass nothing on while another one in the same page does. */
  private _receive(): void {
    this._sent.splice(0).forEach(update => Y.applyUpdate(this._there.ydoc, update));
  }

  print(text: string, name = 'stdout'): void {
    this.tell('stream', { name, text });
  }

  /** The outputs, which are the same everywhere once the cell has run. */
  end(): { readonly [key: string]: unknown }[] {
    this.tell('status', { execution_state: 'idle' });
    const outputs = this.mine.outputs.toJSON();
    expect((this._here.cells[0] as YCodeCell).getOutputs()).toEqual(outputs);
    expect((this._there.cells[0] as YCodeCell).getOutputs()).toEqual(outputs);
    expect(this.theirs.outputs.toJSON()).toEqual(outputs);
    return outputs;
  }

  readonly feed: OutputFeed;
  readonly mine: CodeCellModel;
  readonly theirs: CodeCellModel;
  updates = 0;
  private readonly _sent: Uint8Array[] = [];
  // As JupyterLab has it by default.
  private readonly _here = new YNotebook({ disableDocumentWideUndoRedo: true });
  private readonly _there = new YNotebook({ disableDocumentWideUndoRedo: true });
}

function texts(outputs: { readonly [key: string]: unknown }[]): string[] {
  return outputs.map(output => String(output['text']));
}

describe('OutputFeed', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it('shows the first text at once, and puts together what comes soon after', () => {
    const run = new Run();
    run.print('one\n');
    expect(texts(run.mine.outputs.toJSON())).toEqual(['one\n']);
    for (let number = 0; number < 50; number += 1) {
      run.print('x');
    }
    expect(run.updates).toBe(1);
    jest.advanceTimersByTime(1_000);
    expect(run.updates).toBe(2);
    expect(texts(run.end())).toEqual([`one\n${'x'.repeat(50)}`]);
  });

  it('keeps the order of texts and other outputs', () => {
    const run = new Run({ text: 10_000, data: 10_000 });
    run.print('a');
    run.print('b');
    run.print('c', 'stderr');
    run.print('d');
    run.tell('display_data', { data: { 'text/plain': 'e' }, metadata: {} });
    run.print('f');
    const kinds = run.end().map(({ name, text, data }) => [name, text ?? data]);
    expect(kinds).toEqual([
      ['stdout', 'ab'],
      ['stderr', 'c'],
      ['stdout', 'd'],
      [undefined, { 'text/plain': 'e' }],
      ['stdout', 'f']
    ]);
  });

  it('leaves out the middle of a text that grows beyond the limit, in pieces of any size (O5)', () => {
    for (const size of [1, 7, 100, 5_000]) {
      const run = new Run();
      const lines = [...Array(5_000).keys()].map(number => `${number}\n`);
      for (let at = 0; at < lines.length; at += size) {
        run.print(lines.slice(at, at + size).join(''));
        jest.advanceTimersByTime(1_000);
      }
      const [text = '', ...others] = texts(run.end());
      expect(others).toEqual([]);
      expect(text.length).toBeLessThanOrEqual(1_000);
      expect(text.startsWith('0\n1\n2\n')).toBe(true);
      expect(text.endsWith('4998\n4999\n')).toBe(true);
      expect(text).toMatch(/\n\[… [\d,]+ lines \([\d,]+ characters\) are left out here\. .*\]\n/);
    }
  });

  it('does not cut a bar that is drawn over and over again', () => {
    const run = new Run();
    for (let number = 0; number < 1_000; number += 1) {
      run.print(`\r${String(number).padStart(4)} of 1000`);
      jest.advanceTimersByTime(50);
    }
    expect(texts(run.end())).toEqual([' 999 of 1000']);
  });

  it('goes on drawing where it was after a cut', () => {
    const run = new Run();
    run.print('line\n'.repeat(400) + 'half\r');
    run.print('full');
    expect(texts(run.end())[0]).toMatch(/left out here.*\nline\n(line\n)*full$/s);
  });

  it('stops at the limit also where two streams take turns', () => {
    const run = new Run();
    for (let number = 0; number < 100; number += 1) {
      run.print('out\n');
      run.print('err\n', 'stderr');
    }
    const all = texts(run.end());
    expect(all.length).toBeLessThan(15);
    expect(all.at(-1)).toContain('What was printed after this is left out');
  });

  it('begins again when the outputs are cleared, now or with the next one', () => {
    for (const wait of [false, true]) {
      const run = new Run();
      for (let number = 0; number < 20; number += 1) {
        run.tell('clear_output', { wait });
        run.print(`${number}${'x'.repeat(600)}`);
        jest.advanceTimersByTime(1_000);
      }
      expect(texts(run.end())).toEqual([`19${'x'.repeat(600)}`]);
    }
  });

  it('puts words in the place of an output that is too large, and keeps its short text (O5)', () => {
    const run = new Run();
    const image = 'A'.repeat(200_000);
    const data = { 'image/png': image, 'text/plain': '<Figure>' };
    run.tell('display_data', { data, metadata: { 'image/png': { width: 10 } } });
    run.tell('display_data', { data: { 'image/png': 'small' }, metadata: {} });
    const [words, small] = run.end();
    expect(words?.['data']).toEqual({
      'text/plain':
        '<Figure>\n[… An output of 0.2 MB (image/png, text/plain) is left out: a cell keeps 0.1 MB. ' +
        'Write it to a file instead. See Settings, Shared Outputs.]'
    });
    expect(small?.['data']).toEqual({ 'image/png': 'small' });
  });

  it('takes no more outputs once they have used up the room, however small', () => {
    const run = new Run();
    for (let number = 0; number < 1_000; number += 1) {
      run.tell('display_data', { data: { 'text/plain': 'x' }, metadata: {} });
    }
    expect(run.end().length).toBeLessThan(30);
  });

  it('says once that there is no more room, and shows the result all the same (O5)', () => {
    const run = new Run();
    const show = () => run.tell('display_data', { data: { 'text/plain': 'x' }, metadata: {} });
    for (let number = 0; number < 25; number += 1) {
      show();
    }
    const result = { data: { 'text/plain': '42' }, metadata: {}, execution_count: 1 };
    run.tell('execute_result', result);
    const large = { 'image/png': 'A'.repeat(50_000) };
    run.tell('execute_result', { ...result, data: large });
    show();
    const shown = run.end().map(({ data }) => (data as { 'text/plain': string })['text/plain']);
    expect(shown.slice(0, 20)).toEqual(Array(20).fill('x'));
    expect(shown.slice(20)).toEqual([
      '[… What was shown after this is left out: a cell keeps 0.1 MB of images, tables and plots. ' +
        'See Settings, Shared Outputs.]',
      '42',
      expect.stringContaining('An output of 0.1 MB (image/png) is left out')
    ]);
    run.tell('clear_output', { wait: false });
    show();
    expect(run.end()).toHaveLength(1);
  });

  it('shortens the words of an error', () => {
    const run = new Run();
    const line = `${'deep '.repeat(10)}\n`;
    run.tell('error', { ename: 'E', evalue: 'v'.repeat(5_000), traceback: [line.repeat(500)] });
    const [error] = run.end();
    expect(JSON.stringify(error).length).toBeLessThan(2_500);
  });

  it('puts nothing into a cell that is gone', () => {
    const feed = new OutputFeed(
      () => null,
      () => readLimits({}),
      words
    );
    const content = { name: 'stdout', text: 'x' };
    const message = { header: { msg_type: 'stream' }, content } as KernelMessage.IStreamMsg;
    expect(feed.hear(message)).toBe(false);
  });
});

describe('readLimits', () => {
  it('takes nought for no limit, and never more than half a frame', () => {
    expect(readLimits({ outputText: 0, outputData: 0 })).toEqual({
      text: Infinity,
      data: Infinity
    });
    expect(readLimits({ outputText: 10, outputData: 2 }, 1e6)).toEqual({ text: 10, data: 5e5 });
    expect(readLimits({ outputText: 'many' })).toEqual(readLimits({}));
  });
});
