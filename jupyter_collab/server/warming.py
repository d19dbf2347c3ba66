"""Does beforehand what the first notebook on a server would have everybody wait for.

As JupyterLab opens a notebook it asks what nbconvert can do, and Jupyter imports nbconvert for the
answer, in the event loop. A thread can do so while nobody is there yet.
"""

from __future__ import annotations

import asyncio
import gc
import threading
from collections.abc import Callable, Iterable
from logging import Logger

from jupyter_server.serverapp import ServerApp

Step = Callable[[], None]

PAUSE = 0.2
"""Seconds from the start of the loop until the thread begins: the server is to listen first."""


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
    """Does ``steps`` one after the other in a thread, a moment after :meth:`begin`.

    One that fails is passed over: what it was to prepare is done when it is needed, or fails there.
    """

    def __init__(self, log: Logger, steps: Iterable[Step]) -> None:
        self._log = log
        self._steps = tuple(steps)
        self._timer: asyncio.TimerHandle | None = None
        self._stopped = False

    def begin(self, pause: float = PAUSE) -> None:
        """Start in ``pause`` seconds; to be called in the loop."""
        self._timer = asyncio.get_running_loop().call_later(pause, self._start)

    def stop(self) -> None:
        """Begin nothing any more. Nothing needs to wait for the step that is under way."""
        self._stopped = True
        if self._timer is not None:
            self._timer.cancel()

    def _start(self) -> None:
        threading.Thread(target=self._run, name="jupyter-collab warming", daemon=True).start()

    def _run(self) -> None:
        done = []
        for step in self._steps:
            if self._stopped:
                return
            try:
                step()
            except Exception as error:  # noqa: BLE001 - exporters of others, and nobody asked yet
                self._log.debug("Not prepared for the first notebook: %s: %r", step.__name__, error)
            else:
                done.append(step.__name__)
        self._log.debug("Prepared for the first notebook: %s", ", ".join(done))
