"""What a client knows of the history that it holds, and what it carries over into another one.

As ``src/rebase`` does it, for the clients of :mod:`tests.sim` and of :mod:`tests.processes`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, MutableSequence
from dataclasses import dataclass, replace
from itertools import compress
from typing import Any

from pycrdt import Array, Doc, Map, Text, UndoManager

from jupyter_collab.protocol.identity import Lineage
from jupyter_collab.room.content.document import Document
from jupyter_collab.room.content.doubles import RELATED
from jupyter_collab.room.content.merge import merge
from jupyter_collab.room.content.notebook import Notebook
from jupyter_collab.room.texts.differences import differences
from jupyter_collab.room.texts.merge import merge_text
from jupyter_collab.room.texts.union import union_text
from jupyter_collab.room.texts.words import is_word, lines, says, tokens

from .updates import Contents, Ends
from .words import words_in


@dataclass
class Applied:
    """An update of the document, and whether it was made here.

    ``ends`` is how much the document had afterwards of those of whom the update brings
    something, ``edit`` which edit brought it to the server, where that has to happen, ``filed``
    whether all of it is known to be in the file.
    """

    update: bytes
    is_own: bool
    ends: Ends
    edit: int = 0
    filed: bool = False


Test = Callable[[Applied], bool]


def is_in_file(status: Mapping[str, Any]) -> bool:
    """Whether ``status`` says so of the whole document of the server."""
    return bool(status["save"]["state"] == "saved" and status["file"]["state"] == "present")


def note_filed(applied: Iterable[Applied], durable: int) -> None:
    """The file has all that came from the server, and the first ``durable`` edits, as
    ``src/session/filed.ts`` finds out once our step 2, which had all that we have, is acknowledged.
    """
    for it in applied:
        it.filed |= it.edit <= durable


@dataclass(frozen=True)
class Left:
    """A history that was left for another one: its ``lineage``, what was ``applied``, and the
    content ``mine`` that it made."""

    type: str
    lineage: Lineage | None
    applied: tuple[Applied, ...]
    mine: Any

    def base(self, has: Test) -> Any:
        """The document without those own edits that the new one neither ``has``, nor got from
        the file."""
        return self._read(lambda it: it.is_own and not it.filed and not has(it))

    @property
    def words(self) -> set[str]:
        return _words(self.mine)

    def brings(self, word: str) -> bool:
        """Whether ``word`` is brought into whatever history comes next."""
        return word in self.words and word not in _words(self.base(lambda _applied: False))

    @property
    def is_needed(self) -> bool:
        """Whether anything was changed here that is not known to be in the file."""
        return any(it.is_own and not it.filed for it in self.applied)

    def carry_into(
        self, doc: Doc[Any], lineage: str | None, noted: MutableSequence[Applied]
    ) -> None:
        """Write what ``doc``, a history of this ``lineage``, does not have into it. What changes it
        is ``noted`` by its owner, as one edit; not all of that need be one's own."""
        if lineage != self.lineage:
            self._bring(doc, noted)
            return
        # A server that could not read its store began another one, and is back with this.
        known = len(noted)
        with doc.transaction():
            for applied in self.applied:
                doc.apply_update(applied.update)
        edit = noted.pop().edit if len(noted) > known else 0
        # They come first: what somebody else has brought back before is our own all the same.
        noted[:0] = [
            replace(applied, is_own=applied.is_own and not applied.filed, edit=edit, filed=False)
            for applied in self.applied
        ]

    def _bring(self, doc: Doc[Any], noted: MutableSequence[Applied]) -> None:
        document, known = Document.of(self.type, doc), len(noted)
        content, theirs = self._into(doc), document.read()
        if isinstance(content, Notebook):
            document.edit(self._of_others(content, theirs))
            for applied in noted[known:]:
                applied.is_own = False
        document.edit(content)

    def _of_others(self, content: Notebook, theirs: Notebook) -> Notebook:
        """``theirs`` with the new cells of ``content`` in which others have written, as far as they
        have: in whatever history comes next it is still theirs."""
        foreign = self._foreign(lambda it: it.is_own and not it.filed)
        ids, cells = list(_sources(theirs)), list(theirs.cells)
        before: str | None = None
        for cell in content.cells:
            id = cell["id"]
            if id not in ids and foreign.get(id):
                at = 0 if before not in ids else ids.index(before) + 1
                ids.insert(at, id)
                cells.insert(at, {**cell, "source": foreign[id]})
            before = id
        return replace(theirs, cells=cells)

    def _into(self, doc: Doc[Any]) -> Any:
        """The content of the other history ``doc`` with what this one has and it has not.

        A cell that it does not have comes whole, whoever wrote in it. Into one that it has come
        one's own words only: what others have written is theirs to bring.
        """
        has = Contents(doc).has
        theirs = Document.of(self.type, doc).read()
        base = _apart(self.base(has), self.mine, theirs)
        merged = merge(base, theirs, self.mine)
        if isinstance(merged, Notebook):
            known = self._read(lambda it: not it.filed and not has(it))
            own, others = _sources(self.mine), _sources(theirs)
            foreign = self._foreign(lambda it: it.is_own and not it.filed and not has(it))
            for id in (own.keys() & others.keys()) - _sources(known).keys():
                _set_source(merged, id, united(foreign[id], own[id], others[id]))
        return merged

    def _foreign(self, is_own: Test) -> dict[str, str]:
        """What is in each cell without one's own edits, also where one has made it."""
        copy: Doc[Any] = Doc()
        cells: Array[Any] = copy.get("cells", type=Array)
        managers = []
        for applied in self.applied:
            with copy.transaction(origin="own" if is_own(applied) else "others"):
                copy.apply_update(applied.update)
            for cell in cells:
                if "seen" in cell:
                    continue
                cell["seen"] = True
                if is_own(applied):
                    cell["source"].clear()  # what it was made with
                managers.append(UndoManager(scopes=[cell["source"]], capture_timeout_millis=0))
                managers[-1].include_origin("own")
        for manager in managers:
            while manager.can_undo():
                manager.undo()
        return {cell["id"]: str(cell["source"]) for cell in cells}

    def to_adopt(self, state: bytes) -> tuple[bytes, bytes]:
        """All of it, and what takes back whatever is not known to be in the file."""
        copy = self._without(lambda applied: not applied.filed)
        whole: Doc[Any] = Doc()
        whole.apply_update(state)
        return state, copy.get_update(whole.get_state())

    def _read(self, unwanted: Test) -> Any:
        return Document.of(self.type, self._without(unwanted)).read()

    def _without(self, unwanted: Test) -> Doc[Any]:
        copy: Doc[Any] = Doc()
        scopes: list[Any] = [copy.get("source", type=Text)]
        if self.type == "notebook":
            scopes = [copy.get("cells", type=Array), copy.get("meta", type=Map)]
        manager = UndoManager(scopes=scopes, capture_timeout_millis=0)
        manager.include_origin("unwanted")
        for applied in self.applied:
            with copy.transaction(origin="unwanted" if unwanted(applied) else "others"):
                copy.apply_update(applied.update)
        while manager.can_undo():
            manager.undo()
        return copy


