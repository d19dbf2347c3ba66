"""What a kernel tells a page whose connection is cut while others have the notebook open."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from jupyter_server.gateway.connections import GatewayWebSocketConnection
from jupyter_server.serverapp import ServerApp
from jupyter_server.services.kernels.connection.base import (
    deserialize_msg_from_ws_v1,
    serialize_msg_to_ws_v1,
)
from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection
from tornado.websocket import WebSocketClientConnection, WebSocketClosedError

from jupyter_collab.server.requests import missed
from jupyter_collab.server.requests.missed import Missed, PatientConnection, keep_what_is_missed

from ..waiting import until

PROTOCOL = "v1.kernel.websocket.jupyter.org"
"""Of JupyterLab's pages."""

COUNT = """
import pathlib, time
for number in range({begin}, {end}):
    print(number, flush=True)
while not pathlib.Path({go!r}).exists():
    time.sleep(0.01)
for number in range({end}, {last}):
    print(number, flush=True)
"""


class Page:
    """A page that has a kernel, as JupyterLab does."""

    def __init__(self, connect: Callable[[str], Awaitable[WebSocketClientConnection]]) -> None:
        self.session = uuid.uuid4().hex
        self.messages: list[dict[str, Any]] = []
        self._connect = connect

    async def connect(self) -> None:
        self.socket = await self._connect(self.session)
        self._reader = asyncio.create_task(self._read(self.socket))

    async def is_connected(self) -> None:
        """The kernel answers: what it tells from here on comes."""
        self.ask("kernel_info_request", {})
        await until(lambda: any(m["msg_type"] == "kernel_info_reply" for m in self.messages))

    async def _read(self, socket: WebSocketClientConnection) -> None:
        while (message := await socket.read_message()) is not None:
            assert isinstance(message, bytes)
            parts = deserialize_msg_from_ws_v1(message)  # type: ignore[no-untyped-call]
            channel, (header, _, _, content) = parts
            kind = json.loads(header)["msg_type"]
            self.messages.append(
                {"channel": channel, "msg_type": kind, "content": json.loads(content)}
            )

    def run(self, code: str) -> None:
        self.ask("execute_request", {"code": code, "silent": False, "store_history": True})

    def ask(self, kind: str, content: dict[str, Any]) -> None:
        header = {"msg_id": uuid.uuid4().hex, "msg_type": kind, "version": "5.3"}
        message = {
            "header": {**header, "session": self.session, "username": "", "date": ""},
            "parent_header": {},
            "metadata": {},
            "content": content,
        }
        frame = serialize_msg_to_ws_v1(  # type: ignore[no-untyped-call]
            message, "shell", lambda part: json.dumps(part).encode()
        )
        self.socket.write_message(frame, binary=True)

    def cut(self) -> None:
        """Lose the connection, without a word."""
        self.socket.stream.close()

    @property
    def printed(self) -> list[str]:
        # A kernel that takes long to start says so, as an error.
        said = (m["content"] for m in self.messages if m["msg_type"] == "stream")
        return "".join(each["text"] for each in said if each["name"] == "stdout").split()

    @property
    def told(self) -> int:
        """How often it was told, as all were, what the kernel does."""
        return sum(m["msg_type"] == "status" for m in self.messages)

    @property
    def replies(self) -> int:
        return sum(m["msg_type"] == "execute_reply" for m in self.messages)


class Kernel:
    """A kernel of the server, and the pages that have it."""

    def __init__(self, server: ServerApp, id: str, socket: Any, go: Path) -> None:
        self.manager: Any = server.kernel_manager
        self.id = id
        self.go = go
        self._socket = socket

    async def page(self) -> Page:
        async def connect(session: str) -> WebSocketClientConnection:
            path = ("api", "kernels", self.id, "channels")
            params = {"session_id": session}
            socket = await self._socket(*path, params=params, subprotocols=[PROTOCOL])
            assert isinstance(socket, WebSocketClientConnection)
            return socket

        page = Page(connect)
        await page.connect()
        await page.is_connected()
        return page

    @property
    def connections(self) -> int:
        return int(self.manager.kernel_model(self.id)["connections"])

    async def cut(self, page: Page) -> None:
        left = self.connections - 1
        page.cut()
        await until(lambda: self.connections == left)

    async def counts(self, page: Page, last: int = 20) -> None:
        """Have it count to ten for ``page``, and on as soon as it may."""
        page.run(COUNT.format(begin=0, end=10, last=last, go=str(self.go)))
        await until(lambda: page.printed == numbers(10))

    async def is_done(self) -> None:
        self.go.touch()
        await until(lambda: bool(self.manager.get_kernel(self.id).execution_state == "idle"))


def numbers(end: int) -> list[str]:
    return [str(number) for number in range(end)]


@pytest.fixture
def kernel(
    jp_serverapp: ServerApp,
    jp_ws_fetch: Any,
    jp_asyncio_loop: asyncio.AbstractEventLoop,
    tmp_path: Path,
) -> Iterator[Kernel]:
    manager: Any = jp_serverapp.kernel_manager
    id = jp_asyncio_loop.run_until_complete(manager.start_kernel())
    yield Kernel(jp_serverapp, id, jp_ws_fetch, tmp_path / "go")
    if id in manager:
        jp_asyncio_loop.run_until_complete(manager.shutdown_kernel(id, now=True))


