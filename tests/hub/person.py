"""People with a browser: they keep cookies, and press the buttons of the Hub's pages."""

from __future__ import annotations

import json
from contextlib import AbstractAsyncContextManager
from html.parser import HTMLParser
from types import TracebackType
from typing import Any
from urllib.parse import urlencode, urljoin

import httpx

from tests.server.client import WireClient, open_room, room_of, within

from .process import PASSWORD, HubProcess

BUTTONS = ("Accept invitation", "Authorize")
"""What people press on their way to a document."""


class _Form(HTMLParser):
    """The form of a page, its last link, and what is on the page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.action = self.link = ""
        self.fields: dict[str, list[str]] = {}
        self.text: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "form" and found.get("action"):
            self.action = found["action"] or ""
        if tag == "a":
            self.link = found.get("href") or ""
        if tag == "input" and found.get("name") and "disabled" not in found:
            self.fields.setdefault(found["name"] or "", []).append(found.get("value") or "")

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.text.append(data.strip())


class Person(AbstractAsyncContextManager["Person"]):
    """``pressed`` are the buttons that were pressed since the last page was opened."""

    def __init__(self, hub: HubProcess, name: str) -> None:
        self.name = name
        self.prefix = hub.prefix
        self.pressed: list[str] = []
        self._hub = hub
        self._client = httpx.AsyncClient(base_url=hub.url, follow_redirects=True, timeout=30)

    async def log_in(self, owner: str | None = None) -> None:
        """Log in at the Hub, and open the server of ``owner``."""
        page = await self._navigate("/hub/login")
        await self._press(page, username=self.name, password=PASSWORD)
        if owner is not None:
            assert (await self.open(f"/user/{owner}/lab")).status_code == 200

    async def open(self, url: str) -> httpx.Response:
        """Open a page, and press what there is to press on the way to it. ``url`` is as a page
        of the Hub has it, or without the path where the Hub is."""
        self.pressed = []
        page = await self._navigate(f"/{url.removeprefix(self.prefix).removeprefix('/')}")
        while True:
            text = _Form(page.text).text if "text/html" in page.headers["content-type"] else []
            button = next((button for button in BUTTONS if button in text), None)
            if button is None:
                return page
            self.pressed.append(button)
            page = await self._press(page)

    def place(self, page: httpx.Response) -> str:
        """The path of a page, without the path where the Hub is."""
        path: str = page.url.path
        return f"/{path.removeprefix(self.prefix)}"

    async def _navigate(self, url: str) -> httpx.Response:
        headers = {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
        return await self._client.get(url, headers=headers)

    async def _press(self, page: httpx.Response, **typed: str) -> httpx.Response:
        form = _Form(page.text)
        url = urljoin(str(page.url), form.action)
        headers = {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Site": "same-origin"}
        return await self._client.post(url, data={**form.fields, **typed}, headers=headers)

    async def fetch(
        self, owner: str, path: str, method: str = "GET", body: Any = None
    ) -> httpx.Response:
        """What a page of ``owner``'s server asks of it."""
        url = f"/user/{owner}/{path}"
        headers = {"Sec-Fetch-Mode": "cors", "Sec-Fetch-Site": "same-origin"}
        xsrf = self._cookie(owner, "_xsrf")
        if xsrf:
            headers["X-XSRFToken"] = xsrf
        json_body = {} if body is None else {"json": body}
        return await self._client.request(method, url, headers=headers, **json_body)

    async def json(self, owner: str, path: str, method: str = "GET", body: Any = None) -> Any:
        """The same, for what has to work."""
        response = await self.fetch(owner, path, method, body)
        assert response.is_success, (response.status_code, response.text)
        return response.json() if response.content else None

    def _cookie(self, owner: str, name: str) -> str | None:
        fitting = (c for c in self._client.cookies.jar if c.path == f"{self.prefix}user/{owner}/")
        return next((c.value for c in fitting if c.name == name), None)

    async def document(
        self, owner: str, path: str, *, format: str = "text", type: str = "file"
    ) -> WireClient:
        """A document of ``owner``'s server, open and in sync."""
        body = {"format": format, "type": type}
        opened = await self.json(owner, f"api/collaboration/session/{path}", "PUT", body)
        client = await self.room(owner, room_of(opened), opened["sessionId"])
        client.session = opened
        await client.sync()
        return client

    async def room(self, owner: str, room: str, held: str = "") -> WireClient:
        """A socket of ``owner``'s server; raises ``HTTPClientError`` where it is not opened."""
        url = f"{self._hub.url}/user/{owner}"
        known = self._client.build_request("GET", f"{url}/api/collaboration/room")
        headers = {"Cookie": known.headers.get("Cookie", ""), "Sec-Fetch-Mode": "websocket"}
        return WireClient(await open_room(url.replace("http", "ws", 1), room, held, headers))

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._client.aclose()


def page_config(page: httpx.Response) -> dict[str, Any]:
    """What the server tells a page of JupyterLab."""
    start = page.text.index('id="jupyter-config-data"')
    start = page.text.index(">", start) + 1
    config: dict[str, Any] = json.loads(page.text[start : page.text.index("</script>", start)])
    return config


def link_on(page: httpx.Response) -> str:
    """Where the last link of a page leads."""
    return _Form(page.text).link


async def make_link(owner: Person, path: str = "notes.txt", **body: Any) -> dict[str, Any]:
    """A link to a document of ``owner``'s server."""
    wanted = {"path": path, "role": "view", "expiresIn": 3600, **body}
    link: dict[str, Any] = await owner.json(owner.name, "api/collaboration/links", "POST", wanted)
    return link


async def accept_link(owner: Person, next: str) -> str:
    """What ``owner`` gives to others, so that the Hub lets them in and leads them to ``next``,
    which is without the path where the Hub is."""
    code = await owner.json(owner.name, "api/collaboration/hub/codes", "POST", {"expiresIn": 3600})
    path = owner.prefix.rstrip("/") + next
    return f"{code['url']}&{urlencode({'next': path})}"


async def closed_within(client: WireClient, seconds: float) -> int:
    """The code with which a socket is closed."""
    return (await within(seconds, client.until_closed()))[0]
