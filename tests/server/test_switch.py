"""Switching collaboration on and off, on real servers."""

from __future__ import annotations

import json
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from jupyter_collab.server.sockets.limits import Limits
from tests.process import WITHOUT_A_BROWSER, ServerProcess

SESSION = "api/collaboration/session/notes.txt"
WANTED = {"format": "text", "type": "file"}


def server(home: Path, *arguments: str, app: str = "jupyterlab") -> ServerProcess:
    made = ServerProcess(home, *arguments, app=app)
    (made.root / "notes.txt").write_text("hello\n")
    return made


def test_the_flag_switches_it_on(tmp_path: Path) -> None:
    with server(tmp_path, "--collaborative") as lab:
        assert lab.request("PUT", SESSION, WANTED)["format"] == "text"
        told = json.loads(lab.page_config()["jupyterCollab"])
        assert told["collaborative"] is True
        assert told["maxFrame"] == Limits().frame_size
        place = lab.state / ".jupyter_ystore.db"
        assert f"Documents are edited together; their histories are kept in {place}" in (
            lab.log.read_text()
        )
        # What was just built from a file is written a moment later.
        lab.until(place.exists)


def test_without_the_flag_it_is_plain_jupyterlab(tmp_path: Path) -> None:
    with server(tmp_path) as lab:
        assert lab.status("PUT", SESSION, WANTED) == 404
        assert lab.status("GET", "api/collaboration/room/text:file:x") == 404
        assert "jupyterCollab" not in lab.page_config()
        assert list(lab.state.iterdir()) == []
        assert "Documents are not edited together: neither" in lab.log.read_text()


def test_a_flag_that_says_no_switches_nothing_on(tmp_path: Path) -> None:
    with server(tmp_path, "--LabApp.collaborative=False") as lab:
        assert lab.status("PUT", SESSION, WANTED) == 404
        assert "jupyterCollab" not in lab.page_config()


def test_the_trait_switches_it_on_in_notebook(tmp_path: Path) -> None:
    with server(tmp_path, "--YDocExtension.collaborative=True", app="notebook") as notebook:
        assert notebook.request("PUT", SESSION, WANTED)["type"] == "file"
        assert "jupyterCollab" in notebook.page_config("tree")


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["share_named_only=True"], "share_named_only: without effect"),
        (["disable_rtc=True"], "Documents are not edited together: YDocExtension.disable_rtc is"),
    ],
)
def test_what_is_set_in_vain_is_told(tmp_path: Path, options: list[str], told: str) -> None:
    arguments = [f"--YDocExtension.{option}" for option in options]
    with server(tmp_path, *WITHOUT_A_BROWSER, *arguments, app="jupyter_server") as jupyter:
        assert told in jupyter.log.read_text()


def test_the_trait_overrules_the_flag(tmp_path: Path) -> None:
    with server(tmp_path, "--collaborative", "--YDocExtension.collaborative=False") as lab:
        assert lab.status("PUT", SESSION, WANTED) == 404


@pytest.mark.parametrize(
    ("option", "word"),
    [
        ("document_save_delay=-1", "document_save_delay"),
        ("document_save_delay=soon", "document_save_delay"),
        ("document_save_max_wait=0", "document_save_max_wait"),
        ("file_poll_interval=-0.5", "file_poll_interval"),
        ("document_cleanup_delay=nan", "document_cleanup_delay"),
        ("share_longest_validity=inf", "or None"),
        ("share_links_file=/", "is a folder"),
        ("JupyterSQLiteYStore.history_size=-1", "history_size"),
        ("JupyterSQLiteYStore.db_path=/", "is a folder"),
        ("JupyterSQLiteYStore.db_path=/dev/null", "is no store of histories"),
        ("JupyterSQLiteYStore.forget_after=never", "forget_after"),
        ("ystore_class=builtins.dict", "ystore_class"),
        ("ystore_class=no.such.Store", "ystore_class"),
    ],
)
def test_wrong_settings_are_refused_at_the_start(tmp_path: Path, option: str, word: str) -> None:
    owner = "" if "." in option.split("=")[0] else "YDocExtension."
    assert word in refused(server(tmp_path, "--collaborative", f"--{owner}{option}"))


