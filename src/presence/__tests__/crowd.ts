import { applyAwarenessUpdate, Awareness, encodeAwarenessUpdate } from 'y-protocols/awareness';
import * as Y from 'yjs';

import { Roster } from '../roster';
import type { RosterChange } from '../roster';

/** Somebody else's page: a document and an awareness of its own, linked to ours by hand. */
export class Page {
  constructor(
    protected readonly ours: Awareness,
    username: string,
    fields: object = {}
  ) {
    this.say({ user: { username, name: username.toUpperCase(), color: '#112233' }, ...fields });
  }

  get client(): number {
    return this.awareness.clientID;
  }

  /** Set fields of the state, and send it. */
  say(fields: object): void {
    this.awareness.setLocalState({ ...this.awareness.getLocalState(), ...fields });
    this._send();
  }

  /** Say the same again, as every client does from time to time. */
  renew(): void {
    this.awareness.setLocalState(this.awareness.getLocalState());
    this._send();
  }

  leave(): void {
    this.awareness.setLocalState(null);
    this._send();
  }

  type(text: string): void {
    this.doc.getText('source').insert(0, text);
    this.send();
  }

  /** Send what was written. */
  send(): void {
    Y.applyUpdate(this.ours.doc, Y.encodeStateAsUpdate(this.doc), 'remote');
  }

  readonly doc = new Y.Doc();
  readonly awareness = new Awareness(this.doc);

  private _send(): void {
    const update = encodeAwarenessUpdate(this.awareness, [this.client]);
    applyAwarenessUpdate(this.ours, update, 'remote');
  }
}

/** A document that we have open, with something in it, and who else is in it. */
export function setUp(self: string | null = 'ada') {
  const doc = new Y.Doc();
  doc.getText('source').insert(0, 'as it was');
  const awareness = new Awareness(doc);
  if (self !== null) {
    awareness.setLocalStateField('user', { username: self, name: self.toUpperCase() });
  }
  const roster = new Roster(awareness);
  const told: RosterChange[] = [];
  roster.changed.connect((_, change) => told.push(change));
  return {
    doc,
    awareness,
    roster,
    told,
    join: (username: string, fields?: object) => new Page(awareness, username, fields)
  };
}
