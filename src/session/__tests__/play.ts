import type { Access, ServerMessage, Status } from '../../protocol';
import { idle, nextDeadline, reduce } from '..';
import type { Effect, Occurrence, Room, SessionState, Subject } from '..';

export const DOCUMENT: Subject = { kind: 'document', format: 'json', contentType: 'notebook' };

export const ROOM: Room = {
  format: 'json',
  type: 'notebook',
  fileId: 'f1',
  path: 'a.ipynb',
  lineage: 'L1'
};

export const STATUS: Status = {
  save: { state: 'saved', hash: 'h1' },
  history: { state: 'kept' },
  file: { state: 'present', path: 'a.ipynb' }
};

export const UPDATE = Uint8Array.of(1, 2, 3);
export const VECTOR = Uint8Array.of(9);

/** Plays events on a session with a clock and dice of its own, and collects the effects. */
export class Play {
  state: SessionState;
  at = 1_000_000;
  luck = 0.5;
  backlog = 0;

  constructor(subject: Subject = DOCUMENT, path = 'a.ipynb') {
    this.state = idle(subject, path);
  }

  /** Let one thing happen; returns the effects. */
  do(occurrence: Occurrence): readonly Effect[] {
    const { at, luck, backlog } = this;
    const [state, effects] = reduce(this.state, { ...occurrence, at, luck, backlog });
    this.state = state;
    return effects;
  }

  hear(message: ServerMessage): readonly Effect[] {
    return this.do({ type: 'received', message });
  }

  hello(lineage = 'L1', access: Access = 'edit', status = STATUS): readonly Effect[] {
    return this.hear({ type: 'hello', lineage, access, path: status.file.path, status });
  }

  edit(update = UPDATE): readonly Effect[] {
    return this.do({ type: 'edited', update });
  }

  lose(code = 1006, reason = ''): readonly Effect[] {
    return this.do({ type: 'lost', code, reason });
  }

  /** Let time pass, with a tick at each deadline; returns the effects of all of them. */
  wait(milliseconds: number): Effect[] {
    const end = this.at + milliseconds;
    const effects: Effect[] = [];
    for (let due = nextDeadline(this.state); due !== null && due <= end;) {
      this.at = Math.max(this.at, due);
      effects.push(...this.do({ type: 'ticked' }));
      due = nextDeadline(this.state);
    }
    this.at = end;
    return effects;
  }

  /** Let the time pass until the next attempt to connect; returns how long it was. */
  retry(): number {
    const wait = (nextDeadline(this.state) ?? NaN) - this.at;
    this.wait(wait);
    return wait;
  }

  /** From nothing to an open socket. */
  dial(): this {
    this.do({ type: 'started' });
    this.do({ type: 'asked', room: ROOM });
    this.do({ type: 'opened' });
    return this;
  }

  /** From an open socket to a session that is in sync. */
  sync(lineage = 'L1', access: Access = 'edit'): this {
    this.hello(lineage, access);
    this.hear({ type: 'step1', stateVector: VECTOR });
    this.hear({ type: 'step2', update: UPDATE });
    return this;
  }

  /** From a lost connection to an open socket. */
  redial(): this {
    this.do({ type: 'online' });
    this.do({ type: 'opened' });
    return this;
  }
}

export function live(): Play {
  return new Play().dial().sync();
}

export function types(effects: readonly Effect[]): string[] {
  return effects.map(effect => effect.type);
}