def refused(lab: ServerProcess) -> str:
    """What the log of a server says that does not start."""
    lab.spawn()
    try:
        assert lab.process.wait(60) == 1
    finally:
        lab.__exit__(None, None, None)
    said = lab.log.read_text()
    assert "jupyter-collab cannot start" in said or "Bad config" in said
    return said


def configured(lab: ServerProcess, **sections: str) -> ServerProcess:
    """With lines in ``jupyter_lab_config.py``, which ``jupyter lab --generate-config`` makes."""
    lines = [f"c.{name.replace('_', '.', 1)} = {value}\n" for name, value in sections.items()]
    folder = lab.home / "CONFIG"
    folder.mkdir()
    (folder / "jupyter_lab_config.py").write_text("".join(lines))
    return lab


def test_settings_count_in_the_file_that_jupyterlab_generates(tmp_path: Path) -> None:
    """JupyterLab reads it when we are linked already."""
    told = {"YDocExtension_collaborative": "True", "YDocExtension_share_document_links": "False"}
    with configured(server(tmp_path), **told, JupyterSQLiteYStore_db_path="'h.db'") as lab:
        assert lab.request("PUT", SESSION, WANTED)["format"] == "text"
        sharing = json.loads(lab.page_config()["jupyterCollab"])["sharing"]
        assert sharing["documentLinks"] is False
        assert lab.stop() < 5
        assert (lab.state / "h.db").exists()


def test_the_flag_counts_in_the_file_that_jupyterlab_generates(tmp_path: Path) -> None:
    with configured(server(tmp_path), LabApp_collaborative="True") as lab:
        assert lab.status("PUT", SESSION, WANTED) in (200, 201)


def test_wrong_settings_are_refused_in_the_file_that_jupyterlab_generates(tmp_path: Path) -> None:
    lab = configured(server(tmp_path), YDocExtension_share_roles="['admin']")
    assert "share_roles" in refused(lab)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("ypy_websocket.ystore.SQLiteYStore", "is now called"),
        ("pycrdt_websocket.ystore.TempFileYStore", "is now called"),
        ("jupyter_collab.TempFileYStore", ""),
        ("pycrdt.store.FileYStore", ""),
    ],
)
def test_store_classes_by_today_and_older_names(tmp_path: Path, given: str, told: str) -> None:
    with server(tmp_path, "--collaborative", f"--YDocExtension.ystore_class={given}") as lab:
        assert lab.request("PUT", SESSION, WANTED)["sessionId"]
        assert told in lab.log.read_text()


def test_one_kernel_for_those_who_open_in_the_same_second(tmp_path: Path) -> None:
    with server(tmp_path, "--collaborative") as lab, ThreadPoolExecutor() as pool:

        def start(path: str) -> Any:
            """As JupyterLab does: a path of its own first, the document's afterwards."""
            made_up = f"sub/{uuid4()}"
            kernel = {"name": "python3"}
            model = {"path": made_up, "type": "notebook", "name": path, "kernel": kernel}
            session = lab.request("POST", "api/sessions", model)
            assert session["path"] == made_up
            return lab.request("PATCH", f"api/sessions/{session['id']}", {"path": f"sub/{path}"})

        sessions = list(pool.map(start, ["nb.ipynb"] * 4))
        assert len({session["kernel"]["id"] for session in sessions}) == 1
        assert start("other.ipynb")["kernel"]["id"] != sessions[0]["kernel"]["id"]
        assert len(lab.request("GET", "api/kernels")) == 2


@pytest.mark.parametrize("name", ["jupyter_server_ydoc", "jupyter_server_documents"])
def test_beside_another_package_only_one_serves(tmp_path: Path, name: str) -> None:
    """Stands in for the real packages: all that we look at is the name of the extension."""
    package = tmp_path / "site" / name
    package.mkdir(parents=True)
    (package / "__init__.py").write_text(
        "def _jupyter_server_extension_points():\n"
        f"    return [{{'module': '{name}'}}]\n"
        "def _load_jupyter_server_extension(serverapp):\n"
        "    serverapp.log.info('the other one serves')\n"
    )
    lab = ServerProcess(
        tmp_path,
        "--collaborative",
        f"--ServerApp.jpserver_extensions={name}=True",
        environment={"PYTHONPATH": os.pathsep.join([str(package.parent), *sys.path])},
    )
    with lab:
        (lab.root / "notes.txt").write_text("hello\n")
        assert lab.status("PUT", SESSION, WANTED) == 404
        assert "jupyterCollab" not in lab.page_config()
    said = lab.log.read_text()
    assert "the other one serves" in said
    assert said.count(f"jupyter server extension disable {name}") == 1
    assert "Documents are" not in said


