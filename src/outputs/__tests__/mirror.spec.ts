import type { ICodeCellModel } from '@jupyterlab/cells';
import type { IOutput } from '@jupyterlab/nbformat';
import { OutputArea } from '@jupyterlab/outputarea';
import { defaultRenderMime } from '@jupyterlab/rendermime/lib/testutils';
import type { YCodeCell } from '@jupyter/ydoc';
import * as Y from 'yjs';

import { wholeDice } from '../../__tests__/dice';
import { keepPairsWhole } from '../../documents/wholepairs';
import { Page, Pages, plot, stream, WAYS } from './pages';

keepPairsWhole();

/** Two pages, and what the second one is told of changes of its outputs from now on. */
function two(outputs: readonly IOutput[], perCell = true) {
  const pages = new Pages(2, outputs, perCell);
  const [ada, bob] = pages.all as [Page, Page];
  const told: string[] = [];
  bob.outputs.changed.connect((_, { type, newIndex, oldIndex }) => {
    told.push(`${type} ${type === 'remove' ? oldIndex : newIndex}`);
  });
  return { pages, ada, bob, told };
}

function items({ outputs }: Page): unknown[] {
  return Array.from({ length: outputs.length }, (_, at) => outputs.get(at));
}

describe.each(WAYS)('outputs of others that come by %s', way => {
  it.each([2, 3])('are cleared and printed again, for %i people', count => {
    const pages = new Pages(count);
    const ada = pages.all[0] as Page;
    for (let step = 0; step < 4; step += 1) {
      ada.outputs.clear(true);
      ada.outputs.add(stream(`step ${step}\n`));
      pages.sync(way);
      expect(pages.agree()).toEqual([stream(`step ${step}\n`)]);
    }
  });

  it('are those of the last run after a time without a connection', () => {
    const { pages, ada } = two([plot('one'), stream('one\n')]);
    ada.outputs.clear();
    ada.outputs.add(stream('two\n'));
    ada.outputs.add(plot('two'));
    pages.sync(way);
    expect(pages.agree()).toEqual([stream('two\n'), plot('two')]);
  });

  it('are updated in their places, and what is printed afterwards is shown', () => {
    const { pages, ada, bob, told } = two([]);
    ada.outputs.add(plot('A1'));
    ada.outputs.add(plot('B'));
    ada.outputs.add(stream('x\n'));
    pages.sync(way);
    const [first, ...others] = items(bob);
    told.length = 0;
    ada.outputs.set(0, plot('A2'));
    pages.sync(way);
    expect(told).toEqual(['set 0']);
    ada.outputs.set(0, plot('A3'));
    ada.outputs.add(stream('y\n'));
    pages.sync(way);
    expect(pages.agree()).toEqual([plot('A3'), plot('B'), stream('x\ny\n')]);
    expect(items(bob).slice(1)).toEqual(others);
    expect(items(bob)[0]).not.toBe(first);
  });

  it('have text behind a plot, also where it takes the place of another one', () => {
    const { pages, bob } = two([plot('plot'), stream('err', 'stderr'), stream('one\n')]);
    const [first] = items(bob);
    pages.replace(1, [stream('two\n')]);
    pages.sync(way);
    expect(pages.agree()).toEqual([plot('plot'), stream('two\n')]);
    expect(items(bob)[0]).toBe(first);
  });

  it('can be several texts of one name, as the server and programs make them', () => {
    const { pages, ada, bob } = two([stream('a\n'), stream('b\n'), plot('c')]);
    pages.agree();
    pages.replace(2, [stream('c\n'), stream('d\n')]);
    pages.sync(way);
    expect(pages.agree().map(({ text }) => text)).toEqual(['a\n', 'b\n', 'c\n', 'd\n']);
    bob.outputs.add(stream('e\n'));
    pages.sync(way);
    // Somebody else has gone on with the text: this page begins another one.
    ada.outputs.add(stream('f\n'));
    pages.sync(way);
    const texts = pages.agree().map(({ text }) => text);
    expect(texts).toEqual(['a\n', 'b\n', 'c\n', 'd\ne\n', 'f\n']);
  });
});

