import * as React from 'react';

import { addressOfLink } from '../address';
import { DocumentLinks } from '../links';
import type { SectionProps, ShareSection } from '../section';
import { CopyField } from './copyfield';
import { GrantList } from './grantlist';
import { grantOfLink } from './grants';
import { LinkForm } from './linkform';
import { MadeLink } from './made';
import { Trouble, Warning } from './notes';
import { useWatched } from './usewatched';
import { obstacleTo, outOfReach, reasonOf, wayInAtHub } from './words';

/** Links that open one document and nothing else. */
export const documentSection: ShareSection = {
  id: 'document',
  label: trans => trans.__('This Document Only'),
  isOffered: () => true,
  Body: DocumentPart
};

function DocumentPart(props: SectionProps): React.JSX.Element {
  const { info, subject, trans } = props;
  if (info.server.login === 'none') {
    return (
      <p>
        {trans.__(
          'This server asks nobody to log in: whoever can reach it has everything on it, and no link could give them less. Start Jupyter with a token or a password to make links to documents.'
        )}
      </p>
    );
  }
  if (!info.documentLinks) {
    return (
      <p>{trans.__('The administrator of this server has switched off links to documents.')}</p>
    );
  }
  const obstacle = obstacleTo(subject, trans);
  return (
    <>
      {obstacle !== null && <p>{obstacle}</p>}
      {(obstacle === null || subject === null) && <Links {...props} />}
    </>
  );
}

/** Without a document: the links of all. */
function Links({ info, subject, page, api, trans }: SectionProps): React.JSX.Element {
  const model = useWatched(() => new DocumentLinks(api, () => subject?.path ?? null));
  const { links, made, isBusy, failure, problem } = model.state;
  const atHub = made === null ? null : wayInAtHub(made, info, trans);
  const address = made === null ? null : addressOfLink(made, info, page);
  return (
    <>
      {subject !== null && (
        <LinkForm
          info={info}
          subject={subject}
          isBusy={isBusy}
          trans={trans}
          create={async wanted => model.create(wanted)}
        />
      )}
      <Trouble text={failure === null ? null : reasonOf(failure, trans)} />
      <MadeLink label={trans.__('Link to this document')} address={address} trans={trans} />
      {atHub !== null && <p>{atHub}</p>}
      {made?.acceptUrl !== undefined && info.guests && (
        <>
          <p>{trans.__('Whoever has no account there opens this link, and is a guest:')}</p>
          <CopyField
            label={trans.__('Link for guests')}
            value={addressOfLink({ url: made.url }, info, page)}
            trans={trans}
          />
        </>
      )}
      {subject !== null && <Warning text={outOfReach(page.base, info.server, trans)} />}
      <GrantList
        id="links"
        heading={
          subject === null
            ? trans.__('Links to documents of this server')
            : trans.__('Links to this document')
        }
        problem={
          problem === null
            ? null
            : trans.__('It is not known which links there are now: %1', reasonOf(problem, trans))
        }
        grants={
          links?.map(link =>
            grantOfLink(link, subject === null, async () => model.revoke(link.id), trans)
          ) ?? null
        }
        isBusy={isBusy}
        trans={trans}
      />
    </>
  );
}
