"""Says when open files should be checked: on events of the file system, and by polling.

Files on the local disk are watched through their directories. Because events can be missing
(network file systems, exhausted limits, other systems than Linux), the files are also
polled: all at once, with one ``stat`` each, in one thread; more seldom where events come.
Files elsewhere, or of which only the contents manager knows what belongs to them, are checked
through it, and more seldom after failures.
Nothing in here reads a file.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Coroutine
from dataclasses import dataclass, field
from logging import Logger
from pathlib import Path
from typing import Any

from ..errors import FileError
from ..mounts import MountTable
from ..workers import in_thread
from . import disk
from .access import Access, Sign
from .document import Patience
from .inotify import Happening, Inotify
from .mounts import is_remote
from .opened import OpenFile
from .problems import file_error

SWEEP = 10
"""Files whose directory sends events are polled in each so many intervals only."""

LONGEST_PAUSE = 60.0
"""Seconds between two checks of a file whose contents manager fails."""

_MOST_AT_ONCE = 8
"""So many files are checked through their contents manager at a time."""


@dataclass(eq=False, slots=True)
class _Watched:
    file: OpenFile
    place: Path | None = None
    spots: frozenset[tuple[Path, str]] = frozenset()
    """Directories and names in them where an event may be this file's."""
    shared: bool = False
    """Whether other machines may change the file, of which no event tells."""
    has_events: bool = False
    """Whether events tell of all changes, so that the file is polled only now and then."""
    next_poll: float = 0.0
    task: asyncio.Task[Any] | None = field(default=None)


