"""From configuration to an update log."""

from __future__ import annotations

import logging
import os
from pathlib import Path
from typing import Any

import pycrdt.store
import pytest
from pycrdt.store import BaseYStore
from traitlets.config import Config

from jupyter_collab.store.classes import JupyterSQLiteYStore, TempFileYStore
from jupyter_collab.store.compaction import CompactionPolicy
from jupyter_collab.store.factory import (
    compaction_policy,
    make_update_log,
    place_of,
    resolve_ystore_class,
)
from jupyter_collab.store.memory import MemoryUpdateLog
from jupyter_collab.store.sqlite.log import SQLiteUpdateLog
from jupyter_collab.store.ystores.log import YStoreUpdateLog
from tests.contracts.update_log import expect, fill, updates
from tests.waiting import asynchronous

LOG = logging.getLogger("test")


def configured(**sections: dict[str, Any]) -> Config:
    return Config({name: Config(values) for name, values in sections.items()})


def test_the_default_is_our_sqlite_in_the_launch_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    log = make_update_log(JupyterSQLiteYStore, config=None, log=LOG)
    assert isinstance(log, SQLiteUpdateLog)
    assert log.path == tmp_path / ".jupyter_ystore.db"
    assert not log.path.exists()


@pytest.mark.parametrize(
    ("ystore_class", "path", "place"),
    [
        (JupyterSQLiteYStore, "/a/b.db", "/a/b.db"),
        (JupyterSQLiteYStore, ":memory:", "memory, until the server stops"),
        (TempFileYStore, "/a/b.db", "jupyter_collab.store.classes.TempFileYStore"),
    ],
)
def test_it_is_told_where_histories_are_kept_and_what_has_no_effect(
    ystore_class: type[BaseYStore], path: str, place: str, caplog: pytest.LogCaptureFixture
) -> None:
    config = configured(JupyterSQLiteYStore={"db_path": path})
    log = make_update_log(ystore_class, config=config, log=LOG)
    assert place_of(log, ystore_class) == place
    in_vain = "JupyterSQLiteYStore.db_path: without effect" in caplog.text
    assert in_vain is (ystore_class is TempFileYStore)


def test_how_much_is_kept_can_be_configured() -> None:
    """S17"""
    config = configured(JupyterSQLiteYStore={"history_size": 10_000_000})
    policy = compaction_policy(JupyterSQLiteYStore, config)
    assert (policy.tail_size, policy.tail_count) == (10_000_000, 200_000)
    for anything in (JupyterSQLiteYStore, pycrdt.store.FileYStore):
        assert compaction_policy(anything, None) == CompactionPolicy()


def test_the_path_may_begin_at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(tmp_path))
    config = configured(JupyterSQLiteYStore={"db_path": "~/a.db"})
    log = make_update_log(JupyterSQLiteYStore, config=config, log=LOG)
    assert isinstance(log, SQLiteUpdateLog)
    assert log.path == tmp_path / "a.db"


@pytest.mark.parametrize("given", ["", "folder"])
def test_a_folder_is_no_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder").mkdir()
    config = configured(JupyterSQLiteYStore={"db_path": given})
    with pytest.raises(ValueError, match=f"db_path is {given!r}, which is a folder"):
        make_update_log(JupyterSQLiteYStore, config=config, log=LOG)


@pytest.mark.parametrize("found", [b"{}", b"SQLite format 3 is a format\n", None])
def test_a_file_that_was_never_a_store_stays_as_it_is(tmp_path: Path, found: bytes | None) -> None:
    """S8"""
    path = tmp_path / "notes.ipynb"
    if found is None:
        os.mkfifo(path)
    else:
        path.write_bytes(found)
    config = configured(JupyterSQLiteYStore={"db_path": str(path)})
    with pytest.raises(ValueError, match="which is no store of histories"):
        make_update_log(JupyterSQLiteYStore, config=config, log=LOG)
    assert list(tmp_path.iterdir()) == [path]
    assert found is None or path.read_bytes() == found


@pytest.mark.parametrize(
    ("name", "found"),
    [
        (".jupyter_ystore.db", b"damaged"),
        ("store.db", b"damaged"),
        ("store.db", b""),
        ("store.db", b"SQLite format 3\0, damaged"),
    ],
    ids=["by its name", "by what lies beside it", "empty", "by how it begins"],
)
@asynchronous
async def test_what_was_a_store_is_set_aside(tmp_path: Path, name: str, found: bytes) -> None:
    """S8"""
    path = tmp_path / name
    config = configured(JupyterSQLiteYStore={"db_path": str(path)})
    if name == "store.db" and found == b"damaged":
        await kept(config)
    path.write_bytes(found)
    await kept(config)
    aside = [file.read_bytes() for file in tmp_path.glob("*.damaged-*")]
    assert aside == ([found] if found else [])


async def kept(config: Config) -> None:
    """Something is kept."""
    log = make_update_log(JupyterSQLiteYStore, config=config, log=LOG)
    await fill(log, 2)
    assert (await expect(log)).updates == tuple(updates(1, 2))
    await log.close()


