"""The thread that owns the SQLite database, for all rooms."""

from __future__ import annotations

import asyncio
import queue
import sqlite3
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from itertools import groupby
from logging import Logger
from typing import Any, TypeVar

from ...errors import StoreError
from ...workers import in_thread
from .. import refusals
from .database import Database
from .failures import is_damage, is_full, is_locked

T = TypeVar("T")

Operation = Callable[[sqlite3.Connection], T]

LOOK_INTERVAL = 2.0
"""Seconds between two looks, while there is nothing to do, whether the file is still there."""

CLOSE_TIMEOUT = 3.0
"""Seconds that :meth:`Writer.close` waits for what is under way; longer than for a lock."""


@dataclass(frozen=True, slots=True)
class _Job:
    operation: Operation[Any]
    writes: bool
    otherwise: Any
    """What a reading operation gives where there is no database."""
    frees: bool
    """Whether it may leave free pages behind."""
    loop: asyncio.AbstractEventLoop
    future: asyncio.Future[Any]


@dataclass(frozen=True, slots=True)
class _Outcome:
    job: _Job
    result: Any
    error: Exception | None


class Writer:
    """Performs operations on a :class:`Database` in one thread, in the order of the calls.

    Writing operations that have queued up while a transaction was being committed share the
    next one (group commit). Each has a savepoint, so that one that fails fails alone; where
    the commit fails, all of them fail. No outcome is known to anybody before the commit.
    """

    def __init__(self, database: Database, log: Logger) -> None:
        self._database = database
        self._log = log
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._closed = False

    async def read(self, operation: Operation[T], otherwise: T) -> T:
        """The result of ``operation``, or ``otherwise`` where there is no database yet."""
        return await self._submit(operation, False, otherwise)

    async def write(self, operation: Operation[T], *, frees: bool = True) -> T:
        """The result of ``operation``, once it is committed; :class:`StoreError` if not.

        After one that ``frees`` nothing, nobody looks for space to give back.
        """
        return await self._submit(operation, True, None, frees)

    async def close(self) -> None:
        """Perform what is queued, close the database and end the thread. Idempotent.

        Waits for :data:`CLOSE_TIMEOUT` seconds at most; after that the thread, which the
        interpreter does not wait for, goes on alone.
        """
        self._closed = True
        if self._thread is None:
            return
        self._jobs.put(None)
        await in_thread(self._thread.join, CLOSE_TIMEOUT)
        if self._thread.is_alive():
            self._log.error(
                "The store of histories %s is still busy after %g s; not waiting any longer",
                self._database.path,
                CLOSE_TIMEOUT,
            )

    async def _submit(
        self, operation: Operation[T], writes: bool, otherwise: Any, frees: bool = False
    ) -> T:
        if self._closed:
            raise refusals.closed()
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        self._jobs.put(_Job(operation, writes, otherwise, frees, loop, future))
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="collab-store", daemon=True)
            self._thread.start()
        return await future

    # --- in the thread

    def _run(self) -> None:
        open_to_more = untidy = True
        while open_to_more:
            open_to_more, frees = self._work()
            untidy = untidy or frees
            if untidy and open_to_more:
                untidy = self._tidy()
        try:
            self._database.finish()
        except sqlite3.Error as error:
            self._log.error("%s", self._database.explain(error))

    def _work(self) -> tuple[bool, bool]:
        """Do all that has queued up, and forget it: what it writes may be whole documents.

        Whether there will be more, and whether it may have left free pages behind.
        """
        jobs = [self._next()]
        while not self._jobs.empty():
            jobs.append(self._jobs.get())
        for run in _runs(job for job in jobs if job is not None):
            _tell(self._commit(run) if run[0].writes else [self._read(run[0])])
        self._database.wait_for_locks(True)
        return jobs[-1] is not None, any(job.frees for job in jobs if job is not None)

    def _next(self) -> _Job | None:
        """The next job, for which nobody holds on to a file that somebody has deleted."""
        while self._database.is_open:
            with suppress(queue.Empty):
                return self._jobs.get(timeout=LOOK_INTERVAL)
            # Where it cannot be looked at now, the next operation tells.
            with suppress(sqlite3.Error, OSError):
                self._database.let_go_if_gone()
        return self._jobs.get()

    def _tidy(self) -> bool:
        """Give back space while there is nothing else to do; whether there is more to give."""
        try:
            while self._jobs.empty():
                if not self._database.tidy():
                    return False
        except (sqlite3.Error, OSError) as error:
            if is_locked(error):
                return True
            self._log.warning("No space is given back: %s", self._database.explain(error))
            return False
        return True

    def _read(self, job: _Job) -> _Outcome:
        try:
            return self._outlive_damage(lambda: self._read_once(job))
        except Exception as error:  # noqa: BLE001 - it is the caller's to see
            return _Outcome(job, None, self._translate(error))

    def _read_once(self, job: _Job) -> _Outcome:
        connection = self._database.reader()
        if connection is None:
            return _Outcome(job, job.otherwise, None)
        return _Outcome(job, job.operation(connection), None)

    def _commit(self, jobs: list[_Job]) -> list[_Outcome]:
        try:
            return self._outlive_damage(lambda: self._commit_once(jobs))
        except Exception as error:  # noqa: BLE001 - it is the callers' to see
            if len(jobs) > 1 and is_full(error):
                # One room's large update must not keep the small ones of the others out.
                return [outcome for job in jobs for outcome in self._commit([job])]
            return [_Outcome(job, None, self._translate(error)) for job in jobs]

    def _commit_once(self, jobs: list[_Job]) -> list[_Outcome]:
        """Perform ``jobs`` in one transaction; what is raised concerns all of them."""
        connection = self._database.writer()
        connection.execute("BEGIN IMMEDIATE")
        try:
            if len(jobs) == 1:  # fails with its transaction
                outcomes = [_Outcome(jobs[0], jobs[0].operation(connection), None)]
            else:
                outcomes = [self._attempt(connection, job) for job in jobs]
            connection.execute("COMMIT")
        finally:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
        return outcomes

    def _attempt(self, connection: sqlite3.Connection, job: _Job) -> _Outcome:
        connection.execute("SAVEPOINT job")
        try:
            outcome = _Outcome(job, job.operation(connection), None)
        except Exception as error:
            # Some errors make SQLite roll back everything.
            if is_damage(error) or not connection.in_transaction:
                raise
            connection.execute("ROLLBACK TO job")
            outcome = _Outcome(job, None, self._translate(error))
        connection.execute("RELEASE job")
        return outcome

    def _outlive_damage(self, action: Callable[[], T]) -> T:
        """Perform ``action``; if the file is found damaged, again on a fresh one."""
        try:
            return action()
        except (sqlite3.Error, UnicodeDecodeError) as error:
            if not is_damage(error):
                raise
            self._database.set_aside()
            return action()

    def _translate(self, error: Exception) -> Exception:
        if is_locked(error):
            # What else has come by now has waited for this as long; each in its turn, twenty
            # documents that are opened would take the best part of a minute.
            self._database.wait_for_locks(False)
        if isinstance(error, sqlite3.Error | OSError):
            return self._database.explain(error)
        # Each future gets an error of its own: raising one adds to its traceback.
        return type(error)(str(error)) if isinstance(error, StoreError) else error


def _runs(jobs: Iterable[_Job]) -> Iterable[list[_Job]]:
    """Writing jobs that follow one another come together, reading ones alone."""
    run: list[_Job] = []
    for job in jobs:
        if run and not job.writes:
            yield run
            run = []
        if job.writes:
            run.append(job)
        else:
            yield [job]
    if run:
        yield run


def _tell(outcomes: list[_Outcome]) -> None:
    """Hand ``outcomes`` over to the event loops, to each in one go."""
    for loop, group in groupby(outcomes, key=lambda outcome: outcome.job.loop):
        # A loop that was closed has nobody left who waits.
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(_resolve, list(group))


def _resolve(outcomes: list[_Outcome]) -> None:
    for outcome in outcomes:
        future = outcome.job.future
        if future.done():  # the caller was cancelled
            continue
        if outcome.error is None:
            future.set_result(outcome.result)
        else:
            future.set_exception(outcome.error)
