import { YNotebook } from '@jupyter/ydoc';
import * as Y from 'yjs';

import { YReplica } from '../replica';

const LIMIT = 1_000;
const LARGE = 'x'.repeat(5_000);

/** A notebook whose changes nobody takes that are larger than the limit, and who has the others. */
function setUp() {
  const model = new YNotebook();
  const server = new Y.Doc();
  const sizes: number[] = [];
  const taken: number[] = [];
  const note = (update: Uint8Array, isOwn: boolean) => {
    if (isOwn) {
      sizes.push(update.length);
      Y.applyUpdate(server, update);
    }
  };
  const replica = new YReplica(model.ydoc, note, LIMIT, size => taken.push(size));
  model.insertCells(0, [{ cell_type: 'code', source: 'a = 1' }]);
  const there = () => {
    const copy = new YNotebook();
    Y.applyUpdate(copy.ydoc, Y.encodeStateAsUpdate(server));
    return copy.cells.map(cell => cell.getSource());
  };
  const here = () => model.cells.map(cell => cell.getSource());
  return { model, replica, sizes, taken, here, there };
}

type World = ReturnType<typeof setUp>;

/** What is too large is taken back as soon as everybody else has had their turn. */
async function settled({ sizes }: World): Promise<void> {
  await Promise.resolve();
  expect(Math.max(...sizes)).toBeLessThanOrEqual(LIMIT);
}

describe('what is larger than the server takes', () => {
  let world: World;

  beforeEach(() => {
    world = setUp();
  });

  it('is taken back, and told how large it was, and what is written after it goes on (O7)', async () => {
    const { model, taken, here, there } = world;
    model.cells[0]?.updateSource(0, 1, LARGE);
    await settled(world);
    expect(taken).toEqual([expect.any(Number)]);
    expect(taken[0]).toBeGreaterThan(5_000);
    expect(here()).toEqual(['a = 1']);
    model.cells[0]?.updateSource(5, 5, '0');
    expect(here()).toEqual(['a = 10']);
    expect(there()).toEqual(['a = 10']);
  });

  it('takes nothing with it that was written in the same moment', async () => {
    const { model, here, there } = world;
    model.insertCells(1, [{ cell_type: 'code', source: LARGE }]);
    model.insertCells(2, [{ cell_type: 'markdown', source: 'kept' }]);
    await settled(world);
    expect(here()).toEqual(['a = 1', 'kept']);
    expect(there()).toEqual(['a = 1', 'kept']);
  });

  it('brings back what it has replaced', async () => {
    const { model, here, there } = world;
    model.cells[0]?.setSource(LARGE);
    await settled(world);
    expect(here()).toEqual(['a = 1']);
    expect(there()).toEqual(['a = 1']);
  });

  it('cannot come again by undoing or doing it again', async () => {
    const { model, here, there } = world;
    model.cells[0]?.updateSource(5, 5, LARGE);
    await settled(world);
    model.undo();
    model.redo();
    await settled(world);
    expect(there()).toEqual(here());
    expect(here().join('')).not.toContain('xx');
  });

  it('is small for the server once a person has deleted it who could undo that', () => {
    const { model, replica } = world;
    const before = replica.stateVector();
    for (let at = 0; at < 10; at++) {
      model.cells[0]?.updateSource(0, 0, LARGE.slice(0, 500));
    }
    expect(replica.missingFrom(before).length).toBeGreaterThan(LIMIT);
    model.cells[0]?.updateSource(0, 5_000, '');
    expect(replica.missingFrom(before).length).toBeLessThanOrEqual(LIMIT);
  });
});
