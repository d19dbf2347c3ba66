"""What a kernel tells a page whose connection is cut, until the page has it again.

Jupyter keeps that only for the page that had the kernel last, and until another connects. The
outputs of a run are written by the page that began it: of what is printed while it is cut off,
nobody would have anything, if others have the notebook open.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, ClassVar
from weakref import WeakKeyDictionary

from jupyter_server.serverapp import ServerApp
from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection

LONGEST = 300.0
"""Seconds: JupyterLab tries for two minutes, and a tab in the background is slower."""
LARGEST = 16 * 2**20
"""Bytes for one page."""
MOST = 32
"""Pages. One that closes a notebook does not say so, and is waited for as well."""
LOOK = 5.0
"""Seconds after which it is noticed that a kernel has ended."""

DONE = (1000, 1001)
"""The codes with which a page says that it does not come back."""

SETTING = "kernel_websocket_connection_class"

Message = tuple[str, list[bytes]]


def keep_what_is_missed(server: ServerApp, settings: dict[str, Any]) -> None:
    """Have it kept, unless the site has connections of its own to kernels, such as a gateway's.

    ``settings`` are those that an extension gives to the web application of ``server``.
    """
    if settings.get(SETTING) is not ZMQChannelsWebsocketConnection:
        server.log.debug("What a kernel tells a page that is cut off is not kept by jupyter-collab")
        return
    settings[SETTING] = server.kernel_websocket_connection_class = PatientConnection


class Missed:
    """What one page has missed, and the sockets by which more of it comes."""

    def __init__(self, channels: dict[str, Any], ports: list[int], overflow: Callable[[], None]):
        self.channels = channels
        self.ports = ports
        self.messages: list[Message] = []
        self._size = 0
        self._overflow = overflow
        for channel, stream in channels.items():
            stream.on_recv(partial(self.take, channel))

    def take(self, channel: str, message: list[bytes]) -> None:
        self.messages.append((channel, message))
        self._size += sum(map(len, message))
        if self._size > LARGEST:
            self._overflow()

    def close(self) -> None:
        for stream in self.channels.values():
            if not stream.closed():
                stream.close()


class PatientConnection(ZMQChannelsWebsocketConnection):
    """Jupyter's connection of a page to a kernel, whose sockets wait for a page that is cut off."""

    all_missed: ClassVar[dict[str, Missed]] = {}
    _left_last: ClassVar[WeakKeyDictionary[Any, tuple[str, list[int]]]] = WeakKeyDictionary()
    """Of kernels: for whom Jupyter itself keeps messages, and the kernel's ports then."""

    _connected: asyncio.Future[None] | None = None
    _restored: Missed | None = None

    def connect(self) -> Any:
        # Jupyter would forget what it keeps for somebody else.
        key, ports = self._left_last.pop(self.kernel_manager, (self.session_key, []))
        if key != self.session_key:
            kept = self.multi_kernel_manager.get_buffer(self.kernel_id, key)
            if kept is not None:
                self._keep(key, kept["channels"], ports, kept["buffer"])
        return super().connect()

    def create_stream(self) -> None:
        missed = self.all_missed.pop(self.session_key, None)
        if missed is not None and missed.ports == self.kernel_manager.ports:
            self._restored, self.channels = missed, missed.channels
            return
        if missed is not None:
            missed.close()  # the kernel was started again, and listens elsewhere
        super().create_stream()

    def nudge(self) -> asyncio.Future[None]:
        """Wait for the sockets to be connected. Those that were kept are, and lose nothing here."""
        if self._restored is None:
            self._connected = super().nudge()
        else:
            self._replay(self._restored)
            self._restored = None
            self._connected = asyncio.get_running_loop().create_future()
            self._connected.set_result(None)
        return self._connected

    def _replay(self, missed: Missed) -> None:
        self.log.info("Telling %s what it has missed: %d", self.session_key, len(missed.messages))
        for stream in self.channels.values():
            stream.on_recv(None)
        # What was told in minutes comes at once.
        limited, self.limit_rate = self.limit_rate, False
        for channel, message in missed.messages:
            self.handle_outgoing_message(self.channels[channel], message)
        self.limit_rate = limited

    def disconnect(self) -> Any:
        if not self._is_cut():
            super().disconnect()
            return
        ports = list(self.kernel_manager.ports)
        if self.multi_kernel_manager.kernel_model(self.kernel_id)["connections"] == 1:
            self._left_last[self.kernel_manager] = self.session_key, ports
            super().disconnect()
            return
        channels, self.channels = self.channels, {}
        super().disconnect()
        self._keep(self.session_key, channels, ports)

    def _is_cut(self) -> bool:
        """Whether the page may come back, and has not done so yet."""
        handler, manager = self.websocket_handler, self.multi_kernel_manager
        return (
            handler.close_code not in DONE
            and self._open_sessions.get(self.session_key) is handler
            and self._connected is not None
            and self._connected.done()
            and self.kernel_id in manager
            and manager.buffer_offline_messages
        )

    def _keep(
        self,
        key: str,
        channels: dict[str, Any],
        ports: list[int],
        messages: Iterable[Message] = (),
    ) -> None:
        manager, kernel_id = self.multi_kernel_manager, self.kernel_id
        loop = asyncio.get_running_loop()
        until = loop.time() + LONGEST

        def give_up(why: str) -> None:
            if self.all_missed.get(key) is missed:
                del self.all_missed[key]
                missed.close()
                log(f"What {key} has missed is not kept any longer: {why}")

        def look() -> None:
            if kernel_id not in manager:
                give_up("the kernel has ended")
            elif loop.time() > until:
                give_up("it has not come back")
            elif self.all_missed.get(key) is missed:
                loop.call_later(LOOK, look)

        log = self.log.info
        missed = Missed(channels, ports, lambda: give_up("it is too much"))
        self.all_missed[key] = missed
        for message in messages:
            missed.take(*message)
        while len(self.all_missed) > MOST:
            self.all_missed.pop(next(iter(self.all_missed))).close()
        look()

    @classmethod
    async def close_all(cls) -> None:
        """Jupyter calls this as the server ends."""
        await super().close_all()
        while cls.all_missed:
            cls.all_missed.popitem()[1].close()