def _words(content: Any) -> set[str]:
    return set(words_in(content if isinstance(content, str) else content.source()))


def _sources(notebook: Notebook) -> dict[str, str]:
    return {cell["id"]: cell["source"] for cell in notebook.cells}


def _set_source(notebook: Notebook, id: str, source: str) -> None:
    notebook.cells = [
        {**cell, "source": source} if cell["id"] == id else cell for cell in notebook.cells
    ]


def _apart(base: Any, mine: Any, theirs: Any) -> Any:
    if not isinstance(base, Notebook):
        return parted(base, mine, theirs)
    own, others = _sources(mine), _sources(theirs)
    for id, source in _sources(base).items():
        _set_source(base, id, parted(source, own.get(id, source), others.get(id, source)))
    return base


def parted(base: str, mine: str, theirs: str) -> str:
    """``base``, which is ``mine`` without what was written there, with those words apart that touch
    only since what was written between them is gone. Where that was white space only it may as well
    have split a word; ``theirs`` tells, which has one of the two or the whole."""
    pieces, known = tokens(mine), set(tokens(theirs))
    return "".join(_parted(token, pieces, known) for token in tokens(base))


def _parted(word: str, pieces: list[str], known: set[str]) -> str:
    if not is_word(word) or word in pieces:
        return word
    for at in range(1, len(word)):
        first, last = word[:at], word[at:]
        if first in pieces and last in pieces:
            between = pieces[pieces.index(first) + 1 : pieces.index(last)]
            is_two = word not in known and not known.isdisjoint((first, last))
            if any(map(is_word, between)) or (between and is_two):
                return first + ("\n" if "\n" in between else " ") + last
    return word


def united(base: str, mine: str, theirs: str) -> str:
    """``theirs`` with what leads from ``base`` to ``mine``, where anybody may have brought any part
    of all three into ``theirs``: whatever is there is not brought again."""
    if mine == base:
        return theirs
    base = parted(base, mine, theirs)
    own = merge_text(base, mine, _kept(base, theirs))
    return union_text(merge_text(base, theirs, _kept(base, mine)), own, RELATED)


def _kept(old: str, new: str) -> str:
    """What of ``old`` is in ``new``; lines of which no word is left are gone."""
    is_left = [True] * len(old)
    for start, end, _ in differences(old, new):
        is_left[start:end] = [False] * (end - start)
    kept, at = "", 0
    for line in lines(old):
        left = "".join(compress(line, is_left[at:]))
        at += len(line)
        if says(left) or not says(line):
            kept += left.rstrip("\n") + "\n" * line.endswith("\n")
    return kept
