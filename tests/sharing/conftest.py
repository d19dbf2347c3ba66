"""A server with a shared document beside one that is nobody's business."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jupyter_server.auth import Authorizer, User
from jupyter_server.serverapp import ServerApp
from jupyter_server.utils import url_path_join
from tornado.httpclient import AsyncHTTPClient, HTTPResponse

from tests.server.conftest import (  # noqa: F401 - fixtures
    Connect,
    connect,
    jp_argv,
    jp_server_config,
)

SECRET = "TOP-SECRET-CONTENT"
TOKEN = "secret-token"


@pytest.fixture(autouse=True)
def files(jp_root_dir: Path) -> Path:
    """``shared/notes.txt``, ``shared/nb.ipynb``, and what links to them do not open."""
    folder = jp_root_dir / "shared"
    folder.mkdir()
    (folder / "notes.txt").write_text("hello\n")
    (folder / "other.txt").write_text(SECRET)
    (jp_root_dir / "secret.txt").write_text(SECRET)
    notebook = {"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    (folder / "nb.ipynb").write_text(json.dumps(notebook))
    return jp_root_dir


class ReadOnly(Authorizer):
    """Lets everybody read files, and no more."""

    def is_authorized(self, handler: Any, user: User, action: str, resource: str) -> bool:
        return action == "read" and resource == "contents"


class Browser:
    """Keeps cookies, follows nothing by itself, and has no token unless it is given one."""

    def __init__(self, base: str, token: str | None = None) -> None:
        self.base = base
        self.cookies: dict[str, str] = {}
        self.always: dict[str, str] = {}
        self._token = token

    @property
    def headers(self) -> dict[str, str]:
        headers = dict(self.always)
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{k}={v}" for k, v in self.cookies.items())
        if "_xsrf" in self.cookies:
            headers["X-XSRFToken"] = self.cookies["_xsrf"]
        if self._token:
            headers["Authorization"] = f"token {self._token}"
        return headers

    async def fetch(
        self, path: str, method: str = "GET", body: Any = None, **more: Any
    ) -> HTTPResponse:
        response = await AsyncHTTPClient().fetch(
            path if "://" in path else url_path_join(self.base, path),
            method=method,
            headers={**self.headers, **more.pop("headers", {})},
            body=body if body is None or isinstance(body, str | bytes) else json.dumps(body),
            follow_redirects=False,
            raise_error=False,
            allow_nonstandard_methods=True,
            **more,
        )
        for line in response.headers.get_list("Set-Cookie"):
            name, _, value = line.partition(";")[0].partition("=")
            if value.strip('"'):
                self.cookies[name] = value
            else:
                self.cookies.pop(name, None)
        return response

    async def json(self, path: str, method: str = "GET", body: Any = None) -> Any:
        response = await self.fetch(path, method, body)
        assert response.code < 300, (response.code, response.body)
        return json.loads(response.body or b"null")


MakeBrowser = Callable[..., Browser]


@pytest.fixture
def browser(jp_http_port: int, jp_base_url: str, jp_fetch: Any) -> MakeBrowser:
    # jp_fetch is asked for because it starts the server's listening.
    assert jp_fetch

    def make(token: str | None = None) -> Browser:
        return Browser(url_path_join(f"http://127.0.0.1:{jp_http_port}", jp_base_url), token)

    return make


@pytest.fixture
def shares(app: Any) -> Any:
    """The links of the server under test."""
    return app.sharing.shares


@pytest.fixture
def owner(browser: MakeBrowser, jp_serverapp: ServerApp) -> Browser:
    """Whose server it is."""
    return browser(TOKEN)


def known_as(browser: MakeBrowser, name: str) -> Browser:
    """Somebody whom the site knows by this name."""
    person = browser()
    person.always = {"X-Site-User": name, "X-XSRFToken": "x"}
    person.cookies["_xsrf"] = "x"
    return person


async def make_link(owner: Browser, path: str = "shared/notes.txt", **body: Any) -> dict[str, Any]:
    wanted = {"path": path, "role": "view", "expiresIn": None, **body}
    link: dict[str, Any] = await owner.json("api/collaboration/links", "POST", wanted)
    return link


async def open_link(browser: Browser, link: dict[str, Any]) -> HTTPResponse:
    """Follow a link as far as the redirect to the document."""
    origin = browser.base.split("/", 3)
    return await browser.fetch("/".join(origin[:3]) + link["url"])
