"""JSON that is parsed a stretch at a time is what ``json.loads`` finds in the whole."""

from __future__ import annotations

import json
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_collab.files.json_text import SHORT, JsonText
from tests.files.test_notebook_json import JSON

SPACE = st.text(" \t\n\r", max_size=3)
STRETCHES = st.integers(4, 40)


def parse(text: JsonText) -> Any:
    """Every object and list opened, as far as it goes."""
    if text.accept("{"):
        members = {}
        goes_on = not text.accept("}")
        while goes_on:
            name = text.key()
            members[name] = parse(text)
            goes_on = text.goes_on("}")
        return members
    if text.accept("["):
        elements = []
        goes_on = not text.accept("]")
        while goes_on:
            elements.append(parse(text))
            goes_on = text.goes_on("]")
        return elements
    return text.value()


def whole(data: bytes, stretch: int, read: Callable[[JsonText], Any] = parse) -> Any:
    text = JsonText(BytesIO(data), stretch)
    value = read(text)
    text.end()
    return value


@st.composite
def layouts(draw: st.DrawFn) -> str:
    """A JSON text, laid out in some way."""
    comma, colon = (draw(SPACE) + sign + draw(SPACE) for sign in ",:")
    ascii, indent = draw(st.booleans()), draw(st.none() | st.integers(0, 2))
    text = json.dumps(draw(JSON), ensure_ascii=ascii, indent=indent, separators=(comma, colon))
    return draw(SPACE) + text + draw(SPACE)


@given(layouts(), STRETCHES)
def test_any_stretch_gives_the_same(text: str, stretch: int) -> None:
    data = text.encode()
    expected = json.loads(text)
    assert whole(data, stretch) == expected
    assert whole(data, stretch, JsonText.value) == expected


def test_a_number_is_read_to_its_end() -> None:
    numbers = [*range(90_000, 90_100), 10.25, 1e40, 1.5e-30, -0.125]
    data = json.dumps(numbers).encode()
    assert all(whole(data, stretch) == numbers for stretch in range(4, 30))


@given(layouts(), STRETCHES, st.data())
def test_what_is_wrong_is_told_with_its_place_in_the_whole(
    text: str, stretch: int, data: st.DataObject
) -> None:
    at = data.draw(st.integers(0, len(text)))
    broken = text[:at] + data.draw(st.sampled_from(("", "}", '"', "[1", "x"))) + text[at + 1 :]
    expected = _complaint(lambda: json.loads(broken))
    assert _complaint(lambda: whole(broken.encode(), stretch, JsonText.value)) == expected


def _complaint(read: Callable[[], object]) -> tuple[str, int, int] | None:
    """What is wrong and where; ``None`` if nothing is."""
    try:
        read()
    except json.JSONDecodeError as error:
        return error.msg, error.lineno, error.colno
    return None


@pytest.mark.parametrize("stretch", range(4, 12))
def test_what_is_no_utf8_is_told_with_its_place_in_the_whole(stretch: int) -> None:
    good = json.dumps(["äöü", "😀"], ensure_ascii=False).encode()
    for bad in (good[:-2] + b"\xff" + good[-2:], good[:-3]):
        with pytest.raises(UnicodeDecodeError) as expected:
            bad.decode()
        with pytest.raises(UnicodeDecodeError) as found:
            whole(bad, stretch)
        assert found.value.start == expected.value.start


@pytest.mark.parametrize("stretch", range(4, 30))
def test_halves_of_characters_are_noticed_where_stretches_meet(stretch: int) -> None:
    text = JsonText(BytesIO(b'["abc", "def", "\\ud83d"]'), stretch)
    assert parse(text)[0] == "abc"
    assert text.has_surrogates
    other = JsonText(BytesIO(b'["abc", "def", "\\u00e4"]'), stretch)
    assert parse(other)[2] == "ä"
    assert not other.has_surrogates


def test_what_is_parsed_with_one_call() -> None:
    assert JsonText(BytesIO(b" " + b"1" * SHORT)).is_short
    assert not JsonText(BytesIO(b" " + b"1" * SHORT + b" ")).is_short
    assert not JsonText(BytesIO(b"[1]" * 10), stretch=4).is_short
    assert JsonText(BytesIO(b"")).is_short
