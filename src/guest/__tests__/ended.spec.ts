import { nullTranslator } from '@jupyterlab/translation';
import { Widget } from '@lumino/widgets';

import { EndedNotice } from '../ended';

describe('EndedNotice', () => {
  it('takes the focus, which was in what it takes the place of', () => {
    const ending = { isLinkEnd: true, reason: 'It was revoked', unsent: 0, text: '' };
    const notice = new EndedNotice(ending, nullTranslator.load(''));
    Widget.attach(notice, document.body);
    expect(document.activeElement).toBe(notice.node);
    expect(notice.node.getAttribute('role')).toBe('alert');
    notice.dispose();
  });
});
