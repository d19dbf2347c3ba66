import { Signal } from '@lumino/signaling';
import { Widget } from '@lumino/widgets';

import { BATCH } from '../../presence';
import type { Roster, View } from '../../presence';
import { setUp } from '../../presence/__tests__/crowd';
import type { DocumentProvider } from '../../documents/provider';
import type { SessionState } from '../../session';
import { Follower } from '../follower';
import type { Ending, Page } from '../follower';
import type { Place } from '../places';

/** What a page knows of its connection, which can be lost and be back. */
export function connection() {
  return { isSynced: true, stateChanged: new Signal<DocumentProvider, SessionState>({} as never) };
}

/** A document that shows what it is asked to show. */
export class FakePlace implements Place {
  constructor(path: string) {
    this.provider = { path, ...connection() };
  }

  readonly provider: { path: string } & ReturnType<typeof connection>;
  readonly crowd = setUp();
  readonly shown: View[] = [];
  /** So many times it cannot be shown yet. */
  early = 0;
  seen: View | null = { cell: 'a', share: 0 };

  get roster(): Roster {
    return this.crowd.roster;
  }

  readonly view = {
    widget: new Widget(),
    isDisposed: false,
    dispose: () => undefined,
    read: () => this.seen,
    show: (view: View) => Promise.resolve(this.shown.push(view) > this.early),
    goTo: () => Promise.resolve(true),
    moved: new Signal<Place['view'], void>({} as Place['view'])
  };
}

/** A signal of the fake page, as the one of `Places` that it stands for. */
function signalOf<T>(page: FakePage) {
  return new Signal<FakePage, T>(page) as unknown as Signal<never, T> & Page['currentChanged'];
}

/** A page with documents, one of which is in front, or something else. */
export class FakePage {
  readonly places = new Map<string, FakePlace>();
  readonly asked: string[] = [];
  readonly frontChanged = signalOf<Widget | null>(this) as unknown as Page['frontChanged'] &
    Signal<never, Widget | null>;
  readonly currentChanged = signalOf<Place | null>(this);
  current: FakePlace | null = null;
  front: Widget | null = null;
  /** Where a document is that is in front and not shared. */
  unshared: string | null = null;

  get frontPath(): string | null {
    return this.current?.provider.path ?? this.unshared;
  }

  at(path: string): FakePlace {
    const place = this.places.get(path) ?? new FakePlace(path);
    this.places.set(path, place);
    return place;
  }

  /** Bring a document to the front. */
  turn(path: string): void {
    this._turn(this.at(path), this.at(path).view.widget, null);
  }

  /** Bring something to the front that is not shared: a document with a path, or none. */
  turnAway(path: string | null = null): void {
    this._turn(null, new Widget(), path);
  }

  open(path: string): Promise<Place | null> {
    this.asked.push(path);
    this.turn(path);
    return Promise.resolve(this.current);
  }

  private _turn(current: FakePlace | null, front: Widget, unshared: string | null): void {
    const isOther = current !== this.current;
    Object.assign(this, { current, front, unshared });
    this.frontChanged.emit(front);
    if (isOther) {
      this.currentChanged.emit(current);
    }
  }
}

/** Let what was said be told. */
export async function settle(): Promise<void> {
  await jest.advanceTimersByTimeAsync(BATCH);
}

/** A page in a document, where somebody else is too. */
export function world() {
  const lobby = setUp();
  const page = new FakePage();
  const follower = new Follower(page, lobby.roster);
  const endings: (Ending | null)[] = [];
  follower.changed.connect((_, why) => endings.push(why));
  page.turn('one.ipynb');
  const bob = lobby.join('bob', { current: 'notebook:one.ipynb', documents: ['one.ipynb'] });
  const bobHere = page.at('one.ipynb').crowd.join('bob', { view: { cell: 'a', share: 0 } });
  return { lobby, page, follower, endings, bob, bobHere };
}
