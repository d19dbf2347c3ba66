from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.files.worlds import close_ids


@pytest.fixture(autouse=True)
def databases_are_closed() -> Iterator[None]:
    yield
    close_ids()
