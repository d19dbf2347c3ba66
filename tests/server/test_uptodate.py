"""What requests read of files while somebody writes in them (F11)."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from email.utils import formatdate
from importlib import import_module
from pathlib import Path
from typing import Any

import nbformat
import pytest
from jupyter_server.auth import Authorizer, User
from jupyter_server.base.handlers import APIHandler, path_regex
from jupyter_server.serverapp import ServerApp
from tornado.httpclient import HTTPClientError

from jupyter_collab.errors import FileError
from jupyter_collab.files.document import ContentsFile
from jupyter_collab.server.requests import uptodate

from .client import WireClient
from .conftest import Connect

LONG = 3600.0
"""Seconds: nothing is written before somebody needs it."""

NAME = "100% #1?.txt"
HERE = ("a folder", NAME)
TYPED = "old\nnew\n"

Ask = Callable[..., Awaitable[Any]]


@pytest.fixture
def delay() -> float | None:
    return LONG


@pytest.fixture
def jp_server_config(jp_server_config: dict[str, Any], delay: float | None) -> dict[str, Any]:
    settings = jp_server_config["YDocExtension"]
    settings |= {"document_save_delay": delay, "document_save_max_wait": LONG}
    jp_server_config["FileContentsManager"] = {"delete_to_trash": False}
    return jp_server_config


@pytest.fixture(autouse=True)
def file(jp_root_dir: Path) -> Path:
    file = jp_root_dir.joinpath(*HERE)
    file.parent.mkdir()
    file.write_text("old\n")
    return file


@pytest.fixture
def ask(jp_fetch: Any) -> Ask:
    async def fetch(*parts: str, method: str = "GET", body: Any = None, **more: Any) -> Any:
        has_body = method in ("POST", "PUT", "PATCH")
        return await jp_fetch(
            *parts, method=method, body=json.dumps(body) if has_body else None, **more
        )

    return fetch


async def typed(connect: Connect) -> WireClient:
    """Somebody who has just typed a line, which the server has."""
    ada = await connect("/".join(HERE))
    ada.text += "new\n"
    await ada.durable()
    return ada


class NoWriter(Authorizer):
    """Lets everybody read, and no more."""

    def is_authorized(self, handler: Any, user: User, action: str, resource: str) -> bool:
        return action == "read"


JUPYTERS = [name for name in uptodate.NEEDS if name.startswith("jupyter_server.")]


@pytest.mark.parametrize("name", JUPYTERS)
def test_the_handlers_are_where_they_were(name: str) -> None:
    """F11: where Jupyter Server has moved one, nothing would be saved for it."""
    module, _, kind = name.rpartition(".")
    handler = getattr(import_module(module), kind)
    assert all(hasattr(handler, method) for method in uptodate.NEEDS[name])


async def test_a_download_has_what_was_just_typed(connect: Connect, ask: Ask) -> None:
    await typed(connect)
    assert (await ask("files", *HERE)).body.decode() == TYPED


async def test_a_download_is_no_older_one_of_the_same_second(
    connect: Connect, ask: Ask, file: Path
) -> None:
    """F11: a browser asks only for what is newer than what it has, in seconds."""
    ada = await typed(connect)
    await ada.save()
    kept = formatdate(file.stat().st_mtime + 60, usegmt=True)
    response = await ask("files", *HERE, headers={"If-Modified-Since": kept})
    assert response.body.decode() == TYPED


async def test_the_contents_have_what_was_just_typed(connect: Connect, ask: Ask) -> None:
    await typed(connect)
    response = await ask("api", "contents", *HERE)
    assert json.loads(response.body)["content"] == TYPED


@pytest.mark.parametrize("source", ["/".join(HERE), "/a folder/"])
async def test_a_copy_has_what_was_just_typed(
    source: str, connect: Connect, ask: Ask, jp_root_dir: Path
) -> None:
    """F11: of a file, and of a folder with it."""
    (jp_root_dir / "copies").mkdir()
    await typed(connect)
    await ask("api", "contents", "copies", method="POST", body={"copy_from": source})
    copies = (jp_root_dir / "copies").rglob(NAME)
    assert [copy.read_text() for copy in copies] == [TYPED]


@pytest.mark.parametrize("name", ["link", "hard link", "folder"])
async def test_so_has_what_is_read_under_another_name(
    name: str, connect: Connect, ask: Ask, jp_root_dir: Path, file: Path
) -> None:
    """F11: a link leads to the same file, or to the folder that it is in."""
    there: tuple[str, ...] = (name,)
    if name == "link":
        (jp_root_dir / name).symlink_to(file)
    elif name == "hard link":
        (jp_root_dir / name).hardlink_to(file)
    else:
        (jp_root_dir / name).symlink_to(file.parent)
        there = (name, NAME)
    (jp_root_dir / "copies").mkdir()
    await typed(connect)
    source = "/".join(there if name != "folder" else (name,))
    await ask("api", "contents", "copies", method="POST", body={"copy_from": source})
    copies = [path for path in (jp_root_dir / "copies").rglob("*") if path.is_file()]
    assert [copy.read_text() for copy in copies] == [TYPED]
    assert (await ask("files", *there)).body.decode() == TYPED


async def test_a_request_for_what_is_not_there_has_nothing_written(
    connect: Connect, ask: Ask, file: Path
) -> None:
    await typed(connect)
    with pytest.raises(HTTPClientError):
        await ask("files", "nowhere.txt")
    assert file.read_text() == "old\n"


async def test_an_export_has_what_was_just_typed(
    connect: Connect, ask: Ask, jp_root_dir: Path
) -> None:
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1 + 1")])
    (jp_root_dir / "sums.ipynb").write_text(nbformat.writes(notebook))
    ada = await connect("sums.ipynb", "json", "notebook")
    source = ada.cells[0]["source"]
    source += "0"
    await ada.durable()
    assert "1 + 10" in (await ask("nbconvert", "markdown", "sums.ipynb")).body.decode()


async def test_what_is_deleted_has_what_was_just_typed(
    connect: Connect, ask: Ask, file: Path, jp_serverapp: ServerApp, monkeypatch: Any
) -> None:
    """F11: it may be got back from the trash."""
    found: list[str] = []
    manager = jp_serverapp.contents_manager

    async def delete(path: str) -> None:
        found.append(file.read_text())

    monkeypatch.setattr(manager, "delete", delete)
    await typed(connect)
    await ask("api", "contents", "a folder", method="DELETE")
    assert found == [TYPED]


async def test_a_checkpoint_has_what_was_just_typed(connect: Connect, ask: Ask, file: Path) -> None:
    await typed(connect)
    await ask("api", "contents", *HERE, "checkpoints", method="POST")
    assert [kept.read_text() for kept in file.parent.glob(".ipynb_checkpoints/*")] == [TYPED]


@pytest.mark.parametrize(
    ("name", "url", "body"),
    [
        ("jupyterlab_git.handlers.GitCommitHandler", "/git/a folder/commit", {}),
        ("jupyterlab_git.handlers.GitAddHandler", "/git/commit", {"filename": NAME}),
        (
            "nbdime.webapp.nb_server_extension.ExtensionApiDiffHandler",
            "/nbdime/api/diff",
            {"base": f"git:a folder/{NAME}"},
        ),
    ],
)
async def test_git_has_what_was_just_typed(
    connect: Connect, ask: Ask, file: Path, jp_serverapp: ServerApp, name: str, url: str, body: Any
) -> None:
    """F11: the handlers of extensions read the disk."""

    class Reader(APIHandler):
        async def post(self, path: str = "") -> None:
            self.finish(file.read_text())

    Reader.__module__, _, Reader.__qualname__ = name.rpartition(".")
    routes = [(f"/git{path_regex}/commit", Reader), ("/nbdime/api/diff", Reader)]
    base = jp_serverapp.base_url.rstrip("/")
    app: Any = jp_serverapp.web_app
    app.add_handlers(".*", [(base + route, kind) for route, kind in routes])
    await typed(connect)
    answer = await ask(*url.strip("/").split("/"), method="POST", body=body)
    assert answer.body.decode() == TYPED


async def test_looking_at_a_file_does_not_have_it_written(
    connect: Connect, ask: Ask, file: Path
) -> None:
    """F11: pages ask again and again for lists of files, and whether one has changed."""
    ada = await typed(connect)
    await ask("api", "contents", *HERE, params={"content": "0"})
    await ask("api", "contents", "a folder")
    await ada.sync()
    assert file.read_text() == "old\n"


@pytest.mark.parametrize("delay", [None])
async def test_what_is_saved_on_request_is_not_saved_by_who_reads(
    connect: Connect, ask: Ask, file: Path
) -> None:
    """F11"""
    await typed(connect)
    assert (await ask("files", *HERE)).body == b"old\n"
    assert file.read_text() == "old\n"


@pytest.mark.parametrize("delay", [None, LONG])
async def test_a_checkpoint_takes_the_place_of_what_was_just_typed(
    connect: Connect, ask: Ask, file: Path
) -> None:
    """F11: going back to what is in the file would else change nothing."""
    await ask("api", "contents", *HERE, "checkpoints", method="POST")
    ada = await typed(connect)
    await ask("api", "contents", *HERE, "checkpoints", "checkpoint", method="POST")
    assert file.read_text() == "old\n"
    await ada.until(lambda: str(ada.text) == "old\n")


@pytest.mark.parametrize("delay", [None])
async def test_who_may_not_write_has_nothing_saved_by_asking_for_a_checkpoint(
    connect: Connect, ask: Ask, file: Path, jp_serverapp: ServerApp
) -> None:
    """F11"""
    await typed(connect)
    jp_serverapp.web_app.settings["authorizer"] = NoWriter()
    with pytest.raises(HTTPClientError, match="403"):
        await ask("api", "contents", *HERE, "checkpoints", "checkpoint", method="POST")
    assert file.read_text() == "old\n"


async def test_what_cannot_be_saved_is_answered_as_it_is(
    connect: Connect, ask: Ask, monkeypatch: Any
) -> None:
    """F11: at once, however often it is tried again."""

    async def write(*_: Any) -> None:
        raise FileError("notes.txt", "the disk is full")

    monkeypatch.setattr(uptodate, "PATIENCE", LONG)
    monkeypatch.setattr(ContentsFile, "write", write)
    await typed(connect)
    for _ in range(2):
        assert (await ask("files", *HERE)).body == b"old\n"


async def test_nobody_waits_for_ever_for_a_file_that_cannot_be_written(
    connect: Connect, ask: Ask, monkeypatch: Any
) -> None:
    """F11"""
    never = asyncio.Event()

    async def write(*_: Any) -> None:
        await never.wait()

    monkeypatch.setattr(uptodate, "PATIENCE", 0.05)
    monkeypatch.setattr(ContentsFile, "write", write)
    await typed(connect)
    assert (await ask("files", *HERE)).body == b"old\n"


async def test_a_file_that_was_deleted_is_not_made_again(
    connect: Connect, ask: Ask, file: Path
) -> None:
    ada = await typed(connect)
    file.unlink()
    await ada.until(lambda: any(s["file"]["state"] == "gone" for s in ada.json(2)))
    with pytest.raises(HTTPClientError, match="404"):
        await ask("files", *HERE)
    assert not file.exists()


async def test_a_fault_of_ours_fails_no_request(
    connect: Connect, ask: Ask, monkeypatch: Any
) -> None:
    """F11"""

    async def bring(*_: Any) -> None:
        raise RuntimeError

    await typed(connect)
    monkeypatch.setattr(uptodate, "_bring", bring)
    assert (await ask("files", *HERE)).body == b"old\n"