class Watcher:
    """Watches open files; ``poll_interval`` in seconds. Belongs to one event loop."""

    def __init__(
        self, access: Access, *, poll_interval: float, patience: Patience, log: Logger
    ) -> None:
        self._access = access
        self._interval = poll_interval
        self._patience = patience
        self._log = log
        self._watched: dict[OpenFile, _Watched] = {}
        self._spots: defaultdict[Path, defaultdict[str, set[OpenFile]]] = defaultdict(
            lambda: defaultdict(set)
        )
        self._mounts = MountTable.of_system()
        self._events: Inotify | None = None
        self._events_failed = False
        self._tasks: set[asyncio.Task[Any]] = set()
        self._poller: asyncio.Task[None] | None = None
        self._gate = asyncio.Semaphore(_MOST_AT_ONCE)

    @property
    def directories(self) -> int:
        """How many directories are watched."""
        return len(self._spots)

    def add(self, file: OpenFile) -> None:
        """Watch a file until :meth:`remove`; it is checked once soon."""
        watched = self._watched.setdefault(file, _Watched(file))
        self._spawn(self._locate(watched))
        if self._poller is None:
            self._poller = asyncio.create_task(self._poll())

    def remove(self, file: OpenFile) -> None:
        watched = self._watched.pop(file, None)
        if watched is not None:
            self._leave_spots(watched)

    def moved(self, file: OpenFile) -> None:
        """The file has another path."""
        if file in self._watched:
            self._spawn(self._locate(self._watched[file]))

    async def close(self) -> None:
        for file in list(self._watched):
            self.remove(file)
        tasks = self._tasks | ({self._poller} if self._poller else set())
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)
        self._poller = None
        if self._events is not None:
            self._events.close()
            self._events = None

    def _spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    # Events

    async def _locate(self, watched: _Watched) -> None:
        """Find where the file lies, and watch its directories."""
        path = watched.file.path
        try:
            place, spots, shared = await in_thread(self._spots_of, path)
        except Exception as error:  # noqa: BLE001
            self._log.debug("%s is not watched: %s", path, file_error(error, path, "read"))
            place, spots, shared = None, frozenset(), True
        if watched.file not in self._watched or watched.file.path != path:
            return
        self._leave_spots(watched)
        watched.place, watched.spots, watched.shared = place, spots, shared
        for directory, name in spots:
            self._spots[directory][name].add(watched.file)
        self._subscribe(watched)
        # What happened before now was not seen.
        watched.file.check_soon(0.0)

    def _spots_of(self, path: str) -> tuple[Path | None, frozenset[tuple[Path, str]], bool]:
        place = self._access.local(path)
        if place is None:
            return None, frozenset(), True
        target = place.resolve()
        here = place.parent.resolve()
        spots = frozenset({(here, place.name), (target.parent, target.name)})
        return place, spots, any(is_remote(directory, self._mounts) for directory, _ in spots)

    def _leave_spots(self, watched: _Watched) -> None:
        for directory, name in watched.spots:
            names = self._spots[directory]
            names[name].discard(watched.file)
            if not names[name]:
                del names[name]
            if not names:
                del self._spots[directory]
                if self._events is not None:
                    self._events.remove(directory)
        watched.spots = frozenset()

    def _subscribe(self, watched: _Watched) -> None:
        """Ask for events of all directories of the file, as far as there are any."""
        watched.has_events = False
        if self._events_failed or not watched.spots:
            return
        try:
            if self._events is None:
                self._events = Inotify(self._on_event)
            for directory, _ in watched.spots:
                if not self._events.watches(directory):
                    self._events.add(directory)
            watched.has_events = not watched.shared
        except (FileNotFoundError, NotADirectoryError, PermissionError):
            # The directory may come back.
            return
        except (OSError, NotImplementedError, ValueError, AttributeError, TypeError) as error:
            self._events_failed = True
            self._log.info(
                "Files are looked at every %g s, as the system does not tell of changes: %s",
                self._interval,
                error,
            )

    def _on_event(self, directory: Path, name: str, happening: Happening) -> None:
        names = self._spots.get(directory)
        if names is None:
            return
        complete = happening is Happening.COMPLETE
        delay = self._patience.settle if complete else self._patience.unstable
        concerned = names.get(name, set()) if name else set().union(*names.values())
        for file in list(concerned):
            file.check_soon(delay, complete=complete)
            if not name:
                self._watched[file].has_events = False

    # Polling

    async def _poll(self) -> None:
        count = 0
        while True:
            await asyncio.sleep(self._interval)
            count += 1
            try:
                await self._poll_once(sweep=count % SWEEP == 0)
            except Exception:  # noqa: BLE001
                # Whatever it was, it must not be the end of watching.
                self._log.warning("Files could not be looked at", exc_info=True)

    async def _poll_once(self, *, sweep: bool) -> None:
        local: list[_Watched] = []
        now = asyncio.get_running_loop().time()
        for watched in list(self._watched.values()):
            if watched.place is None or self._access.is_composed(watched.file.path):
                self._poll_remote(watched, now)
            elif sweep or not watched.has_events:
                local.append(watched)
        for watched in local:
            if not watched.has_events:
                self._subscribe(watched)
        if not local:
            return
        places = [watched.place for watched in local if watched.place is not None]
        signs = await in_thread(_signs, places)
        for watched, sign in zip(local, signs, strict=True):
            watched.file.noticed(sign)

    def _poll_remote(self, watched: _Watched, now: float) -> None:
        busy = watched.task is not None and not watched.task.done()
        if not busy and now >= watched.next_poll and watched.file.idle:
            watched.task = self._spawn(self._check_remote(watched))

    async def _check_remote(self, watched: _Watched) -> None:
        async with self._gate:
            await watched.file.check()
        failures = min(watched.file.failures, 10)
        pause = min(self._interval * 2**failures, max(LONGEST_PAUSE, self._interval))
        watched.next_poll = asyncio.get_running_loop().time() + (pause if failures else 0.0)


def _signs(places: list[Path]) -> list[Sign | None]:
    return [_sign(place) for place in places]


def _sign(place: Path) -> Sign | None:
    try:
        return disk.sign_of(disk.stat_file(place))
    except (OSError, FileError):
        return None
