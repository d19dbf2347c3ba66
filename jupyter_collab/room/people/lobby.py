"""The room without a document: everybody on the server is present in it."""

from __future__ import annotations

from ...protocol.identity import ConnectionId
from ...protocol.messages import Awareness, Ping, Pong
from .. import events as ev
from ..effects import Effect, Send
from ..flushing import FlushWindow
from ..session import Member
from .presence import Presence


class Lobby:
    """Spreads presence, and nothing else; what is said of documents here is passed over."""

    def __init__(self, flush_window: float, now: float) -> None:
        self._members: dict[ConnectionId, Member] = {}
        self._presence = Presence()
        self._window = FlushWindow(flush_window, now)

    @property
    def deadline(self) -> float | None:
        return self._window.at

    def handle(self, event: ev.RoomEvent, now: float) -> list[Effect]:
        effects = self._decide(event, now)
        if self._window.is_due(now):
            effects += self._flush(now)
        return effects

    def _decide(self, event: ev.RoomEvent, now: float) -> list[Effect]:
        match event:
            case ev.Joined(connection, person):
                self._members[connection] = Member(connection, person)
                present = self._presence.snapshot()
                return [Send((connection,), Awareness(present))] if present else []
            case ev.Identified(username, user):
                return self._presence.identify(username, user, self._members.values())
            case ev.Left(connection):
                member = self._members.pop(connection, None)
                if member is not None:
                    self._presence.leave(member, now)
                    self._schedule_flush(now)
                return []
            case ev.Received(connection, Awareness(entries)) if connection in self._members:
                effects = self._presence.hear(self._members[connection], entries, now)
                self._schedule_flush(now)
                return effects
            case ev.Received(connection, Ping(number)):
                return [Send((connection,), Pong(number))]
            case _:
                return []

    def _schedule_flush(self, now: float) -> None:
        if self._presence.has_changes:
            self._window.schedule(now)

    def _flush(self, now: float) -> list[Effect]:
        self._window.begin(now)
        changes = self._presence.take_changes()
        readers = tuple(member.connection for member in self._members.values())
        return [Send(readers, Awareness(changes))] if changes and readers else []
