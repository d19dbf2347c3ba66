"""A room: one document and those who have it open.

:meth:`Room.handle` takes an event and the time, and returns what is to be done. There is no
I/O here, no clock and no randomness; ``server/actor.py`` performs the effects.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, assert_never

from ..errors import ProtocolError
from ..files.port import FileVersion
from ..protocol.close import CloseCode
from ..protocol.identity import Access, ConnectionId, Lineage, Position, RoomId
from ..protocol.messages import (
    EMPTY_STATE_VECTOR,
    Adopt,
    Awareness,
    ClientMessage,
    Hello,
    Ping,
    Pong,
    Save,
    Status,
    SyncStep1,
    SyncStep2,
    SyncUpdate,
)
from . import events as ev
from .effects import (
    AdoptHistory,
    Disconnect,
    Effect,
    Evict,
    Report,
    Send,
    TellCode,
)
from .flushing import FlushWindow
from .intake import expel
from .keeper import Keeper
from .older import OlderHistory
from .opening import Opening, RoomPolicy
from .outcomes import Outcomes
from .people.presence import Presence
from .permissions import admits, refuse
from .publisher import Publisher
from .replica import Replica
from .session import Member, Session, Stranger
from .step2 import answer_step1
from .yjs.vetting import vet_member

STEP2_PATIENCE = 2.0
"""Seconds that edits wait for the step 2 of a client that sends them before it."""


class Room:
    """One document, its sessions, and all decisions about them.

    Invariants:

    1. Nothing of a session is applied to the document unless it holds the room's lineage.
    2. What a session sent is acknowledged only after the log has it.
    3. Every update of the document is appended to the log once, in order, and sent to
       everybody who does not have it.
    """

    def __init__(self, id: RoomId, opening: Opening, policy: RoomPolicy, now: float) -> None:
        self.id = id
        self.lineage = opening.lineage
        self._policy = policy
        self._replica = opening.replica
        self._sessions: dict[ConnectionId, Session] = {}
        self._presence = Presence()
        self._keeper = Keeper(
            opening.replica,
            opening.path,
            opening.version,
            opening.saved,
            policy.save,
            opening.base,
        )
        self._publisher = Publisher(
            id, opening.replica, self._keeper, self._sessions, opening.position
        )
        self._outcomes = Outcomes(id, self._keeper, self._publisher)
        self._window = FlushWindow(policy.flush_window, now)
        self._empty_since: float | None = now
        self._holders = 0  # how often code on the server has the document
        self._told: Mapping[str, Any] = {}
        self._fresh = opening.fresh
        self._older = OlderHistory(opening.replica, self._publisher)
        if opening.position > opening.saved.position:
            self._keeper.touch(now)

    @property
    def replica(self) -> Replica:
        return self._replica

    @property
    def is_empty(self) -> bool:
        return not self._sessions

    @property
    def kept(self) -> tuple[str, str] | None:
        """The states of ``save`` and ``history`` that clients were told last; ``None`` before."""
        told = self._told
        return (told["save"]["state"], told["history"]["state"]) if told else None

    @property
    def is_settled(self) -> bool:
        """Nothing is under way, and all that should be written is: to the log, or at least to
        the file where the log cannot be written."""
        return self._publisher.is_applied and self._keeper.is_settled

    @property
    def is_fresh(self) -> bool:
        """Nobody holds the history, nor anything else that a client's could not replace."""
        return self._fresh and self._publisher.is_untouched and not self._keeper.busy

    def knows(self, version: FileVersion) -> bool:
        """Whether the file, which is this version, is as it was when it was looked at last."""
        return self._keeper.version.fingerprint == version.fingerprint

    def successor(self, opening: Opening, now: float) -> tuple[Room, list[ev.Joined]]:
        """A room with another history in the place of this one, and who is to join it."""
        strangers = [s for s in self._sessions.values() if isinstance(s, Stranger)]
        joined = [ev.Joined(s.connection, s.person, s.lineage) for s in strangers if s.asked]
        return Room(self.id, opening, self._policy, now), joined

    @property
    def head(self) -> Position:
        """How far the history goes, by what the room has decided."""
        return self._keeper.head

    def is_saving(self, position: Position) -> bool:
        """Whether the file is about to get what the document had at ``position``."""
        return self._keeper.is_saving(position)

    @property
    def in_hand(self) -> frozenset[ConnectionId]:
        """Those whose edits were not taken in to the end, as something has failed."""
        return self._publisher.in_hand

    @property
    def path(self) -> str:
        return self._keeper.path

    @property
    def dirty(self) -> bool:
        return self._keeper.dirty

    @property
    def deadline(self) -> float | None:
        """When :class:`~.events.Ticked` is due, if nothing else happens."""
        patience = self._publisher.patience
        candidates = (self._window.at, self._keeper.deadline, self._eviction_at, patience)
        return min([at for at in candidates if at is not None], default=None)

    def is_prepared_for(self, event: ev.RoomEvent) -> bool:
        """Whether ``event`` can be handled at once: the first edit of a guest would hold up
        everybody on the server as long as :meth:`prepare` takes."""
        match event:
            case ev.Received(connection, (SyncStep2() | SyncUpdate()) as message):
                session = self._sessions.get(connection)
                return (
                    not isinstance(session, Member)
                    or not session.person.guest
                    or not admits(message, session.person.access, guest=True)
                    or self._publisher.intake.is_prepared
                )
            case _:
                return True

    def prepare(self) -> Iterator[None]:
        """Steps that get ready for edits of guests; no event may be handled between them."""
        return self._publisher.intake.prepare()

    def handle(self, event: ev.RoomEvent, now: float) -> list[Effect]:
        """Decide what ``event`` at the time ``now`` (seconds) brings about."""
        effects = self._decide(event, now)
        if self._window.is_due(now):
            effects += self._flush(now)
        effects += self._tell_status()
        return effects

    def _decide(self, event: ev.RoomEvent, now: float) -> list[Effect]:
        match event:
            case ev.Received(connection, message):
                return self._receive(connection, message, now)
            case ev.Joined():
                return self._join(event, now)
            case ev.Identified(username, user):
                return self._presence.identify(username, user, self._publisher.members())
            case ev.Left(connection):
                return self._leave(connection, now)
            case ev.Edited():
                self._window.schedule(now)
                return []
            case ev.Ticked():
                return self._tick(now)
            case ev.Wanted():
                return self._flush(now) + self._keeper.hurry(now, all=event.all)
            case ev.Closing():
                effects = self._flush(now) + self._keeper.hurry(now)
                return effects + (self._keeper.leave() if self.is_settled else [])
            case ev.HistoryFound():
                return self._flush(now) + self._older.merge(event)
            case ev.HistoryMerged(updates):
                return self._flush(now) + self._older.bring_in(updates, now)
            case ev.NotAdopted():
                return self._go_without(event)
            case ev.Shown():
                self._fresh = False
                self._holders += 1
                return [TellCode(self._presence.snapshot())]
            case ev.Spoke(entries):
                self._presence.speak(entries, now)
                self._window.schedule(now)
                return []
            case ev.LetGo():
                self._holders -= 1
                self._empty_since = now if self.is_empty else None
                return []
            case ev.Logged() | ev.HistoryFailed() | ev.HistoryKept():
                return self._outcomes.hear_of_history(event, now)
            case ev.FileRead() | ev.FileMerged():
                return self._flush(now) + self._outcomes.hear_of_file(event, now)
            case _:
                return self._outcomes.hear_of_file(event, now)

    # --- sessions

    def _join(self, event: ev.Joined, now: float) -> list[Effect]:
        self._empty_since = None
        person = event.person
        if event.lineage == self.lineage:
            return self._admit(Member(event.connection, person), now)
        if person.collab:
            stranger = Stranger(event.connection, person, event.lineage or Lineage(""))
            self._sessions[event.connection] = stranger
            stranger.asked = self.is_fresh and person.decides and bool(stranger.lineage)
            return [self._hello(event.connection, person.access, adopts=stranger.asked)]
        payload = {"reason": "unknown_session", "sessionId": self.lineage, "reloadable": True}
        if self.is_empty:
            self._empty_since = now
        return [Disconnect(event.connection, CloseCode.UNKNOWN_HISTORY, json.dumps(payload))]

    def _admit(self, member: Member, now: float) -> list[Effect]:
        self._fresh = False
        effects = self._flush(now) + self._publisher.update_state()
        known = self._sessions.get(member.connection)
        self._sessions[member.connection] = member
        member.patience = now + STEP2_PATIENCE
        here = (member.connection,)
        if member.person.collab and known is None:
            effects.append(self._hello(member.connection, member.person.access))
        effects.append(Send(here, SyncStep1(self._replica.state_vector())))
        present = self._presence.snapshot()
        if present:
            effects.append(Send(here, Awareness(present)))
        fields = {"roomid": str(self.id), "username": member.person.username, "action": "join"}
        return [*effects, Report("awareness", fields)]

    def _hello(self, connection: ConnectionId, access: Access, *, adopts: bool = False) -> Send:
        hello = Hello(self.lineage, access, self.path, self._keeper.status(), adopts)
        return Send((connection,), hello)

    def _leave(self, connection: ConnectionId, now: float) -> list[Effect]:
        session = self._sessions.pop(connection, None)
        if not self._sessions:
            self._empty_since = now
        self._keeper.forget(connection)
        if not isinstance(session, Member):
            return []
        self._publisher.end_patience(session)
        self._presence.leave(session, now)
        self._window.schedule(now)
        fields = {"roomid": str(self.id), "username": session.person.username, "action": "leave"}
        return [Report("awareness", fields)]

    # --- what connections say

    def _receive(
        self, connection: ConnectionId, message: ClientMessage, now: float
    ) -> list[Effect]:
        match self._sessions.get(connection):
            case None:
                return []
            case Stranger(_, person) as stranger:
                if not admits(message, person.access, guest=person.guest):
                    return refuse(stranger, message) if isinstance(message, Adopt) else []
                return self._hear_stranger(stranger, message, now)
            case Member() as member:
                if not admits(message, member.person.access, guest=member.person.guest):
                    return refuse(member, message)
                return self._hear(member, message, now)

    def _hear_stranger(
        self, stranger: Stranger, message: ClientMessage, now: float
    ) -> list[Effect]:
        """A client that holds nothing yet may take our history; one that holds another may not."""
        if isinstance(message, Ping):
            return [Send((stranger.connection,), Pong(message.number))]
        if isinstance(message, Adopt):
            return self._adopt(stranger, message)
        if stranger.asked:
            return []
        if isinstance(message, SyncStep1) and message.state_vector == EMPTY_STATE_VECTOR:
            member = Member(stranger.connection, stranger.person)
            return self._admit(member, now) + self._hear(member, message, now)
        return []

    def _adopt(self, stranger: Stranger, message: Adopt) -> list[Effect]:
        if not stranger.asked:
            return []
        if not self.is_fresh:
            return self._go_without(ev.NotAdopted(stranger.connection))
        try:
            vet_member(message.state)
            vet_member(message.undo)
        except ProtocolError as error:
            return [expel(stranger.connection, error)]
        update = AdoptHistory(stranger.connection, stranger.lineage, message.state, message.undo)
        return [update]

    def _go_without(self, event: ev.NotAdopted) -> list[Effect]:
        """Answer a client whose history is not taken."""
        stranger = self._sessions.get(event.connection)
        if not isinstance(stranger, Stranger) or not stranger.asked:
            return []
        if event.malformed:
            return [expel(event.connection, ProtocolError("an adopt has bytes that are no update"))]
        stranger.asked = False
        return [self._hello(event.connection, stranger.person.access)]

    def _hear(self, member: Member, message: ClientMessage, now: float) -> list[Effect]:
        here = (member.connection,)
        match message:
            case SyncUpdate() | SyncStep2():
                self._window.schedule(now)
                return self._publisher.receive(member, message)
            case Awareness(entries):
                self._window.schedule(now)
                return self._presence.hear(member, entries, now)
            case SyncStep1(state_vector):
                member.had = state_vector
                if state_vector == EMPTY_STATE_VECTOR:
                    self._publisher.end_patience(member)  # its edits stand on nothing
                return self._flush(now) + answer_step1(
                    self._replica, member.connection, state_vector
                )
            case Save(id):
                return self._flush(now) + self._keeper.ask(member.connection, id, now)
            case Ping(number):
                return [Send(here, Pong(number))]
            case Adopt():
                return []  # it has our history by now
            case _:
                assert_never(message)

    # --- the hot path

    def _flush(self, now: float) -> list[Effect]:
        """Apply what came in, and send, log and acknowledge it, all at once."""
        self._window.begin(now)
        effects = self._publisher.flush(now)
        if self._presence.has_changes:
            effects += self._presence.spread(self._publisher.members(), to_code=self._holders > 0)
            automatic = self._presence.wants_autosave()
            if automatic is not None:
                self._keeper.set_automatic(automatic)
        return effects

    def _tell_status(self) -> list[Effect]:
        """Send the status to collab clients when it is another than they know; strangers have
        been told it with hello, and wait for nothing but another hello."""
        status = self._keeper.status()
        if status is self._told or status == self._told:
            return []
        self._told = status
        readers = tuple(m.connection for m in self._publisher.members() if m.person.collab)
        return [Send(readers, Status(status))] if readers else []

    # --- time

    def _tick(self, now: float) -> list[Effect]:
        if self._publisher.end_patience_of_those_due(now):
            self._window.schedule(now)
        effects = self._keeper.step(now)
        if self._eviction_at is not None and self._eviction_at <= now:
            self._empty_since = None  # said once; who joins and leaves again starts it anew
            effects += self._keeper.leave()
            effects.append(Evict())
        return effects

    @property
    def _eviction_at(self) -> float | None:
        if self._empty_since is None or self._policy.cleanup_delay is None or self._holders:
            return None
        if not self.is_settled:
            return None
        return self._empty_since + self._policy.cleanup_delay
