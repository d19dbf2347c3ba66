"""Does beforehand what the first notebook on a server would have everybody wait for.

As JupyterLab opens a notebook it asks what nbconvert can do, and Jupyter imports nbconvert for the
answer, in the event loop. A thread can do so while nobody is there yet.
"""

from __future__ import annotations

import gc
import threading
from collections.abc import Callable, Iterable
from logging import Logger
from time import monotonic, process_time

from jupyter_server.serverapp import ServerApp

Step = Callable[[], None]

QUIET = 0.5
"""Seconds in which the process has little to do before the thread begins, so that it takes nothing
from those who come at once."""

LITTLE = 0.1
"""Which part of :data:`QUIET` the process may compute."""

LATEST = 3.0
"""Seconds after which the thread begins in any case."""


def pass_over_what_is_there() -> None:
    """Let Python's collector not look again at what the process is made of by now.

    A server consists of some 200,000 objects that stay. To look at all of them takes a tenth of a
    second, in which nobody is served.
    """
    gc.freeze()


def import_threads() -> None:
    """Import what the server's handlers need to have something done in a thread."""
    import anyio

    anyio.run(anyio.sleep, 0)


def find_addresses() -> None:
    """Find out which addresses this machine has, as it is done before the first kernel starts."""
    from jupyter_client.localinterfaces import local_ips

    local_ips()


def import_exporters() -> None:
    """Import what ``GET /api/nbconvert`` needs, exporters of other packages included."""
    from nbconvert.exporters import base

    base.get_export_names()  # type: ignore[no-untyped-call]


FRONT_ENDS = ("jupyterlab", "notebook")
"""The server extensions whose pages ask what nbconvert can do."""


def steps_of(serverapp: ServerApp) -> tuple[Step, ...]:
    """What to do on this server, in this order."""
    linked = serverapp.extension_manager.linked_extensions
    exporters = (import_exporters,) if any(map(linked.get, FRONT_ENDS)) else ()
    return (
        pass_over_what_is_there,
        import_threads,
        find_addresses,
        *exporters,
        pass_over_what_is_there,
    )


class Warming:
    """Does ``steps`` one after the other in a thread, once the process is ``quiet``, in seconds.

    One that fails is passed over: what it was to prepare is done when it is needed, or fails there.
    """

    def __init__(self, log: Logger, steps: Iterable[Step], quiet: float = QUIET) -> None:
        self._log = log
        self._steps = tuple(steps)
        self._quiet = quiet
        self._stopped = threading.Event()

    def begin(self) -> None:
        """Start the thread."""
        threading.Thread(target=self._run, name="jupyter-collab warming", daemon=True).start()

    def stop(self) -> None:
        """Begin nothing any more. Nothing needs to wait for the step that is under way."""
        self._stopped.set()

    def _wait_until_quiet(self) -> None:
        end = monotonic() + LATEST
        computed = self._quiet
        while computed > LITTLE * self._quiet and monotonic() < end:
            before = process_time()
            self._stopped.wait(self._quiet)
            computed = process_time() - before

    def _run(self) -> None:
        self._wait_until_quiet()
        done = []
        for step in self._steps:
            if self._stopped.is_set():
                return
            try:
                step()
            except Exception as error:  # noqa: BLE001 - exporters of others, and nobody asked yet
                self._log.debug("Not prepared for the first notebook: %s: %r", step.__name__, error)
            else:
                done.append(step.__name__)
        self._log.debug("Prepared for the first notebook: %s", ", ".join(done))
