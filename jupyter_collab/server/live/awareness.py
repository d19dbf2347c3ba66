"""Who is in a room, for code on the server, and what that says of itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pycrdt import Awareness as YAwareness
from pycrdt import Doc, read_message

from ...errors import ProtocolError
from ...protocol.codec import encode
from ...protocol.identity import ClientId
from ...protocol.messages import Awareness, PresenceEntry
from ...protocol.states import read_state, write_json
from ...room.people.presence import MAX_STATE

Say = Callable[[tuple[PresenceEntry, ...]], None]


class LiveAwareness(YAwareness):
    """pycrdt's awareness of a room: its ``states`` are those of everybody, and what code on the
    server says of itself goes to everybody.

    It begins as the Yjs client ``client``, of whom nobody hears before it says something. Code may
    be present as several, one for each ``client_id`` that it sets before it speaks.
    """

    def __init__(self, doc: Doc[Any], client: int, say: Say) -> None:
        self.said: dict[ClientId, int] = {}
        """Those as whom it is present, with the clock of what each said last."""
        self._own: set[int] = set()
        self._say: Say = _to_nobody  # pycrdt has it say something while it is made
        super().__init__(doc)
        self.states.clear()
        self.meta.clear()
        self._own.clear()
        self.client_id = client
        self.set_local_state({})
        self._say = say

    def set_local_state(self, state: dict[str, Any] | None) -> None:
        """Say ``state``; raises :class:`ValueError` where others could not read it."""
        readable = _readable(state)
        client = ClientId(self.client_id)
        self._own.add(client)
        try:
            super().set_local_state(state)
        finally:  # those who observe it may fail, as it is said
            self._tell(client, readable)

    def _tell(self, client: ClientId, readable: Mapping[str, Any] | None) -> None:
        clock = self.meta[client]["clock"]
        if readable:
            self.said[client] = clock
            self._say((PresenceEntry(client, clock, readable),))
        else:
            self._take_back(client, clock)

    def remove_awareness_states(self, client_ids: list[int], origin: Any) -> None:
        super().remove_awareness_states(client_ids, origin)
        for client in client_ids:
            if client in self.said:
                self._take_back(ClientId(client), self.meta[client]["clock"])

    def hear(self, entries: tuple[PresenceEntry, ...]) -> None:
        """Take what others say of themselves."""
        others = tuple(entry for entry in entries if entry.client not in self._own)
        if others:
            self.apply_awareness_update(read_message(encode(Awareness(others))[1:]), "room")

    def renew(self) -> None:
        """Say all of it again: browsers take for gone who is silent."""
        speaker = self.client_id
        try:
            for client in list(self.said):
                self.client_id = client
                self.set_local_state(self.get_local_state())
        finally:
            self.client_id = speaker

    def _take_back(self, client: ClientId, clock: int) -> None:
        if self.said.pop(client, None) is not None:
            self._say((PresenceEntry(client, clock, None),))


def _readable(state: dict[str, Any] | None) -> Mapping[str, Any] | None:
    """A copy of ``state`` as others read it: whoever said it may go on changing it."""
    try:
        text = write_json(state)
        size = len(text.encode())
        if size > MAX_STATE:
            raise ProtocolError(f"it has {size} bytes; at most {MAX_STATE} are taken")
        return read_state(text)
    except (ProtocolError, TypeError, ValueError, RecursionError) as error:
        raise ValueError(f"Others cannot read this presence state: {error}") from error


def _to_nobody(_: tuple[PresenceEntry, ...]) -> None:
    """Nobody hears of it."""
