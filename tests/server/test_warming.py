"""What the first notebook needs is prepared before the server listens."""

from __future__ import annotations

import gc
import logging
import subprocess
import sys
from pathlib import Path

import pytest

from jupyter_collab.server.warming import pass_over_what_is_there, warm_up
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


def test_what_handlers_will_import_is_imported() -> None:
    assert alone() == ["True True True"]


def test_a_server_may_lack_nbconvert() -> None:
    assert alone("nbconvert=None") == ["failed: import_exporters", "False True True"]


def test_a_step_that_fails_is_told_and_passed_over(caplog: pytest.LogCaptureFixture) -> None:
    done = []

    def broken() -> None:
        raise OSError("no such exporter")

    def after() -> None:
        done.append("after")

    with caplog.at_level("DEBUG", LOG.name):
        warm_up([broken, after], LOG)
    assert done == ["after"]
    assert "broken: OSError('no such exporter')" in caplog.text
    assert f"{PREPARED}: after" in caplog.text


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
        lab.until(lambda: lab.log.read_text().count(PREPARED) >= 2)
        log = lab.log.read_text()
    told = log[log.index(PREPARED) :]
    assert ("import_exporters" in told) is pages
    assert "make_a_notebook" in told
    assert "find_addresses" in told
