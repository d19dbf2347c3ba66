/** What became of a text that was to be copied: it is in the clipboard, or only selected. */
export type Copied = 'copied' | 'selected';

/** The ways in which a page may reach the clipboard; by default those of the browser. */
export interface Clipboard {
  /** Missing where the page came neither over https nor from this computer. */
  readonly writeText?: (text: string) => Promise<void>;
  /** Copies what is selected; whether that worked. */
  readonly copySelection: () => boolean;
}

/**
 * Copy what is in `field`. Where the browser allows neither way, the text is left selected, with
 * the focus in the field, for the person to copy it.
 */
export async function copyFrom(
  field: HTMLInputElement | HTMLTextAreaElement,
  { writeText, copySelection }: Clipboard = browserClipboard()
): Promise<Copied> {
  const text = field.value;
  const wasWritten = await writeText?.(text).then(
    () => true,
    () => false // not allowed here; the other way may be
  );
  if (wasWritten === true) {
    return 'copied';
  }
  field.focus();
  field.select();
  return copySelection() ? 'copied' : 'selected';
}

function browserClipboard(): Clipboard {
  const clipboard = (navigator as { readonly clipboard?: globalThis.Clipboard }).clipboard;
  return {
    ...(clipboard === undefined ? {} : { writeText: text => clipboard.writeText(text) }),
    copySelection
  };
}

function copySelection(): boolean {
  try {
    // Deprecated, and the only way for pages that came over plain http from another computer.
    // eslint-disable-next-line @typescript-eslint/no-deprecated
    return document.execCommand('copy');
  } catch {
    return false; // the text stays selected, and its reader is told to copy it
  }
}
