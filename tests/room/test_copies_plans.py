"""Whatever people do at once with the same cells, each word is there once (M24)."""

from __future__ import annotations

from random import Random

import pytest

from tests.room.pages import Page, World, words_in
from tests.room.test_carrying import read


class Plan:
    """What people do at random, each with what they had seen by then."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self._count = 0
        sources = [
            "\n".join(self.line() for _ in range(self.random.randint(1, 3))) for _ in "abcde"
        ]
        self.world = World(*sources, pages=self.random.randint(2, 3))
        self.done: list[str] = []
        self.words = set(words_in(read(self.world.room)))

    def line(self) -> str:
        self._count += 3
        return " ".join(f"w{self._count - number}" for number in range(self.random.randint(1, 3)))

    def run(self) -> None:
        for _ in range(self.random.randint(2, 14)):
            page = self.random.choice(self.world.pages)
            match self.random.random():
                case x if x < 0.45:
                    self.change(page)
                case x if x < 0.6:
                    self.type(page)
                case x if x < 0.8:
                    pages = self.random.sample(self.world.pages, self.random.randint(1, 2))
                    self.done.append(f"take in {[page.doc.client_id for page in pages]}")
                    self.world.take_in(*pages)
                case _:
                    self.done.append(f"{page.doc.client_id} receives")
                    page.receive(self.random.randint(1, 4))
        self.world.rest()

    def change(self, page: Page) -> None:
        random, count = self.random, len(page.cells)
        place = random.randrange(count)
        before = page.texts()
        match random.randrange(4):
            case 0 if count > 1:
                page.move(place, to := random.randrange(count))
                what = f"moves {place} to {to}"
            case 1 if count > 1:
                place = random.randrange(count - 1)
                page.merge(place, size := random.randint(2, min(3, count - place)))
                what = f"merges {size} from {place}"
            case 2:
                source = before[place]
                gaps = [at for at in range(1, len(source)) if source[at].isspace()]
                if not gaps:
                    return
                at = sorted(random.sample(gaps, min(len(gaps), random.randint(1, 2))))
                page.split(place, *at)
                what = f"splits {place} at {at}"
            case _:
                page.move(place, place, cell_type=random.choice(["markdown", "code", "raw"]))
                what = f"retypes {place}"
        self.done.append(f"{page.doc.client_id} {what}: {before} -> {page.texts()}")

    def type(self, page: Page) -> None:
        """What is typed reaches the room: the browser brings along what does not."""
        self.world.take_in(page)
        page.receive()
        text = self.random.choice([cell["source"] for cell in page.cells])
        gaps = [at for at in range(len(text) + 1) if at in (0, len(text)) or str(text)[at] in " \n"]
        self._count += 3
        text.insert(self.random.choice(gaps), f" w{self._count} ")
        self.words.add(f"w{self._count}")
        self.done.append(f"{page.doc.client_id} types w{self._count}: {page.texts()}")
        self.world.take_in(page)

    def wrong(self) -> dict[str, int]:
        """The words that are not there once."""
        words = words_in(read(self.world.room))
        return {word: words[word] for word in self.words if words[word] != 1}


@pytest.mark.parametrize("seed", range(100))
def test_whatever_people_do_at_once_each_word_is_there_once(seed: int) -> None:
    """M19 M24: with pages that hear of each other late, and go on with what is gone by then."""
    plan = Plan(seed)
    plan.run()
    assert plan.wrong() == {}, "\n".join(plan.done)
