import type { HubCode, HubShare, HubSharesApi, NewHubCode } from './hubapi';
import { UNASKED, Watched } from './watched';
import type { WatchedState } from './watched';

export interface HubSharesState extends WatchedState {
  /** Codes that let people use the whole server; `null` as long as the Hub has not answered. */
  readonly codes: readonly HubCode[] | null;
  /** Who has access. */
  readonly shares: readonly HubShare[] | null;
  /** The code that was made last, with its address, which nobody tells again. */
  readonly made: NewHubCode | null;
}

/** Whom a JupyterHub lets use this server, and by which codes more may come. */
export class HubShares extends Watched<HubSharesState> {
  constructor(private readonly _api: HubSharesApi) {
    super({ ...UNASKED, codes: null, shares: null, made: null });
  }

  /** Make a code that is valid for so many seconds; it is `state.made` then. */
  async create(expiresIn: number): Promise<boolean> {
    return this.attempt(async () => {
      const made = await this._api.createCode(expiresIn);
      return { made, codes: [...(this.state.codes ?? []), { ...made, link: null }] };
    });
  }

  /** End a code: who has accepted it keeps the access. */
  async revoke(id: string): Promise<boolean> {
    return this.attempt(async () => {
      await this._api.revokeCode(id);
      const { codes, made } = this.state;
      return {
        made: made?.id === id ? null : made,
        codes: codes?.filter(code => code.id !== id) ?? null
      };
    });
  }

  /** Take the access from somebody, who is out at once; whether that was done. */
  async withdraw(share: HubShare): Promise<boolean> {
    return this.attempt(async () => {
      await this._api.withdraw(share);
      const isOther = ({ kind, name }: HubShare) => kind !== share.kind || name !== share.name;
      return { shares: this.state.shares?.filter(isOther) ?? null };
    });
  }

  protected async look(): Promise<Partial<HubSharesState>> {
    const { codes, shares } = await this._api.access();
    // Codes of links to documents are listed with their links.
    return { codes: codes.filter(({ link }) => link === null), shares };
  }
}