def waiting() -> list[Any]:
    """The sockets of pages that are cut off."""
    kept = Missed.all.values()
    return [stream for each in kept for stream in each.channels.values()]


async def test_who_is_cut_off_while_it_prints_has_all_of_it_once(kernel: Kernel) -> None:
    """O22: in order, with the end of the run; so has everybody else."""
    ada, bob = await kernel.page(), await kernel.page()
    await kernel.counts(ada)
    await kernel.cut(ada)
    await kernel.is_done()
    await until(lambda: bob.printed == numbers(20))
    await ada.connect()
    await until(lambda: ada.replies == 1)
    bob.run("print(20)")
    await until(lambda: ada.printed == bob.printed == numbers(21))
    ada.run("print(21)")
    await until(lambda: ada.printed == bob.printed == numbers(22))
    await until(lambda: ada.replies > 1 and bob.replies > 0)
    assert (ada.replies, bob.replies) == (2, 1)
    assert not waiting()


async def test_who_is_back_before_the_run_ends_has_it_all(kernel: Kernel) -> None:
    """O22: also where the page is cut off several times."""
    ada, bob = await kernel.page(), await kernel.page()
    await kernel.counts(ada)
    for _ in range(3):
        await kernel.cut(ada)
        await ada.connect()
    await kernel.cut(ada)
    await ada.connect()
    await kernel.is_done()
    await until(lambda: ada.printed == bob.printed == numbers(20) and ada.replies == 1)


@pytest.mark.parametrize("first", [0, 1])
async def test_all_who_are_cut_off_have_it(kernel: Kernel, first: int) -> None:
    """O22: whoever was the last to go, and is the first to come back, or somebody else before."""
    pages = [await kernel.page(), await kernel.page()]
    await kernel.counts(pages[0])
    for page in pages:
        await kernel.cut(page)
    await kernel.is_done()
    cara = await kernel.page()
    await pages[first].connect()
    await pages[1 - first].connect()
    await until(lambda: all(page.printed == numbers(20) for page in pages))
    await until(lambda: pages[0].replies == 1)
    assert kernel.connections == 3
    assert not waiting()
    assert cara.printed == []


async def test_more_comes_at_once_than_jupyter_would_let_pass(kernel: Kernel) -> None:
    """O22: its limits are on what is told in a second."""
    ada, _ = await kernel.page(), await kernel.page()
    await kernel.counts(ada, 3500)
    await kernel.cut(ada)
    await kernel.is_done()
    await ada.connect()
    await until(lambda: ada.printed == numbers(3500))


async def test_who_is_away_hears_of_a_kernel_that_was_restarted(kernel: Kernel) -> None:
    """O22: as those do who are there, and of what was printed before."""
    ada, bob = await kernel.page(), await kernel.page()
    await kernel.counts(ada)
    await kernel.cut(ada)
    await (await kernel.manager.restart_kernel(kernel.id, now=True))
    (kept,) = Missed.all.values()
    before, told = len(kept.messages), bob.told

    def is_heard() -> bool:
        bob.ask("kernel_info_request", {})
        return len(kept.messages) > before and bob.told > told

    await until(is_heard)
    bob.run("print(10)")
    await until(lambda: bob.printed == numbers(11))
    await ada.connect()
    await until(lambda: ada.printed == numbers(11))


async def test_of_a_kernel_that_listens_elsewhere_by_now_nothing_is_kept(kernel: Kernel) -> None:
    """O22: its sockets lead nowhere."""
    ada, _ = await kernel.page(), await kernel.page()
    await kernel.cut(ada)
    (kept,) = Missed.all.values()
    kept.ports = [port + 1 for port in kept.ports]
    sockets = waiting()
    await ada.connect()
    ada.run("print(0)")
    await until(lambda: ada.printed == numbers(1))
    assert all(stream.closed() for stream in sockets)


@pytest.mark.parametrize("code", [1000, 1001])
async def test_nothing_waits_for_a_page_that_has_been_closed(kernel: Kernel, code: int) -> None:
    ada, _ = await kernel.page(), await kernel.page()
    ada.socket.close(code)
    await until(lambda: kernel.connections == 1)
    assert not waiting()


async def test_a_page_that_is_back_already_is_not_waited_for(kernel: Kernel) -> None:
    """The server may notice later than the page that they have no connection."""
    ada, bob = await kernel.page(), await kernel.page()
    old = ada.socket
    await ada.connect()
    old.close()
    await until(lambda: kernel.connections == 2)
    assert not waiting()
    bob.run("print(0)")
    await until(lambda: ada.printed == bob.printed == numbers(1))


