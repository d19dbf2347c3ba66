"""Keeps a document and its file together: when to write, when to read, what to merge.

Disk is one more collaborator that last pulled at our last save. What another program wrote
is taken as the difference between that save and the file, and merged by the CRDT.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from ..errors import FileChanged, FileMissing
from ..files.port import FileContent, FileVersion, Source
from ..protocol.identity import ConnectionId, Position
from ..protocol.messages import SaveReply
from ..store.port import SavedMark
from .asked import Asked
from .earlier import Earlier
from .effects import Commit, Effect, MarkSaved, MergeFile, ReadFile, Send, WriteFile
from .replica import Replica
from .saving import SavePolicy, Saving
from .status import Gone, Present, Status

DELETED = "deleted"
"""The reason of a file that is gone because someone deleted it."""

NOT_KEPT = "The server cannot keep the history of this document; its log says why"
"""Guests are told so as well, and the store's own words say where it lies on the disk."""


@dataclass(frozen=True, slots=True)
class Idle:
    """The file is as we know it."""


@dataclass(frozen=True, slots=True)
class Due:
    """The file has changed while we write it; look once that has ended. A read in between would
    make its content known, and the write, which is older, would replace it."""


@dataclass(frozen=True, slots=True)
class Looking:
    """The file is being read, or merged; ``again`` if it has changed once more since."""

    again: bool = False


MERGE_ATTEMPTS = 20
"""How often a file is merged anew because people have moved cells meanwhile."""


