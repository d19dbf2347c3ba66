"""Differences of texts, and editing shared ones (M7, M9, M18)."""

from __future__ import annotations

import random
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pycrdt import Doc, Text

from jupyter_collab.room.content.textedit import edit_text
from jupyter_collab.room.texts.differences import Change, apply_changes, differences
from jupyter_collab.room.texts.words import lines, tokens
from tests.room.notebooks import ASTRAL, texts


def shared(content: str) -> Text:
    doc: Doc[Any] = Doc(client_id=1)
    text: Text = doc.get("source", type=Text)
    text += content
    return text


def deltas(old: str, new: str) -> list[Any]:
    """What an editor that shows the text is told."""
    text = shared(old)
    seen: list[Any] = []

    def see(event: Any) -> None:
        seen.extend(event.delta)

    subscription = text.observe(see)
    edit_text(text, old, new)
    text.unobserve(subscription)
    assert str(text) == new
    return seen


@given(texts, texts)
def test_the_changes_lead_from_one_to_the_other(old: str, new: str) -> None:
    """M18"""
    changes = differences(old, new)
    assert apply_changes(old, changes) == new
    for change, following in pairwise(changes):
        assert change.end < following.start
    deltas(old, new)


@given(st.text())
def test_pieces_make_the_text(text: str) -> None:
    """M7"""
    assert "".join(tokens(text)) == text
    assert "".join(lines(text)) == text


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("x_1 = f(2.5)\n", ["x_1", " ", "=", " ", "f", "(", "2", ".", "5", ")", "\n"]),
        ("e\u0301te\u0301 a\u0308", ["e\u0301te\u0301", " ", "a\u0308"]),
        ("👩\u200d👩\u200d👧👍🏽", ["👩\u200d👩\u200d👧", "👍🏽"]),
        ("🇨🇭🇫🇷", ["🇨🇭", "🇫🇷"]),
        ("日本語 한국", ["日", "本", "語", " ", "한", "국"]),
        ("नमस्ते", ["नमस्ते"]),
        (" \t\n\n", [" \t", "\n", "\n"]),
    ],
)
def test_pieces_are_words_and_characters_as_people_see_them(text: str, pieces: list[str]) -> None:
    """M7"""
    assert tokens(text) == pieces


def test_only_words_that_differ_are_changed() -> None:
    """M9"""
    old = "def f(x):\n    return x + 1\n\ndef g(y):\n    return y\n"
    new = "def f(x):\n    return x + 22\n\ndef g(z):\n    return y\n"
    assert [change.text for change in differences(old, new)] == ["22", "z"]


def test_rewritten_words_in_a_row_are_one_change() -> None:
    """M7"""
    assert differences("the quick brown fox\n", "a slow red fox\n") == [Change(0, 15, "a slow red")]


@pytest.mark.parametrize(
    ("old", "new", "delta"),
    [
        ("a foobar", "a foobaz", [{"retain": 2}, {"insert": "foobaz"}, {"delete": 6}]),
        ("foo", "foo d", [{"retain": 3}, {"insert": " d"}]),
        ("😀a", "😀b", [{"retain": 4}, {"insert": "b"}, {"delete": 1}]),
        ("e\u0301", "e\u0300", [{"insert": "e\u0300"}, {"delete": 3}]),
        ("👩\u200d👧", "👩\u200d👩", [{"insert": "👩\u200d👩"}, {"delete": 11}]),
    ],
)
def test_an_editor_is_told_of_the_smallest_edit(old: str, new: str, delta: Any) -> None:
    """M7, M9: of whole words, and of characters with what belongs to them."""
    assert deltas(old, new) == delta


@given(st.lists(st.sampled_from([*ASTRAL, "x"]), max_size=30), st.randoms())
def test_edits_of_characters_of_every_size(pieces: list[str], chance: random.Random) -> None:
    """M9"""
    changed = [piece for piece in pieces if chance.random() < 0.8]
    deltas("".join(pieces), "".join(changed))


@pytest.mark.parametrize("share", [0.01, 0.3, 1])
def test_a_large_text_with_many_changes(share: float) -> None:
    """M18"""
    chance = random.Random(1)
    old = [" ".join(chance.choices(["x", "y", "=", "é", "😀"], k=8)) for _ in range(20_000)]
    new = [f"{line} new" if chance.random() < share else line for line in old]
    changes = differences("\n".join(old), "\n".join(new))
    assert sum(len(change.text) for change in changes) < 20_000 * share * 6
    deltas("\n".join(old), "\n".join(new))


@pytest.mark.parametrize("kind", ["nothing in common", "one line", "two lines"])
def test_hard_cases_end(kind: str) -> None:
    """M18"""
    chance = random.Random(2)
    size = 100_000
    if kind == "nothing in common":
        old, new = ("\n".join(chance.choices(words, k=size)) for words in (["a", "b"], ["c", "d"]))
    elif kind == "one line":
        old, new = (" ".join(chance.choices(["a", "b"], k=size)) for _ in range(2))
    else:
        old, new = ("\n".join(chance.choices(["a", "b"], k=size)) for _ in range(2))
    assert apply_changes(old, differences(old, new)) == new
