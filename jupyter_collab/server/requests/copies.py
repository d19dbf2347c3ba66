"""What a request writes over a document is an edited copy of what its client has read there.

An agent asks Jupyter for a notebook, thinks for a while, and sends it back with a cell more. All
that people have typed meanwhile is in the file by then, and not in what is sent: taken for an edit
of the file as it is, that would delete it for everybody.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from jupyter_server.auth import User
from jupyter_server.base.handlers import JupyterHandler
from jupyter_server.utils import ensure_async
from tornado.web import HTTPError

from ...errors import CollabError
from ...files.formats import format_of
from ...room.content.document import NotebookDocument, TextDocument
from ...room.content.merge import merge
from ...workers import in_thread

MOST = 32 * 2**20
"""Characters of what clients have read and written that are remembered, all together."""

ATTEMPTS = 5
"""How often what is sent is merged anew because the file was written meanwhile."""

_TAIL = 400
"""Characters at the end of a model, in which Jupyter says what it is."""

_OF_NO_USE = ('"type": "directory"', '"format": "base64"')
"""What is never merged: folders, and pictures, which may be large."""


@dataclass(frozen=True, slots=True)
class Copy:
    """The JSON of a contents model that a client has, of a file at ``path``."""

    path: str
    text: str | bytes

    def model(self) -> dict[str, Any] | None:
        """It, where it has the whole content of a notebook or a text."""
        try:
            model = json.loads(self.text)
        except ValueError:
            return None
        if not isinstance(model, dict) or model.get("chunk") or model.get("content") is None:
            return None
        is_text = model.get("type") == "file" and model.get("format") == "text"
        return model if is_text or model.get("type") == "notebook" else None


class Copies:
    """Remembers what clients have last read or written of each file, until that is too much."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._size = 0
        self._copies: OrderedDict[tuple[str, str], Copy] = OrderedDict()
        # Under their other names; who keeps no cookies has a new one each time.
        self._aliases: OrderedDict[tuple[str, str], Copy] = OrderedDict()

    def follow(self, handler: JupyterHandler, user: User, path: str) -> None:
        """Remember what ``handler`` will answer, or what it was sent if that is to be written."""
        sent = handler.request.body if handler.request.method == "PUT" else None
        clients = tuple(_clients(handler, user))
        real = handler.finish

        def finish(*args: Any, **kwargs: Any) -> Any:
            # What was sent would be kept until the collector comes by.
            handler.__dict__.pop("finish", None)
            text = sent if sent is not None else next(iter(args), None)
            if handler.get_status() < 300 and isinstance(text, str | bytes):
                self.remember(clients, Copy(path, text))
            return real(*args, **kwargs)

        setattr(handler, "finish", finish)  # noqa: B010 - a method, which mypy lets nobody assign

    def of(self, handler: JupyterHandler, user: User, path: str) -> Copy | None:
        """What the client of ``handler`` has last read or written at ``path``."""
        return self.find(tuple(_clients(handler, user)), path)

    def find(self, clients: tuple[str, ...], path: str) -> Copy | None:
        """The copy of the first of ``clients`` that has one."""
        keys = ((client, path) for client in clients)
        found = (self._copies.get(key) or self._aliases.get(key) for key in keys)
        return next((copy for copy in found if copy is not None), None)

    def remember(self, clients: tuple[str, ...], copy: Copy) -> None:
        """``clients``, which may be one under several names, have ``copy`` and no other."""
        for client in clients:
            self._forget((client, copy.path))
        if len(copy.text) > self._most or _is_of_no_use(copy.text):
            return
        for client in clients:
            held = self._copies if client == clients[0] else self._aliases
            held[client, copy.path] = copy
            self._size += len(copy.text)
        while self._size > self._most:
            self._forget(next(iter(self._aliases or self._copies)))

    def _forget(self, key: tuple[str, str]) -> None:
        copy = self._copies.pop(key, None) or self._aliases.pop(key, None)
        if copy is not None:
            self._size -= len(copy.text)


async def keep_what_others_wrote(handler: JupyterHandler, known: Copy, *, notebook: bool) -> None:
    """Have ``handler`` write what it was sent with what was written since its client had ``known``.

    ``notebook``: as which the document is open. What is sent as something else is left as it is,
    and so is what cannot be read: Jupyter says itself what is wrong with it.
    """
    sent = await in_thread(Copy(known.path, handler.request.body).model)
    if sent is None or (sent["type"] == "notebook") != notebook:
        return
    manager: Any = handler.contents_manager
    merged, seen, attempts = None, None, 0
    try:
        # To merge a large one takes seconds, in which people type on, and that is saved.
        while attempts < ATTEMPTS and seen != await _last_modified(manager, known.path):
            got = manager.get(known.path, type=sent["type"], format=_format(sent))
            now = await ensure_async(got)
            seen, attempts = now["last_modified"], attempts + 1
            merged = await in_thread(_merged, known, now["content"], sent)
    except (CollabError, HTTPError):
        return
    if merged is not None:
        handler.request.body = merged


async def _last_modified(manager: Any, path: str) -> Any:
    model = await ensure_async(manager.get(path, content=False))
    return model["last_modified"]


def _format(model: dict[str, Any]) -> str | None:
    """As which its content is to be read; notebooks have no choice."""
    return "text" if model["type"] == "file" else None


def _merged(known: Copy, now: Any, sent: dict[str, Any]) -> bytes | None:
    """The body that has both; ``None`` where that is the one that was sent."""
    before = known.model()
    if before is None or before["type"] != sent["type"]:
        return None
    is_notebook = sent["type"] == "notebook"
    kind = NotebookDocument if is_notebook else TextDocument
    format = format_of("json" if is_notebook else "text", sent["type"])
    sources = [format.from_model(model, known.path) for model in (before["content"], now)]
    source, data = format.from_model(sent["content"], known.path)
    base, ours, theirs = (kind.content_of(it) for it in (*(it for it, _ in sources), source))
    if base == ours:
        return None
    both = merge(base, ours, theirs)
    source = both.source() if is_notebook else both
    # Lines keep the ends that they were sent with.
    content = format.to_model(source, format.encode(source, data, known.path))
    return json.dumps({**sent, "content": content}).encode()


def _clients(handler: JupyterHandler, user: User) -> Iterator[str]:
    """Who asks, by what tells most first: the user, and whoever comes from there with this token.

    Jupyter gives a user's name to each request that shows a token and no cookie. On a JupyterHub
    all programs and browsers of somebody have one name, and all users may come from one address.
    """
    request, provider = handler.request, handler.identity_provider
    name, token = f"user {user.username}", provider.get_token(handler) or ""
    has_cookie = handler.get_cookie(provider.get_cookie_name(handler)) is not None
    if not token and (has_cookie or provider.auth_enabled):
        yield name
        return
    shown = "\n".join((token, request.remote_ip or "", request.headers.get("User-Agent", "")))
    shown = f"token {sha256(shown.encode()).hexdigest()}"
    yield from (name, shown) if has_cookie else (shown, name)


def _is_of_no_use(text: str | bytes) -> bool:
    end = text[-_TAIL:]
    end = end if isinstance(end, str) else end.decode(errors="replace")
    return any(what in end for what in _OF_NO_USE)
