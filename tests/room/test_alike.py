"""What two people write alike in the same moment (M26)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from random import Random
from typing import Any

import pytest
from pycrdt import Doc, Text, UndoManager, merge_updates

from jupyter_collab.room.content.textedit import edit_text
from jupyter_collab.room.replica import Replica
from tests.room.pages import Page, World, words_in
from tests.room.test_carrying import read

Write = Callable[[Text, str], object]

CODE = "{'a':37}\nteh = '😀'\nuse(teh)\n"
FORMATTED = '{"a": 37}\nteh = "😀"\nuse(teh)\n'
REPLACED = CODE.replace("teh", "the")
COMPLETED = CODE.replace("use", "use_all")


def edit(text: Text, source: str) -> None:
    """As JupyterLab sets a source here."""
    edit_text(text, str(text), source)


def rewrite(text: Text, source: str) -> None:
    """As agents do."""
    with text.doc.transaction():
        del text[0 : len(str(text).encode())]
        text.insert(0, source)


@pytest.mark.parametrize("write", [edit, rewrite])
@pytest.mark.parametrize("source", [FORMATTED, REPLACED, COMPLETED])
@pytest.mark.parametrize("first", [0, 1])
def test_what_two_write_in_place_of_the_same_is_there_once(
    first: int, source: str, write: Write
) -> None:
    """M26: nobody ever sees it twice."""
    world = World(CODE, pages=3)
    one, other, reader = world.pages[first], world.pages[1 - first], world.pages[2]
    write(one.text(0), source)
    write(other.text(0), source)
    world.take_in(one)
    world.take_in(other)
    while reader.coming:
        reader.receive(1)
        assert reader.texts() == [source]
    world.rest()


@pytest.mark.parametrize("write", [edit, rewrite])
def test_so_it_is_where_several_come_at_once(write: Write) -> None:
    """M26"""
    world = World(CODE, pages=4)
    for page in world.pages:
        write(page.text(0), FORMATTED)
    world.take_in(*reversed(world.pages))
    world.rest()
    assert read(world.room) == [FORMATTED]


def test_a_text_has_it_once() -> None:
    """M26"""
    doc: Doc[Any] = Doc()
    doc["source"] = Text(CODE)
    room = Replica("text", doc)
    updates = []
    for _ in range(2):
        copy: Doc[Any] = Doc()
        copy.apply_update(doc.get_update())
        edit(copy.get("source", type=Text), FORMATTED)
        updates.append(copy.get_update(doc.get_state()))
    assert room.apply(updates, [b"\0", b"\0"]) == []
    assert room.document.source() == FORMATTED


def test_two_who_fill_a_cell_alike_fill_it_once() -> None:
    """M26"""
    world = World("")
    for page in world.pages:
        page.text(0).insert(0, CODE)
    world.rest()
    assert read(world.room) == [CODE]


@pytest.mark.parametrize("write", [edit, rewrite])
@pytest.mark.parametrize("first", [0, 1])
def test_who_goes_on_at_the_end_goes_on_there(first: int, write: Write) -> None:
    """M26: before they have heard of each other."""
    world = World(CODE)
    for page in world.pages:
        write(page.text(0), "print")
        page.text(0).insert(5, f" {page.doc.client_id}")
    world.take_in(world.pages[first])
    world.rest()
    assert read(world.room) in (["print 2 3"], ["print 3 2"])


def type_a_letter(text: Text) -> None:
    text.insert(0, "x")


def replace_by_a_letter(text: Text) -> None:
    edit(text, CODE.replace("use", "x"))


def paste(text: Text) -> None:
    text.insert(0, "two words\n")


def type_in_two_places(text: Text) -> None:
    """By two cursors, two letters."""
    for letters in ("b", "ba"):
        with text.doc.transaction():
            for at in (6, 0):
                text.insert(at + (len(letters) - 1) * (2 if at else 1), letters[-1])


def press_enter(text: Text) -> None:
    """In a list of numbers; those that follow count on."""
    with text.doc.transaction():
        for at, new in ((14, "4"), (7, "3")):
            text.insert(at, new)
            del text[at + 1 : at + 2]
        text.insert(6, "\n2. ")


@pytest.mark.parametrize(
    ("source", "write", "twice"),
    [
        (CODE, type_a_letter, f"xx{CODE}"),
        ("", type_a_letter, "xx"),
        ("", lambda text: text.insert(0, "()"), "()()"),
        (CODE, replace_by_a_letter, CODE.replace("use", "xx")),
        (CODE, paste, f"two words\ntwo words\n{CODE}"),
        ("one = two", type_in_two_places, "babaone = babatwo"),
        ("1. one\n2. two\n3. six", press_enter, "1. one\n2. \n2. \n33. two\n44. six"),
    ],
)
def test_what_keys_write_and_what_is_pasted_is_there_for_each(
    source: str, write: Callable[[Text], object], twice: str
) -> None:
    """M26: each may go on in their own."""
    world = World(source)
    for page in world.pages:
        write(page.text(0))
    world.rest()
    assert read(world.room) == [twice]


def test_what_was_typed_by_somebody_who_was_away_stays() -> None:
    """M26: in one piece, as their page says it by then."""
    world = World(CODE)
    edit(world.pages[0].text(0), REPLACED)
    edit(world.pages[1].text(0), REPLACED)
    world.take_in(world.pages[0])
    world.pages[1].had = world.pages[1].doc.get_state()
    world.rest()
    assert read(world.room) == [CODE.replace("teh", "thethe")]


@pytest.mark.parametrize("who", ["writer", "writer at once", "server"])
@pytest.mark.parametrize("first", [0, 1])
def test_what_is_gone_by_then_is_there_as_the_other_writes_it(first: int, who: str) -> None:
    """M26"""
    world = World(CODE)
    one, other = world.pages[first], world.pages[1 - first]
    for page in world.pages:
        edit(page.text(0), FORMATTED)
    if who != "writer at once":
        world.take_in(one)
    text = world.room.doc["cells"][0]["source"] if who == "server" else one.text(0)
    edit(text, "")
    world.take_in(one, other)
    world.rest()
    assert read(world.room)[0].count('"') == 4


def test_what_is_said_again_after_it_was_deleted_takes_nothing_along() -> None:
    """M26: as by a client that sends back what it has received."""
    world = World("ab cd")
    one = world.pages[0]
    for page in world.pages:
        with page.doc.transaction():
            page.text(0).insert(4, "++")
            page.text(0).insert(1, "--")
    said = one.sent[0]
    world.take_in(one)
    del one.text(0)[6:8]
    del one.text(0)[1:3]
    world.take_in(one)
    one.sent.append(said)
    world.take_in(one)
    world.rest()
    assert read(world.room) == ["a--b c++d"]


@pytest.mark.parametrize("first", [0, 1])
def test_what_a_third_one_writes_within_it_stays_in_its_place(first: int) -> None:
    """M26"""
    world = World("", pages=3)
    one, other, third = world.pages[first], world.pages[1 - first], world.pages[2]
    for page in (one, other):
        page.text(0).insert(0, "two words")
    world.take_in(one)
    third.receive()
    third.text(0).insert(3, " w1")
    world.take_in(third, other)
    world.rest()
    assert read(world.room) == ["two w1 words"]


def test_who_passes_on_what_two_have_typed_takes_nothing_of_it() -> None:
    """M26: letter by letter it was, and by then it is in one piece."""
    world = World("ab", pages=3)
    for page in world.pages[:2]:
        page.text(0).insert(0, "x")
        for at, letter in enumerate("done", 2):
            page.text(0).insert(at, letter)
    world.rest()
    assert read(world.room) == ["xxadonedoneb"]
    passing_on = world.pages[2]
    passing_on.sent.append(passing_on.doc.get_update())
    world.rest()
    assert read(world.room) == ["xxadonedoneb"]


def test_what_somebody_takes_back_in_the_same_update_takes_nothing_along() -> None:
    """M26"""
    world = World(CODE)
    hasty, one = world.pages
    edit(hasty.text(0), FORMATTED)
    edit(hasty.text(0), CODE)
    merged = merge_updates(*hasty.sent)
    hasty.sent.clear()
    hasty.sent.append(merged)
    edit(one.text(0), FORMATTED)
    world.take_in(one)
    world.take_in(hasty)
    world.rest()
    assert read(world.room)[0].count('"') == 4


@pytest.mark.parametrize("source", [CODE.replace("use", ""), FORMATTED])
@pytest.mark.parametrize("heard", [False, True])
def test_what_two_have_deleted_comes_back_once_by_undoing(heard: bool, source: str) -> None:
    """M26, M21: also where they had something in its place."""
    world = World(CODE)
    managers = [UndoManager(scopes=[page.text(0)]) for page in world.pages]
    for page in world.pages:
        edit(page.text(0), source)
    if heard:
        world.rest()
    for manager in managers:
        assert manager.undo()
    world.rest()
    assert read(world.room) == [CODE]


class Plan:
    """What people replace and type at random, each with what they had seen by then."""

    def __init__(self, seed: int) -> None:
        self.random = random = Random(seed)
        letters = [random.choices("abcd", k=random.randint(1, 8)) for _ in range(2)]
        spelled = [" and ".join(f"{letter}_old" for letter in line) for line in letters]
        self.world = World(*spelled, pages=random.randint(2, 4))
        self.meant = Counter(letter for line in letters for letter in line)
        self.typed = 0
        self.done = [f"{spelled}"]

    def run(self) -> None:
        random, world = self.random, self.world
        for _ in range(random.randint(2, 14)):
            page = random.choice(world.pages)
            match random.random():
                case x if x < 0.5:
                    self.replace(page, random.choice("abcd"))
                case x if x < 0.65:
                    self.type(page)
                case x if x < 0.8:
                    world.take_in(*random.sample(world.pages, random.randint(1, 2)))
                case _:
                    page.receive(random.randint(1, 4))
        world.rest()

    def replace(self, page: Page, letter: str) -> None:
        for cell in page.cells:
            source = str(cell["source"])
            edit(cell["source"], source.replace(f"{letter}_old", f"{letter}_new"))
        self.done.append(f"{page.doc.client_id} replaces {letter}: {page.texts()}")

    def type(self, page: Page) -> None:
        text = page.text(self.random.randrange(2))
        gaps = [at for at, sign in enumerate(f"{text} ") if sign == " "]
        self.typed += 1
        text.insert(self.random.choice(gaps), f" w{self.typed}")
        self.done.append(f"{page.doc.client_id} types: {page.texts()}")


@pytest.mark.parametrize("seed", range(100))
def test_whatever_people_replace_at_once_each_word_is_there_once(seed: int) -> None:
    """M26: what others type beside it as well."""
    plan = Plan(seed)
    plan.run()
    texts = read(plan.world.room)
    words = re.findall(r"\b([abcd])_(?:old|new)\b", " ".join(texts))
    assert Counter(words) == plan.meant, "\n".join([*plan.done, *texts])
    assert words_in(texts) == {f"w{number}": 1 for number in range(1, plan.typed + 1)}
