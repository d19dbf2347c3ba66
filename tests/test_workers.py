"""What would hold up the loop is done in threads of our own, which are let go (workers.py)."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar
from pathlib import Path

import pytest

from jupyter_collab.workers import NAME, in_thread, let_go
from tests.contracts.document_file import TEXT, read_path
from tests.files.worlds import LocalWorld
from tests.waiting import TIMEOUT, asynchronous

WHO = ContextVar("WHO", default="nobody")


def workers() -> set[threading.Thread]:
    return {thread for thread in threading.enumerate() if thread.name.startswith(NAME)}


@asynchronous
async def test_a_call_has_its_arguments_and_its_callers_context() -> None:
    WHO.set("ada")

    def tell(greeting: str, *, sign: str) -> tuple[str, bool]:
        return greeting + WHO.get() + sign, threading.current_thread() in workers()

    assert await in_thread(tell, "hello ", sign="!") == ("hello ada!", True)
    with pytest.raises(ZeroDivisionError):
        await in_thread(divmod, 1, 0)


@asynchronous
async def test_threads_that_are_let_go_end_with_what_they_do() -> None:
    let_go()
    begun, may_end = threading.Event(), threading.Event()

    def work() -> str:
        begun.set()
        may_end.wait()
        return "done"

    working = asyncio.create_task(in_thread(work))
    while not begun.is_set():
        await asyncio.sleep(0)
    before = workers()
    ending = let_go()
    assert ending is not None
    assert await in_thread(threading.current_thread) not in before
    may_end.set()
    assert await working == "done"
    ending.shutdown()
    assert not any(thread.is_alive() for thread in before)


def test_there_may_be_none_to_let_go() -> None:
    let_go()
    assert let_go() is None


@asynchronous
async def test_others_who_take_all_of_asyncios_threads_hold_up_no_document(tmp_path: Path) -> None:
    world = LocalWorld(tmp_path)
    document = await read_path(world, world.start(), TEXT, b"one")
    freed = threading.Event()
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(1))
    others = asyncio.create_task(asyncio.to_thread(freed.wait))
    await asyncio.sleep(0)
    try:
        async with asyncio.timeout(TIMEOUT):
            await document.write("two")
    finally:
        freed.set()
    assert world.get(TEXT) == b"two"
    assert await others
