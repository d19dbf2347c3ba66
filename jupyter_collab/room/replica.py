"""The room's copy of the document, and what has happened to it since it was last looked at."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from typing import Any

from pycrdt import Doc, Map, TransactionEvent

from ..errors import ProtocolError
from ..protocol.messages import EMPTY_STATE_VECTOR, EMPTY_UPDATE
from .content.alike import Alike
from .content.build import Built
from .content.document import Document
from .content.flag import Flag
from .content.writing import writing
from .dormant import Dormant
from .yjs.gaps import clocks
from .yjs.layout import parted
from .yjs.parts import Made, deletes_from

LARGE = 1_000_000
"""Bytes of an update from which on it is kept rather than made again."""

COARSE = 2_000
"""Bytes for each struct in an update that is looked at in one turn. With more of them it would take
longer than to make the bytes."""


class Replica:
    """A ``pycrdt.Doc`` that collects its own changes.

    Given as :class:`~.dormant.Dormant` it stays in bytes until somebody needs ``doc`` or
    ``document``, as every edit does. From then on it is what it would have been.

    ``made_by`` is the update that has made all of ``doc``, where there is one. A large one is kept
    for those who open the document, with what has been added to it, until something of it is
    deleted or half as much has been added. Then it is made anew for the next one.

    Everything that changes the document, a connection, the room or other code on the
    server, is seen by :meth:`take`, once and in order.
    """

    def __init__(self, type: str, doc: Doc[Any] | Dormant, made_by: Made | None = None) -> None:
        self.type = type
        self._updates: deque[bytes] = deque()
        self._notify: Callable[[], None] | None = None
        self._told: dict[str, Any] = {}
        self._tells_state = False
        self._made_by: Made | None = None
        self._dormant: Dormant | None = None
        self._is_closed = False
        self.has_carried = False
        self._alike = Alike()
        if isinstance(doc, Dormant):
            self._dormant = doc
            self._state_flag = self._content_flag = Flag(())
            self._content_flag.take()
            return
        self.document = Document.of(type, doc)
        self._observe(self.document)
        if made_by is not None:
            self.keep(made_by)

    @classmethod
    def begin(cls, type: str, built: Built, client: int) -> Replica:
        """A history that was just ``built``, in which the room writes as ``client``."""
        if built.clock is not None:
            return cls(type, Dormant.of(built, client))
        doc: Doc[Any] = Doc(client_id=client)
        doc.apply_update(built.update)
        return cls(type, doc, built.made)

    @cached_property
    def document(self) -> Document:
        """The document, to be read and edited."""
        assert self._dormant is not None  # all others have it from the beginning
        return self._awake(self._dormant.wake())

    def wake(self) -> Iterator[None]:
        """Steps that make the document, each of them short where it is in parts."""
        if self._dormant is None:
            return
        doc = self._dormant.empty()
        for part in self._dormant.parts():
            doc.apply_update(part)
            yield
        if self._dormant is not None:  # nobody has needed it meanwhile
            doc.apply_update(self._dormant.told)
            self.document = self._awake(doc)

    def _awake(self, doc: Doc[Any]) -> Document:
        """Go on with ``doc``, which is what was dormant."""
        dormant, self._dormant = self._dormant, None
        assert dormant is not None
        document = Document.of(self.type, doc)
        self._observe(document)
        self._keep(dormant.made, dormant.made_to, added=len(dormant.told))
        if self._told:
            self._state_flag.take()  # it has what it was told
        if self._is_closed:
            self._unobserve()
        return document

    @cached_property
    def doc(self) -> Doc[Any]:
        """The document as pycrdt has it."""
        return self.document.doc

    @property
    def is_dormant(self) -> bool:
        """Whether nobody has needed the document yet."""
        return self._dormant is not None

    @property
    def reorders(self) -> int:
        """See :attr:`.document.Document.reorders`; nothing has happened to what is dormant."""
        return 0 if self._dormant is not None else self.document.reorders

    @property
    def is_parted(self) -> bool:
        """Whether it is dormant, and so large that it is better woken by :meth:`wake`."""
        return self._dormant is not None and self._dormant.made.is_parted

    def brings(self, update: bytes) -> bool:
        """Whether to apply ``update`` would wake it."""
        return self._dormant is not None and not self._dormant.has(update)

    def apply(self, updates: Iterable[bytes], had: Sequence[bytes | None] = ()) -> list[int]:
        """Apply ``updates`` in one transaction; returns the indices of those that are broken.

        ``had`` are the state vectors of what their makers had at least, where they are people.
        ``has_carried`` says whether more was done than they say: what their makers lacked in cells
        that they moved was brought along, or what came twice was taken away.
        """
        self.has_carried = False
        if self._dormant is not None:
            updates = list(updates)
            if not any(map(self.brings, updates)):
                return []
        broken = []
        with writing(self.doc):
            for index, update in enumerate(updates):
                try:
                    known = had[index] if had else None
                    self.has_carried |= self.document.take_in(update, known)
                    if known == EMPTY_STATE_VECTOR:
                        self.has_carried |= self._alike.unite(update, self.doc)
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
            known = None if self._dormant is None else self._dormant.difference(state_vector)
            return self.doc.get_update(state_vector) if known is None else known
        except Exception as error:
            raise ProtocolError("a state vector cannot be read") from error

    def keep(self, made: Made) -> None:
        """Give ``made``, which makes all of the document as it is, to those who open it.

        A small one is not kept: it is made anew for each.
        """
        self._keep(made, self.doc.get_state(), 0)

    def everything(self) -> tuple[Made, bytes]:
        """All of it, for those who have nothing: what made the document, and what came later.

        Putting a document of many megabytes into bytes holds up everybody. It is done once for
        all who come until something of it is deleted.
        """
        if self._dormant is not None:
            made, told = self._dormant.made, self._dormant.told
            if len(made.update) >= LARGE or told == EMPTY_UPDATE:
                return made, told
            return Made(self._dormant.snapshot()), EMPTY_UPDATE
        if self._made_by is not None:
            return self._made_by, self.difference(self._made_to) if self._added else EMPTY_UPDATE
        update = self.snapshot()
        if len(update) < LARGE:
            return Made(update), EMPTY_UPDATE
        made = parted(self.type, update, self.state_vector(), len(update) // COARSE)
        self.keep(made)
        return made, EMPTY_UPDATE

    def content(self) -> bytes:
        """An update that makes all but the ``state``, of which there may be none."""
        if self._dormant is not None:
            return self._dormant.made.update
        if self._made_by is None or not self._is_as_made or self._content_flag.is_set:
            return self.snapshot()
        return self._made_by.update

    def state_vector(self) -> bytes:
        return self.doc.get_state() if self._dormant is None else self._dormant.state_vector

    def snapshot(self) -> bytes:
        """All of it as one update."""
        return self.doc.get_update() if self._dormant is None else self._dormant.snapshot()

    def take(self) -> tuple[list[bytes], bool]:
        """The updates since the last call, and whether any of them changed the content."""
        # One by one: code on the server may write in another thread.
        updates = [self._updates.popleft() for _ in range(len(self._updates))]
        content_changed = self._content_flag.take()
        if content_changed:
            self._is_as_made = False
        return updates, content_changed

    @property
    def has_changes(self) -> bool:
        """Whether :meth:`take` would give anything."""
        return bool(self._updates)

    def set_state(self, values: dict[str, Any]) -> None:
        """Set members of the shared ``state``, those that differ."""
        if self._dormant is not None and (told := self._dormant.tell(values)) is not None:
            self._told = values
            if told != EMPTY_UPDATE:
                self._updates.append(told)
                if self._notify is not None:
                    self._notify()
            return
        if not self._state_flag.take() and values == self._told:
            return
        self._tells_state = True
        with writing(self.doc):
            if self._state.get("path", values.get("path")) != values.get("path"):
                self._made_by = None  # it has the old one
            for key, value in values.items():
                if self._state.get(key) != value:
                    self._state[key] = value
        self._tells_state = False
        self._told = values
        self._state_flag.take()

    def on_change(self, notify: Callable[[], None]) -> None:
        """Call ``notify`` after every transaction, whoever made it. One listener at a time."""
        self._notify = notify

    def close(self) -> None:
        """Stop observing. Idempotent."""
        if not self._is_closed and self._dormant is None:
            self._unobserve()
        self._is_closed = True
        self._notify = None

    def _observe(self, document: Document) -> None:
        """Collect the changes of ``document``."""
        self._observed = doc = document.doc
        self._state: Map[Any] = doc.get("state", type=Map)
        self._subscription: Any = doc.observe(self._on_transaction)
        self._state_flag = Flag([self._state])
        self._content_flag = document.changed
        self._content_flag.take()

    def _unobserve(self) -> None:
        self._observed.unobserve(self._subscription)
        self._state_flag.close()
        self._content_flag.close()

    def _keep(self, made: Made, made_to: bytes, added: int) -> None:
        """``made`` has made the document up to the state vector ``made_to``, and so many bytes were
        ``added``."""
        if len(made.update) >= LARGE:
            self._made_by = made
            self._made_to = made_to
            self._clocks = clocks(made_to)
            self._added = added
            self._is_as_made = True

    def _on_transaction(self, event: TransactionEvent) -> None:
        self._updates.append(event.update)
        if self._made_by is not None:
            self._added += len(event.update)
            if self._loses(event) or 2 * self._added > len(self._made_by.update):
                self._made_by = None
        if self._notify is not None:
            self._notify()

    def _loses(self, event: TransactionEvent) -> bool:
        """Whether something of what is kept was deleted, which nobody must receive any more.

        So it is not with what the state was before, such as that all was saved.
        """
        deleted: bytes = event.delete_set  # type: ignore[attr-defined]
        return not self._tells_state and deletes_from(deleted, self._clocks)
