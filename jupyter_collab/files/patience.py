"""Waiting for a database of Jupyter's that another program has locked.

SQLite would wait for that in the thread of the event loop, where nobody is served meanwhile.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

T = TypeVar("T")

PAUSE = 0.05
"""Seconds from one attempt to the next."""


async def patiently(connection: object, work: Callable[[], T], patience: float) -> T:
    """What ``work`` does with ``connection``, which is tried again for ``patience`` seconds where
    that is locked. One that is none of SQLite's is asked once."""
    loop = asyncio.get_running_loop()
    end = loop.time() + patience
    while True:
        try:
            with without_waiting(connection):
                return work()
        except sqlite3.OperationalError as error:
            is_locked = getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY
            if not is_locked or loop.time() >= end:
                raise
        await asyncio.sleep(PAUSE)


@contextmanager
def without_waiting(connection: object) -> Iterator[None]:
    """Let SQLite say at once that ``connection`` is locked, and leave no transaction open in which
    something has failed: it would keep other programs from theirs."""
    if not isinstance(connection, sqlite3.Connection):
        yield
        return
    (before,) = connection.execute("PRAGMA busy_timeout").fetchone()
    was_open = connection.in_transaction
    connection.execute("PRAGMA busy_timeout = 0")
    try:
        yield
    except BaseException:
        if connection.in_transaction and not was_open:
            connection.rollback()
        raise
    finally:
        connection.execute(f"PRAGMA busy_timeout = {before}")
