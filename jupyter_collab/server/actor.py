"""Owns a room: feeds it events one at a time, and performs what it decides.

Nothing else touches the room. Events are handled in the order in which they were posted; an
effect that takes time runs as a task whose outcome is posted as an event.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Coroutine, Iterable
from logging import Logger
from typing import Any, Protocol

from ..protocol.close import CloseCode
from ..protocol.identity import ConnectionId, Lineage
from ..protocol.messages import Awareness
from ..room import events as ev
from ..room.effects import Disconnect, Effect, Report, Send, Stream
from ..room.session import Person
from .clock import Clock
from .sockets.connection import Connection
from .sockets.wire import pack
from .telemetry import Telemetry

MISTAKE = "the server made a mistake"


class Decider(Protocol):
    """What an actor runs: a :class:`~jupyter_collab.room.room.Room` or a lobby."""

    @property
    def deadline(self) -> float | None: ...

    def handle(self, event: ev.RoomEvent, now: float) -> list[Effect]: ...


class Actor:
    """The inbox, the timer and the connections of one room."""

    def __init__(
        self, decider: Decider, *, clock: Clock, telemetry: Telemetry, log: Logger
    ) -> None:
        self.connections: dict[ConnectionId, Connection] = {}
        self.closed = False
        self._decider = decider
        self._clock = clock
        self._telemetry = telemetry
        self._log = log
        self._loop = asyncio.get_running_loop()
        self._inbox: deque[ev.RoomEvent] = deque()
        self._running = False
        self._timer: asyncio.TimerHandle | None = None
        self._due = 0.0
        self._tasks: set[asyncio.Task[None]] = set()

    def join(self, connection: Connection, person: Person, lineage: Lineage | None) -> bool:
        """Let a connection in; ``False`` if the room has been closed meanwhile."""
        if self.closed:
            return False
        self.connections[connection.id] = connection
        self.post(ev.Joined(connection.id, person, lineage))
        return True

    def leave(self, connection: Connection) -> None:
        connection.gone()
        if self.connections.pop(connection.id, None) is not None:
            self.post(ev.Left(connection.id))

    def post(self, event: ev.RoomEvent) -> None:
        """Handle ``event`` after those posted before it, in this turn of the loop."""
        if self.closed:
            return
        self._inbox.append(event)
        if not self._running:
            self._run()

    def _run(self) -> None:
        self._running = True
        has_to_wait = False
        try:
            while self._inbox and not self.closed:
                has_to_wait = self._has_to_wait(self._inbox[0])
                if has_to_wait:
                    break
                self._handle(self._inbox.popleft())
        finally:
            self._running = has_to_wait
        self._set_timer()

    def _has_to_wait(self, event: ev.RoomEvent) -> bool:
        """Whether something has been begun that must be done before ``event`` is handled, and then
        calls :meth:`_run`. What comes meanwhile waits behind it."""
        return False

    def _handle(self, event: ev.RoomEvent) -> None:
        try:
            effects = self._decider.handle(event, self._clock())
        except Exception:  # noqa: BLE001 - a fault of ours; it is logged with its trace
            self._fail(event)
            return
        for effect in effects:
            self._attempt(effect)

    def _attempt(self, effect: Effect) -> None:
        """Perform ``effect``; if that fails, the others and the timer are as they would be."""
        try:
            self.perform(effect)
        except Exception:  # noqa: BLE001 - a fault of ours; it is logged with its trace
            self._log.exception("A fault in a room while performing %s", type(effect).__name__)
            self._let_go(effect)

    def _let_go(self, effect: Effect) -> None:
        """Who has missed what later messages stand on has it by connecting again. Presence is
        said anew by itself, and would fail again for who comes back."""
        match effect:
            case Send(_, Awareness()):
                pass
            case Send(connections):
                self._let_go_of(connections)
            case Stream(connection):
                self._let_go_of((connection,))
            case _:
                pass

    def _let_go_of(self, connections: Iterable[ConnectionId]) -> None:
        for connection in connections:
            self._disconnect(connection, CloseCode.SERVER_ERROR, MISTAKE)

    def _fail(self, event: ev.RoomEvent) -> None:
        """A fault of ours stays in this room, and with the connection that met it."""
        self._log.exception("A fault in a room while handling %s", type(event).__name__)
        match event:
            case ev.Received(connection) | ev.Joined(connection):
                self._let_go_of((connection,))
            case _:
                pass

    def perform(self, effect: Effect) -> None:
        match effect:
            case Send(connections, message):
                packet = pack(message)
                for id in connections:
                    connection = self.connections.get(id)
                    if connection is not None:
                        connection.send(packet)
            case Stream(id, messages):
                if id in self.connections:
                    self.connections[id].stream(map(pack, messages))
            case Disconnect(id, code, reason):
                self._disconnect(id, code, reason)
            case Report(kind, fields):
                self._telemetry.emit(kind, fields)
            case _:
                raise AssertionError(f"{effect} is not for this actor")

    def _disconnect(self, id: ConnectionId, code: CloseCode, reason: str) -> None:
        connection = self.connections.get(id)
        if connection is not None:
            connection.close(code, reason)
            self.leave(connection)

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Run ``work`` beside the room; :meth:`close` waits for it or cancels it."""
        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _set_timer(self) -> None:
        # A timer that is too early stays: it fires, finds nothing due, and is set again. While
        # somebody types the deadline moves on, or is gone for a moment, with every key.
        deadline = None if self.closed else self._decider.deadline
        if deadline is None:
            return
        if self._timer is not None:
            if self._due <= deadline:
                return
            self._timer.cancel()
        self._due = deadline
        self._timer = self._loop.call_later(max(0.0, deadline - self._clock()), self._tick)

    def _tick(self) -> None:
        self._timer = None
        self.post(ev.Ticked())

    def _cancel_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _close_connections(self, code: CloseCode, reason: str) -> None:
        for connection in list(self.connections.values()):
            connection.close(code, reason)
        self.connections.clear()

    async def close(self, code: CloseCode, reason: str) -> None:
        """Close the room and all that belongs to it. Idempotent."""
        self.closed = True
        self._cancel_timer()
        self._close_connections(code, reason)
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
