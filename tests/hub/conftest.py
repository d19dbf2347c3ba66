"""A real JupyterHub, of each release that is supported."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest

from .process import HubProcess
from .site import OWNERS, RELEASES, make_hub


@pytest.fixture(scope="session", params=RELEASES)
def hub(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[HubProcess]:
    release: str = request.param
    with closing(make_hub(tmp_path_factory.mktemp(f"hub-{release}"), release)) as hub:
        hub.start(*OWNERS)
        assert hub.version.split(".")[0] == release
        yield hub
