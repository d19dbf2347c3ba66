"""What leaves a client together."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from pycrdt import merge_updates


class Outbox:
    """Hands what a client has edited to ``send``: as one update what it has edited in one go, as a
    browser does."""

    def __init__(self, send: Callable[[bytes], None]) -> None:
        self._send = send
        self._updates: list[bytes] = []
        self._is_busy = False

    def put(self, update: bytes) -> None:
        self._updates.append(update)
        if not self._is_busy:
            self._flush()

    @contextmanager
    def in_one_go(self) -> Iterator[None]:
        self._is_busy = True
        yield
        self._is_busy = False
        self._flush()

    def _flush(self) -> None:
        if self._updates:
            self._send(merge_updates(*self._updates))
            self._updates.clear()