class Keeper:
    """Decides about the file of one document.

    ``head`` is the position of the last update, ``durable`` up to where the log has them.
    The room sets both before it asks for anything. ``earlier`` knows what was in the file.
    """

    def __init__(
        self,
        replica: Replica,
        path: str,
        version: FileVersion,
        saved: SavedMark,
        policy: SavePolicy,
        base: Source | None = None,
    ) -> None:
        self._replica = replica
        self.path = path
        self._version = version
        self._saved = saved
        self._saving = Saving(policy)
        self._status = Status(self._saving)
        self._look: Idle | Due | Looking = Idle()
        self._file: Present | Gone = Present()
        self._history: Present | Gone = Present()
        self._asked = Asked()
        self._is_hurried = False  # whether the write under way is one that somebody waits for
        self._writing_at = Position(0)
        # What is in the file since another program wrote it and we did not: our history cannot
        # tell that for certain, as edits that are not in the file lie between.
        self._base = base
        self._reading: Source | None = None  # what was read, and is being merged
        self._reorders = self._merged_anew = 0
        self._altered = False  # whether a hook has changed what we wrote last
        self._left_out: tuple[str, ...] = ()  # of the document, in the write under way or the last
        self._saved_at = version.last_modified
        self.earlier = Earlier(replica.type, saved.position)
        self.head = Position(saved.position)
        self.durable = Position(0)
        self._hurried = Position(0)  # up to here the log was asked to be quick

    # --- what the room tells

    def touch(self, now: float) -> None:
        self._saving.touch(now)

    def set_automatic(self, automatic: bool) -> None:
        """Whether saving by itself is wanted (the document manager's autosave)."""
        self._saving.automatic = automatic

    def ask(self, connection: ConnectionId, id: int, now: float) -> list[Effect]:
        """A person wants it saved now."""
        if not self._saving.dirty and isinstance(self._file, Present):
            return [Send((connection,), SaveReply(id, "success"))]
        if self._saving.writing_all and not self._replica.has_changes:
            self._asked.be_served(connection, id)
            return []
        if isinstance(self._file, Gone):
            self._saving.touch(now)
        self._asked.wait(connection, id)
        self._saving.ask(now)
        return self.step(now)

    def forget(self, connection: ConnectionId) -> None:
        """The connection is gone: nobody waits for its replies."""
        self._asked.forget(connection)

    def hurry(self, now: float, *, all: bool = False) -> list[Effect]:
        """Write now what would be written soon; ``all`` that there is where it is to be written
        although nobody has asked for it."""
        if all or self._saving.by_itself:
            self._saving.ask(now)
            self._is_hurried = True
        return self.step(now)

    def step(self, now: float) -> list[Effect]:
        """Begin a write if it is time and nothing stands against it."""
        if not self._saving.is_due(now) or not self._may_write():
            return []
        if not self._is_logged:
            return self._hurry_log()
        self._saving.begin()
        self._asked.serve_all()
        self._writing_at = self.head
        self._saved = replace(self._saved, writing=self.head)
        document = self._replica.document
        source, self._left_out = document.source(), document.left_out
        create = isinstance(self._file, Gone) and self._file.reason == DELETED
        return [MarkSaved(self._saved), WriteFile(source, self.head, create)]

    def _may_write(self) -> bool:
        """Not while the file is being looked at."""
        if self._replica.has_changes:
            return False  # they have no position yet
        there = isinstance(self._file, Present) or self._asked.is_waiting
        return isinstance(self._look, Idle) and there and not self._saving.writing

    @property
    def _is_logged(self) -> bool:
        """What is not durable is not written: after a crash the same edits would come back from
        the file and from the browser that holds them."""
        return self.durable >= self.head or isinstance(self._history, Gone)

    def _hurry_log(self) -> list[Effect]:
        if self._hurried == self.head:
            return []
        self._hurried = self.head
        return [Commit()]

    # --- outcomes of writing

    def written(self, version: FileVersion, now: float) -> list[Effect]:
        self._saving.succeed(now)
        self._is_hurried = False
        self._version = version
        self._saved_at = now
        self.earlier.written(self._saved, self._writing_at)
        self._saved = SavedMark(self._writing_at, version.fingerprint)
        self._base = self._reading = None
        self._file = Present()
        effects: list[Effect] = [MarkSaved(self._saved), *self._asked.reply("success")]
        self._altered = version.altered
        if self._altered and isinstance(self._look, Idle):
            # What others will change is what a hook has made of the document: look what that is.
            return effects + self.changed_outside()
        return effects + self._look_if_due()

    def write_failed(self, reason: str, message: str, now: float) -> list[Effect]:
        if reason == FileChanged.reason:
            self._saving.cancel(now)
            self._asked.serve_none()
            if self._asked.is_waiting or self._is_hurried:
                self._saving.ask(now)
            return self.changed_outside()
        self._is_hurried = False
        if reason == FileMissing.reason:
            self._saving.cancel(now)
            replies = self._asked.reply("failed", reason, message)
            return replies + self.gone(DELETED, message, now) + self._look_if_due()
        self._saving.fail(now, reason, message)
        return self._asked.reply("failed", reason, message) + self._look_if_due()

    # --- other programs

    def changed_outside(self) -> list[Effect]:
        if isinstance(self._look, Looking):
            self._look = Looking(again=True)
            return []
        if self._saving.writing:
            self._look = Due()
            return []
        self._look = Looking()
        return [ReadFile()]

    def _look_if_due(self) -> list[Effect]:
        return self.changed_outside() if isinstance(self._look, Due) else []

    def read(self, content: FileContent, now: float) -> list[Effect]:
        """The file was read: merge it if it is not what we wrote."""
        self._file = Present()
        if content.version.fingerprint == self._saved.fingerprint:
            if self._altered or self._base is not None:
                self._base = content.source
            self._version = content.version
            return self._looked(now)
        self._reading, ours = content.source, self._replica.content()
        self._reorders = self._replica.reorders
        earlier = self.earlier.than(content.version.fingerprint, now)
        edited = self.earlier.edited
        return [MergeFile(self._saved, content, not self.dirty, ours, self._base, earlier, edited)]

    def merge_anew(self) -> list[Effect]:
        """Have the file merged once more if cells were moved or deleted while that was done: what
        was to be written into them would be gone."""
        if self._replica.reorders == self._reorders or self._merged_anew == MERGE_ATTEMPTS:
            self._merged_anew = 0
            return []
        self._merged_anew += 1
        self._look = Looking()
        return [ReadFile()]

    def merged(
        self,
        version: FileVersion,
        at: list[Position],
        written: Position | None,
        stood_on: SavedMark | None,
        now: float,
    ) -> list[Effect]:
        """What another program wrote, which ``stood_on`` an earlier version of the file where it is
        not ``None``, was applied at the positions ``at``; or it was we who had ``written`` the
        document at that position."""
        self.earlier.merged(self._saved, self.head, now)
        if written is not None:
            self._saved = SavedMark(written, version.fingerprint)
        else:
            self._base = self._reading
            before = stood_on or self._saved
            merged = (*before.merged, *at)
            self._saved = SavedMark(before.position, version.fingerprint, merged)
        self._version = version
        return [MarkSaved(self._saved), *self._looked(now)]

    def settle(self, now: float) -> list[Effect]:
        """The document and the file are the same, whoever made them so."""
        self._saving.settle()
        if not self._altered:
            self._base = self._reading = None
        self._saved_at = now
        self._saved = SavedMark(self.head, self._version.fingerprint)
        return [MarkSaved(self._saved)]

    def leave(self) -> list[Effect]:
        """The room is closed: if the file has it all, so has whatever was said since the last
        save, which is only that it was saved."""
        if self.dirty or self._saved.position == self.head:
            return []
        self._saved = SavedMark(self.head, self._version.fingerprint)
        return [MarkSaved(self._saved)]

    def not_read(self, reason: str, message: str, now: float) -> list[Effect]:
        """The look at the file has failed."""
        self._file = Gone(reason, message)
        will_look_again = isinstance(self._look, Looking) and self._look.again
        if reason == DELETED or will_look_again:
            return self._looked(now)
        # Nobody may replace what cannot be read: to write again would end here again, at once.
        self._asked.serve_all()
        return self._asked.reply("failed", reason, message) + self._looked(now)

    def gone(self, reason: str, message: str, now: float) -> list[Effect]:
        self._file = Gone(reason, message)
        if isinstance(self._look, Looking):
            self._look = Looking(again=True)  # what is being read may be from before
            return []
        return self.step(now)

    def _looked(self, now: float) -> list[Effect]:
        again = isinstance(self._look, Looking) and self._look.again
        self._look = Idle()
        return self.changed_outside() if again else self.step(now)

    def history_failed(self, reason: str) -> None:
        self._history = Gone(reason, NOT_KEPT)

    def history_kept(self) -> None:
        self._history = Present()

    # --- what the room asks

    @property
    def dirty(self) -> bool:
        return self._saving.dirty

    @property
    def busy(self) -> bool:
        """Whether something is under way or will come by itself."""
        return self._saving.writing or isinstance(self._look, Looking) or self.deadline is not None

    def is_saving(self, position: Position) -> bool:
        """Whether the file is about to get what the document had at ``position``."""
        if not self.dirty or self._saved.position >= position or isinstance(self._file, Gone):
            return False
        return self._saving.is_on_its_way or isinstance(self._look, Looking)

    @property
    def is_settled(self) -> bool:
        """All is durable, and nothing is about to be written. Where the log cannot be written,
        it is enough that the file has it all."""
        if self.busy:
            return False
        in_file = not self.dirty and isinstance(self._file, Present)
        return self.durable >= self.head or (in_file and isinstance(self._history, Gone))

    @property
    def version(self) -> FileVersion:
        """The file as it was when it was looked at last."""
        return self._version

    @property
    def saved(self) -> SavedMark:
        return self._saved

    @property
    def deadline(self) -> float | None:
        deadline = self._saving.deadline
        if deadline is None or not self._may_write():
            return None
        waits = self._hurried == self.head and not self._is_logged
        return None if waits else deadline

    @property
    def state_values(self) -> dict[str, Any]:
        """The members of the shared ``state`` that the server owns."""
        values: dict[str, Any] = {"dirty": self.dirty, "path": self.path}
        if self._version.hash:
            values["hash"] = self._version.hash
        return values

    def status(self) -> Mapping[str, Any]:
        """How the document is kept, as clients show it; the same object until that changes."""
        return self._status.of(
            self.path,
            self._version.hash,
            self._saved_at,
            self._left_out,
            self._file,
            self._history,
        )
