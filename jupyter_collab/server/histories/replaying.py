"""Documents out of stored histories (no I/O). All of it takes a time that grows with them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from pycrdt import Doc, Map, UndoManager, get_update

from ...protocol.identity import Position
from ...protocol.messages import EMPTY_UPDATE
from ...protocol.varint import encode_varuint
from ...room.content.document import Document, content_roots
from ...room.content.notebook import Notebook
from ...room.dormant import Dormant
from ...room.replica import LARGE
from ...room.yjs.gaps import clocks, is_within
from ...room.yjs.layout import parted
from ...room.yjs.parts import Made
from ...store.port import SavedMark, StoredHistory

UNKNOWN = SavedMark(Position(0), "")
"""It is not known what of a history is in the file."""

_LATER = "later"

_PAGES = 8_000

MANY = 200_000
"""Structs and values that may be looked at when a room is opened: half a second of a thread."""


def readable(stored: StoredHistory) -> StoredHistory:
    """``stored`` itself, or as much of its beginning as can be applied; that may be nothing."""
    if apply(Doc(), stored.updates):
        return stored
    count = 0
    doc: Doc[Any] = Doc()
    while apply(doc, (stored.updates[count],)):
        count += 1
    position = Position(stored.first + count - 1)
    saved = None if stored.saved is None else _mark_within(stored.saved, position)
    return StoredHistory(stored.lineage, stored.updates[:count], position, saved)


def _mark_within(saved: SavedMark, last: Position) -> SavedMark:
    """What is known of the file where a history is cut off behind ``last``.

    If it was saved after that, the file has all that is left, or somebody has deleted it.
    """
    if saved.position > last:
        return SavedMark(last, "")
    merged = tuple(at for at in saved.merged if at <= last)
    writing = saved.writing if (saved.writing or 0) <= last else None
    fingerprint = saved.fingerprint if merged == saved.merged else ""
    return SavedMark(saved.position, fingerprint, merged, writing)


def apply(doc: Doc[Any], updates: Iterable[bytes], origin: str | None = None) -> bool:
    """Apply ``updates`` in one transaction; ``False`` if one of them is no update, and then
    some may have been applied."""
    try:
        with doc.transaction(origin=origin):
            for update in updates:
                doc.apply_update(update)
    except Exception:  # noqa: BLE001 - the library raises many kinds
        return False
    except BaseException as error:
        # A panic of the library is no Exception; anything else is not ours.
        if type(error).__name__ != "PanicException":
            raise
        return False
    return True


def dormant(type: str, updates: Sequence[bytes], client: int) -> Dormant | None:
    """The document that ``updates`` make, in bytes, in which the room is to write as ``client``.

    ``None`` where they are no updates, and where some of it waits for what is not there: that would
    not be in the bytes.
    """
    doc: Doc[Any] = Doc()
    if not apply(doc, updates):
        return None
    state_vector = doc.get_state()
    # What history begins with was put into bytes by a document, so it lacks nothing.
    if not all(is_within(get_update(update, state_vector), state_vector) for update in updates[1:]):
        return None
    state: Map[Any] = doc.get("state", type=Map)
    values, deleted = state.to_py() or {}, doc.get_update(state_vector)
    made_to = _made_to(updates, state_vector, deleted)
    if made_to is not None:
        update, told = updates
    else:
        update, told = updates[0] if len(updates) == 1 else doc.get_update(), EMPTY_UPDATE
        made_to = state_vector
    made = Made(update)
    if len(update) >= LARGE:
        made = parted(type, update, made_to, MANY)
    return Dormant(made, made_to, deleted, values, client, told)


def _made_to(updates: Sequence[bytes], state_vector: bytes, deleted: bytes) -> bytes | None:
    """The state vector of the first of two ``updates``, where the second is what a room has told
    behind it, as :meth:`.Dormant.tell` does it. ``None``: it is another history.

    Nobody has edited that document, and it need not be put into bytes once more.
    """
    if len(updates) != 2 or deleted != EMPTY_UPDATE:
        return None
    alone: Doc[Any] = Doc()
    apply(alone, updates[1:])
    if set(alone.keys()) != {"state"}:
        return None
    there, told = clocks(state_vector), clocks(alone.get_state())
    made = {client: clock for client, clock in there.items() if client not in told}
    if len(made) != 1 or len(told) != 1 or min(made) < max(told):
        return None
    if not told.items() <= there.items():
        return None  # it stands on what was made
    return b"".join(map(encode_varuint, (1, *made.popitem())))


def saved_content(type: str, stored: StoredHistory) -> Any:
    """What was in the file when that was last known; ``None`` if the store cannot tell."""
    saved = stored.saved
    return None if saved is None else content(type, stored, saved.position, saved.merged)


def content(
    type: str, stored: StoredHistory, until: Position, merged: Collection[Position] = ()
) -> Any:
    """The document as it was at ``until`` with what was ``merged`` later; ``None`` if the
    store cannot tell any more.

    What was merged may stand on what others wrote in between, and mean nothing without it.
    So that is undone, as a person would undo it, not left out.
    """
    positions = range(stored.first, stored.position + 1)
    last = max([until, *merged])
    if not (stored.first <= until and last <= stored.position):
        return None
    doc: Doc[Any] = Doc()
    document = Document.of(type, doc)
    extra = set(merged)
    undone = UndoManager(scopes=content_roots(type, doc))
    undone.include_origin(_LATER)
    for position, update in zip(positions, stored.updates, strict=True):
        if position <= last:
            later = position > until and position not in extra
            if not apply(doc, (update,), _LATER if later else None):
                return None
    while undone.can_undo():
        undone.undo()
    return document.read()


def source_of(read: Any) -> Any:
    """What a file would contain of which a document is read like this."""
    return read.source() if isinstance(read, Notebook) else read


def is_torn(found: Any, written: Any) -> bool:
    """Whether ``found`` is what a write of ``written`` leaves that was cut short: its beginning.

    A notebook of which that is true cannot be read at all.
    """
    both = isinstance(found, str) and isinstance(written, str)
    return both and found != written and written.startswith(found)


def lacks_end(found: Any, base: Any) -> bool:
    """Whether the end of ``base`` is not in ``found``, as after a write that was cut short."""
    if not (isinstance(found, str) and isinstance(base, str)):
        return False
    lines, there = (
        [line.split() for line in it.splitlines() if line.strip()] for it in (base, found)
    )
    if not lines or lines[-1] in there:
        return False
    return not there or lines[-1][-1] not in there[-1]


def untorn_base(found: str, written: Any) -> str | None:
    """The beginning of ``written`` that ``found`` was before somebody edited it, if it was that.

    What lies behind it was cut off, and not deleted by who edited the file.
    """
    if not lacks_end(found, written):
        return None
    pairs = enumerate(zip(found, written, strict=False))
    start = next((at for at, (one, other) in pairs if one != other), len(found))
    # Words that only begin alike are others: what ends like the rest of one has not got it.
    while start and not found[start - 1].isspace():
        start -= 1
    # Where something was put in, what was behind it follows, up to the cut.
    return str(written[: start + _overlap(written[start:], found[start:])])


def _overlap(one: str, other: str) -> int:
    """How many characters ``one`` begins and ``other`` ends with; not more than a page or two."""
    most = min(len(one), len(other), _PAGES)
    return next((size for size in range(most, 0, -1) if other.endswith(one[:size])), 0)
