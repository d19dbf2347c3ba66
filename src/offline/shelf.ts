/** The changes of one document that the server does not have, as this browser keeps them. */
export interface Entry {
  readonly id: string;
  /** The server and the person that they belong to: nobody else ever gets them. */
  readonly server: string;
  readonly user: string;
  /** The document, whatever its file is called. */
  readonly room: string;
  /** Where its file was. */
  readonly path: string;
  /** The history that they were made in. */
  readonly lineage: string;
  /** How many there are. */
  readonly edits: number;
  /** When the last one was made, in milliseconds since the epoch. */
  readonly at: number;
}

/** Which document, and which history of it. */
export type Subject = Pick<Entry, 'room' | 'path' | 'lineage'>;

/**
 * A Yjs update. All pieces together are the document; those that are `own` are what this person
 * wrote, those of `others` what they wrote, since the file had it all. `state` is the whole
 * document as it was when the entry was begun, so it may repeat what others have.
 */
export interface Piece {
  readonly kind: 'state' | 'own' | 'others';
  readonly update: Uint8Array;
}

/** Where entries are kept. What is returned is done; what raised has changed nothing. */
export interface Shelf {
  /**
   * Put `entry` there, or in place of an older state of it, and add `pieces` to it. The entries
   * that it stands `instead` of are removed with the same stroke.
   */
  write(entry: Entry, pieces: readonly Piece[], instead?: readonly string[]): Promise<void>;
  /** All entries, of whomever. */
  list(): Promise<Entry[]>;
  /** The pieces of an entry in the order in which they were written. */
  read(id: string): Promise<Piece[]>;
  remove(id: string): Promise<void>;
}
