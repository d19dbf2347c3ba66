import { nullTranslator } from '@jupyterlab/translation';
import { Signal } from '@lumino/signaling';

import type { DocumentProvider } from '../../documents/provider';
import { LATE } from '../../session';
import type { SessionState } from '../../session';
import { live, STATUS } from '../../session/__tests__/play';
import { StatusModel } from '../statusmodel';

const SAVED = { ...STATUS, save: { state: 'saved' } } as const;

/** A provider of which the tests say how it stands. */
class FakeProvider {
  readonly stateChanged = new Signal<this, SessionState>(this);
  readonly isDisposed = false;
  readonly shelter = null;
  state = { ...live().state, status: SAVED, edits: { made: 0, durable: 0 } };

  set(made: number, durable: number): void {
    this.state = { ...this.state, edits: { made, durable } };
    this.stateChanged.emit(this.state);
  }
}

describe('StatusModel', () => {
  let provider: FakeProvider;
  let model: StatusModel;

  beforeEach(() => {
    jest.useFakeTimers();
    provider = new FakeProvider();
    model = new StatusModel(nullTranslator.load('jupyter_collab'));
    model.provider = provider as unknown as DocumentProvider;
  });

  afterEach(() => {
    model.dispose();
    jest.useRealTimers();
  });

  function condition(): string | undefined {
    return model.description?.condition;
  }

  it('says nothing of keys on their way while somebody types on', () => {
    const seen = new Set<string | undefined>();
    for (let key = 1; key <= 100; key++) {
      provider.set(key, 2 * Math.floor((key - 1) / 2));
      jest.advanceTimersByTime(100);
      seen.add(condition());
    }
    expect([...seen]).toEqual(['saved']);
  });

  it('says that a change is on its way once the server is late', () => {
    provider.set(1, 0);
    jest.advanceTimersByTime(LATE - 1);
    expect(condition()).toBe('saved');
    provider.set(2, 0);
    jest.advanceTimersByTime(1);
    expect(condition()).toBe('syncing');
    provider.set(2, 2);
    expect(condition()).toBe('saved');
  });

  it('says so at once where all was not well before', () => {
    const { link } = provider.state;
    provider.state = { ...provider.state, link: { kind: 'offline', until: 0 } as never };
    provider.set(1, 0);
    expect(condition()).toBe('offline');
    provider.state = { ...provider.state, link };
    provider.set(2, 0);
    expect(condition()).toBe('syncing');
  });
});
