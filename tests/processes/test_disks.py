"""Disks that are full, read-only or gone: people go on, are told what is not kept and why, and
all is written once that is possible."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest

from tests.process import WITHOUT_A_BROWSER, ServerProcess
from tests.waiting import until

from .crowd import Crowd
from .faults import SIZE, can_mount, full_disk, quota, read_only, unmount
from .people import CollabPerson

ARGUMENTS = (*WITHOUT_A_BROWSER, "--YDocExtension.document_save_delay=0.1")

Scenario = Callable[[Crowd], Awaitable[None]]


def live_through(lab: ServerProcess, scenario: Scenario) -> None:
    """Begin with three people at each document, and end with all of it everywhere once."""

    async def main() -> None:
        crowd = Crowd(lab, seed=1, size=3)
        await crowd.rest()
        await scenario(crowd)
        await crowd.rest()
        await crowd.leave()

    asyncio.run(main())


def server(home: Path, *arguments: str) -> ServerProcess:
    return ServerProcess(
        home,
        *ARGUMENTS,
        *arguments,
        app="jupyter_server",
        obeys_permissions=True,
        environment={"PYTHONPATH": str(Path(__file__).parents[2])},
    )


def someone(crowd: Crowd) -> CollabPerson:
    """Who has the text open, with a client that is told how things are."""
    person = crowd.papers[0].people[0]
    assert isinstance(person, CollabPerson)
    return person


def problem(crowd: Crowd, part: str) -> str:
    """The sentence that says what is wrong with this part; empty where nothing is."""
    return str(someone(crowd).status[part].get("message", ""))


async def until_told(crowd: Crowd, part: str, text: str) -> None:
    """Wait for a sentence that has ``text`` in it."""
    try:
        await until(lambda: text in problem(crowd, part))
    except TimeoutError:
        raise AssertionError(f"never told of {text!r}: {someone(crowd).status}") from None


async def until_history_is_not_kept(crowd: Crowd, why: str) -> None:
    """Wait until people are told so, and the log says ``why``; guests may not hear of the disk."""
    await until(lambda: someone(crowd).status["history"]["state"] == "degraded")
    await until(lambda: why in crowd.lab.log.read_text())


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "disk"
    folder.mkdir()
    if not can_mount(folder):
        pytest.skip("nothing can be mounted here; see the tests with a quota")
    yield folder
    unmount(folder)


# --- the disk of the store


async def type_without_history(crowd: Crowd, text: str) -> None:
    """Type while the store cannot be written, until the files have it all the same."""
    await crowd.type_for(0.5)
    await until_history_is_not_kept(crowd, text)
    # Who takes another history sees no document for a while, and may not have typed at all.
    await until(lambda: someone(crowd).ready)
    someone(crowd).type_word()
    paper = crowd.papers[0]
    await until(lambda: set(someone(crowd).typed) <= set(paper.on_disk()))
    assert someone(crowd).unacknowledged, "what is in memory only was called safe"


async def until_kept(crowd: Crowd) -> None:
    await until(lambda: someone(crowd).status["history"]["state"] == "kept")
    await until(lambda: not someone(crowd).unacknowledged)


def test_a_full_disk_of_the_store(tmp_path: Path, small_disk: Path) -> None:
    """S10 S15: files are saved all the same, nothing is called safe that is not."""

    async def scenario(crowd: Crowd) -> None:
        with full_disk(small_disk):
            await type_without_history(crowd, "No space is left")
        await until_kept(crowd)
        crowd.lab.kill()
        await asyncio.to_thread(crowd.lab.start)

    store = f"--JupyterSQLiteYStore.db_path={small_disk / 'store.db'}"
    with server(tmp_path / "home", store) as lab:
        live_through(lab, scenario)


def test_a_quota_that_is_used_up(tmp_path: Path) -> None:
    """S10 S15 F8: neither the store nor the files can be written."""

    async def scenario(crowd: Crowd) -> None:
        for paper in crowd.papers:
            paper.people[0].type_line("x" * 100_000)
            paper.required["x" * 100_000] = 1
        await crowd.rest()
        with quota(crowd.lab.process.pid, 60_000):
            for paper in crowd.papers:
                paper.people[0].type_line("y" * 70_000)  # more than the log may be
                paper.required["y" * 70_000] = 1
            await crowd.type_for(0.5)
            await until_history_is_not_kept(crowd, "No space is left, or no quota")
            await until_told(crowd, "save", "too large to be")
            assert someone(crowd).unacknowledged
        await until_kept(crowd)

    with server(tmp_path) as lab:
        live_through(lab, scenario)


@pytest.mark.parametrize("there", [True, False], ids=["as it was", "not yet made"])
def test_a_store_that_is_read_only_from_the_beginning(tmp_path: Path, there: bool) -> None:
    """S10: documents open all the same."""
    lab = server(tmp_path)

    async def scenario(crowd: Crowd) -> None:
        await asyncio.to_thread(lab.stop)
        for path in () if there else list(lab.state.iterdir()):
            path.unlink()
        with read_only(lab.state, *lab.state.iterdir()):
            await asyncio.to_thread(lab.start)
            text = "read-only; check its permissions" if there else "check that its folder is"
            await type_without_history(crowd, text)
        await until_kept(crowd)

    with lab:
        live_through(lab, scenario)


# --- the disk of the documents


async def type_without_saving(crowd: Crowd, text: str) -> None:
    """Type while no file can be written: edits are safe, and the status says why not saved."""
    before = crowd.papers[0].on_disk()
    await crowd.type_for(0.5)
    await until_told(crowd, "save", text)
    await until(lambda: not someone(crowd).unacknowledged)
    assert crowd.papers[0].on_disk() == before
    assert "retryAt" in someone(crowd).status["save"]


async def until_saved(crowd: Crowd) -> None:
    """All of it is saved of itself, each file at its own next attempt."""
    people = [person for paper in crowd.papers for person in paper.people]
    told = [person for person in people if isinstance(person, CollabPerson)]
    assert someone(crowd) in told
    await until(lambda: all(person.status["save"]["state"] == "saved" for person in told))


def test_a_full_disk_of_the_documents(tmp_path: Path, small_disk: Path) -> None:
    """F8: nothing is lost, nor left behind."""

    async def scenario(crowd: Crowd) -> None:
        with full_disk(small_disk):
            for paper in crowd.papers:
                size = 3 * SIZE // 10  # so that it does not fit into the pages that it has
                paper.people[0].type_line("x" * size)
                paper.required["x" * size] = 1
            await type_without_saving(crowd, "no space is left on the disk")
        await until_saved(crowd)
        left = {path.name for path in small_disk.iterdir()} - {".ipynb_checkpoints"}
        assert left == {"book.ipynb", "notes.txt"}

    lab = server(tmp_path / "home")
    lab.root = small_disk
    with lab:
        live_through(lab, scenario)


@pytest.mark.parametrize("what", ["file", "folder"])
def test_what_is_made_read_only(tmp_path: Path, what: str) -> None:
    """F8."""

    async def scenario(crowd: Crowd) -> None:
        files = [paper.file for paper in crowd.papers]
        with read_only(*files, *([crowd.lab.root] if what == "folder" else [])):
            await type_without_saving(crowd, "not allowed to write it. Check the permissions")
        await until_saved(crowd)

    with server(tmp_path) as lab:
        live_through(lab, scenario)


def test_a_folder_that_is_away_for_a_while(tmp_path: Path) -> None:
    """F7: as on a disk that is unplugged and plugged in again."""

    async def scenario(crowd: Crowd) -> None:
        away = tmp_path / "away"
        crowd.lab.root.rename(away)
        await crowd.type_for(0.5)
        await until_told(crowd, "file", "notes.txt")
        await until(lambda: not someone(crowd).unacknowledged)
        away.rename(crowd.lab.root)
        await until_saved(crowd)

    with server(tmp_path) as lab:
        live_through(lab, scenario)


def test_a_folder_that_is_deleted_and_made_again(tmp_path: Path) -> None:
    """F2: files are made again where a person asks for that."""

    async def scenario(crowd: Crowd) -> None:
        shutil.rmtree(crowd.lab.root)
        await crowd.type_for(0.5)
        await until_told(crowd, "file", "notes.txt")
        await until(lambda: not someone(crowd).unacknowledged)
        crowd.lab.root.mkdir()
        await crowd.type_for(0.5)
        assert not list(crowd.lab.root.iterdir())
        for paper in crowd.papers:
            paper.people[0].ask_to_save()
        await until_saved(crowd)

    with server(tmp_path) as lab:
        live_through(lab, scenario)


# --- the contents manager


MANAGER = "--ServerApp.contents_manager_class=tests.processes.faulty_manager.FaultyManager"


def test_a_contents_manager_that_fails(tmp_path: Path) -> None:
    """F8: what it says is passed on."""

    async def scenario(crowd: Crowd) -> None:
        sign = crowd.lab.home / "fails"
        sign.touch()
        await type_without_saving(crowd, "away for maintenance")
        sign.unlink()
        await until_saved(crowd)

    with server(tmp_path, MANAGER) as lab:
        live_through(lab, scenario)


def test_a_contents_manager_that_hangs(tmp_path: Path) -> None:
    """Others are not kept waiting, and nothing is said to be saved."""

    async def scenario(crowd: Crowd) -> None:
        sign = crowd.lab.home / "hangs"
        sign.touch()
        await crowd.type_for(0.5)
        await until(lambda: someone(crowd).status["save"]["state"] == "saving")
        await until(lambda: not someone(crowd).unacknowledged)
        assert set(someone(crowd).typed) - set(crowd.papers[0].on_disk())
        sign.unlink()
        await until_saved(crowd)

    with server(tmp_path, MANAGER) as lab:
        live_through(lab, scenario)


def test_a_server_whose_contents_manager_hangs_can_be_stopped(tmp_path: Path) -> None:
    """And what was typed is there afterwards."""

    async def scenario(crowd: Crowd) -> None:
        sign = crowd.lab.home / "hangs"
        sign.touch()
        await crowd.type_for(0.5)
        assert await asyncio.to_thread(crowd.lab.stop, 20) < 10
        sign.unlink()
        await asyncio.to_thread(crowd.lab.start)

    with server(tmp_path, MANAGER) as lab:
        live_through(lab, scenario)


def test_a_server_that_is_told_twice_to_stop_saves_all(tmp_path: Path) -> None:
    """F8: as by somebody who presses Ctrl-C once more, since it takes a while."""

    async def scenario(crowd: Crowd) -> None:
        sign = crowd.lab.home / "hangs"
        sign.touch()

        def stops() -> int:
            return crowd.lab.log.read_text().count("Shutting down")

        await crowd.type_for(0.5)
        await until(lambda: not someone(crowd).unacknowledged)
        crowd.lab.process.terminate()
        await until(stops)
        crowd.lab.process.terminate()
        await until(lambda: stops() == 2)
        assert crowd.lab.running
        sign.unlink()
        await asyncio.to_thread(crowd.lab.process.wait, 10)
        for paper in crowd.papers:
            typed = {word for person in paper.people for word in person.typed}
            assert typed <= set(paper.on_disk())
        await asyncio.to_thread(crowd.lab.start)

    with server(tmp_path, MANAGER) as lab:
        live_through(lab, scenario)
