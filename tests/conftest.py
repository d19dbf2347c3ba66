"""What all tests share."""

from __future__ import annotations

import os
from typing import Any

import pytest
from hypothesis import settings
from jupyter_server.serverapp import ServerApp
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

pytest_plugins = ("pytest_jupyter.jupyter_server",)

# How long an example takes depends on what else the machine does. In continuous integration there
# are the same examples each time, so that a failure is that of the change; on developers' machines
# new ones. (Simulations have new seeds everywhere.)
settings.register_profile("here", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "here")


@pytest.fixture
def app(jp_serverapp: ServerApp) -> Any:
    """The extension, on the server under test."""
    return jp_serverapp.web_app.settings["jupyter_server_ydoc"]


class FilesAndHubs(LoadFileScheduling):  # type: ignore[misc]  # it has no types
    """Runs files of tests at once, but all tests of one Hub after another: it is slow to start."""

    def _split_scope(self, nodeid: str) -> str:
        file: str = super()._split_scope(nodeid)
        if not file.startswith("tests/hub/"):
            return file
        release, _, _ = nodeid.rpartition("[")[2].rstrip("]").partition("-")
        return f"JupyterHub {release}"


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> FilesAndHubs:
    return FilesAndHubs(config, log)
