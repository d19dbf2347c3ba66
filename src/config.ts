import { PageConfig } from '@jupyterlab/coreutils';

import { members } from './members';
import type { Members } from './members';
import type { Access } from './protocol';

/** What the server tells this extension through the page. */
export interface Config {
  /** Whether documents are opened together. Where not, everything here is inert. */
  readonly collaborative: boolean;
  /** How many bytes the server takes in one frame. */
  readonly maxFrame: number;
  /** Whether the person at this page may be offered to share; never those who came by a link. */
  readonly sharing: boolean;
  /** Who came by a link to a document, or `null` for those who have the server. */
  readonly guest: Guest | null;
}

/** Somebody for whom only links to documents count. */
export interface Guest {
  readonly username: string;
  readonly name: string;
  /** Whether the site knows this person, so that the name is not theirs to choose. */
  readonly named: boolean;
  readonly documents: readonly GuestDocument[];
}

export interface GuestDocument {
  readonly path: string;
  readonly role: Access;
  /** Seconds since the epoch; `null` where the link is valid until it is revoked. */
  readonly expires: number | null;
}

/** Read the page's configuration; a server without the extension leaves none. */
export function readConfig(option = PageConfig.getOption('jupyterCollab')): Config {
  const { collaborative, maxFrame, sharing, guest } = parse(option);
  return {
    collaborative: collaborative === true,
    maxFrame: typeof maxFrame === 'number' ? maxFrame : Infinity,
    sharing: typeof sharing === 'object' && sharing !== null && guest === undefined,
    guest: readGuest(guest)
  };
}

function parse(option: string): Members {
  try {
    return members(JSON.parse(option));
  } catch {
    return {};
  }
}

function readGuest(value: unknown): Guest | null {
  const { username, name, named, documents } = members(value);
  if (typeof username !== 'string') {
    return null;
  }
  return {
    username,
    name: typeof name === 'string' ? name : username,
    named: named === true,
    documents: Array.isArray(documents) ? documents.map(readDocument) : []
  };
}

function readDocument(value: unknown): GuestDocument {
  const { path, role, expires } = members(value);
  return {
    path: typeof path === 'string' ? path : '',
    role: role === 'edit' ? 'edit' : 'view',
    expires: typeof expires === 'number' ? expires : null
  };
}
