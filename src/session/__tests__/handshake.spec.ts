import { unsynced } from '..';
import { DOCUMENT, live, Play, ROOM, STATUS, types, UPDATE, VECTOR } from './play';

describe('opening a document', () => {
  it('asks for the room, and opens it showing no history', () => {
    const play = new Play();
    expect(play.do({ type: 'started' })).toEqual([{ type: 'ask', path: 'a.ipynb' }]);
    expect(play.do({ type: 'asked', room: ROOM })).toEqual([
      { type: 'open', room: ROOM, lineage: null }
    ]);
  });

  it('says nothing before the server has said hello (W7)', () => {
    const play = new Play();
    play.do({ type: 'started' });
    play.do({ type: 'asked', room: ROOM });
    expect(play.do({ type: 'opened' })).toEqual([]);
    expect(play.do({ type: 'moved' })).toEqual([]);
    expect(types(play.hello())).toEqual(['sendStateVector', 'announce']);
  });

  it('drops a server that begins with something else (W7)', () => {
    const play = new Play().dial();
    expect(types(play.hear({ type: 'step1', stateVector: VECTOR }))).toContain('hangUp');
    expect(play.state.link.kind).toBe('offline');
  });

  it('is in sync once both sides have what they lacked', () => {
    const play = new Play().dial();
    play.hello();
    expect(play.hear({ type: 'step1', stateVector: VECTOR })).toEqual([
      { type: 'sendMissing', stateVector: VECTOR }
    ]);
    expect(play.state.link.kind).toBe('syncing');
    expect(play.hear({ type: 'step2', update: UPDATE })).toEqual([
      { type: 'apply', updates: [UPDATE], heeded: 0 }
    ]);
    expect(play.state.link.kind).toBe('synced');
    expect(play.state.lineage).toBe('L1');
  });

  it('does not mind which side is first', () => {
    const play = new Play().dial();
    play.hello();
    play.hear({ type: 'step2', update: UPDATE });
    play.hear({ type: 'step1', stateVector: VECTOR });
    expect(play.state.link.kind).toBe('synced');
  });

  it('has a document in part until the step 2, where it had nothing (W15)', () => {
    const play = new Play().dial();
    play.hello();
    play.hear({ type: 'step1', stateVector: VECTOR });
    expect(play.state.partial).toBe(false);
    expect(play.hear({ type: 'update', update: UPDATE })).toEqual([
      { type: 'apply', updates: [UPDATE], heeded: 0 }
    ]);
    expect(play.state).toMatchObject({ partial: true, link: { kind: 'syncing' } });
    play.hear({ type: 'step2', update: UPDATE });
    expect(play.state).toMatchObject({ partial: false, link: { kind: 'synced' } });
    play.hear({ type: 'update', update: UPDATE });
    expect(play.state.partial).toBe(false);
  });

  it('keeps what comes before the step 2 until that has come, where it had something (M19)', () => {
    const play = new Play().dial();
    play.hello();
    play.hear({ type: 'step1', stateVector: VECTOR });
    play.hear({ type: 'step2', update: UPDATE });
    play.lose();
    play.redial();
    play.hello();
    const early = Uint8Array.of(1);
    expect(play.hear({ type: 'update', update: early })).toEqual([]);
    expect(play.hear({ type: 'step2', update: UPDATE })).toEqual([
      { type: 'apply', updates: [early, UPDATE], heeded: 0 }
    ]);
    expect(play.hear({ type: 'update', update: UPDATE })).toEqual([
      { type: 'apply', updates: [UPDATE], heeded: 0 }
    ]);
  });

  it('goes on with the rest after a lost connection, and offers no part (W15)', () => {
    const play = new Play().dial();
    play.hello();
    play.hear({ type: 'update', update: UPDATE });
    play.lose();
    expect(play.state.partial).toBe(true);
    play.redial();
    const { lineage } = play.state;
    expect(lineage).toBe('L1');
    play.hello();
    expect(play.state.partial).toBe(true);
    play.hear({ type: 'step1', stateVector: VECTOR });
    play.hear({ type: 'step2', update: UPDATE });
    expect(play.state.partial).toBe(false);
  });

  it('gives a server time to read a large file', () => {
    const play = new Play().dial();
    expect(play.wait(59_000)).toEqual([]);
    expect(types(play.wait(1_500))).toContain('hangUp');
  });

  it('keeps waiting for a large document on a slow line', () => {
    const play = new Play().dial();
    play.hello();
    expect(play.wait(200_000)).toEqual([]);
  });

  it('holds no history while it has received nothing', () => {
    const play = new Play().dial();
    play.hello('L1');
    play.lose();
    play.redial();
    expect(types(play.hello('L2'))).toContain('hangUp');
    expect(play.do({ type: 'online' })).toEqual([
      { type: 'open', room: { ...ROOM, lineage: 'L2' }, lineage: null }
    ]);
    play.do({ type: 'opened' });
    play.hello('L2');
    expect(play.state.link.kind).toBe('syncing');
  });
});

