/** A rectangle in pixels, in whatever system all of one scene are in. */
export interface Rect {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** A name that wants to be near a caret. */
export interface LabelRequest {
  readonly client: number;
  readonly caret: Rect;
  /** Where the text of the caret's visual line ends on the right. */
  readonly lineEnd: number;
  readonly width: number;
  readonly height: number;
  /** What the name must not leave. */
  readonly bounds: Rect;
}

export type Side = 'above' | 'below' | 'beside';

/** Where a name goes. */
export interface LabelPlacement {
  readonly client: number;
  readonly left: number;
  readonly top: number;
  readonly side: Side;
  /** How many other names there are between this one and its caret. */
  readonly level: number;
}

/** The gap between a name and the end of the text that it is beside, in pixels. */
const GAP = 6;

/** So many names are stacked over one caret; what is more is not shown. */
const LEVELS = 3;

/**
 * Place names near their carets: above, else below, else behind the end of the line, else stacked
 * on each other. A name that would leave its bounds, or cover an obstacle or another name, is left
 * out; it does not move from where it was `before` without need. Rather than to cover the line of
 * another caret it goes behind its own: names of people on lines that follow each other would hide
 * what all of them write.
 */
export function placeLabels(
  requests: readonly LabelRequest[],
  obstacles: readonly Rect[],
  before: ReadonlyMap<number, LabelPlacement> = new Map()
): readonly LabelPlacement[] {
  const taken: Rect[] = [...obstacles];
  const placed: LabelPlacement[] = [];
  const lines = requests.map(lineOf);
  for (const request of requests) {
    const others = lines.filter(({ top, bottom }) => !meets(request.caret, top, bottom));
    const hides = (option: LabelPlacement): boolean =>
      others.some(line => overlap(rectOf(option, request), line));
    const options = preferring(candidates(request, hides), before.get(request.client));
    const free = options.filter(option => {
      const rect = rectOf(option, request);
      return isWithin(rect, request.bounds) && !taken.some(other => overlap(rect, other));
    });
    const placement = free.find(option => option.level === 0 && !hides(option)) ?? free[0];
    if (placement !== undefined) {
      taken.push(rectOf(placement, request));
      placed.push(placement);
    }
  }
  return placed;
}

function candidates(
  request: LabelRequest,
  hides: (option: LabelPlacement) => boolean
): LabelPlacement[] {
  const { client, caret, lineEnd, width, height, bounds } = request;
  const left = Math.max(bounds.left, Math.min(caret.left, bounds.right - width));
  const near = (level: number): [LabelPlacement, LabelPlacement] => [
    { client, left, top: caret.top - height * (level + 1), side: 'above', level },
    { client, left, top: caret.bottom + height * level, side: 'below', level }
  ];
  const beside: LabelPlacement = {
    client,
    left: Math.max(lineEnd, caret.right) + GAP,
    top: (caret.top + caret.bottom - height) / 2,
    side: 'beside',
    level: 0
  };
  const stacked = Array.from({ length: LEVELS - 1 }, (_, index) => near(index + 1)).flat();
  const [above, below] = near(0);
  return hides(above) ? [beside, above, below, ...stacked] : [above, below, beside, ...stacked];
}

function preferring(options: LabelPlacement[], before?: LabelPlacement): LabelPlacement[] {
  const isAsBefore = ({ side, level }: LabelPlacement) =>
    side === before?.side && level === before.level;
  return before === undefined
    ? options
    : [...options.filter(isAsBefore), ...options.filter(option => !isAsBefore(option))];
}

/** The text of the visual line that a caret is in. */
function lineOf({ caret, lineEnd, bounds }: LabelRequest): Rect {
  const { top, bottom } = caret;
  return { left: bounds.left, right: Math.max(lineEnd, caret.right), top, bottom };
}

function meets(caret: Rect, top: number, bottom: number): boolean {
  return caret.top < bottom && top < caret.bottom;
}

function rectOf({ left, top }: LabelPlacement, { width, height }: LabelRequest): Rect {
  return { left, top, right: left + width, bottom: top + height };
}

function isWithin(rect: Rect, bounds: Rect): boolean {
  return (
    rect.left >= bounds.left &&
    rect.top >= bounds.top &&
    rect.right <= bounds.right &&
    rect.bottom <= bounds.bottom
  );
}

/** Whether two rectangles share more than an edge. */
export function overlap(one: Rect, other: Rect): boolean {
  return (
    one.left < other.right &&
    other.left < one.right &&
    one.top < other.bottom &&
    other.top < one.bottom
  );
}
