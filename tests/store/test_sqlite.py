"""The SQLite log: the contract, and what only a file can do."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from jupyter_collab.store.sqlite import SQLiteUpdateLog
from tests.contracts.update_log import OpenLog, UpdateLogContract

LOG = logging.getLogger("test")


class TestSQLiteUpdateLog(UpdateLogContract):
    @pytest.fixture
    def open_log(self, tmp_path: Path) -> OpenLog:
        return lambda: SQLiteUpdateLog(tmp_path / "store.db", log=LOG)
