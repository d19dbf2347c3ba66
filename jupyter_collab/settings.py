"""The settings of the extension that are about documents, as traits."""

from __future__ import annotations

from typing import Any

from traitlets import Float, HasTraits, TraitError, validate

from .durations import not_negative
from .room.opening import RoomPolicy
from .room.saving import SavePolicy

FLUSH_WINDOW = 0.018
"""Seconds that edits wait for company after others have just gone out."""


class DocumentTraits(HasTraits):
    """The traits of the extension that are about documents."""

    document_save_delay = Float(
        1.0,
        allow_none=True,
        config=True,
        help="Seconds from the last change of a document until it is written to its file. "
        "None: it is written only when someone asks for it.",
    )
    document_save_max_wait = Float(
        5.0,
        config=True,
        help="Seconds after which a document is written to its file although people go on "
        "changing it.",
    )
    document_cleanup_delay = Float(
        60.0,
        allow_none=True,
        config=True,
        help="Seconds that a document is kept in memory after the last person has left it. "
        "None: until the server stops.",
    )
    file_poll_interval = Float(
        1.0,
        config=True,
        help="Seconds between two looks at a file that another program may have changed, where "
        "the file system does not tell. 0: look only when saving.",
    )

    @validate("document_save_delay", "document_cleanup_delay", "file_poll_interval")
    def _not_negative(self, proposal: Any) -> float | None:
        return not_negative(proposal)

    @validate("document_save_max_wait")
    def _positive(self, proposal: Any) -> float:
        value: float = proposal["value"]
        if not 0 < value < float("inf"):
            raise TraitError(
                f"YDocExtension.document_save_max_wait is {value}: it has to be a number of "
                "seconds, more than 0"
            )
        return value

    @property
    def room_policy(self) -> RoomPolicy:
        """The traits that rooms go by, as one value."""
        saving = SavePolicy(self.document_save_delay, self.document_save_max_wait)
        return RoomPolicy(saving, self.document_cleanup_delay, FLUSH_WINDOW)
