import { DRAWN_AFTER, ViewTeller, VIEW_INTERVAL } from '../tellview';
import { FakePage } from './pages';

beforeEach(() => jest.useFakeTimers({ now: 1_000_000 }));
afterEach(() => jest.useRealTimers());

describe('what we tell of our view', () => {
  it('is told once for many moves, and only where it is another one', () => {
    const page = new FakePage();
    page.turn('one.ipynb');
    const place = page.at('one.ipynb');
    const teller = new ViewTeller(page);
    const update = jest.fn();
    place.crowd.awareness.on('update', update);
    place.view.moved.emit();
    place.view.moved.emit();
    jest.advanceTimersByTime(VIEW_INTERVAL);
    expect(place.crowd.awareness.getLocalState()?.view).toEqual({ cell: 'a', share: 0 });
    place.view.moved.emit();
    jest.advanceTimersByTime(VIEW_INTERVAL);
    expect(update).toHaveBeenCalledTimes(1);
    teller.enabled = false;
    expect(place.crowd.awareness.getLocalState()?.view).toBeNull();
  });

  it('is told where the page draws it long after it has scrolled there', () => {
    const page = new FakePage();
    page.turn('one.ipynb');
    const { crowd, view } = page.at('one.ipynb');
    const told = () => crowd.awareness.getLocalState()?.view as unknown;
    new ViewTeller(page);
    jest.advanceTimersByTime(VIEW_INTERVAL);
    const read = jest.spyOn(view, 'read').mockReturnValue(null);
    view.moved.emit();
    jest.advanceTimersByTime(10 * DRAWN_AFTER);
    expect(told()).toEqual({ cell: 'a', share: 0 });
    read.mockReturnValue({ cell: 'b', share: 0 });
    jest.advanceTimersByTime(DRAWN_AFTER);
    expect(told()).toEqual({ cell: 'b', share: 0 });
    read.mockReturnValue({ cell: 'c', share: 0.5 });
    jest.advanceTimersByTime(DRAWN_AFTER);
    expect(told()).toEqual({ cell: 'c', share: 0.5 });
    jest.advanceTimersByTime(DRAWN_AFTER);
    read.mockClear();
    jest.advanceTimersByTime(10 * DRAWN_AFTER);
    expect(read).not.toHaveBeenCalled();
  });
});
