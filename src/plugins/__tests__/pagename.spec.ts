import { renamePage } from '../pagename';

/** The address, the header and the title of a page whose document was renamed. */
function renamed(address: string, title: string, from: string, to: string): string[] {
  window.history.replaceState(null, '', address);
  document.title = title;
  document.body.innerHTML = '<div id="jp-title"><h1>old</h1></div>';
  renamePage(from, to);
  const { pathname, search, hash } = window.location;
  return [
    pathname + search + hash,
    document.querySelector('h1')?.textContent ?? '',
    document.title
  ];
}

test('a page of Notebook has the new name in its address and its header', () => {
  expect(renamed('/notebooks/old.ipynb', 'new', 'old.ipynb', 'a/new.ipynb')).toEqual([
    '/notebooks/a/new.ipynb',
    'new',
    'new'
  ]);
  expect(renamed('/edit/old.txt', 'old.txt2', 'old.txt', 'old.txt2')).toEqual([
    '/edit/old.txt2',
    'old.txt2',
    'old.txt2'
  ]);
});

test('what else the address says stays, and a name may have any letter', () => {
  const address = '/notebooks/a%2Fold.ipynb?factory=Notebook#part';
  const [now] = renamed(address, 'old', 'a/old.ipynb', 'a/50% of it?.ipynb');
  expect(now).toBe('/notebooks/a/50%25%20of%20it%3F.ipynb?factory=Notebook#part');
});

test('the address and the header of JupyterLab are its own, and the tab has the new name', () => {
  const [from, to] = ['old.ipynb', 'a much longer name.ipynb'];
  expect(renamed('/doc/tree/old.ipynb', 'old.ipynb - JupyterLab', from, to)).toEqual([
    '/doc/tree/old.ipynb',
    'old',
    'a much longe… - JupyterLab'
  ]);
  expect(renamed('/lab', 'other.ipynb - JupyterLab', from, to)[2]).toBe('other.ipynb - JupyterLab');
});
