import * as React from 'react';

import { acceptLink, addressOf } from '../address';
import type { HubSharesApi } from '../hubapi';
import { HubShares } from '../hubshares';
import type { SectionProps } from '../section';
import { CODE_VALIDITIES, USUAL_VALIDITY } from '../validity';
import { GrantList } from './grantlist';
import { grantOfCode, grantOfShare } from './grants';
import { MadeLink } from './made';
import { Trouble, Warning } from './notes';
import { useWatched } from './usewatched';
import { ValiditySelect } from './validityselect';
import { outOfReach, reasonOf } from './words';

interface Props extends SectionProps {
  readonly shares: HubSharesApi;
  /** Whether people whom the Hub lets in have the whole server, and not only their documents. */
  readonly isShared: boolean;
}

/** Lets people in, and takes the access from them. */
export function HubAccess(props: Props): React.JSX.Element {
  const { isShared, info, subject, page, shares, trans } = props;
  const model = useWatched(() => new HubShares(shares));
  const { codes, shares: people, made, isBusy, failure, problem } = model.state;
  const next = addressOf(page, subject, info.file);
  return (
    <>
      {isShared && (
        <HubForm
          isBusy={isBusy}
          trans={trans}
          create={async expiresIn => model.create(expiresIn)}
        />
      )}
      <Trouble text={failure === null ? null : reasonOf(failure, trans)} />
      <MadeLink
        label={trans.__('Link to the whole server')}
        address={made === null ? null : acceptLink(made.url, page, next)}
        trans={trans}
      />
      {isShared && <Warning text={outOfReach(page.base, info.server, trans)} />}
      {isShared && codes !== null && (
        <GrantList
          id="codes"
          heading={trans.__('Links that can be accepted')}
          problem={null}
          grants={codes.map(code => grantOfCode(code, async () => model.revoke(code.id), trans))}
          isBusy={isBusy}
          trans={trans}
        />
      )}
      <GrantList
        id="access"
        heading={trans.__('People who have accepted')}
        problem={
          problem === null
            ? null
            : trans.__('It is not known who has access now: %1', reasonOf(problem, trans))
        }
        grants={
          people?.map(share => grantOfShare(share, async () => model.withdraw(share), trans)) ??
          null
        }
        isBusy={isBusy}
        trans={trans}
      />
    </>
  );
}

interface FormProps extends Pick<SectionProps, 'trans'> {
  readonly isBusy: boolean;
  readonly create: (expiresIn: number) => Promise<unknown>;
}

function HubForm({ isBusy, trans, create }: FormProps): React.JSX.Element {
  const [validity, setValidity] = React.useState<number>(USUAL_VALIDITY);
  const submit = (event: React.FormEvent) => {
    event.preventDefault();
    if (!isBusy) {
      void create(validity);
    }
  };
  return (
    <form className="jp-CollabShare-form" onSubmit={submit}>
      <p>
        {trans.__(
          'Everybody who has the link and an account at the JupyterHub can accept it as long as it is valid. Who has accepted it keeps the access until you withdraw it.'
        )}
      </p>
      <div className="jp-CollabShare-fields">
        <ValiditySelect<number>
          choices={CODE_VALIDITIES}
          value={validity}
          trans={trans}
          choose={setValidity}
        />
        <button type="submit" className="jp-mod-styled jp-mod-accept" aria-disabled={isBusy}>
          {trans.__('Share This Server')}
        </button>
      </div>
    </form>
  );
}
