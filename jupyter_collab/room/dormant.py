"""A document that nobody has edited yet: bytes, which take far less than a ``pycrdt.Doc``."""

from __future__ import annotations

from typing import Any

from pycrdt import Doc

from ..protocol.messages import EMPTY_STATE_VECTOR, EMPTY_UPDATE
from ..protocol.varint import encode_varuint
from .build import Built
from .gaps import clocks


class Dormant:
    """The history ``built`` from a file, and behind it what the room says in the shared ``state``.

    ``told`` is a document that has the ``state`` and nothing else, for the room to write as
    ``client``, whose id has to be smaller than the builder's. The two together are the document.
    """

    def __init__(self, built: Built, client: int) -> None:
        self.made = built.made
        self.told: Doc[Any] = Doc(client_id=client)
        self._maker = built.client
        self._clock = built.clock or 0

    def wake(self) -> Doc[Any]:
        """The document itself, in which the room goes on as the same client."""
        doc: Doc[Any] = Doc(client_id=self.told.client_id)
        doc.apply_update(self.made.update)
        doc.apply_update(self.later())
        return doc

    def later(self) -> bytes:
        """What was told, as an update."""
        return self.told.get_update()

    def made_to(self) -> bytes:
        """The state vector of what was made."""
        if not self._clock:
            return EMPTY_STATE_VECTOR
        return b"".join((b"\x01", encode_varuint(self._maker), encode_varuint(self._clock)))

    def state_vector(self) -> bytes:
        return _behind(self.made_to(), self.told.get_state())

    def snapshot(self) -> bytes:
        """All of it as one update."""
        return self._with(self.later())

    def difference(self, state_vector: bytes) -> bytes | None:
        """What a client with ``state_vector`` lacks.

        ``None`` where it has a part of what was made: only the document can tell the rest. Raises
        :class:`ValueError` or :class:`~jupyter_collab.errors.ProtocolError` for other bytes.
        """
        later = self.told.get_update(state_vector)
        has = clocks(state_vector).get(self._maker, 0)
        if has >= self._clock:
            return later
        return None if has else self._with(later)

    def has(self, update: bytes) -> bool:
        """Whether ``update`` brings nothing: it is empty, or says only what is deleted anyway.

        That is what clients answer that have nothing, or everything.
        """
        return update == EMPTY_UPDATE or update == self.told.get_update(self.told.get_state())

    def _with(self, later: bytes) -> bytes:
        """What was made, and ``later``, as one update; what was made deletes nothing."""
        return _behind(memoryview(self.made.update)[:-1], later)


def _behind(made: bytes | memoryview, told: bytes) -> bytes:
    """Two lists of clients as one, with what is behind the second; neither has more than one.

    Yjs writes them in the order of their ids, the largest first.
    """
    return b"".join((bytes((made[0] + told[0],)), made[1:], memoryview(told)[1:]))
