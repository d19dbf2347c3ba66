import type { Content } from '../../rebase';
import { unsentText } from '../unsent';

function notebook(...sources: readonly string[]): Content {
  const cells = sources.map((source, index) => ({
    id: `cell-${index}`,
    type: 'code',
    source,
    metadata: {},
    parts: {}
  }));
  return { kind: 'notebook', notebook: { keepsIds: true, metadata: {}, cells } };
}

describe('unsentText', () => {
  it('has the cells of a notebook that were changed or are new', () => {
    const base = notebook('same', 'before');
    const mine = notebook('same', 'after', 'new\nlines', '');
    expect(unsentText({ base, mine })).toBe('after\n\nnew\nlines');
  });

  it('has the whole of a text', () => {
    const base: Content = { kind: 'text', text: 'one\n' };
    expect(unsentText({ base, mine: { kind: 'text', text: 'one\ntwo\n' } })).toBe('one\ntwo\n');
  });
});
