"""Imports point down the list of DESIGN: a layer knows those below it and none above."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "jupyter_collab"

LAYERS = {
    "protocol": {"errors"},
    "files": {"protocol", "errors", "backoff", "mounts", "workers"},
    "store": {"protocol", "errors", "backoff", "mounts", "workers"},
    "room": {"protocol", "errors", "backoff", "files.port", "store.port"},
    "server": {"room", "files", "store", "protocol", "errors", "workers"},
    "sharing": {"server", "room", "files.port", "protocol", "errors", "durations"},
}
"""What each folder may import of this package. The pure core sees of files and store the
values that their ports define, and nothing that performs anything."""

BESIDE: dict[str, set[str]] = {
    "backoff": set(),
    "durations": set(),
    "errors": set(),
    "mounts": set(),
    "settings": {"durations", "room"},
    "workers": set(),
}
"""The same of the modules beside the folders, but for ``app.py``, which may import all."""

INSIDE: dict[str, set[str]] = {
    "room/texts": set(),
    "room/yjs": set(),
    "room/content": {"texts", "yjs"},
    "room/content/copies": {
        *("build", "carrying", "doubles", "editing", "reading", "textedit", "walking"),
    },
    "room/guests": {"changes", "content", "replica", "yjs"},
    "room/people": {"effects", "events", "flushing", "intake", "session"},
    "server/sockets": set(),
    "server/histories": set(),
    "server/live": {"clock", "document_actor", "rooms"},
    "server/requests": {"admission", "document_actor", "rooms"},
    "store/sqlite": {"marks", "port", "refusals"},
    "store/ystores": {"classes", "marks", "port", "refusals", "sqlite"},
    "sharing/hub": {"handlers", "links", "shares"},
    "sharing/pages": {"rules", "sockets", "users", "verdicts"},
}
"""What folders may import of what is around them."""

PURE = ("protocol", "room", "server/histories")
PURE_IN = {
    "files": {"formats", "json_text", "line_endings", "notebook_json", "trace"},
    "store": {
        *("backlog", "compaction", "journal", "knowledge", "marks", "refusals", "requests"),
        "trouble",
    },
    "sharing": {"holders", "links", "policy", "records", "rules", "verdicts"},
    "sharing/hub": {"place"},
    "sharing/pages": {"guestplugins", "language", "own"},
}
"""What is pure in folders that are not."""

PORTS = {"files": {"access", "port"}, "store": {"port"}}
"""Values, and what adapters promise; the promises are async."""

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
            if node.module is None:
                found += [(node.level, alias.name) for alias in node.names]
            elif (node.level, node.module) == (0, "io"):  # of which a part is no I/O
                found += [(0, f"io.{alias.name}") for alias in node.names]
            else:
                found.append((node.level, node.module))
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


@pytest.mark.parametrize("module", BESIDE)
def test_what_is_shared_stands_below_those_who_share_it(module: str) -> None:
    found = {name.split(".")[0] for level, name in imports(PACKAGE / f"{module}.py") if level}
    assert found <= BESIDE[module], f"{module}.py imports {found - BESIDE[module]}"


@pytest.mark.parametrize("folder", INSIDE)
def test_folders_know_little_of_what_is_around_them(folder: str) -> None:
    for path in modules(folder):
        around = len(path.relative_to(PACKAGE / folder).parts) + 1
        found = {name.split(".")[0] for level, name in imports(path) if level == around}
        assert found <= INSIDE[folder], f"{path.name} imports {found - INSIDE[folder]}"


PURE_FILES = [path for folder in PURE for path in modules(folder)]
PURE_FILES += [PACKAGE / folder / f"{n}.py" for folder in PURE_IN for n in sorted(PURE_IN[folder])]
PURE_FILES += [PACKAGE / "backoff.py", PACKAGE / "errors.py"]


@pytest.mark.parametrize("path", PURE_FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_the_core_is_pure(path: Path) -> None:
    tree = ast.parse(path.read_text("utf-8"))
    for node in ast.walk(tree):
        assert not isinstance(node, ast.AsyncFunctionDef | ast.Await), f"{path.name} is async"
    assert not impure_imports(path), f"{path.name} imports {impure_imports(path)}"


@pytest.mark.parametrize("folder", PORTS)
def test_ports_perform_nothing(folder: str) -> None:
    for name in PORTS[folder]:
        assert impure_imports(PACKAGE / folder / f"{name}.py") <= {"pathlib"}


@pytest.mark.parametrize("folder", PURE_IN)
def test_what_is_pure_stands_on_what_is(folder: str) -> None:
    allowed = {PACKAGE / folder / f"{name}.py" for name in PORTS.get(folder, ())} | set(PURE_FILES)
    for name in PURE_IN[folder]:
        path = PACKAGE / folder / f"{name}.py"
        for level, imported in imports(path):
            if 0 < level < len(path.relative_to(PACKAGE).parts):  # of the same folder
                found = path.parents[level - 1].joinpath(*imported.split(".")).with_suffix(".py")
                assert found in allowed, f"{folder}/{name}.py imports {imported}"


def impure_imports(path: Path) -> set[str]:
    names = {name for level, name in imports(path) if level == 0} - {"io.BytesIO"}
    return {name.split(".")[0] for name in names} & IMPURE_MODULES


def test_the_list_is_complete() -> None:
    assert folders_in(PACKAGE) == set(LAYERS)
    packages = {path.parent.relative_to(PACKAGE) for path in PACKAGE.rglob("*/*/__init__.py")}
    assert {path.as_posix() for path in packages} == set(INSIDE)
    assert {path.stem for path in PACKAGE.glob("*.py")} == {*BESIDE, "__init__", "app"}


def folders_in(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir() if (path / "__init__.py").exists()}
