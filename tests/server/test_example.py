"""The agent in ``examples/``, as somebody runs it who has read the documentation."""

from __future__ import annotations

import asyncio
import json
import runpy
from pathlib import Path
from typing import Any

import nbformat
import pytest
from jupyter_server.serverapp import ServerApp

from .client import states
from .conftest import Connect

AGENT = Path(__file__).parents[2] / "examples" / "agent.py"


@pytest.fixture
def path(jp_root_dir: Path) -> Path:
    path = jp_root_dir / "analysis.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("0")]), path)
    return path


async def test_an_agent_types_runs_and_leaves(
    path: Path, jp_serverapp: ServerApp, connect: Connect
) -> None:
    ada = await connect("analysis.ipynb", "json", "notebook")
    agent = runpy.run_path(str(AGENT))
    base = f"http://127.0.0.1:{jp_serverapp.port}{jp_serverapp.base_url}"
    task = asyncio.create_task(agent["work"](f"{base}?token=secret-token", "analysis.ipynb"))
    await ada.until(lambda: any("cursors" in (state or {}) for state in states(ada).values()))
    (robot,) = states(ada)
    assert states(ada)[robot]["user"]["display_name"] == "Robot"
    ada.cells[-1]["source"].insert(0, "# ada\n")
    await asyncio.wait_for(task, 60)
    await ada.until(lambda: states(ada)[robot] is None)
    await ada.save()
    written = nbformat.read(path, nbformat.NO_CONVERT)
    nbformat.validate(written)
    cell = written.cells[-1]
    assert [cell["source"] for cell in written.cells] == ["0", "# ada\n" + agent["CODE"]]
    outputs = [output.get("text", output.get("data")) for output in cell["outputs"]]
    assert outputs == ["0\n1\n2\n", {"text/plain": "42"}]


async def test_an_agent_with_a_link_is_a_guest(
    path: Path, jp_serverapp: ServerApp, jp_fetch: Any, connect: Connect
) -> None:
    ada = await connect("analysis.ipynb", "json", "notebook")
    body = {"path": "analysis.ipynb", "role": "edit", "expiresIn": None}
    answer = await jp_fetch("api", "collaboration", "links", method="POST", body=json.dumps(body))
    url = json.loads(answer.body)["url"]
    agent = runpy.run_path(str(AGENT))
    await agent["work"](f"http://127.0.0.1:{jp_serverapp.port}{url}")
    await ada.until(lambda: str(ada.cells[-1]["source"]) == agent["CODE"])
    said = b"".join(frame for frame in ada.frames if frame[0] == 1)
    assert b'"display_name":"Guest Robot"' in said
    (robot,) = states(ada)
    await ada.until(lambda: states(ada)[robot] is None)
