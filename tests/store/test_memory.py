"""The log without a disk (S1-S6)."""

from __future__ import annotations

import pytest

from jupyter_collab.store.memory import MemoryUpdateLog
from tests.contracts.update_log import OpenLog, UpdateLogContract


class TestMemoryUpdateLog(UpdateLogContract):
    persistent = False

    @pytest.fixture
    def open_log(self) -> OpenLog:
        return MemoryUpdateLog
