"""Stores of pycrdt as update logs."""

from __future__ import annotations

import logging
from pathlib import Path

import pycrdt.store
import pytest

from jupyter_collab.store.classes import TempFileYStore
from jupyter_collab.store.ystore import YStoreUpdateLog
from tests.contracts.update_log import OpenLog, UpdateLogContract

LOG = logging.getLogger("test")


class _YStoreContract(UpdateLogContract):
    compacting = False


class TestTempFileYStore(_YStoreContract):
    @pytest.fixture
    def open_log(self, tmp_path: Path) -> OpenLog:
        class Store(TempFileYStore):
            base_dir = str(tmp_path)

        return lambda: YStoreUpdateLog(Store, log=LOG)


class TestFileYStore(_YStoreContract):
    @pytest.fixture
    def open_log(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> OpenLog:
        monkeypatch.chdir(tmp_path)
        return lambda: YStoreUpdateLog(pycrdt.store.FileYStore, log=LOG)


class TestSQLiteYStore(_YStoreContract):
    @pytest.fixture
    def open_log(self, tmp_path: Path) -> OpenLog:
        class Store(pycrdt.store.SQLiteYStore):
            db_path = str(tmp_path / "ystore.db")

        return lambda: YStoreUpdateLog(Store, log=LOG)
