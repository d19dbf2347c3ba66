"""Line ends and byte order marks (F3)."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from jupyter_collab.files.line_endings import to_editor, to_file

ENDS = ("\n", "\r\n", "\r")
LINES = st.text(st.characters(blacklist_characters="\r\n\ufeff", codec="utf-8"), max_size=3)


@st.composite
def file_texts(draw: st.DrawFn, *, unique: bool = False) -> str:
    """What a file may contain: any mix of line ends, with and without a byte order mark."""
    lines = draw(st.lists(LINES, min_size=1, max_size=12, unique=unique))
    parts = [line + draw(st.sampled_from(ENDS)) for line in lines[:-1]] + lines[-1:]
    return draw(st.sampled_from(("", "\ufeff"))) + "".join(parts)


EDITOR_TEXTS = st.lists(LINES, min_size=1, max_size=12).map("\n".join)


def _ends(text: str) -> list[str]:
    return [line[len(line.rstrip("\r\n")) :] for line in lines_with_ends(text)]


def lines_with_ends(text: str) -> list[str]:
    return re.findall("[^\r\n]*(?:\r\n|\r|\n)", text.removeprefix("\ufeff"))


@settings(deadline=None)
@given(file_texts())
def test_an_unchanged_file_stays_as_it_is(text: str) -> None:
    assert to_file(to_editor(text), text) == text


@settings(deadline=None)
@given(file_texts(), EDITOR_TEXTS)
def test_what_was_written_is_read(before: str, text: str) -> None:
    assert to_editor(to_file(text, before)) == text


@settings(deadline=None)
@given(file_texts(), EDITOR_TEXTS)
def test_only_ends_that_the_file_has_are_used(before: str, text: str) -> None:
    assert set(_ends(to_file(text, before))) <= (set(_ends(before)) or {"\n"})


@settings(deadline=None)
@given(file_texts(), EDITOR_TEXTS)
def test_a_byte_order_mark_stays_what_it_is(before: str, text: str) -> None:
    assert to_file(text, before).startswith("\ufeff") == before.startswith("\ufeff")


@settings(deadline=None)
@given(file_texts(unique=True), st.data())
def test_the_lines_around_an_edit_keep_their_ends(before: str, data: st.DataObject) -> None:
    lines = to_editor(before).split("\n")
    start = data.draw(st.integers(0, len(lines)))
    stop = data.draw(st.integers(start, len(lines)))
    new = data.draw(st.lists(LINES.filter(lambda line: line not in lines), max_size=4))
    # An empty line that ends with LF cannot follow one that ends with CR.
    assume("" not in lines + new or set(_ends(before)) <= {"\n", "\r\n"})
    edited = lines[:start] + new + lines[stop:]
    result = lines_with_ends(to_file("\n".join(edited), before))
    old = lines_with_ends(before)
    above, below = old[:start], old[stop:]
    if stop == len(lines) and not new:
        # What is last now has no end any more.
        above = above[: max(0, start - 1)]
    assert result[: len(above)] == above
    assert below == [] or result[-len(below) :] == below


@settings(deadline=None)
@given(file_texts(unique=True), st.data())
def test_deleted_lines_take_nothing_with_them(before: str, data: st.DataObject) -> None:
    """Each line that is left, other than the last one, has the end of an equal old line."""
    lines = to_editor(before).split("\n")
    kept = [line for line in lines if data.draw(st.booleans())] or [""]
    result = Counter(lines_with_ends(to_file("\n".join(kept), before)))
    if kept[-1] == lines[-1] and "" not in lines:
        assert result <= Counter(lines_with_ends(before))


@pytest.mark.parametrize(
    ("before", "text", "after"),
    [
        ("a\r\nb\r\nc", "a\nx\nb\nc", "a\r\nx\r\nb\r\nc"),
        ("a\rb\rc\r", "a\nc\n", "a\rc\r"),
        ("a\r\nb\nc\r\n", "a\nb\nnew\nc\n", "a\r\nb\nnew\nc\r\n"),
        ("a\r\nb\nc\r\n", "a\nB\nc\n", "a\r\nB\nc\r\n"),
        ("a\r\nb", "a\nb\nc", "a\r\nb\r\nc"),
        ("", "a\nb", "a\nb"),
        ("\ufeff", "a\nb", "\ufeffa\nb"),
        ("a\nb\r\nc\r\n", "new\na\nb\nc\n", "new\r\na\nb\r\nc\r\n"),
    ],
)
def test_new_lines_end_as_those_around_them(before: str, text: str, after: str) -> None:
    assert to_file(text, before) == after


def test_pasted_line_ends_become_those_of_the_file() -> None:
    assert to_file("a\r\nb\rc\n", "x\n") == "a\nb\nc\n"
    assert to_file("a\r\nb\rc\n", "x\r\n") == "a\r\nb\r\nc\r\n"


def test_a_large_mixed_file_takes_no_time() -> None:
    before = "".join(f"line {i % 50}" + ENDS[i % 2] for i in range(20_000))
    text = to_editor(before).replace("line 7\n", "line seven\n")
    assert to_editor(to_file(text, before)) == text
