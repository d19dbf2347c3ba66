import { outdatedTimeout } from 'y-protocols/awareness';

import { Editor, setUp } from './people';

// The library keeps the clock that it finds when it is loaded; tests bring their own later.
jest.mock('lib0/time', () => ({
  ...jest.requireActual<object>('lib0/time'),
  getUnixTime: () => Date.now()
}));

describe('CursorTracker', () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  it('shows where others are, with all of their cursors and selections', () => {
    const { text, tracker, frame, join } = setUp('one two three');
    const editor = new Editor(text, tracker);
    const bob = join('bob');
    bob.at(3, [13, 8]);
    expect(editor.of(bob)).toEqual([]);
    frame();
    expect(editor.of(bob)).toEqual([3, [13, 8]]);
    bob.at(4);
    frame();
    expect(editor.of(bob)).toEqual([4]);
  });

  it('shows in an editor that is opened later who was there before', () => {
    const { text, tracker, frame, join } = setUp('one');
    const bob = join('bob');
    bob.at(2);
    frame();
    expect(new Editor(text, tracker).of(bob)).toEqual([2]);
  });

  it('shows nobody before it is known who they are', () => {
    const { text, tracker, frame, join } = setUp('one');
    const editor = new Editor(text, tracker);
    const bob = join('bob');
    bob.say({ user: undefined });
    bob.at(2);
    frame();
    expect(editor.of(bob)).toEqual([]);
    bob.say({ user: { username: 'bob', color: '#112233' } });
    frame();
    expect(editor.of(bob)).toEqual([2]);
  });

  it('lets cursors go along with what their owners write', () => {
    const { text, tracker, frame, join } = setUp('one two');
    const editor = new Editor(text, tracker);
    const bob = join('bob');
    bob.at(3);
    frame();
    bob.write(3, '!!');
    expect(editor.of(bob)).toEqual([5]);
  });

  it('leaves cursors in front of what anybody else writes at them', () => {
    const { text, tracker, frame, join } = setUp('one two');
    const editor = new Editor(text, tracker);
    const [bob, carl] = [join('bob'), join('carl')];
    bob.at(3);
    frame();
    text.insert(3, '?');
    expect(editor.of(bob)).toEqual([3]);
    carl.write(3, '!');
    expect(editor.of(bob)).toEqual([3]);
    text.insert(0, 'zero ');
    expect(editor.of(bob)).toEqual([8]);
    // What else is said meanwhile moves nobody.
    carl.at(0);
    bob.say({ cells: { mode: 'edit' } });
    frame();
    expect(editor.of(bob)).toEqual([8]);
  });

  it('keeps selections as long as the text that is selected', () => {
    const { text, tracker, frame, join } = setUp('one two');
    const editor = new Editor(text, tracker);
    const bob = join('bob');
    bob.at([0, 3]);
    frame();
    text.insert(3, '!');
    text.insert(0, '?');
    expect(editor.of(bob)).toEqual([[1, 4]]);
    text.insert(2, 'xx');
    expect(editor.of(bob)).toEqual([[1, 6]]);
    text.delete(0, text.length);
    expect(editor.of(bob)).toEqual([0]);
  });

  it('counts as editors do beyond the basic plane', () => {
    const { text, tracker, frame, join } = setUp('🦜🦜 x');
    const editor = new Editor(text, tracker);
    const bob = join('bob');
    bob.at(4);
    frame();
    text.insert(0, '🐧');
    expect(editor.of(bob)).toEqual([6]);
  });

  it('waits for the text that a cursor is in', () => {
    const { text, tracker, frame, join } = setUp('one');
    const editor = new Editor(text, tracker);
    const bob = join('bob');
    bob.write(3, ' more text', false);
    bob.at(8);
    frame();
    expect(editor.of(bob)).toEqual([]);
    bob.send();
    frame();
    expect(editor.of(bob)).toEqual([8]);
  });

  it('shows nothing of those who left, from the next frame on', () => {
    const { text, tracker, frame, join } = setUp('one');
    const editor = new Editor(text, tracker);
    const bob = join('bob');
    bob.at(1);
    frame();
    bob.leave();
    frame();
    expect(editor.of(bob)).toEqual([]);
  });

  it('shows nothing of those who went silent, after a time', () => {
    const { text, tracker, frame, join } = setUp('one');
    const editor = new Editor(text, tracker);
    const [bob, carl] = [join('bob'), join('carl')];
    bob.at(1);
    carl.at(2);
    jest.advanceTimersByTime(outdatedTimeout - 5000);
    frame();
    expect(editor.of(bob)).toEqual([1]);
    carl.at(2);
    jest.advanceTimersByTime(10_000);
    frame();
    expect(editor.of(bob)).toEqual([]);
    expect(editor.of(carl)).toEqual([2]);
  });

  it('places all that came before a frame at once, and only what has changed', () => {
    const { text, tracker, frames, frame, join } = setUp('one two three');
    const editor = new Editor(text, tracker);
    const crowd = Array.from({ length: 100 }, (_, n) => join(`person ${n}`));
    crowd.forEach(person => person.at(1));
    crowd.forEach((person, n) => person.at(n % 13));
    expect(frames).toHaveLength(1);
    frame();
    expect(crowd.map(person => editor.of(person))).toEqual(crowd.map((_, n) => [n % 13]));
    expect(editor.placements).toBe(1);
    crowd.forEach(person => person.say({ viewport: 1 }));
    frame();
    expect(editor.placements).toBe(1);
  });

  it('tells nothing to an editor that is closed', () => {
    const { text, tracker, frame, join } = setUp('one');
    const editor = new Editor(text, tracker);
    const bob = join('bob');
    editor.close();
    bob.at(1);
    frame();
    expect(editor.placements).toBe(0);
  });

  it('ends with its document', () => {
    const { awareness, tracker, frame, text, join } = setUp('one');
    const editor = new Editor(text, tracker);
    const bob = join('bob');
    tracker.dispose();
    bob.at(1);
    frame();
    expect(editor.placements).toBe(0);
    expect(tracker.isDisposed).toBe(true);
    awareness.destroy();
  });
});
