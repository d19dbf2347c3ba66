"""Small plots as PNG images, drawn with the standard library alone."""

import itertools
import math
import struct
import zlib
from collections.abc import Callable, Sequence

Colour = tuple[int, int, int]
Point = tuple[float, float]

BLUE: Colour = (31, 119, 180)
ORANGE: Colour = (255, 127, 14)
INK: Colour = (68, 68, 68)
PALE: Colour = (225, 225, 225)
WHITE: Colour = (255, 255, 255)

DIGITS = {
    "0": "69999996", "1": "26222227", "2": "6911248f", "3": "69161196", "4": "2266aaf2",
    "5": "f88e1196", "6": "688e9996", "7": "f1122444", "8": "69969996", "9": "69997196",
    "-": "0000f000",
}  # fmt: skip
"""Each figure is eight rows of four pixels, a hexadecimal digit a row."""


class Canvas:
    """Pixels to draw on, with soft edges."""

    def __init__(self, width: int, height: int) -> None:
        self.width = width
        self.height = height
        self._pixels = bytearray(WHITE * (width * height))

    def line(self, start: Point, end: Point, colour: Colour, thickness: float = 1.0) -> None:
        (x0, y0), (x1, y1) = start, end
        squared_length = (x1 - x0) ** 2 + (y1 - y0) ** 2

        def distance(x: float, y: float) -> float:
            along = ((x - x0) * (x1 - x0) + (y - y0) * (y1 - y0)) / (squared_length or 1)
            along = min(1.0, max(0.0, along))
            return math.hypot(x - x0 - along * (x1 - x0), y - y0 - along * (y1 - y0))

        corners = (min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))
        self._shade(corners, distance, thickness / 2, colour)

    def disc(self, centre: Point, radius: float, colour: Colour) -> None:
        x0, y0 = centre
        self._shade((x0, y0, x0, y0), lambda x, y: math.hypot(x - x0, y - y0), radius, colour)

    def figures(self, text: str, x: float, y: float, colour: Colour = INK) -> None:
        """Write a number, its upper left corner at ``x``, ``y``."""
        for place, figure in enumerate(text):
            for row, bits in enumerate(DIGITS[figure]):
                for column in range(4):
                    if int(bits, 16) >> (3 - column) & 1:
                        self._blend(round(x) + 6 * place + column, round(y) + row, colour, 1.0)

    def png(self) -> bytes:
        stride = 3 * self.width
        rows = (self._pixels[at : at + stride] for at in range(0, len(self._pixels), stride))
        header = struct.pack(">IIBBBBB", self.width, self.height, 8, 2, 0, 0, 0)
        data = zlib.compress(b"".join(b"\0" + row for row in rows), 9)
        chunks = ((b"IHDR", header), (b"IDAT", data), (b"IEND", b""))
        return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(name, body) for name, body in chunks)

    def _shade(
        self,
        corners: tuple[float, float, float, float],
        distance: Callable[[float, float], float],
        reach: float,
        colour: Colour,
    ) -> None:
        left, top, right, bottom = corners
        for y in range(math.floor(top - reach), math.ceil(bottom + reach) + 1):
            for x in range(math.floor(left - reach), math.ceil(right + reach) + 1):
                self._blend(x, y, colour, reach + 0.5 - distance(x, y))

    def _blend(self, x: int, y: int, colour: Colour, opacity: float) -> None:
        opacity = min(1.0, opacity)
        if opacity <= 0 or not (0 <= x < self.width and 0 <= y < self.height):
            return
        at = 3 * (y * self.width + x)
        for channel, value in enumerate(colour, start=at):
            self._pixels[channel] += round(opacity * (value - self._pixels[channel]))


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def ticks(low: float, high: float) -> list[int]:
    """Round numbers between ``low`` and ``high``, four to nine of them."""
    step = 10.0 ** math.floor(math.log10((high - low) / 4))
    while (high - low) / step > 9:
        step *= 2 if (high - low) / step <= 18 else 5
    first = math.ceil(low / step)
    return [round(step * n) for n in range(first, math.floor(high / step) + 1)]


def plot(points: Sequence[Point], curve: Sequence[Point], size: Point = (640, 360)) -> bytes:
    """Points as dots and a curve through them, on axes that start at the lowest tick."""
    width, height = int(size[0]), int(size[1])
    canvas = Canvas(width, height)
    everything = [*points, *curve]
    left, right = min(x for x, _ in everything), max(x for x, _ in everything)
    top = 1.05 * max(y for _, y in everything)

    def place(x: float, y: float) -> Point:
        return (
            50 + (x - left) / (right - left) * (width - 70),
            height - 30 - y / top * (height - 45),
        )

    for y in ticks(0, top):
        canvas.line(place(left, y), place(right, y), PALE)
        canvas.figures(str(y), place(left, y)[0] - 8 - 6 * len(str(y)), place(left, y)[1] - 4)
    for x in ticks(left, right):
        canvas.line(place(x, 0), (place(x, 0)[0], place(x, 0)[1] + 4), INK)
        canvas.figures(str(x), place(x, 0)[0] - 3 * len(str(x)), place(x, 0)[1] + 9)
    canvas.line(place(left, 0), place(right, 0), INK)
    canvas.line(place(left, 0), place(left, top), INK)
    for start, end in itertools.pairwise(curve):
        canvas.line(place(*start), place(*end), ORANGE, 2.5)
    for point in points:
        canvas.disc(place(*point), 3.5, BLUE)
    return canvas.png()