LOOKS_FOR_COLLABORATION = """
def _jupyter_server_extension_points():
    return [{"module": "jupyter_zz_chat"}]

def _load_jupyter_server_extension(serverapp):
    manager = serverapp.extension_manager
    name = "jupyter_server_ydoc"
    apps = [app.name for app in manager.extension_apps[name]]
    apps.append(manager.extension_points[name].app.name)
    serverapp.log.info("chat with %s, enabled: %s", apps, manager.extensions[name].enabled)
"""
"""As extensions with agents do, such as jupyter-server-nbmodel and Jupyter AI's chat."""


def test_in_the_place_of_one_that_is_disabled_others_find_us(tmp_path: Path) -> None:
    site = tmp_path / "site"
    site.mkdir()
    (site / "jupyter_zz_chat.py").write_text(LOOKS_FOR_COLLABORATION)
    extensions = {"jupyter_server_ydoc": False, "jupyter_zz_chat": True}
    lab = ServerProcess(
        tmp_path,
        "--collaborative",
        f"--ServerApp.jpserver_extensions={extensions}",
        environment={"PYTHONPATH": os.pathsep.join([str(site), *sys.path])},
    )
    with lab:
        (lab.root / "notes.txt").write_text("hello\n")
        assert lab.request("PUT", SESSION, WANTED)["format"] == "text"
    said = lab.log.read_text()
    assert "chat with ['jupyter_collab', 'jupyter_collab'], enabled: True" in said
    assert said.count("Documents are edited together") == 1


def test_what_others_have_in_the_browser_is_switched_off(tmp_path: Path) -> None:
    """Each that is installed, as their server extensions are not enabled."""
    for name in ("@jupyter/docprovider-extension", "@jupyter-ai-contrib/server-documents"):
        part = tmp_path / "share" / "labextensions" / name
        part.mkdir(parents=True)
        build = {"load": "static/remote.js", "extension": "./extension"}
        (part / "package.json").write_text(
            json.dumps({"name": name, "version": "1.0.0", "jupyterlab": {"_build": build}})
        )
    environment = {"JUPYTER_PATH": str(tmp_path / "share")}
    with ServerProcess(tmp_path, "--collaborative", environment=environment) as lab:
        disabled = lab.page_config()["disabledExtensions"]
        assert {"@jupyter/docprovider-extension", "@jupyter-ai-contrib/server-documents"} <= set(
            disabled
        )


def test_sigterm_ends_it_within_five_seconds(tmp_path: Path) -> None:
    with server(tmp_path, "--collaborative") as lab:
        lab.request("PUT", SESSION, WANTED)
        assert lab.stop() < 5


SWITCHED_ON = "--YDocExtension.collaborative=True"

BREAKS = """
from jupyter_collab.server.rooms import Rooms

async def close(self, timeout):
    raise OSError("out of order")

Rooms.close = close
"""

HANGS = """
import asyncio
from jupyter_collab import app
from jupyter_collab.files.contents import ContentsFiles

async def close(self, timeout):
    await asyncio.Event().wait()

ContentsFiles.close = close
app.LONGEST_STOP = 0.5
"""


@pytest.mark.parametrize(
    ("broken", "told"), [(BREAKS, "OSError: out of order"), (HANGS, "not waiting any longer")]
)
def test_a_server_of_which_a_part_cannot_be_closed_ends(
    tmp_path: Path, broken: str, told: str
) -> None:
    lab = server(tmp_path, SWITCHED_ON, app="jupyter_server")
    folder = lab.home / "CONFIG"
    folder.mkdir()
    (folder / "jupyter_server_config.py").write_text(broken)
    with lab:
        lab.request("PUT", SESSION, WANTED)
        lab.stop()
        assert told in lab.log.read_text()
