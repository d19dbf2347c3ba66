import { UseSignal } from '@jupyterlab/apputils';
import * as React from 'react';

import { addressOfLink } from '../address';
import { DocumentLinks } from '../links';
import type { SectionProps, ShareSection } from '../section';
import { LinkForm } from './linkform';
import { LinkList } from './linklist';
import { MadeLink } from './made';
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
  const model = React.useMemo(
    () => new DocumentLinks(api, () => subject?.path ?? null),
    [api, subject]
  );
  React.useEffect(() => {
    model.start();
    return () => model.stop();
  }, [model]);
  return (
    <UseSignal signal={model.changed} initialSender={model}>
      {() => {
        const { links, made, isBusy, failure, problem } = model.state;
        const atHub = made === null ? null : wayInAtHub(made, info, trans);
        const address = made === null ? null : addressOfLink(made, info, page);
        const unreachable = outOfReach(page.base, info.server, trans);
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
            {failure !== null && (
              <p className="jp-CollabShare-error" role="alert">
                {reasonOf(failure, trans)}
              </p>
            )}
            <MadeLink label={trans.__('Link to this document')} address={address} trans={trans} />
            {atHub !== null && <p>{atHub}</p>}
            {unreachable !== null && <p className="jp-CollabShare-warning">{unreachable}</p>}
            <LinkList
              links={links}
              problem={problem === null ? null : reasonOf(problem, trans)}
              hasPaths={subject === null}
              isBusy={isBusy}
              trans={trans}
              revoke={async id => model.revoke(id)}
            />
          </>
        );
      }}
    </UseSignal>
  );
}
