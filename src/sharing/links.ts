import type { Link, NewLink, SharingApi, WantedLink } from './api';
import { UNASKED, Watched } from './watched';
import type { WatchedState } from './watched';

export interface LinksState extends WatchedState {
  /** Those that have not ended, the newest first; `null` as long as the server has not answered. */
  readonly links: readonly Link[] | null;
  /** The one that was made last, with its address, which nobody tells again. */
  readonly made: NewLink | null;
}

/** The links of a document, and who is in by them. */
export class DocumentLinks extends Watched<LinksState> {
  /** `path` tells where the document is now; `null` stands for all documents. */
  constructor(
    private readonly _api: Pick<SharingApi, 'links' | 'create' | 'revoke'>,
    private readonly _path: () => string | null
  ) {
    super({ ...UNASKED, links: null, made: null });
  }

  /** Make a link; it is `state.made` then. */
  async create(wanted: WantedLink): Promise<boolean> {
    return this.attempt(async () => {
      const made = await this._api.create(wanted);
      return { made, links: newestFirst([made, ...(this.state.links ?? [])]) };
    });
  }

  /** End a link, for good; whether that was done. */
  async revoke(id: string): Promise<boolean> {
    return this.attempt(async () => {
      await this._api.revoke(id);
      const { links, made } = this.state;
      return {
        made: made?.id === id ? null : made,
        links: links?.filter(link => link.id !== id) ?? null
      };
    });
  }

  protected async look(): Promise<Partial<LinksState>> {
    return { links: newestFirst(await this._api.links(this._path())) };
  }
}

/** In the order in which people look for them: the one that was made just now is on top. */
function newestFirst(links: readonly Link[]): readonly Link[] {
  return [...links].sort((one, other) => other.created - one.created);
}
