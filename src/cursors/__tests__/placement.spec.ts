import { overlap, placeLabels } from '../placement';
import type { LabelPlacement, LabelRequest, Rect } from '../placement';

const BOUNDS: Rect = { left: 0, top: 0, right: 400, bottom: 200 };
const LINE = 20;
const SIZE = { width: 60, height: 14 };

/** A caret in a line of text that is 100 pixels long. */
function request(client: number, left: number, line: number, more: object = {}): LabelRequest {
  const caret = { left, right: left, top: line * LINE, bottom: (line + 1) * LINE };
  return { client, caret, lineEnd: 100, bounds: BOUNDS, ...SIZE, ...more };
}

function rects(requests: readonly LabelRequest[], placed: readonly LabelPlacement[]): Rect[] {
  return placed.map(({ client, left, top }) => {
    const { width, height } = requests.find(each => each.client === client) ?? SIZE;
    return { left, top, right: left + width, bottom: top + height };
  });
}

/** The line of text `line`, as it is while somebody reads there. */
function reading(line: number): Rect {
  return { left: 0, right: 140, top: line * LINE, bottom: (line + 1) * LINE };
}

describe('placeLabels', () => {
  it('puts a name above its caret', () => {
    expect(placeLabels([request(1, 50, 3)], [])).toEqual([
      { client: 1, left: 50, top: 46, side: 'above', level: 0 }
    ]);
  });

  it('flips below the first line', () => {
    expect(placeLabels([request(1, 50, 0)], [])).toMatchObject([{ top: 20, side: 'below' }]);
  });

  it('stays within the right edge', () => {
    expect(placeLabels([request(1, 390, 3)], [])).toMatchObject([{ left: 340, side: 'above' }]);
  });

  it('flips from the line that is being read', () => {
    expect(placeLabels([request(1, 50, 3)], [reading(2)])).toMatchObject([{ side: 'below' }]);
    expect(placeLabels([request(1, 50, 3)], [reading(4)])).toMatchObject([{ side: 'above' }]);
  });

  it('goes behind the end of a line where there is no room above and below', () => {
    const obstacles = [reading(1)];
    expect(placeLabels([request(1, 50, 0)], obstacles)).toEqual([
      { client: 1, left: 106, top: 3, side: 'beside', level: 0 }
    ]);
  });

  it('stays out where there is no room at all', () => {
    const bounds = { ...BOUNDS, right: 110, bottom: LINE };
    expect(placeLabels([request(1, 50, 0, { bounds })], [])).toEqual([]);
    expect(placeLabels([request(1, 50, 3, { width: 500 })], [])).toEqual([]);
  });

  it('shows nothing of a caret that is scrolled out of sight', () => {
    expect(placeLabels([request(1, 50, 40)], [])).toEqual([]);
  });

  it('stacks the names of people at one place', () => {
    const requests = [1, 2, 3, 4, 5].map(client => request(client, 50, 4));
    const placed = placeLabels(requests, []);
    expect(placed.map(({ side, level }) => `${side} ${level}`)).toEqual([
      'above 0',
      'below 0',
      'beside 0',
      'above 1',
      'below 1'
    ]);
  });

  it('leaves the lines to read in which others write', () => {
    const requests = [3, 4, 5, 6].map(line => request(line, 0, line));
    const sides = placeLabels(requests, []).map(({ side }) => side);
    expect(sides).toEqual(['above', 'beside', 'beside', 'beside']);
  });

  it('covers such a line rather than to be far away, or not to be seen', () => {
    const requests = [3, 4, 5].map(line => request(line, 0, line, { lineEnd: 380 }));
    const sides = placeLabels(requests, []).map(({ side, level }) => `${side} ${level}`);
    expect(sides).toEqual(['above 0', 'above 0', 'below 0']);
  });

  it('stays where it was as long as it can', () => {
    const [before] = placeLabels([request(1, 50, 3)], [reading(2)]);
    const was = new Map(before && [[1, before]]);
    expect(placeLabels([request(1, 60, 3)], [], was)).toMatchObject([{ side: 'below' }]);
    expect(placeLabels([request(1, 60, 3)], [reading(4)], was)).toMatchObject([{ side: 'above' }]);
  });

  it('never covers anything, whoever is where', () => {
    let seed = 7;
    const random = (below: number) => {
      seed = (seed * 48271) % 2147483647;
      return seed % below;
    };
    for (let round = 0; round < 200; round++) {
      const requests = Array.from({ length: 1 + random(12) }, (_, client) =>
        request(client, random(400), random(10), { width: 20 + random(100) })
      );
      const obstacles = [reading(random(10)), { left: 300, right: 390, top: 0, bottom: 24 }];
      const placed = rects(requests, placeLabels(requests, obstacles));
      expect(placed.length).toBeGreaterThan(0);
      placed.forEach((rect, n) => {
        const others = [...obstacles, ...placed.filter((_, other) => other !== n)];
        expect(others.filter(other => overlap(rect, other))).toEqual([]);
        expect(rect.left >= 0 && rect.top >= 0 && rect.right <= 400 && rect.bottom <= 200).toBe(
          true
        );
      });
    }
  });
});
