"""Looks at what guests write before it is in the document.

A guest's update is first applied to a copy of the document, and what changed there says whether
it is harmless; nearly all of them are, and go the way of all others. One that is not is applied
and put right in one transaction: nobody ever sees it, and nobody's copy has to be thrown away.

The copy lives only as long as somebody needs it.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

from pycrdt import Array, Doc, Map, Text, get_update

from ...errors import ProtocolError
from ...protocol.identity import ClientId
from ...protocol.varint import Reader
from ..changes import Change, note
from ..content.values import same
from ..content.walking import cells_at, cells_of, ids_of
from ..content.writing import writing
from ..replica import Replica
from ..yjs.gaps import clocks
from ..yjs.vetting import Vetted, vet_guest
from .ground import Ground
from .guarded import (
    FREE,
    FREE_METADATA,
    Guarded,
    blank,
    digest,
    guarded_metadata,
    guarded_of,
    is_blank,
    is_cell,
    restore,
    restore_map,
)

Finding = Literal["harmless", "harmful", "unreadable", "incomplete", "borrowed", "crowded"]
"""``incomplete``: it stands on what nobody has yet. ``borrowed``: it is written in the name of
another Yjs client, ``crowded``: of too many that are new, or it has too many cells, or it would
take too long to find where all of it lies."""

FREE_STATE = frozenset(("dirty",))

MAX_CLIENTS = 8
"""So many Yjs clients may one connection of a guest bring into the document, which has them for
good. A page is one, and so is each page before it whose edits the browser still has."""

MAX_EFFORT = 5_000_000
"""So many structs may be gone through to find where those of one connection of a guest lie, which
takes some seconds. Who types where somebody else does goes through those that are there."""

MAX_CELLS = 1000
"""So many cells may a guest insert at once."""

MAX_REMEMBERED = 200
"""Of so many cells that guests have deleted it is known what was in them: they may come back."""


@dataclass(frozen=True, slots=True)
class Examined:
    """What was found; for a harmful update, the ids of the cells that it touches. ``brought``:
    how many Yjs clients are new, ``effort``: how many structs are gone through for it."""

    finding: Finding
    touched: frozenset[str] = frozenset()
    brought: int = 0
    effort: int = 0


class Sieve:
    """Looks at updates of guests of one document."""

    def __init__(self, replica: Replica) -> None:
        self._replica = replica
        self._deleted: OrderedDict[bytes, None] = OrderedDict()
        self._shown: set[bytes] | None = None
        self._ahead: list[bytes] = []
        self._known: Ground | None = None
        self._copy()

    def begin(self) -> None:
        """All that was examined so far is in the document."""
        self._ahead.clear()

    def follow(self, update: bytes) -> None:
        """Everybody has this update now."""
        self._shadow.apply_update(update)
        if self._known is not None:
            self._known.add(update)
        if any(change.may_show for change in self._events):
            self._shown = None
        self._events.clear()

    def examine(
        self,
        update: bytes,
        is_borrowed: Callable[[ClientId], bool],
        brought: int = 0,
        effort: int = 0,
    ) -> Examined:
        """What a guest wants to write, who has ``brought`` so many Yjs clients and caused so much
        ``effort``, before it is in the document."""
        before = clocks(self._shadow.get_state())
        try:
            vetted = vet_guest(update, self._replica.type)
            more = self._ground.require_alike(update)
        except ProtocolError:
            return Examined("unreadable")
        new = len(vetted.written.keys() - before.keys())
        if brought + new > MAX_CLIENTS:
            return Examined("crowded")
        if effort + more > MAX_EFFORT:
            return Examined("crowded")
        finding = self._examine(update, vetted, before, is_borrowed)
        touched = self._touched() if finding == "harmful" else frozenset()
        self._events.clear()
        if finding in ("harmless", "harmful"):
            self._ahead.append(update)
            self._ground.add(update)
        else:
            self._copy()  # which must not have it
        return Examined(finding, touched, new, more)

    def admit_mended(self, update: bytes, touched: frozenset[str]) -> None:
        """Apply a harmful update to the document, without what makes it so.

        ``touched`` is what :meth:`examine` has said of it.
        """
        doc = self._replica.doc
        cells, meta, state = _roots(doc)
        is_notebook = self._replica.type == "notebook"
        all = cells_of(cells)
        before = {id: guarded_of(cell) for cell in all if (id := _id(cell)) in touched}
        known = set(self._deleted)
        if before.keys() != touched:  # some are new, and may be copies
            known |= {digest(guarded_of(cell)) for cell in all}
        tops = (_top(meta), _top(state))
        with writing(doc):
            self._replica.document.take_in(update)
            restore_map(state, tops[1], FREE_STATE)
            if is_notebook:
                restore_map(meta, tops[0], frozenset())
                _mend_cells(cells, touched, before, known)

    def _touched(self) -> frozenset[str]:
        """The ids of the cells that were changed or inserted."""
        cells, _, _ = _roots(self._shadow)
        changes = [change for change in self._events if change.root == "cells"]
        all = cells_of(cells)
        changed = [all[change.path[0]] for change in changes if change.path]
        inserted = [cell for change in changes for cell in change.inserted]
        return frozenset(_id(cell) for cell in (*changed, *inserted))

    @property
    def _ground(self) -> Ground:
        """Looked at when the first guest writes, and followed from then on."""
        if self._known is None:
            for _ in self.prepare():
                pass
            assert self._known is not None
        return self._known

    @property
    def is_prepared(self) -> bool:
        return self._known is not None

    def prepare(self) -> Iterator[None]:
        """Steps, each of them short, that look at what guests' edits stand on. Nothing may be
        followed or examined between them."""
        ground = Ground()
        yield from ground.begin(self._shadow.get_update())
        self._known = ground

    # --- the copy

    def _copy(self) -> None:
        shadow: Doc[Any] = Doc()
        self._shadow = shadow
        self._shown = None
        self._events: list[Change] = []
        roots: dict[str, Any] = dict(zip(("cells", "meta", "state"), _roots(shadow), strict=True))
        if self._replica.type != "notebook":
            roots["source"] = shadow.get("source", type=Text)
        for update in (self._replica.snapshot(), *self._ahead):  # what comes next stands on them
            shadow.apply_update(update)
        self._subscriptions = [
            root.observe_deep(partial(note, name, self._events)) for name, root in roots.items()
        ]

    def _examine(
        self,
        update: bytes,
        vetted: Vetted,
        before: Mapping[int, int],
        is_borrowed: Callable[[ClientId], bool],
    ) -> Finding:
        try:
            self._shadow.apply_update(update)
            missing = get_update(update, self._shadow.get_state())
        except Exception:  # noqa: BLE001 - the library raises many kinds
            return "unreadable"
        except BaseException as error:
            # A panic of the library is no Exception; anything else is not ours.
            if type(error).__name__ != "PanicException":
                raise
            return "unreadable"
        if Reader(missing).read_varuint():
            return "incomplete"
        written = vetted.written
        for client, end in vetted.deleted.items():
            if end > max(before.get(client, 0), written.get(client, 0)):
                return "incomplete"
        writers = [client for client, end in written.items() if end > before.get(client, 0)]
        if any(is_borrowed(ClientId(client)) for client in writers):
            return "borrowed"
        if any(change.is_strange for change in self._events):
            return "unreadable"
        if sum(len(change.inserted) for change in self._events) > MAX_CELLS:
            return "crowded"
        return "harmless" if self._is_harmless() else "harmful"

    def _is_harmless(self) -> bool:
        if self._replica.type != "notebook":
            return all(change.root != "state" or _is_dirty(change) for change in self._events)
        harmless = all(self._is_harmless_change(change) for change in self._events)
        return harmless and self._is_metadata_kept()

    def _is_harmless_change(self, event: Change) -> bool:
        match event.root, event.path:
            case "state", _:
                return _is_dirty(event)
            case "cells", []:
                return self._is_harmless_list(event)
            case "cells", [_]:
                return self._is_harmless_cell(event)
            case "cells", [_, "metadata"]:
                return set(event.keys) <= FREE_METADATA
            case "cells", [_, "metadata", key, *_]:
                return key in FREE_METADATA
            case "cells", [_, "source" | "attachments", *_]:
                return True
            case _:
                return False

    def _is_harmless_list(self, event: Change) -> bool:
        if any("delete" in step for step in event.delta):
            self._remember_deleted()
        inserted = event.inserted
        return self._are_doubles_alike(inserted) and all(map(self._may_be_inserted, inserted))

    def _are_doubles_alike(self, inserted: list[Any]) -> bool:
        """Whether those of ``inserted`` whose id another cell has show what that shows.

        The room makes one of them, in which one could vouch for what the other shows.
        """
        if not inserted:
            return True
        ids = {_id(cell) for cell in inserted}
        cells, _, _ = _roots(self._shadow)
        places = [place for place, id in enumerate(_ids(cells)) if id in ids]
        doubles: dict[str, list[Any]] = {}
        for cell in cells_at(cells, places):
            doubles.setdefault(_id(cell), []).append(cell)
        groups = (group for group in doubles.values() if len(group) > 1)
        return all(len({digest(guarded_of(cell)) for cell in group}) == 1 for group in groups)

    def _may_be_inserted(self, ycell: Any) -> bool:
        if not is_cell(ycell):
            return False
        if is_blank(ycell):
            return True
        wanted = digest(guarded_of(ycell))
        return wanted in self._deleted or wanted in self._digests()

    def _digests(self) -> set[bytes]:
        """Those of all cells. What they show may be large, so they are kept until it changes."""
        if self._shown is None:
            cells, _, _ = _roots(self._replica.doc)
            self._shown = {digest(guarded_of(cell)) for cell in cells_of(cells)}
        return self._shown

    def _is_harmless_cell(self, event: Change) -> bool:
        written = {key: change.get("newValue") for key, change in event.keys.items()}
        if "source" in written and not isinstance(written["source"], Text):
            return False
        return written.keys() <= FREE - {"id"}

    def _is_metadata_kept(self) -> bool:
        """Whether cells whose metadata was replaced have all of it that is guarded.

        They may be many, so the cells are gone through once for all of them.
        """
        places = [change.path[0] for change in self._events if change.replaces_metadata]
        if not places:
            return True
        (now, _, _), (before, _, _) = _roots(self._shadow), _roots(self._replica.doc)
        cells = cells_of(now)
        by_id = {_id(cell): cell for cell in reversed(cells_of(before)) if isinstance(cell, Map)}
        changed = (cells[place] for place in places)
        return all(self._keeps_metadata(cell, by_id.get(_id(cell))) for cell in changed)

    def _keeps_metadata(self, changed: Map[Any], before: Any) -> bool:
        if not isinstance(changed.get("metadata"), Map):
            return False
        if before is None:  # it has just been inserted
            return self._may_be_inserted(changed)
        return same(guarded_metadata(changed), guarded_metadata(before))

    def _remember_deleted(self) -> None:
        """What was in the cells that a guest has deleted."""
        left, _, _ = _roots(self._shadow)
        ids = set(_ids(left))
        cells, _, _ = _roots(self._replica.doc)
        gone = [place for place, id in enumerate(_ids(cells)) if id and id not in ids]
        for cell in cells_at(cells, gone):
            self._deleted[digest(guarded_of(cell))] = None
        while len(self._deleted) > MAX_REMEMBERED:
            self._deleted.popitem(last=False)


def _roots(doc: Doc[Any]) -> tuple[Array[Any], Map[Any], Map[Any]]:
    cells: Array[Any] = doc.get("cells", type=Array)
    meta: Map[Any] = doc.get("meta", type=Map)
    state: Map[Any] = doc.get("state", type=Map)
    return cells, meta, state


def _top(ymap: Map[Any]) -> dict[str, Any]:
    return ymap.to_py() or {}


def _id(cell: Any) -> str:
    return str(cell.get("id")) if isinstance(cell, Map) else ""


def _ids(cells: Array[Any]) -> list[str]:
    """Those of all cells; nothing for what is none, or has none."""
    return [id if isinstance(id, str) else "" for id in ids_of(cells)]


def _is_dirty(event: Change) -> bool:
    return not event.path and set(event.keys) <= FREE_STATE


def _mend_cells(
    cells: Array[Any], touched: frozenset[str], before: dict[str, Guarded], known: set[bytes]
) -> None:
    for index, cell in reversed(list(enumerate(cells_of(cells)))):
        if not isinstance(cell, Map):
            del cells[index]
            continue
        if _id(cell) not in touched:
            continue
        part = before.get(_id(cell))
        if part is not None:
            restore(cell, part)
        elif not is_blank(cell) and not (is_cell(cell) and digest(guarded_of(cell)) in known):
            blank(cell)
