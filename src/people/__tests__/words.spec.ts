import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { nullTranslator } from '@jupyterlab/translation';

import { nameOfColor, some } from '../ui/words';

const trans = nullTranslator.load('jupyter_collab');

describe('nameOfColor', () => {
  const source = readFileSync(
    join(__dirname, '..', '..', '..', 'jupyter_collab', 'room', 'people', 'colours.py'),
    'utf8'
  );
  const palette = /^PALETTE = \((.*?)^\)/msu.exec(source)?.[1]?.match(/#[\da-f]{6}/gu) ?? [];

  it('has a name of its own for each colour that people may choose', () => {
    const names = palette.map(color => nameOfColor(color, trans));
    expect(palette.length).toBeGreaterThan(8);
    expect(names.filter(name => name.startsWith('#'))).toEqual([]);
    expect(new Set(names).size).toBe(palette.length);
  });

  it('tells the digits of one that nobody is offered', () => {
    expect(nameOfColor('#123456', trans)).toBe('#123456');
  });
});

describe('some', () => {
  it('names one, two, or one and a number', () => {
    expect(some(['A'], trans)).toBe('A');
    expect(some(['A', 'B'], trans)).toBe('A and B');
    expect(some(['A', 'B', 'C', 'D'], trans)).toBe('A and 3 others');
  });
});
