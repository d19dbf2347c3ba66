"""A JupyterHub with its proxy and single-user servers, in processes of their own, on loopback."""

from __future__ import annotations

import json
import os
import secrets
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.process import answers, ask, free_port, wait

from .documented import documented_configuration

ROOT = Path(__file__).parent.parent.parent
PROXY = ROOT / "node_modules/.bin/configurable-http-proxy"
PASSWORD = "a-password-for-everybody"
START_SECONDS = 100

RECHECK = 2.0
"""Seconds after which servers ask the Hub again whether people may still be there."""

COLLABORATIVE = (
    "--YDocExtension.collaborative=True",
    f"--YDocExtension.share_recheck_interval={RECHECK}",
)
"""Arguments of a server that its owner may share as a whole."""

OF_THE_TESTS = """
from jupyterhub.spawner import SimpleLocalProcessSpawner

c.JupyterHub.bind_url = "http://127.0.0.1:{port}{prefix}"
c.JupyterHub.hub_bind_url = "http://127.0.0.1:{hub_port}"
c.JupyterHub.db_url = "sqlite:///jupyterhub.sqlite"
c.JupyterHub.services = [{{"name": "tests", "api_token": "{token}"}}]
c.JupyterHub.load_roles = [
    *c.JupyterHub.load_roles,
    {{"name": "tests", "services": ["tests"], "scopes": {scopes}}},
]
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:{proxy_port}"
c.ConfigurableHTTPProxy.command = ["{proxy}"]
c.JupyterHub.authenticator_class = "dummy"
c.DummyAuthenticator.password = "{password}"
c.Authenticator.allowed_users = set({people})
c.SimpleLocalProcessSpawner.home_dir_template = "{home}/{{username}}"
c.LocalProcessSpawner.interrupt_timeout = c.LocalProcessSpawner.term_timeout = 2
c.Spawner.cmd = ["{python}", "-m", "jupyterhub.singleuser", "--allow-root"]
c.Spawner.env_keep = ["PATH", "PYTHONPATH", "LANG"]

c.Spawner.args.append("--YDocExtension.share_recheck_interval={recheck}")


class SpawnerOfTheTests(SimpleLocalProcessSpawner):
    def __init__(self, **traits):
        super().__init__(**traits)
        if self.user is None:
            return
        self.args = {arguments}.get(self.user.name, self.args)
        if self.user.name in {without_scopes}:
            self.oauth_client_allowed_scopes = []


c.JupyterHub.spawner_class = SpawnerOfTheTests
"""
"""What comes after the configuration of docs/deployment.md."""


class HubProcess:
    """``jupyterhub`` below ``home``, configured as docs/deployment.md says.

    ``people`` may log in with :data:`PASSWORD`, and have the arguments for their servers that
    are given; ``None`` leaves them the documented ones. ``without_scopes`` are those whose
    servers do not ask for the scope to share. ``packages`` is a folder with another version of
    JupyterHub than that of this environment. All is below the path ``prefix``.
    """

    def __init__(
        self,
        home: Path,
        people: Mapping[str, Sequence[str] | None],
        *,
        without_scopes: Sequence[str] = (),
        packages: Path | None = None,
        prefix: str = "/",
    ) -> None:
        self.home = home
        self.log = home / "hub.log"
        self.prefix = prefix
        self.port = free_port()
        self._token = secrets.token_hex(16)
        self._packages = packages
        self._process: subprocess.Popen[bytes] | None = None
        for name in people:
            (home / name).mkdir(parents=True)
        text = OF_THE_TESTS.format(
            port=self.port,
            prefix=prefix,
            hub_port=free_port(),
            proxy_port=free_port(),
            token=self._token,
            scopes=["admin:users", "admin:servers", "shares"],
            proxy=PROXY,
            password=PASSWORD,
            people=list(people),
            home=home,
            python=sys.executable,
            arguments={name: list(args) for name, args in people.items() if args is not None},
            without_scopes=list(without_scopes),
            recheck=RECHECK,
        )
        (home / "jupyterhub_config.py").write_text(documented_configuration() + text)

    @property
    def url(self) -> str:
        """Without a slash at its end."""
        return f"http://127.0.0.1:{self.port}{self.prefix}".rstrip("/")

    def folder(self, name: str) -> Path:
        """Where the files of somebody are."""
        return self.home / name

    def start(self, *names: str) -> HubProcess:
        """Start, and wait until the servers of these people answer."""
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("JUPYTER", "PYTEST"))}
        if self._packages is not None:
            clean["PYTHONPATH"] = str(self._packages)
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "jupyterhub"],
                cwd=self.home,
                env=clean,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        self._wait(lambda: answers(self._api(""), self._token))
        for name in names:
            self.request("POST", f"users/{name}/server")
        self._wait(lambda: all(self.is_ready(name) for name in names))
        return self

    def is_ready(self, name: str) -> bool:
        """Whether the server of somebody runs."""
        servers = self.request("GET", f"users/{name}")["servers"]
        return "" in servers and bool(servers[""]["ready"])

    def _wait(self, condition: Callable[[], object]) -> None:
        assert self._process is not None
        wait(self._process, self.log, START_SECONDS, condition)

    def request(self, method: str, path: str, body: Any = None) -> Any:
        """The answer of the Hub's API to its administrator; raises ``HTTPError``."""
        return json.loads(ask(self._api(path), self._token, method, body) or b"null")

    def _api(self, path: str) -> str:
        return f"{self.url}/hub/api/{path}"

    @property
    def version(self) -> str:
        version: str = self.request("GET", "")["version"]
        return version

    def close(self) -> None:
        """Ask it to end: it ends the servers and the proxy first."""
        process = self._process
        if process is None or process.poll() is not None:
            return
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise
