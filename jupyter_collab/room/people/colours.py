"""Who has which colour: nobody the one of somebody else who is here.

The first colours are chosen so that people who do not see red or green tell them apart too, and
so that each of them stands out on a light and on a dark page; the test computes both. Names and
initials are shown beside colours everywhere: they are a help, and never the only one.
"""

from __future__ import annotations

import itertools
import math
import re
import zlib
from array import array
from collections.abc import Iterator

PALETTE = (
    *("#6090fc", "#905400", "#30a878", "#9c4854", "#6c30fc", "#9c9000", "#006c84", "#b484a8"),
    *("#cc189c", "#6c8448", "#fc546c"),
)
"""The colours that are given first, and that people may choose from."""

LIGHTEST, DARKEST = 0.30, 0.117
"""Between these luminances a colour has a contrast of 3 to white and to a dark page."""

ALIKE = 0.04
"""Colours whose distance in OKLab is less than this are taken for the same."""

_STEP = 20

_REMEMBERED = 1000
"""Of so many people it is known which colour they had the last time."""

_HEX = re.compile(r"#[0-9a-f]{6}")

Point = tuple[float, float, float]


class Colours:
    """Gives people colours for as long as they are here.

    Somebody gets the colour that they wish for, if nobody here has it or one that looks like
    it; else the one that they had the last time; else one that their name decides; else the
    next in the sequence, which goes on with the colours that are farthest from all before.
    """

    def __init__(self) -> None:
        self._held: dict[str, str] = {}
        self._last: dict[str, str] = {}
        self._sequence = list(PALETTE)
        self._more = _farthest_first(PALETTE)

    def take(self, username: str, wish: str | None = None) -> str:
        """The colour of ``username``, as ``#rrggbb``, held until :meth:`release`.

        ``wish`` is the colour that this person would like; what is no such colour, or could
        not be seen on some page, is no wish.
        """
        others = {colour for name, colour in self._held.items() if name != username}
        colour = self._wished(wish, others) or self._usual(username, others)
        self._held[username] = colour
        self._remember(username, colour)
        return colour

    def release(self, username: str) -> None:
        """This person is not here any more; others may have the colour."""
        self._held.pop(username, None)

    def _remember(self, username: str, colour: str) -> None:
        self._last.pop(username, None)
        self._last[username] = colour
        if len(self._last) > _REMEMBERED:
            del self._last[next(iter(self._last))]

    def _wished(self, wish: str | None, others: set[str]) -> str | None:
        colour = (wish or "").lower()
        if not _HEX.fullmatch(colour) or not DARKEST <= luminance(colour) <= LIGHTEST:
            return None
        point = oklab(colour)
        looks_alike = any(math.dist(point, oklab(other)) < ALIKE for other in others)
        return None if looks_alike else colour

    def _usual(self, username: str, others: set[str]) -> str:
        last = self._last.get(username)
        if last is not None and last not in others:
            return last
        free = [colour for colour in self._by_name(username) if colour not in others]
        known = set(self._last.values())
        unused = (colour for colour in free if colour not in known)
        return next(unused, None) or next(iter(free), None) or self._next(others)

    def _by_name(self, username: str) -> list[str]:
        start = zlib.crc32(username.encode()) % len(PALETTE)
        return [*PALETTE[start:], *PALETTE[:start]]

    def _next(self, others: set[str]) -> str:
        for index in itertools.count(len(PALETTE)):
            if index == len(self._sequence):
                colour = next(self._more, None)
                if colour is None:
                    break
                self._sequence.append(colour)
            if self._sequence[index] not in others:
                return self._sequence[index]
        return self._sequence[len(others) % len(self._sequence)]  # more people than colours


def _farthest_first(start: tuple[str, ...]) -> Iterator[str]:
    """All colours of a grid, each one the farthest from those that came before it."""
    levels = range(0, 256, _STEP)
    grid = (f"#{r:02x}{g:02x}{b:02x}" for r, g, b in itertools.product(levels, repeat=3))
    colours = [colour for colour in grid if DARKEST <= luminance(colour) <= LIGHTEST]
    points = [oklab(colour) for colour in colours]
    # Numbers in a list would be objects, made as people come, and hold the memory around them.
    room = array("d", (min(math.dist(at, oklab(taken)) for taken in start) for at in points))
    for _ in colours:
        best = max(range(len(room)), key=room.__getitem__)
        yield colours[best]
        for index, at in enumerate(points):
            room[index] = min(room[index], math.dist(at, points[best]))
        room[best] = -1.0  # less than any distance: it has had its turn


def _linear(colour: str) -> Point:
    shares = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    r, g, b = (s / 12.92 if s <= 0.04045 else ((s + 0.055) / 1.055) ** 2.4 for s in shares)
    return r, g, b


def luminance(colour: str) -> float:
    """The relative luminance of ``#rrggbb`` as WCAG defines it, from 0 to 1."""
    r, g, b = _linear(colour)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def oklab(colour: str) -> Point:
    """``#rrggbb`` in a space where distances are as large as they look."""
    r, g, b = _linear(colour)
    long = math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b)
    medium = math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b)
    short = math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b)
    return (
        0.2104542553 * long + 0.7936177850 * medium - 0.0040720468 * short,
        1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short,
    )
