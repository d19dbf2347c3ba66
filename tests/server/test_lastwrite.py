"""Which state was written last, where the log was not told, and somebody has edited the file."""

from __future__ import annotations

import pytest

from jupyter_collab.protocol.identity import Position
from jupyter_collab.server.histories.lastwrite import State, copied_state, later_base
from jupyter_collab.store.port import SavedMark
from tests.server.histories import history

SAVED = SavedMark(Position(1), "of the first")


def base(file: str, *texts: str) -> str | None:
    """What ``file`` goes on from, of a history that was each of ``texts``, the first one saved."""
    found: str | None = later_base("file", history("a", *texts, saved=SAVED), SAVED, file)
    return found


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        ("zero one", None),
        ("zero one two", "one two"),
        ("zero one two three", "one two three"),
        ("zero one two three four", "one two three four"),
        ("zero two three four", "one two three four"),
        ("zero", None),
    ],
)
def test_what_comes_after_the_last_write_is_not_taken_for_deleted(
    file: str, expected: str | None
) -> None:
    """L5: it is the state of which the file has all, and not a later one."""
    texts = ("one", "one two", "one two three", "one two three four")
    assert base(file, *texts) == expected


def test_a_word_that_is_half_typed_is_no_evidence() -> None:
    texts = ("one", "one t", "one tw", "one two", "one two t", "one two th")
    assert base("zero one two", *texts) == "one two"


def test_what_another_program_has_deleted_of_much_that_was_written() -> None:
    written = "one two three four five six"
    assert base("zero one two four five six", "one", written) == written


def test_words_that_many_lines_have_are_no_evidence() -> None:
    """A line was typed, not saved, and another program has written one like it."""
    texts = ("a = 0\n", "a = 0\nx", "a = 0\nx =", "a = 0\nx = 1\n")
    assert base("y = 1\na = 0\n", *texts) is None
    assert base("y = 1\na = 0\n", texts[0], texts[-1]) is None


def test_what_was_deleted_before_the_last_write_and_after_it() -> None:
    texts = ("one two three", "two three", "three")
    assert base("zero two three", *texts) == "two three"
    assert base("zero three", *texts) == "three"
    assert base("zero one two three", *texts) is None


@pytest.mark.parametrize("written", [2, 17, 18, 100, 211, 299, 300])
def test_it_is_found_among_many(written: int) -> None:
    words = [f"w{number}" for number in range(300)]
    texts = [" ".join(words[:count]) for count in range(1, 301)]
    assert base(f"zero {texts[written - 1]}", *texts) == texts[written - 1]


def test_nothing_was_written_where_nothing_was_typed() -> None:
    assert base("one two", "one") is None


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        ("one", State(Position(1), torn=False)),
        ("one two", State(Position(4), torn=False)),
        ("one two thr", State(Position(3), torn=True)),
        ("", State(Position(4), torn=True)),
        ("two", None),
        ("zero one", None),
    ],
)
def test_what_a_copy_of_a_file_was_when_it_was_made(file: str, expected: State | None) -> None:
    """L5: the latest of those that it can have been."""
    texts = ("one", "one two", "one two three", "one two")
    assert copied_state("file", history("a", *texts, saved=SAVED), file) == expected
