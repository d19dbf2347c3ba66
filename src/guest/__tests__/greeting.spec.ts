import { Notification } from '@jupyterlab/apputils';
import { nullTranslator } from '@jupyterlab/translation';
import { Signal } from '@lumino/signaling';

import type { Identity } from '../../people/identity';
import { greet } from '../greeting';

const trans = nullTranslator.load('jupyter_collab');

afterEach(() => {
  Notification.manager.dismiss();
  localStorage.clear();
});

/** Greet somebody; `become` gives them another name. */
function visit() {
  const identity = {
    user: { username: 'guest', displayName: 'Guest Io', color: '#112233' },
    changed: new Signal<object, void>({})
  };
  const become = (user: object) => {
    identity.user = { ...identity.user, ...user };
    identity.changed.emit();
  };
  greet(identity as unknown as Identity, trans, jest.fn());
  return { become };
}

describe('the greeting', () => {
  const shown = () => Notification.manager.notifications.map(({ message }) => message);

  it('is told at the first visit', () => {
    visit();
    expect(shown()).toEqual(['Others see you as Guest Io.']);
    visit();
    expect(shown()).toHaveLength(1);
  });

  it('goes once the name is another one', () => {
    const { become } = visit();
    become({ color: '#445566' });
    expect(shown()).toHaveLength(1);
    become({ displayName: 'Guest Ada' });
    expect(shown()).toEqual([]);
  });
});
