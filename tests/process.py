"""A Jupyter server in a process of its own, with nothing of this machine's configuration."""

from __future__ import annotations

import asyncio
import ctypes
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from tornado.websocket import WebSocketClientConnection

from tests.server.client import open_room

START_SECONDS = 60

_BROWSER_PARTS = (
    "jupyterlab",
    "notebook",
    "notebook_shim",
    "jupyter_lsp",
    "jupyter_server_terminals",
)

WITHOUT_A_BROWSER = (
    "--YDocExtension.collaborative=True",
    f"--ServerApp.jpserver_extensions={dict.fromkeys(_BROWSER_PARTS, False)}",
)
"""Arguments for ``app="jupyter_server"``: only what clients of the wire need, to start faster."""

WARM = """
import sys, jupyter_collab.app, jupyter_server_fileid.extension
from jupyter_server.serverapp import main
sys.stdin.readline()
main()
"""
"""A server that has imported all it needs, and starts when it is told to."""


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def ask(url: str, token: str, method: str = "GET", body: Any = None) -> bytes:
    """The answer to a request; raises ``HTTPError`` for one that is refused."""
    headers = {"Authorization": f"token {token}", "Content-Type": "application/json"}
    data = None if body is None else json.dumps(body).encode()
    with urlopen(Request(url, data, headers, method=method), timeout=30) as response:
        answer: bytes = response.read()
        return answer


def answers(url: str, token: str) -> bool:
    """Whether somebody is there who answers."""
    try:
        ask(url, token)
    except (URLError, ConnectionError):
        return False
    return True


def wait(
    process: subprocess.Popen[bytes], log: Path, seconds: float, condition: Callable[[], object]
) -> None:
    """Wait for ``condition()``, as long as the ``process`` runs which writes this ``log``."""
    end = time.monotonic() + seconds
    while not condition():
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < end, log.read_text()
        time.sleep(0.05)


class KeptPort:
    """A port that the system gives to nobody else, also while its server is not there.

    Who binds it by its number and may share it, as servers do, can listen at it all the same. A
    client that looks for its server meanwhile does not get this port for its own end, either.
    Elsewhere than on Linux nobody else could listen, and it is only looked for.
    """

    def __init__(self) -> None:
        self._socket = socket.socket()
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind(("127.0.0.1", 0))
        self.number: int = self._socket.getsockname()[1]
        if sys.platform != "linux":
            self._socket.close()

    def close(self) -> None:
        self._socket.close()


def _obey_permissions() -> None:
    """Give up, for what this process becomes, the right to pass over permissions."""
    drop, rights = 24, (1, 2)  # PR_CAPBSET_DROP; CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
    for right in rights:
        if ctypes.CDLL(None, use_errno=True).prctl(drop, right, 0, 0, 0):
            raise OSError(ctypes.get_errno(), "prctl")


