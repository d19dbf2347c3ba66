"""The room's copy of the document: what is kept of it in bytes."""

from __future__ import annotations

from typing import Any

import pytest
from pycrdt import Doc

from jupyter_collab.files.port import FileContent
from jupyter_collab.protocol.messages import SyncStep2, SyncUpdate
from jupyter_collab.room import events as ev
from jupyter_collab.room import replica as module
from jupyter_collab.room.build import build
from jupyter_collab.room.replica import Replica
from jupyter_collab.server.merging import Merge, merge_now

from .world import World, version

BUILT = build("text", "file", "hello\n")


@pytest.fixture(autouse=True)
def _all_are_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LARGE", 1)


@pytest.fixture
def replica() -> Replica:
    doc: Doc[Any] = Doc()
    doc.apply_update(BUILT.update)
    return Replica("file", doc, BUILT.update)


def made_of(updates: list[bytes]) -> Replica:
    doc: Doc[Any] = Doc()
    for update in updates:
        doc.apply_update(update)
    return Replica("file", doc)


def test_a_large_document_is_not_put_into_bytes_again(replica: Replica) -> None:
    assert replica.everything()[0] is BUILT.update
    replica.set_state({"path": "a.txt"})
    replica.take()
    first, rest = replica.everything()
    assert first is BUILT.update
    assert made_of([first, rest]).snapshot() == replica.snapshot()


@pytest.mark.parametrize("told", [True, False])
def test_what_has_changed_is_made_anew(replica: Replica, told: bool) -> None:
    replica.document.edit("bye\n")
    if told:
        replica.take()
    assert replica.everything() == [replica.snapshot()]
    assert replica.everything()[0] != BUILT.update


def test_another_program_writes_before_anybody_does() -> None:
    world = World("hello\n")
    ada = world.open(1)
    world.handle(ev.FileChangedOutside())
    world.handle(ev.FileRead(FileContent("hello world\n", version("v2"))))
    wanted = world.merges[-1]
    assert wanted.ours == BUILT.update
    merge = Merge("file", wanted.ours, "hello world\n", wanted.clean, None, wanted.saved, 9)
    world.handle(ev.FileMerged(version("v2"), merge_now(merge).updates))
    assert str(ada.text) == str(world.open(2).text) == "hello world\n"


def test_whoever_comes_has_it_all_at_once() -> None:
    world = World("hello\n")
    ada = world.open(1)
    assert ada.last(SyncStep2).update == BUILT.update
    assert str(ada.text) == "hello\n"
    assert ada.all(SyncUpdate), "the state, which is no part of the file"
    world.type(ada, "A")
    assert str(world.open(2).text) == "Ahello\n"
