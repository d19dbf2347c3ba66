"""What the first notebook needs is prepared beforehand, while the loop goes on."""

from __future__ import annotations

import asyncio
import gc
import itertools
import logging
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from jupyter_collab.server import warming
from jupyter_collab.server.warming import Warming, pass_over_what_is_there
from tests.process import WITHOUT_A_BROWSER, ServerProcess

LOG = logging.getLogger("warming")

PREPARED = "Prepared for the first notebook"

ALONE = """
import logging, sys
from jupyter_collab.server import warming
sys.modules.update({blocked})
for step in (warming.import_threads, warming.find_addresses, warming.import_exporters):
    try:
        step()
    except ImportError:
        print("failed:", step.__name__)
from jupyter_client import localinterfaces
names = ("nbconvert.exporters.base", "anyio._backends._asyncio")
print(*(name in sys.modules for name in names), bool(localinterfaces.LOCAL_IPS))
"""
"""A process that has imported nothing, and prepares."""


def alone(blocked: str = "{}") -> list[str]:
    """What such a process prints."""
    program = [sys.executable, "-c", ALONE.format(blocked=blocked)]
    return subprocess.run(program, check=True, capture_output=True, text=True).stdout.splitlines()


async def until(condition: threading.Event) -> None:
    async with asyncio.timeout(20):
        while not condition.is_set():
            await asyncio.sleep(0.001)


async def ended() -> None:
    """The thread has ended."""
    for thread in threading.enumerate():
        if thread.name == "jupyter-collab warming":
            await asyncio.to_thread(thread.join, 20)
            assert not thread.is_alive()


def test_what_handlers_will_import_is_imported() -> None:
    assert alone() == ["True True True"]


def test_a_server_may_lack_nbconvert() -> None:
    assert alone("nbconvert=None") == ["failed: import_exporters", "False True True"]


async def test_the_loop_goes_on_while_a_step_is_under_way() -> None:
    begun, may_end, ended = threading.Event(), threading.Event(), threading.Event()

    def step() -> None:
        begun.set()
        # Were the loop held, nobody would ever let this end.
        assert may_end.wait(20)
        ended.set()

    Warming(LOG, [step], quiet=0).begin()
    await until(begun)
    may_end.set()
    await until(ended)


async def test_a_step_that_fails_is_told_and_passed_over(caplog: pytest.LogCaptureFixture) -> None:
    done = threading.Event()

    def broken() -> None:
        raise OSError("no such exporter")

    with caplog.at_level("DEBUG", LOG.name):
        Warming(LOG, [broken, done.set], quiet=0).begin()
        await until(done)
    assert "broken: OSError('no such exporter')" in caplog.text


async def test_a_server_that_stops_begins_nothing() -> None:
    begun, may_end, after = threading.Event(), threading.Event(), threading.Event()

    def step() -> None:
        begun.set()
        assert may_end.wait(20)

    early = Warming(LOG, [step, after.set], quiet=0)
    early.begin()
    await until(begun)
    early.stop()
    may_end.set()
    await ended()
    assert not after.is_set()

    late = Warming(LOG, [after.set], quiet=20)
    late.begin()
    late.stop()
    await ended()
    assert not after.is_set()


async def test_nothing_begins_while_the_process_is_busy(monkeypatch: pytest.MonkeyPatch) -> None:
    """It waits for a quiet moment, and not for ever."""
    computed, asked, done = itertools.count(0.0, 0.02), [0], threading.Event()

    def busy_at_first() -> float:
        asked[0] += 1
        return next(computed) if asked[0] < 7 else 1.0

    monkeypatch.setattr(warming, "process_time", busy_at_first)
    Warming(LOG, [done.set], quiet=0.02).begin()
    await until(done)
    assert asked[0] == 8

    monkeypatch.setattr(warming, "process_time", itertools.count().__next__)
    monkeypatch.setattr(warming, "LATEST", 0.05)
    done.clear()
    Warming(LOG, [done.set], quiet=0.02).begin()
    await until(done)


def test_the_collector_passes_over_what_is_there() -> None:
    kept = [[] for _ in range(1000)]  # type: ignore[var-annotated]
    pass_over_what_is_there()
    try:
        assert gc.get_freeze_count() > len(kept)
    finally:
        gc.unfreeze()


@pytest.mark.parametrize("pages", [True, False])
def test_a_server_prepares_by_itself_for_the_pages_that_it_has(tmp_path: Path, pages: bool) -> None:
    arguments = ("--YDocExtension.collaborative=True",) if pages else WITHOUT_A_BROWSER
    app = "jupyterlab" if pages else "jupyter_server"
    with ServerProcess(tmp_path, *arguments, "--debug", app=app) as lab:
        end = time.monotonic() + 30
        while PREPARED not in (log := lab.log.read_text()):
            assert time.monotonic() < end, log
            time.sleep(0.02)
    assert ("import_exporters" in log[log.index(PREPARED) :]) is pages