@pytest.mark.parametrize("section", ["JupyterSQLiteYStore", "SQLiteYStore"])
def test_the_path_can_be_configured(
    section: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """S14: also under the name that jupyter-collaboration has for it, with a note."""
    config = configured(**{section: {"db_path": str(tmp_path / "a.db")}})
    log = make_update_log(JupyterSQLiteYStore, config=config, log=LOG)
    assert isinstance(log, SQLiteUpdateLog)
    assert log.path == tmp_path / "a.db"
    noted = [record.getMessage() for record in caplog.records]
    renamed = "SQLiteYStore.db_path is now called JupyterSQLiteYStore.db_path"
    assert noted == ([] if section == "JupyterSQLiteYStore" else [renamed])


def test_todays_name_wins_and_what_has_no_effect_is_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    config = configured(
        JupyterSQLiteYStore={"db_path": str(tmp_path / "new.db")},
        SQLiteYStore={"db_path": str(tmp_path / "old.db"), "document_ttl": 60},
    )
    log = make_update_log(JupyterSQLiteYStore, config=config, log=LOG)
    assert isinstance(log, SQLiteUpdateLog)
    assert log.path == tmp_path / "new.db"
    assert "SQLiteYStore.document_ttl: without effect" in caplog.text


def test_a_subclass_that_sets_values_only_is_our_sqlite(tmp_path: Path) -> None:
    class Mine(JupyterSQLiteYStore):
        db_path = str(tmp_path / "mine.db")

    log = make_update_log(Mine, config=None, log=LOG)
    assert isinstance(log, SQLiteUpdateLog)
    assert log.path == tmp_path / "mine.db"


def test_a_subclass_that_writes_in_its_own_way_is_used_as_it_is() -> None:
    class Mine(JupyterSQLiteYStore):
        async def write(self, data: bytes) -> None:
            raise NotImplementedError

    assert isinstance(make_update_log(Mine, config=None, log=LOG), YStoreUpdateLog)


@asynchronous
async def test_what_a_subclass_encrypts_is_not_kept_as_it_is(tmp_path: Path) -> None:
    """S14."""

    class Mine(JupyterSQLiteYStore):
        db_path = str(tmp_path / "mine.db")

        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self.register_compression_callbacks(turned, turned)

    log = make_update_log(Mine, config=None, log=LOG)
    await fill(log, 3)
    assert (await expect(log)).updates == tuple(updates(1, 3))
    await log.close()
    files = b"".join(file.read_bytes() for file in tmp_path.glob("mine.db*"))
    assert b"update 2" not in files
    assert turned(b"update 2") in files


def turned(data: bytes) -> bytes:
    return bytes(byte ^ 0xFF for byte in data)


def test_a_database_in_memory_is_no_database() -> None:
    config = configured(JupyterSQLiteYStore={"db_path": ":memory:"})
    log = make_update_log(JupyterSQLiteYStore, config=config, log=LOG)
    assert isinstance(log, MemoryUpdateLog)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (JupyterSQLiteYStore, JupyterSQLiteYStore),
        (pycrdt.store.SQLiteYStore, pycrdt.store.SQLiteYStore),
        ("jupyter_collab.store.classes.TempFileYStore", TempFileYStore),
        ("pycrdt.store.FileYStore", pycrdt.store.FileYStore),
    ],
)
def test_todays_names_need_no_note(given: object, expected: type) -> None:
    assert resolve_ystore_class(given) == (expected, None)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("ypy_websocket.ystore.SQLiteYStore", JupyterSQLiteYStore),
        ("ypy_websocket.ystore.TempFileYStore", TempFileYStore),
        ("ypy_websocket.ystore.FileYStore", pycrdt.store.FileYStore),
        ("pycrdt_websocket.ystore.SQLiteYStore", JupyterSQLiteYStore),
        ("pycrdt_websocket.ystore.TempFileYStore", TempFileYStore),
        ("jupyter_collaboration.stores.SQLiteYStore", JupyterSQLiteYStore),
        ("jupyter_collaboration.stores.TempFileYStore", TempFileYStore),
        ("jupyter_server_ydoc.stores.SQLiteYStore", JupyterSQLiteYStore),
        ("jupyter_server_ydoc.stores.TempFileYStore", TempFileYStore),
        ("jupyter_server_ydoc.ydoc.JupyterSQLiteYStore", JupyterSQLiteYStore),
        (
            type("SQLiteYStore", (), {"__module__": "jupyter_server_ydoc.stores"}),
            JupyterSQLiteYStore,
        ),
    ],
)
def test_older_names_are_understood(given: object, expected: type) -> None:
    """S14: with a message that tells today's name."""
    found, message = resolve_ystore_class(given)
    assert found is expected
    assert message is not None
    assert message.endswith("; please change it")


@pytest.mark.parametrize("given", ["pycrdt.store.BaseYStore", pycrdt.store.BaseYStore])
def test_a_store_that_cannot_be_made_is_refused_at_once(given: object) -> None:
    """S14: no document could be kept in it."""
    with pytest.raises(ValueError, match="it lacks __init__, read, write"):
        resolve_ystore_class(given)


@pytest.mark.parametrize(
    "given",
    [
        *["", "SQLiteYStore", ".", "no.such.Module", "json.nothing", "json.loads"],
        *["json.JSONDecoder", dict, 3, None],
    ],
)
def test_anything_else_is_refused_in_plain_words(given: object) -> None:
    """S14."""
    with pytest.raises(ValueError, match=r"YDocExtension\.ystore_class is") as caught:
        resolve_ystore_class(given)
    message = str(caught.value)
    assert repr(given) in message
    assert "subclass of pycrdt.store.BaseYStore" in message
    assert "for example jupyter_collab.JupyterSQLiteYStore" in message
