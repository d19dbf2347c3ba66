"""Imports point down the list of DESIGN: a layer knows those below it and none above."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "jupyter_collab"

LAYERS = {
    "protocol": {"errors"},
    "files": {"protocol", "errors", "backoff", "mounts"},
    "store": {"protocol", "errors", "backoff", "mounts"},
    "room": {"protocol", "errors", "backoff", "files.port", "store.port"},
    "server": {"room", "files", "store", "protocol", "errors", "settings"},
    "sharing": {"server", "room", "files.port", "protocol", "errors"},
}
"""What each folder may import of this package. The pure core sees of files and store the
values that their ports define, and nothing that performs anything."""

IN_ROOM: dict[str, set[str]] = {"texts": set(), "yjs": set(), "content": {"texts", "yjs"}}
"""What each folder of ``room/`` may import of the others; nothing of ``room/`` itself."""

PURE = ("protocol", "room")
PURE_IN_SHARING = (
    "links",
    "policy",
    "records",
    "holders",
    "rules",
    "verdicts",
    "pages",
    "hub_place",
    "guestplugins",
)
IMPURE_MODULES = {
    *("asyncio", "time", "random", "uuid", "secrets", "os", "pathlib", "io", "threading"),
    *("tornado", "jupyter_server", "sqlite3", "socket", "datetime", "subprocess"),
}


def modules(folder: str) -> list[Path]:
    return sorted((PACKAGE / folder).rglob("*.py"))


def imports(path: Path) -> list[tuple[int, str]]:
    """(level, dotted name) of everything that the file imports."""
    found: list[tuple[int, str]] = []
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found += [(0, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            found.append((node.level, node.module or ""))
            if found[-1] == (0, "io"):  # of which a part is no I/O
                found[-1:] = [(0, f"io.{alias.name}") for alias in node.names]
    return found


ALL = [(folder, path) for folder in LAYERS for path in modules(folder)]
ids = [path.relative_to(PACKAGE).with_suffix("").as_posix() for _, path in ALL]


@pytest.mark.parametrize(("folder", "path"), ALL, ids=ids)
def test_imports_point_down(folder: str, path: Path) -> None:
    to_package = len(path.relative_to(PACKAGE).parts)
    for level, name in imports(path):
        if level == to_package:
            allowed = LAYERS[folder]
            assert name in allowed or name.split(".")[0] in allowed, f"{path.name} imports {name}"
        if level == 0:
            assert name.split(".")[0] != "jupyter_collab", "imports inside the package are relative"


@pytest.mark.parametrize("folder", IN_ROOM)
def test_folders_of_the_room_do_not_know_it(folder: str) -> None:
    for path in modules(f"room/{folder}"):
        found = {name.split(".")[0] for level, name in imports(path) if level == 2}
        assert found <= IN_ROOM[folder], f"{path.name} imports {found - IN_ROOM[folder]}"


PURE_FILES = [path for folder in PURE for path in modules(folder)] + [
    PACKAGE / "sharing" / f"{name}.py" for name in PURE_IN_SHARING
]
PURE_FILES += [PACKAGE / "backoff.py", PACKAGE / "errors.py"]


@pytest.mark.parametrize("path", PURE_FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_the_core_is_pure(path: Path) -> None:
    tree = ast.parse(path.read_text("utf-8"))
    for node in ast.walk(tree):
        assert not isinstance(node, ast.AsyncFunctionDef | ast.Await), f"{path.name} is async"
    names = {name for level, name in imports(path) if level == 0} - {"io.BytesIO"}
    outside = {name.split(".")[0] for name in names}
    assert not outside & IMPURE_MODULES, f"{path.name} imports {outside & IMPURE_MODULES}"


def test_the_list_is_complete() -> None:
    assert folders_in(PACKAGE) == set(LAYERS)
    assert folders_in(PACKAGE / "room") == set(IN_ROOM)


def folders_in(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir() if (path / "__init__.py").exists()}
