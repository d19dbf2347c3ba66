import type { Contents } from '@jupyterlab/services';

/** What tells one version of a file from another. */
export type Version = Partial<Pick<Contents.IModel, 'hash' | 'hash_algorithm' | 'last_modified'>>;

/**
 * Which version the open files have, by their paths: what any room of a file said last.
 *
 * A file may be open in several ways at once, as a notebook and as text, and each room looks at it
 * in its own time. JupyterLab knows its path only, so there is one answer for all who ask.
 */
export class FileVersions {
  at(path: string): Version {
    return this._versions.get(path) ?? {};
  }

  /** A room says that the file has this version; tells whether that is news. */
  tell(path: string, said: Version): boolean {
    const old = this.at(path);
    const version = { ...old, ...said };
    this._versions.set(path, version);
    return !isSame(version, old);
  }

  /** Where another room of the file has followed it before, what was told there since holds. */
  move(from: string, to: string): void {
    if (!this._versions.has(to)) {
      this._versions.set(to, this.at(from));
    }
  }

  /** Forget all files but those at `paths`. */
  keepOnly(paths: ReadonlySet<string>): void {
    [...this._versions.keys()]
      .filter(path => !paths.has(path))
      .forEach(path => this._versions.delete(path));
  }

  private readonly _versions = new Map<string, Version>();
}

/** Two words on one file; the algorithm is the same for all. */
export function isSame(one: Version, other: Version): boolean {
  return one.hash === other.hash && one.last_modified === other.last_modified;
}
