"""What befalls a server's store and its files, each as a person with a shell would do it."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path

from .crowd import Crowd

Disaster = Callable[[Crowd], Awaitable[None]]

DAMAGE = 600
"""Bytes that are overwritten."""


def store(crowd: Crowd) -> Path:
    return crowd.lab.state / ".jupyter_ystore.db"


def log(crowd: Crowd) -> Path:
    return crowd.lab.state / ".jupyter_ystore.db-wal"


async def nothing(crowd: Crowd) -> None:
    """Nothing but the end of the server."""


async def change_files(crowd: Crowd) -> None:
    """Another program writes both files."""
    for number, paper in enumerate(crowd.papers):
        word = f"outside{crowd.random.randrange(10**9)}n{number}"
        if not crowd.lab.running:
            paper.write_outside(word, crowd.random)
            continue
        await paper.saved_just_now()
        # On a busy machine the next save may come before this process has written what it read.
        for patience in reversed(range(100)):
            with crowd.lab.paused():
                if not paper.is_being_written or not patience:
                    paper.write_outside(word, crowd.random)
                    break
            await asyncio.sleep(0.01)


async def delete_store(crowd: Crowd) -> None:
    for path in crowd.lab.state.glob(".jupyter_ystore.db*"):
        path.unlink(missing_ok=True)  # the server may remove its log itself


async def cut_store(crowd: Crowd) -> None:
    """Its second half is gone."""
    if store(crowd).exists():
        os.truncate(store(crowd), store(crowd).stat().st_size // 2)


async def damage_store(crowd: Crowd) -> None:
    """Some of its bytes are others."""
    for path in (store(crowd), log(crowd)):
        if path.exists() and path.stat().st_size > DAMAGE:
            with path.open("r+b") as file:
                file.seek(crowd.random.randrange(path.stat().st_size - DAMAGE))
                file.write(crowd.random.randbytes(DAMAGE))


async def delete_log(crowd: Crowd) -> None:
    """The write-ahead log is gone, with all that was not in the store itself yet."""
    log(crowd).unlink(missing_ok=True)


async def cut_log(crowd: Crowd) -> None:
    if log(crowd).exists():
        os.truncate(log(crowd), log(crowd).stat().st_size * 2 // 3)


async def restore_store(crowd: Crowd) -> None:
    """A backup is put in the store's place, from after the last time that this happened."""
    backup = crowd.lab.home / "backup.db"
    if backup.exists():
        await delete_store(crowd)
        backup.rename(store(crowd))
    if store(crowd).exists():
        with (
            closing(sqlite3.connect(store(crowd))) as source,
            closing(sqlite3.connect(backup)) as copy,
        ):
            source.backup(copy)


async def lock_store(crowd: Crowd) -> None:
    """Another program has it for itself, for longer than the server waits at once."""
    if not store(crowd).exists():
        return
    with closing(sqlite3.connect(store(crowd), timeout=5, isolation_level=None)) as connection:
        try:
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.DatabaseError:
            return  # it is not sound any more
        await crowd.type_for(2.5)
        connection.execute("ROLLBACK")
