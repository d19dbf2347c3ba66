import { EditorSelection } from '@codemirror/state';
import type { Extension, StateField } from '@codemirror/state';
import { layer, RectangleMarker } from '@codemirror/view';
import type { EditorView, LayerMarker, ViewUpdate } from '@codemirror/view';

import { textOn } from '../presence';
import { placeCarets, rangeOf } from './carets';
import type { Caret, Carets } from './carets';
import { pageBudget } from './frames';

/** What markers have to know of somebody. */
export interface Appearance {
  readonly color: string;
}

/** A rectangle of somebody's colour, over or under the text: it has no part in the layout. */
class PersonMarker implements LayerMarker {
  constructor(
    private readonly _box: RectangleMarker,
    private readonly _client: number,
    private readonly _color: string
  ) {}

  draw(): HTMLElement {
    const node = this._box.draw();
    this._dress(node);
    return node;
  }

  update(node: HTMLElement, before: LayerMarker): boolean {
    if (!(before instanceof PersonMarker) || before._client !== this._client) {
      return false;
    }
    if (!this._box.update(node, before._box)) {
      return false;
    }
    this._dress(node);
    return true;
  }

  eq(other: LayerMarker): boolean {
    return (
      other instanceof PersonMarker &&
      other._client === this._client &&
      other._color === this._color &&
      other._box.eq(this._box)
    );
  }

  private _dress(node: HTMLElement): void {
    node.dataset.client = String(this._client);
    wear(node, this._color);
  }
}

/** Give `node` somebody's colour. */
export function wear(node: HTMLElement, color: string): void {
  node.style.setProperty('--jp-collab-color', color);
  node.style.setProperty('--jp-collab-text', textOn(color));
}

/** Who has which look; null for those who are not shown. */
export type Looks = (client: number) => Appearance | null;

/** Draws selections behind the text, and carets before it. */
export function caretLayers(field: StateField<Carets>, looks: Looks): Extension {
  const isNews = ({ docChanged, viewportChanged, transactions }: ViewUpdate) =>
    docChanged ||
    viewportChanged ||
    transactions.some(({ effects }) => effects.some(effect => effect.is(placeCarets)));
  const layerOf = (above: boolean, name: string, draw: typeof selection) =>
    layer({
      above,
      class: name,
      update: isNews,
      markers: view => pageBudget.spend(() => markersOf(view, view.state.field(field), looks, draw))
    });
  return [
    layerOf(false, 'jp-CollabSelections', selection),
    layerOf(true, 'jp-CollabCarets', caret)
  ];
}

function markersOf(
  view: EditorView,
  carets: Carets,
  looks: Looks,
  draw: typeof selection
): readonly PersonMarker[] {
  const markers: PersonMarker[] = [];
  for (const [client, list] of carets) {
    const look = looks(client);
    if (look !== null) {
      const boxes = list.flatMap(each => draw(view, each));
      markers.push(...boxes.map(box => new PersonMarker(box, client, look.color)));
    }
  }
  return markers;
}

function selection(view: EditorView, caret: Caret): readonly RectangleMarker[] {
  const range = rangeOf(caret, view.state.doc.length);
  return range.empty ? [] : RectangleMarker.forRange(view, 'jp-CollabSelection', range);
}

function caret(view: EditorView, { head, primary, assoc }: Caret): readonly RectangleMarker[] {
  const name = primary ? 'jp-CollabCaret jp-mod-primary' : 'jp-CollabCaret';
  const range = EditorSelection.cursor(Math.min(head, view.state.doc.length), assoc);
  return RectangleMarker.forRange(view, name, range);
}
