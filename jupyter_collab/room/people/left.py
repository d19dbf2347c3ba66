"""Clients that have left a room, whose places are kept for those who had them."""

from __future__ import annotations

from dataclasses import dataclass

from ...protocol.identity import ClientId
from ...protocol.messages import PresenceEntry
from ..session import Person

KEPT_FOR = 300.0
"""Seconds; a connection that was lost is there again long before."""

MAX_KEPT = 4096
MAX_KEPT_FOR_ONE = 64


@dataclass(frozen=True, slots=True)
class _Place:
    username: str
    clock: int
    until: float


class LeftClients:
    """Who had a client, for a while; those who left first come first."""

    def __init__(self) -> None:
        self._places: dict[ClientId, _Place] = {}

    def keep(self, entry: PresenceEntry, username: str, now: float) -> None:
        """``username`` was present as the client of ``entry`` until now."""
        self._forget(now)
        self._places.pop(entry.client, None)
        own = [client for client, place in self._places.items() if place.username == username]
        if len(own) >= MAX_KEPT_FOR_ONE:
            del self._places[own[0]]
        elif len(self._places) >= MAX_KEPT:
            del self._places[next(iter(self._places))]
        self._places[entry.client] = _Place(username, entry.clock, now + KEPT_FOR)

    def is_of_another(self, entry: PresenceEntry, person: Person, now: float) -> bool:
        """Whether ``person`` says something of a client that somebody else had.

        No guest may. Others get another user name from some identity providers each time they
        come; but what is not news is an echo of what was said before.
        """
        place = self._places.get(entry.client)
        if place is None or place.until <= now or place.username == person.username:
            return False
        return person.guest or entry.clock <= place.clock

    def take(self, client: ClientId) -> None:
        """It is there again."""
        self._places.pop(client, None)

    def _forget(self, now: float) -> None:
        while self._places:
            client, place = next(iter(self._places.items()))
            if place.until > now:
                return
            del self._places[client]