async def test_who_is_cut_off_again_while_being_told_has_it_all(
    kernel: Kernel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """O22: also where nobody else is there any more."""
    monkeypatch.setattr(missed, "AT_ONCE", 1)
    ada, bob = await kernel.page(), await kernel.page()
    await kernel.counts(ada)
    await kernel.cut(ada)
    await kernel.is_done()
    await kernel.cut(bob)
    left = 5

    def tell(connection: PatientConnection, stream: Any, message: list[bytes]) -> None:
        nonlocal left
        left -= 1
        if left < 0:
            raise WebSocketClosedError
        ZMQChannelsWebsocketConnection.handle_outgoing_message(connection, stream, message)

    with monkeypatch.context() as patch:
        patch.setattr(PatientConnection, "handle_outgoing_message", tell)
        await ada.connect()
        await until(lambda: left < 0)
        await kernel.cut(ada)
    assert len(ada.printed) < 20
    await ada.connect()
    await until(lambda: ada.printed == numbers(20) and ada.replies == 1)


async def test_a_message_that_cannot_be_told_holds_up_nothing(
    kernel: Kernel, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada, _ = await kernel.page(), await kernel.page()
    await kernel.counts(ada)
    await kernel.cut(ada)
    await kernel.is_done()
    (kept,) = Missed.all.values()
    kept.messages.appendleft(("iopub", [b"not a message"]))
    await ada.connect()
    ada.run("print(20)")
    await until(lambda: ada.printed == numbers(21))


@pytest.mark.parametrize("name", ["_restore", "_part", "_is_cut"])
async def test_what_fails_here_costs_nobody_the_kernel(
    kernel: Kernel, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    """O22: it is as Jupyter has it, where that is another one than it was made for."""

    def fail(_: PatientConnection) -> None:
        raise AttributeError(name)

    monkeypatch.setattr(PatientConnection, name, fail)
    ada, bob = await kernel.page(), await kernel.page()
    await kernel.cut(ada)
    await ada.connect()
    ada.run("print(0)")
    await until(lambda: ada.printed == bob.printed == numbers(1))
    bob.run("print(1)")
    await until(lambda: ada.printed == bob.printed == numbers(2))
    assert f"AttributeError: {name}" in caplog.text


async def test_the_largest_is_given_up_where_it_is_too_much_for_all(
    kernel: Kernel, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """O22: the others have what they have missed."""
    monkeypatch.setattr(missed, "ALTOGETHER", 100_000)
    ada, bob, cara = [await kernel.page() for _ in range(3)]
    await kernel.cut(ada)
    cara.run("print('x' * 40_000)")
    await until(lambda: cara.replies == 1 and len(cara.printed) == 1)
    (large,) = Missed.all
    await kernel.cut(bob)
    cara.run("print('y' * 40_000)")
    await until(lambda: large not in Missed.all)
    assert f"What {large} has missed is not kept any longer: it is too much" in caplog.text
    await bob.connect()
    await until(lambda: bob.printed == ["x" * 40_000, "y" * 40_000])


@pytest.mark.parametrize("how", ["time", "size", "number", "shutdown", "stop"])
async def test_it_is_not_kept_for_ever(
    kernel: Kernel,
    jp_serverapp: ServerApp,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    how: str,
) -> None:
    """O22: not beyond a time, a size, a number of pages and the end of the kernel or the server."""
    monkeypatch.setattr(missed, "LOOK", 0.01)
    monkeypatch.setattr(missed, "MOST", 1)
    ada, bob, cara = [await kernel.page() for _ in range(3)]
    if how == "time":
        monkeypatch.setattr(missed, "LONGEST", 0.05)
    await kernel.cut(ada)
    sockets = waiting()
    assert len(sockets) == 4
    if how == "size":
        monkeypatch.setattr(missed, "LARGEST", 10_000)
        bob.run("print('x' * 20_000)")
    elif how == "number":
        await kernel.cut(cara)
        assert len(waiting()) == 4
    elif how == "shutdown":
        await kernel.manager.shutdown_kernel(kernel.id, now=True)
    elif how == "stop":
        await jp_serverapp.kernel_websocket_connection_class.close_all()  # type: ignore[attr-defined]
    await until(lambda: all(stream.closed() for stream in sockets))
    if how != "number":
        assert not waiting()
    if how != "stop":
        assert "is not kept any longer" in caplog.text
    if how in ("time", "size"):
        await ada.connect()
        ada.run("print(1)")
        await until(lambda: "1" in ada.printed)


async def test_it_is_not_kept_where_the_site_does_not_want_it(kernel: Kernel) -> None:
    kernel.manager.buffer_offline_messages = False
    ada, _ = await kernel.page(), await kernel.page()
    await kernel.cut(ada)
    assert not waiting()


def test_connections_of_other_kinds_are_left_alone(jp_serverapp: ServerApp) -> None:
    class Own(ZMQChannelsWebsocketConnection):
        pass

    settings = jp_serverapp.web_app.settings
    assert settings[missed.SETTING] is PatientConnection
    for kind in (GatewayWebSocketConnection, Own):
        settings[missed.SETTING] = kind
        keep_what_is_missed(jp_serverapp, settings)
        assert settings[missed.SETTING] is kind
