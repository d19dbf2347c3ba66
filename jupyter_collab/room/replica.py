"""The room's copy of the document, and what has happened to it since it was last looked at."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from jupyter_ydoc import ydocs
from pycrdt import Array, Doc, Map, Text, TransactionEvent

from ..errors import ProtocolError
from .build import is_text
from .document import Document

ORIGIN = "room"
"""What a live model's undo manager does not record: it would keep all that people delete."""


class Replica:
    """A ``pycrdt.Doc`` that collects its own changes.

    Everything that changes the document, a connection, the room or other code on the
    server, is seen by :meth:`take`, once and in order.
    """

    def __init__(self, type: str, doc: Doc[Any]) -> None:
        self.type = type
        self.doc = doc
        self.document = Document.of(type, doc)
        self._state: Map[Any] = doc.get("state", type=Map)
        self._updates: list[bytes] = []
        self._content_changed = False
        self._notify: Callable[[], None] | None = None
        self._subscriptions: list[tuple[Any, Any]] = [
            (doc, doc.observe(self._on_transaction)),
            *((root, root.observe_deep(self._on_change)) for root in content_roots(type, doc)),
        ]

    def apply(self, updates: Iterable[bytes]) -> list[int]:
        """Apply ``updates`` in one transaction; returns the indices of those that are broken."""
        broken = []
        with self.doc.transaction(origin=ORIGIN):
            for index, update in enumerate(updates):
                try:
                    self.doc.apply_update(update)
                except Exception:  # noqa: BLE001 - the library raises many kinds
                    broken.append(index)
                except BaseException as error:
                    # A panic of the library is no Exception; anything else is not ours.
                    if type(error).__name__ != "PanicException":
                        raise
                    broken.append(index)
        return broken

    def difference(self, state_vector: bytes) -> bytes:
        """What a client with ``state_vector`` lacks; raises :class:`ProtocolError`."""
        try:
            return self.doc.get_update(state_vector)
        except Exception as error:
            raise ProtocolError("a state vector cannot be read") from error

    def state_vector(self) -> bytes:
        return self.doc.get_state()

    def snapshot(self) -> bytes:
        """All of it as one update."""
        return self.doc.get_update()

    def take(self) -> tuple[list[bytes], bool]:
        """The updates since the last call, and whether any of them changed the content."""
        taken = self._updates, self._content_changed
        self._updates, self._content_changed = [], False
        return taken

    @property
    def has_changes(self) -> bool:
        """Whether :meth:`take` would give anything."""
        return bool(self._updates)

    def set_state(self, values: dict[str, Any]) -> None:
        """Set members of the shared ``state``, those that differ."""
        with self.doc.transaction(origin=ORIGIN):
            for key, value in values.items():
                if self._state.get(key) != value:
                    self._state[key] = value

    def on_change(self, notify: Callable[[], None]) -> None:
        """Call ``notify`` after every transaction, whoever made it. One listener at a time."""
        self._notify = notify

    def close(self) -> None:
        """Stop observing. Idempotent."""
        for observed, subscription in self._subscriptions:
            observed.unobserve(subscription)
        self._subscriptions.clear()
        self._notify = None

    def _on_transaction(self, event: TransactionEvent) -> None:
        self._updates.append(event.update)
        if self._notify is not None:
            self._notify()

    def _on_change(self, _events: Any) -> None:
        self._content_changed = True


def content_roots(type: str, doc: Doc[Any]) -> list[Any]:
    """All shared types of a document but its ``state``."""
    if type == "notebook":
        return [doc.get("meta", type=Map), doc.get("cells", type=Array)]
    if is_text(type):
        return [doc.get("source", type=Text)]
    ydocs[type](doc)  # makes its roots known to the document
    return [root for name, root in doc.items() if name != "state"]
