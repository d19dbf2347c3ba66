"""Lets code in other threads have a document: one transaction at a time, each in a turn of the
event loop, which waits for it. pycrdt can neither be read nor written by two threads at once."""

from __future__ import annotations

import asyncio
from logging import Logger
from threading import Event, Lock, get_ident
from types import TracebackType
from typing import Any
from weakref import ref

from pycrdt import Doc, Transaction

from ...room.content.reading import is_in_transaction

PATIENCE = 10.0
"""Seconds that another thread waits for its turn: the event loop may be waiting for that thread."""

LONGEST = 1.0
"""Seconds that the event loop waits for a transaction: that one may be waiting for the loop."""

LOOK_AGAIN = 0.005
"""Seconds between two looks whether a transaction in the event loop has ended."""

NO_TURN = (
    "The event loop gave this thread no turn with the document: it is busy, or waits for this"
    " thread. Change the document in the event loop, by loop.call_soon_threadsafe."
)


class Turns:
    """Those that other threads have with ``doc``, made in the thread of the running loop."""

    def __init__(self, doc: Doc[Any], log: Logger) -> None:
        self._doc = ref(doc)
        self._log = log
        self._loop = asyncio.get_running_loop()
        self._thread = get_ident()
        self._line = Lock()
        self._holder: int | None = None
        self._ended = Event()
        doc.transaction = self._transaction  # type: ignore[method-assign]

    @property
    def is_taken(self) -> bool:
        """Whether another thread has the document, also where nobody waits for it any more."""
        return self._holder is not None

    def close(self) -> None:
        """Leave the document to itself."""
        doc = self._doc()
        if doc is not None:
            doc.__dict__.pop("transaction", None)

    def _transaction(self, origin: Any = None) -> Any:
        """What ``doc.transaction`` is: all that reads or writes a document comes by."""
        if get_ident() in (self._thread, self._holder):
            return self.own(origin)
        return _Turn(self, origin)

    def own(self, origin: Any) -> Transaction:
        doc = self._doc()
        assert doc is not None  # it is being asked
        return Doc.transaction(doc, origin)

    def begin(self) -> None:
        """Wait for a turn; raises :class:`TimeoutError` where there is none."""
        if not self._line.acquire(timeout=PATIENCE):
            raise TimeoutError(NO_TURN)
        given, self._ended = Event(), Event()
        try:
            self._loop.call_soon_threadsafe(self._give, get_ident(), given, self._ended)
            if not given.wait(PATIENCE):
                raise TimeoutError(NO_TURN)
        except BaseException:
            self.end()  # a turn that is given too late is over at once
            raise

    def end(self) -> None:
        self._holder = None
        self._ended.set()
        self._line.release()

    def _give(self, thread: int, given: Event, ended: Event) -> None:
        doc = self._doc()
        if ended.is_set():
            return
        if doc is not None and is_in_transaction(doc):
            self._loop.call_later(LOOK_AGAIN, self._give, thread, given, ended)
            return
        self._holder = thread
        given.set()
        if ended.wait(LONGEST):
            self._holder = None  # also where the thread had given up just before it was given
            return
        # From here on the room does nothing until the transaction ends, but the server goes on.
        self._log.error(
            "Code on the server has a transaction open in another thread for more than %g s, in"
            " which everybody waits",
            LONGEST,
        )


class _Turn:
    """A transaction in another thread."""

    def __init__(self, turns: Turns, origin: Any) -> None:
        self._turns = turns
        self._origin = origin

    def __enter__(self) -> Transaction:
        return self._begin().__enter__()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            self._transaction.__exit__(kind, error, trace)
        finally:
            self._turns.end()

    async def __aenter__(self) -> Transaction:
        return await self._begin().__aenter__()

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool | None:
        try:
            return await self._transaction.__aexit__(kind, error, trace)
        finally:
            self._turns.end()

    def _begin(self) -> Transaction:
        self._turns.begin()
        try:
            self._transaction = self._turns.own(self._origin)
        except BaseException:
            self._turns.end()
            raise
        return self._transaction