describe('a document that cannot be opened', () => {
  it('is refused when there is no such file', () => {
    const play = new Play();
    play.do({ type: 'started' });
    play.do({ type: 'askFailed', failure: { kind: 'missing' } });
    expect(play.state.link).toMatchObject({ kind: 'refused', reason: 'no-such-file' });
    expect(play.wait(600_000)).toEqual([]);
  });

  it('says what the server said before it closed (W10)', () => {
    const play = new Play().dial();
    const said = { reason: 'not-utf8', message: 'No text', detail: 'byte 7' };
    play.hear({ type: 'refusal', ...said });
    play.lose(4500);
    expect(play.state.link).toEqual({ kind: 'refused', ...said });
  });

  it.each([
    ['the server cannot be asked', 'unreachable', 0],
    ['the server has gone meanwhile', 'unreachable', 3],
    ['the server answers, and no connection comes about', 'no-socket', 7]
  ])('is given up when %s', (_, reason, answers) => {
    const play = new Play();
    play.do({ type: 'started' });
    for (let failure = 0; failure < 7; failure++) {
      if (failure > 0) {
        expect(play.state.link.kind).toBe('offline');
        play.retry();
      }
      if (failure < answers) {
        play.do({ type: 'asked', room: ROOM });
        play.lose();
      } else {
        play.do({ type: 'askFailed', failure: { kind: 'unreachable' } });
      }
    }
    expect(play.state.link).toMatchObject({ kind: 'refused', reason });
    expect(play.wait(600_000)).toEqual([]);
  });

  it('can be tried again by hand', () => {
    const play = new Play();
    play.do({ type: 'started' });
    play.do({ type: 'askFailed', failure: { kind: 'missing' } });
    expect(types(play.do({ type: 'reconnectAsked' }))).toContain('ask');
  });
});

describe('coming back', () => {
  it('shows the history it holds, and does not ask for the room again', () => {
    const play = live();
    play.lose();
    expect(play.do({ type: 'online' })).toEqual([{ type: 'open', room: ROOM, lineage: 'L1' }]);
  });

  it('asks again where the file got another name', () => {
    const play = live();
    play.do({ type: 'renamed', path: 'b.ipynb' });
    play.lose();
    expect(play.do({ type: 'online' })).toEqual([{ type: 'ask', path: 'b.ipynb' }]);
  });

  it('does not ask again where the room itself told the other name', () => {
    const play = live();
    const file = { state: 'present', path: 'b.ipynb' } as const;
    play.hear({ type: 'status', status: { ...STATUS, file } });
    expect(play.state.path).toBe('b.ipynb');
    play.lose();
    expect(types(play.do({ type: 'online' }))).toEqual(['open']);
  });

  it('does not take the old name from a room that has not noticed the new one', () => {
    const play = live();
    const named = (path: string) => {
      play.hear({ type: 'status', status: { ...STATUS, file: { state: 'present', path } } });
      return play.state.path;
    };
    play.do({ type: 'renamed', path: 'b.ipynb' });
    expect(named('a.ipynb')).toBe('b.ipynb');
    expect(named('b.ipynb')).toBe('b.ipynb');
    expect(named('a.ipynb')).toBe('a.ipynb');
  });

  it('asks again where the room is unknown by now', () => {
    const play = live();
    play.lose(4404);
    expect(types(play.wait(250))).toEqual(['ask']);
  });

  it('waits for a file that is gone', () => {
    const play = live();
    play.lose(4404);
    play.wait(250);
    play.do({ type: 'askFailed', failure: { kind: 'missing' } });
    expect(play.state.link.kind).toBe('missing');
    expect(types(play.wait(30_000))).toContain('ask');
    play.do({ type: 'asked', room: ROOM });
    expect(play.state.link.kind).toBe('connecting');
  });

  it('never syncs with another history (L4)', () => {
    const play = live();
    play.lose();
    play.edit();
    play.redial();
    const effects = play.hello('L2');
    expect(types(effects)).not.toContain('sendStateVector');
    expect(types(effects)).toContain('hangUp');
    expect(play.state.link).toEqual({ kind: 'diverged', lineage: 'L2' });
    expect(play.hear({ type: 'step1', stateVector: VECTOR })).toEqual([]);
    expect(play.do({ type: 'reconnectAsked' })).toEqual([]);
    expect(unsynced(play.state)).toBe(1);
  });

  it('learns from another history, too, where the file is by now', () => {
    const play = live();
    play.lose();
    play.redial();
    play.hello('L2', 'edit', { ...STATUS, file: { state: 'present', path: 'b.ipynb' } });
    expect(play.state.link.kind).toBe('diverged');
    expect(play.state.path).toBe('b.ipynb');
  });

  it('is told of nothing new by a network that is back, once there is nothing to try', () => {
    const parted = live();
    parted.lose();
    parted.redial();
    parted.hello('L2');
    const refused = live();
    refused.lose(4403);
    const closed = live();
    closed.do({ type: 'closed' });
    for (const play of [parted, refused, closed]) {
      const before = play.state;
      expect(play.do({ type: 'online' })).toEqual([]);
      expect(play.state).toBe(before);
    }
  });

  it('takes a close for another history for what it is (L3)', () => {
    const play = live();
    play.lose(1003, '{"reason":"unknown_session","sessionId":"L9","reloadable":true}');
    expect(play.state.link).toEqual({ kind: 'diverged', lineage: 'L9' });
  });
});

