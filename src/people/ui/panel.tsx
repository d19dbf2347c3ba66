import { PathExt } from '@jupyterlab/coreutils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { editIcon, fileIcon, usersIcon, VDomRenderer } from '@jupyterlab/ui-components';
import * as React from 'react';

import { directionOf } from '../../presence';
import type { Person } from '../../presence';
import { Avatar } from './avatar';
import { MANY } from './panelmodel';
import type { Entry, PanelModel } from './panelmodel';

export interface PanelActions {
  openAt(person: Person, path: string): void;
  openMenu(person: Person, anchor: HTMLElement): void;
  editProfile(): void;
}

/** Everybody who is on the server, with the documents that they have open. */
export class PeoplePanel extends VDomRenderer<PanelModel> {
  constructor(
    model: PanelModel,
    private readonly _actions: PanelActions,
    private readonly _trans: TranslationBundle
  ) {
    super(model);
    this.id = 'jp-collab-people-panel';
    this.addClass('jp-CollabPanel');
    this.title.icon = usersIcon;
    this.title.caption = _trans.__('People');
    this.node.tabIndex = -1;
    this.node.setAttribute('role', 'region');
    this.node.setAttribute('aria-label', _trans.__('People on this server'));
  }

  /** Who opens the panel by keys goes on in it. */
  protected override onActivateRequest(): void {
    this.node.focus();
  }

  protected override render(): React.JSX.Element {
    const { self, others, count, filter } = this.model;
    const trans = this._trans;
    return (
      <>
        <h2 className="jp-CollabPanel-title">{trans.__('People')}</h2>
        {count >= MANY && (
          <input
            type="search"
            className="jp-mod-styled jp-CollabPanel-filter"
            placeholder={trans.__('Name or document')}
            aria-label={trans.__('Filter by name or document')}
            value={filter}
            onChange={event => {
              this.model.filter = event.target.value;
            }}
          />
        )}
        <ul className="jp-CollabPanel-people">
          {self !== null && this._renderEntry(self)}
          {others.map(entry => this._renderEntry(entry))}
        </ul>
        {others.length === 0 && <p className="jp-CollabPanel-empty">{this._emptyText(count)}</p>}
      </>
    );
  }

  private _emptyText(count: number): string {
    const { hasServer, isLost } = this.model;
    if (isLost) {
      return this._trans.__(
        'There is no connection to the server. Who is here is shown when it is back.'
      );
    }
    if (count > 0) {
      return this._trans.__('Nobody fits the filter.');
    }
    return hasServer
      ? this._trans.__(
          'Nobody else is here. People who open this server appear here, with the documents that they have open.'
        )
      : this._trans.__('Nobody else is here. People who open this document appear here.');
  }

  private _renderEntry({ person, documents }: Entry): React.JSX.Element {
    const { user, isSelf } = person;
    const { displayName, name, username } = user;
    return (
      <li key={username}>
        <div className="jp-CollabPanel-person" title={name}>
          <Avatar user={user} />
          <span className="jp-CollabPanel-name" dir={directionOf(displayName)}>
            {displayName}
          </span>{' '}
          {isSelf && <span className="jp-CollabPanel-you">{this._trans.__('(you)')}</span>}
          {isSelf ? this._renderEdit() : this._renderMenu(person)}
        </div>
        {documents.length > 0 && (
          <ul className="jp-CollabPanel-documents">
            {documents.map(path => this._renderDocument(person, path))}
          </ul>
        )}
      </li>
    );
  }

  private _renderEdit(): React.JSX.Element {
    const label = this._trans.__('Edit your name and colour');
    return (
      <button
        type="button"
        className="jp-CollabPanel-button"
        title={label}
        aria-label={label}
        onClick={() => this._actions.editProfile()}
      >
        <editIcon.react tag="span" />
      </button>
    );
  }

  private _renderMenu(person: Person): React.JSX.Element {
    return (
      <button
        type="button"
        className="jp-CollabPanel-button"
        aria-haspopup="menu"
        aria-label={this._trans.__('Actions for %1', person.user.displayName)}
        onClick={event => this._actions.openMenu(person, event.currentTarget)}
      >
        ⋯
      </button>
    );
  }

  private _renderDocument(person: Person, path: string): React.JSX.Element {
    return (
      <li key={path}>
        <button
          type="button"
          className="jp-CollabPanel-document"
          title={path}
          onClick={() => this._actions.openAt(person, path)}
        >
          <fileIcon.react tag="span" className="jp-CollabPanel-icon" />
          <span>{PathExt.basename(path)}</span>
        </button>
      </li>
    );
  }
}
