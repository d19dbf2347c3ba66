"""A real Jupyter server with the extension, and clients that speak the wire by hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jupyter_server.serverapp import ServerApp
from tornado.websocket import WebSocketClientConnection

from .client import WireClient, open_room, room_of


class Connect:
    """Opens documents of the server under test, as an outside client does."""

    def __init__(self, url: str, token: str, fetch: Any) -> None:
        self._url = url
        self._headers = {"Authorization": f"token {token}"}
        self._fetch = fetch

    async def __call__(
        self,
        path: str,
        format: str = "text",
        type: str = "file",
        *,
        collab: bool = True,
        session_id: str | None = None,
        sync: bool = True,
    ) -> WireClient:
        """PUT session, then the room's socket."""
        response = await self._fetch(
            *("api", "collaboration", "session", *path.split("/")),
            method="PUT",
            body=json.dumps({"format": format, "type": type}),
        )
        session = json.loads(response.body)
        held = session["sessionId"] if session_id is None else session_id
        client = await self.room(room_of(session), held, collab=collab)
        client.session = session
        if sync:
            await client.sync()
        return client

    async def room(
        self, room: str, held: str, *, collab: bool = True, headers: dict[str, str] | None = None
    ) -> WireClient:
        """A client in ``room`` that has not said anything yet."""
        return WireClient(await self.socket(room, held, collab=collab, headers=headers))

    async def socket(
        self, room: str, held: str, *, collab: bool = True, headers: dict[str, str] | None = None
    ) -> WebSocketClientConnection:
        """A socket that nobody reads."""
        return await open_room(self._url, room, held, headers or self._headers, collab=collab)


@pytest.fixture
def jp_server_config(tmp_path: Path) -> dict[str, Any]:
    return {
        "ServerApp": {
            "jpserver_extensions": {"jupyter_collab": True, "jupyter_server_fileid": True},
            "token": "secret-token",
        },
        "YDocExtension": {
            "collaborative": True,
            "document_save_delay": 0.1,
            "document_cleanup_delay": 0.2,
        },
        "JupyterSQLiteYStore": {"db_path": str(tmp_path / "ystore.db")},
        "BaseFileIdManager": {"db_path": ":memory:"},
    }


@pytest.fixture
def jp_argv() -> list[str]:
    return []


@pytest.fixture
def connect(jp_serverapp: ServerApp, jp_base_url: str, jp_http_port: int, jp_fetch: Any) -> Connect:
    url = f"ws://127.0.0.1:{jp_http_port}{jp_base_url.rstrip('/')}"
    return Connect(url, jp_serverapp.identity_provider.token, jp_fetch)
