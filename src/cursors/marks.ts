import type { Cell } from '@jupyterlab/cells';

import type { User } from '../presence';
import { wear } from './markers';
import type { CellMark } from './standing';

/** So many initials have room beside the prompt of a cell of one line. */
const ROOM = 2;

/** Marks the cells in which others are: an edge in their colours, and their initials. */
export class CellMarks {
  /** Show these marks, by the ids of cells, and no others. Only what has changed is touched. */
  show(marks: ReadonlyMap<string, CellMark>, cellOf: (id: string) => Cell | undefined): void {
    for (const [id, shown] of this._shown) {
      if (!marks.has(id) || shown.cell !== cellOf(id)) {
        this._remove(id, shown);
      }
    }
    for (const [id, mark] of marks) {
      const cell = cellOf(id);
      const look = JSON.stringify(mark);
      const shown = this._shown.get(id);
      if (cell !== undefined && shown?.look !== look) {
        this._put(id, cell, mark, look);
      }
    }
  }

  private _put(id: string, cell: Cell, mark: CellMark, look: string): void {
    const node = this._shown.get(id)?.node ?? document.createElement('div');
    node.className = 'jp-CollabCellMark';
    node.setAttribute('aria-hidden', 'true');
    const edge = document.createElement('div');
    edge.className = 'jp-CollabCellMark-edge';
    edge.style.background = stripes(mark.colors);
    node.replaceChildren(edge, ...initials(mark.here, ROOM));
    cell.node.classList.add('jp-mod-collabMarked');
    cell.node.append(node);
    this._shown.set(id, { cell, node, look });
  }

  private _remove(id: string, { cell, node }: Shown): void {
    node.remove();
    cell.node.classList.remove('jp-mod-collabMarked');
    this._shown.delete(id);
  }

  private readonly _shown = new Map<string, Shown>();
}

interface Shown {
  readonly cell: Cell;
  readonly node: HTMLElement;
  readonly look: string;
}

/** The initials of people on their colours, in so many places; the last counts who has none. */
export function initials(people: readonly User[], room: number): readonly HTMLElement[] {
  const named = people.length <= room ? people : people.slice(0, room - 1);
  const nodes = named.map(user => {
    const node = document.createElement('span');
    node.className = 'jp-CollabInitials';
    node.textContent = user.initials;
    node.title = user.displayName;
    wear(node, user.color);
    return node;
  });
  if (people.length > named.length) {
    const more = document.createElement('span');
    more.className = 'jp-CollabInitials jp-mod-more';
    more.textContent = `+${people.length - named.length}`;
    more.title = people.map(user => user.displayName).join(', ');
    nodes.push(more);
  }
  return nodes;
}

/** All colours one below the other. */
function stripes(colors: readonly string[]): string {
  const share = 100 / colors.length;
  const stops = colors.map((color, n) => `${color} ${n * share}% ${(n + 1) * share}%`);
  return `linear-gradient(${stops.join(', ')})`;
}
