"""The hot path of a room: what comes in is applied, sent, logged and acknowledged, all at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pycrdt import merge_updates

from ..errors import ProtocolError
from ..protocol.identity import ConnectionId, Position, RoomId
from ..protocol.messages import EMPTY_STATE_VECTOR, Ack, SyncStep2, SyncUpdate
from .content.carrying import Rebuilding
from .effects import Append, Effect, Send
from .events import FileMerged
from .intake import Intake, expel
from .keeper import Keeper
from .replica import Replica
from .session import Member, Session, members_of
from .yjs.gaps import before_gap

MAX_EARLY, MAX_EARLY_SIZE = 500, 16 * 2**20
"""So many updates, and bytes, of a guest wait for the step 2 that they may stand on."""

TOO_EARLY = "too many updates have come before the step 2 that they stand on"

NOBODY: frozenset[ConnectionId] = frozenset()


class Publisher:
    """Takes in what connections send, and sees to it that everybody and the log get it once.

    ``sessions`` is the room's, and ``position`` is that of the last update in the log.
    """

    def __init__(
        self,
        id: RoomId,
        replica: Replica,
        keeper: Keeper,
        sessions: Mapping[ConnectionId, Session],
        position: Position,
    ) -> None:
        self._document_id = str(id)
        self._replica = replica
        self._keeper = keeper
        self._sessions = sessions
        self._position = self._began = keeper.head = position
        self._incoming: list[tuple[Member, bytes]] = []
        self._early: dict[ConnectionId, Member] = {}
        self.intake = Intake(replica, sessions)
        self._in_hand = NOBODY  # whose edits are being taken in

    @property
    def is_applied(self) -> bool:
        """All that came in is in the document, and sent."""
        return not self._incoming and not self._early and not self._replica.has_changes

    @property
    def position(self) -> Position:
        """That of the last update."""
        return self._position

    @property
    def is_untouched(self) -> bool:
        """The document is what the room began with."""
        return self._position == self._began and self.is_applied

    @property
    def in_hand(self) -> frozenset[ConnectionId]:
        """Those whose edits were not taken in to the end, as something has failed."""
        return self._in_hand

    def members(self) -> list[Member]:
        return members_of(self._sessions)

    def receive(self, member: Member, message: SyncStep2 | SyncUpdate) -> list[Effect]:
        """Keep an update for the next flush, or until the step 2 that it may stand on."""
        if isinstance(message, SyncStep2):
            self._keep(member, message.update)
            member.told = message.update
            member.has_told = True
            self._release(member, len(member.early))
        elif member.has_told:
            self._keep(member, message.update)
        else:
            member.early.append(message.update)
            if member.patience is None:
                self.end_patience(member)
            else:
                self._early[member.connection] = member
            if member.person.guest and _are_too_many(member.early):
                member.early.clear()
                self._early.pop(member.connection, None)
                return [expel(member.connection, ProtocolError(TOO_EARLY))]
        return []

    def end_patience(self, member: Member) -> None:
        """Wait no longer for a member's step 2, but with what cannot do without it."""
        count = 0
        if member.early:
            kept = [update for writer, update in self._incoming if writer is member]
            updates = (*kept, *member.early)
            count = before_gap(updates, self._replica.state_vector()) - len(kept)
        self._release(member, count)

    def _release(self, member: Member, count: int) -> None:
        """Keep the first ``count`` of the updates that wait, and wait no longer with the rest."""
        updates, member.early = member.early[:count], member.early[count:]
        for update in updates:
            self._keep(member, update)
        member.patience = None
        self._early.pop(member.connection, None)

    @property
    def patience(self) -> float | None:
        """When to wait no longer for the step 2 of somebody whose edits wait for it."""
        if not self._early:
            return None
        waiting = (member.patience for member in self._early.values())
        return min((at for at in waiting if at is not None), default=None)

    def end_patience_of_those_due(self, now: float) -> bool:
        """Whether there were any."""
        due = [member for member in self._early.values() if (member.patience or now) <= now]
        for member in due:
            self.end_patience(member)
        return bool(due)

    def _keep(self, member: Member, update: bytes) -> None:
        member.received += 1
        self._incoming.append((member, update))

    def flush(self, now: float) -> list[Effect]:
        """Apply what came in, and publish it."""
        effects = self.publish(now) if self._replica.has_changes else []
        incoming, self._incoming = self._incoming, []
        if incoming:
            if self._in_hand:
                self.intake.start_over()
            self._in_hand = frozenset([member.connection for member, _ in incoming])
            effects += self._take_in(incoming, now)
            self._in_hand = NOBODY
        return effects

    def publish(self, now: float, skip: frozenset[ConnectionId] = NOBODY) -> list[Effect]:
        """Log all changes of the document since the last time, and send them, not to ``skip``."""
        effects: list[Effect] = []
        updates, content_changed = self._replica.take()
        if content_changed and self._replica.document.mend():
            # In one: a page that got the first part alone could not show it.
            updates, skip = [merge_updates(*updates, *self._replica.take()[0])], NOBODY
        for update in updates:
            effects += self._log_and_send(update, skip)
        if content_changed:
            self._keeper.touch(now)
            if self._replica.document.repair():
                effects += self.publish(now)
        effects += self.update_state()
        effects += self._keeper.step(now)
        return effects

    def merge(self, event: FileMerged, now: float) -> list[Effect]:
        """Apply what another program wrote, as the edits of one more collaborator."""
        effects: list[Effect] = []
        was_clean = not self._keeper.dirty
        self._replica.apply(event.updates)
        updates, changed = self._replica.take()
        at = []
        for update in updates:
            effects += self._log_and_send(update, NOBODY)
            at.append(self._position)
        effects += self._keeper.merged(event.version, at, event.written, event.stood_on, now)
        mended = self._replica.document.repair()
        if was_clean and not mended and event.stood_on is None:
            effects += self._keeper.settle(now)
        elif changed or event.stood_on is not None:
            self._keeper.touch(now)
        return effects

    def bring_in(self, updates: Iterable[bytes], now: float) -> list[Effect]:
        """Apply what an older history has, as the edits of one more collaborator."""
        self._replica.apply(updates)
        return self.publish(now)

    def update_state(self) -> list[Effect]:
        """Keep the server's members of the shared state true, whoever wrote them."""
        self._replica.set_state({"document_id": self._document_id, **self._keeper.state_values})
        effects: list[Effect] = []
        if self._replica.has_changes:
            for update in self._replica.take()[0]:
                effects += self._log_and_send(update, NOBODY)
        return effects

    def logged(self, position: Position) -> list[Effect]:
        """The log has all up to ``position``: acknowledge it."""
        self._keeper.durable = position
        effects: list[Effect] = []
        for member in self.members():
            effects += self._acknowledge(member)
        return effects

    def _take_in(self, incoming: list[tuple[Member, bytes]], now: float) -> list[Effect]:
        sifted = self.intake.look(incoming)
        effects = sifted.effects
        fine = _rebuilders_last(sifted.fine)
        had = [
            # Who is connected deletes only what is there for them: they had no other copy of it.
            member.had if update is member.told else EMPTY_STATE_VECTOR
            for member, update in fine
        ]
        broken = self._replica.apply([update for _, update in fine], had)
        self.intake.admit(sifted)
        if broken:
            senders = sorted({fine[index][0].connection for index in broken})
            error = ProtocolError("an update cannot be read")
            effects += [expel(connection, error) for connection in senders]
        writers = self._in_hand
        # A lone writer has its own edits; with several, each lacks those of the others.
        alone = len(writers) == 1 and not sifted.harmful and not self._replica.has_carried
        effects += self.publish(now, writers if alone else NOBODY)
        for connection in writers:
            session = self._sessions.get(connection)
            if isinstance(session, Member):
                session.wait_for(self._position)
                effects += self._acknowledge(session)
        return effects

    def _log_and_send(self, update: bytes, skip: frozenset[ConnectionId]) -> list[Effect]:
        self._position = self._keeper.head = Position(self._position + 1)
        effects: list[Effect] = [Append(self._position, update)]
        self.intake.follow(update)
        readers = tuple(
            [id for id, s in self._sessions.items() if id not in skip and isinstance(s, Member)]
        )
        if readers:
            effects.append(Send(readers, SyncUpdate(update)))
        return effects

    def _acknowledge(self, member: Member) -> list[Effect]:
        count = member.acknowledge(self._keeper.durable)
        if count is None or not member.person.collab:
            return []
        return [Send((member.connection,), Ack(count))]


def _rebuilders_last(incoming: list[tuple[Member, bytes]]) -> list[tuple[Member, bytes]]:
    """With those last who move cells or put in other sources: what the others have typed there
    comes along. It would be gone with the rest else, as if it had been known. Nobody of them has
    what another one has sent."""
    if len(incoming) < 2:
        return incoming
    last = {member.connection for member, update in incoming if Rebuilding.of(update)}
    return sorted(incoming, key=lambda it: it[0].connection in last)


def _are_too_many(early: list[bytes]) -> bool:
    return len(early) > MAX_EARLY or sum(map(len, early)) > MAX_EARLY_SIZE
