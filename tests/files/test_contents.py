"""Contents managers: Jupyter's own, one derived from it, and one of somebody else's (F1-F8)."""

from __future__ import annotations

from pathlib import Path

import pytest

from jupyter_collab.files.local import LocalAccess
from jupyter_collab.files.manager import ManagerAccess
from tests.contracts.document_file import DocumentFileContract, World, asynchronous
from tests.files.worlds import DerivedWorld, DictWorld, LocalWorld, SyncWorld


class TestLocalFiles(DocumentFileContract):
    @pytest.fixture
    def world(self, tmp_path: Path) -> World:
        return LocalWorld(tmp_path)


class TestLocalFilesOfASynchronousManager(DocumentFileContract):
    @pytest.fixture
    def world(self, tmp_path: Path) -> World:
        return SyncWorld(tmp_path)


class TestLocalFilesOfADerivedManager(DocumentFileContract):
    @pytest.fixture
    def world(self, tmp_path: Path) -> World:
        return DerivedWorld(tmp_path)


class TestFilesElsewhere(DocumentFileContract):
    @pytest.fixture
    def world(self) -> World:
        return DictWorld()


@asynchronous
async def test_only_what_reads_and_writes_like_jupyter_goes_the_fast_way(tmp_path: Path) -> None:
    for number, (world, access) in enumerate(
        ((LocalWorld, LocalAccess), (SyncWorld, LocalAccess), (DerivedWorld, ManagerAccess))
    ):
        folder = tmp_path / str(number)
        folder.mkdir()
        files = world(folder).start()
        assert type(files.access) is access
        await files.close()
