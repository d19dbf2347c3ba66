"""The Hub that all tests here share."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from .process import COLLABORATIVE, ROOT, HubProcess

SECRET = "TOP-SECRET-CONTENT"
OWNERS = ("alice", "dana", "erin")

RELEASES: dict[str, Path | None] = {"6": None, "5": ROOT / ".make/jupyterhub-5"}
"""Where each release is, if not in this environment."""

PREFIXES = {"6": "/", "5": "/jhub/"}
"""At which path each of them is."""

NOT_FOR_HOLDERS: list[tuple[str, str, Any]] = [
    ("GET", "api/contents/secret.txt", None),
    ("GET", "files/secret.txt", None),
    ("POST", "api/kernels", {}),
    ("POST", "api/terminals", {}),
    ("PUT", "api/contents/new.txt", {"type": "file", "format": "text", "content": ""}),
    ("GET", "lab", None),
    ("GET", "api/collaboration/links", None),
    ("GET", "api/collaboration/hub/shares", None),
]
"""What nobody gets by a link to a document."""


def make_hub(home: Path, release: str) -> HubProcess:
    """alice's server is configured as documented, with links for people of the Hub; dana's is
    shared as a whole; erin's has no scope to share, and lets anonymous guests in."""
    people = {
        "alice": None,
        "bob": None,
        "carol": None,
        "dana": COLLABORATIVE,
        "erin": (*COLLABORATIVE, "--YDocExtension.share_with_guests=True"),
    }
    packages = RELEASES[release]
    assert packages is None or packages.is_dir(), "make .make/jupyterhub-5 first"
    hub = HubProcess(
        home, people, without_scopes=["erin"], packages=packages, prefix=PREFIXES[release]
    )
    for owner in OWNERS:
        _write_files(hub.folder(owner))
    return hub


def _write_files(folder: Path) -> None:
    """``notes.txt``, ``nb.ipynb``, and what links to them do not open."""
    (folder / "notes.txt").write_text("hello\n")
    (folder / "secret.txt").write_text(SECRET)
    cell = {"cell_type": "code", "id": "cell-0", "source": "", "outputs": [], "metadata": {}}
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    notebook = {
        "cells": [{**cell, "execution_count": None}],
        "metadata": {"kernelspec": kernel},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    (folder / "nb.ipynb").write_text(json.dumps(notebook))
