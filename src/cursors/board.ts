import type { IDisposable } from '@lumino/disposable';

import { directionOf } from '../presence';
import { FrameBatch } from './frames';
import { LabelModel } from './labels';
import type { LabelRules } from './labels';
import { wear } from './markers';
import { placeLabels } from './placement';
import type { LabelPlacement, LabelRequest, Rect } from './placement';
import type { Span } from './span';

/** A caret whose owner's name is to be shown, in pixels of the browser's window. */
export interface CaretPlace {
  readonly client: number;
  readonly name: string;
  readonly color: string;
  readonly caret: Rect;
  readonly lineEnd: number;
  /** The text area of the editor. */
  readonly area: Rect;
}

/** An editor whose carets have names. */
export interface LabelSource {
  caretsOf(clients: ReadonlySet<number>): readonly CaretPlace[];
  /** Those whose carets are in this part of the window. */
  clientsIn(frame: Span): readonly number[];
  /** What names must not cover: the line that is being read. */
  obstacles(): readonly Rect[];
}

/**
 * Shows the names of those who move, at their carets, for all editors that scroll together.
 *
 * Names lie over the content that scrolls, and so move with it by themselves.
 */
export class LabelBoard implements IDisposable {
  constructor(
    private readonly _host: HTMLElement,
    rules: () => LabelRules
  ) {
    this._labels = new LabelModel(rules);
    this._node.className = 'jp-CollabLabels';
    this._node.setAttribute('aria-hidden', 'true');
    // Cells that come into sight get another height than the one that was assumed for them.
    const contents = [..._host.children, ..._host.querySelectorAll('.jp-WindowedPanel-viewport')];
    contents.forEach(node => this._sizes.observe(node));
    this._host.append(this._node);
    this._host.addEventListener('scroll', this._onScroll, { passive: true });
  }

  get isDisposed(): boolean {
    return this._batch.isDisposed;
  }

  dispose(): void {
    this._batch.dispose();
    clearTimeout(this._timer);
    this._sizes.disconnect();
    this._host.removeEventListener('scroll', this._onScroll);
    this._node.remove();
  }

  /** Ask `source` for carets from now on. */
  add(source: LabelSource): void {
    this._sources.add(source);
  }

  remove(source: LabelSource): void {
    this._sources.delete(source);
    this.refresh();
  }

  get isEmpty(): boolean {
    return this._sources.size === 0;
  }

  /** `client` has moved: now, or at `when`, in milliseconds since the epoch. */
  moved(client: number, when: number = Date.now()): void {
    this._labels.moved(client, when);
    this._batch.request();
  }

  hover(client: number | null): void {
    if (this._labels.hovered !== client) {
      this._labels.hover(client);
      this._batch.request();
    }
  }

  forget(client: number): void {
    this._labels.forget(client);
    this._nodes.get(client)?.remove();
    this._nodes.delete(client);
  }

  /** Something under the names has changed. */
  refresh(): void {
    if (this._placed.size > 0 || this._labels.isWanted(Date.now())) {
      this._batch.request();
    }
  }

  private readonly _onScroll = (): void => this.refresh();

  private _paint(): void {
    const now = Date.now();
    const frame = this._host.getBoundingClientRect();
    const shown = this._labels.shown(now, this._inSight(now, frame));
    const carets = new Map<number, CaretPlace>();
    const obstacles: Rect[] = [];
    if (shown.size > 0) {
      for (const source of this._sources) {
        source.caretsOf(shown).forEach(place => carets.set(place.client, place));
        obstacles.push(...source.obstacles());
      }
      obstacles.push(...this._toolbars());
    }
    const requests = [...carets.values()].map(place => this._request(place, frame));
    const placements = placeLabels(requests, obstacles, this._placed);
    this._show(placements, frame);
    this._wait(this._labels.nextChange(now), now);
  }

  private _inSight(now: number, frame: Span): ReadonlySet<number> {
    const wanted = this._labels.isWanted(now) ? [...this._sources] : [];
    return new Set(wanted.flatMap(source => source.clientsIn(frame)));
  }

  /** Cells have toolbars of their own. */
  private _toolbars(): Rect[] {
    const toolbars = this._host.querySelectorAll('.jp-cell-toolbar');
    return [...toolbars].map(node => node.getBoundingClientRect()).filter(isSeen);
  }

  private _request(place: CaretPlace, frame: Rect): LabelRequest {
    const { client, caret, lineEnd, area } = place;
    const node = this._nodeOf(place);
    const { offsetWidth: width, offsetHeight: height } = node;
    const bounds = {
      left: Math.max(frame.left, area.left),
      top: frame.top,
      right: Math.min(frame.left + this._host.clientWidth, area.right),
      bottom: frame.top + this._host.clientHeight
    };
    return { client, caret, lineEnd, width, height, bounds };
  }

  private _nodeOf({ client, name, color }: CaretPlace): HTMLElement {
    let node = this._nodes.get(client);
    if (node === undefined) {
      node = document.createElement('div');
      node.className = 'jp-CollabLabel';
      node.dataset.client = String(client);
      this._node.append(node);
      this._nodes.set(client, node);
    }
    if (node.textContent !== name) {
      node.textContent = name;
      node.dir = directionOf(name); // a long name is cut at its end, which may be at the left
    }
    wear(node, color);
    return node;
  }

  private _show(placements: readonly LabelPlacement[], frame: Rect): void {
    const { scrollLeft, scrollTop, clientLeft, clientTop } = this._host;
    this._placed = new Map(placements.map(placement => [placement.client, placement]));
    for (const [client, node] of this._nodes) {
      const placement = this._placed.get(client);
      node.classList.toggle('jp-mod-shown', placement !== undefined);
      if (placement !== undefined) {
        node.dataset.side = placement.side;
        node.style.left = `${placement.left - frame.left - clientLeft + scrollLeft}px`;
        node.style.top = `${placement.top - frame.top - clientTop + scrollTop}px`;
      }
    }
  }

  private _wait(until: number | null, now: number): void {
    clearTimeout(this._timer);
    if (until !== null) {
      this._timer = setTimeout(() => this._batch.request(), until - now);
    }
  }

  private readonly _labels: LabelModel;
  private readonly _node = document.createElement('div');
  private readonly _batch = new FrameBatch(() => this._paint());
  private readonly _sizes = new ResizeObserver(() => this.refresh());
  private readonly _sources = new Set<LabelSource>();
  private readonly _nodes = new Map<number, HTMLElement>();
  private _placed: ReadonlyMap<number, LabelPlacement> = new Map();
  private _timer: ReturnType<typeof setTimeout> | undefined;
}

function isSeen({ left, right }: Rect): boolean {
  return right > left;
}

const boards = new WeakMap<HTMLElement, LabelBoard>();

/** The board of what scrolls with `editor`, or null while that is nowhere in the page. */
export function boardOf(editor: HTMLElement, rules: () => LabelRules): LabelBoard | null {
  if (!editor.isConnected) {
    return null;
  }
  const inner = editor.querySelector<HTMLElement>('.cm-scroller');
  const host = editor.closest<HTMLElement>('.jp-WindowedPanel-outer') ?? inner;
  if (host === null) {
    return null;
  }
  const known = boards.get(host);
  if (known !== undefined && !known.isDisposed) {
    return known;
  }
  const board = new LabelBoard(host, rules);
  boards.set(host, board);
  return board;
}
