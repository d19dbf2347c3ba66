from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.files.worlds import LocalWorld, SyncWorld, close_ids


@pytest.fixture(autouse=True)
def databases_are_closed() -> Iterator[None]:
    yield
    close_ids()


@pytest.fixture(params=[LocalWorld, SyncWorld], ids=["async", "sync"])
def world(request: pytest.FixtureRequest, tmp_path: Path) -> LocalWorld:
    """Jupyter's own managers of files, the asynchronous one and the other."""
    made: LocalWorld = request.param(tmp_path)
    return made
