"""An agent that works in a notebook beside people. Open the notebook, then run this, and watch.

    python agent.py "http://127.0.0.1:8888/?token=..." notebook.ipynb
    python agent.py "http://127.0.0.1:8888/collab/join?share_token=..."

It takes the address of a server or a link to one document. It adds a cell, types into it with a
cursor, runs it and writes what it puts out. By a link it is a guest, who may run nothing.
"""

import asyncio
import json
import re
import sys
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import httpx
from jupyter_ydoc import YNotebook
from pycrdt import (
    Array,
    Assoc,
    Awareness,
    Decoder,
    Doc,
    Map,
    Text,
    create_awareness_message,
    create_sync_message,
    create_update_message,
    handle_sync_message,
)
from tornado.httpclient import HTTPRequest
from tornado.websocket import WebSocketClientConnection, websocket_connect

XSRF = uuid4().hex
"""Whoever comes by cookies says twice that a request is meant, as pages do."""

CODE = "for n in range(3):\n    print(n)\n6 * 7"


class Server:
    """A server, to which we are one person as long as we keep its cookies."""

    def __init__(self, link: str) -> None:
        parts = urlsplit(link)
        token = parse_qs(parts.query).get("token")
        login = {"Authorization": f"token {token[0]}"} if token else {}
        base = re.sub(r"(collab/join|lab|tree)?/?$", "", parts.path).rstrip("/") + "/"
        self.link = link
        self.http = httpx.AsyncClient(
            base_url=f"{parts.scheme}://{parts.netloc}{base}",
            headers={"X-XSRFToken": XSRF, **login},
            cookies={"_xsrf": XSRF},
        )

    async def enter(self, name: str) -> None:
        """Come in, and say who we are: it is the server that tells the others."""
        answer = await self.http.get(self.link)
        if answer.is_error:
            raise RuntimeError(f"The link does not open: {answer.status_code}")
        await self.ask("PATCH", "api/me", {"display_name": name})

    async def ask(self, method: str, path: str, body: Any = None) -> Any:
        answer = await self.http.request(method, path, json=body)
        if answer.is_error:
            raise RuntimeError(f"{method} {path}: {answer.status_code} {answer.text}")
        return answer.json()

    async def connect(self, path: str, protocol: str) -> WebSocketClientConnection:
        cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in self.http.cookies.jar)
        headers = {**self.http.headers, "Cookie": cookies}
        url = str(self.http.base_url.join(path)).replace("http", "ws", 1)
        request = HTTPRequest(url, headers={k: headers[k] for k in headers if k != "host"})
        return await websocket_connect(request, subprotocols=[protocol], max_message_size=2**28)


class Notebook(YNotebook):
    """A notebook that is kept in step with the server's."""

    def __init__(self) -> None:
        doc: Doc[Any] = Doc()
        super().__init__(doc, Awareness(doc))
        self.sent = self.acknowledged = 0
        self._hearing = False
        self._news = asyncio.Event()
        self._synced = False

    async def open(self, server: Server, path: str) -> None:
        known = await server.ask(
            "PUT", f"api/collaboration/session/{path}", {"format": "json", "type": "notebook"}
        )
        room = f"json:notebook:{known['fileId']}?sessionId={known['sessionId']}"
        self._socket = await server.connect(f"api/collaboration/room/{room}", "v1.jupyter-collab")
        self._reading = asyncio.create_task(self._read())
        self._write(create_sync_message(self.ydoc))
        await self.until(lambda: self._synced)
        self._watching = self.ydoc.observe(self._on_change), self.awareness.observe(self._on_say)

    async def until(self, condition: Any) -> None:
        """Wait for ``condition()``; fails where the connection does."""
        while not condition():
            if self._reading.done():
                self._reading.result()
            self._news.clear()
            await self._news.wait()

    async def leave(self) -> None:
        """Go when all that we wrote is durable. The others see it at once."""
        await self.until(lambda: self.acknowledged >= self.sent)
        self._reading.cancel()
        self._socket.close()

    async def _read(self) -> None:
        try:
            while isinstance(frame := await self._socket.read_message(), bytes):
                self._hear(frame)
                self._news.set()
            code, reason = self._socket.close_code, self._socket.close_reason
            raise ConnectionError(f"The server has closed the document: {code} {reason}")
        finally:
            self._news.set()

    def _hear(self, frame: bytes) -> None:
        match frame[0], frame[1]:
            case 0, step:
                self._hearing = True
                answer = handle_sync_message(frame[1:], self.ydoc)
                self._hearing = False
                if answer is not None:
                    self._send(answer)
                self._synced = self._synced or step == 1
            case 1, _:
                self.awareness.apply_awareness_update(Decoder(frame[1:]).read_message(), "server")
            case 64, 1:
                self.acknowledged = Decoder(frame[2:]).read_var_uint()
            case 64, 3:
                print("Refused:", json.loads(Decoder(frame[2:]).read_var_string()))

    def _on_change(self, event: Any) -> None:
        if not self._hearing:
            self._send(create_update_message(event.update))

    def _on_say(self, kind: str, change: Any) -> None:
        if kind == "update" and change[1] == "local":
            update = self.awareness.encode_awareness_update([self.awareness.client_id])
            self._write(create_awareness_message(update))

    def _send(self, edit: bytes) -> None:
        self.sent += 1
        self._write(edit)

    def _write(self, frame: bytes) -> None:
        self._socket.write_message(frame, binary=True)


