"""What is merged with what: after crashes, and where an older history turns up."""

from __future__ import annotations

from typing import Any

import pytest
from pycrdt import Doc, Text

from jupyter_collab.protocol.identity import Position
from jupyter_collab.server.histories.merging import BringIn, Merge, Merged, bring_in, find_edits
from jupyter_collab.store.port import SavedMark, StoredHistory
from tests.server.histories import history

SAVED, WRITTEN = "one\ntwo\n", "zero\none\ntwo\nthree\nfour\n"


def applied(stored: StoredHistory, updates: tuple[bytes, ...] = ()) -> str:
    doc: Doc[Any] = Doc()
    text: Text = doc.get("source", type=Text)
    for update in (*stored.updates, *updates):
        doc.apply_update(update)
    return str(text)


def snapshot(stored: StoredHistory) -> bytes:
    doc: Doc[Any] = Doc()
    for update in stored.updates:
        doc.apply_update(update)
    return doc.get_update()


def after_a_death(file: str, before: str = SAVED, written: str = WRITTEN) -> tuple[Merged, str]:
    """Merge with what is in the file after a server died while it wrote."""
    saved = SavedMark(Position(1), "saved", writing=Position(2), live=True)
    stored = history("a", before, written, saved=saved)
    wanted = Merge(
        type="file",
        ours=snapshot(stored),
        theirs=file,
        clean=False,
        stored=stored,
        saved=saved,
        client=9,
        may_be_torn=True,
    )
    merged = find_edits(wanted)
    return merged, applied(stored, merged.updates)


def test_a_write_that_a_crash_hid_is_recognised() -> None:
    """L5"""
    assert after_a_death(WRITTEN)[0] == Merged((), Position(2))


@pytest.mark.parametrize("size", range(len(WRITTEN)))
def test_a_write_that_was_cut_short_deletes_nothing(size: int) -> None:
    """L5: wherever it was cut."""
    assert after_a_death(WRITTEN[:size])[0] == Merged((), torn=True)


@pytest.mark.parametrize("size", range(len(WRITTEN)))
def test_nor_does_it_where_somebody_has_edited_the_rest(size: int) -> None:
    """L5: another program has put a line first, which is there afterwards, as is all else."""
    _, text = after_a_death("outside\n" + WRITTEN[:size])
    assert sorted(text.split()) == sorted(["outside", *WRITTEN.split()])


def test_words_that_begin_and_end_alike_are_not_what_was_left_of_a_write() -> None:
    """L5: a write that had failed, and then another program that changed the last line."""
    ours, theirs = "w10\none\ntwo words\n", "w12 one\ntwo more\nwords\nw20\n"
    _, text = after_a_death(theirs, "one\ntwo words\n", ours)
    assert set(text.split()) == {*ours.split(), *theirs.split()}


def test_a_deletion_by_another_program_is_one_where_nothing_was_cut() -> None:
    """M5"""
    assert after_a_death("two\n")[1] == "zero\ntwo\nthree\nfour\n"


def brought(found: StoredHistory, ours: StoredHistory) -> str:
    wanted = BringIn("file", ours.updates[0], snapshot(ours), found, 9)
    return applied(ours, bring_in(wanted))


def test_an_older_history_is_merged_three_ways_from_what_was_in_the_file() -> None:
    """S18: what it had deleted is gone, what it had written is there, and so is what came since."""
    saved = SavedMark(Position(1), "saved")
    found = history("a", "one\ntwo\nthree\n", "two\nthree\nlogged\n", saved=saved)
    ours = history("b", "one\ntwo\nthree\n", "one\ntwo\ntyped\nthree\n")
    assert brought(found, ours) == "two\ntyped\nthree\nlogged\n"


def test_what_an_older_history_was_writing_may_be_the_base() -> None:
    """S18: the room has begun from just that."""
    saved = SavedMark(Position(1), "saved", writing=Position(2), live=True)
    found = history("a", "one\n", "one\ntwo\n", "two\n", saved=saved)
    ours = history("b", "one\ntwo\n", "zero\none\ntwo\n")
    assert brought(found, ours) == "zero\ntwo\n"


def brought_to_what_is_left(file: str, typed: str) -> str:
    """A server died while it wrote, and the next one began with ``file`` as it could not read the
    store; somebody has ``typed`` into that."""
    saved = SavedMark(Position(1), "saved", writing=Position(2), live=True)
    found = history("a", SAVED, WRITTEN, WRITTEN + "logged\n", saved=saved)
    return brought(found, history("b", file, file + typed))


@pytest.mark.parametrize("size", range(len(WRITTEN)))
def test_an_older_history_has_what_a_crash_has_cut_off(size: int) -> None:
    """S18 L5: wherever it was cut."""
    text = brought_to_what_is_left(WRITTEN[:size], "\ntyped\n")
    assert text.split().count("typed") == 1
    assert {*WRITTEN.split(), "logged"} <= set(text.split())
    assert brought_to_what_is_left(WRITTEN[:size], "") == WRITTEN + "logged\n"


@pytest.mark.parametrize("size", range(len(WRITTEN)))
def test_it_has_that_also_where_somebody_has_edited_the_rest(size: int) -> None:
    """S18 L5: another program has put a line first, before the room began."""
    text = brought_to_what_is_left("outside\n" + WRITTEN[:size], "")
    assert sorted(text.split()) == sorted(["outside", *WRITTEN.split(), "logged"])


def test_an_older_history_without_a_mark_takes_nothing_away() -> None:
    """S18 M8"""
    found = history("a", "one\ntwo\nthree\n")
    ours = history("b", "one\nthree\nfour\n")
    assert sorted(brought(found, ours).split()) == ["four", "one", "three", "two"]