describe('a room of presences', () => {
  it('is live at once and has no document', () => {
    const play = new Play({ kind: 'presence', room: 'JupyterLab:globalAwareness' });
    expect(play.do({ type: 'started' })).toEqual([
      { type: 'open', room: 'JupyterLab:globalAwareness', lineage: null }
    ]);
    expect(types(play.do({ type: 'opened' }))).toEqual(['announce']);
    expect(play.state.link.kind).toBe('synced');
    expect(play.hear({ type: 'awareness', update: UPDATE })).toEqual([
      { type: 'applyPresence', update: UPDATE }
    ]);
  });

  it('is tried for ever', () => {
    const play = new Play({ kind: 'presence', room: 'JupyterLab:globalAwareness' });
    play.do({ type: 'started' });
    for (let failure = 0; failure < 20; failure++) {
      play.lose();
      play.retry();
    }
    expect(play.state.link.kind).toBe('connecting');
  });
});

describe('closing', () => {
  it('hangs up, and nothing happens any more', () => {
    const play = live();
    expect(types(play.do({ type: 'closed' }))).toContain('hangUp');
    expect(play.wait(600_000)).toEqual([]);
    expect(play.do({ type: 'online' })).toEqual([]);
    expect(play.do({ type: 'reconnectAsked' })).toEqual([]);
    expect(play.do({ type: 'closed' })).toEqual([]);
    expect(play.state.subject).toEqual(DOCUMENT);
  });
});

describe('a server that has lost the history', () => {
  /** A document that was open, connects to a server that would take its history. */
  function offered(access: 'edit' | 'view' = 'edit') {
    const play = live();
    play.edit();
    play.lose();
    play.redial();
    const hello = {
      type: 'hello',
      lineage: 'L2',
      access,
      path: 'a.ipynb',
      status: STATUS
    } as const;
    return { play, effects: play.hear({ ...hello, adopts: true }) };
  }

  it('is offered ours, and goes on with it as if nothing had happened (W14)', () => {
    const { play, effects } = offered();
    expect(effects).toEqual([{ type: 'sendAdopt' }]);
    expect(play.hear({ type: 'status', status: STATUS })).toEqual([]);
    expect(types(play.hello('L1'))).toEqual(['sendStateVector', 'announce']);
    play.hear({ type: 'step1', stateVector: VECTOR });
    play.hear({ type: 'step2', update: UPDATE });
    expect(play.state.link.kind).toBe('synced');
    expect(unsynced(play.state)).toBe(1);
    play.hear({ type: 'ack', count: 1 });
    expect(unsynced(play.state)).toBe(0);
  });

  it('may have got another one meanwhile (L4)', () => {
    const { play } = offered();
    expect(types(play.hello('L3'))).toContain('hangUp');
    expect(play.state.link).toEqual({ kind: 'diverged', lineage: 'L3' });
  });

  it('is offered it once only', () => {
    const { play } = offered();
    const hello = { type: 'hello', lineage: 'L2', access: 'edit', path: 'a.ipynb' } as const;
    play.hear({ ...hello, status: STATUS, adopts: true });
    expect(play.state.link.kind).toBe('diverged');
  });

  it('is offered nothing by who may not edit, or holds its history', () => {
    expect(offered('view').play.state.link.kind).toBe('diverged');
    const play = live();
    play.lose();
    play.redial();
    const hello = { type: 'hello', lineage: 'L1', access: 'edit', path: 'a.ipynb' } as const;
    play.hear({ ...hello, status: STATUS, adopts: true });
    expect(play.state.link.kind).toBe('syncing');
  });

  it('is given up when it does not answer', () => {
    const { play } = offered();
    expect(types(play.wait(61_000))).toContain('hangUp');
  });
});
