"""Colours that can be told apart, whoever looks at them."""

from __future__ import annotations

import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_collab.room.people.colours import (
    ALIKE,
    DARKEST,
    LIGHTEST,
    PALETTE,
    Colours,
    luminance,
    oklab,
)
from jupyter_collab.room.people.everybody import People, initials_of

Lab = tuple[float, float, float]
Rgb = tuple[float, float, float]

# What is left of linear red, green and blue for people without the cones for long or for medium
# wavelengths: Machado, Oliveira and Fernandes 2009, severity 1.
PROTANOPIA = (
    (0.152286, 1.052583, -0.204868),
    (0.114503, 0.786281, 0.099216),
    (-0.003882, -0.048116, 1.051998),
)
DEUTERANOPIA = (
    (0.367322, 0.860646, -0.227968),
    (0.280085, 0.672501, 0.047413),
    (-0.011820, 0.042940, 0.968881),
)
NORMAL = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))
XYZ = (
    (0.4124564, 0.3575761, 0.1804375),
    (0.2126729, 0.7151522, 0.0721750),
    (0.0193339, 0.1191920, 0.9503041),
)


def times(matrix: tuple[Rgb, Rgb, Rgb], vector: Rgb) -> Rgb:
    a, b, c = (dot(row, vector) for row in matrix)
    return a, b, c


def dot(one: Rgb, other: Rgb) -> float:
    return sum(a * b for a, b in zip(one, other, strict=True))


def seen(colour: str, eyes: tuple[Rgb, Rgb, Rgb]) -> Lab:
    """CIELAB of a colour as these eyes see it."""
    shares = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [s / 12.92 if s <= 0.04045 else ((s + 0.055) / 1.055) ** 2.4 for s in shares]
    r, g, b = (min(1.0, max(0.0, c)) for c in times(eyes, (linear[0], linear[1], linear[2])))
    white = (0.95047, 1.0, 1.08883)
    ratios = [v / w for v, w in zip(times(XYZ, (r, g, b)), white, strict=True)]
    x, y, z = (math.cbrt(t) if t > (6 / 29) ** 3 else t * 841 / 108 + 4 / 29 for t in ratios)
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def ciede2000(one: Lab, other: Lab) -> float:
    """The colour difference of CIE 142-2001."""
    (l1, a1, b1), (l2, a2, b2) = one, other
    mean = ((math.hypot(a1, b1) + math.hypot(a2, b2)) / 2) ** 7
    stretch = 1 + 0.5 * (1 - math.sqrt(mean / (mean + 25**7)))
    a1, a2 = a1 * stretch, a2 * stretch
    c1, c2 = math.hypot(a1, b1), math.hypot(a2, b2)
    h1, h2 = math.degrees(math.atan2(b1, a1)) % 360, math.degrees(math.atan2(b2, a2)) % 360
    grey = c1 * c2 == 0
    turn = 0.0 if grey else (h2 - h1 + 180) % 360 - 180
    hue = h1 + h2 if grey else (h1 + turn / 2) % 360
    light, chroma = (l1 + l2) / 2, (c1 + c2) / 2
    t = (
        1
        - 0.17 * math.cos(math.radians(hue - 30))
        + 0.24 * math.cos(math.radians(2 * hue))
        + 0.32 * math.cos(math.radians(3 * hue + 6))
        - 0.20 * math.cos(math.radians(4 * hue - 63))
    )
    rotation = 60 * math.exp(-(((hue - 275) / 25) ** 2))
    r = -2 * math.sqrt(chroma**7 / (chroma**7 + 25**7)) * math.sin(math.radians(rotation))
    dl = (l2 - l1) / (1 + 0.015 * (light - 50) ** 2 / math.sqrt(20 + (light - 50) ** 2))
    dc = (c2 - c1) / (1 + 0.045 * chroma)
    dh = 2 * math.sqrt(c1 * c2) * math.sin(math.radians(turn / 2)) / (1 + 0.015 * chroma * t)
    return math.sqrt(dl**2 + dc**2 + dh**2 + r * dc * dh)


def closest(colours: tuple[str, ...], eyes: tuple[Rgb, Rgb, Rgb]) -> float:
    return min(
        ciede2000(seen(one, eyes), seen(other, eyes))
        for one, other in itertools.combinations(colours, 2)
    )


def contrast(one: float, other: float) -> float:
    light, dark = max(one, other), min(one, other)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize(
    ("one", "other", "difference"),
    [
        ((50.0, 2.6772, -79.7751), (50.0, 0.0, -82.7485), 2.0425),
        ((50.0, -1.3802, -84.2814), (50.0, 0.0, -82.7485), 1.0000),
        ((50.0, 2.4900, -0.0010), (50.0, -2.4900, 0.0009), 7.1792),
        ((50.0, 2.5, 0.0), (73.0, 25.0, -18.0), 27.1492),
        ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
    ],
)
def test_the_measure_is_right(one: Lab, other: Lab, difference: float) -> None:
    """Pairs that Sharma, Wu and Dalal published for those who implement it."""
    assert ciede2000(one, other) == pytest.approx(difference, abs=5e-5)


