import type { IOutput } from '@jupyterlab/nbformat';
import { PromiseDelegate } from '@lumino/coreutils';
import * as Y from 'yjs';

import { wholeDice } from '../../__tests__/dice';
import { forgetWhatIsAsItWas } from '../../documents/unchanged';
import { Turns } from '../turns';
import { Page, plot, stream } from './pages';

type Reply = { readonly content: { readonly execution_count: number | null } };

/** A run of the first cell of a page, as JupyterLab makes one. */
class Run {
  constructor(
    readonly name: string,
    private readonly _page: Page,
    turns: Turns
  ) {
    const { cell } = _page;
    cell.sharedModel.transact(() => cell.clearExecution(), false, 'silent-change');
    cell.executionState = 'running';
    turns.begin(cell.id, this._done.promise, () => {
      this.isDropped = true;
      this._done.reject(new Error('Canceled'));
    });
  }

  print(): void {
    if (!this.isDropped && !this.isOver) {
      const text = `${this.name}.${this.printed.length} `;
      this.printed.push(text);
      this._page.cell.outputs.add(this.printed.length % 3 === 0 ? plot(text) : stream(text));
    }
  }

  async end(count: number): Promise<void> {
    if (!this.isDropped && !this.isOver) {
      this.isOver = true;
      this.count = count;
      this._page.cell.executionCount = count;
      this._done.resolve({ content: { execution_count: count } });
      await this._done.promise;
    }
  }

  readonly printed: string[] = [];
  count: number | null = null;
  isOver = false;
  isDropped = false;
  private readonly _done = new PromiseDelegate<Reply>();
}

interface Person {
  readonly page: Page;
  readonly turns: Turns;
  readonly inbox: Uint8Array[];
  readonly runs: Run[];
}

/** People who have a notebook of one cell open, and what is on its way between them. */
class World {
  constructor(clients: readonly number[]) {
    const { notebook } = new Page();
    notebook.addCell({ cell_type: 'code', outputs: [stream('before')], execution_count: 3 });
    const start = Y.encodeStateAsUpdate(notebook.ydoc);
    this.people = clients.map(client => {
      const page = new Page();
      const { ydoc } = page.notebook;
      ydoc.clientID = client;
      ydoc.on('beforeObserverCalls', forgetWhatIsAsItWas);
      const turns = new Turns(page.notebook);
      Y.applyUpdate(ydoc, start, 'net');
      // As JupyterLab's cells do, whoever has run them.
      page.cell.stateChanged.connect((_, { name, newValue }) => {
        if (name === 'executionCount' && typeof newValue === 'number') {
          page.cell.executionState = 'idle';
        }
      });
      page.sent.splice(0);
      return { page, turns, inbox: [], runs: [] };
    });
  }

  run(person: Person): Run {
    const { page, turns, runs } = person;
    const run = new Run(`${this.people.indexOf(person)}/${runs.length}`, page, turns);
    runs.push(run);
    return run;
  }

  /** The number of the next run that ends. */
  get count(): number {
    return (this._count += 1);
  }

  send(person: Person, most = Infinity): void {
    for (const update of person.page.sent.splice(0, most)) {
      this.people.forEach(other => other !== person && other.inbox.push(update));
    }
  }

  receive({ page, inbox }: Person, most = Infinity): void {
    const updates = inbox.splice(0, most);
    if (updates.length > 0) {
      Y.applyUpdate(page.notebook.ydoc, Y.mergeUpdates(updates), 'net');
      expect(page.shown).toEqual(page.written);
    }
  }

  settle(): void {
    while (this.people.some(({ page, inbox }) => page.sent.length + inbox.length > 0)) {
      this.people.forEach(person => this.send(person));
      this.people.forEach(person => this.receive(person));
    }
  }

  async end(): Promise<void> {
    this.settle();
    for (const run of this.people.flatMap(({ runs }) => runs.slice(-1))) {
      run.print();
      await run.end(this.count);
    }
    this.settle();
  }

  /** The texts, the number and the state of the cell, which all pages have. */
  agree(): { text: string; count: number | null; state: string } {
    const all = this.people.map(({ page: { cell, shown } }) => ({
      text: shown.map(textOf).join(''),
      count: cell.executionCount,
      state: cell.executionState
    }));
    const [first = { text: '', count: null, state: '' }, ...others] = all;
    others.forEach(one => expect(one).toEqual(first));
    return first;
  }

  /** The runs whose outputs are in the cell, if each is in the cell that it was run in last. */
  get standing(): readonly Run[] {
    return this.people.flatMap(({ runs }) => runs.slice(-1)).filter(run => !run.isDropped);
  }

  readonly people: readonly Person[];
  private _count = 3;
}

function textOf({ text, data }: IOutput): string {
  return String(text ?? (data as Record<string, unknown>)['text/plain']);
}

beforeAll(() => void jest.spyOn(console, 'warn').mockImplementation());
afterAll(() => jest.restoreAllMocks());

/** Two people run the cell before either has heard of the other; `[winner, loser]`. */
async function both(end: (world: World, run: Run) => Promise<void>) {
  const world = new World([1, 2]);
  const runs = world.people.map(person => world.run(person));
  for (const run of runs) {
    run.print();
    await end(world, run);
  }
  world.settle();
  const standing = world.standing;
  expect(standing).toHaveLength(1);
  const [winner] = standing as readonly [Run];
  return { world, winner, loser: runs.find(run => run !== winner) as Run };
}