def add_cell(notebook: Notebook) -> Map[Any]:
    cell = {"cell_type": "code", "source": "", "metadata": {}, "outputs": []}
    notebook.append_cell({**cell, "execution_count": None})
    return notebook.ycells[-1]


async def type_into(notebook: Notebook, cell: Map[Any], text: str) -> None:
    """Type as a person does; others may write in the same cell meanwhile."""
    source: Text = cell["source"]  # `cell["source"] += text` would empty it
    end = source.sticky_index(0, Assoc.BEFORE)  # stays where we write, whatever others insert
    notebook.awareness.set_local_state_field("cells", {"mode": "edit", "active": cell["id"]})
    for character in text:
        at = end.get_index()
        source.insert(at, character)
        end = source.sticky_index(at + 1, Assoc.BEFORE)
        place = {"type": None, "tname": None, **end.to_json()}
        cursor = {"anchor": place, "head": place, "primary": True, "empty": True}
        notebook.awareness.set_local_state_field("cursors", [cursor])
        await asyncio.sleep(0.02)


async def run(server: Server, notebook: Notebook, path: str, cell: Map[Any]) -> None:
    """Run ``cell`` in the kernel that all share, and write what it puts out."""
    notebook_session = {"path": path, "name": path, "type": "notebook", "kernel": {"name": None}}
    kernel = (await server.ask("POST", "api/sessions", notebook_session))["kernel"]["id"]
    socket = await server.connect(f"api/kernels/{kernel}/channels", "")
    header = {
        "msg_id": uuid4().hex,
        "msg_type": "execute_request",
        "username": "",
        "version": "5.3",
    }
    content = {"code": str(cell["source"]), "silent": False, "allow_stdin": False}
    request = {"header": {**header, "session": uuid4().hex}, "content": content}
    await socket.write_message(
        json.dumps({**request, "channel": "shell", "parent_header": {}, "metadata": {}})
    )
    outputs: Array[Any] = cell["outputs"]
    with notebook.ydoc.transaction():
        outputs.clear()
        cell["execution_state"] = "running"
    while (frame := await socket.read_message()) is not None:
        message = json.loads(frame)
        if message["parent_header"].get("msg_id") != header["msg_id"]:
            continue
        kind, content = message["msg_type"], message["content"]
        if kind == "status" and content["execution_state"] == "idle":
            break
        with notebook.ydoc.transaction():
            if kind == "execute_input":
                cell["execution_count"] = content["execution_count"]
            elif kind == "stream":
                put_out(outputs, content["name"], content["text"])
            elif kind in ("display_data", "execute_result", "error"):
                content.pop("transient", None)
                outputs.append(Map({"output_type": kind, **content}))
    cell["execution_state"] = "idle"
    socket.close()


def put_out(outputs: Array[Any], name: str, text: str) -> None:
    """Printed text grows, as long as it is of one stream."""
    last = outputs[-1] if len(outputs) else {}
    if last.get("output_type") == "stream" and last["name"] == name:
        grown: Text = last["text"]
        grown += text
    else:
        outputs.append(Map({"output_type": "stream", "name": name, "text": Text(text)}))


async def work(link: str, path: str | None = None, name: str = "Robot") -> None:
    server, notebook = Server(link), Notebook()
    async with server.http:
        await server.enter(name)
        if path is None:
            guest = await server.ask("GET", "api/collaboration/guest")
            path = guest["documents"][0]["path"]
        await notebook.open(server, path)
        cell = add_cell(notebook)
        await type_into(notebook, cell, CODE)
        if "token" in parse_qs(urlsplit(link).query):
            await run(server, notebook, path, cell)
        await notebook.leave()


if __name__ == "__main__":
    asyncio.run(work(*sys.argv[1:]))
