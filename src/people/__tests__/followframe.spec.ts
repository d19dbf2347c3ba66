import { nullTranslator } from '@jupyterlab/translation';

import { FollowFrame } from '../ui/followframe';
import { world } from './pages';

beforeEach(() => jest.useFakeTimers({ now: 1_000_000 }));
afterEach(() => jest.useRealTimers());

const trans = nullTranslator.load('jupyter_collab');

describe('the frame of following', () => {
  function framed() {
    const { page, follower } = world();
    new FollowFrame(follower, page, trans);
    const { node } = page.at('one.ipynb').view.widget;
    document.body.replaceChildren(node);
    follower.follow('bob');
    return { follower, node, frame: () => node.querySelector('.jp-CollabFrame') };
  }

  function press(node: EventTarget, key: string): void {
    node.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
  }

  it('says who is followed, and ends with it', () => {
    const { follower, frame } = framed();
    expect(frame()?.textContent).toContain('BOB');
    follower.stop();
    expect(frame()).toBeNull();
  });

  it.each(['wheel', 'pointerdown', 'touchmove'])('is left by a %s in the document', type => {
    const { follower, node, frame } = framed();
    document.body.dispatchEvent(new Event(type, { bubbles: true }));
    frame()?.dispatchEvent(new Event(type, { bubbles: true }));
    expect(follower.leader).not.toBeNull();
    node.dispatchEvent(new Event(type, { bubbles: true }));
    expect(follower.leader).toBeNull();
  });

  it('is left by keys in the document, by Escape anywhere, and not by Shift alone', () => {
    const { follower, node } = framed();
    press(node, 'Shift');
    press(document.body, 'a');
    expect(follower.leader).not.toBeNull();
    press(node, 'ArrowDown');
    expect(follower.leader).toBeNull();
    follower.follow('bob');
    press(document.body, 'Escape');
    expect(follower.leader).toBeNull();
    const escape = jest.fn();
    document.body.addEventListener('keydown', escape, { once: true });
    press(document.body, 'Escape');
    expect(escape).toHaveBeenCalled();
  });

  it('is left by a click on its label', () => {
    const { follower, frame } = framed();
    frame()?.querySelector('button')?.click();
    expect(follower.leader).toBeNull();
  });
});
