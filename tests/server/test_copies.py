"""Requests that write over a document what they have read of it before (F12)."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from weakref import ref

import nbformat
import pytest
from jupyter_server.auth import User
from jupyter_server.serverapp import ServerApp

from jupyter_collab.server.requests import copies
from tests.room.notebooks import code, notebook
from tests.waiting import until

from .client import WireClient
from .conftest import Connect

TEXT = "api/contents/notes.txt"
NOTEBOOK = "api/contents/work.ipynb"

Ask = Callable[..., Awaitable[Any]]


@pytest.fixture
def ask(jp_fetch: Any) -> Ask:
    """Asks as an agent that shows a token, and keeps no cookies."""

    async def fetch(path: str, method: str = "GET", body: Any = None, **more: Any) -> Any:
        text = None if body is None else json.dumps(body)
        answer = await jp_fetch(*path.split("/"), method=method, body=text, **more)
        return json.loads(answer.body)

    return fetch


@pytest.fixture
def notes(jp_root_dir: Path) -> Path:
    path = jp_root_dir / "notes.txt"
    path.write_bytes(b"one\r\ntwo\r\n")
    return path


@pytest.fixture
def work(jp_root_dir: Path) -> Path:
    path = jp_root_dir / "work.ipynb"
    path.write_text(json.dumps(notebook(code("a", "1"), code("b", "2"))))
    return path


async def typed(ada: WireClient, text: str) -> None:
    """Somebody has written ``text``, and the file has it."""
    ada.text += text
    await ada.durable()
    await ada.save()


def file(content: str) -> dict[str, Any]:
    return {"type": "file", "format": "text", "content": content}


def sources(path: Path) -> list[str]:
    return [cell["source"] for cell in nbformat.read(path, nbformat.NO_CONVERT).cells]


async def test_what_people_wrote_since_an_agent_has_read_stays(
    work: Path, connect: Connect, ask: Ask
) -> None:
    """F12: also a cell that they have inserted."""
    ada = await connect("work.ipynb", "json", "notebook")
    model = await ask(NOTEBOOK)
    ada.cells[0]["source"].insert(1, " + ada")
    del ada.cells[1]
    await ada.durable()
    await ada.save()
    assert sources(work) == ["1 + ada"]
    cells = model["content"]["cells"]
    cells[0]["source"] = "0 + " + cells[0]["source"]
    cells.append(code("c", "agent"))
    await ask(NOTEBOOK, "PUT", {"type": "notebook", "content": model["content"]})
    await ada.until(lambda: len(ada.cells) == 2)
    assert [str(cell["source"]) for cell in ada.cells] == ["0 + 1 + ada", "agent"]
    assert sources(work) == ["0 + 1 + ada", "agent"]


async def test_a_text_keeps_its_line_ends(notes: Path, connect: Connect, ask: Ask) -> None:
    ada = await connect("notes.txt")
    model = await ask(TEXT)
    await typed(ada, "ada\n")
    await ask(TEXT, "PUT", file("agent\r\n" + model["content"]))
    await ada.until(lambda: str(ada.text) == "agent\none\ntwo\nada\n")
    await until(lambda: notes.read_bytes() == b"agent\r\none\r\ntwo\r\nada\r\n")


async def test_what_an_agent_wrote_is_what_it_knows(
    notes: Path, connect: Connect, ask: Ask
) -> None:
    """F12: it may take back what it has written, and what it has sent it need not read again."""
    ada = await connect("notes.txt")
    model = await ask(TEXT)
    await ask(TEXT, "PUT", file(model["content"] + "agent\r\n"))
    await ada.until(lambda: str(ada.text) == "one\ntwo\nagent\n")
    await typed(ada, "ada\n")
    await ask(TEXT, "PUT", file(model["content"]))
    await ada.until(lambda: str(ada.text) == "one\ntwo\nada\n")


async def test_who_has_read_all_may_take_it_away(notes: Path, connect: Connect, ask: Ask) -> None:
    ada = await connect("notes.txt")
    await typed(ada, "ada\n")
    await ask(TEXT)
    await ask(TEXT, "PUT", file("agent\n"))
    await ada.until(lambda: str(ada.text) == "agent\n")


async def test_a_client_with_cookies_is_known_by_them(
    notes: Path, connect: Connect, ask: Ask, jp_serverapp: ServerApp, jp_fetch: Any
) -> None:
    """F12: what somebody else with the same token has read meanwhile says nothing of it."""
    ada = await connect("notes.txt")
    answer = await jp_fetch(*TEXT.split("/"))
    cookie = answer.headers["Set-Cookie"].split(";")[0]
    await typed(ada, "ada\n")
    await ask(TEXT)
    sent = file("agent\n" + json.loads(answer.body)["content"])
    await ask(TEXT, "PUT", sent, headers={"Cookie": cookie})
    await ada.until(lambda: str(ada.text) == "agent\none\ntwo\nada\n")


async def test_programs_of_one_user_are_known_by_what_they_show(
    notes: Path, connect: Connect, ask: Ask, jp_serverapp: ServerApp, monkeypatch: Any
) -> None:
    """F12: on a JupyterHub they have one name."""
    ada = await connect("notes.txt")
    provider = jp_serverapp.identity_provider
    monkeypatch.setattr(provider, "generate_anonymous_user", lambda _: User("ada"))
    model = await ask(TEXT, headers={"User-Agent": "one"})
    await typed(ada, "ada\n")
    await ask(TEXT, headers={"User-Agent": "another"})
    sent = file("agent\n" + model["content"])
    await ask(TEXT, "PUT", sent, headers={"User-Agent": "one"})
    await ada.until(lambda: str(ada.text) == "agent\none\ntwo\nada\n")


class Handler:
    """Answers somebody who keeps no cookies."""

    def __init__(self, method: str, token: str | None = None, agent: str = "") -> None:
        headers = {"User-Agent": agent}
        self.request = SimpleNamespace(
            method=method, body=b"", remote_ip="127.0.0.1", headers=headers
        )
        self.identity_provider = SimpleNamespace(
            get_token=lambda _: token, get_cookie_name=lambda _: "name", auth_enabled=True
        )

    def get_cookie(self, _: str) -> None:
        return None

    def get_status(self) -> int:
        return 200

    def finish(self, _: str) -> None:
        pass


def answer(remembered: copies.Copies, handler: Any, user: str, path: str, text: str) -> None:
    remembered.follow(handler, User(user), path)
    handler.finish(text)


def known(remembered: copies.Copies, handler: Any, user: str, path: str) -> str | bytes | None:
    copy = remembered.of(handler, User(user), path)
    return None if copy is None else copy.text


def test_users_without_a_token_are_no_client_together() -> None:
    """F12: all users of a JupyterHub may come from one address, with one browser."""
    remembered = copies.Copies()
    answer(remembered, Handler("GET"), "ada", "a.txt", "what ada has read")
    assert known(remembered, Handler("PUT"), "bob", "a.txt") is None
    assert known(remembered, Handler("PUT"), "ada", "a.txt") is not None


def test_who_reads_again_and_again_has_nothing_of_others_forgotten() -> None:
    """F12: Jupyter gives another name to each request with a token and without cookies."""
    remembered = copies.Copies(most=100)
    answer(remembered, Handler("GET", "token", "slow"), "1", "a.txt", "read long ago")
    for name in range(2, 50):
        answer(remembered, Handler("GET", "token", "often"), f"{name}", "b.txt", "read often")
    assert known(remembered, Handler("PUT", "token", "slow"), "50", "a.txt") == "read long ago"
    assert known(remembered, Handler("PUT", "token", "often"), "49", "b.txt") == "read often"


def test_a_picture_is_not_remembered() -> None:
    """F12: nothing is merged into it, and who looks at some has none of what is forgotten."""
    remembered = copies.Copies()
    model = json.dumps({"content": "AAAA", "format": "base64", "type": "file"})
    answer(remembered, Handler("GET"), "ada", "a.png", model)
    assert known(remembered, Handler("PUT"), "ada", "a.png") is None


def test_a_request_is_freed_when_it_is_answered() -> None:
    """F12: it may have brought 50 MB, and the collector comes by later."""
    handler = Handler("GET")
    freed = ref(handler)
    answer(copies.Copies(), handler, "ada", "a.txt", "text")
    del handler
    assert freed() is None


async def test_what_is_saved_while_a_copy_is_merged_stays(
    notes: Path, connect: Connect, ask: Ask, monkeypatch: Any
) -> None:
    """F12: to merge a large one takes seconds, and people type on."""
    ada = await connect("notes.txt")
    model = await ask(TEXT)
    await typed(ada, "ada\n")
    usual, late = copies._merged, ["late\n"]  # noqa: SLF001 - it is a moment that counts

    def merged(*args: Any) -> bytes | None:
        if late:
            notes.write_text(notes.read_text() + late.pop())
        return usual(*args)

    monkeypatch.setattr(copies, "_merged", merged)
    await ask(TEXT, "PUT", file("agent\n" + model["content"]))
    await ada.until(lambda: str(ada.text) == "agent\none\ntwo\nada\nlate\n")


async def test_what_nobody_has_read_is_written_as_it_is(
    notes: Path, connect: Connect, ask: Ask
) -> None:
    ada = await connect("notes.txt")
    await typed(ada, "ada\n")
    await ask(TEXT, "PUT", file("agent\n"))
    await ada.until(lambda: str(ada.text) == "agent\n")


async def test_what_is_no_copy_is_left_to_jupyter(work: Path, connect: Connect, ask: Ask) -> None:
    """F12: such as a notebook that is none."""
    ada = await connect("work.ipynb", "json", "notebook")
    await ask(NOTEBOOK)
    ada.cells[0]["source"].insert(0, "ada ")
    await ada.save()
    for content in ("[", {"cells": 1}):
        with pytest.raises(Exception, match=r"HTTP [45]"):
            await ask(NOTEBOOK, "PUT", {"type": "notebook", "content": content})
    assert sources(work) == ["ada 1", "2"]


def test_little_is_remembered() -> None:
    """F12: of what is much, the rest is forgotten first."""
    remembered = copies.Copies(most=10)
    for name, text in (("a", "1234"), ("b", "1234"), ("c", "123"), ("d", "12345678901")):
        remembered.remember(("ada",), copies.Copy(name, text))
    found = [name for name in "abcd" if remembered.find(("ada",), name)]
    assert found == ["b", "c"]
