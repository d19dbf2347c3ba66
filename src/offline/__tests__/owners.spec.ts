import { AskingOwners } from '../owners';

/** The pages of one browser hear each other, but not themselves. */
class Channel {
  static all: Channel[] = [];
  onmessage: (event: { data: unknown }) => void = () => undefined;

  constructor() {
    Channel.all.push(this);
  }

  postMessage(data: unknown): void {
    Channel.all.filter(other => other !== this).forEach(other => other.onmessage({ data }));
  }
}

function page(): AskingOwners {
  return new AskingOwners(new Channel() as unknown as BroadcastChannel);
}

describe('AskingOwners', () => {
  beforeEach(() => {
    Channel.all = [];
    jest.useFakeTimers();
  });

  afterEach(() => {
    jest.useRealTimers();
  });

  async function answered<T>(question: Promise<T>): Promise<T> {
    await jest.advanceTimersByTimeAsync(1000);
    return question;
  }

  it('lets one page look after an entry, until it lets go', async () => {
    const [one, other] = [page(), page()];
    const claim = await answered(one.claim('x'));
    expect(claim).not.toBeNull();
    expect(await answered(other.claim('x'))).toBeNull();
    expect(await answered(other.isFree('x'))).toBe(false);
    claim?.dispose();
    expect(await answered(other.isFree('x'))).toBe(true);
    expect(await answered(other.claim('x'))).not.toBeNull();
  });

  it('gives an entry to one of two pages that want it at the same time', async () => {
    const claims = [page().claim('x'), page().claim('x')];
    await jest.advanceTimersByTimeAsync(1000);
    const granted = (await Promise.all(claims)).filter(claim => claim !== null);
    expect(granted).toHaveLength(1);
  });
});
