"""Links hold on to their document, open no other one that comes to lie in its place, and end for
good (G1)."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from jupyter_server.serverapp import ServerApp

from jupyter_collab.files.ids import FileIds
from tests.server.file_ids import WithoutTheServiceOfFileIds

from .conftest import SECRET, Browser, MakeBrowser, make_link, open_link

NOTES = "shared/notes.txt"
OTHER = "shared/other.txt"
GONE = b"The document is not there any more"


async def join(owner: Browser, browser: MakeBrowser, **body: Any) -> tuple[Browser, dict[str, Any]]:
    """A guest who has opened a link, and the link."""
    link = await make_link(owner, **body)
    guest = browser()
    assert (await open_link(guest, link)).code == 302
    await guest.fetch("login")
    return guest, link


async def has_nothing(guest: Browser, path: str = NOTES) -> bool:
    body = {"format": "text", "type": "file"}
    answers = [
        await guest.fetch(f"api/contents/{path}?content=1"),
        await guest.fetch(f"files/{path}"),
        await guest.fetch(f"doc/tree/{path}"),
        await guest.fetch(f"api/collaboration/session/{path}", "PUT", body),
    ]
    assert SECRET.encode() not in b"".join(answer.body for answer in answers)
    return all(answer.code != 200 for answer in answers)


async def test_what_takes_the_place_of_a_deleted_document_is_not_shared(
    owner: Browser, browser: MakeBrowser
) -> None:
    guest, link = await join(owner, browser, role="edit")
    await owner.json(f"api/contents/{NOTES}", "DELETE")
    assert await has_nothing(guest)
    await owner.json(f"api/contents/{OTHER}", "PATCH", {"path": NOTES})
    assert (await owner.json(f"api/contents/{NOTES}"))["content"] == SECRET
    assert await has_nothing(guest)
    assert (await open_link(browser(), link)).code == 410
    assert (await owner.json("api/collaboration/links"))["links"] == []


@pytest.mark.parametrize("path", ["shared/./notes.txt", "shared%2F%2Fnotes.txt", "./shared"])
async def test_however_the_path_is_written_by_which_a_document_is_deleted(
    owner: Browser, browser: MakeBrowser, files: Path, path: str
) -> None:
    guest, link = await join(owner, browser)
    await owner.json(f"api/contents/{path}", "DELETE")
    (files / "shared").mkdir(exist_ok=True)
    (files / NOTES).write_text(SECRET)
    assert await has_nothing(guest)
    assert (await open_link(browser(), link)).code == 410


async def test_a_page_that_was_away_is_told_that_its_link_has_ended(
    owner: Browser, browser: MakeBrowser
) -> None:
    """G4: also where it asks for the room again, as after a restart of the server."""
    guest, link = await join(owner, browser)
    await owner.json(f"api/collaboration/links/{link['id']}", "DELETE")
    body = {"format": "text", "type": "file"}
    for path, reason in ((NOTES, "link-ended"), (OTHER, None)):
        response = await guest.fetch(f"api/collaboration/session/{path}", "PUT", body)
        assert response.code == 403
        assert json.loads(response.body)["reason"] == reason
        assert ("was revoked" in response.body.decode()) is (reason is not None)


@pytest.mark.parametrize("how", ["asked", "opened", "listed", "open"])
async def test_a_link_that_has_expired_does_not_come_back_with_the_clock(
    owner: Browser, browser: MakeBrowser, shares: Any, how: str
) -> None:
    guest, link = await join(owner, browser, expiresIn=3600)
    clock, shares._clock = shares._clock, lambda: link["expires"]  # noqa: SLF001
    match how:
        case "asked":
            assert await has_nothing(guest)
        case "opened":
            assert (await open_link(browser(), link)).code == 410
        case "listed":
            assert (await owner.json("api/collaboration/links"))["links"] == []
        case "open":  # as it is asked for each connection
            assert shares.state(link["id"]) == "expired"
    shares._clock = clock  # noqa: SLF001
    assert await has_nothing(guest)
    assert (await open_link(browser(), link)).code == 410
    assert (await owner.json("api/collaboration/links"))["links"] == []


async def test_who_deletes_a_folder_ends_the_links_into_it(
    owner: Browser, browser: MakeBrowser
) -> None:
    guest, _ = await join(owner, browser)
    beside = await make_link(owner, "secret.txt")
    await owner.json("api/contents/shared", "DELETE")
    (told,) = (await guest.json("api/collaboration/guest"))["documents"]
    assert told["state"] == "revoked"
    (listed,) = (await owner.json("api/collaboration/links"))["links"]
    assert listed["id"] == beside["id"]


async def test_a_link_goes_with_the_folder_that_its_document_is_in(
    owner: Browser, browser: MakeBrowser, files: Path
) -> None:
    """G1 F7: and opens nothing that is made in a folder of the same name."""
    guest, link = await join(owner, browser)
    await owner.json("api/contents/./shared", "PATCH", {"path": "./last year"})
    (files / "shared").mkdir()
    (files / NOTES).write_text(SECRET)
    assert await has_nothing(guest)
    answer = await guest.json("api/contents/last%20year/notes.txt")
    assert answer["content"] == "hello\n"
    opened = await open_link(browser(), link)
    assert opened.headers["Location"].endswith("/last%20year/notes.txt")


async def test_what_is_renamed_to_where_a_document_was_is_not_shared(
    owner: Browser, browser: MakeBrowser, files: Path
) -> None:
    """G1 F7: nor does it lose its own links."""
    guest, link = await join(owner, browser)
    other, _ = await join(owner, browser, path=OTHER)
    (files / NOTES).unlink()
    await owner.json(f"api/contents/{OTHER}", "PATCH", {"path": NOTES})
    assert (await other.json(f"api/contents/{NOTES}"))["content"] == SECRET
    assert await has_nothing(guest)
    assert (await open_link(browser(), link)).code == 410


async def test_nor_is_what_had_no_id_before(
    owner: Browser, browser: MakeBrowser, files: Path
) -> None:
    """G1: the service of file ids takes it for the document."""
    guest, link = await join(owner, browser)
    (files / NOTES).unlink()
    await owner.json(f"api/contents/{OTHER}", "PATCH", {"path": NOTES})
    assert await has_nothing(guest)
    assert (await open_link(browser(), link)).code == 410
    other, _ = await join(owner, browser)
    assert (await other.json(f"api/contents/{NOTES}"))["content"] == SECRET


async def test_renaming_there_and_back_ends_nothing(
    owner: Browser, browser: MakeBrowser, files: Path
) -> None:
    guest, _ = await join(owner, browser)
    away, same = (NOTES, "b"), [(NOTES, NOTES), (NOTES, f"./{NOTES}")]
    for old, new in (("shared", "a"), ("a", "shared"), away, ("b", NOTES), *same):
        await owner.json(f"api/contents/{old}", "PATCH", {"path": new})
    assert (await guest.json(f"api/contents/{NOTES}"))["content"] == "hello\n"


@pytest.mark.parametrize("ends", ["revoked", "expired"])
async def test_who_had_a_link_is_not_told_where_its_document_goes(
    owner: Browser, browser: MakeBrowser, jp_serverapp: ServerApp, ends: str
) -> None:
    """G1: names of files and folders tell something, too."""
    guest, link = await join(owner, browser, expiresIn=3600)
    if ends == "revoked":
        await owner.json(f"api/collaboration/links/{link['id']}", "DELETE")
    else:
        shares = jp_serverapp.web_app.settings["jupyter_server_ydoc"].sharing.shares
        shares._clock = lambda: link["expires"]  # noqa: SLF001
    await owner.json(f"api/contents/{NOTES}", "PATCH", {"path": "shared/dismissals.txt"})
    (told,) = (await guest.json("api/collaboration/guest"))["documents"]
    assert (told["state"], told["path"]) == (ends, NOTES)


async def test_a_link_to_what_is_nowhere_says_so(
    owner: Browser, browser: MakeBrowser, jp_serverapp: ServerApp
) -> None:
    """As where the database of file ids was lost: what lies there may be anything."""
    guest, link = await join(owner, browser)
    jp_serverapp.web_app.settings["file_id_manager"].delete(NOTES)
    assert await has_nothing(guest)
    response = await open_link(browser(), link)
    assert response.code == 410
    assert GONE in response.body
    assert (await owner.json(f"api/collaboration/links?path={NOTES}"))["links"] == []
    (listed,) = (await owner.json("api/collaboration/links"))["links"]
    assert listed["id"] == link["id"]
    assert listed["missing"] is True
    (told,) = (await guest.json("api/collaboration/guest"))["documents"]
    assert told["state"] == "missing"
    await owner.json(f"api/collaboration/links/{link['id']}", "DELETE")
    assert (await owner.json("api/collaboration/links"))["links"] == []


async def test_a_document_that_comes_back_is_the_same(
    owner: Browser, browser: MakeBrowser, files: Path
) -> None:
    """G1, as with a git checkout, or an editor that puts a new file in the place of the old one."""
    guest, link = await join(owner, browser)
    (files / NOTES).unlink()
    assert (await guest.fetch(f"api/contents/{NOTES}")).code == 404
    newcomer = browser()
    response = await open_link(newcomer, link)
    assert response.code == 404
    assert b"The document is not there<" in response.body
    assert b"works again when the file is back" in response.body
    (files / "new").write_text("again\n")
    (files / "new").rename(files / NOTES)
    for each in (guest, newcomer):
        assert (await each.json(f"api/contents/{NOTES}"))["content"] == "again\n"
    assert (await open_link(browser(), link)).code == 302


async def test_a_file_of_which_nobody_can_tell_whether_it_is_there_is_opened(
    owner: Browser, browser: MakeBrowser, jp_serverapp: ServerApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where it is opened, the reason is told."""
    link = await make_link(owner)

    def fail(path: str) -> bool:
        raise OSError("stale file handle")

    monkeypatch.setattr(jp_serverapp.contents_manager, "file_exists", fail)
    assert (await open_link(browser(), link)).code == 302


