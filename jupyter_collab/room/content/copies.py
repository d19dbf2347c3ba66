"""Takes away what came twice as two people moved, merged or split the same cells in one moment.

Each of them deletes a cell and brings its text elsewhere, so that it is there twice. Where it went
first is remembered as long as the room is open: an update that deletes what is gone already, and
brings it once more, has been made without knowing of that. The two cells become one then, in the
transaction that brings the second one, with what anybody has written in either since.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile
from typing import Any, NamedTuple

from pycrdt import Array, Map

from ..texts.common import continues, has_words, kept, size_of, without, words_of
from ..texts.merge import merge_text
from ..texts.subsequences import Effort
from ..texts.words import says
from ..yjs.structs import Id
from .carrying import Deleted, Rebuilding, Replaced, deleted_by, units_of
from .doubles import RELATED, part_doubles
from .orphans import Orphan, keep, orphans_of
from .textedit import edit_text
from .walking import cells_at, cells_of, ids_of, sources_of, text_of, texts_with

_MANY = 200
"""So many texts are remembered, with what was deleted as they went elsewhere in so many pieces."""

_LETTERS = 1_000_000
"""So long may they be together."""

_STEPS = 1_000_000
"""What may be spent on finding texts in others because of one update: a third of a second. What is
not found then is left twice."""

_COMPARING = 300
"""Steps that it takes to compare two texts, besides those for each character."""

_UNITS = 20_000
"""So much is looked at of a source that goes, which takes a tenth of a second."""

_WORDS = 50
"""So many words tell of which cells a part may have been taken, the longest ones."""

_MOST = 0.5
"""So much of a text is elsewhere where that is told by the text alone."""

_BETWEEN = "\n\n"
"""What JupyterLab writes between cells that it merges."""

Had = dict[int, int]
"""How much of each client somebody had."""

Before = dict[Id, tuple[Any, str]]
"""Sources as they were, and how to read them again."""


@dataclass(frozen=True, slots=True)
class _Copy:
    """That a cell, with the id ``home`` and the source ``holder``, has ``words`` that were in
    another one, with the id ``cell`` and the source ``text``, which went with all of it if
    ``whole``, by an update that ``deleted`` this and that."""

    cell: str
    text: Id
    words: str
    whole: bool
    deleted: Deleted | None
    home: str
    holder: Id
    first: Id
    """The source of the cell that had them first."""


@dataclass(frozen=True, slots=True)
class _Cell:
    """A cell that an update has brought."""

    id: str
    text: Id
    source: str


class _Claim(NamedTuple):
    """That a new cell has ``words`` of a copy, too."""

    copy: _Copy
    words: str


class _Lost(NamedTuple):
    """What a cell has lost, and has ``now``."""

    words: str
    now: str


class Copies:
    """Where texts of ``cells`` went that are gone from where they were."""

    def __init__(self, cells: Array[Any]) -> None:
        self._cells = cells
        self._known: list[_Copy] = []
        self._joined: list[Id] = []

    def orphans(self, update: bytes, change: Rebuilding | None) -> list[Orphan]:
        """What ``update``, which is not applied yet, would delete of cells that were made one
        though its maker has not seen it in them."""
        if not self._joined:
            return []
        deleted = deleted_by(update) if change is None else change.deleted
        return orphans_of(deleted, self._joined, self._cells)

    def keep(self, orphans: list[Orphan]) -> bool:
        """Have ``orphans`` in cells of their own; returns whether there are any."""
        kept = keep(orphans, self._cells) if orphans else {}
        for text, (home, holder) in kept.items():
            self._known = [_moved(copy, text, home, holder) for copy in self._known]
        return bool(kept)

    def before(self, change: Rebuilding, replaced: Sequence[Replaced]) -> Before:
        """The sources of which ``change``, which is not applied yet, may take a part elsewhere."""
        if change.deleted.nothing:
            return {}
        known = words_of("\n".join(cell.known for cell in replaced))
        brought = (words.decode(errors="replace") for words in change.copies.values())
        others = [text for text in brought if not words_of(text) <= known]
        parts = sorted(words_of("\n".join(others)), key=lambda word: (-len(word), word))[:_WORDS]
        found = texts_with(self._cells, parts) if parts else {}
        return {text: it for text, it in found.items() if not change.deleted.has(text)}

    def lacking(self, change: Rebuilding, replaced: Sequence[Replaced]) -> list[Replaced]:
        """``replaced`` without what ``change`` brings itself, having deleted it elsewhere."""
        if not self._known or not any(cell.lacks for cell in replaced):
            return list(replaced)
        effort = Effort(_STEPS)
        brought = [words.decode(errors="replace") for words in change.copies.values()]
        held: dict[Id, list[str]] = {}
        for copy in self._known:
            if _is_deleted_again(copy, change.deleted):
                held.setdefault(copy.holder, []).append(copy.words)
        return [_without_known(cell, held.get(cell.text, ()), brought, effort) for cell in replaced]

    def follow(
        self,
        change: Rebuilding,
        replaced: Sequence[Replaced],
        before: Before,
        had: Had | None,
    ) -> bool:
        """Remember where ``change``, which was just applied, has taken texts. Where it is known
        what its maker ``had``, none is there twice because of it; returns whether one was."""
        if not self._known and change.deleted.nothing:
            return False
        settling = _Settling(self._cells, change, self._known)
        settling.remember(replaced, before)
        mended = had is not None and settling.unite(had)
        self._joined = [*self._joined, *settling.joined][-_MANY:]
        self._known = settling.copies[-_MANY:]
        while sum(len(copy.words) for copy in self._known) > _LETTERS:
            del self._known[0]
        return mended


class _Settling:
    """What becomes of the texts that ``change`` has brought."""

    def __init__(self, cells: Array[Any], change: Rebuilding, known: Sequence[_Copy]) -> None:
        self._cells = cells
        self._change = change
        self._known = list(known)
        self._fresh: list[_Copy] = []
        self._effort = Effort(_STEPS)
        self._doubles: list[_Copy] = []
        self.joined: list[Id] = []
        self._rest: list[Replaced] = []
        self._holders: dict[tuple[str, str], tuple[_Cell | None, str]] = {}
        self._deleted = change.deleted if change.deleted.size <= _MANY else None
        self._new = [
            _Cell(id, text, change.copies.get(id, b"").decode(errors="replace"))
            for text, id in change.sources.items()
        ]

    @property
    def copies(self) -> list[_Copy]:
        return self._known + self._fresh

    def _look(self) -> None:
        """Find all cells, which takes a while where there are thousands."""
        cells, sources = self._cells, sources_of(self._cells)
        self._places = {text: place for place, text in enumerate(sources) if text is not None}
        self._ids = ids_of(cells)
        self._texts = {id: text for text, id in self._here().items()}
        here = filter(self._places.__contains__, self._change.sources)
        brought = sorted((self._places[text], text) for text in here)
        found = cells_at(cells, [place for place, _ in brought])
        self._new = [
            _Cell(self._change.sources[text], text, str(ycell["source"]))
            for (_, text), ycell in zip(brought, found, strict=True)
        ]
        self._holders.clear()

    def _here(self) -> dict[Id, str]:
        """The ids of cells by those of their sources."""
        ids = ((text, self._ids[place]) for text, place in self._places.items())
        return {text: id for text, id in ids if isinstance(id, str)}

    # --- where texts went

    def remember(self, replaced: Sequence[Replaced], before: Before) -> None:
        lost = self._lost(before)
        if lost or any(cell.lacks for cell in replaced):
            self._look()  # what was carried is not in the change
        self._rest = [cell for cell in replaced if says(cell.source) and not says(cell.known)]
        gone = {cell.text for cell in replaced}
        self._known = [copy for known in self._known for copy in self._moved_on(known, gone, lost)]
        for cell in replaced:
            holder, words = self._holder(cell.id, cell.source)
            if holder is not None:
                self._note(cell.id, cell.text, words, True, holder)
        here = self._here() if lost else {}
        for text, (words, _) in lost.items():
            for new in self._left():
                part = self._part(words, new.source) or self._much(words, new.source)
                if part and text in here:
                    self._note(here[text], text, part, False, new)

    def _note(self, cell: str, text: Id, words: str, whole: bool, holder: _Cell) -> None:
        copy = _Copy(cell, text, words, whole, self._deleted, holder.id, holder.text, holder.text)
        self._fresh.append(copy)

    def _lost(self, before: Before) -> dict[Id, _Lost]:
        """What cells that are still there have lost."""
        lost = {}
        for text, (ytext, old) in before.items():
            now = text_of(self._cells, ytext)
            words = "" if now == old else self._without(old, self._common(now, old))
            if says(words):
                lost[text] = _Lost(words, now)
        return lost

    def _moved_on(self, copy: _Copy, gone: set[Id], lost: dict[Id, _Lost]) -> list[_Copy]:
        """What is known of a copy that may have been taken elsewhere itself."""
        if copy.holder in gone:
            holder, _ = self._holder(copy.home, copy.words)
            return [] if holder is None else [replace(copy, home=holder.id, holder=holder.text)]
        if copy.holder in lost:
            parts = ((new, self._much(copy.words, new.source)) for new in self._left())
            moved = [
                replace(copy, words=part, home=new.id, holder=new.text)
                for new, part in parts
                if part
            ]
            left = self._common(copy.words, lost[copy.holder].now) if moved else copy.words
            return [replace(copy, words=left), *moved] if says(left) else moved
        return [copy]

    def _holder(self, id: str, words: str) -> tuple[_Cell | None, str]:
        """The new cell that has ``words`` of the cell ``id``, and which of them."""
        if not says(words):
            return None, ""
        if (id, words) not in self._holders:
            self._holders[id, words] = self._find_holder(id, words)
        return self._holders[id, words]

    def _find_holder(self, id: str, words: str) -> tuple[_Cell | None, str]:
        for new in self._new:
            if new.id == id:
                return new, self._common(words, new.source)
        found = [(self._common(words, new.source), new) for new in self._left()]
        common, best = max(found, key=lambda pair: size_of(pair[0]), default=("", None))
        is_there = best is not None and self._much(words, best.source) != ""
        return (best, common) if is_there else (None, "")

    def _left(self) -> Iterator[_Cell]:
        """The new cells, as long as there is time to look for texts in them."""
        return takewhile(lambda _: not self._effort.is_spent, self._new)

    # --- what is there twice

    def unite(self, had: Had) -> bool:
        """Make one of two cells of which who made the change has not had the older one."""
        if not any(map(self._may_be_rival, self._known)):
            return False
        self._look()
        rivals = [at for at, copy in enumerate(self._known) if self._is_rival(copy, had)]
        gone: dict[Id, int] = {}
        for new in self._left() if rivals else ():
            claims: dict[Id, list[_Claim]] = {}
            for copy in (self._known[at] for at in rivals):
                holder = self._at(copy)
                if holder is None or holder in (new.text, *gone):
                    continue
                if words := self._claim(copy, new):
                    claims.setdefault(holder, []).append(_Claim(copy, words))
            while claims and new.text not in gone:
                goes = self._make_one(new, claims)
                gone |= {} if goes is None else {goes: self._places[goes]}
        for place in sorted(gone.values(), reverse=True):
            del self._cells[place]
        if self._doubles:
            self._part_doubles()
        return bool(gone) or bool(self._doubles)

    def _part_doubles(self) -> None:
        """Now, as who has made one of two versions of a cell may merge or split it next."""
        part_doubles(self._cells, cells_of(self._cells), ids_of(self._cells))
        here = zip(sources_of(self._cells), ids_of(self._cells), strict=True)
        texts = {id: text for text, id in here if text is not None and isinstance(id, str)}
        for copy in self._doubles:
            if (stays := texts.get(copy.cell, copy.text)) != copy.text:
                self._fresh.append(replace(copy, holder=stays))
                self._go_on(copy.text, copy.cell, stays)

    def _going(self, text: Id, new: _Cell) -> _Copy:
        """What is to be remembered of a cell that goes into another one with the same id."""
        ytext = self._cells[self._places[text]]["source"]
        deleted = units_of(ytext, str(ytext), Effort(_UNITS))
        return _Copy(new.id, text, str(ytext), True, deleted, new.id, text, new.text)

    def _go_on(self, text: Id, home: str, holder: Id) -> None:
        """What was with ``text`` is with ``holder`` from now on."""
        for copies in (self._known, self._fresh):
            copies[:] = [_moved(copy, text, home, holder) for copy in copies]

    def _may_be_rival(self, copy: _Copy) -> bool:
        is_again = copy.cell in self._change.copies or _is_deleted_again(copy, self._change.deleted)
        return is_again and copy.holder not in self._change.sources

    def _is_rival(self, copy: _Copy, had: Had) -> bool:
        """Whether what the change has deleted was gone already, and its maker did not know where
        to; or whether it brings a cell back, as undoing does, whose text is elsewhere."""
        holder = self._at(copy)
        if holder is None or holder in self._change.sources:
            return False
        if not _is_deleted_again(copy, self._change.deleted):
            return copy.whole and copy.cell in self._change.copies and copy.home != copy.cell
        client, clock = copy.first
        return clock >= had.get(client, 0)

    def _at(self, copy: _Copy) -> Id | None:
        """Where the copy is. Of two cells with one id the room has made one."""
        return copy.holder if copy.holder in self._places else self._texts.get(copy.home)

    def _claim(self, copy: _Copy, new: _Cell) -> str:
        """What both have of a text; nothing if that is not much of it."""
        is_whole = copy.whole and self._change.deleted.has(copy.text)
        if is_whole and self._holder(copy.cell, copy.words)[0] != new:
            return ""
        is_again = is_whole or _is_deleted_again(copy, self._change.deleted)
        if not is_again and copy.cell != new.id:
            return ""
        words = self._common(copy.words, new.source)
        if not is_again:
            is_back = size_of(words) > _MOST * size_of(copy.words)
            return words if is_back and self._has(copy, words) else ""
        if is_whole:
            return words if self._has(copy, words) else ""
        least = min(size_of(copy.words), size_of(new.source))
        is_part = (
            self._change.deleted.has(copy.text)
            or size_of(words) > _MOST * least
            or continues(copy.words.strip(), new.source.strip(), words.strip())
        )
        return words if is_part and self._has(copy, words) else ""

    def _has(self, copy: _Copy, words: str) -> bool:
        """Whether the older cell still has some of that."""
        holder = self._at(copy)
        ycell = self._cells[self._places[holder]] if holder is not None else {}
        return says(self._common(words, str(ycell.get("source"))))

    def _make_one(self, new: _Cell, claims: dict[Id, list[_Claim]]) -> Id | None:
        """Make one of the new cell and of the first of those that ``claims`` are on; returns which
        of them is not needed any more: the older one, unless the new one has only come back, or is
        a part of what was there."""
        holder = next(iter(claims))
        here = claims.pop(holder)
        deleted = self._change.deleted
        for copy, words in here:
            self._note(copy.cell, copy.text, words, deleted.has(copy.text), new)
        if self._ids[self._places[holder]] == new.id:
            self._doubles += [self._going(text, new) for text in (new.text, holder)]
            return None
        older = all(copy.whole and not deleted.has(copy.text) for copy, _ in here)
        stays, goes = (holder, new.text) if older else (new.text, holder)
        elsewhere = [words for others in claims.values() for _, words in others] if older else []
        self._write(stays, goes, self._shared(new, here), elsewhere, older)
        self._add_rest(stays, {copy.text for copy, _ in here})
        self.joined.append(stays)
        ids = self._here()
        if goes in ids:
            self._fresh.append(replace(self._going(goes, new), cell=ids[goes]))
        self._go_on(goes, ids.get(stays, ""), stays)
        return goes

    def _add_rest(self, holder: Id, texts: set[Id]) -> None:
        """What others have written in a cell of which all that its deleter knew was gone."""
        for cell in self._rest:
            text = self._cells[self._places[holder]]["source"]
            source, rest = str(text), cell.source.strip()
            if cell.text in texts and not has_words(source, rest):
                edit_text(text, source, f"{source}\n{rest}")

    def _shared(self, new: _Cell, claims: Sequence[_Claim]) -> list[str]:
        """What both cells had of texts that were one, each once, in the order of the new one."""
        parts: list[tuple[Id, str]] = []
        for copy, words in sorted(claims, key=lambda claim: -size_of(claim[1])):
            same = [part for text, part in parts if text == copy.text]
            if not any(
                size_of(self._common(words, part)) > _MOST * size_of(words) for part in same
            ):
                parts.append((copy.text, words.strip()))
        return sorted((part for _, part in parts), key=new.source.find)

    def _write(
        self, stays: Id, goes: Id, parts: Sequence[str], elsewhere: Sequence[str], is_older: bool
    ) -> None:
        """Write what the cell that ``goes`` has besides ``parts``, and besides what is
        ``elsewhere``, into the one that ``stays``."""
        ycell, other = cells_at(self._cells, [self._places[stays], self._places[goes]])
        text, source, more = ycell["source"], str(ycell["source"]), str(other["source"])
        all = words_of(source) | words_of(more)
        for words in elsewhere:
            all -= words_of(words)
            more = self._without(more, self._common(words, more))
        base = ""
        for part in parts:
            longer = f"{base}{_BETWEEN}{part}".strip()
            shared = self._common(self._common(longer, source), more)
            if size_of(shared) > size_of(base):
                base = shared
        for part in parts:
            both = self._common(self._common(part, source), more)
            if not base or size_of(self._common(both, base)) < size_of(both):
                more = self._without(more, both)
        base = self._common(base, more)
        sides = (source, more) if is_older else (more, source)  # what the room had comes first
        merged = merge_text(base, *sides)
        if not all <= words_of(merged):  # rather twice than not at all
            merged = _BETWEEN.join((source, str(other["source"])))
        edit_text(text, source, merged)
        files, others = ycell.get("attachments"), other.get("attachments")
        if isinstance(others, Map) and len(others) and ycell.get("cell_type") != "code":
            known = files.to_py() if isinstance(files, Map) else {}
            ycell["attachments"] = {**(others.to_py() or {}), **(known or {})}

    # --- texts in texts

    def _common(self, words: str, text: str) -> str:
        if words == text:
            return words.strip("\n")
        is_affordable = self._effort.spend(_COMPARING + len(words) + len(text))
        return kept(words, text, self._effort) if is_affordable else ""

    def _without(self, text: str, words: str) -> str:
        return without(text, words, self._effort)

    def _much(self, words: str, text: str) -> str:
        """What of ``words`` is in ``text``, if that is much of one, or a line."""
        common = self._common(words, text)
        is_much = size_of(common) > RELATED * min(size_of(words), size_of(text))
        lines = {line.strip() for line in text.split("\n")}
        has_line = any(says(line) and line.strip() in lines for line in words.split("\n"))
        return common if says(common) and (is_much or has_line) else ""

    def _part(self, words: str, text: str) -> str:
        """What one of two texts is, if it is a part of the other."""
        one, other = words.strip(), text.strip()
        part = one if has_words(other, one) else other
        return part if has_words(one, part) and has_words(other, part) and says(part) else ""


def _moved(copy: _Copy, text: Id, home: str, holder: Id) -> _Copy:
    """``copy``, which goes along where ``text`` went."""
    return replace(copy, home=home, holder=holder) if copy.holder == text else copy


def _is_deleted_again(copy: _Copy, deleted: Deleted) -> bool:
    """Whether an update has ``deleted`` what went elsewhere before."""
    if copy.deleted is None or (copy.whole and deleted.has(copy.text)):
        return deleted.has(copy.text)
    return deleted.touches(copy.deleted)


def _without_known(
    cell: Replaced, held: Sequence[str], brought: Sequence[str], effort: Effort
) -> Replaced:
    source = cell.source
    for words in held if cell.lacks else ():
        both = kept(words, source, effort).strip()
        if not says(both) or size_of(kept(both, cell.known, effort)) > _MOST * size_of(both):
            continue
        again = max((kept(both, text, effort).strip() for text in brought), key=size_of, default="")
        if size_of(again) > _MOST * size_of(both):
            source = without(source, again, effort)
    is_whole = words_of(cell.known) <= words_of(source)
    return replace(cell, source=source) if is_whole and source != cell.source else cell
