import type { SessionState } from '..';
import { live, Play, ROOM, types, UPDATE } from './play';

function until({ link }: SessionState): number {
  return link.kind === 'offline' ? link.until : NaN;
}

describe('a quiet connection', () => {
  it('is asked for a sign of life after 15 seconds, and kept when there is one (W11)', () => {
    const play = live();
    expect(play.wait(14_999)).toEqual([]);
    expect(play.wait(1)).toEqual([{ type: 'send', message: { type: 'ping', number: 1 } }]);
    play.hear({ type: 'pong', number: 1 });
    expect(play.wait(14_999)).toEqual([]);
    expect(play.wait(1)).toEqual([{ type: 'send', message: { type: 'ping', number: 2 } }]);
  });

  it('is given up when none comes for 5 seconds', () => {
    const play = live();
    play.wait(15_000);
    expect(types(play.wait(5_000))).toEqual(['hangUp', 'forgetPeers']);
    expect(play.state.link.kind).toBe('offline');
  });

  it('counts anything that is heard as a sign of life', () => {
    const play = live();
    play.wait(15_000);
    play.hear({ type: 'update', update: UPDATE });
    expect(play.wait(10_000)).toEqual([]);
  });

  it('is kept while it still takes what we send', () => {
    const play = live();
    play.backlog = 20_000_000;
    play.wait(15_000);
    play.backlog = 12_000_000;
    expect(play.wait(5_000)).toEqual([]);
    expect(types(play.wait(5_000))).toContain('hangUp');
  });

  it('is tested when the page comes back to sight', () => {
    const play = live();
    expect(types(play.do({ type: 'visible' }))).toEqual(['send']);
    expect(play.do({ type: 'visible' })).toEqual([]);
  });
});

describe('a connection that is silent while it catches up', () => {
  /** Connected again for the first time after a good while, and greeted. */
  function catchingUp(): Play {
    const play = live();
    play.wait(10_000);
    play.lose();
    return greeted(play);
  }

  function greeted(play: Play): Play {
    play.retry();
    play.do({ type: 'opened' });
    play.hello();
    return play;
  }

  /** How long a silent connection is kept, in seconds. */
  function patience(play: Play): number {
    const since = play.at;
    while (play.state.link.kind === 'syncing') {
      play.retry();
    }
    return (play.at - since) / 1_000;
  }

  it('is given up, and the next ones are waited for longer, as a line may be slow', () => {
    const play = catchingUp();
    const waits: number[] = [];
    for (let attempt = 0; attempt < 4; attempt++) {
      waits.push(patience(play));
      greeted(play);
    }
    expect(waits).toEqual([75, 255, 315, 315]);
  });

  it('is given up sooner where the browser has told that the network is another one', () => {
    const play = live();
    play.do({ type: 'offline' });
    play.redial().hello();
    expect(patience(play)).toBe(30);
  });

  it('is kept while anything comes, and while it still takes what we send', () => {
    const play = catchingUp();
    play.hear({ type: 'step1', stateVector: UPDATE });
    for (let minute = 20; minute > 0; minute--) {
      play.backlog = 1_000_000 * minute;
      expect(play.wait(60_000)).toEqual([]);
    }
    for (let minute = 0; minute < 20; minute++) {
      play.hear({ type: 'update', update: UPDATE });
      expect(play.wait(60_000)).toEqual([]);
    }
    play.hear({ type: 'step2', update: UPDATE });
    expect(play.state.link.kind).toBe('synced');
  });

  it('is waited for where the document has come in part only, which may be large', () => {
    const play = new Play().dial();
    play.hello();
    play.hear({ type: 'update', update: UPDATE });
    expect(play.wait(280_000)).toEqual([]);
  });
});