class TestWithoutTheServiceOfFileIds(WithoutTheServiceOfFileIds):
    """G1 F7"""

    def start_again(self, app: Any) -> None:
        """Forget what is known of ids, as a restart does."""
        files = app.services.files
        old = files._ids  # noqa: SLF001
        files._ids = FileIds(None, old._root, old._log, place=old._place)  # noqa: SLF001

    async def test_a_link_opens_its_document_after_a_restart(
        self, owner: Browser, browser: MakeBrowser, app: Any
    ) -> None:
        guest, link = await join(owner, browser)
        self.start_again(app)
        assert (await guest.json(f"api/contents/{NOTES}"))["content"] == "hello\n"
        assert (await open_link(browser(), link)).code == 302

    async def test_a_link_opens_no_other_document_after_a_restart(
        self, owner: Browser, browser: MakeBrowser, files: Path, app: Any
    ) -> None:
        guest, link = await join(owner, browser)
        await owner.json(f"api/contents/{NOTES}", "PATCH", {"path": "shared/moved.txt"})
        (files / OTHER).rename(files / NOTES)
        self.start_again(app)
        body = {"format": "text", "type": "file"}
        await owner.json(f"api/collaboration/session/{NOTES}", "PUT", body)
        assert await has_nothing(guest)
        assert (await open_link(browser(), link)).code == 410


