import { ALL_EDITS, unsynced } from '..';
import type { Status } from '../../protocol';
import { live, Play, STATUS, types, UPDATE, VECTOR } from './play';

const A = Uint8Array.of(1);
const B = Uint8Array.of(2);
const C = Uint8Array.of(3);

describe('local edits', () => {
  it('leave at once after a pause, and together while typing goes on', () => {
    const play = live();
    play.wait(1_000);
    expect(play.edit(A)).toEqual([]);
    expect(play.wait(0)).toEqual([{ type: 'sendEdits', updates: [A] }]);
    expect(play.edit(B)).toEqual([]);
    expect(play.edit(C)).toEqual([]);
    expect(play.wait(20)).toEqual([{ type: 'sendEdits', updates: [B, C] }]);
    expect(play.wait(1_000)).toEqual([]);
  });

  it('leave as one where they are made in one go, as others should not see half of them', () => {
    const play = live();
    play.wait(1_000);
    play.edit(A);
    play.edit(B);
    expect(play.wait(0)).toEqual([{ type: 'sendEdits', updates: [A, B] }]);
  });

  it('leave before the page is hidden', () => {
    const play = live();
    play.wait(1_000);
    play.edit(A);
    play.wait(0);
    play.edit(B);
    expect(play.do({ type: 'hidden' })).toEqual([{ type: 'sendEdits', updates: [B] }]);
  });

  it('wait until our step 2 is out, which has them all', () => {
    const play = new Play().dial();
    play.hello();
    expect(play.edit()).toEqual([]);
    play.hear({ type: 'step1', stateVector: VECTOR });
    play.wait(1_000);
    play.edit();
    expect(types(play.wait(0))).toEqual(['sendEdits']);
  });

  it('go before the cursor that stands in them', () => {
    const play = live();
    play.wait(1_000);
    play.edit(A);
    play.do({ type: 'moved' });
    play.edit(B);
    expect(types(play.wait(20))).toEqual(['sendEdits', 'sendPresence']);
  });
});

describe('edits that are not durable yet (W8)', () => {
  it('are counted until the server acknowledges the frame that had them', () => {
    const play = live();
    play.hear({ type: 'ack', count: 1 });
    play.wait(1_000);
    play.edit(A);
    play.wait(0);
    play.edit(B);
    play.edit(C);
    play.wait(20);
    expect(unsynced(play.state)).toBe(3);
    play.hear({ type: 'ack', count: 2 });
    expect(unsynced(play.state)).toBe(2);
    play.hear({ type: 'ack', count: 3 });
    expect(unsynced(play.state)).toBe(0);
  });

  it('may be acknowledged several frames at a time, and once more', () => {
    const play = live();
    play.wait(1_000);
    play.edit();
    play.wait(1_000);
    play.edit();
    play.wait(0);
    play.hear({ type: 'ack', count: 3 });
    play.hear({ type: 'ack', count: 3 });
    play.hear({ type: 'ack', count: 2 });
    expect(unsynced(play.state)).toBe(0);
    expect(play.state.link.kind).toBe('synced');
  });

  it('are counted offline, and covered by the step 2 of the next connection', () => {
    const play = live();
    play.lose();
    play.edit();
    play.edit();
    expect(unsynced(play.state)).toBe(2);
    play.redial().sync();
    expect(unsynced(play.state)).toBe(2);
    play.hear({ type: 'ack', count: 1 });
    expect(unsynced(play.state)).toBe(0);
  });

  it('that were sent and not acknowledged when the line broke are not durable', () => {
    const play = live();
    play.wait(1_000);
    play.edit();
    play.wait(0);
    play.lose();
    expect(unsynced(play.state)).toBe(1);
    play.redial();
    play.hello();
    expect(unsynced(play.state)).toBe(1);
  });

  it('were there for news, and for all that was missing where they were acknowledged before (M19)', () => {
    const play = live();
    play.wait(1_000);
    play.edit();
    play.wait(0);
    play.hear({ type: 'ack', count: 2 });
    play.edit();
    expect(play.hear({ type: 'update', update: UPDATE })).toEqual([
      { type: 'apply', updates: [UPDATE], heeded: ALL_EDITS }
    ]);
    play.lose();
    play.redial();
    play.hello();
    expect(play.hear({ type: 'step2', update: UPDATE })).toEqual([
      { type: 'apply', updates: [UPDATE], heeded: 1 }
    ]);
  });

  it('cannot be acknowledged before they were sent', () => {
    const play = live();
    play.edit();
    expect(types(play.hear({ type: 'ack', count: 7 }))).toContain('hangUp');
    expect(unsynced(play.state)).toBe(1);
  });

  it('are none for a viewer, who offers nothing', () => {
    const play = new Play().dial();
    play.hello('L1', 'view');
    expect(play.hear({ type: 'step1', stateVector: VECTOR })).toEqual([
      { type: 'send', message: { type: 'step2', update: Uint8Array.of(0, 0) } }
    ]);
    play.hear({ type: 'step2', update: UPDATE });
    expect(play.edit()).toEqual([]);
    expect(unsynced(play.state)).toBe(0);
    play.hear({ type: 'ack', count: 1 });
    expect(play.state.edits.durable).toBe(0);
  });
});

