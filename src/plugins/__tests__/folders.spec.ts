import type { Contents } from '@jupyterlab/services';

import { follow } from '../folders';

class Browser {
  readonly been: string[] = [];

  constructor(public path: string) {}

  async cd(path: string): Promise<void> {
    this.been.push(path);
    await Promise.resolve();
    this.path = path.slice(1);
  }
}

/** Where a browser at `path` goes as a document is renamed, where these folders exist then. */
async function went(path: string, from: string, to: string, ...folders: string[]) {
  const browser = new Browser(path);
  const change = { type: 'rename', oldValue: { path: from }, newValue: { path: to } };
  const exists = (folder: string) => Promise.resolve(folders.includes(folder));
  await follow(browser, change as Contents.IChangedArgs, exists);
  return browser.been;
}

test('a browser follows a folder that was renamed', async () => {
  expect(await went('a/b', 'a/b/n.ipynb', 'a/c/n.ipynb', 'a', 'a/c')).toEqual(['/a/c']);
});

test('it goes before it knows more, as it would look for the folder meanwhile', () => {
  const browser = new Browser('a');
  const change = { type: 'rename', oldValue: { path: 'a/n' }, newValue: { path: 'b/n' } };
  void follow(browser, change as Contents.IChangedArgs, () => new Promise(() => undefined));
  expect(browser.been).toEqual(['/b']);
});

test('it follows from folders within, and where one further up was renamed', async () => {
  expect(await went('a/b/c', 'a/b/n', 'z/b/n', 'z', 'z/b/c')).toEqual(['/z/b/c']);
  expect(await went('a/b', 'a/b/c/n', 'z/b/c/n')).toEqual(['/z/b']);
});

test('it stays where only the file was moved', async () => {
  expect(await went('a', 'a/n.ipynb', 'b/n.ipynb', 'a', 'b')).toEqual(['/b', '/a']);
});

test('it does not care for files that get another name, or for other folders', async () => {
  expect(await went('a', 'a/n.ipynb', 'a/m.ipynb', 'a')).toEqual([]);
  expect(await went('ab', 'a/n', 'c/n', 'ab')).toEqual([]);
  expect(await went('', 'n', 'b/n', 'b')).toEqual([]);
  expect(await went('b', 'b/n', 'n', 'b')).toEqual([]);
  expect(await went('a', 'a/xn', 'b/n')).toEqual([]);
});

test('it stays where a file is only saved', async () => {
  const browser = new Browser('a');
  const value = { path: 'a/n' };
  const change = { type: 'save', oldValue: value, newValue: value };
  await follow(browser, change as Contents.IChangedArgs, () => Promise.resolve(false));
  expect(browser.been).toEqual([]);
});
