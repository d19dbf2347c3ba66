"""What the holder of a link is answered. Pure values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from .links import Link

Adjustment = Literal["default-settings", "translations", "page", "identity", "mute"]
"""How a handler is changed before it answers a holder; :mod:`.adjust` does it."""


@dataclass(frozen=True, slots=True)
class Ask:
    """A request: ``args`` are the parts of its path as the handler gets them, decoded.

    ``links`` are those that the holder has and that are active, ``ended`` the others.
    """

    method: str
    args: tuple[str, ...]
    named_args: Mapping[str, str | None]
    body: bytes
    links: tuple[Link, ...]
    ended: tuple[Link, ...] = ()

    def arg(self, name: str) -> str:
        """A part of the path by its name, or the only one that there is."""
        value = self.named_args.get(name) if self.named_args else "".join(self.args[:1])
        return value or ""


@dataclass(frozen=True, slots=True)
class Pass:
    """The handler answers."""

    adjustment: Adjustment | None = None


@dataclass(frozen=True, slots=True)
class AsNobody:
    """The handler answers as it answers those who are not logged in.

    With ``leaves`` the holder gives all links back.
    """

    leaves: bool = False


@dataclass(frozen=True, slots=True)
class Reply:
    """This is the answer; the handler is not asked."""

    body: str
    status: int = 200
    type: str = "application/json"


@dataclass(frozen=True, slots=True)
class Moved:
    """The document is at ``path`` now."""

    path: str


@dataclass(frozen=True, slots=True)
class Ended:
    """Their document, where the link has ended: the answer says so."""

    link: Link


@dataclass(frozen=True, slots=True)
class Refuse:
    """403."""


Verdict = Pass | AsNobody | Reply | Moved | Ended | Refuse
Rule = Callable[[Ask], Verdict]
"""What is answered to a holder, for one method of one handler."""