class ServerProcess:
    """``jupyter lab`` (or another application) on files below ``home``.

    It can be stopped, killed and started again on the same files and port. With
    ``obeys_permissions`` it does so also where the superuser runs it. ``python`` is that of the
    environment which has the application.
    """

    def __init__(
        self,
        home: Path,
        *arguments: str,
        app: str = "jupyterlab",
        environment: dict[str, str] | None = None,
        obeys_permissions: bool = False,
        python: str = sys.executable,
    ) -> None:
        self.home = home
        self.root = home / "root"
        self.state = home / "state"
        self.log = home / "server.log"
        for folder in (self.root, self.state, home / "DATA"):
            folder.mkdir(parents=True, exist_ok=True)
        self.token = secrets.token_hex(16)
        self._kept_port = KeptPort()
        self.port = self._kept_port.number
        self._app = app
        self._environment = environment or {}
        self._arguments = arguments
        self._python = python
        self._before_exec = _obey_permissions if obeys_permissions and os.getuid() == 0 else None
        self._process: subprocess.Popen[bytes] | None = None
        self._warm: subprocess.Popen[bytes] | None = None

    def start(self) -> ServerProcess:
        """Start, and wait until it answers."""
        self.spawn()
        self.until(lambda: answers(self._url("api"), self.token))
        return self

    def until(self, condition: Callable[[], object]) -> None:
        """Wait for ``condition()``, as long as it runs."""
        wait(self.process, self.log, START_SECONDS, condition)

    def warm_up(self) -> None:
        """Have the next server ready to start, for which importing is most of the work. Only
        for ``app="jupyter_server"``."""
        assert self._app == "jupyter_server"
        self._warm = self._popen("-c", WARM)

    def spawn(self) -> None:
        warm, self._warm = self._warm, None
        if warm is None:
            self._process = self._popen("-m", self._app)
            return
        assert warm.stdin is not None
        warm.stdin.close()
        self._process = warm

    def _popen(self, *program: str) -> subprocess.Popen[bytes]:
        folders = {f"JUPYTER_{n}_DIR": str(self.home / n) for n in ("CONFIG", "DATA", "RUNTIME")}
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("JUPYTER", "PYTEST"))}
        command = [
            *(self._python, *program, "--no-browser", "--allow-root"),
            f"--ServerApp.root_dir={self.root}",
            f"--IdentityProvider.token={self.token}",
            *("--ServerApp.ip=127.0.0.1", f"--ServerApp.port={self.port}"),
            *("--ServerApp.port_retries=0", "--LabApp.news_url=None"),
            *self._arguments,
        ]
        with self.log.open("ab") as log:
            return subprocess.Popen(
                command,
                cwd=self.state,
                env={**clean, **folders, "HOME": str(self.home), **self._environment},
                stdout=log,
                stderr=subprocess.STDOUT,
                preexec_fn=self._before_exec,
                stdin=subprocess.PIPE if program == ("-c", WARM) else subprocess.DEVNULL,
            )

    @property
    def process(self) -> subprocess.Popen[bytes]:
        assert self._process is not None
        return self._process

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Stop it for a while, as if what is done meanwhile were done in no time."""
        self.process.send_signal(signal.SIGSTOP)
        os.waitid(os.P_PID, self.process.pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)
        try:
            yield
        finally:
            self.process.send_signal(signal.SIGCONT)

    def kill(self) -> None:
        """End it at once, as ``kill -9`` does."""
        self.process.kill()
        self.process.wait()

    def stop(self, timeout: float = 10) -> float:
        """Ask it to end, as a service manager does; returns the seconds that it took."""
        start = time.monotonic()
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(timeout)
        return time.monotonic() - start

    def request(self, method: str, path: str, body: Any = None) -> Any:
        """The JSON answer to a request; raises ``HTTPError`` for one that is refused."""
        return json.loads(ask(self._url(path), self.token, method, body) or b"null")

    def _url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}/{path}"

    async def session(self, path: str, format: str = "text", type: str = "file") -> dict[str, str]:
        """What it says of a document, whose room is open then."""
        wanted = {"format": format, "type": type}
        place = f"api/collaboration/session/{path}"
        session: dict[str, str] = await asyncio.to_thread(self.request, "PUT", place, wanted)
        return session

    async def connect(self, room: str, held: str, **options: Any) -> WebSocketClientConnection:
        """See :func:`~tests.server.client.open_room`."""
        headers = {"Authorization": f"token {self.token}"}
        return await open_room(f"ws://127.0.0.1:{self.port}", room, held, headers, **options)

    def page_config(self, path: str = "lab") -> dict[str, Any]:
        """What the server tells a page."""
        page = ask(self._url(path), self.token).decode()
        start = page.index('id="jupyter-config-data"')
        start = page.index(">", start) + 1
        config: dict[str, Any] = json.loads(page[start : page.index("</script>", start)])
        return config

    def status(self, method: str, path: str, body: Any = None) -> int:
        """The HTTP status of a request."""
        try:
            self.request(method, path, body)
        except HTTPError as error:
            return error.code
        return 200

    def __enter__(self) -> ServerProcess:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._warm is not None:
            self._warm.kill()
            self._warm.wait()
            assert self._warm.stdin is not None
            self._warm.stdin.close()
        if self.running:
            self.kill()
        self._kept_port.close()
