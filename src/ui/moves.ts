/** What a person does to see something else of a document, or to do something else. */
export const MOVES = ['wheel', 'pointerdown', 'touchmove', 'keydown'] as const;

const MODIFIERS: ReadonlySet<string> = new Set(['Shift', 'Control', 'Alt', 'Meta']);

/** Whether a person has pressed what does nothing without another key. */
export function isModifier(event: Event): boolean {
  return event instanceof KeyboardEvent && MODIFIERS.has(event.key);
}
