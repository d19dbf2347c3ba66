"""Who has asked for the file to be saved, and is to hear whether it was."""

from __future__ import annotations

from typing import Literal

from ..protocol.identity import ConnectionId
from ..protocol.messages import SaveReply
from .effects import Effect, Send


class Asked:
    """Requests to save: those that the write under way serves, and those that came later."""

    def __init__(self) -> None:
        self._served: list[tuple[ConnectionId, int]] = []
        self._waiting: list[tuple[ConnectionId, int]] = []

    @property
    def is_waiting(self) -> bool:
        """Whether somebody wants more than what is being written."""
        return bool(self._waiting)

    def wait(self, connection: ConnectionId, id: int) -> None:
        self._waiting.append((connection, id))

    def be_served(self, connection: ConnectionId, id: int) -> None:
        """What is being written is all that they want."""
        self._served.append((connection, id))

    def serve_all(self) -> None:
        """What is about to happen is for all who have asked."""
        self._served += self._waiting
        self._waiting.clear()

    def serve_none(self) -> None:
        """They go on waiting."""
        self._waiting[:0] = self._served
        self._served.clear()

    def forget(self, connection: ConnectionId) -> None:
        """The connection is gone: nobody waits for its replies."""
        for requests in (self._served, self._waiting):
            requests[:] = [request for request in requests if request[0] != connection]

    def reply(
        self, status: Literal["success", "failed"], reason: str = "", message: str = ""
    ) -> list[Effect]:
        """Tell those who are served how it went."""
        served, self._served = self._served, []
        return [
            Send((connection,), SaveReply(id, status, reason, message)) for connection, id in served
        ]
