"""A real Jupyter server with the extension, and clients that speak the wire by hand."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from jupyter_server.serverapp import ServerApp
from jupyter_server.utils import url_path_join
from tornado.httpclient import HTTPRequest
from tornado.websocket import websocket_connect

from .client import WireClient

Connect = Callable[..., Awaitable[WireClient]]


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
    """Open a document as an outside client does: PUT session, then the room's socket."""

    async def open_document(
        path: str,
        format: str = "text",
        type: str = "file",
        *,
        collab: bool = True,
        session_id: str | None = None,
        sync: bool = True,
    ) -> WireClient:
        response = await jp_fetch(
            *("api", "collaboration", "session", *path.split("/")),
            method="PUT",
            body=json.dumps({"format": format, "type": type}),
        )
        session = json.loads(response.body)
        room = f"{session['format']}:{session['type']}:{session['fileId']}"
        held = session["sessionId"] if session_id is None else session_id
        client = await open_room(room, held, collab=collab)
        client.session = session
        if sync:
            await client.sync()
        return client

    async def open_room(
        room: str, session_id: str, *, collab: bool = True, headers: dict[str, str] | None = None
    ) -> WireClient:
        url = url_path_join(
            f"ws://127.0.0.1:{jp_http_port}", jp_base_url, "api/collaboration/room", room
        )
        request = HTTPRequest(
            f"{url}?sessionId={session_id}",
            headers=headers or {"Authorization": f"token {jp_serverapp.identity_provider.token}"},
        )
        socket = await websocket_connect(
            request, subprotocols=["v1.jupyter-collab"] if collab else None
        )
        return WireClient(socket)

    open_document.room = open_room  # type: ignore[attr-defined]
    return open_document
