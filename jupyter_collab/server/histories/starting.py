"""What a room starts from: its history where there is one, otherwise its file (no I/O)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from pycrdt import Doc, get_state

from ...errors import ProtocolError
from ...files.port import FileContent, FileVersion, Source
from ...protocol.identity import Lineage, Position, RoomId
from ...room import events as ev
from ...room.content.build import Built
from ...room.content.document import Document
from ...room.effects import AdoptHistory
from ...room.opening import Opening
from ...room.replica import Replica
from ...room.room import Room
from ...room.yjs.gaps import clocks
from ...store.journal import Journal
from ...store.knowledge import Anything, Replaces
from ...store.port import SavedMark, StoredHistory
from .lastwrite import State, copied_state, later_base
from .merging import Merge, find_edits
from .replaying import UNKNOWN, apply, content, is_torn, source_of

FIRST = Position(1)
"""The position of the update that a history starts with."""

_COPYING = 5.0
"""Seconds after the store in which a file may have been copied while it was written."""


@dataclass(frozen=True, slots=True)
class Start:
    """The parts of a new room; ``events`` are what it is told first. ``stored`` is what the
    log has, or will have once the journal has written what it was told."""

    opening: Opening
    journal: Journal
    stored: StoredHistory
    events: tuple[ev.RoomEvent, ...]


@dataclass(frozen=True, slots=True)
class CaughtUp:
    """What brings a history up to what its file says: ``updates`` to append to it, the mark
    ``saved`` that it has then, and what the file has, as ``base``, where that cannot tell.
    ``failed``: it could not be done, which the room has to find out for itself, and tell."""

    updates: tuple[bytes, ...]
    saved: SavedMark
    base: Source | None = None
    failed: bool = False


def mark_of(stored: StoredHistory) -> SavedMark:
    """What of a history is in the file. A history without a mark was begun, and no more."""
    return stored.saved or (SavedMark(FIRST, "") if stored.first == FIRST else UNKNOWN)


def catch_up(type: str, stored: StoredHistory, file: FileContent, client: int) -> CaughtUp:
    """Merge into a history what other programs have written since it was saved last.

    It is done before anybody sees the room: whoever comes with another history brings edits that
    may be in the file, too, and can tell only from a document that has what the file has.
    ``client`` is a Yjs client id that nobody else has. Takes a time that grows with the document.
    """
    saved, version = mark_of(stored), file.version
    if saved.fingerprint == version.fingerprint:
        return CaughtUp((), saved)
    doc: Doc[Any] = Doc()
    if not apply(doc, stored.updates):
        return CaughtUp((), saved)
    in_file = Document.of(type, Doc()).content_of(file.source)
    state = _as_copied(type, stored, saved, in_file, version)
    if state is not None:
        return _cut_off(stored, saved, file) if state.torn else _as_at(state.position, version)
    wanted = Merge(
        type=type,
        ours=doc.get_update(),
        theirs=file.source,
        clean=stored.position == saved.position,
        stored=stored,
        saved=saved,
        client=client,
        base=source_of(later_base(type, stored, saved, in_file)),
        may_be_torn=saved.writing is not None,
    )
    merged = find_edits(wanted)
    if merged.torn:
        return _cut_off(stored, saved, file)
    if merged.written is not None:
        return _as_at(merged.written, version)
    apply(doc, merged.updates)
    document, last = Document.of(type, doc), stored.position + len(merged.updates)
    if document.read() == in_file:
        return CaughtUp(merged.updates, SavedMark(Position(last), version.fingerprint))
    at = (Position(position) for position in range(stored.position + 1, last + 1))
    mark = SavedMark(saved.position, version.fingerprint, (*saved.merged, *at))
    return CaughtUp(merged.updates, mark, file.source)


def _as_copied(
    type: str, stored: StoredHistory, saved: SavedMark, in_file: Any, version: FileVersion
) -> State | None:
    """What a file was when it was copied before its history; ``None``: it is not known to be that.

    What was written into it since, such as an older version by git, was written by somebody.
    """
    if saved.copied is None or version.last_modified <= 0:
        return None
    later = version.last_modified - saved.copied
    if later > _COPYING:
        return None
    state = copied_state(type, stored, in_file)
    return state if later <= 0 or (state is not None and state.torn) else None


def _cut_off(stored: StoredHistory, saved: SavedMark, file: FileContent) -> CaughtUp:
    """The file lacks its end, which nobody has deleted."""
    # It has to be written again, also if nothing has happened since it was saved before.
    before = Position(min(saved.position, stored.position - 1))
    return CaughtUp((), replace(saved, position=before), file.source)


def _as_at(position: Position, version: FileVersion) -> CaughtUp:
    """The file is what the document was at ``position``."""
    return CaughtUp((), SavedMark(position, version.fingerprint))


def may_lag_behind(stored: StoredHistory, file: FileContent) -> bool:
    """Whether there may be more of a history than the log has, in the file or with clients.

    So it is where the last server died while the room was open, and the file is not what it
    was when that was noted last: it was saved while the log could not be written, or merged
    from the file, and told to clients, when the log did not have it yet. Those who hold that as
    updates would bring it again. :func:`knows` tells for certain.
    """
    saved = stored.saved
    return saved is None or (saved.live and saved.fingerprint != file.version.fingerprint)


def knows(type: str, stored: StoredHistory, file: FileContent) -> bool:
    """Whether what is in the file is a document that the log knows. Takes a time that grows
    with the document."""
    in_file = Document.of(type, Doc()).content_of(file.source)
    saved = mark_of(stored)
    if in_file == content(type, stored, saved.position, saved.merged):
        return True
    written = None if saved.writing is None else content(type, stored, saved.writing)
    if written is not None and (in_file == written or is_torn(in_file, written)):
        return True
    if _as_copied(type, stored, saved, in_file, file.version) is not None:
        return True
    return bool(in_file == content(type, stored, stored.position))


@dataclass(frozen=True, slots=True)
class Renamed:
    """A history goes on under a ``lineage`` that nobody else has, ``over`` what the log has.

    Clients that hold it under the old one bring what they have, and it has not, as new edits.
    """

    lineage: Lineage
    over: Replaces


def resume(
    stored: StoredHistory,
    path: str,
    version: FileVersion,
    replica: Replica,
    new: CaughtUp,
    renamed: Renamed | None = None,
) -> Start:
    """Go on with a history, and what is ``new`` in its file, which has the ``version``: ``replica``
    has both.

    Where the history keeps its lineage the log must have a live mark of it already.
    """
    # From now on the file is what is read and written here.
    new = replace(new, saved=replace(new.saved, copied=None))
    updates = (*stored.updates, *new.updates)
    position = Position(stored.position + len(new.updates))
    lineage = stored.lineage if renamed is None else renamed.lineage
    opening = Opening(lineage, replica, position, new.saved, path, version, new.base)
    journal = _journal(lineage, replica, stored.position, stored.saved)
    events = (ev.FileChangedOutside(),) if new.failed else ()
    whole = StoredHistory(lineage, updates, position, new.saved)
    if renamed is not None:
        journal.start(whole, renamed.over)
        return Start(opening, journal, whole, events)
    for at, update in enumerate(new.updates, start=stored.position + 1):
        journal.append(Position(at), update)
    journal.mark(new.saved)
    return Start(opening, journal, whole, (ev.Logged(stored.position), *events))


def begin(
    id: RoomId, built: Built, path: str, file: FileContent, client: int, over: Replaces
) -> Start:
    """Begin with the history ``built`` from the file, ``over`` what the log may have."""
    replica, version = Replica.begin(id.type, built, client), file.version
    saved = SavedMark(FIRST, version.fingerprint)
    fresh = isinstance(over, Anything)
    opening = Opening(built.lineage, replica, FIRST, saved, path, version, fresh=fresh)
    journal = _journal(built.lineage, replica)
    stored = StoredHistory(built.lineage, (built.update,), FIRST, saved)
    journal.start(stored, over)
    return Start(opening, journal, stored, ())


def _journal(
    lineage: Lineage,
    replica: Replica,
    position: Position = Position(0),
    saved: SavedMark | None = None,
) -> Journal:
    """Of the history that ``replica`` has, of which the log has what was ``saved``."""

    def is_ahead() -> bool:
        return replica.has_changes

    return Journal(lineage, position, saved, snapshot=replica.snapshot, is_ahead=is_ahead)


def has_what_the_file_has(type: str, state: bytes, undo: bytes, file: FileContent) -> bool:
    """Whether the document that ``state`` makes is, after ``undo``, what is in the file.

    If not, somebody has saved what this client does not know. It would come into the document
    from the file, and again from whoever else holds the same history. Takes a time that grows
    with the document. Raises :class:`~jupyter_collab.errors.ProtocolError` where the bytes are no
    updates.
    """
    doc: Doc[Any] = Doc()
    if not apply(doc, (state,)):
        raise ProtocolError("an adopt's state is no update")
    whole = clocks(doc.get_state()) == clocks(get_state(state))
    if not apply(doc, (undo,)):
        raise ProtocolError("an adopt's undo is no update")
    document = Document.of(type, doc)
    return whole and bool(document.read() == document.content_of(file.source))


def adopt(wanted: AdoptHistory, room: Room, file: FileContent, client: int) -> Start:
    """Go on with a client's history, of which the file has what was saved last."""
    doc: Doc[Any] = Doc(client_id=client)
    apply(doc, (wanted.state,))
    replica, version = Replica(room.id.type, doc), file.version
    document = replica.document
    is_saved = document.read() == document.content_of(file.source)
    saved = SavedMark(FIRST if is_saved else UNKNOWN.position, version.fingerprint)
    base = None if is_saved else file.source
    opening = Opening(wanted.lineage, replica, FIRST, saved, room.path, version, base)
    journal = _journal(wanted.lineage, replica)
    stored = StoredHistory(wanted.lineage, (wanted.state,), FIRST, saved)
    journal.start(stored, Anything())
    return Start(opening, journal, stored, ())