describe('outputs of others', () => {
  it('go on with the text at the end without anything that is drawn anew', () => {
    const { pages, ada, bob, told } = two([plot('plot')]);
    ada.outputs.add(stream('0'));
    pages.sync();
    expect(told).toEqual(['add 1']);
    const before = items(bob);
    ada.outputs.add(stream('1'));
    pages.sync();
    // JupyterLab is made to forget the text that it would continue: once, by what shows nothing.
    expect(told.splice(0)).toEqual(['add 1', 'add 2', 'remove 2']);
    for (let number = 2; number < 10; number += 1) {
      ada.outputs.add(stream(`${number}`));
      pages.sync();
    }
    expect(told).toEqual([]);
    expect(items(bob)).toEqual(before);
    ada.outputs.add(plot('last'));
    pages.sync();
    expect(told).toEqual(['add 2']);
    expect(pages.agree()).toEqual([plot('plot'), stream('0123456789'), plot('last')]);
  });

  it.each(['merged', 'diff'] as const)('stay where they are the same, by %s', way => {
    const { pages, ada, bob, told } = two([plot('one'), stream('a\n'), stream('b\n', 'stderr')]);
    const [one, text] = items(bob);
    ada.outputs.clear();
    [plot('one'), stream('a\n'), plot('two'), stream('c\n')].forEach(it => ada.outputs.add(it));
    pages.sync(way);
    expect(pages.agree()).toHaveLength(4);
    expect(items(bob)[0]).toBe(one);
    expect(items(bob)[1]).toBe(text);
    expect(told).toEqual(['remove 2', 'add 2', 'add 3']);
  });

  it('are compared where something has changed only', () => {
    const { ada, bob } = two([...Array(100).keys()].map(number => plot(`${number}`)));
    const read = jest.fn();
    items(bob).forEach(item => {
      const known = item as { toJSON: () => object };
      const toJSON = known.toJSON.bind(known);
      known.toJSON = () => (read(), toJSON());
    });
    const change = (make: () => unknown) => {
      make();
      Y.applyUpdate(bob.notebook.ydoc, Y.mergeUpdates(ada.sent.splice(0)), 'net');
      return read.mock.calls.length;
    };
    expect(change(() => ada.outputs.add(stream('text')))).toBe(0);
    expect(change(() => ada.outputs.add(stream(' goes on')))).toBe(0);
    expect(change(() => ada.outputs.set(50, plot('new')))).toBe(1);
    expect(bob.shown).toEqual(ada.shown);
  });

  it('are drawn where the page has made its own of them, as it trusts them', () => {
    const { pages, ada, bob } = two([stream('one\n')]);
    const area = shows(bob);
    bob.cell.trusted = true;
    pages.sync();
    ada.outputs.add(stream('two\n'));
    pages.sync();
    expect(pages.agree().map(({ text }) => text)).toEqual(['one\ntwo\n']);
    expect(area()).toEqual(['one\ntwo\n']);
  });

  it('are drawn as they are (O10)', () => {
    const { pages, ada, bob } = two([]);
    const area = shows(bob);
    for (const step of [0, 1, 2]) {
      ada.outputs.clear(true);
      ada.outputs.add(stream(`step ${step}\n`));
      ada.outputs.add(plot(`plot ${step}`));
      pages.sync();
      expect(area()).toEqual([`step ${step}\n`, `plot ${step}`]);
    }
    ada.outputs.set(1, plot('new'));
    ada.outputs.add(stream('end', 'stderr'));
    pages.sync();
    ada.outputs.add(stream('\rEND', 'stderr'));
    pages.sync();
    expect(area()).toEqual(['step 2\n', 'new', 'END']);
  });

  it('are whole characters where one is printed over another that begins alike (O11)', () => {
    const { pages, ada } = two([]);
    for (const face of ['🕐', '\r🕑', '\r🕒 o’clock']) {
      ada.outputs.add(stream(face));
      pages.sync();
    }
    expect(pages.agree()).toEqual([stream('🕒 o’clock')]);
  });

  it('are drawn with a picture of themselves, which only the page that ran them writes (O10)', () => {
    const { pages, ada, bob } = two([chart('old')]);
    ada.outputs.add(chart('new'));
    pages.sync();
    draw(bob, 1, 'of Bob');
    expect(bob.sent).toEqual([]);
    [0, 1].forEach(at => draw(ada, at, 'of Ada'));
    pages.sync();
    expect(pages.serverOutputs).toEqual([chart('old'), chart('new', 'of Ada')]);
    expect(bob.shown).toEqual(pages.serverOutputs);
  });

  it('are trusted without being written again, and so is what is printed meanwhile (O10)', () => {
    const { pages, ada, bob } = two([plot('plot'), chart('chart'), stream('one\n')]);
    draw(bob, 1, 'of Bob');
    pages.all.forEach(({ cell }) => (cell.trusted = true));
    draw(bob, 1, 'of Bob, trusted');
    ada.outputs.add(stream('two\n'));
    pages.all.forEach(page => pages.send(page));
    expect(pages.serverOutputs).toEqual([plot('plot'), chart('chart'), stream('one\ntwo\n')]);
  });

  it('can be updated also where they were taken in', () => {
    const { pages, ada, bob } = two([plot('A1')]);
    bob.outputs.set(0, plot('A2'));
    pages.sync();
    expect(pages.agree()).toEqual([plot('A2')]);
    (ada.notebook.cells[0] as YCodeCell).updateOutputs(0, 1, [plot('A3')]);
    pages.sync();
    expect(pages.agree()).toEqual([plot('A3')]);
  });

  it('are those of the file where another program has changed it', () => {
    const page = new Page();
    FROM_THE_SERVER.forEach(update => page.receive(Buffer.from(update, 'base64')));
    expect(page.shown).toEqual([plot('plot'), stream('two\n')]);
  });

  it('show what moves the cursor back as JupyterLab does', () => {
    const page = new Page();
    const server = new Pages(0, [stream('old')]).server;
    page.receive(Y.encodeStateAsUpdate(server.ydoc));
    (server.cells[0] as YCodeCell).setOutputs([stream('10%\r20%')]);
    Y.applyUpdate(page.notebook.ydoc, Y.encodeStateAsUpdate(server.ydoc), 'net');
    expect(page.shown).toEqual([stream('20%')]);
    expect(page.sent).toEqual([]);
  });

  it('come while the page is to clear its own with the next one', () => {
    const { pages, ada, bob } = two([plot('one'), plot('two')]);
    bob.outputs.clear(true);
    ada.outputs.add(plot('three'));
    pages.sync();
    expect(pages.agree()).toHaveLength(3);
    bob.outputs.add(plot('four'));
    pages.sync();
    expect(pages.agree()).toEqual([plot('four')]);
  });

  it('are right in cells that are made later, or moved', () => {
    const pages = new Pages(2);
    const [ada, bob] = pages.all as [Page, Page];
    ada.notebook.insertCell(0, { cell_type: 'code', outputs: [stream('a')] });
    pages.sync();
    ada.notebook.moveCell(0, 1);
    pages.sync();
    const last = (page: Page) => page.notebook.cells[1] as YCodeCell;
    last(ada).setOutputs([plot('b'), stream('c')]);
    pages.sync();
    expect(last(bob).getOutputs()).toEqual([plot('b'), stream('c')]);
    expect(bob.outputsOf(1).toJSON()).toEqual([plot('b'), stream('c')]);
  });
});

