import { YNotebook } from '@jupyter/ydoc';
import type { CellChange, YCodeCell } from '@jupyter/ydoc';
import * as Y from 'yjs';

import { YReplica } from '../replica';

/** Two pages that show one cell; what is written there has not come to the other yet. */
function openTwice() {
  const pages = [1, 2].map(clientID => {
    const notebook = new YNotebook();
    notebook.ydoc.clientID = clientID;
    return { notebook, replica: new YReplica(notebook.ydoc, () => undefined) };
  });
  const [one, other] = pages as [(typeof pages)[0], (typeof pages)[0]];
  one.notebook.addCell({ cell_type: 'code', source: 'x' });
  other.replica.apply(Y.encodeStateAsUpdate(one.notebook.ydoc));
  return {
    cells: pages.map(({ notebook }) => notebook.getCell(0) as YCodeCell),
    exchange: () => {
      const updates = pages.map(({ notebook }) => Y.encodeStateAsUpdate(notebook.ydoc));
      one.replica.apply(updates[1] as Uint8Array);
      other.replica.apply(updates[0] as Uint8Array);
    },
    dispose: () => {
      pages.forEach(({ notebook, replica }) => {
        replica.dispose();
        notebook.dispose();
      });
    }
  };
}

beforeAll(() => void jest.spyOn(console, 'warn').mockImplementation());
afterAll(() => jest.restoreAllMocks());

it('takes in what others write beside a value that was set on both sides (O10)', () => {
  const { cells, exchange, dispose } = openTwice();
  const told: CellChange[] = [];
  cells.forEach((cell, page) => {
    cell.execution_count = page + 1;
    cell.executionState = 'running';
    cell.setMetadata('page', page);
    cell.updateSource(0, 0, `page ${page} `);
    cell.changed.connect((_, change) => told.push(change));
  });
  exchange();
  const [one, other] = cells.map(cell => cell.toJSON());
  expect(one).toEqual(other);
  expect(told.filter(({ sourceChange }) => sourceChange)).toHaveLength(2);
  expect(told.filter(({ executionCountChange }) => executionCountChange)).toHaveLength(1);
  dispose();
});
