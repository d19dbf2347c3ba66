import { members } from '../members';

/** Who somebody is, as the server says in a presence state's `user`. */
export interface User {
  /** The same wherever this person is; nobody else has it. */
  readonly username: string;
  readonly name: string;
  /** What to call this person where there is little room. */
  readonly displayName: string;
  /** One or two letters. */
  readonly initials: string;
  /** A CSS colour that nobody else who is on the server has. */
  readonly color: string;
}

/** The colour of somebody whose client came past our server. */
export const NO_COLOR = '#767676';

/** Read the `user` of a presence state; `fallback` names somebody without a user name. */
export function readUser(user: unknown, fallback: string): User {
  const said = members(user);
  const username = text(said.username) ?? text(said.name) ?? fallback;
  const name = text(said.name) ?? username;
  const displayName = text(said.display_name) ?? text(said.displayName) ?? name;
  return {
    username,
    name,
    displayName,
    initials: text(said.initials) ?? initialsOf(displayName),
    color: text(said.color) ?? NO_COLOR
  };
}

/** Whether somebody came by a link: such user names are given by the server, and to nobody else. */
export function isGuest({ username }: User): boolean {
  return /^guest-[0-9a-f]{16}$/u.test(username);
}

/** In which direction a name is read; the "Guest" before one that is read to the left does not tell. */
export function directionOf(displayName: string): 'auto' | 'rtl' {
  return /^Guest \P{L}*[\u0590-\u08ff]/u.test(displayName) ? 'rtl' : 'auto';
}

/** The first letters of the first two words. */
export function initialsOf(name: string): string {
  const words = name.trim().split(/\s+/u).filter(Boolean).slice(0, 2);
  const letters = words.map(word => [...word][0]?.toLocaleUpperCase() ?? '');
  return letters.join('') || '?';
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
}