function chart(name: string, picture?: string): IOutput {
  const data = {
    'application/vnd.vega.v5+json': { name },
    ...(picture === undefined ? {} : { 'image/png': picture })
  };
  return { output_type: 'display_data', data, metadata: {} };
}

/** As JupyterLab draws charts of Vega: the first time it adds a picture of what is seen. */
function draw({ outputs }: Page, at: number, picture: string): void {
  const item = outputs.get(at);
  item.setData({ data: { ...item.data, 'image/png': picture } });
}

/** The texts that somebody sees in the outputs of a page. */
function shows({ cell }: { readonly cell: ICodeCellModel }): () => string[] {
  const area = new OutputArea({ model: cell.outputs, rendermime: defaultRenderMime() });
  return () => area.widgets.map(({ node }) => node.querySelector('pre')?.textContent ?? '');
}

/** Of `Document.edit`: a plot and the text "one", and then the plot and "two" from another program. */
const FROM_THE_SERVER: readonly string[] = [
  'ARMHACcBBG1ldGEIbWV0YWRhdGEBBwEFY2VsbHMBKAAHAQljZWxsX3R5cGUBdwRjb2RlKAAHAQJpZAF3AWEoAAcB' +
    'D2V4ZWN1dGlvbl9jb3VudAF8P4AAACcABwEGc291cmNlAgQABwUIcHJpbnQoMSknAAcBCG1ldGFkYXRhAScABwEH' +
    'b3V0cHV0cwAHAAcPASgABxALb3V0cHV0X3R5cGUBdwxkaXNwbGF5X2RhdGEoAAcQBGRhdGEBdgEKdGV4dC9wbGFp' +
    'bncEcGxvdCgABxAIbWV0YWRhdGEBdgCHBxABKAAHFAtvdXRwdXRfdHlwZQF3BnN0cmVhbSgABxQEbmFtZQF3BnN0' +
    'ZG91dCcABxQEdGV4dAIEAAcXBG9uZQooAAcBD2V4ZWN1dGlvbl9zdGF0ZQF3BGlkbGUA',
  'AQUHHYcHFAEoAAcdC291dHB1dF90eXBlAXcGc3RyZWFtKAAHHQRuYW1lAXcGc3Rkb3V0JwAHHQR0ZXh0AgQAByAE' +
    'dHdvCgEHARQI'
];

