"""Programs that write a notebook which they have read long before."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import nbformat
import pytest
from jupyter_server.base.handlers import APIHandler, path_regex
from jupyter_server.serverapp import ServerApp
from nbformat.v4 import new_code_cell, new_notebook, new_output
from pycrdt import Array, Doc, Text, TransactionEvent

from jupyter_collab.protocol.identity import Lineage, Position
from jupyter_collab.room.content.document import Document
from jupyter_collab.room.content.notebook import Notebook
from jupyter_collab.room.earlier import HEED
from jupyter_collab.room.events import Replacing
from jupyter_collab.server.histories.merging import Merge, find_edits
from jupyter_collab.store.compaction import HISTORY_SIZE
from jupyter_collab.store.port import SavedMark, StoredHistory
from tests.room.notebooks import code, markdown, notebook
from tests.room.world import World
from tests.waiting import until

from .client import WireClient
from .conftest import Connect

PATH = "run.ipynb"


def sources(client: WireClient) -> list[str]:
    return [str(cell["source"]) for cell in client.cells]


def write(path: Path, *texts: str, minor: int = 5) -> None:
    notebook = new_notebook(cells=[new_code_cell(text) for text in texts])
    if minor < 5:
        notebook.nbformat_minor = minor
        for cell in notebook.cells:
            del cell["id"]
    nbformat.write(notebook, path)


def run(held: Any) -> str:
    """The notebook ``held`` as a program writes it that has run it."""
    notebook = nbformat.from_dict(json.loads(json.dumps(held)))
    for count, cell in enumerate(notebook.cells, start=1):
        cell.outputs = [new_output("stream", text=f"{count}\n")]
        cell.execution_count = count
    written: str = nbformat.writes(notebook)
    return written


async def typed(client: WireClient, path: Path, cell: int, words: str) -> Any:
    """Type at the end of a cell; returns the notebook that is in the file then."""
    source: Text = client.cells[cell]["source"]
    source += words
    await until(lambda: words.strip() in path.read_text() and client.state["dirty"] is False)
    return nbformat.read(path, as_version=nbformat.NO_CONVERT)


@pytest.mark.parametrize("minor", [4, 5])
async def test_what_was_typed_while_a_notebook_was_run_stays(
    jp_root_dir: Path, connect: Connect, minor: int
) -> None:
    """M25: and the results come, also where it is written again and again."""
    path = jp_root_dir / PATH
    write(path, "a = 1", "b = 2", "c = 3", minor=minor)
    ada = await connect(PATH, "json", "notebook")
    held = await typed(ada, path, 0, " # early")
    await typed(ada, path, 1, " # late")
    await typed(ada, path, 2, " # later")
    path.write_text(run(held))
    wanted = ["a = 1 # early", "b = 2 # late", "c = 3 # later"]
    await until(lambda: [cell["execution_count"] for cell in ada.cells] == [1, 2, 3])
    assert sources(ada) == wanted
    await until(lambda: "# later" in path.read_text() and "# late" in path.read_text())
    path.write_text(run(held).replace("3\\n", "three\\n"))
    await until(lambda: "three" in str(ada.cells[2]["outputs"][0]["text"]))
    assert sources(ada) == wanted
    await until(lambda: "# later" in path.read_text() and "three" in path.read_text())


async def test_so_it_does_where_a_program_writes_before_there_are_results(
    jp_root_dir: Path, connect: Connect
) -> None:
    """M25: papermill writes at its beginning and its end what it knows of the run."""
    path = jp_root_dir / PATH
    write(path, "a = 1", "b = 2")
    ada = await connect(PATH, "json", "notebook")
    held = json.loads(path.read_text())
    await typed(ada, path, 1, " # typed")
    for status in ("running", "completed"):
        held["metadata"]["papermill"] = {"status": status}
        path.write_text(json.dumps(held))
        await until(lambda status=status: status in str(ada.meta["metadata"]))
        assert sources(ada) == ["a = 1", "b = 2 # typed"]
        await until(lambda: "# typed" in path.read_text())


async def test_so_it_does_where_results_are_more_than_the_store_keeps_one_by_one(
    jp_root_dir: Path, connect: Connect
) -> None:
    """M25: a plot or two are as much as is kept before it is put together."""
    path = jp_root_dir / PATH
    write(path, *"abcd")
    ada = await connect(PATH, "json", "notebook")
    held = await typed(ada, path, 3, " # early")
    for index, cell in enumerate(held.cells[:3]):
        await typed(ada, path, 3, f" # {index}")
        plot = {"image/png": f"{index}" * HISTORY_SIZE}
        cell |= {"execution_count": index, "outputs": [new_output("display_data", plot)]}
        path.write_text(nbformat.writes(held))
        await until(lambda at=index: ada.cells[at]["execution_count"] == at)
        assert sources(ada)[3].endswith(f" # {index}")
        await until(lambda at=index: f" # {at}" in path.read_text())


async def test_so_do_cells_that_came_went_and_moved_meanwhile(
    jp_root_dir: Path, connect: Connect
) -> None:
    """M25"""
    path = jp_root_dir / PATH
    write(path, "a = 1", "b = 2", "c = 3")
    ada = await connect(PATH, "json", "notebook")
    held = json.loads(path.read_text())
    del ada.cells[1]
    await typed(ada, path, 1, " # late")
    path.write_text(run(held))
    await until(lambda: [cell["execution_count"] for cell in ada.cells] == [1, 3])
    assert sources(ada) == ["a = 1", "c = 3 # late"]
    await until(lambda: "b = 2" not in path.read_text() and "# late" in path.read_text())


async def test_what_git_puts_back_is_what_is_there(jp_root_dir: Path, connect: Connect) -> None:
    """M25: whole, or without the results that a filter has taken out."""
    path = jp_root_dir / PATH
    write(path, "a = 1", "b = 2")
    ada = await connect(PATH, "json", "notebook")
    path.write_text(run(json.loads(path.read_text())))
    await until(lambda: ada.cells[1]["execution_count"] == 2)
    committed = path.read_bytes()
    held = await typed(ada, path, 1, " # typed")
    path.write_text(run(held).replace("2\\n", "another\\n"))
    await until(lambda: "another" in str(ada.cells[1]["outputs"][0]["text"]))
    path.write_bytes(committed)
    await until(lambda: sources(ada) == ["a = 1", "b = 2"])
    await typed(ada, path, 1, " # typed")
    stripped = json.loads(committed)
    for cell in stripped["cells"]:
        cell |= {"outputs": [], "execution_count": None}
    path.write_text(json.dumps(stripped))
    await until(lambda: sources(ada) == ["a = 1", "b = 2"])


async def test_a_program_that_changes_a_source_has_changed_the_file(
    jp_root_dir: Path, connect: Connect
) -> None:
    """M25, M5: whoever deletes words has deleted them, and may run the notebook as well."""
    path = jp_root_dir / PATH
    write(path, "a = 1", "b = 2")
    ada = await connect(PATH, "json", "notebook")
    held = await typed(ada, path, 1, " # typed and taken out")
    held["cells"][1]["source"] = "b = 2 # taken out"
    path.write_text(run(held))
    await until(lambda: sources(ada) == ["a = 1", "b = 2 # taken out"])


async def test_an_editor_that_goes_back_and_runs_again_has_changed_the_file(
    jp_root_dir: Path, connect: Connect
) -> None:
    """M25: who tries another number in an editor, or one cell more, saves, and takes it back."""
    path = jp_root_dir / PATH
    write(path, "a = 1", "b = 2")
    ada = await connect(PATH, "json", "notebook")
    held = await typed(ada, path, 1, " # typed")
    tried = json.loads(json.dumps(held))
    tried["cells"][0]["source"] = "a = 100"
    for count, saved in enumerate((tried, held), start=1):
        path.write_text(run(saved).replace("1\\n", f"run {count}\\n"))
        await until(lambda at=count: f"run {at}" in str(ada.cells[0]["outputs"].to_py()))
        assert sources(ada) == [cell["source"] for cell in saved["cells"]]


async def test_a_request_that_goes_back_and_brings_results_is_heeded(
    jp_root_dir: Path, connect: Connect, jp_fetch: Any
) -> None:
    """M25, F12: an agent that is asked to take back what was typed last, and to run it again. What
    it has changed then is there as well for a program that runs what was in the file before."""
    path = jp_root_dir / PATH
    write(path, "a = 1", "b = 2")
    ada = await connect(PATH, "json", "notebook")
    held = await typed(ada, path, 1, " # early")
    await typed(ada, path, 1, " # typed")
    contents = ("api", "contents", PATH)
    read = json.loads((await jp_fetch(*contents)).body)["content"]
    read["cells"][1]["source"] = "b = 2 # early"
    for source in ("a = 1", "a = 1 # agent"):
        read["cells"][0]["source"] = source
        sent = {"type": "notebook", "content": json.loads(run(read))}
        await jp_fetch(*contents, method="PUT", body=json.dumps(sent))
        await until(lambda source=source: sources(ada) == [source, "b = 2 # early"])
        await until(lambda: [cell["execution_count"] for cell in ada.cells] == [1, 2])
    path.write_text(run(held).replace("2\\n", "late\\n"))
    await until(lambda: "late" in str(ada.cells[1]["outputs"][0]["text"]))
    assert sources(ada) == ["a = 1 # agent", "b = 2 # early"]


async def test_a_checkpoint_that_is_put_back_is_what_is_there(
    jp_root_dir: Path, connect: Connect, jp_fetch: Any
) -> None:
    """M25: it may have results that nobody knows any more."""
    path = jp_root_dir / PATH
    write(path, "a = 1", "b = 2")
    ada = await connect(PATH, "json", "notebook")
    checkpoints = ("api", "contents", PATH, "checkpoints")
    made = json.loads((await jp_fetch(*checkpoints, method="POST", body="")).body)
    kept = next((jp_root_dir / ".ipynb_checkpoints").iterdir())
    kept.write_text(run(json.loads(path.read_text())))
    await typed(ada, path, 1, " # typed")
    await jp_fetch(*checkpoints, made["id"], method="POST", body="")
    await until(lambda: [cell["execution_count"] for cell in ada.cells] == [1, 2])
    assert sources(ada) == ["a = 1", "b = 2"]


async def test_what_git_checks_out_by_a_request_is_what_is_there(
    jp_root_dir: Path,
    connect: Connect,
    jp_fetch: Any,
    jp_serverapp: ServerApp,
) -> None:
    """M25: what was committed may be the run of what was in the file as the document was opened,
    and nobody knows its results any more."""
    path = jp_root_dir / PATH
    write(path, "a = 1", "b = 2")
    committed = run(json.loads(path.read_text()))

    class Checkout(APIHandler):
        async def post(self, path: str = "") -> None:
            jp_root_dir.joinpath(PATH).write_text(committed)

    Checkout.__module__, Checkout.__qualname__ = "jupyterlab_git.handlers", "GitCheckoutHandler"
    app: Any = jp_serverapp.web_app
    app.add_handlers(".*", [(f"{jp_serverapp.base_url}git{path_regex}/checkout", Checkout)])
    ada = await connect(PATH, "json", "notebook")
    await typed(ada, path, 1, " # typed")
    await jp_fetch("git", "checkout", method="POST", body="{}")
    await until(lambda: [cell["execution_count"] for cell in ada.cells] == [1, 2])
    assert sources(ada) == ["a = 1", "b = 2"]


def merged(theirs: Any, *saved: Any) -> Notebook:
    """The notebook that was ``saved`` like this, one after the other, and then written over."""
    doc: Doc[Any] = Doc()
    document, updates = Document.of("notebook", doc), list[bytes]()

    def collect(event: TransactionEvent) -> None:
        updates.append(event.update)

    doc.observe(collect)
    marks = []
    for source in saved:
        document.edit(Notebook.of(source))
        marks.append(SavedMark(Position(len(updates)), ""))
    stored = StoredHistory(Lineage("any"), tuple(updates), marks[-1].position, marks[-1])
    wanted = Merge(
        type="notebook",
        ours=doc.get_update(),
        theirs=theirs,
        clean=True,
        stored=stored,
        saved=marks[-1],
        client=1,
        earlier=tuple(marks[:-1]),
    )
    for update in find_edits(wanted).updates:
        doc.apply_update(update)
    read: Notebook = document.read()
    return read


def test_what_people_did_besides_typing_stays() -> None:
    """M25: tags that they gave, and pictures that they pasted, are not in what was read before."""
    picture = {"x.png": {"image/png": "AAAA"}}
    held = notebook(code("a", "1"), markdown("b", "text"), code("c", "3", metadata={"old": 1}))
    typed = notebook(
        code("a", "1 # typed", metadata={"tags": ["kept"]}),
        markdown("b", "text ![](attachment:x.png)", attachments=picture),
        code("c", "3"),
    )
    typed["metadata"] = {"authors": ["ada"]}
    ran = json.loads(run(held))
    ran["metadata"]["papermill"] = {"status": "completed"}
    ran["cells"][0]["metadata"]["papermill"] = {"status": "completed"}
    found = merged(ran, held, typed)
    first, second, third = found.cells
    assert first["source"] == "1 # typed"
    assert first["metadata"] == {"tags": ["kept"], "papermill": {"status": "completed"}}
    assert second["attachments"] == picture
    assert third["metadata"] == {}
    assert [cell["execution_count"] for cell in (first, third)] == [1, 3]
    assert found.metadata == {"authors": ["ada"], "papermill": {"status": "completed"}}


def test_an_editor_that_notes_its_kernel_has_run_nothing() -> None:
    """M25: VS Code writes which kernel it has into what it saves."""
    held = notebook(code("a", "1"))
    typed = notebook(code("a", "1"), code("b", "taken out"))
    held["metadata"] = {"language_info": {"name": "python", "version": "3.13"}}
    held["cells"][0]["metadata"] = {"vscode": {"languageId": "python"}}
    assert [cell["source"] for cell in merged(held, notebook(code("a", "1")), typed).cells] == ["1"]


def test_what_is_put_back_may_be_the_first_of_several_with_its_sources() -> None:
    """M25: its results are older than those that these sources had last."""
    first = json.loads(run(notebook(code("a", "1"))))
    second = json.loads(run(first).replace("1\\n", "again\\n"))
    typed = json.loads(json.dumps(second))
    typed["cells"][0]["source"] = "1 # typed"
    assert merged(first, first, second, typed) == Notebook.of(first)


def test_earlier_notebooks_with_other_sources_are_not_read(monkeypatch: Any) -> None:
    """M25: there are two thousand, and each may have ten thousand cells."""
    read = []

    class Spied:
        @staticmethod
        def of(type: str, doc: Doc[Any]) -> Document:
            read.append(doc)
            return Document.of(type, doc)

    monkeypatch.setattr("jupyter_collab.server.histories.belated.Document", Spied)
    held, other = notebook(code("a", "1"), code("b", "2")), notebook(code("a", "1"), code("b", "0"))
    typed = notebook(code("a", "1 # typed"), code("b", "2"))
    shorter = notebook(code("a", "1"))
    assert len(merged(json.loads(run(other)), held, shorter, typed).cells) == 2
    assert not read
    found = merged(json.loads(run(held)), shorter, other, held, shorter, typed)
    assert [cell["source"] for cell in found.cells] == ["1 # typed", "2"]
    assert len(read) == 1


def test_what_was_written_beside_unsaved_words_may_be_put_back_as_well() -> None:
    """M25: who commits what a run has written, and checks it out later, brings no run."""
    held = notebook(code("a", "1"))
    ran = json.loads(run(held))
    world = World(held)
    ada = world.open(1)
    for fingerprint, earlier in (("ran", []), ("ran again", ["v1"]), ("ran", [])):
        ada.doc.get("cells", type=Array)[0]["source"].insert(0, "typed ")
        world.push(ada)
        world.wait(0.03)
        wanted = world.rewritten(ran, fingerprint)
        assert [mark.fingerprint for mark in wanted.earlier] == earlier
        world.merge(wanted)
        world.wait(6)
        world.finish_write("saved")


def test_a_request_that_has_changed_nothing_is_over_after_a_while() -> None:
    """M25: git leaves most files as they are, and a program that runs one may end later."""
    held = notebook(code("a", "1"))
    ran = json.loads(run(held))
    for waited, earlier in ((0.0, []), (HEED, ["v1"])):
        world = World(held)
        ada = world.open(1)
        ada.doc.get("cells", type=Array)[0]["source"].insert(0, "typed ")
        world.push(ada)
        world.wait(6)
        world.finish_write("saved")
        world.handle(Replacing())
        world.wait(waited)
        wanted = world.rewritten(ran, "ran")
        assert [mark.fingerprint for mark in wanted.earlier] == earlier
