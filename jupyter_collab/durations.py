"""What settings that are a time may be."""

from __future__ import annotations

from typing import Any

from traitlets import TraitError


def not_negative(proposal: Any) -> float | None:
    """The value that a trait is given, if that is a number of seconds or ``None``.

    Raises ``TraitError`` for less than 0, and for what has no end.
    """
    value: float | None = proposal["value"]
    if value is not None and not 0 <= value < float("inf"):
        raise TraitError(
            f"YDocExtension.{proposal['trait'].name} is {value}: it has to be a number of "
            "seconds, 0 or more"
        )
    return value