describe('a cell that two people run in the same moment (O18)', () => {
  it('has the outputs and the number of one run, where both have ended before', async () => {
    const { world, winner } = await both(async (here, run) => run.end(here.count));
    const { printed, count } = winner;
    expect(world.agree()).toEqual({ text: printed.join(''), count, state: 'idle' });
  });

  it('gets no more of the other run, and runs until the one ends', async () => {
    const { world, winner, loser } = await both(async () => Promise.resolve());
    loser.print();
    winner.print();
    world.settle();
    expect(loser.isDropped).toBe(true);
    expect(world.agree()).toEqual({ text: winner.printed.join(''), count: null, state: 'running' });
    await winner.end(world.count);
    world.settle();
    expect(world.agree()).toMatchObject({ count: winner.count, state: 'idle' });
  });

  it('is rid of what a program prints that does not know of this', () => {
    const world = new World([2]);
    const { page } = world.people[0] as Person;
    const other = new Y.Doc();
    other.clientID = 1;
    Y.applyUpdate(other, Y.encodeStateAsUpdate(page.notebook.ydoc));
    const cell = other.getArray('cells').get(0) as Y.Map<Y.Array<unknown> | string>;
    const show = () => {
      const outputs = cell.get('outputs') as Y.Array<unknown>;
      outputs.push([new Y.Map(Object.entries(plot('theirs')))]);
      Y.applyUpdate(page.notebook.ydoc, Y.encodeStateAsUpdate(other), 'net');
    };
    const run = world.run(world.people[0] as Person);
    run.print();
    cell.set('execution_state', 'running');
    show();
    run.print();
    show();
    expect(page.written.map(textOf).join('')).toBe(run.printed.join(''));
    expect(page.shown).toEqual(page.written);
  });
});

describe('a cell that somebody runs while it runs for another (O18)', () => {
  it('has the outputs of the later run alone', async () => {
    const world = new World([2, 1]);
    const [ada, bob] = world.people as [Person, Person];
    const first = world.run(ada);
    first.print();
    world.settle();
    first.print();
    const second = world.run(bob);
    first.print();
    world.settle();
    expect([first.isDropped, second.isDropped]).toEqual([true, false]);
    expect(world.agree()).toEqual({ text: '', count: null, state: 'running' });
    // What JupyterLab says where a run of its own has come to nothing.
    ada.page.cell.executionState = 'idle';
    await world.end();
    const { printed, count } = second;
    expect(world.agree()).toEqual({ text: printed.join(''), count, state: 'idle' });
  });

  it('is cleared for everybody, and goes on', () => {
    const world = new World([1, 2]);
    const [ada, bob] = world.people as [Person, Person];
    const run = world.run(ada);
    run.print();
    world.settle();
    const { cell } = bob.page;
    cell.sharedModel.transact(() => cell.clearExecution(), false);
    world.settle();
    expect(world.agree()).toEqual({ text: '', count: null, state: 'idle' });
    run.print();
    world.settle();
    expect([run.isDropped, world.agree().text]).toEqual([false, run.printed[1]]);
  });

  it('is said to run by the page that goes on with it, where a copy says so already', () => {
    const world = new World([1, 2]);
    const [ada, bob] = world.people as [Person, Person];
    const states = () => world.people.map(({ page }) => page.cell.executionState);
    ada.page.cell.clearExecution();
    ada.page.cell.executionState = 'running';
    world.settle();
    bob.page.cell.executionState = 'idle';
    expect(states()).toEqual(['running', 'running']);
    bob.page.cell.executionState = 'running';
    bob.page.cell.executionState = 'idle';
    world.settle();
    expect(states()).toEqual(['idle', 'idle']);
  });

  it('keeps what other programs have written into the file once the run is over', async () => {
    const world = new World([1, 2]);
    const [ada, bob] = world.people as [Person, Person];
    await world.run(ada).end(world.count);
    world.settle();
    bob.page.cell.outputs.add(plot('merged'));
    bob.page.cell.executionCount = 17;
    world.settle();
    expect(world.agree()).toEqual({ text: 'merged', count: 17, state: 'idle' });
  });
});

describe('a cell that many people run, whatever is on its way (O18)', () => {
  it.each(['nobody', 'somebody'])('has the outputs of one run, where %s clears it', async who => {
    for (let seed = 0; seed < 150; seed++) {
      const dice = wholeDice(seed);
      const world = new World([1, 2, 3].map(client => dice(1000) * 3 + client));
      for (let step = 0; step < 60; step++) {
        const person = world.people[dice(3)] as Person;
        const run = person.runs.at(-1);
        const what = dice(10);
        if (what === 0) {
          world.run(person);
        } else if (what < 4) {
          run?.print();
        } else if (what < 5) {
          await run?.end(world.count);
        } else if (what < 8) {
          world.send(person, 1 + dice(4));
        } else {
          world.receive(person, 1 + dice(4));
        }
        if (who === 'somebody' && dice(20) === 0) {
          const { cell } = person.page;
          cell.sharedModel.transact(() => cell.clearExecution(), false);
        }
      }
      await world.end();
      const { text, count, state } = world.agree();
      const { standing } = world;
      const [winner] = standing;
      if (winner === undefined) {
        expect(world.people.flatMap(({ runs }) => runs)).toEqual([]);
      } else if (who === 'nobody') {
        const all = { text: winner.printed.join(''), count: winner.count, state: 'idle' };
        expect([seed, standing.length, { text, count, state }]).toEqual([seed, 1, all]);
      } else {
        const others = text.split(' ').filter(it => !winner.printed.includes(`${it} `));
        expect([seed, standing.length, others, state]).toEqual([seed, 1, [''], 'idle']);
      }
    }
  });
});
