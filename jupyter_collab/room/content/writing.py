"""How the room itself writes into its document, beside code on the server that observes it."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pycrdt import Doc

ORIGIN = "room"
"""What a live model's undo manager does not record: it would keep all that people delete."""

_log = logging.getLogger(__name__)


@contextmanager
def writing(doc: Doc[Any], origin: str | None = ORIGIN) -> Iterator[None]:
    """A transaction of the room; without ``origin`` it may be a part of another one.

    pycrdt calls observers when it is over, and raises what they have raised. That is a matter of
    whose code they are: the change is in the document, and has to go to everybody and to the log.
    """
    has_ended = False
    try:
        with doc.transaction(origin=origin):
            yield
            has_ended = True
    except ExceptionGroup as group:
        if not has_ended:
            raise
        _log.error("Code on the server that observes a document has failed", exc_info=group)