type Dice = ReturnType<typeof wholeDice>;

/** Something that a kernel may have a page do. */
function act({ outputs }: Page, roll: Dice): void {
  const at = roll(Math.max(1, outputs.length));
  switch (roll(8)) {
    case 0:
      return outputs.clear(roll(2) === 0);
    case 1:
      outputs.clear();
      outputs.add(stream(`again ${roll(3)}\n`));
      outputs.add(plot(`again ${roll(3)}`));
      return;
    case 2:
      return void outputs.add(plot(`${roll(3)}`));
    case 3:
      if (at < outputs.length && outputs.get(at).type === 'display_data') {
        outputs.set(at, plot(`update ${roll(100)}`));
      }
      return;
    case 4:
      return void outputs.add(stream(`\r${roll(1000)}%`));
    default:
      return void outputs.add(stream(`${roll(1000)}\n`, roll(3) === 0 ? 'stderr' : 'stdout'));
  }
}

/** What another program writes into the file. */
function rewrite(pages: Pages, roll: Dice): void {
  const outputs = [plot(`${roll(3)}`), stream('a\n'), stream('b\n'), stream('c\n', 'stderr')];
  const { youtputs, outputs: before } = pages.server.cells[0] as YCodeCell;
  if (before.at(-1)?.output_type === 'stream' && roll(2) === 0) {
    return pages.grow('more\n');
  }
  pages.replace(roll(youtputs.length + 1), outputs.slice(roll(4)));
}

describe.each([
  ['of one page', 1, 0],
  ['of two pages at once', 2, 0],
  ['of two pages and another program', 2, 1]
])('histories %s', (_, runners, programs) => {
  it.each([true, false])('are shown alike, and nobody answers (undo by cell: %s)', perCell => {
    for (let seed = 1; seed <= 30; seed += 1) {
      const roll = wholeDice(seed);
      const pages = new Pages(runners + 3, [], perCell);
      for (let round = 0; round < 25; round += 1) {
        for (let count = roll(5); count > 0; count -= 1) {
          act(pages.all[roll(runners)] as Page, roll);
        }
        if (programs > 0 && roll(6) === 0) {
          rewrite(pages, roll);
        }
        for (const page of pages.all) {
          const way = WAYS[roll(WAYS.length)] ?? 'each';
          pages.send(page, way);
          if (roll(3) > 0) {
            pages.deliver(page, way);
          }
        }
      }
      pages.sync();
      pages.sync();
      pages.agree();
    }
  });
});
