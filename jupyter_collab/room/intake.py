"""Looks at what came in before it is applied to the document."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial

from ..errors import ProtocolError
from ..protocol.close import CloseCode
from ..protocol.identity import ClientId, ConnectionId
from ..protocol.messages import Refusal
from .effects import Disconnect, Effect, Send
from .guests.sieve import Sieve
from .replica import Replica
from .session import Member, Session, members_of
from .yjs.gaps import clocks, is_of_one, maker_of
from .yjs.namesakes import Together, contradict, from_clock, is_exact
from .yjs.vetting import vet_member

NOT_FOR_GUESTS = (
    "Guests may write text and cells. Outputs, metadata and what is trusted are not for them; "
    "that part of your change was taken back"
)

UNACCEPTABLE = {
    "unreadable": "an update cannot be read",
    "incomplete": "an update stands on another one that has not come",
    "borrowed": "an update is written in the name of another client",
    "crowded": "an update has too many cells, is written in the name of too many clients,"
    " or lies where too many people type at once",
}

NAMESAKE = (
    "somebody else writes as the Yjs client {}, too: open an empty document, and let Yjs choose"
    " its number"
)

ECHOES, MAX_ECHO = 100, 4096
"""So many updates, each of so many bytes at most, are known again where a client sends back what it
has received."""

MAX_HARMFUL = 20
"""So often may a connection of a guest try to write what is not for guests."""


@dataclass(slots=True)
class Sifted:
    """What came in: what may be applied as it is, what has to be mended, what is to be said."""

    fine: list[tuple[Member, bytes]] = field(default_factory=list)
    harmful: list[tuple[bytes, frozenset[str]]] = field(default_factory=list)
    effects: list[Effect] = field(default_factory=list)
    expelled: set[ConnectionId] = field(default_factory=set)

    def expel(self, member: Member, error: ProtocolError) -> None:
        self.expelled.add(member.connection)
        self.effects.append(expel(member.connection, error))


class Intake:
    """Takes members' updates, but for what would end the process, and sifts those of guests.

    ``sessions`` is the room's.
    """

    def __init__(self, replica: Replica, sessions: Mapping[ConnectionId, Session]) -> None:
        self._replica = replica
        self._sessions = sessions
        self._sieve: Sieve | None = None
        self._writers: dict[int, ConnectionId] = {}
        self._echoes: deque[int] = deque(maxlen=ECHOES)

    @property
    def is_prepared(self) -> bool:
        """Whether it is known what edits of guests stand on."""
        return self._sieve is not None and self._sieve.is_prepared

    def prepare(self) -> Iterator[None]:
        """Steps that find it out, each of them short but the first, which copies the document."""
        self._sieve = self._sieve or Sieve(self._replica)
        yield
        yield from self._sieve.prepare()

    def look(self, incoming: list[tuple[Member, bytes]]) -> Sifted:
        sifted = Sifted()
        together = Together()
        if self._sieve is not None:
            self._sieve.begin()
        for member, update in incoming:
            if member.connection in sifted.expelled:
                continue  # each would cost a copy of the document
            if member.person.guest:
                self._sift(member, update, sifted)
                continue
            try:
                vet_member(update)
                self._require_own(member, update, together)
            except ProtocolError as error:
                sifted.expel(member, error)
            else:
                sifted.fine.append((member, update))
        writers = (member for member, _ in incoming)
        if self._sieve is not None and not _has_guest((*writers, *members_of(self._sessions))):
            self._sieve = None
        return sifted

    def start_over(self) -> None:
        """Something has failed: what was looked at need not be in the document."""
        self._sieve = None

    def admit(self, sifted: Sifted) -> None:
        """Apply what is harmful, without what makes it so."""
        if self._sieve is not None:
            for update, touched in sifted.harmful:
                self._sieve.admit_mended(update, touched)

    def _require_own(self, member: Member, update: bytes, together: Together) -> None:
        """Raise :class:`ProtocolError` where somebody else was this Yjs client, and has written
        something else: Yrs would pass ``update`` over, and its writer be told that it is kept.

        What several clients have written is not ``update``'s sender's alone, and neither need a
        step 2 be, which has all that the room lacks: after a crash anybody may still have what
        somebody has written who has written something else since.
        """
        maker = None if update is member.told else maker_of(update)
        if maker is None or not is_of_one(update):
            return
        client, clock = maker
        if together.contradicts(client, member.connection, update):
            raise ProtocolError(NAMESAKE.format(client))
        if self._writers.get(client) == member.connection:
            return
        if len(update) <= MAX_ECHO and hash(update) in self._echoes:
            return
        state_vector = self._replica.state_vector()
        end = clocks(state_vector).get(client, 0)
        if clock >= end:
            self._writers[client] = member.connection
            return
        known = self._replica.difference(from_clock(state_vector, client, clock))
        if is_exact(known, end) and contradict(update, known):
            raise ProtocolError(NAMESAKE.format(client))

    def follow(self, update: bytes) -> None:
        """Everybody has this update now."""
        if len(update) <= MAX_ECHO:
            self._echoes.append(hash(update))
        if self._sieve is not None:
            self._sieve.follow(update)

    def _sift(self, member: Member, update: bytes, sifted: Sifted) -> None:
        """Look at what a guest has written."""
        self._sieve = sieve = self._sieve or Sieve(self._replica)
        is_borrowed = partial(self._is_of_another, member)
        examined = sieve.examine(update, is_borrowed, member.brought, member.effort)
        member.brought += examined.brought
        member.effort += examined.effort
        match examined.finding:
            case "harmless":
                sifted.fine.append((member, update))
            case "harmful":
                sifted.harmful.append((update, examined.touched))
                sifted.effects += _warn(member)
            case finding:
                sifted.expel(member, ProtocolError(UNACCEPTABLE[finding]))

    def _is_of_another(self, writer: Member, client: ClientId) -> bool:
        """Whether ``client`` is the room itself, or is present as somebody else."""
        name = writer.person.username
        return client == self._replica.doc.client_id or any(
            client in member.clients
            for member in members_of(self._sessions)
            if member.person.username != name
        )


def expel(connection: ConnectionId, error: ProtocolError) -> Disconnect:
    """Close a connection that sent what cannot be taken."""
    return Disconnect(connection, CloseCode.BAD_REQUEST, str(error))


def _has_guest(members: Iterable[Member]) -> bool:
    return any(member.person.guest for member in members)


def _warn(member: Member) -> list[Effect]:
    """Say what was taken back; who goes on all the same has to go."""
    member.harmful += 1
    if member.harmful > MAX_HARMFUL:
        return [Disconnect(member.connection, CloseCode.FORBIDDEN, NOT_FOR_GUESTS)]
    if not member.person.collab:
        return []
    return [Send((member.connection,), Refusal("not-for-guests", NOT_FOR_GUESTS))]
