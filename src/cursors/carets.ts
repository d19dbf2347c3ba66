import { EditorSelection, StateEffect, StateField } from '@codemirror/state';
import type { ChangeDesc, Extension, SelectionRange, Transaction } from '@codemirror/state';

import type { Placement } from './tracker';
import type { OffsetRange } from './wire';

/** One cursor of somebody in an editor. */
export interface Caret extends OffsetRange {
  readonly primary: boolean;
}

/** The cursors of all others in an editor, by client. */
export type Carets = ReadonlyMap<number, readonly Caret[]>;

/** Says where the cursors of some clients are now. */
export const placeCarets = StateEffect.define<Placement>();

/**
 * Keeps the others' cursors in an editor's state, in step with its text.
 *
 * `authors` are those whose edits a transaction shows: their own cursors go along with what they
 * write, those of everybody else stay in front of what is written at them.
 */
export function caretField(authors: () => ReadonlySet<number>): StateField<Carets> & Extension {
  return StateField.define<Carets>({
    create: () => new Map(),
    update: (carets, transaction) => place(follow(carets, transaction, authors()), transaction)
  });
}

/** The range of a cursor, within a text of that length. */
export function rangeOf({ anchor, head }: OffsetRange, length: number): SelectionRange {
  return EditorSelection.range(Math.min(anchor, length), Math.min(head, length));
}

/** Whether somebody is elsewhere now, rather than pushed along by the text. */
export function hasMoved(
  before: readonly Caret[] | undefined,
  after: readonly Caret[] | undefined
): boolean {
  const [one, other] = [before ?? [], after ?? []];
  return (
    other.length > 0 &&
    (one.length !== other.length ||
      other.some(({ anchor, head }, n) => anchor !== one[n]?.anchor || head !== one[n].head))
  );
}

function follow(
  carets: Carets,
  { docChanged, changes }: Transaction,
  authors: ReadonlySet<number>
): Carets {
  if (!docChanged || carets.size === 0) {
    return carets;
  }
  const followed = new Map<number, readonly Caret[]>();
  for (const [client, list] of carets) {
    followed.set(
      client,
      list.map(caret => followOne(caret, changes, authors.has(client)))
    );
  }
  return followed;
}

/** What is written at an end of a selection does not become part of it. */
function followOne(
  { anchor, head, primary, assoc }: Caret,
  changes: ChangeDesc,
  wrote: boolean
): Caret {
  const [from, to] = anchor < head ? [anchor, head] : [head, anchor];
  if (from === to) {
    const offset = changes.mapPos(clamp(from, changes), wrote ? 1 : -1);
    return { anchor: offset, head: offset, primary, assoc };
  }
  const [first, last] = [changes.mapPos(from, 1), changes.mapPos(clamp(to, changes), -1)];
  const end = Math.max(first, last);
  return anchor < head
    ? { anchor: first, head: end, primary }
    : { anchor: end, head: first, primary };
}

function clamp(offset: number, changes: ChangeDesc): number {
  return Math.min(offset, changes.length);
}

function place(carets: Carets, { effects, newDoc }: Transaction): Carets {
  let placed: Map<number, readonly Caret[]> | null = null;
  for (const effect of effects) {
    if (effect.is(placeCarets)) {
      placed ??= new Map(carets);
      for (const [client, ranges] of effect.value) {
        if (ranges.length === 0) {
          placed.delete(client);
        } else {
          placed.set(
            client,
            ranges.map(({ anchor, head, primary, assoc }) => ({
              anchor: Math.min(anchor, newDoc.length),
              head: Math.min(head, newDoc.length),
              primary,
              assoc
            }))
          );
        }
      }
    }
  }
  return placed ?? carets;
}
