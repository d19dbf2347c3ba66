import type { JupyterFrontEnd } from '@jupyterlab/application';
import { PageConfig } from '@jupyterlab/coreutils';
import { DocumentRegistry } from '@jupyterlab/docregistry';
import type { IFileBrowserFactory } from '@jupyterlab/filebrowser';
import { Widget } from '@lumino/widgets';

import type { CollabContentProvider } from '../../documents/drive';
import { Subjects } from '../subjects';

interface Selected {
  readonly path: string;
  readonly type: string;
}

/** A page with one notebook open, and something selected in the file browser. */
function setUp(selected: readonly Selected[] = []) {
  const open = { path: 'data/a.ipynb', format: 'json', contentType: 'notebook' };
  const contents = {
    driveName: (path: string) => (path.includes(':') ? path.split(':')[0] : ''),
    localPath: (path: string) => path.split(':').at(-1)
  };
  const app = {
    shell: { currentWidget: new Widget() },
    serviceManager: { contents },
    docRegistry: new DocumentRegistry()
  } as unknown as JupyterFrontEnd;
  app.docRegistry.addFileType({
    ...{ name: 'png', extensions: ['.png'] },
    ...{ contentType: 'file', fileFormat: 'base64' }
  });
  const provider = { documents: [open], find: () => open } as unknown as CollabContentProvider;
  const browsers = {
    tracker: { currentWidget: { selectedItems: () => selected } }
  } as unknown as IFileBrowserFactory;
  return { open, subjects: new Subjects(app, provider, browsers) };
}

describe('what is shared', () => {
  it('is in the form in which it is open, and where it is now', () => {
    const { open, subjects } = setUp();
    const subject = subjects.at('data/a.ipynb');
    expect(subject.kind).toBe('notebook');
    expect(subject.room).toEqual({ format: 'json', type: 'notebook' });
    open.path = 'moved.ipynb';
    expect(subject.path).toBe('moved.ipynb');
  });

  it('is what the server takes it for where it is not open', () => {
    const subject = setUp().subjects.at('notes.txt');
    expect(subject).toEqual({ path: 'notes.txt', kind: 'file', room: null, obstacle: null });
    expect(setUp().subjects.at('b.ipynb').kind).toBe('notebook');
  });

  it.each([
    ['picture.png', 'file', 'binary'],
    ['data', 'directory', 'directory'],
    ['Cloud:a.ipynb', 'notebook', 'other-drive']
  ] as const)('cannot be %s', (path, type, obstacle) => {
    expect(setUp().subjects.at(path, type)).toMatchObject({ path, obstacle, room: null });
  });

  it('is the one thing that is selected in the file browser', () => {
    const folder = { path: 'data', type: 'directory' };
    expect(setUp([folder]).subjects.selected?.obstacle).toBe('directory');
    expect(setUp([folder, { path: 'a.txt', type: 'file' }]).subjects.selected).toBeNull();
    expect(setUp().subjects.selected).toBeNull();
  });

  it('is nothing where no document is in front', () => {
    expect(setUp().subjects.current).toBeNull();
  });

  it('has the form of the application at this page', () => {
    PageConfig.setOption('notebookPage', '');
    expect(setUp().subjects.page.app).toBe('lab');
    PageConfig.setOption('notebookPage', 'notebooks');
    expect(setUp().subjects.page.app).toBe('notebook');
    PageConfig.setOption('notebookPage', '');
  });
});
