"""What holds for the repository as a whole: nothing of one machine is in it, the example runs."""

import json
import os
import re
import runpy
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import nbformat
import pytest

ROOT = Path(__file__).parent.parent
EXAMPLE = ROOT / "examples/kittiwakes.ipynb"

PRIVATE_PATH = re.compile(rb"(?<![\w.}])/(?:work/(?:main|shared|\.library)|tmp/dev|root|Users)/")
"""A directory that exists for one person or on one machine only."""


def tracked_files() -> list[Path]:
    git = ["git", "-c", "safe.directory=*", "-C", str(ROOT), "ls-files", "-z"]
    try:
        listing = subprocess.run(git, check=True, capture_output=True, text=True).stdout
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("not a git checkout")
    paths = [ROOT / name for name in listing.split("\0") if name]
    return [path for path in paths if path.is_file() and path != Path(__file__)]


def test_yarn_lock_names_no_registry() -> None:
    lock = (ROOT / "yarn.lock").read_text()
    assert not re.search(r"https?:|%3A%2F%2F|__archiveUrl|@file:", lock)


def test_a_checkout_that_was_installed_can_be_built(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A second ``install.json`` in one wheel ends the build: see ``hatch_build.py``."""

    class Interface:  # stands for hatchling's, which only builds have
        root = str(tmp_path)

    module = ModuleType("hatchling.builders.hooks.plugin.interface")
    module.BuildHookInterface = Interface  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, module.__name__, module)
    built = tmp_path / "jupyter_collab/labextension"
    built.mkdir(parents=True)
    (built / "package.json").write_text("{}")
    (built / "install.json").write_text("{}")
    hook = runpy.run_path(str(ROOT / "hatch_build.py"))["NodeBuildHook"]()
    for _ in range(2):
        hook.initialize("standard", {})
        assert [path.name for path in built.iterdir()] == ["package.json"]


def test_npm_lock_names_no_registry() -> None:
    lock = json.loads((ROOT / "ui-tests/package-lock.json").read_text())
    assert lock["packages"]
    for package in lock["packages"].values():
        package.pop("funding", None)  # whom a package's authors would like to be paid through
    text = json.dumps(lock)
    assert '"resolved"' not in text
    assert not re.search(r"https?:|git\+|file:", text)


def test_no_file_names_a_private_path() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {match.group().decode()}"
        for path in tracked_files()
        for match in PRIVATE_PATH.finditer(path.read_bytes())
    ]
    assert found == []


def test_build_output_is_not_tracked() -> None:
    names = [path.relative_to(ROOT).as_posix() for path in tracked_files()]
    built = ("lib/", "dist/", "node_modules/", "jupyter_collab/labextension/")
    assert [name for name in names if name.startswith(built)] == []


def test_changelog_says_nothing_twice() -> None:
    entries = re.findall(r"^- (.*)", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    beginnings = [" ".join(entry.split()[:8]) for entry in entries]
    assert [text for text in beginnings if beginnings.count(text) > 1] == []


def test_python_and_front_end_have_one_version() -> None:
    package = json.loads((ROOT / "package.json").read_text())
    tests = json.loads((ROOT / "ui-tests/package.json").read_text())
    assert package["version"] == tests["version"]
    assert 'source = "nodejs"' in (ROOT / "pyproject.toml").read_text()


def test_example_notebook_is_valid() -> None:
    notebook = nbformat.read(EXAMPLE, as_version=nbformat.NO_CONVERT)
    nbformat.validate(notebook)
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)


def test_example_notebook_runs(tmp_path: Path) -> None:
    execute = [sys.executable, "-m", "nbconvert", "--to", "notebook", "--execute"]
    home = {"IPYTHONDIR": str(tmp_path / "ipython"), "JUPYTER_DATA_DIR": str(tmp_path / "jupyter")}
    subprocess.run(
        [*execute, "--output-dir", str(tmp_path), str(EXAMPLE)],
        check=True,
        capture_output=True,
        env=os.environ | home,
    )
    cells = nbformat.read(tmp_path / EXAMPLE.name, as_version=4).cells
    mime_types = {
        mime_type
        for cell in cells
        if cell.cell_type == "code"
        for output in cell.outputs
        for mime_type in output.get("data", {})
    }
    assert {"text/plain", "text/html", "image/png"} <= mime_types
