"""A crowd at one server, and what has to be in its documents."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from difflib import unified_diff
from pathlib import Path
from random import Random
from typing import Any

import nbformat

from tests.process import ServerProcess
from tests.waiting import until

from .people import CollabPerson, OldPerson, Person, words

KEYS_PER_SECOND = 30

FIRST_LINES = ["first", "second", "third"]


def notebook(*sources: str) -> dict[str, Any]:
    cells = [
        {"id": f"cell{n}", "cell_type": "markdown", "metadata": {}, "source": source}
        for n, source in enumerate(sources)
    ]
    return {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}


def _difference(one: Any, other: Any) -> str:
    """The lines in which two contents differ."""
    before, after = (
        json.dumps(content, indent=1, sort_keys=True).splitlines() for content in (other, one)
    )
    return "\n".join(unified_diff(before, after, n=0, lineterm=""))[:500]


class Paper:
    """A document: its file, who has it open, and the words that must be there once."""

    def __init__(self, file: Path, *, made: bool = False) -> None:
        self.file = file
        self.people: list[Person] = []
        self.allowed: set[str] = set()
        """Words that may be there once, or not at all."""
        if not made:
            self._make()
        self.required = self.on_disk()

    def _make(self) -> None:
        file = self.file
        if file.suffix == ".ipynb":
            file.write_text(json.dumps(notebook(*FIRST_LINES), indent=1) + "\n")
        else:
            file.write_text("".join(f"{line}\n" for line in FIRST_LINES))

    async def saved_just_now(self, timeout: float = 1.5) -> None:
        """Wait until the server has just written the file, if it does: it does so again only after
        a while, and who reads a file and then writes it cannot do that in one go."""
        before = self.file.stat().st_mtime_ns
        with suppress(TimeoutError):
            await until(
                lambda: self.file.stat().st_mtime_ns != before and self.file.stat().st_size,
                timeout,
            )

    def on_disk(self) -> Counter[str]:
        text = self.file.read_text()
        if not text:
            return Counter()  # it is being written
        if self.file.suffix != ".ipynb":
            return words(text)
        content = nbformat.reads(text, as_version=4)
        nbformat.validate(content)
        return words(content)

    @property
    def is_torn(self) -> bool:
        """Whether the file was being written when the server died, and has lost its end."""
        try:
            return bool(self.required - self.on_disk())
        except ValueError:
            return True

    @property
    def is_being_written(self) -> bool:
        """Whether the server writes it just now; or did so when it was killed."""
        return self.file.with_name(f".~{self.file.name}").exists()

    def write_outside(self, word: str, random: Random) -> None:
        """Do what another program does: read the file, add a line, and write it. A notebook that
        was cut short when the server was killed is none that it could read."""
        text = self.file.read_text()
        if self.file.suffix == ".ipynb":
            try:
                content = json.loads(text)
            except ValueError:
                return
            cell = random.choice(content["cells"])
            cell["source"] = "".join(cell["source"]) + f"\n{word}\n"
            text = json.dumps(content, indent=1) + "\n"
        else:
            lines = text.splitlines(keepends=True)
            lines.insert(random.randint(0, len(lines)), f"{word}\n")
            text = "".join(lines)
        if random.random() < 0.5:
            self.file.write_text(text)
        else:
            new = self.file.with_name(f".{self.file.name}.new")
            new.write_text(text)
            new.replace(self.file)
        self.required[word] += 1

    def state(self) -> list[str]:
        """Where the people and the file do not agree yet."""
        late = [f"{p.name} is not synced" for p in self.people if not p.synced]
        if late:
            return late
        sources = [person.document.source() for person in self.people]
        late += [
            f"{person.name} has something else than {self.people[0].name}:"
            f" {_difference(source, sources[0])}"
            for person, source in zip(self.people, sources, strict=True)
            if source != sources[0]
        ]
        if late:
            return late
        try:
            on_disk, here = self.on_disk(), words(sources[0])
        except ValueError:
            return ["the file is just being written, or has lost its end"]
        if on_disk != here:
            differ = {**(on_disk - here), **(here - on_disk)}
            late.append(f"the file differs: {differ}")
        return late

    def words(self) -> Counter[str]:
        """Those that people see."""
        return words(self.people[0].document.source())

    def faults(self) -> list[str]:
        """What is lost or doubled, now that all agree."""
        there = self.words()
        wrong = [f"{w} is lost" for w in self.required if not there[w]]
        wrong += [f"{w} is there {count} times" for w, count in there.items() if count != 1]
        wrong += [f"{w} is unknown" for w in there if w not in self.required | self._allowed()]
        return wrong

    def _allowed(self) -> Counter[str]:
        return Counter(self.allowed)

    def settle(self) -> None:
        """What is there now has to be there for ever."""
        self.required = self.words()
        self.allowed.clear()


class Crowd:
    """People who type into ``notes.txt`` and ``book.ipynb``, some with old clients."""

    def __init__(self, lab: ServerProcess, seed: int, *, size: int = 5) -> None:
        self.lab = lab
        self.random = Random(seed)
        self.papers = [Paper(lab.root / "notes.txt"), Paper(lab.root / "book.ipynb")]
        self._names = iter(range(10_000))
        for paper in self.papers:
            for number in range(size):
                self.join(paper, old=number >= size - 2)

    def join(self, paper: Paper, *, old: bool = False) -> Person:
        number = next(self._names)
        make = OldPerson if old else CollabPerson
        name = f"{'old' if old else 'new'}{number}"
        person = make(name, self.lab, paper.file.name, self.random.randrange(2**32))
        paper.people.append(person)
        return person

    @property
    def people(self) -> list[Person]:
        return [person for paper in self.papers for person in paper.people]

    async def type_for(self, seconds: float) -> None:
        """Let everybody type who sees a document."""
        end = asyncio.get_running_loop().time() + seconds
        while asyncio.get_running_loop().time() < end:
            for paper in self.papers:
                ready = [person for person in paper.people if person.ready]
                for person in self.random.sample(ready, min(len(ready), 2)):
                    person.type_word()
            await asyncio.sleep(1 / KEYS_PER_SECOND)

    async def lose_someone(self, *, store_is_lost: bool) -> None:
        """Somebody's browser is closed for ever, and somebody else comes. Of those words that were
        acknowledged none may be lost."""
        paper = self.random.choice(self.papers)
        person = next(p for p in paper.people if isinstance(p, CollabPerson))
        unsafe = set(person.typed) if store_is_lost else person.unacknowledged
        paper.allowed |= unsafe - set(paper.required)
        for word in set(person.typed) - unsafe:
            paper.required[word] = 1
        paper.people.remove(person)
        await person.leave()
        self.join(paper)

    def promise(self) -> None:
        """All that people typed has to be there, but for what pages lost that were loaded again,
        and old clients do not say which edits are safe."""
        for paper in self.papers:
            for person in paper.people:
                for word in set(person.typed) - set(paper.required):
                    if word in person.reset:
                        paper.allowed.add(word)
                    else:
                        paper.required[word] = 1

    async def rest(self, timeout: float = 30) -> None:
        """Wait until all agree, with the file and with a newcomer, and see what they have."""
        visitors = [self.join(paper) for paper in self.papers]
        try:
            await self._until(lambda: not self._late(), timeout)
        except TimeoutError:
            raise AssertionError(f"no rest after {timeout} s: {self._late()}") from None
        self.promise()
        faults = {paper.file.name: paper.faults() for paper in self.papers}
        assert not any(faults.values()), {name: found for name, found in faults.items() if found}
        for paper, visitor in zip(self.papers, visitors, strict=True):
            paper.settle()
            paper.people.remove(visitor)
            await visitor.leave()

    def look_after(self) -> None:
        """Raise what a client of ours has met."""
        for person in self.people:
            person.check()

    def _late(self) -> list[str]:
        return [f"{paper.file.name}: {late}" for paper in self.papers for late in paper.state()]

    async def _until(self, condition: Callable[[], bool], timeout: float) -> None:
        async with asyncio.timeout(timeout):
            while not condition():
                self.look_after()
                await asyncio.sleep(0.02)

    async def leave(self) -> None:
        await asyncio.gather(*(person.leave() for person in self.people))
