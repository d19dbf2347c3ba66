"""Two versions of one text (M5, M6, M7, M8)."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from jupyter_collab.room.textmerge import merge_text, union_text
from tests.room.notebooks import texts

Words = list[tuple[str, str]]
"""Words, each with what follows it."""

gaps = st.sampled_from([" ", " ", "\n", "\n\n", ", ", "\n    ", "😀 "])
shapes = st.sampled_from(["{}", "{}", "\U0001d4d0{}", "é{}", "{}\u0301"])


@st.composite
def words(draw: st.DrawFn, prefix: str) -> Words:
    return [
        (draw(shapes).format(f"{prefix}{number:03}"), draw(gaps))
        for number in range(draw(st.integers(0, 12)))
    ]


@st.composite
def edited(draw: st.DrawFn, base: Words, prefix: str, *, shorter: bool = True) -> Words:
    """``base`` without some of its words (if ``shorter``), and with new ones, all different."""
    result: Words = []
    for number, word in enumerate((*base, None)):
        for extra in range(draw(st.sampled_from([0, 0, 0, 1, 3]))):
            result.append((draw(shapes).format(f"{prefix}{number:02}{extra}"), draw(gaps)))
        if word is not None and (not shorter or draw(st.integers(0, 4))):
            result.append(word)
    return result


@st.composite
def versions(draw: st.DrawFn) -> tuple[Words, Words, Words]:
    base = draw(words("b"))
    return base, draw(edited(base, "o")), draw(edited(base, "t"))


def joined(words: Words) -> str:
    return "".join(word + gap for word, gap in words)


def count(text: str, words: Words) -> Counter[str]:
    return Counter({word: text.count(word) for word, _ in words})


@given(versions())
def test_what_either_side_wrote_is_there_once(drawn: tuple[Words, Words, Words]) -> None:
    """M5"""
    base, ours, theirs = drawn
    merged = merge_text(joined(base), joined(ours), joined(theirs))
    for side in (ours, theirs):
        new = [word for word in side if word not in base]
        assert set(count(merged, new).values()) <= {1}
    kept = [word for word in base if word in ours and word in theirs]
    assert set(count(merged, kept).values()) <= {1}


@given(versions())
def test_what_one_side_deleted_is_gone(drawn: tuple[Words, Words, Words]) -> None:
    """M5"""
    base, ours, theirs = drawn
    merged = merge_text(joined(base), joined(ours), joined(theirs))
    gone = [word for word in base if word not in ours or word not in theirs]
    assert not count(merged, gone).total()


@given(st.data())
def test_merging_lines_again_changes_nothing(data: st.DataObject) -> None:
    """M6"""
    drawn = data.draw(words("b"))
    versions = (
        drawn,
        data.draw(edited(drawn, "o", shorter=False)),
        data.draw(edited(drawn, "t", shorter=False)),
    )
    base, ours, theirs = ("".join(word + "\n" for word, _ in words) for words in versions)
    merged = merge_text(base, ours, theirs)
    assert merge_text(base, merged, theirs) == merged
    assert merge_text(base, ours, merged) == merged


@given(texts, texts)
def test_one_side_alone_is_taken_as_it_is(base: str, other: str) -> None:
    """M5"""
    assert merge_text(base, base, other) == other
    assert merge_text(base, other, base) == other
    assert merge_text(base, other, other) == other


@given(texts, texts, texts)
def test_any_text_can_be_merged(base: str, ours: str, theirs: str) -> None:
    """M5"""
    merged = merge_text(base, ours, theirs)
    assert merged == merge_text(base, ours, theirs)
    merged.encode()


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "merged"),
    [
        ("x = 1", "x = 2", "x = 3", "x = 2 3"),
        ("hello world", "hello great world", "hello brave world", "hello great brave world"),
        ("value_one", "value_two", "value_three", "value_two value_three"),
        ("the brown fox", "my blue cat", "a red dog", "my blue cat a red dog"),
        ("foo", "foo😀", "\U0001d4b3foo", "\U0001d4b3foo😀"),
        ("e", "e\u0301", "a", "e\u0301 a"),
        ("a, b", "a b", "a,b", "a b"),
        ("[1]", "[1, 2]", "[1, 3]", "[1, 2, 3]"),
        ("", "a", "b", "a b"),
        ("a\nb\n", "a\nx\nb\n", "a\ny\nb\n", "a\nx\ny\nb\n"),
        ("a\nb\n", "a\nxb\n", "a\ny\nb\n", "a\ny\nxb\n"),
    ],
)
def test_words_that_both_changed_stay_readable(
    base: str, ours: str, theirs: str, merged: str
) -> None:
    """M7"""
    assert merge_text(base, ours, theirs) == merged


@pytest.mark.parametrize(
    ("base", "ours", "theirs"),
    [
        ("", "hello world\nmore\n", "hello\nworld\n"),
        ("a\n", "a\nimport os\nimport re\n", "a\nimport os\n"),
        ("f(x)", "f(x, y=2)", "f(x, y)"),
        ("", "a long line with some words in it", "a long line with some words"),
    ],
)
def test_what_both_wrote_is_there_once(base: str, ours: str, theirs: str) -> None:
    """M6: the room was saved, went on, and its server died before it knew of the save."""
    assert merge_text(base, ours, theirs) == ours


@given(versions())
@example(([], [("o1", " ")], [("t1", " ")]))
def test_a_union_loses_nothing(drawn: tuple[Words, Words, Words]) -> None:
    """M8"""
    _, ours, theirs = drawn
    merged = union_text(joined(ours), joined(theirs))
    for word, _ in (*ours, *theirs):
        assert word in merged
    shared = [word for word in ours if word in theirs]
    mine = [word for word in (*ours, *theirs) if word not in shared]
    assert set(count(merged, mine).values()) <= {1}


@given(texts)
def test_a_union_with_nothing_or_the_same(one: str) -> None:
    """M8"""
    assert union_text(one, one) == one
    assert union_text(one, "") == one
    assert union_text("", one) == one


def test_a_union_of_versions_of_a_line() -> None:
    """M8"""
    assert union_text("x = f(a, 1)\n", "x = f(a, 2)\n") == "x = f(a, 1 2)\n"
    assert union_text("alpha beta\n", "gamma delta\n") == "alpha beta\ngamma delta\n"
    assert union_text("alpha beta", "gamma delta") == "alpha beta\ngamma delta"