class TestWhereTheDatabaseOfFileIdsIsLocked:
    """G1 F7: by another program."""

    @pytest.fixture
    def database(self, tmp_path: Path) -> Path:
        return tmp_path / "ids.db"

    @pytest.fixture
    def jp_server_config(self, jp_server_config: dict[str, Any], database: Path) -> dict[str, Any]:
        return {**jp_server_config, "BaseFileIdManager": {"db_path": str(database)}}

    @pytest.fixture
    def other(self, database: Path) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(database, isolation_level=None)) as other:
            yield other

    async def test_guests_wait_and_nobody_else(
        self, owner: Browser, browser: MakeBrowser, other: sqlite3.Connection
    ) -> None:
        guest, _ = await join(owner, browser)
        other.execute("BEGIN EXCLUSIVE")
        asked = asyncio.create_task(guest.json(f"api/contents/{NOTES}"))
        for _ in range(3):
            assert (await owner.fetch("api/status")).code == 200
        assert not asked.done()
        other.execute("ROLLBACK")
        assert (await asked)["content"] == "hello\n"

    async def test_who_has_waited_long_is_told_to_try_again(
        self,
        owner: Browser,
        browser: MakeBrowser,
        other: sqlite3.Connection,
        app: Any,
    ) -> None:
        guest, link = await join(owner, browser)
        app.services.files._ids._patience = 0  # noqa: SLF001
        other.execute("BEGIN EXCLUSIVE")
        assert (await guest.fetch(f"api/contents/{NOTES}")).code == 503
        page = await guest.fetch(f"notebooks/{NOTES}")
        for response in (await open_link(browser(), link), await open_link(guest, link), page):
            assert response.code == 503
            assert b"Try again in a moment" in response.body
        assert (await guest.fetch("login")).code == 200
        (listed,) = (await owner.json(f"api/collaboration/links?path={NOTES}"))["links"]
        assert listed["missing"] is False
        there = f"collab/open/lab/tree/{NOTES}"
        assert (await owner.fetch(f"{there}?file=1")).headers["Location"].endswith(NOTES)
        other.execute("ROLLBACK")
        assert (await guest.fetch(f"api/contents/{NOTES}")).code == 200
