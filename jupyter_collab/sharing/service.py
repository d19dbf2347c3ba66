"""What the handlers of sharing need, built once in ``app.py``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ..files.port import DocumentFiles
from .gate import Gate
from .hub.shares import HubShares
from .links import Link
from .recheck import Recheck
from .shares import Shares
from .site import Site
from .sockets import Sockets


@dataclass(frozen=True)
class Sharing:
    shares: Shares
    sockets: Sockets
    recheck: Recheck
    gate: Gate
    site: Site
    hub: HubShares | None
    files: Callable[[], DocumentFiles]

    def close(self) -> None:
        """Stop the timers."""
        self.sockets.close()
        self.recheck.close()

    def model(self, link: Link) -> dict[str, Any]:
        """A link as those see it who may revoke it. Times are seconds since the epoch."""
        return {
            "id": link.id,
            "path": link.path,
            "format": link.format,
            "type": link.type,
            "role": link.role,
            "name": link.name,
            "created": link.created,
            "createdBy": link.created_by,
            "expires": link.expires,
            "lastUsed": link.last_used,
            "missing": link.is_missing,
            "people": self.sockets.people(link.id),
        }
