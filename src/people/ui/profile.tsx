import { Dialog, ReactWidget, showDialog, showErrorMessage } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import { initialsOf, isGuest } from '../../presence';
import type { Roster } from '../../presence';
import { DialogBody } from '../../ui/dialogbody';
import type { Field, Fields, Identity } from '../identity';
import { Avatar } from './avatar';
import { nameOfColor } from './words';

/** The name, the initials and the colour of the person at this page, to be changed. */
class ProfileBody extends ReactWidget implements Dialog.IBodyWidget<Fields> {
  constructor(
    private readonly _identity: Identity,
    private readonly _everybody: Roster,
    private readonly _trans: TranslationBundle
  ) {
    super();
    this.addClass('jp-CollabProfile');
    const { display_name = '', initials = '' } = _identity.published ?? {};
    const color = _identity.user?.color ?? '';
    this._before = { display_name, initials, color };
    this._now = this._before;
  }

  /** What is another one than before. */
  getValue(): Fields {
    const changed = FIELDS.map(field => [field, this._now[field].trim()] as const).filter(
      ([field, value]) => value !== '' && value !== this._before[field]
    );
    return Object.fromEntries(changed);
  }

  protected override render(): React.JSX.Element {
    const trans = this._trans;
    const { display_name, color } = this._now;
    const initials = this._now.initials || initialsOf(display_name);
    const { username = '' } = this._identity.user ?? {};
    const user = { username, name: '', displayName: display_name, initials, color };
    const isAsked = (field: Field) => this._can(field) || !isGuest(user);
    return (
      <>
        <div className="jp-CollabProfile-preview">
          <Avatar user={user} />
          <span>{display_name}</span>
        </div>
        {this._renderText('display_name', trans.__('Name'), 60)}
        {isGuest(user) && <p>{trans.__('“Guest” always stands before it.')}</p>}
        {isAsked('initials') && this._renderText('initials', trans.__('Initials'), 3)}
        {isAsked('color') && this._renderColors()}
      </>
    );
  }

  private _renderText(field: 'display_name' | 'initials', label: string, length: number) {
    const can = this._can(field);
    return (
      <label className="jp-CollabProfile-field">
        <span>{label}</span>
        <input
          type="text"
          className="jp-mod-styled"
          maxLength={length}
          disabled={!can}
          autoFocus={FIELDS.find(one => this._can(one)) === field}
          title={can ? undefined : this._fixed()}
          value={this._now[field]}
          onChange={event => this._set(field, event.target.value)}
        />
      </label>
    );
  }

  private _renderColors(): React.JSX.Element {
    const taken = new Map(
      this._everybody.others.map(({ user }) => [user.color, user.displayName] as const)
    );
    const colors = [...new Set([...this._identity.colors, this._before.color])].filter(Boolean);
    return (
      <fieldset className="jp-CollabProfile-colors" disabled={!this._can('color')}>
        <legend>{this._trans.__('Colour')}</legend>
        {colors.map(color => {
          const owner = taken.get(color);
          const says =
            owner === undefined
              ? nameOfColor(color, this._trans)
              : this._trans.__('%1 has this one', owner);
          return (
            <label key={color} title={says}>
              <input
                type="radio"
                name="color"
                value={color}
                aria-label={says}
                disabled={owner !== undefined}
                checked={this._now.color === color}
                onChange={() => this._set('color', color)}
              />
              <span style={{ background: color }} />
            </label>
          );
        })}
      </fieldset>
    );
  }

  private _can(field: Field): boolean {
    return this._identity.updatable.has(field);
  }

  private _fixed(): string {
    return this._trans.__('Your server does not let you change this.');
  }

  private _set(field: keyof Values, value: string): void {
    this._now = { ...this._now, [field]: value };
    this.update();
  }

  private _now: Values;
  private readonly _before: Values;
}

const FIELDS = ['display_name', 'initials', 'color'] as const;

type Values = Readonly<Record<(typeof FIELDS)[number], string>>;

/** Let the person at this page change how others see them. */
export async function editProfile(
  identity: Identity,
  everybody: Roster,
  trans: TranslationBundle
): Promise<void> {
  const title = trans.__('How others see you');
  const { button, value } = await showDialog({
    title,
    body: new DialogBody(new ProfileBody(identity, everybody, trans), title),
    buttons: [
      Dialog.cancelButton({ label: trans.__('Cancel') }),
      Dialog.okButton({ label: trans.__('Save') })
    ]
  });
  if (!button.accept || value === null || Object.keys(value).length === 0) {
    return;
  }
  try {
    await identity.save(value);
  } catch (error) {
    const failed = trans.__('Your profile could not be changed');
    await showErrorMessage(failed, error instanceof Error ? error : String(error));
  }
}
