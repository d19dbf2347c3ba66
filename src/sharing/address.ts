import { URLExt } from '@jupyterlab/coreutils';

import type { NewLink, SharingInfo } from './api';
import type { Subject } from './subject';

/** The page from which something is shared. */
export interface Page {
  /** Where the server is, as this page reached it: with the origin, and a slash at the end. */
  readonly base: string;
  /** Whose form of address a link gets: JupyterLab, its single-document mode, Notebook 7. */
  readonly app: 'lab' | 'doc' | 'notebook';
  /** The address of this page. */
  readonly here: string;
}

/**
 * The address at which others see what is seen here, without anything secret.
 *
 * `file` is the id by which the server finds the document also when it was moved.
 */
export function addressOf(page: Page, subject: Subject | null, file: string | null): string {
  const { base, app, here } = page;
  if (subject === null) {
    return app === 'notebook' ? withoutQuery(here) : URLExt.join(base, app);
  }
  const form = app === 'notebook' ? formOf(subject) : `${app}/tree`;
  const path = URLExt.encodeParts(subject.path);
  return file === null || subject.kind === 'directory'
    ? URLExt.join(base, form, path)
    : withParameter(URLExt.join(base, 'collab/open', form, path), 'file', file);
}

/** `address` for somebody who is to be let in without logging in. */
export function withToken(address: string, token: string): string {
  return withParameter(address, 'token', token);
}

function withParameter(address: string, name: string, value: string): string {
  return `${address}${address.includes('?') ? '&' : '?'}${name}=${encodeURIComponent(value)}`;
}

/** The address of a link to one document; on a JupyterHub one by which the Hub lets people in. */
export function addressOfLink(
  { url, namedUrl, acceptUrl }: Pick<NewLink, 'url' | 'namedUrl' | 'acceptUrl'>,
  { guests }: Pick<SharingInfo, 'guests'>,
  { base }: Pick<Page, 'base'>
): string {
  const other = guests ? url : (namedUrl ?? url);
  return new URL(acceptUrl ?? other, base).href;
}

/** The page of a JupyterHub at `url` that lets people in, who then go on to `address`. */
export function acceptLink(url: string, { base }: Pick<Page, 'base'>, address: string): string {
  const { pathname, search } = new URL(address);
  const accept = new URL(url, base);
  accept.searchParams.set('next', pathname + search);
  return accept.href;
}

/** Whether an address leads nobody but people at this computer to the server. */
export function isLoopback(address: string): boolean {
  const { hostname } = new URL(address);
  const name = hostname.replace(/^\[|\]$/gu, '');
  return name === 'localhost' || name.endsWith('.localhost') || name === '::1' || isNet127(name);
}

function isNet127(name: string): boolean {
  return /^127(?:\.\d{1,3}){3}$/u.test(name);
}

function formOf({ kind }: Subject): string {
  return { notebook: 'notebooks', file: 'edit', directory: 'tree' }[kind];
}

/** What stands in the query may be a token. */
function withoutQuery(address: string): string {
  const { origin, pathname } = new URL(address);
  return origin + pathname;
}
