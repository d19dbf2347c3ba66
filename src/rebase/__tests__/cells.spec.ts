import { YNotebook } from '@jupyter/ydoc';
import type { ICodeCell } from '@jupyterlab/nbformat';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { applyDifference, readContent } from '../content';
import type { Content } from '../content';

type Cells = readonly (readonly [string, string])[];

interface Case {
  readonly name: string;
  readonly minor: number;
  readonly base: Cells;
  readonly room: Cells;
  readonly other: Cells;
  readonly merged: readonly string[];
}

const path = join(__dirname, '../../../tests/vectors/merge-cells.json');
const CASES = JSON.parse(readFileSync(path, 'utf-8')) as Case[];

/** With the ids that are given here, which formats before 4.5 do not keep. */
function contentOf(cells: Cells, minor: number): Content {
  const content = readContent(create(cells, minor));
  if (content.kind !== 'notebook') {
    throw new Error('A notebook is expected');
  }
  const named = content.notebook.cells.map((cell, at) => ({ ...cell, id: cells[at]?.[0] ?? '' }));
  return { kind: 'notebook', notebook: { ...content.notebook, cells: named } };
}

function create(cells: Cells, minor: number): YNotebook {
  const data = {
    cells: cells.map(([id, source]): ICodeCell => {
      const rest = { metadata: {}, outputs: [], execution_count: null };
      return { id, cell_type: 'code', source, ...rest };
    }),
    metadata: {},
    nbformat: 4,
    nbformat_minor: minor
  };
  return YNotebook.create({ data });
}

beforeAll(() => void jest.spyOn(console, 'warn').mockImplementation());
afterAll(() => jest.restoreAllMocks());

describe('notebooks are merged cell by cell as the server does (M5, M13, M14)', () => {
  it.each(CASES.map(item => [item.name, item] as const))('%s', (_, item) => {
    const room = create(item.room, item.minor);
    const base = contentOf(item.base, item.minor);
    const mine = contentOf(item.other, item.minor);
    expect(applyDifference(room, { base, mine })).toBe(true);
    expect(room.cells.map(({ source }) => source)).toEqual(item.merged);
  });
});
