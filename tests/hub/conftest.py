"""A real JupyterHub, of each release that is supported, which all tests here share."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from .process import COLLABORATIVE, ROOT, HubProcess

SECRET = "TOP-SECRET-CONTENT"

RELEASES: dict[str, Path | None] = {
    "6": None,
    "5": Path(os.environ.get("JUPYTERHUB_5", ROOT / ".make/jupyterhub-5")),
}
"""Where each release is, if not in this environment."""


@pytest.fixture(scope="session", params=RELEASES)
def hub(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[HubProcess]:
    """alice's server is configured as documented, with links for people of the Hub; dana's is
    shared as a whole; erin's has no scope to share, and lets anonymous guests in."""
    release: str = request.param
    home = tmp_path_factory.mktemp(f"hub-{release}")
    people = {
        "alice": None,
        "bob": None,
        "carol": None,
        "dana": COLLABORATIVE,
        "erin": (*COLLABORATIVE, "--YDocExtension.share_with_guests=True"),
    }
    packages = RELEASES[release]
    assert packages is None or packages.is_dir(), "make .make/jupyterhub-5 first"
    with HubProcess(home, people, without_scopes=["erin"], packages=packages) as hub:
        for owner in ("alice", "dana", "erin"):
            write_files(hub.folder(owner))
        hub.start("alice", "dana", "erin")
        assert hub.version.split(".")[0] == release
        yield hub


def write_files(folder: Path) -> None:
    """``notes.txt``, ``nb.ipynb``, and what links to them do not open."""
    (folder / "notes.txt").write_text("hello\n")
    (folder / "secret.txt").write_text(SECRET)
    notebook = {"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    (folder / "nb.ipynb").write_text(json.dumps(notebook))


NOT_FOR_HOLDERS: list[tuple[str, str, Any]] = [
    ("GET", "api/contents/secret.txt", None),
    ("GET", "files/secret.txt", None),
    ("POST", "api/kernels", {}),
    ("POST", "api/terminals", {}),
    ("PUT", "api/contents/new.txt", {"type": "file", "format": "text", "content": ""}),
    ("GET", "lab", None),
    ("GET", "api/collaboration/links", None),
]
"""What nobody gets by a link to a document."""
