"""Does beforehand what the first notebook on a server would have everybody wait for.

As JupyterLab opens a notebook it asks what nbconvert can do, and Jupyter imports nbconvert for the
answer, in the event loop. Here it is imported before the server listens. A thread could do so
later, but whoever comes meanwhile is served three times as slowly. So it is with the code of which
documents are made.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from logging import Logger
from threading import Thread

from jupyter_server.serverapp import ServerApp

from ..room.content.build import build, placeholder
from ..room.dormant import Dormant

Step = Callable[[], None]


def pass_over_what_is_there() -> None:
    """Let Python's collector not look again at what the process is made of by now.

    A server consists of some 200,000 objects that stay. To look at all of them takes a tenth of a
    second, in which nobody is served.
    """
    gc.freeze()


def import_threads() -> None:
    """Import what the server's handlers need to have something done in a thread."""
    import anyio

    with ThreadPoolExecutor(1) as thread:  # this one has an event loop already
        thread.submit(anyio.run, anyio.sleep, 0).result()


def find_addresses() -> None:
    """Find out which addresses this machine has, as it is done before the first kernel starts."""
    from jupyter_client.localinterfaces import local_ips

    local_ips()


def import_exporters() -> None:
    """Import what ``GET /api/nbconvert`` needs, exporters of other packages included."""
    from nbconvert.exporters import base

    base.get_export_names()  # type: ignore[no-untyped-call]


def make_a_notebook() -> None:
    """Make a document and forget it, so that the code for it is in memory."""
    notebook = {"cells": [placeholder()], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    document = Dormant.of(build("json", "notebook", notebook), client=1)
    document.tell({"": ""})
    document.wake().get_update()


FRONT_ENDS = ("jupyterlab", "notebook")
"""The server extensions whose pages ask what nbconvert can do."""


def steps_of(serverapp: ServerApp) -> tuple[Step, ...]:
    """What to do on this server, in this order."""
    linked = serverapp.extension_manager.linked_extensions
    exporters = (import_exporters,) if any(map(linked.get, FRONT_ENDS)) else ()
    return (import_threads, make_a_notebook, *exporters)


def prepare(serverapp: ServerApp, log: Logger) -> None:
    """Prepare ``serverapp`` for the first notebook, before it listens.

    A thread looks for addresses: where names cannot be resolved that takes seconds.
    """
    Thread(target=warm_up, args=((find_addresses,), log), name="addresses", daemon=True).start()
    warm_up(steps_of(serverapp), log)


def warm_up(steps: Iterable[Step], log: Logger) -> None:
    """Do ``steps`` one after the other.

    One that fails is passed over: what it was to prepare is done when it is needed, or fails there.
    """
    done = []
    for step in steps:
        try:
            step()
        except Exception as error:  # noqa: BLE001 - exporters of others, and nobody asked yet
            log.debug("Not prepared for the first notebook: %s: %r", step.__name__, error)
        else:
            done.append(step.__name__)
    log.debug("Prepared for the first notebook: %s", ", ".join(done))
