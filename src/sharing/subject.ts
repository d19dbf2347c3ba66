/** Why there can be no link to something alone. */
export type Obstacle = 'directory' | 'binary' | 'other-drive' | 'alone';

/** What is to be shared. */
export interface Subject {
  /** Where it is now; with the name of the drive where that is not the server's. */
  readonly path: string;
  readonly kind: 'notebook' | 'file' | 'directory';
  /** The form in which it is open here; without it the server chooses. */
  readonly room: { readonly format: string; readonly type: string } | null;
  readonly obstacle: Obstacle | null;
}