describe('saves (W4)', () => {
  const save = (id: number) => ({ type: 'send', message: { type: 'save', id } });
  const reply = { type: 'saveReply', id: 1, reason: '', message: '' } as const;

  it('go after all that was typed before', () => {
    const play = live();
    play.wait(1_000);
    play.edit(A);
    play.wait(0);
    play.edit(B);
    expect(play.do({ type: 'saveAsked', id: 1 })).toEqual([
      { type: 'sendEdits', updates: [B] },
      save(1)
    ]);
  });

  it.each(['success', 'skipped'] as const)('are settled by a reply of %s', status => {
    const play = live();
    play.do({ type: 'saveAsked', id: 1 });
    const settled = { type: 'settleSave', id: 1, result: { ok: true } };
    expect(play.hear({ ...reply, status })).toEqual([settled]);
    expect(play.hear({ ...reply, status })).toEqual([]);
  });

  it('fail with the reason of the server', () => {
    const play = live();
    play.do({ type: 'saveAsked', id: 1 });
    const why = { reason: 'disk-full', message: 'No space' };
    expect(play.hear({ ...reply, ...why, status: 'failed' })).toEqual([
      { type: 'settleSave', id: 1, result: { ok: false, ...why } }
    ]);
  });

  it('are asked for again when the line broke before the reply', () => {
    const play = live();
    play.do({ type: 'saveAsked', id: 1 });
    expect(play.lose()).toEqual([{ type: 'forgetPeers' }]);
    play.redial();
    play.hello();
    play.hear({ type: 'step1', stateVector: VECTOR });
    expect(play.hear({ type: 'step2', update: UPDATE })).toContainEqual(save(1));
    expect(types(play.hear({ ...reply, status: 'success' }))).toEqual(['settleSave']);
  });

  it('that were asked for offline wait for the connection', () => {
    const play = live();
    play.lose();
    expect(play.do({ type: 'saveAsked', id: 4 })).toEqual([]);
    play.redial();
    play.hello();
    play.hear({ type: 'step2', update: UPDATE });
    expect(play.hear({ type: 'step1', stateVector: VECTOR })).toContainEqual(save(4));
  });

  it('fail where there will be no connection', () => {
    const play = live();
    play.do({ type: 'saveAsked', id: 1 });
    expect(types(play.lose(4403))).toContain('settleSave');
    expect(types(play.do({ type: 'saveAsked', id: 2 }))).toEqual(['settleSave']);
  });

  it('are not for viewers', () => {
    const play = new Play().dial().sync('L1', 'view');
    expect(play.do({ type: 'saveAsked', id: 1 })).toMatchObject([
      { type: 'settleSave', result: { ok: false, reason: 'not-allowed' } }
    ]);
  });
});

describe('what is known to be in the file', () => {
  const saved = { ...STATUS, save: { state: 'saved', at: 7 } } as const;
  const unsaved = { ...STATUS, save: { state: 'unsaved' } } as const;
  const say = (play: Play, status: Status) => play.hear({ type: 'status', status });

  it('is what the server had when it said that the file has all', () => {
    const play = live();
    play.wait(1_000);
    play.edit(A);
    play.wait(0);
    play.hear({ type: 'ack', count: 2 });
    play.wait(1_000);
    play.edit(B);
    expect(say(play, unsaved)).toEqual([]);
    expect(say(play, saved)).toEqual([{ type: 'filed', edits: 1 }]);
  });

  it('is an edit whose ack comes while the file has all: it had changed nothing', () => {
    const play = new Play().dial();
    play.edit();
    play.sync();
    expect(play.hear({ type: 'ack', count: 1 })).toEqual([{ type: 'filed', edits: 1 }]);
  });

  it('is nothing on a new connection before the first ack (L6)', () => {
    const play = live();
    play.edit(A);
    play.wait(20);
    play.hear({ type: 'ack', count: 2 });
    play.lose();
    play.redial();
    play.hello();
    play.hear({ type: 'step1', stateVector: VECTOR });
    play.hear({ type: 'step2', update: UPDATE });
    expect(say(play, saved)).toEqual([]);
    expect(play.hear({ type: 'ack', count: 1 })).toEqual([{ type: 'filed', edits: 1 }]);
  });

  it('is nothing while the server has yet to write the file', () => {
    const play = live();
    play.wait(1_000);
    say(play, unsaved);
    play.edit(A);
    play.wait(0);
    expect(play.hear({ type: 'ack', count: 2 })).toEqual([]);
  });

  it('is nothing where there is no file', () => {
    const play = live();
    const gone = { ...saved, file: { state: 'gone', path: 'a.ipynb' } } as const;
    expect(say(play, gone)).toEqual([]);
  });
});
