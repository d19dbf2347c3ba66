"""Two versions of one text (M5, M6, M7, M8)."""

from __future__ import annotations

import json
import random
import re
import time
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from jupyter_collab.room.texts.merge import merge_text
from jupyter_collab.room.texts.union import union_text
from jupyter_collab.room.texts.words import tokens
from tests.room.notebooks import texts

VECTORS = json.loads((Path(__file__).parent.parent / "vectors" / "merge.json").read_text("utf-8"))

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


def words_of(text: str) -> list[str]:
    return [token for token in tokens(text) if not token.isspace()]


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
def test_merging_again_what_was_only_added_to_changes_nothing(data: st.DataObject) -> None:
    """M6: of words with white space between them; signs may be there again."""
    base = data.draw(words("b"))
    sides = [base, *(data.draw(edited(base, side, shorter=False)) for side in "ot")]
    base_text, ours, theirs = (re.sub(r"[^\w\s]", "", joined(side)) for side in sides)
    merged = merge_text(base_text, ours, theirs)
    assert merge_text(base_text, merged, theirs) == merged
    assert merge_text(base_text, ours, merged) == merged


@given(versions())
def test_merging_lines_again_changes_nothing(drawn: tuple[Words, Words, Words]) -> None:
    """M6: also where lines were deleted."""
    base, ours, theirs = ("".join(word + "\n" for word, _ in side) for side in drawn)
    merged = merge_text(base, ours, theirs)
    assert merge_text(base, merged, theirs) == merged
    assert merge_text(base, ours, merged) == merged


def test_merging_again_seldom_doubles_what_was_rewritten_in_one_line() -> None:
    """M6: where both have deleted and inserted in one line, which is not always told apart."""
    chance = random.Random(5)
    doubled, count = 0, 1000
    for _ in range(count):
        base = [f"b{number}" for number in range(chance.randint(0, 10))]
        ours, theirs = (" ".join(rewritten(base, side, chance)) for side in "ot")
        merged = merge_text(" ".join(base), ours, theirs)
        again = merge_text(" ".join(base), merged, theirs), merge_text(" ".join(base), ours, merged)
        doubled += any(Counter(words_of(text)) != Counter(words_of(merged)) for text in again)
        assert max(Counter(words_of(merged)).values(), default=1) == 1, "once is never too much"
    assert doubled <= 0.05 * count


def rewritten(base: list[str], side: str, chance: random.Random) -> list[str]:
    result = []
    for number, word in enumerate((*base, None)):
        if chance.random() < 0.3:
            result += [f"{side}{number}x{extra}" for extra in range(chance.randint(1, 9))]
        if word is not None and chance.random() < 0.5:
            result.append(word)
    return result


@given(versions())
def test_it_does_not_matter_which_side_is_which(drawn: tuple[Words, Words, Words]) -> None:
    """M5: but for the order of what both have written in one place."""
    base, ours, theirs = map(joined, drawn)
    one, other = merge_text(base, ours, theirs), merge_text(base, theirs, ours)
    assert Counter(words_of(one)) == Counter(words_of(other))


@given(versions())
def test_no_word_is_torn_or_glued_to_another(drawn: tuple[Words, Words, Words]) -> None:
    """M7"""
    written = {word for side in drawn for word in words_of(joined(side))}
    assert set(words_of(merge_text(*map(joined, drawn)))) <= written


@given(versions(), versions())
def test_what_one_side_left_alone_is_exactly_what_the_other_has(
    one: tuple[Words, Words, Words], other: tuple[Words, Words, Words]
) -> None:
    """M5"""
    (base, ours, _), (other_base, _, theirs) = map(tuple, (map(joined, one), map(joined, other)))
    fence = "\nhere nobody has changed anything\n"
    merged = merge_text(base + fence + other_base, ours + fence + other_base, base + fence + theirs)
    assert merged == ours + fence + theirs


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


@pytest.mark.parametrize("case", VECTORS, ids=lambda case: case["name"])
def test_cases_that_browsers_merge_alike(case: dict[str, str]) -> None:
    """M5, M6, M7"""
    assert merge_text(case["base"], case["ours"], case["theirs"]) == case["merged"]


def lines_of(count: int, chance: random.Random) -> list[str]:
    return [f"    value_{chance.randrange(5000)} = f(x[{n % 99}], 0.{n})\n" for n in range(count)]


@pytest.mark.parametrize("kind", ["few edits", "all indented", "turned round", "all new", "equal"])
def test_large_texts_take_a_bounded_time(kind: str) -> None:
    """M18"""
    chance = random.Random(3)
    base = lines_of(50_000, chance)
    ours, theirs = list(base), list(base)
    ours[40_000] += "ours()\n"
    match kind:
        case "few edits":
            for _ in range(500):
                theirs[chance.randrange(30_000)] += "theirs()\n"
        case "all indented":
            theirs = [f"    {line}" for line in base]
        case "turned round":
            theirs.reverse()
        case "all new":
            theirs = [f"{chance.random()} {chance.random()}\n" for _ in base]
            ours = [f"{chance.random()} {chance.random()}\n" for _ in base]
        case "equal":
            base, ours, theirs = (chance.choices(["a\n", "b\n"], k=50_000) for _ in range(3))
    begun = time.process_time()
    merged = merge_text("".join(base), "".join(ours), "".join(theirs))
    assert time.process_time() - begun < 20
    assert ("ours()" in merged) == ("ours()" in "".join(ours))


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
