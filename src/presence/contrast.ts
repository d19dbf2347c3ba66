/** What is written on a colour: black or white, whichever can be read better. */
export function textOn(color: string): '#000' | '#fff' {
  return luminance(color) > EVEN ? '#000' : '#fff';
}

/** The relative luminance of `#rrggbb` or `#rgb`, from 0 to 1; that of grey for what is neither. */
export function luminance(color: string): number {
  const [r, g, b] = channels(color) ?? [128, 128, 128];
  return 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
}

const FLARE = 0.05;

/** Where black and white have the same contrast. */
const EVEN = Math.sqrt(1.05 * FLARE) - FLARE;

function channels(color: string): [number, number, number] | null {
  const short = /^#([\da-f])([\da-f])([\da-f])$/iu.exec(color);
  const digits = short?.slice(1).map(digit => digit + digit) ?? long(color);
  const [r, g, b] = (digits ?? []).map(pair => Number.parseInt(pair, 16));
  return r === undefined || g === undefined || b === undefined ? null : [r, g, b];
}

function long(color: string): string[] | undefined {
  return /^#([\da-f]{2})([\da-f]{2})([\da-f]{2})$/iu.exec(color)?.slice(1);
}

function linear(channel: number): number {
  const share = channel / 255;
  return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
}
