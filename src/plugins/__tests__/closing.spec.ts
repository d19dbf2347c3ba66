import type { IDocumentManagerDialogs } from '@jupyterlab/docmanager';

import type { Status } from '../../protocol';
import { Play } from '../../session/__tests__/play';
import type { SessionState } from '../../session';
import { closeWithoutAsking } from '../closing';

const GOOD: Status = {
  save: { state: 'unsaved' },
  history: { state: 'kept' },
  file: { state: 'present', path: 'a.ipynb' }
};

function synced(status: Partial<Status> = {}, access: 'edit' | 'view' = 'edit'): SessionState {
  const play = new Play().dial().sync('L1', access);
  play.hear({ type: 'status', status: { ...GOOD, ...status } });
  return play.state;
}

function offline(): SessionState {
  const play = new Play().dial().sync('L1', 'edit');
  play.do({ type: 'offline' });
  return play.state;
}

const ASKED = { shouldClose: false, ignoreSave: false };
const SAVED = { shouldClose: true, ignoreSave: false };
const LEFT = { shouldClose: true, ignoreSave: true };

describe('closeWithoutAsking', () => {
  async function close(
    states: readonly SessionState[],
    options: IDocumentManagerDialogs.SaveBeforeClose.IOptions = {
      fileName: 'a.ipynb',
      writable: true
    }
  ): Promise<IDocumentManagerDialogs.SaveBeforeClose.IResult> {
    const dialogs = { saveBeforeClose: async () => Promise.resolve(ASKED) };
    closeWithoutAsking(dialogs, () => states.map(state => ({ path: 'folder/a.ipynb', state })));
    return (dialogs as Pick<IDocumentManagerDialogs, 'saveBeforeClose'>).saveBeforeClose(options);
  }

  it('saves what the server has, or is about to have', async () => {
    expect(await close([synced()])).toEqual(SAVED);
    expect(await close([synced({ history: { state: 'degraded' } }), synced()])).toEqual(SAVED);
  });

  it('lets those go who only look', async () => {
    expect(await close([synced({}, 'view')])).toEqual(LEFT);
  });

  it.each<[string, SessionState]>([
    ['there is no connection', offline()],
    ['a save has failed', synced({ save: { state: 'failed', reason: 'disk-full' } })],
    ['the file is gone', synced({ file: { state: 'gone', path: 'a.ipynb' } })],
    ['nothing is saved but on request', synced({ save: { state: 'off' } })]
  ])('asks where %s', async (_, state) => {
    expect(await close([state])).toEqual(ASKED);
    expect(await close([synced(), state])).toEqual(ASKED);
  });

  it('asks of what is not shared, and of what cannot be written', async () => {
    expect(await close([])).toEqual(ASKED);
    expect(await close([synced()], { fileName: 'b.ipynb', writable: true })).toEqual(ASKED);
    expect(await close([synced()], { fileName: 'a.ipynb' })).toEqual(ASKED);
  });
});
