import type { KernelMessage } from '@jupyterlab/services';
import { nullTranslator } from '@jupyterlab/translation';
import * as Y from 'yjs';

import { forgetWhatIsAsItWas } from '../../documents/unchanged';
import { OutputFeed } from '../feed';
import { GivenUpRuns } from '../givenup';
import { DEFAULTS, OutputWords } from '../limits';
import { Turns } from '../turns';
import { Pages, plot, stream } from './pages';
import type { Page } from './pages';

const WORDS = new OutputWords(nullTranslator.load('jupyter_collab'));
const IDLE = { execution_state: 'idle' };

/** A page that runs the cell of a notebook, and what its kernel tells it. */
class Runner {
  constructor(
    readonly name: string,
    readonly page: Page,
    client: number
  ) {
    const { notebook } = page;
    notebook.ydoc.clientID = client;
    notebook.ydoc.on('beforeObserverCalls', forgetWhatIsAsItWas);
    this._turns = new Turns(notebook);
    this._givenUp = new GivenUpRuns(
      notebook,
      () => page.outputs,
      (cell, count) => this._begin(cell, this._end(count), () => undefined)
    );
  }

  run(): void {
    const { page, name } = this;
    const { cell } = page;
    cell.sharedModel.transact(() => cell.clearExecution(), false, 'silent-change');
    cell.executionState = 'running';
    const feed = new OutputFeed(
      () => this._givenUp.outputsOf(cell.id, name) ?? page.outputs,
      () => DEFAULTS,
      WORDS
    );
    const done = new Promise<never>(() => undefined);
    this._givenUp.begin(cell.id, name, done);
    this._begin(cell.id, done, () => {
      this.isGivenUp = true;
      this._givenUp.keep(cell.id, name, feed);
    });
  }

  /** Runs another cell, which goes on. */
  runAnother(): void {
    this._givenUp.begin('another cell', 'another run', new Promise<never>(() => undefined));
  }

  hear(run: string, msg_type: string, content: object): void {
    const parent_header = { msg_id: run, msg_type: 'execute_request' };
    const message = { channel: 'iopub', header: { msg_type }, parent_header, content };
    this._givenUp.hear(message as unknown as KernelMessage.IMessage);
  }

  isGivenUp = false;

  private _begin(cell: string, end: Parameters<Turns['begin']>[1], drop: () => void): void {
    this._turns.begin(cell, end, drop);
  }

  private async _end(execution_count: number) {
    return Promise.resolve({ content: { execution_count } });
  }

  private readonly _turns: Turns;
  private readonly _givenUp: GivenUpRuns;
}

/** Ada and Bob run a cell, and it is Bob's run that counts; Ada's may have ended before. */
function both(knows: boolean, hasEnded = false) {
  const { all } = new Pages(2);
  const people = all.map((page, at) => new Runner(`run ${at}`, page, at + 1));
  const [ada, bob] = people as [Runner, Runner];
  const hear = (...args: Parameters<Runner['hear']>) => people.forEach(it => it.hear(...args));
  const sync = () => {
    while (all.some(({ sent }) => sent.length > 0)) {
      for (const page of all) {
        const updates = page.sent.splice(0);
        const others = all.filter(other => other !== page);
        updates.forEach(update => {
          others.forEach(({ notebook }) => Y.applyUpdate(notebook.ydoc, update, 'net'));
        });
      }
    }
  };
  ada.run();
  hear(ada.name, 'execute_input', { execution_count: 7 });
  ada.page.outputs.add(plot('first'));
  if (hasEnded) {
    ada.runAnother();
    hear(ada.name, 'status', IDLE);
  }
  if (knows) {
    sync();
  }
  bob.run();
  sync();
  expect([ada.isGivenUp, bob.isGivenUp]).toEqual([true, false]);
  /** The run of Ada raises an error. */
  const fail = () => {
    hear(ada.name, 'stream', { name: 'stdout', text: 'last words' });
    hear(ada.name, 'error', { ename: 'ValueError', evalue: '', traceback: ['Traceback'] });
    hear(ada.name, 'status', IDLE);
  };
  /** What all pages have. */
  const agree = () => {
    sync();
    const found = all.map(({ shown, written, cell: { executionCount, executionState } }) => {
      expect(shown).toEqual(written);
      const texts = shown.map(
        ({ text, ename, data }) => text ?? ename ?? Object.values(data ?? {})
      );
      return [texts.flat(), executionCount, executionState];
    });
    expect(found[1]).toEqual(found[0]);
    return found[0];
  };
  return { ada, bob, hear, fail, agree };
}

beforeAll(() => void jest.spyOn(console, 'warn').mockImplementation());
afterAll(() => jest.restoreAllMocks());

describe.each([false, true])(
  'a run of which another takes the place, which knows of it: %s',
  knows => {
    it('is there again with its error where that aborts the other (O18)', () => {
      const { bob, hear, fail, agree } = both(knows);
      fail();
      expect(agree()).toEqual([[], null, 'running']);
      hear(bob.name, 'status', { execution_state: 'busy' });
      hear(bob.name, 'status', IDLE);
      bob.page.cell.executionState = 'idle';
      expect(agree()).toEqual([['first', 'last words', 'ValueError'], 7, 'idle']);
    });

    it('is there again also where it has asked, and was answered meanwhile', () => {
      const { ada, bob, hear, fail, agree } = both(knows);
      ada.page.outputs.add(stream('answer', 'stdin'));
      fail();
      hear(bob.name, 'status', IDLE);
      bob.page.cell.executionState = 'idle';
      expect(agree()).toEqual([['first', 'last words', 'ValueError'], 7, 'idle']);
    });

    it('is there again also where it had ended, and the reply of the kernel was on its way', () => {
      const { bob, hear, agree } = both(knows, true);
      hear(bob.name, 'status', IDLE);
      bob.page.cell.executionState = 'idle';
      expect(agree()).toEqual([['first'], 7, 'idle']);
    });

    it('stays away where the kernel runs the other, also where that says nothing', () => {
      const { bob, hear, fail, agree } = both(knows);
      fail();
      hear(bob.name, 'execute_input', { execution_count: 8 });
      hear(bob.name, 'status', IDLE);
      bob.page.cell.executionState = 'idle';
      expect(agree()).toEqual([[], null, 'idle']);
      bob.page.cell.executionCount = 8;
      expect(agree()).toEqual([[], 8, 'idle']);
    });
  }
);
