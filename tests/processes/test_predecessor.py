"""A directory in which jupyter-collaboration 4 or 5 was used until yesterday.

The stores are real ones, see :mod:`tests.store.data.make`.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from pycrdt import Doc, Text
from pycrdt.store import SQLiteYStore

from tests.process import WITHOUT_A_BROWSER, ServerProcess
from tests.waiting import until

from .crowd import Paper
from .people import CollabPerson, OldPerson, Person

DATA = Path(__file__).parents[1] / "store" / "data"
VERSIONS = sorted(DATA.glob("version-*"))
ARGUMENTS = (*WITHOUT_A_BROWSER, "--YDocExtension.document_save_delay=0.1")
FILES = ["saved.txt", "squashed.txt", "unsaved.txt", "saved.ipynb"]


def settle_in(home: Path, version: Path) -> dict[str, str]:
    """Make of ``home`` what a server of that version has left; returns the files' ids."""
    for folder in ("root", "state", "DATA"):
        (home / folder).mkdir()
    shutil.copy(version / "store.db", home / "state" / ".jupyter_ystore.db")
    for name in FILES:
        shutil.copy(version / name, home / "root" / name)
    ids: dict[str, str] = json.loads((version / "ids.json").read_text())
    with closing(sqlite3.connect(home / "DATA" / "file_id_manager.db")) as connection:
        connection.execute("CREATE TABLE Files (id TEXT PRIMARY KEY NOT NULL, path TEXT NOT NULL)")
        connection.executemany(
            "INSERT INTO Files VALUES (?, ?)",
            [(id, str(home / "root" / name)) for name, id in ids.items()],
        )
        connection.commit()
    return ids


def its_part(home: Path) -> list[Any]:
    """All that jupyter-collaboration has in the store."""
    parts = [
        "SELECT rowid, * FROM yupdates ORDER BY rowid",
        "SELECT rowid, * FROM ycheckpoints ORDER BY rowid",
        "SELECT sql FROM sqlite_schema WHERE name LIKE '%yupdates%' OR name LIKE '%ycheckpoints%'",
        "PRAGMA user_version",
        "PRAGMA auto_vacuum",
    ]
    with closing(sqlite3.connect(home / "state" / ".jupyter_ystore.db")) as connection:
        return [connection.execute(part).fetchall() for part in parts]


def papers(home: Path) -> list[Paper]:
    return [Paper(home / "root" / name, made=True) for name in FILES]


async def work(lab: ServerProcess, papers: list[Paper]) -> None:
    """Open all documents, with clients of both kinds, and type into them."""
    for paper in papers:
        kinds: list[type[Person]] = [CollabPerson, OldPerson]
        paper.people = [
            kind(f"{kind.__name__}{lab.process.pid}", lab, paper.file.name, 1) for kind in kinds
        ]
    await rest(papers)
    for paper in papers:
        for person in paper.people:
            person.type_word()
            paper.required[person.typed[-1]] = 1
    await rest(papers)
    await asyncio.gather(*(person.leave() for paper in papers for person in paper.people))


async def rest(papers: list[Paper]) -> None:
    for paper in papers:
        await until(lambda paper=paper: not paper.state())
        assert paper.words() == paper.required, paper.file.name


@pytest.mark.parametrize("version", VERSIONS, ids=lambda version: version.name)
def test_its_documents_open_and_its_store_stays_as_it_is(tmp_path: Path, version: Path) -> None:
    """S9 L4: what is in the file is what people see, whatever its history holds."""
    ids = settle_in(tmp_path, version)
    before, documents = its_part(tmp_path), papers(tmp_path)
    with ServerProcess(tmp_path, *ARGUMENTS, app="jupyter_server") as lab:
        opened = lab.request("GET", "api/contents/saved.txt")["content"]
        asyncio.run(work(lab, documents))
        session = lab.request(
            "PUT", "api/collaboration/session/saved.txt", {"format": "text", "type": "file"}
        )
        assert session["fileId"] == ids["saved.txt"], "a history of this very room is there"
        lab.stop()
    assert its_part(tmp_path) == before
    assert opened == (version / "saved.txt").read_text()


@pytest.mark.parametrize("version", VERSIONS, ids=lambda version: version.name)
def test_it_can_go_on_with_its_store(tmp_path: Path, version: Path) -> None:
    """S9: with the class that it uses, and we after it."""
    ids = settle_in(tmp_path, version)
    documents = papers(tmp_path)
    before = len(its_part(tmp_path)[0])

    async def write() -> str:
        class ItsStore(SQLiteYStore):
            db_path = str(tmp_path / "state" / ".jupyter_ystore.db")

        doc: Doc[Any] = Doc()
        text = doc.get("source", type=Text)
        async with ItsStore(f".file:{ids['saved.txt']}.y") as store:
            await store.apply_updates(doc)
            state = doc.get_state()
            text += "gone on\n"
            await store.write(doc.get_update(state))
        return str(text)

    with ServerProcess(tmp_path, *ARGUMENTS, app="jupyter_server") as lab:
        asyncio.run(work(lab, documents))
        lab.stop()
        assert asyncio.run(write()) == (version / "saved.txt").read_text() + "gone on\n"
        lab.start()
        asyncio.run(work(lab, documents))
    assert len(its_part(tmp_path)[0]) == before + 1
