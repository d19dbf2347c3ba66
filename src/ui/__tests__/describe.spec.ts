import { nullTranslator } from '@jupyterlab/translation';

import type { Status } from '../../protocol';
import { live, Play, STATUS, UPDATE } from '../../session/__tests__/play';
import { NEWS } from '../condition';
import { describe as put } from '../describe';

const trans = nullTranslator.load('jupyter_collab');

function withStatus(status: Partial<Status>, play = settled()): Play {
  play.hear({ type: 'status', status: { ...STATUS, ...status } });
  return play;
}

/** In sync, with everything acknowledged. */
function settled(): Play {
  const play = live();
  play.hear({ type: 'ack', count: 1 });
  return play;
}

function label(play: Play): string {
  return put(play.state, trans).label;
}

function story(play: Play): string {
  return put(play.state, trans).story.join(' ');
}

describe('the status of a document', () => {
  it('says that it connects', () => {
    expect(label(new Play())).toBe('Connecting…');
    expect(label(new Play().dial())).toBe('Connecting…');
  });

  it('says that outputs are still coming, and what to do without a connection then', () => {
    const play = new Play().dial();
    play.hello();
    play.hear({ type: 'update', update: UPDATE });
    expect(label(play)).toBe('Loading outputs…');
    play.lose();
    expect(label(play)).toBe('Offline');
    expect(story(play)).toContain('not all outputs are here');
    expect(story(play)).not.toContain('go on working');
  });

  it('counts what is unsynced while offline', () => {
    const play = settled();
    play.lose();
    expect(label(play)).toBe('Offline');
    play.edit();
    expect(label(play)).toBe('Offline – 1 unsynced change');
    play.edit();
    expect(label(play)).toBe('Offline – 2 unsynced changes');
    expect(story(play)).toContain('2 changes are only in this page');
    expect(put(play.state, trans).actions).toEqual(['reconnect']);
  });

  it('says whether this browser keeps what is unsynced', () => {
    const play = settled();
    play.lose();
    play.edit();
    const kept = put(play.state, trans, 'kept').story.join(' ');
    expect(kept).toContain('1 change is kept in this browser');
    const failed = put(play.state, trans, 'failed').story.join(' ');
    expect(failed).toContain('leaving the page loses it');
    expect(failed).toContain('storage is full or switched off');
  });

  it('stays offline while it tries to connect again', () => {
    const play = settled();
    play.lose();
    play.retry();
    expect(play.state.link.kind).toBe('connecting');
    expect(label(play)).toBe('Offline');
  });

  it('does not say «saved» or «synced» before it is true (W8)', () => {
    const play = settled();
    expect(label(play)).toBe('Saved');
    play.wait(1_000);
    play.edit();
    expect(label(play)).toBe('Syncing…');
    play.wait(0);
    withStatus({ save: { state: 'unsaved' } }, play);
    expect(label(play)).toBe('Syncing…');
    play.hear({ type: 'ack', count: 2 });
    expect(label(play)).toBe('Synced');
    withStatus({ save: { state: 'saving' } }, play);
    expect(label(play)).toBe('Synced');
    withStatus({}, play);
    expect(label(play)).toBe('Saved');
  });

  it('says why a save failed, and that nothing is lost', () => {
    const play = withStatus({ save: { state: 'failed', reason: 'disk-full', retryAt: 1 } });
    expect(label(play)).toBe('Save failed – disk full');
    expect(story(play)).toContain('no space left on the disk');
    expect(story(play)).toContain('keeps all your changes');
    expect(put(play.state, trans).actions).toEqual(['save']);
  });

  it('says that the file was written where only a hook failed', () => {
    const message = 'a.ipynb was written, but a hook failed';
    const play = withStatus({ save: { state: 'failed', reason: 'unfinished', message } });
    expect(label(play)).toBe('Saved, with an error');
    expect(story(play)).toContain(message);
  });

  it('says what a saved file does not have', () => {
    const message = 'Cell 2 holds values that lie too deep';
    const play = withStatus({ save: { state: 'saved', reason: 'incomplete', message } });
    expect(label(play)).toBe('Saved in part');
    expect(story(play)).toContain(`${message}.`);
    expect(put(play.state, trans).actions).toEqual([]);
  });

  it('passes on the server’s words for a reason it does not know', () => {
    const play = withStatus({ save: { state: 'failed', reason: 'new', message: 'Paper jam' } });
    expect(story(play)).toContain('Paper jam');
  });

  it.each<[Partial<Status>, string]>([
    [{ save: { state: 'off' } }, 'Not saved automatically'],
    [{ history: { state: 'degraded', reason: 'store-error' } }, 'History not kept'],
    [{ file: { state: 'gone', path: 'a.ipynb' } }, 'File deleted']
  ])('of %j is %s', (status, expected) => {
    expect(label(withStatus(status))).toBe(expected);
  });

  it('of a file that is gone is in the words of the page, and all of it in full sentences', () => {
    const message = 'a.ipynb was deleted or moved away';
    const gone = withStatus({
      file: { state: 'gone', path: 'a.ipynb', reason: 'deleted', message }
    });
    expect(put(gone.state, trans).story[0]).toBe('The file a.ipynb was deleted or moved away.');
    const failed = withStatus({ save: { state: 'failed', reason: 'new', message: 'Paper jam' } });
    expect(put(failed.state, trans).story[0]).toBe('Paper jam.');
  });

  it('does not promise to write over a file that cannot be read', () => {
    const message = 'a.ipynb cannot be read as a notebook';
    const play = withStatus({
      file: { state: 'gone', path: 'a.ipynb', reason: 'not-a-notebook', message }
    });
    expect(label(play)).toBe('File unreadable');
    expect(story(play)).toContain(message);
    expect(story(play)).toContain('goes on when the file can be read again');
    expect(put(play.state, trans).actions).toEqual([]);
  });

  it('puts first what may lose work', () => {
    const play = withStatus({
      save: { state: 'failed', reason: 'disk-full' },
      file: { state: 'gone', path: 'a.ipynb' }
    });
    expect(put(play.state, trans).condition).toBe('gone');
  });

  it('tells viewers that they are', () => {
    expect(label(new Play().dial().sync('L1', 'view'))).toBe('View only');
  });

  it.each<[string, (viewer: Play) => unknown, string]>([
    ['offline', viewer => viewer.lose(), 'You see the document as it was before'],
    [
      'without the file',
      viewer => withStatus({ file: { state: 'gone', path: 'a.ipynb' } }, viewer),
      'When somebody saves it'
    ],
    [
      'where a save has failed',
      viewer => withStatus({ save: { state: 'failed', reason: 'disk-full' } }, viewer),
      'keeps all changes'
    ]
  ])('does not tell them to write or to save %s', (_, meet, expected) => {
    const viewer = new Play().dial().sync('L1', 'view');
    meet(viewer);
    expect(story(viewer)).toContain(expected);
    expect(story(viewer)).not.toMatch(/go on working|Saving it|your/u);
  });

  it('does not tell them to write while outputs are still coming', () => {
    const viewer = new Play().dial();
    viewer.hello('L1', 'view');
    viewer.hear({ type: 'update', update: UPDATE });
    expect(label(viewer)).toBe('Loading outputs…');
    expect(story(viewer)).not.toContain('You can write');
    viewer.lose();
    expect(label(viewer)).toBe('Offline');
    expect(story(viewer)).not.toContain('You can write');
  });

  it('tells them what of theirs the browser keeps', () => {
    const { state } = new Play().dial().sync('L1', 'view');
    expect(put(state, trans).story).toHaveLength(1);
    expect(put(state, trans, 'kept').story.join(' ')).toContain('is kept in this browser');
  });

  it('says why there is no way back', () => {
    const play = settled();
    play.lose(4403);
    expect(label(play)).toBe('Not connected');
    expect(story(play)).toContain('not allowed to open a.ipynb');
    play.edit();
    expect(story(play)).toContain('1 change is only in this page');
  });

  it('is news where someone should look', () => {
    expect(NEWS.has('offline')).toBe(true);
    expect(NEWS.has('saved')).toBe(false);
  });
});
