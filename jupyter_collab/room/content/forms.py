"""Notices cells that may not have the form in which pages can show them.

A cell is a shared map with a shared text in it, and so on. Who puts in an object as it is, as an
agent may that knows notebooks from their JSON, has a document of which no page can show anything
any more, not even the cells that were there before. See :mod:`.mending`.
"""

from __future__ import annotations

from typing import Any

from pycrdt._pycrdt import Array as RawArray
from pycrdt._pycrdt import Map as RawMap
from pycrdt._pycrdt import Text as RawText

from .build import CELL_TYPES
from .walking import member_of

_FORMS = {"id": str, "cell_type": str, "source": RawText, "metadata": RawMap, "outputs": RawArray}
"""Members of a cell without which, or as something else, pages cannot show it. Only code has
outputs, and needs them; metadata may be missing."""

_SHARED = (RawArray, RawMap, RawText)
"""What pages cannot show in the place of attachments, or of a member of metadata: they copy these
as JSON, and with a shared type never come to an end."""

_ABSENT = object()


class Forms:
    """Follows what happens to the cells of a document."""

    def __init__(self) -> None:
        self._is_doubtful = False

    def see(self, event: Any) -> None:
        """Something happened to the list of cells, or in it."""
        path = event.path
        if not path:
            # Now: of one that is deleted a moment later nothing is left, and Yrs does not notice.
            raw = event.transaction
            self._is_doubtful |= not all(_is_formed(raw, cell) for cell in _inserted(event))
        elif len(path) == 1:
            self._is_doubtful |= not all(
                _has_form(event.transaction, key, change) for key, change in event.keys.items()
            )
        elif path[1:] == ["outputs"]:
            self._is_doubtful |= not all(isinstance(it, RawMap | dict) for it in _inserted(event))
        elif path[1:] == ["metadata"]:
            self._is_doubtful |= _brings_shared(event)

    def see_head(self, event: Any) -> None:
        """Something happened to what a notebook has besides its cells."""
        if not event.path:
            metadata = event.keys.get("metadata")
            raw = event.transaction
            self._is_doubtful |= metadata is not None and not _has_form(raw, "metadata", metadata)
        elif event.path == ["metadata"]:
            self._is_doubtful |= _brings_shared(event)

    def take(self) -> bool:
        """Whether something may have another form, of what has changed since the last call."""
        is_doubtful, self._is_doubtful = self._is_doubtful, False
        return is_doubtful


def _is_formed(raw: Any, cell: Any) -> bool:
    """Whether a cell that has come has all that it needs. Without pycrdt's own wrappers: cells come
    by the thousand."""
    if not isinstance(cell, RawMap):
        return False
    kind = member_of(raw, cell, "cell_type")
    return kind in CELL_TYPES and all(
        _is_form(raw, key, member_of(raw, cell, key, _ABSENT))
        or (key == "outputs" and kind != "code")
        for key in (*_FORMS, "attachments")
    )


def _has_form(raw: Any, key: str, change: Any) -> bool:
    """Whether what is a member now, after a ``change``, is what it has to be."""
    value = change.get("newValue", _ABSENT)
    if key == "cell_type" and value not in CELL_TYPES:
        return False
    return _is_form(raw, key, value)


def _is_form(raw: Any, key: str, value: Any) -> bool:
    if key == "attachments":
        return not isinstance(value, _SHARED)
    if key == "metadata":
        return value is _ABSENT or (isinstance(value, RawMap) and not _holds_shared(raw, value))
    form = _FORMS.get(key)
    return form is None or isinstance(value, form)


def _holds_shared(raw: Any, metadata: Any) -> bool:
    return any(isinstance(metadata.get(raw, key), _SHARED) for key in metadata.keys(raw))


def _brings_shared(event: Any) -> bool:
    """Whether metadata have a shared type that they did not have."""
    changes = getattr(event, "keys", {}).values()
    return any(isinstance(change.get("newValue"), _SHARED) for change in changes)


def _inserted(event: Any) -> list[Any]:
    return [it for step in getattr(event, "delta", ()) for it in step.get("insert", ())]
