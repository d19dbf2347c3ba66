import { LabelModel } from '../labels';
import type { LabelRules } from '../labels';

const BOB = 2;
const CARL = 3;

function setUp(rules: Partial<LabelRules> = {}, limit?: number) {
  const current: LabelRules = { names: 'moving', seconds: 3, ...rules };
  return new LabelModel(() => current, limit);
}

const at = (model: LabelModel, now: number) => [...model.shown(now)];

describe('LabelModel', () => {
  it('shows a name from a move until some seconds after the last one', () => {
    const model = setUp();
    expect(at(model, 0)).toEqual([]);
    model.moved(BOB, 1000);
    expect(at(model, 1000)).toEqual([BOB]);
    model.moved(BOB, 3000);
    expect(at(model, 5999)).toEqual([BOB]);
    expect(model.nextChange(5000)).toBe(6000);
    expect(at(model, 6000)).toEqual([]);
    expect(model.nextChange(6000)).toBeNull();
  });

  it('fades after the time that is set', () => {
    const model = setUp({ seconds: 0.5 });
    model.moved(BOB, 0);
    expect(at(model, 499)).toEqual([BOB]);
    expect(at(model, 500)).toEqual([]);
  });

  it('shows a name again under the mouse, and when its owner moves again', () => {
    const model = setUp();
    model.moved(BOB, 0);
    expect(at(model, 10_000)).toEqual([]);
    model.hover(BOB);
    expect(at(model, 10_000)).toEqual([BOB]);
    expect(at(model, 60_000)).toEqual([BOB]);
    model.hover(null);
    expect(at(model, 60_000)).toEqual([]);
    model.moved(BOB, 61_000);
    expect(at(model, 61_000)).toEqual([BOB]);
  });

  it.each([
    ['hover', [], [BOB]],
    ['always', [BOB], [BOB]],
    ['never', [], []]
  ] as const)('with the rule %s', (names, later, hovered) => {
    const model = setUp({ names });
    model.moved(BOB, 0);
    expect(at(model, 100_000)).toEqual(later);
    model.hover(BOB);
    expect(at(model, 100_000)).toEqual(hovered);
  });

  it('lets those whose names are shown keep their turn in a crowd', () => {
    const model = setUp({}, 2);
    [1, 2, 3].forEach(client => model.moved(client, 0));
    expect(at(model, 0)).toEqual([1, 2]);
    model.moved(CARL, 1000);
    model.moved(1, 2000);
    expect(at(model, 2000)).toEqual([1, 2]);
    expect(at(model, 3000)).toEqual([1, CARL]);
  });

  it('gives the turns of those who are out of sight to others, until they are in sight', () => {
    const model = setUp({}, 2);
    [1, 2, 3, 4].forEach(client => model.moved(client, 0));
    expect([...model.shown(0, new Set([2, 3, 4]))]).toEqual([2, 3]);
    expect([...model.shown(0, new Set([1, 3]))]).toEqual([3, 1]);
    expect([...model.shown(0, new Set())]).toEqual([]);
    expect(model.isWanted(0)).toBe(true);
    expect(model.isWanted(3000)).toBe(false);
  });

  it('forgets who left, under the mouse too', () => {
    const model = setUp();
    model.moved(BOB, 0);
    model.hover(BOB);
    model.forget(BOB);
    expect(at(model, 1)).toEqual([]);
    expect(model.hovered).toBeNull();
  });
});
