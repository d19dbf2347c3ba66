"""Makes the stores that jupyter-collaboration leaves, with a real server of it.

Run it in an environment that has ``jupyter-server-ydoc``, ``jupyter_server`` and nothing of this
project, with the repository in ``PYTHONPATH``::

    python -m tests.store.data.make tests/store/data/version-5

It types into a text and a notebook, as clients of jupyter-collaboration do, and leaves in the
folder: the store, the files, and ``ids.json`` with the files' ids.

- ``saved.txt`` and ``saved.ipynb``: saved, with every keystroke in the store
- ``squashed.txt``: its history was squashed by the server, and went on
- ``unsaved.txt``: the server was killed before it had saved what was typed last
"""

from __future__ import annotations

import asyncio
import json
import shutil
import sqlite3
import sys
import tempfile
from contextlib import closing
from pathlib import Path
from typing import Any

from pycrdt import Map, Text

from tests.process import ServerProcess
from tests.server.client import WireClient, room_of
from tests.waiting import until

EXTENSIONS = {"jupyter_server_ydoc": True, "jupyter_server_fileid": True}
STORE = ".jupyter_ystore.db"

FILES = {
    "saved.txt": "one\ntwo\n",
    "squashed.txt": "one\ntwo\n",
    "unsaved.txt": "one\ntwo\n",
    "saved.ipynb": json.dumps(
        {
            "cells": [
                {
                    "cell_type": "code",
                    "execution_count": 1,
                    "id": "first",
                    "metadata": {},
                    "outputs": [{"name": "stdout", "output_type": "stream", "text": ["2\n"]}],
                    "source": ["1 + 1"],
                }
            ],
            "metadata": {},
            "nbformat": 4,
            "nbformat_minor": 5,
        },
        indent=1,
    )
    + "\n",
}


def server(home: Path, *, save: bool, squash: int | None = None) -> ServerProcess:
    arguments = [
        f"--ServerApp.jpserver_extensions={EXTENSIONS}",
        f"--YDocExtension.document_save_delay={0.1 if save else 60}",
        *(() if squash is None else (f"--SQLiteYStore.squash_after_inactivity_of={squash}",)),
    ]
    lab = ServerProcess(home, *arguments, app="jupyter_server")
    return lab.start()


async def join(lab: ServerProcess, path: str, ids: dict[str, str]) -> WireClient:
    kind = ("json", "notebook") if path.endswith(".ipynb") else ("text", "file")
    session = await lab.session(path, *kind)
    ids[path] = session["fileId"]
    socket = await lab.connect(room_of(session), session["sessionId"], collab=False)
    client = WireClient(socket)
    await client.sync()
    return client


async def type_into(text: Text, words: str) -> None:
    for letter in words:
        text += letter
        await asyncio.sleep(0.02)


async def until_on_disk(lab: ServerProcess, path: str, words: str) -> None:
    await until(lambda: words in (lab.root / path).read_text())
    await asyncio.sleep(1.5)  # until the store is written and nothing is under way


async def edit(lab: ServerProcess, path: str, words: str, ids: dict[str, str]) -> WireClient:
    client = await join(lab, path, ids)
    await type_into(client.text, words)
    return client


async def type_all(home: Path, ids: dict[str, str]) -> None:
    with server(home, save=True) as lab:
        for path in ("saved.txt", "squashed.txt", "unsaved.txt"):
            await edit(lab, path, "typed with it\n", ids)
            await until_on_disk(lab, path, "typed with it")
        client = await join(lab, "saved.ipynb", ids)
        await type_into(client.cells[0]["source"], "  # typed with it")
        client.cells.append(Map(new_cell("second", "another cell")))
        await until_on_disk(lab, "saved.ipynb", "another cell")
        lab.stop()
    with server(home, save=True, squash=1) as lab:
        await edit(lab, "squashed.txt", "typed after\n", ids)
        await until_on_disk(lab, "squashed.txt", "typed after")
        lab.stop()
    with server(home, save=False) as lab:
        await edit(lab, "unsaved.txt", "never saved\n", ids)
        await asyncio.sleep(1)
        lab.kill()


def new_cell(id: str, source: str) -> dict[str, Any]:
    return {"id": id, "cell_type": "markdown", "metadata": Map(), "source": Text(source)}


def main(target: Path) -> None:
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        (home / "root").mkdir()
        for name, content in FILES.items():
            (home / "root" / name).write_text(content)
        ids: dict[str, str] = {}
        asyncio.run(type_all(home, ids))
        for name in FILES:
            shutil.copy(home / "root" / name, target / name)
        (target / "ids.json").write_text(json.dumps(ids, indent=1) + "\n")
        with closing(sqlite3.connect(home / "state" / STORE)) as connection:
            connection.execute("VACUUM")
        shutil.copy(home / "state" / STORE, target / "store.db")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
