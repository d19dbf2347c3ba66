"""What may be lost, or be there twice, and why. All else has to be there once.

Each excuse is a promise that the product does not make; what it does promise is in SPEC.md.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container
from typing import TYPE_CHECKING, Any

from pycrdt import Doc

from jupyter_collab.room.content.document import Document
from jupyter_collab.server.histories.replaying import readable
from jupyter_collab.store.port import StoredHistory

from .clients import CollabClient, OldClient
from .words import WORD, words_in_room, words_of

if TYPE_CHECKING:
    from .server import Life
    from .world import World


class Excuses:
    """Watches a world, and excuses words in its ledger."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._ledger = world.ledger
        self._server = world.server
        self.lost = False
        """The store was deleted, or a part of it is damaged."""
        self._troubled = self._ended = self._cut = False
        world.server.on_begin = self._on_begin
        world.server.on_rename = self._on_rename
        world.server.on_merge = self._on_merge
        world.server.on_end = self._on_end

    def _on_begin(self, life: Life, is_read: bool) -> None:
        """A store that is lost: what only the server had is gone, and what people have seen
        acknowledged is brought by those of them whose client knows our frames, if it is not in the
        file. Deletions come back, as nobody can tell any more what was there before (M8)."""
        if not is_read and self._world.store.look() is not None:
            self._on_rename(life)
            return
        here = words_in_room(life.room.replica)
        collab = [client for client in self._world.clients if isinstance(client, CollabClient)]
        self._ledger.excuse(
            name
            for name in self._ledger.expected()
            if not here[name] and not any(client.holds_unsafe(name) for client in collab)
        )
        self._ledger.excuse(self._ledger.deleted_lately())

    def _on_rename(self, life: Life) -> None:
        """A history that goes on under another lineage. What was not logged is brought by whoever
        wrote it; the server's own words, and those of old clients, have nobody who does."""
        if self.lost:
            self._on_begin(life, True)
        self._excuse_alone(words_in_room(life.room.replica))

    def _excuse_alone(self, here: Container[str]) -> None:
        """Of what nobody can bring back but the history that was left: words, and deletions, of the
        server and of old clients, by what is ``here`` now."""
        data = self._world.data
        old = (client.name for client in self._world.clients if not client.collab)
        alone = {"server", *old}
        in_file = [] if data is None else self.in_file(data)
        for name, word in self._ledger.words.items():
            is_lost = word.author in alone and name not in in_file and name not in here
            is_back = word.deleted_by in alone and name in here
            if word.fresh and (is_lost or is_back):
                self._ledger.excuse([name])

    def _on_merge(self, ours: Counter[str], both: Counter[str], merged: Counter[str]) -> None:
        """A merge of what was written in two places, where not all that was written is known to be
        the same: where both sides have different words before and after one that both have, that
        one is there twice (see «What is not solved yet» in docs/architecture.md)."""
        if not (self._ended or self._troubled or self.lost):
            return
        for name, word in self._ledger.words.items():
            if both[name] and merged[name] > ours[name]:
                word.doubles += merged[name] - ours[name]

    def _on_end(self, life: Life) -> None:
        """The end of a server: what it had written itself, and nobody else has, is gone. Where it
        could not read the log, and had begun another history, that one ends with it.

        While it wrote the file, what is not there may have been cut off or deleted by another
        program, and nobody can tell which. Before it could save what it had merged, a deletion
        beside that may be taken back. (See «What is not solved yet», too.)
        """
        self._ended = True
        stored, data = self._world.store.look(), self._world.data
        if stored is not None and stored.lineage != life.room.lineage:
            self._excuse_alone(self.logged(stored))
        there = set() if stored is None else self.logged(stored)
        there |= set() if data is None else set(self.in_file(data))
        for client in self._world.clients:
            there |= client.held()
        self._ledger.excuse(
            name
            for name, word in self._ledger.words.items()
            if word.author == "server" and name not in there
        )
        marks = (life.marked, None if stored is None else stored.saved)
        if any(mark is not None and (mark.writing or mark.merged) for mark in marks):
            self._ledger.excuse(self._ledger.deleted_lately())
            self._cut = True

    def reloaded(self, client: OldClient) -> None:
        """An old client throws its document away: what the server does not have of it is gone, be
        it words or deletions."""
        life = self._server.life
        known = set(words_in_room(life.room.replica)) if life else set()
        self._ledger.excuse(
            name
            for name in self._ledger.by(client.name)
            if name not in known or self._ledger.words[name].deleted_by == client.name
        )

    def reloads(self, client: CollabClient) -> None:
        """A page is closed: what the server has acknowledged is not kept in the browser. Where a
        store was lost since, nobody brings that."""
        held = client.held() & set(self._ledger.expected())
        client.reload()
        life, stored, data = self._server.life, self._world.store.look(), self._world.data
        there = set(words_in_room(life.room.replica)) if life is not None else set()
        there |= set() if stored is None else self.logged(stored)
        there |= set() if data is None else set(self.in_file(data))
        there |= self._brought(stored)
        self._ledger.excuse(held - there)

    def _brought(self, stored: StoredHistory | None) -> set[str]:
        """What people bring to a server that goes on with ``stored``: into another history than
        theirs only what they wrote themselves."""
        brought: set[str] = set()
        for client in self._world.clients:
            if stored is not None and client.holds(stored.lineage):
                brought |= client.held()
            elif isinstance(client, CollabClient):
                brought |= set(filter(client.holds_unsafe, client.held()))
        return brought

    def deleted_outside(self, name: str) -> None:
        if self._cut:
            self._ledger.excuse([name])

    def removed(self, data: bytes) -> None:
        """Another program deletes the file: if somebody saves the document anew, what was in the
        file and not in the document yet is gone, and what was not in the file any more stays; and
        who brings the file back brings it all."""
        life = self._server.life
        here = words_in_room(life.room.replica) if life is not None else {}
        self._ledger.excuse(name for name in self.in_file(data) if name not in here)
        self._ledger.shake_deleted()
        self._ledger.excuse(self._ledger.deleted_lately())

    def losing(self) -> None:
        """The store is about to be lost while the room could not read it: what it lacks is gone."""
        life, stored = self._server.life, self._world.store.look()
        self.lost = True
        if life is None or stored is None or stored.lineage == life.room.lineage:
            return
        here = set(words_in_room(life.room.replica)) | self._brought(None)
        self._ledger.excuse(self.logged(stored) - here)

    def put_back(self) -> None:
        """The store is an older one: what was deleted since, and not in the file then, is back;
        what the server had written since, and nobody has, is gone."""
        stored = self._world.store.look()
        assert stored is not None
        self._excuse_alone(self.logged(stored) | self._brought(stored))
        gone = (name for name, word in self._ledger.words.items() if not word.least)
        self._ledger.excuse(self.logged(stored) & set(gone))

    def troubled(self) -> None:
        self._troubled = True

    def before_check(self) -> None:
        """Where the log did not know what was in the file, what was deleted may be back (M8),
        and cells were matched anew, so any of them may have been moved."""
        if self.lost or self._troubled:
            self._ledger.excuse(self._ledger.deleted_lately())
        if self._ledger.shaken and (self._ended or self._troubled or self.lost):
            self._ledger.shake_all()

    def rest(self) -> None:
        """All is as it has to be: nothing is excused any more, but where the log still cannot tell
        what is in the file."""
        self.lost = not _has_base(self._world.store.look())
        self._troubled = self._ended = self._cut = False

    def logged(self, stored: StoredHistory) -> set[str]:
        """The words in what the log has, as far as it can be read."""
        doc: Doc[Any] = Doc()
        for update in stored.updates:
            try:
                doc.apply_update(update)
            except ValueError:
                break
        return set(words_of(Document.of(self._world.editor.type, doc)))

    def in_file(self, data: bytes) -> list[str]:
        """The words in the file; the last one may be cut."""
        texts = self._world.editor.in_file(data).values()
        found = [word for text in texts for word in WORD.findall(text)]
        return [word for word in found if word in self._ledger.words]


def _has_base(stored: StoredHistory | None) -> bool:
    """Whether the store can tell what is in the file."""
    if stored is None or stored.saved is None:
        return False
    return stored.saved.position >= stored.first and readable(stored) is stored
