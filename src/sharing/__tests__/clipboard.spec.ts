import { copyFrom } from '../clipboard';

let field: HTMLInputElement;

beforeEach(() => {
  field = document.createElement('input');
  field.value = 'https://example.org/lab?token=t';
  document.body.append(field);
});
afterEach(() => field.remove());

function selected(): string {
  return field.value.slice(field.selectionStart ?? 0, field.selectionEnd ?? 0);
}

describe('copying a link', () => {
  it('goes through the clipboard of the browser, and leaves the focus alone', async () => {
    const written: string[] = [];
    const writeText = (text: string) => Promise.resolve(void written.push(text));
    const copySelection = () => {
      throw new Error('not needed');
    };
    expect(await copyFrom(field, { writeText, copySelection })).toBe('copied');
    expect(written).toEqual([field.value]);
    expect(document.activeElement).not.toBe(field);
  });

  it('copies what is selected where there is no such clipboard', async () => {
    const copies: string[] = [];
    const copySelection = () => copies.push(selected()) > 0;
    expect(await copyFrom(field, { copySelection })).toBe('copied');
    expect(copies).toEqual([field.value]);
  });

  it('copies what is selected where the clipboard is not allowed', async () => {
    const writeText = () => Promise.reject(new DOMException('no', 'NotAllowedError'));
    expect(await copyFrom(field, { writeText, copySelection: () => true })).toBe('copied');
  });

  it('leaves the link selected where neither works', async () => {
    expect(await copyFrom(field, { copySelection: () => false })).toBe('selected');
    expect(selected()).toBe(field.value);
    expect(document.activeElement).toBe(field);
  });

  it('takes a browser without any way as it is', async () => {
    // jsdom has neither a clipboard nor execCommand.
    expect(await copyFrom(field)).toBe('selected');
  });
});
