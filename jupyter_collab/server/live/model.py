"""A room's own document in the hands of code on the server."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from logging import Logger
from threading import get_ident
from typing import Any
from weakref import WeakSet, finalize

from jupyter_ydoc import ydocs
from jupyter_ydoc.ybasedoc import YBaseDoc
from pycrdt import Doc, TransactionEvent

from ...protocol.identity import ClientId
from ...protocol.messages import PresenceEntry
from ...room.content.build import is_text
from ...room.content.reading import is_in_transaction
from ...room.events import LetGo, RoomEvent, Shown, Spoke
from ..clock import Clock
from .awareness import LiveAwareness
from .threads import Turns

LOOK_AGAIN = 0.005
"""Seconds between two looks whether a transaction of others has ended."""

LONG = 1.0
"""Seconds after which the log tells of one."""

RENEW = 15.0
"""Seconds between two times that code on the server says the same of itself, as clients do."""

MakeModel = Callable[[Doc[Any], LiveAwareness], YBaseDoc]


def model_of(kind: str) -> type[YBaseDoc]:
    """The model that other extensions know for documents of the type ``kind``."""
    model: type[YBaseDoc] = ydocs["file" if is_text(kind) else kind]
    return model


class Live:
    """Lends the document, and tells when it must be left alone.

    ``post`` tells the room that somebody has it, and that they have let go of it; ``go_on`` is
    called when it may not be busy any more.
    """

    def __init__(
        self,
        post: Callable[[RoomEvent], None],
        go_on: Callable[[], None],
        new_client_id: Callable[[], int],
        clock: Clock,
        log: Logger,
    ) -> None:
        self._post: Callable[[RoomEvent], None] | None = post
        self._go_on: Callable[[], None] | None = go_on
        self._new_client_id = new_client_id
        self._clock = clock
        self._log = log
        self._loop = asyncio.get_running_loop()
        self._doc: Doc[Any] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._busy_since: float | None = None
        self._is_told = False
        self._has_told_of_threads = False
        self._thread = get_ident()
        self._awarenesses: WeakSet[LiveAwareness] = WeakSet()
        self._renewal: asyncio.TimerHandle | None = None
        self._turns: Turns | None = None

    def lend(self, doc: Doc[Any], make: MakeModel) -> YBaseDoc:
        """``doc`` in a model with an awareness of its own; the room is told when nobody refers to
        that any more."""
        awareness = LiveAwareness(doc, self._new_client_id(), self._say)
        model = make(doc, awareness)
        if self._doc is not doc:
            self._turns = Turns(doc, self._log)
        self._doc = doc
        self._awarenesses.add(awareness)
        self._pass_on(Shown())
        finalize(model, self._let_go).atexit = False
        finalize(awareness, self._leave, awareness.said).atexit = False
        return model

    def tell(self, entries: tuple[PresenceEntry, ...]) -> None:
        """Tell all who have the document who is there."""
        for awareness in list(self._awarenesses):
            try:
                awareness.hear(entries)
            except Exception:  # noqa: BLE001 - a fault of whoever observes it; the others hear it
                self._log.exception("Code on the server that observes an awareness has failed")

    def is_busy(self, path: str) -> bool:
        """Whether code on the server has a transaction open, in which it waits for something else.

        What others write meanwhile could not be told from what is written in it.
        """
        if self._doc is None:
            return False
        is_elsewhere = self._turns is not None and self._turns.is_taken
        if not is_elsewhere and not is_in_transaction(self._doc):
            self._busy_since, self._is_told = None, False
            return False
        now = self._clock()
        if self._busy_since is None:
            self._busy_since = now
        elif not self._is_told and now - self._busy_since > LONG:
            self._is_told = True
            self._log.error(
                "Code on the server has a transaction of %s open for more than %g s: what others"
                " write waits until it ends",
                path,
                LONG,
            )
        if self._timer is None:
            self._timer = self._loop.call_later(LOOK_AGAIN, self._look_again)
        return True

    def tell_of_thread(self, path: str) -> None:
        """Code on the server has changed the document in another thread, where it need not hold up
        everybody."""
        if not self._has_told_of_threads:
            self._has_told_of_threads = True
            self._log.warning(
                "Code on the server changes %s in another thread than that of the event loop:"
                " everybody waits for each of its transactions. Use loop.call_soon_threadsafe.",
                path,
            )

    def close(self, path: str) -> None:
        """The room is closed: what is written from now on is in no file, which is told."""
        for timer in (self._timer, self._renewal):
            if timer is not None:
                timer.cancel()
        if self._doc is not None:
            self._doc.observe(_TellOfLoss(self._log, path))
        if self._turns is not None:
            self._turns.close()
        # The room is freed with its last user, and not when the collector comes by.
        self._doc = self._post = self._go_on = None

    def _look_again(self) -> None:
        self._timer = None
        if self._go_on is not None:
            self._go_on()

    def _let_go(self) -> None:
        """In whichever thread somebody has let go of a model."""
        self._post_soon(LetGo())

    def _leave(self, said: dict[ClientId, int]) -> None:
        """In whichever thread somebody has let go of an awareness."""
        if said:
            gone = (PresenceEntry(client, clock, None) for client, clock in said.items())
            self._post_soon(Spoke(tuple(gone)))

    def _say(self, entries: tuple[PresenceEntry, ...]) -> None:
        if get_ident() != self._thread:
            if not self._loop.is_closed():
                self._loop.call_soon_threadsafe(self._say, entries)
            return
        if self._doc is None:
            return  # the room is closed
        if self._renewal is None:
            self._renewal = self._loop.call_later(RENEW, self._renew)
        self._pass_on(Spoke(entries))

    def _renew(self) -> None:
        self._renewal = None
        for awareness in list(self._awarenesses):
            try:
                awareness.renew()
            except Exception:  # noqa: BLE001 - as above
                self._log.exception("Code on the server that observes an awareness has failed")

    def _post_soon(self, event: RoomEvent) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._pass_on, event)

    def _pass_on(self, event: RoomEvent) -> None:
        if self._post is not None:
            self._post(event)


class _TellOfLoss:
    """Tells of the first change to a document that was closed: an agent may make thousands."""

    def __init__(self, log: Logger, path: str) -> None:
        self._log = log
        self._path: str | None = path

    def __call__(self, _: TransactionEvent) -> None:
        path, self._path = self._path, None
        if path is not None:
            self._log.error(
                "Code on the server has changed a document of %s that was closed: nobody sees it,"
                " nor what else it changes there, and the file does not have it. Ask for the"
                " document again.",
                path,
            )
