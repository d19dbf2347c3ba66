import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import { ConfirmedButton } from './confirmed';
import { Trouble } from './notes';

/** Something by which people get in, or somebody who has got in, and how that is ended. */
export interface Grant {
  readonly key: string;
  readonly name: string;
  /** What is to be known of it; the last line may be long. */
  readonly lines: readonly string[];
  /** What the button says, and the same with the name. */
  readonly label: string;
  readonly fullLabel: string;
  /** What is asked before it is done. */
  readonly question: string;
  /** What is said once it is done. */
  readonly ended: string;
  /** Resolves to whether it was done. */
  readonly end: () => Promise<boolean>;
}

interface Props {
  /** The end of the heading's id in the page. */
  readonly id: string;
  readonly heading: string;
  /** `null` as long as they are not known. */
  readonly grants: readonly Grant[] | null;
  /** Why it is not known which there are now. */
  readonly problem: string | null;
  readonly isBusy: boolean;
  readonly trans: TranslationBundle;
}

/** What there is, each with a button that ends it. */
export function GrantList(props: Props): React.JSX.Element {
  const { grants, problem, isBusy, trans } = props;
  const id = `jp-CollabShare-${props.id}`;
  const heading = React.useRef<HTMLHeadingElement>(null);
  const [said, say] = React.useState('');
  const end = async (grant: Grant) => {
    if (await grant.end()) {
      say(grant.ended);
      heading.current?.focus();
    }
  };
  return (
    <section aria-labelledby={id}>
      <h3 id={id} ref={heading} tabIndex={-1}>
        {grants === null || grants.length === 0
          ? props.heading
          : trans.__('%1 (%2)', props.heading, grants.length)}
      </h3>
      <Trouble text={problem} />
      {grants?.length === 0 && problem === null && <p>{trans.__('There are none.')}</p>}
      <ul className="jp-CollabShare-links">
        {grants?.map(grant => (
          <li key={grant.key}>
            <div className="jp-CollabShare-link">
              <strong>{grant.name}</strong>
              {grant.lines.map(line => (
                <span key={line}>{line}</span>
              ))}
            </div>
            <ConfirmedButton
              label={grant.label}
              fullLabel={grant.fullLabel}
              question={grant.question}
              isBusy={isBusy}
              trans={trans}
              act={async () => end(grant)}
            />
          </li>
        ))}
      </ul>
      <p className="jp-CollabShare-said" role="status">
        {said}
      </p>
    </section>
  );
}