describe('a lost connection', () => {
  it('is tried again later each time, at the latest after half a minute', () => {
    const play = live();
    play.luck = 1;
    const waits: number[] = [];
    for (let failure = 0; failure < 10; failure++) {
      play.lose();
      waits.push(play.retry());
    }
    expect(waits).toEqual([250, 500, 1000, 2000, 4000, 8000, 16000, 30000, 30000, 30000]);
  });

  it('is tried again at a random moment before that', () => {
    const play = live();
    play.luck = 0.1;
    play.lose();
    expect(until(play.state) - play.at).toBe(25);
  });

  it('is tried again within seconds after one that held a moment, however long it took to get', () => {
    const play = live();
    play.luck = 1;
    for (let failure = 0; failure < 10; failure++) {
      play.lose();
      play.retry();
    }
    play.do({ type: 'opened' });
    play.sync();
    for (let failure = 0; failure < 3; failure++) {
      play.lose();
      expect(play.retry()).toBe(4_000 * 2 ** failure);
    }
  });

  it('begins with short waits again after a good connection only', () => {
    const play = live();
    play.luck = 1;
    for (let failure = 0; failure < 4; failure++) {
      play.lose();
      play.retry();
    }
    play.do({ type: 'opened' });
    play.sync();
    play.lose();
    expect(until(play.state) - play.at).toBe(4_000);
    play.redial().sync();
    play.wait(9_999);
    play.hear({ type: 'update', update: UPDATE });
    play.wait(1);
    play.lose();
    expect(until(play.state) - play.at).toBe(250);
  });

  it.each(['online', 'visible', 'reconnectAsked'] as const)('is tried at once when %s', type => {
    const play = live();
    play.lose();
    expect(types(play.do({ type }))).toContain(type === 'reconnectAsked' ? 'ask' : 'open');
  });

  it('forgets who else is there', () => {
    expect(types(live().lose())).toEqual(['forgetPeers']);
  });

  it('ignores what comes too late', () => {
    const play = live();
    play.lose();
    expect(play.hear({ type: 'update', update: UPDATE })).toEqual([]);
    expect(play.do({ type: 'asked', room: ROOM })).toEqual([]);
    expect(play.lose()).toEqual([]);
  });
});

describe('the reason of a close', () => {
  it('too slow: again at once', () => {
    const play = live();
    play.lose(4408);
    expect(types(play.wait(0))).toEqual(['open']);
  });

  it('too many: not before 5 seconds', () => {
    const play = live();
    play.lose(4429);
    expect(until(play.state) - play.at).toBe(5_000);
  });

  it.each([
    [1009, 'oversized'],
    [4400, 'malformed'],
    [4401, 'unauthenticated'],
    [4403, 'not-allowed']
  ])('%d: no more until somebody wants it', (code, reason) => {
    const play = live();
    play.lose(code);
    expect(play.state.link).toMatchObject({ kind: 'refused', reason });
    expect(play.wait(600_000)).toEqual([]);
  });

  it('not logged in any more: again when the page comes back to sight', () => {
    const play = live();
    play.lose(4401);
    expect(types(play.do({ type: 'visible' }))).toContain('ask');
  });

  it.each([1001, 1006, 1012, 4500])('%d: again, since the document was open', code => {
    const play = live();
    play.lose(code);
    expect(play.state.link.kind).toBe('offline');
  });
});

describe('a server that cannot say which room a document has', () => {
  const failure = { kind: 'refused', reason: 'server-error', message: '' } as const;

  it('is asked again, since the document was open', () => {
    const play = live();
    play.do({ type: 'renamed', path: 'b.ipynb' });
    play.lose();
    play.retry();
    play.do({ type: 'askFailed', failure });
    expect(play.state.link.kind).toBe('offline');
    expect(types(play.wait(1_000))).toEqual(['ask']);
  });

  it('keeps a document from being opened', () => {
    const play = new Play();
    play.do({ type: 'started' });
    play.do({ type: 'askFailed', failure });
    expect(play.state.link).toMatchObject(failure);
  });
});

describe('no network', () => {
  it('is offline at once, and tries when there is one', () => {
    const play = live();
    expect(types(play.do({ type: 'offline' }))).toContain('hangUp');
    expect(play.wait(29_000)).toEqual([]);
    expect(types(play.do({ type: 'online' }))).toEqual(['open']);
  });
});

describe('a frame that makes no sense (W12)', () => {
  it('ends the connection, not the session', () => {
    const play = live();
    expect(types(play.do({ type: 'garbled' }))).toContain('hangUp');
    expect(play.state.link.kind).toBe('offline');
  });
});