@pytest.mark.parametrize(
    ("eyes", "first", "all_of_them"),
    [(NORMAL, 20.0, 14.0), (PROTANOPIA, 14.0, 10.0), (DEUTERANOPIA, 14.0, 10.0)],
)
def test_the_palette_is_told_apart_without_red_or_green(
    eyes: tuple[Rgb, Rgb, Rgb], first: float, all_of_them: float
) -> None:
    assert closest(PALETTE[:8], eyes) > first
    assert closest(PALETTE, eyes) > all_of_them


def everybody(count: int) -> list[str]:
    colours = Colours()
    return [colours.take(f"person-{n}") for n in range(count)]


def test_every_colour_stands_out_on_light_and_dark_pages_and_carries_text() -> None:
    pages = (1.0, luminance("#111111"), 0.0)  # the light theme, the dark one, high contrast
    for colour in (*PALETTE, *everybody(200)):
        assert min(contrast(luminance(colour), page) for page in pages) >= 3 - 0.01
        assert max(contrast(luminance(colour), text) for text in (0.0, 1.0)) >= 4.5
        assert DARKEST <= luminance(colour) <= LIGHTEST


def test_a_hundred_people_have_a_hundred_colours() -> None:
    """O3: also where there are more people than chosen colours."""
    colours = everybody(100)
    assert set(PALETTE) <= set(colours)
    points = [oklab(colour) for colour in colours]
    assert min(math.dist(a, b) for a, b in itertools.combinations(points, 2)) > ALIKE


def test_more_people_than_colours_share() -> None:
    assert len(everybody(2000)) == 2000


def test_a_colour_is_the_same_each_time() -> None:
    """O3: over servers, by the name; over connections, by memory."""
    assert Colours().take("ada") == Colours().take("ada")
    colours = Colours()
    mine = colours.take("ada")
    colours.release("ada")
    rivals = [colours.take(f"rival-{n}") for n in range(len(PALETTE) - 1)]
    assert mine not in rivals
    assert colours.take("ada") == mine


def test_who_left_loses_the_colour_only_to_somebody_who_needs_it() -> None:
    """O3"""
    colours = Colours()
    mine = colours.take("ada")
    colours.release("ada")
    rivals = [colours.take(f"rival-{n}") for n in range(len(PALETTE))]
    assert mine in rivals
    assert colours.take("ada") not in rivals


def test_a_wish_is_granted_unless_somebody_has_it() -> None:
    """O3"""
    colours = Colours()
    assert colours.take("ada", "#30A878") == "#30a878"
    assert colours.take("bob", "#30a878") != "#30a878"
    assert colours.take("cleo", "#31a978") != "#31a978", "it looks the same"
    assert colours.take("ada", "#9c9000") == "#9c9000"
    assert colours.take("bob", "#30a878") == "#30a878"
    assert colours.take("ada") == "#9c9000", "no wish changes nothing"


@pytest.mark.parametrize(
    "wish", ["", "red", "var(--jp-collaborator-color1)", "#ffffff", "#000", "#111111", "#12345g"]
)
def test_what_cannot_be_seen_or_read_is_no_wish(wish: str) -> None:
    assert Colours().take("ada", wish) == Colours().take("ada")


@given(st.lists(st.tuples(st.sampled_from("abcdefghijklmnopq"), st.booleans()), max_size=60))
def test_nobody_has_the_colour_of_somebody_who_is_here(steps: list[tuple[str, bool]]) -> None:
    """O3"""
    colours = Colours()
    held: dict[str, str] = {}
    for name, comes in steps:
        if comes:
            before = held.get(name)
            held[name] = colours.take(name)
            assert before in (None, held[name])
        else:
            colours.release(name)
            held.pop(name, None)
        assert len(set(held.values())) == len(held)


def test_a_person_is_here_until_the_last_connection_ends() -> None:
    people = People()
    ada = {"username": "ada", "name": "Ada Lovelace"}
    seen_as = people.arrive(ada)
    assert seen_as == {**ada, "initials": "AL", "color": seen_as["color"]}
    assert people.arrive(ada) == seen_as
    people.leave("ada")
    wants = {"username": "bob", "color": seen_as["color"]}
    assert people.describe(wants)["color"] != seen_as["color"]
    people.leave("ada")
    assert people.describe(wants)["color"] == seen_as["color"]
    assert people.describe({**ada, "initials": "L"})["initials"] == "L"


def test_asking_does_not_hold_a_colour() -> None:
    people = People()
    asked = people.describe({"username": "ada"})["color"]
    assert people.arrive({"username": "bob", "color": asked})["color"] == asked


@pytest.mark.parametrize(
    ("name", "initials"), [("ada", "A"), (" Grace  Murray Hopper", "GM"), ("", "?"), ("😀x", "😀")]
)
def test_initials(name: str, initials: str) -> None:
    assert initials_of(name) == initials
