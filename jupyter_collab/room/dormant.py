"""A document that nobody is editing: bytes, which take far less than a ``pycrdt.Doc``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pycrdt import Doc, Map, get_state

from ..protocol.messages import EMPTY_STATE_VECTOR, EMPTY_UPDATE
from ..protocol.varint import encode_varuint
from .content.build import Built
from .yjs.gaps import clocks, only_deletes
from .yjs.parts import Made


@dataclass(slots=True)
class Dormant:
    """A document as the update ``made``, and behind it what the room has ``told`` since.

    ``made_to`` is the state vector of what was made, ``deleted`` an update that says what of it is
    deleted and nothing else, ``state`` the shared state in it. The room writes as ``client``.
    """

    made: Made
    made_to: bytes
    deleted: bytes
    state: Mapping[str, Any]
    client: int
    told: bytes = EMPTY_UPDATE

    @staticmethod
    def of(built: Built, client: int) -> Dormant:
        """That of a history that was just built, whose ``clock`` is known."""
        made_to = EMPTY_STATE_VECTOR
        if built.clock:
            made_to = b"".join(map(encode_varuint, (1, built.client, built.clock)))
        return Dormant(built.made, made_to, EMPTY_UPDATE, {}, client)

    def empty(self) -> Doc[Any]:
        """The document before anything is in it."""
        return Doc(client_id=self.client)

    def parts(self) -> Iterator[bytes]:
        """What was made, in parts that are applied one after the other."""
        return self.made.parts() if self.made.is_parted else iter((self.made.update,))

    def wake(self) -> Doc[Any]:
        """The document itself, in which the room goes on as the same client."""
        doc = self.empty()
        for update in (self.made.update, self.told):
            doc.apply_update(update)
        return doc

    def tell(self, values: Mapping[str, Any]) -> bytes | None:
        """Set members of the shared state; the update that does it, which is empty where it has
        them. ``None`` where what is there has to be replaced: only the document can."""
        if all(key in self.state and self.state[key] == value for key, value in values.items()):
            return EMPTY_UPDATE
        if self.state or not self._takes_more:
            return None
        doc = self.empty()
        state: Map[Any] = doc.get("state", type=Map)
        with doc.transaction():
            for key, value in values.items():
                state[key] = value
        self.told, self.state = doc.get_update(), dict(values)
        return self.told

    @property
    def _takes_more(self) -> bool:
        """Whether what is told can be put behind what was made: no more than one has made it, who
        comes before the room, as Yjs has them by their ids, and nothing of it is deleted."""
        makers = clocks(self.made_to)
        is_first = len(makers) < 2 and all(maker > self.client for maker in makers)
        return is_first and self.deleted == EMPTY_UPDATE

    @property
    def state_vector(self) -> bytes:
        if self.told == EMPTY_UPDATE:
            return self.made_to
        return _behind(self.made_to, get_state(self.told))

    def snapshot(self) -> bytes:
        """All of it as one update."""
        if self.told == EMPTY_UPDATE:
            return self.made.update
        return _behind(memoryview(self.made.update)[:-1], self.told)

    def difference(self, state_vector: bytes) -> bytes | None:
        """What a client with ``state_vector`` lacks: ``None`` where it has some of the rest, so
        that only the document can tell. Raises :class:`~jupyter_collab.errors.ProtocolError`."""
        there, here = clocks(state_vector), clocks(self.state_vector)
        lacking = {client for client, clock in here.items() if there.get(client, 0) < clock}
        if not lacking:
            return self.deleted
        if any(there.get(client, 0) for client in lacking):
            return None
        if lacking == here.keys():
            return self.snapshot()
        return self.told if self.told != EMPTY_UPDATE and lacking == {self.client} else None

    def has(self, update: bytes) -> bool:
        """Whether ``update`` brings nothing: it is empty, or says only what is deleted anyway.

        That is what clients answer that have nothing, or everything.
        """
        if update == EMPTY_UPDATE:
            return True
        deleted = only_deletes(update)
        return deleted is not None and deleted <= (only_deletes(self.deleted) or set())


def _behind(made: bytes | memoryview, told: bytes) -> bytes:
    """Two lists of clients as one, with what is behind the second; neither has more than one."""
    return b"".join((bytes((made[0] + told[0],)), made[1:], memoryview(told)[1:]))
