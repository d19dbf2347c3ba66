import { YNotebook } from '@jupyter/ydoc';
import type { IBaseCell, ICodeCell, INotebookContent, IOutput } from '@jupyterlab/nbformat';

import { applyUpdate, encodeStateAsUpdate } from 'yjs';

import { applyDifference, readContent } from '../content';

type Change = (notebook: YNotebook) => void;

function cell(id: string, source: string, type = 'code'): IBaseCell {
  const code = { outputs: [], execution_count: null };
  return { id, cell_type: type, source, metadata: {}, ...(type === 'code' ? code : {}) };
}

const CELLS = [cell('a', 'one'), cell('b', 'two'), cell('c', 'three'), cell('d', 'four')];

function create(cells = CELLS, minor = 5): YNotebook {
  const data: INotebookContent = {
    cells: JSON.parse(JSON.stringify(cells)) as ICodeCell[],
    metadata: { kept: 1 },
    nbformat: 4,
    nbformat_minor: minor
  };
  return YNotebook.create({ data });
}

/** What becomes of a notebook that one side changed by `mine`, and the other by `theirs`. */
function rebase(mine: Change, theirs: Change = () => undefined): YNotebook {
  const [base, changed, target] = [create(), create(), create()];
  mine(changed);
  theirs(target);
  const difference = { base: readContent(base), mine: readContent(changed) };
  expect(applyDifference(target, difference)).toBe(true);
  return target;
}

function sources(notebook: YNotebook): string[] {
  return notebook.cells.map(({ source }) => source);
}

function ids(notebook: YNotebook): string {
  return notebook.cells.map(item => item.getId()).join('');
}

function output(text: string): IOutput {
  return { output_type: 'stream', name: 'stdout', text };
}

/** The cell with this id. */
function at(notebook: YNotebook, id: string) {
  const found = notebook.cells.find(item => item.getId() === id);
  if (found === undefined) {
    throw new Error(`There is no cell ${id}`);
  }
  return found;
}

const edit =
  (id: string, source: string): Change =>
  notebook =>
    at(notebook, id).setSource(source);
const remove =
  (id: string): Change =>
  notebook =>
    notebook.deleteCell(notebook.cells.findIndex(item => item.getId() === id));
const insert =
  (index: number, id: string, source: string): Change =>
  notebook => {
    notebook.insertCell(index, cell(id, source));
  };
const move =
  (from: number, to: number): Change =>
  notebook =>
    notebook.moveCell(from, to);
const all =
  (...changes: Change[]): Change =>
  notebook =>
    changes.forEach(change => change(notebook));

// Yjs warns of cells that are read before they are in a document, as the models do.
beforeAll(() => void jest.spyOn(console, 'warn').mockImplementation());
afterAll(() => jest.restoreAllMocks());

describe('cells that were changed here', () => {
  it('get the change, beside what others wrote into them', () => {
    const result = rebase(edit('b', 'two + 2'), edit('b', '1 + two'));
    expect(at(result, 'b').source).toBe('1 + two + 2');
  });

  it('come back where others have deleted them', () => {
    const result = rebase(edit('b', 'two!'), remove('b'));
    expect(sources(result)).toEqual(['one', 'two!', 'three', 'four']);
  });

  it('keep characters beyond the basic plane whole', () => {
    const result = rebase(edit('a', 'one 𝒳𝒴'), edit('a', '👩‍🚀 one'));
    expect(at(result, 'a').source).toBe('👩‍🚀 one 𝒳𝒴');
  });

  it('have the outputs that they have here', () => {
    const result = rebase(notebook => {
      const code = at(notebook, 'a');
      if (code.cell_type === 'code') {
        code.setOutputs([output('1')]);
        code.execution_count = 7;
      }
    });
    expect(at(result, 'a').toJSON()).toMatchObject({
      execution_count: 7,
      outputs: [{ text: '1' }]
    });
    expect(at(result, 'b').toJSON()).toMatchObject({ execution_count: null, outputs: [] });
  });

  it('have the metadata of both', () => {
    const result = rebase(
      notebook => at(notebook, 'a').setMetadata('tags', ['x']),
      notebook => at(notebook, 'a').setMetadata('other', true)
    );
    expect(at(result, 'a').getMetadata()).toEqual({ tags: ['x'], other: true });
  });

  it('become what they were made into', () => {
    const result = rebase(
      all(remove('b'), notebook => {
        notebook.insertCell(1, cell('b', 'two', 'markdown'));
      }),
      edit('b', 'two and more')
    );
    expect(at(result, 'b').cell_type).toBe('markdown');
    expect(sources(result)).toEqual(['one', 'two and more', 'three', 'four']);
  });
});

