"""The rooms of a server, as they are opened and closed."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from jupyter_collab.protocol.close import CloseCode
from jupyter_collab.protocol.identity import RoomId
from jupyter_collab.server.rooms import Rooms

NOTES = RoomId.parse("text:file:1")


class Room:
    """A room in which nobody is, and which is given up as it is saved for the last time."""

    id = NOTES
    connections: dict[str, Any] = {}  # noqa: RUF012 - there are none

    def __init__(self, give_up: Callable[[Any], None]) -> None:
        self._give_up = give_up
        self.closed = 0

    async def flush(self, timeout: float) -> None:
        self._give_up(self)

    async def close(self, code: CloseCode, reason: str) -> None:
        self.closed += 1


async def test_a_room_that_is_given_up_as_the_server_stops_is_closed_once() -> None:
    made: list[Room] = []

    async def open_room(id: RoomId, give_up: Callable[[Any], None]) -> Any:
        made.append(Room(give_up))
        return made[0]

    rooms = Rooms(open_room, lambda: None, logging.getLogger())
    await rooms.open(NOTES)
    await rooms.close(1.0)
    assert [room.closed for room in made] == [1]
    assert len(rooms) == 0
