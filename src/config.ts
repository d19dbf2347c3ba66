import { PageConfig } from '@jupyterlab/coreutils';

/** What the server tells this extension through the page. */
export interface Config {
  /** Whether documents are opened together. Where not, everything here is inert. */
  readonly collaborative: boolean;
  /** Whether the person at this page may be offered to share; never those who came by a link. */
  readonly sharing: boolean;
}

/** Read the page's configuration; a server without the extension leaves none. */
export function readConfig(option = PageConfig.getOption('jupyterCollab')): Config {
  const { collaborative, sharing, guest } = parse(option);
  return {
    collaborative: collaborative === true,
    sharing: typeof sharing === 'object' && sharing !== null && guest === undefined
  };
}

function parse(option: string): { readonly [key: string]: unknown } {
  try {
    const value: unknown = JSON.parse(option);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}