describe('cells that were added here', () => {
  it('stand behind the cell they stood behind', () => {
    const result = rebase(insert(2, 'n', 'new'), insert(0, 't', 'theirs'));
    expect(ids(result)).toBe('tabncd');
  });

  it('stand first where they stood first, and in their order', () => {
    const result = rebase(all(insert(0, 'n', 'new'), insert(1, 'm', 'newer')));
    expect(ids(result)).toBe('nmabcd');
  });

  it('are not added twice', () => {
    const added = insert(2, 'n', 'new');
    expect(ids(rebase(added, added))).toBe('abncd');
    expect(sources(rebase(insert(2, 'n', 'new line'), added))[2]).toBe('new line');
  });
});

describe('cells that were deleted here', () => {
  it('go', () => {
    expect(ids(rebase(remove('b'), edit('a', 'one!')))).toBe('acd');
  });

  it('stay where others have changed them', () => {
    expect(ids(rebase(remove('b'), edit('b', 'two!')))).toBe('abcd');
  });

  it('may be gone already', () => {
    expect(ids(rebase(remove('b'), remove('b')))).toBe('acd');
  });
});

describe('cells that were moved here', () => {
  it.each([
    [0, 3, 'bcda'],
    [3, 0, 'dabc'],
    [1, 2, 'acbd'],
    [0, 1, 'bacd']
  ])('from %d to %d move', (from, to, expected) => {
    expect(ids(rebase(move(from, to)))).toBe(expected);
  });

  it('move as one, with what others wrote into them', () => {
    const result = rebase(move(0, 3), edit('a', 'one!'));
    expect(sources(result)).toEqual(['two', 'three', 'four', 'one!']);
  });

  it('may be changed and moved', () => {
    const result = rebase(all(move(0, 3), edit('a', 'ONE')), insert(4, 't', 'theirs'));
    expect(ids(result)).toBe('bcdat');
    expect(at(result, 'a').source).toBe('ONE');
  });
});

describe('a notebook', () => {
  it('has the metadata of both, and mine where they contradict each other', () => {
    const result = rebase(
      all(
        notebook => notebook.setMetadata('mine', 1),
        notebook => notebook.setMetadata('both', 'm'),
        notebook => notebook.deleteMetadata('kept')
      ),
      all(
        notebook => notebook.setMetadata('theirs', 2),
        notebook => notebook.setMetadata('both', 't')
      )
    );
    expect(result.getMetadata()).toEqual({ mine: 1, theirs: 2, both: 'm' });
  });

  it('is as it is where nothing was changed here', () => {
    const theirs = all(remove('a'), edit('b', 'x'), insert(1, 't', 'theirs'));
    const expected = create();
    theirs(expected);
    expect(rebase(() => undefined, theirs).toJSON()).toEqual(expected.toJSON());
  });

  it('gets nothing twice that it has already', () => {
    const change = all(remove('a'), edit('b', 'x'), insert(1, 't', 'new'), move(3, 0), notebook =>
      notebook.setMetadata('m', { deep: [1] })
    );
    const expected = create();
    change(expected);
    const result = rebase(change, change);
    expect(result.toJSON()).toEqual(expected.toJSON());
  });

  it('matches cells by content where the format has no ids', () => {
    const [base, mine, target] = [create(CELLS, 4), new YNotebook(), create(CELLS, 4)];
    applyUpdate(mine.ydoc, encodeStateAsUpdate(base.ydoc));
    mine.getCell(1).setSource('two!');
    insert(3, 'n', 'new')(mine);
    target.getCell(3).setSource('FOUR');
    applyDifference(target, { base: readContent(base), mine: readContent(mine) });
    expect(sources(target)).toEqual(['one', 'two!', 'three', 'FOUR', 'new']);
  });

  it('matches them so, too, where the file has got ids since', () => {
    const withOthers = CELLS.map(({ source }, index) => cell(`new-${index}`, source as string));
    const [base, mine, target] = [create(CELLS, 4), new YNotebook(), create(withOthers)];
    applyUpdate(mine.ydoc, encodeStateAsUpdate(base.ydoc));
    mine.getCell(1).setSource('two!');
    target.getCell(3).setSource('FOUR');
    applyDifference(target, { base: readContent(base), mine: readContent(mine) });
    expect(sources(target)).toEqual(['one', 'two!', 'three', 'FOUR']);
  });
});
