"""Who is in a room, as far as their clients tell.

The server knows who is at the other end of each connection, so a connection speaks for its
own clients only, and the identity in what it says is the server's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ...errors import ProtocolError
from ...protocol.identity import ClientId, ConnectionId
from ...protocol.messages import Awareness, PresenceEntry
from ...protocol.states import write_json
from ..effects import Effect, Send, TellCode
from ..intake import expel
from ..session import Member
from .left import LeftClients

MAX_CLIENTS = 8
"""A connection may be present as this many Yjs clients; a browser needs one."""

IDENTITY = ("username", "name", "display_name", "initials", "avatar_url", "color")
"""Members of a presence state's ``user`` that the server knows, or that nobody has."""

MAX_STATE_KEYS = 64
"""A presence state may have this many members."""

MAX_STATE = 2**18
MAX_GUEST_STATE = 2**16
"""Bytes of JSON in a presence state, without what the server knows of the person. With as many
cursors and cells as our browsers tell of, 50 and 200, it has some 20 KiB."""

MAX_GUESTS_STATES = 2**21
"""Bytes that the states of all guests in a room have together: everybody who comes gets them."""

CODE = ConnectionId(0)
"""Code on the server that has the document, which is present without a connection."""


@dataclass(slots=True)
class _Seat:
    connection: ConnectionId
    entry: PresenceEntry
    decides: bool
    guest_size: int
    """Bytes of a guest's state; those of others are not counted."""


class Presence:
    """The presence table of a room, and what of it has changed since it was last sent."""

    def __init__(self) -> None:
        self._seats: dict[ClientId, _Seat] = {}
        self._changed: dict[ClientId, PresenceEntry] = {}
        self._left = LeftClients()
        self._guests_size = 0

    def hear(self, member: Member, entries: Iterable[PresenceEntry], now: float) -> list[Effect]:
        """Take what ``member`` says of its own clients, and pass over the rest.

        Clients of the field echo the states of others back to the server, so those are no
        error; and there is nothing that they could change.
        """
        try:
            self._take(member, entries, now)
        except ProtocolError as error:
            return [expel(member.connection, error)]
        return []

    def _take(self, member: Member, entries: Iterable[PresenceEntry], now: float) -> None:
        for entry in entries:
            seat = self._seats.get(entry.client)
            if seat is not None and seat.connection != member.connection:
                continue
            if seat is None and self._left.is_of_another(entry, member.person, now):
                continue
            if entry.state is None:
                self._stand_up(member, entry, now)
            elif self._is_news(seat, entry) and self._has_room(member, entry):
                self._sit_down(member, entry)

    def speak(self, entries: Iterable[PresenceEntry], now: float) -> None:
        """Take what code on the server says: it knows itself who it is, and has no say in how the
        document is kept."""
        for entry in entries:
            seat = self._seats.get(entry.client)
            if seat is not None and seat.connection != CODE:
                continue
            if entry.state is not None:
                self._left.take(entry.client)
                self._seats[entry.client] = _Seat(CODE, entry, decides=False, guest_size=0)
                self._changed[entry.client] = entry
            elif self._vacate(entry.client) is not None:
                self._left.keep(entry, "", now)
                self._changed[entry.client] = entry

    def leave(self, member: Member, now: float) -> None:
        """All clients of ``member`` are gone."""
        for client in sorted(member.clients):
            seat = self._vacate(client)
            if seat is not None:
                self._left.keep(seat.entry, member.person.username, now)
                # The clock stays: a client that comes back with the next one is news again.
                self._changed[client] = PresenceEntry(client, seat.entry.clock, None)
        member.clients.clear()

    def identify(
        self, username: str, user: Mapping[str, Any], members: Iterable[Member]
    ) -> list[Effect]:
        """``user`` is what is known of ``username`` from now on.

        Clocks belong to the clients, so each client of this person is told that it is gone. It
        is not, and says so with its state and the next clock: that is news to everybody.
        """
        effects: list[Effect] = []
        for member in members:
            if member.person.username != username:
                continue
            member.person = replace(member.person, user=user)
            seats = [self._seats[client] for client in sorted(member.clients)]
            gone = tuple(PresenceEntry(s.entry.client, s.entry.clock, None) for s in seats)
            if gone:
                effects.append(Send((member.connection,), Awareness(gone)))
        return effects

    def snapshot(self) -> tuple[PresenceEntry, ...]:
        """Everybody, for a newcomer."""
        return tuple(seat.entry for seat in self._seats.values())

    def take_changes(self) -> tuple[PresenceEntry, ...]:
        """What has changed since this was last called: the latest state of each client."""
        changes = tuple(self._changed.values())
        self._changed.clear()
        return changes

    def spread(self, members: Iterable[Member], *, to_code: bool) -> list[Effect]:
        """Tell ``members`` what has changed, but not those who have told all of it themselves."""
        changes = self.take_changes()
        told = {entry.client for entry in changes}
        readers = tuple(member.connection for member in members if not told <= member.clients)
        effects: list[Effect] = [Send(readers, Awareness(changes))] if readers else []
        return [*effects, TellCode(changes)] if to_code else effects

    def wants_autosave(self) -> bool | None:
        """Whether the document is to be saved by itself: no if all who have a say have switched
        it off, and ``None`` if there is nobody; whoever left last is believed then."""
        states = [seat.entry.state for seat in self._seats.values() if seat.decides]
        wanted = [bool(state.get("autosave", True)) for state in states if state]
        return any(wanted) if wanted else None

    @property
    def has_changes(self) -> bool:
        return bool(self._changed)

    @staticmethod
    def _is_news(seat: _Seat | None, entry: PresenceEntry) -> bool:
        return seat is None or seat.entry.clock < entry.clock

    @staticmethod
    def _has_room(member: Member, entry: PresenceEntry) -> bool:
        known = entry.client in member.clients
        return (known or len(member.clients) < MAX_CLIENTS) and len(
            entry.state or ()
        ) <= MAX_STATE_KEYS

    def _sit_down(self, member: Member, entry: PresenceEntry) -> None:
        state = dict(entry.state or {})
        said = state.get("user")
        said = said if isinstance(said, dict) else {}
        other = {key: value for key, value in said.items() if key not in IDENTITY}
        state["user"] = other
        size = self._measure(member, state)
        before = self._seats.get(entry.client)
        more = size - (before.guest_size if before else 0)
        if more > 0 and self._guests_size + more > MAX_GUESTS_STATES:
            return
        state["user"] = {**other, **member.person.user}
        known = PresenceEntry(entry.client, entry.clock, state)
        member.clients.add(entry.client)
        self._left.take(entry.client)
        self._guests_size += more
        self._seats[entry.client] = _Seat(member.connection, known, member.person.decides, size)
        self._changed[entry.client] = known

    @staticmethod
    def _measure(member: Member, state: Mapping[str, Any]) -> int:
        """Bytes that count; raises :class:`ProtocolError` where they are too many."""
        guest = member.person.guest
        size, most = len(write_json(state).encode()), MAX_GUEST_STATE if guest else MAX_STATE
        if size > most:
            raise ProtocolError(f"a presence state has {size} bytes; at most {most} are taken")
        return size if guest else 0

    def _stand_up(self, member: Member, entry: PresenceEntry, now: float) -> None:
        if self._vacate(entry.client) is not None:
            self._left.keep(entry, member.person.username, now)
            member.clients.discard(entry.client)
            self._changed[entry.client] = entry

    def _vacate(self, client: ClientId) -> _Seat | None:
        seat = self._seats.pop(client, None)
        if seat is not None:
            self._guests_size -= seat.guest_size
        return seat
