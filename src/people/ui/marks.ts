import { DirListing } from '@jupyterlab/filebrowser';
import type { TranslationBundle } from '@jupyterlab/translation';

import { documentsOf } from '../../presence';
import type { Roster, User } from '../../presence';
import type { PeopleSettings } from '../options';
import { classesOf, paint } from './avatar';
import { some } from './words';

const MARKS = 'jp-CollabFileMarks';

/** So many people are drawn at one file; the last one is a number where there are more. */
const ROOM = 3;

type UpdateItem = DirListing.Renderer['updateItemNode'];

/** Draws the file browser as ever, and at each file that others have open, who they are. */
export class MarkingRenderer extends DirListing.Renderer {
  constructor(
    private readonly _everybody: Roster,
    private readonly _settings: PeopleSettings,
    private readonly _trans: TranslationBundle
  ) {
    super();
    _everybody.changed.connect(() => this._onChanged());
    _settings.changed.connect(() => this._onChanged());
  }

  override updateItemNode(...args: Parameters<UpdateItem>): void {
    super.updateItemNode(...args);
    const [node, { path, type }] = args;
    this._nodes.set(node, type === 'directory' ? '' : path);
    this._mark(node, path);
  }

  private _onChanged(): void {
    const openBy = this._read();
    if (JSON.stringify([...openBy]) === JSON.stringify([...this._openBy])) {
      return;
    }
    this._openBy = openBy;
    for (const [node, path] of this._nodes) {
      if (node.isConnected) {
        this._mark(node, path);
      } else {
        this._nodes.delete(node); // JupyterLab updates a node that it shows again
      }
    }
  }

  private _read(): ReadonlyMap<string, readonly User[]> {
    const openBy = new Map<string, User[]>();
    const people = this._settings.options.fileMarks ? this._everybody.others : [];
    for (const person of people) {
      for (const path of documentsOf(person)) {
        openBy.set(path, [...(openBy.get(path) ?? []), person.user]);
      }
    }
    return openBy;
  }

  private _mark(node: HTMLElement, path: string): void {
    const users = this._openBy.get(path) ?? [];
    const old = node.querySelector(`.${MARKS}`);
    if (users.length === 0) {
      old?.remove();
      return;
    }
    const marks = document.createElement('span');
    const names = users.map(user => user.displayName);
    marks.className = MARKS;
    marks.setAttribute('role', 'img');
    marks.title = this._trans.__('Open: %1', names.join(', '));
    marks.setAttribute('aria-label', this._trans.__('Open: %1', some(names, this._trans)));
    const drawn = users.length > ROOM ? users.slice(0, ROOM - 1) : users;
    marks.append(...drawn.map(avatar));
    if (users.length > drawn.length) {
      marks.append(`+${users.length - drawn.length}`);
    }
    if (old === null) {
      node.querySelector('.jp-DirListing-itemName')?.append(marks);
    } else {
      old.replaceWith(marks);
    }
  }

  private _openBy: ReadonlyMap<string, readonly User[]> = new Map();
  private readonly _nodes = new Map<HTMLElement, string>();
}

function avatar(user: User): HTMLElement {
  const node = document.createElement('span');
  node.className = classesOf(user);
  node.textContent = user.initials;
  paint(node, user);
  return node;
}
