"""Closes all that is open when the server ends: in time, and whatever part cannot be closed."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterator
from logging import Logger

from ..protocol.close import CloseCode
from ..store.port import UpdateLog
from .handlers import Services

SHUTDOWN_SECONDS = 4.0
"""The server ends within five seconds, whatever hangs; the rest is for its other parts."""

CLOSING_SECONDS = 0.5
"""For closing what has been saved, or could not be."""


async def close_all(
    services: Services, close_sharing: Callable[[], None], update_log: UpdateLog, log: Logger
) -> None:
    """Save and close all documents, then let go of the files, and last of the store that their
    histories are written to. Raises nothing: ``log`` tells what could not be closed."""
    with _going_on(log):
        close_sharing()
    try:
        async with asyncio.timeout(SHUTDOWN_SECONDS + CLOSING_SECONDS):
            with _going_on(log):
                await services.rooms.close(SHUTDOWN_SECONDS)
            with _going_on(log):
                await services.lobby.close(CloseCode.GOING_AWAY, "the server is stopping")
    except TimeoutError:
        log.error("Some documents could not be closed; not waiting any longer")
    with _going_on(log):
        await services.files.close(CLOSING_SECONDS)
    with _going_on(log):
        await update_log.close()


@contextlib.contextmanager
def _going_on(log: Logger) -> Iterator[None]:
    """Whatever part cannot be closed, the others are."""
    try:
        yield
    except Exception:
        log.exception("jupyter-collab could not close all that it had open")
