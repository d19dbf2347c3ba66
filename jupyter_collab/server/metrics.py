"""What an administrator sees of documents in Jupyter Server's ``/metrics``: numbers, no names."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator

from prometheus_client import REGISTRY
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from .document_actor import DocumentActor

HELP = {
    "documents": "Documents that are open together",
    "connections": "Connections to documents that are open together",
    "documents_unsaved": "Open documents with changes that are not in their files yet",
    "documents_failing": "Open documents whose last save has failed",
    "documents_without_history": "Open documents of which edits cannot be written to the store",
}

UNTOUCHED = ("saved", "kept")
"""A document that was just opened."""


class Metrics(Collector):
    """Counted when somebody asks, so that typing costs nothing more."""

    def __init__(self, rooms: Callable[[], Iterable[DocumentActor]]) -> None:
        self._rooms = rooms

    def install(self) -> None:
        # The registry is that of the process: of several servers in it, as in tests, one is seen.
        with contextlib.suppress(ValueError):
            REGISTRY.register(self)

    def close(self) -> None:
        with contextlib.suppress(KeyError):
            REGISTRY.unregister(self)

    def collect(self) -> Iterator[GaugeMetricFamily]:
        count = Counter[str]()
        for actor in self._rooms():
            save, history = actor.room.kept or UNTOUCHED
            count["documents"] += 1
            count["connections"] += len(actor.connections)
            count["documents_unsaved"] += save != "saved"
            count["documents_failing"] += save == "failed"
            count["documents_without_history"] += history != "kept"
        for name, text in HELP.items():
            yield GaugeMetricFamily(f"jupyter_collab_{name}", text, value=count[name])
