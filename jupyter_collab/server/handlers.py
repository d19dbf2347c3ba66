"""The HTTP and WebSocket surface: who is let in, and to what."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from time import monotonic
from typing import Any

from jupyter_server.auth.decorator import authorized, ws_authenticated
from jupyter_server.base.handlers import APIHandler, JupyterHandler
from jupyter_server.base.websocket import WebSocketMixin
from tornado import web
from tornado.ioloop import PeriodicCallback
from tornado.websocket import WebSocketHandler

from ..errors import (
    BadRoomId,
    CollabError,
    FileError,
    FileForbidden,
    FileMissing,
    ProtocolError,
    RightsChanged,
    ServerStopping,
    SharingError,
    TooMuch,
)
from ..files.port import DocumentFiles
from ..protocol.close import CloseCode
from ..protocol.codec import SUBPROTOCOL, decode
from ..protocol.identity import (
    FILE_FORMATS,
    GLOBAL_AWARENESS,
    ConnectionId,
    Lineage,
    RoomId,
)
from ..protocol.messages import Refusal, Save, SyncStep1, SyncUpdate
from ..room import events as ev
from ..room.people.everybody import People
from ..room.people.presence import IDENTITY
from ..room.session import Person
from .actor import Actor
from .admission import AUTH_RESOURCE, Admission, Grant
from .rooms import Rooms
from .sockets.allowance import GuestAllowance
from .sockets.connection import Connection
from .sockets.frames import FrameReader
from .sockets.heartbeat import Heartbeat
from .sockets.limits import Limits, Pace
from .sockets.wire import SocketWire, pack

LAST_ACTIVITY = "jupyter_collab_last_activity"
"""Jupyter takes the time in a setting with such an ending for one at which the server was used."""


@dataclass(frozen=True)
class Services:
    """What the handlers need, built once in ``app.py``."""

    rooms: Rooms
    files: DocumentFiles
    lobby: Actor
    people: People
    admission: Admission
    limits: Limits
    heartbeat: Heartbeat
    make_lobby: Callable[[], Actor]
    """A room where a guest is alone, instead of the one where everybody is present."""


class ServiceHandler(APIHandler):
    """An endpoint of this extension, for everybody who may read documents."""

    auth_resource = AUTH_RESOURCE
    _services: Services

    def initialize(self, services: Callable[[], Services]) -> None:
        self._services = services()


class SessionHandler(ServiceHandler):
    """``PUT /api/collaboration/session/{path}``: which room a file has, and its lineage.

    It opens the room, so that the document is being read while the client connects.
    """

    @web.authenticated
    @authorized("read", AUTH_RESOURCE)  # type: ignore[untyped-decorator]
    async def put(self, path: str) -> None:
        format, type = self._wanted()
        try:
            file_id, known = await self._services.files.file_id(path.strip("/"))
        except FileMissing as error:
            raise web.HTTPError(404, str(error)) from error
        except FileForbidden as error:
            raise web.HTTPError(403, str(error)) from error
        except FileError as error:
            raise web.HTTPError(503, str(error)) from error
        room = RoomId.parse(f"{format}:{type}:{file_id}")
        self.set_status(200 if known else 201)
        self.finish(
            json.dumps(
                {
                    "format": room.format,
                    "type": room.type,
                    "fileId": room.file_id,
                    "sessionId": await self._lineage(room),
                }
            )
        )

    def _wanted(self) -> tuple[str, str]:
        body = self.get_json_body()
        if not isinstance(body, dict):
            raise web.HTTPError(400, "The body has to be JSON with the members format and type")
        format, type = body.get("format"), body.get("type")
        if format not in FILE_FORMATS or not isinstance(type, str) or not type or ":" in type:
            raise web.HTTPError(
                400, f"format has to be one of {', '.join(FILE_FORMATS)}, type a document's type"
            )
        return format, type

    async def _lineage(self, room: RoomId) -> str:
        """A document that cannot be opened has none; its socket says why in detail."""
        try:
            return (await self._services.rooms.open(room)).room.lineage
        except CollabError as error:
            self.log.warning("Cannot open %s: %s", room, error)
            return ""


class RoomHandler(WebSocketMixin, WebSocketHandler, JupyterHandler):
    """``WS /api/collaboration/room/{room id}?sessionId=...``: takes part in a room."""

    auth_resource = AUTH_RESOURCE
    _numbers = itertools.count(1)
    _services: Services
    _connection: Connection | None = None
    _outbound: Connection | None = None
    _actor: Actor | None = None
    _arrived: str | None = None
    _reader: FrameReader | None = None
    _allowance: GuestAllowance | None = None
    _pace: Pace | None = None

    def initialize(self, services: Callable[[], Services]) -> None:
        self._services = services()

    @property
    def max_message_size(self) -> int:
        return self._services.admission.max_frame(self, self._services.limits.frame_size)

    def select_subprotocol(self, subprotocols: list[str]) -> str | None:
        return SUBPROTOCOL if SUBPROTOCOL in subprotocols else None

    def get_compression_options(self) -> dict[str, Any] | None:
        return None

    @ws_authenticated
    @authorized("read", AUTH_RESOURCE)  # type: ignore[untyped-decorator]
    async def get(self, *args: Any, **kwargs: Any) -> None:  # type: ignore[override]
        await super().get(*args, **kwargs)

    async def open(self, room: str) -> None:
        """Open the room and join it, or say why not and close."""
        super().open(room)
        self._share_pings()
        if self.ws_connection is not None:
            self._reader = FrameReader(self.ws_connection)
        limits = self._services.limits
        self._pace = Pace(limits.frame_rate, monotonic())
        id, wire = ConnectionId(next(self._numbers)), SocketWire(self)
        self._outbound = connection = Connection(id, wire, limits.unread_size)
        try:
            grant = await self._services.admission.admit(self, room)
            if self.ws_connection is None:
                return  # closed meanwhile, and on_close has been
            if grant.guest:
                self._allowance = GuestAllowance(monotonic())
            self._services.admission.entered(self, room, grant)
            await self._join(room, connection, grant)
        except CollabError as error:
            self.log.warning("Refused a connection to %s: %s", room[:200], error)
            self.expel(error)

    def _share_pings(self) -> None:
        """Take part in the server's heartbeat in place of a timer of our own."""
        own: PeriodicCallback | None = self.ping_callback
        if own is not None:
            own.stop()
            self.ping_callback = None
            self._services.heartbeat.add(self)

    def expel(self, error: CollabError) -> None:
        """Say why, close, and hear nothing of this client any more."""
        connection = self._outbound
        if connection is None:
            return
        collab = self.selected_subprotocol == SUBPROTOCOL
        last = pack(Refusal(error.reason, str(error), error.detail)) if collab else None
        connection.close(_close_code(error), str(error), last)
        self._leave()

    async def _join(self, name: str, connection: Connection, grant: Grant) -> None:
        person = self._arrive(grant)
        lineage = Lineage(self.get_query_argument("sessionId", ""))
        while self._connection is None:
            actor = await self._find(name, grant)
            if self.ws_connection is None or self.ws_connection.is_closing():
                return  # closed while the room was being opened
            if actor.join(connection, person, lineage or None):
                self._actor, self._connection = actor, connection

    async def _find(self, name: str, grant: Grant) -> Actor:
        if name == GLOBAL_AWARENESS:
            return self._services.make_lobby() if grant.guest else self._services.lobby
        return await self._services.rooms.open(RoomId.parse(name))

    def _arrive(self, grant: Grant) -> Person:
        user = self.current_user
        self._arrived = user.username
        known = self._services.people.arrive(known_of(user))
        collab = self.selected_subprotocol == SUBPROTOCOL
        return Person(user.username, known, grant.access, collab, grant.guest)

    def on_message(self, message: str | bytes) -> Awaitable[None] | None:
        """Take a frame. The next one is read when what is returned is done."""
        self._hear(message)
        wait = self._pace.take(len(message), monotonic()) if self._pace is not None else 0.0
        return asyncio.sleep(wait) if wait else None

    def _hear(self, message: str | bytes) -> None:
        if self._connection is None or self._actor is None:
            return
        try:
            if isinstance(message, str):
                raise ProtocolError("frames are binary")
            decoded = decode(message)
        except ProtocolError as error:
            self._connection.close(CloseCode.BAD_REQUEST, str(error))
            return
        if self._allowance is not None:
            costly = isinstance(decoded, SyncStep1 | Save)
            if not self._allowance.take(len(message), monotonic(), costly=costly):
                self.expel(TooMuch("You sent more at a time than guests may"))
                return
        if isinstance(decoded, SyncUpdate | Save):
            # Else a server where people only type, and run nothing, is stopped as one that is idle.
            self.settings[LAST_ACTIVITY] = datetime.now(UTC)
        self._actor.post(ev.Received(self._connection.id, decoded))

    def _leave(self) -> None:
        self._services.admission.left(self)
        if self._actor is not None and self._connection is not None:
            self._actor.leave(self._connection)
        self._actor = self._connection = None
        if self._arrived is not None:
            self._services.people.leave(self._arrived)
            self._arrived = None

    def on_close(self) -> None:
        self._leave()
        self._services.heartbeat.remove(self)
        # They hold us: let go, so that all is freed now, and not when Python's collector comes by.
        if self._reader is not None:
            self._reader.close()
        self._outbound = self._reader = None


def known_of(user: Any) -> dict[str, Any]:
    """What the identity provider knows of a user, as the ``user`` of a presence state."""
    return {key: value for key in IDENTITY if (value := getattr(user, key, None))}


def _close_code(error: CollabError) -> CloseCode:
    match error:
        case FileMissing():
            return CloseCode.NOT_FOUND
        case FileForbidden() | SharingError():
            return CloseCode.FORBIDDEN
        case BadRoomId() | ProtocolError():
            return CloseCode.BAD_REQUEST
        case TooMuch():
            return CloseCode.TOO_MANY
        case ServerStopping() | RightsChanged():
            return CloseCode.GOING_AWAY
        case _:
            return CloseCode.SERVER_ERROR


ROOM_PATTERN = r"/api/collaboration/room/(.*)"
SESSION_PATTERN = r"/api/collaboration/session/(.*)"
