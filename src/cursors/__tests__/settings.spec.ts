import schema from '../../../schema/presence.json';
import { DEFAULTS, readCursorOptions } from '../settings';

describe('readCursorOptions', () => {
  it('has the same defaults as the schema', () => {
    const { properties } = schema;
    const values = Object.entries(properties).map(([name, { default: value }]) => [name, value]);
    expect(readCursorOptions(Object.fromEntries(values) as Record<string, unknown>)).toEqual(
      DEFAULTS
    );
    expect(readCursorOptions({})).toEqual(DEFAULTS);
  });

  it('reads what is set, and passes over what is of no use', () => {
    const set = { cursors: false, cursorNames: 'never', cursorNameSeconds: 10, badges: false };
    expect(readCursorOptions(set)).toEqual({
      cursors: false,
      names: 'never',
      seconds: 10,
      cellMarks: true,
      badges: false
    });
    expect(readCursorOptions({ cursorNames: 'sometimes', cursorNameSeconds: -1 })).toEqual(
      DEFAULTS
    );
  });

  it('offers in the schema every way to show names', () => {
    const ways = schema.properties.cursorNames.oneOf.map(option => option.const);
    const read = ways.map(way => readCursorOptions({ cursorNames: way }).names);
    expect(read).toEqual(ways);
  });
});
