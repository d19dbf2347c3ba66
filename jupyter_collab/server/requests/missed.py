"""What a kernel tells a page whose connection is cut, until the page has it again.

Jupyter keeps that only for the page that had the kernel last, and until another connects. The
outputs of a run are written by the page that began it: of what is printed while it is cut off,
nobody would have anything, if others have the notebook open.

If anything fails here, that is logged, and all is as Jupyter has it.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterable
from functools import partial
from itertools import count
from typing import Any, ClassVar
from weakref import WeakKeyDictionary

from jupyter_server.serverapp import ServerApp
from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection
from tornado.websocket import WebSocketClosedError

LONGEST = 300.0
"""Seconds: JupyterLab tries for two minutes, and a tab in the background is slower."""
LARGEST = 16 * 2**20
"""Bytes for one page."""
ALTOGETHER = 64 * 2**20
"""Bytes for all pages."""
OVERHEAD = 512
"""Bytes that Python takes for a message besides."""
MOST = 32
"""Pages. One that closes a notebook says what it says to connect anew, and is waited for, too."""
AT_ONCE = 200
"""Messages that a page is told before others have their turn."""
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

    all: ClassVar[dict[str, Missed]] = {}
    """Of the pages that are cut off, by session, the first to go before the others."""

    def __init__(
        self, channels: dict[str, Any], ports: list[int], messages: Iterable[Message], log: Any
    ):
        self.channels = channels
        self.ports = ports
        self.messages: deque[Message] = deque()
        self.size = 0
        self.log = log
        for message in messages:
            self._take(*message)
        for channel, stream in channels.items():
            stream.on_recv(partial(self._take, channel))

    def wait(self, key: str, kernel_id: str, kernels: Any) -> None:
        """Keep it for a while, as long as ``kernels`` have that one."""
        loop = asyncio.get_running_loop()
        until = loop.time() + LONGEST

        def look() -> None:
            if self.all.get(key) is not self:
                return
            if kernel_id not in kernels:
                self._give_up(key, "the kernel has ended")
            elif loop.time() > until:
                self._give_up(key, "it has not come back")
            else:
                loop.call_later(LOOK, look)

        self.all[key] = self
        self._bound()
        look()

    def close(self) -> None:
        for stream in self.channels.values():
            if not stream.closed():
                stream.close()

    def _take(self, channel: str, message: list[bytes]) -> None:
        self.messages.append((channel, message))
        self.size += OVERHEAD + sum(map(len, message))
        self._bound()

    @classmethod
    def _bound(cls) -> None:
        """Give up what was begun first, if too many wait, and the largest, if it is too much."""
        if len(cls.all) > MOST:
            cls._give_up(next(iter(cls.all)), "too many others are cut off")
        sizes = {key: each.size for key, each in cls.all.items()}
        while sizes:
            largest = max(sizes, key=sizes.__getitem__)
            if sizes[largest] <= LARGEST and sum(sizes.values()) <= ALTOGETHER:
                return
            del sizes[largest]
            cls._give_up(largest, "it is too much")

    @classmethod
    def _give_up(cls, key: str, why: str) -> None:
        missed = cls.all.pop(key)
        missed.close()
        missed.log.info("What %s has missed is not kept any longer: %s", key, why)


class PatientConnection(ZMQChannelsWebsocketConnection):
    """Jupyter's connection of a page to a kernel, whose sockets wait for a page that is cut off."""

    _left_last: ClassVar[WeakKeyDictionary[Any, tuple[str, list[int]]]] = WeakKeyDictionary()
    """Of kernels: for whom Jupyter itself keeps messages, and the kernel's ports then."""

    _connected: asyncio.Future[None] | None = None
    _restored: Missed | None = None

    def connect(self) -> Any:
        try:
            self._restore()
        except Exception:
            self.log.exception("What a page has missed cannot be restored")
        return super().connect()

    def _restore(self) -> None:
        # Jupyter would forget what it keeps for somebody else.
        key, ports = self._left_last.pop(self.kernel_manager, (self.session_key, []))
        if key != self.session_key:
            kept = self.multi_kernel_manager.get_buffer(self.kernel_id, key)
            if kept is not None:
                self._keep(key, Missed(kept["channels"], ports, kept["buffer"], self.log))
        missed = Missed.all.pop(self.session_key, None)
        if missed is None:
            return
        closed = any(stream.closed() for stream in missed.channels.values())
        if missed.ports == self.kernel_manager.ports and not closed:
            self._restored = missed
        else:
            missed.close()  # the kernel was started again, and listens elsewhere

    def create_stream(self) -> None:
        if self._restored is None:
            super().create_stream()

    def nudge(self) -> asyncio.Future[None]:
        """Wait for the sockets to be connected. Those that were kept are, and lose nothing here."""
        if self._restored is None:
            self._connected = super().nudge()
        else:
            self.channels = self._restored.channels
            self._connected = asyncio.ensure_future(self._replay(self._restored))
        return self._connected

    async def _replay(self, missed: Missed) -> None:
        """Tell the page what it has missed, and what comes meanwhile."""
        self.log.info("Telling %s what it has missed: %d", self.session_key, len(missed.messages))
        # What was told in minutes comes at once.
        limited, self.limit_rate = self.limit_rate, False
        for told in count():
            if not missed.messages or not self.channels:
                break
            channel, message = missed.messages[0]
            try:
                self.handle_outgoing_message(self.channels[channel], message)
            except WebSocketClosedError:
                break  # the rest is kept, as it is cut off again
            except Exception:
                self.log.exception("A message of a kernel is left out")
            missed.messages.popleft()
            if told % AT_ONCE == 0:
                await asyncio.sleep(0)
        self.limit_rate = limited
        for stream in self.channels.values():
            stream.on_recv(None)

    def disconnect(self) -> Any:
        try:
            self._part()
        except Exception:
            self.log.exception("What a page misses from here on is not kept")
        super().disconnect()

    def _part(self) -> None:
        """Have the sockets go on without the page, unless Jupyter does so."""
        if not self._is_cut():
            return
        ports = list(self.kernel_manager.ports)
        untold = self._restored.messages if self._restored else ()
        model = self.multi_kernel_manager.kernel_model(self.kernel_id)
        if model["connections"] == 1 and not untold:
            self._left_last[self.kernel_manager] = self.session_key, ports
            return
        self._keep(self.session_key, Missed(self.channels, ports, untold, self.log))
        self.channels = {}

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

    def _keep(self, key: str, missed: Missed) -> None:
        missed.wait(key, self.kernel_id, self.multi_kernel_manager)

    @classmethod
    async def close_all(cls) -> None:
        """Jupyter calls this as the server ends."""
        await super().close_all()
        while Missed.all:
            Missed.all.popitem()[1].close()
