"""When and how histories are put together."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pycrdt import Array, Doc, Map, Text, TransactionEvent

from jupyter_collab.errors import StoreConflict, StoreError
from jupyter_collab.store import compaction as compaction_module
from jupyter_collab.store.compaction import Compaction, CompactionPolicy, condense
from jupyter_collab.store.memory import MemoryUpdateLog
from jupyter_collab.store.perform import compact
from jupyter_collab.store.port import SavedMark, StoredHistory
from tests.contracts.update_log import LINEAGE, OTHER_LINEAGE, ROOM, at
from tests.waiting import asynchronous

POLICY = CompactionPolicy(tail_size=1000, tail_ratio=2, tail_count=100)


def compaction(*sizes: int, position: int | None = None) -> Compaction:
    """Of a history whose updates have these sizes, and whose last one is at ``position``."""
    last = at(position or len(sizes))
    return Compaction(
        StoredHistory(LINEAGE, tuple(bytes(size) for size in sizes), last, None), POLICY
    )


def saved_at(position: int, *merged: int, writing: int | None = None) -> SavedMark:
    return SavedMark(
        at(position),
        "sha256:1",
        tuple(at(m) for m in merged),
        None if writing is None else at(writing),
    )


def test_a_short_history_is_left_alone() -> None:
    assert compaction(100, 999).plan(saved_at(2)) is None
    assert compaction(100).plan(saved_at(1)) is None


def test_a_history_is_bounded_by_its_bytes() -> None:
    c = compaction(100)
    for _ in range(9):
        c.appended(bytes(100))
        assert c.plan(saved_at(10)) is None
    c.appended(bytes(100))
    assert c.plan(saved_at(10)) == 10


def test_a_large_document_may_have_a_longer_history() -> None:
    assert compaction(1000, 1999).plan(saved_at(2)) is None
    assert compaction(1000, 2000).plan(saved_at(2)) == 2


def test_a_history_is_bounded_by_its_count() -> None:
    assert compaction(*[1] * 100).plan(saved_at(99)) is None
    assert compaction(*[1] * 101).plan(saved_at(101)) == 101


@pytest.mark.parametrize(
    ("saved", "until"),
    [
        (saved_at(9), 9),
        (saved_at(9, writing=10), 9),
        (saved_at(9, 8, 10), 7),
        (saved_at(1), None),
        (None, None),
        (saved_at(4), None),  # too little to be worth it
    ],
)
def test_what_three_way_merges_need_is_kept(saved: SavedMark | None, until: int | None) -> None:
    assert compaction(*[150] * 10).plan(saved) == until


def test_the_base_is_given_up_only_when_told() -> None:
    assert compaction(*[150] * 10).plan(None, keep_base=False) == 10


def test_positions_count_from_the_last_snapshot() -> None:
    c = compaction(10, 500, 500, position=33)
    assert c.plan(saved_at(32)) == 32
    c.compacted(at(32), bytes(400))
    assert c.plan(saved_at(33)) is None
    for _ in range(2):
        c.appended(bytes(300))
    assert c.plan(saved_at(35)) == 35


texts = st.lists(
    st.tuples(st.integers(0, 2), st.integers(0, 9), st.sampled_from(["a", "bc", ""])), max_size=40
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(texts)
def test_condensing_changes_nothing_but_the_size(edits: list[tuple[int, int, str]]) -> None:
    """S5."""
    updates: list[bytes] = []
    docs: list[Doc[Any]] = [Doc(client_id=number + 1) for number in range(3)]

    def on_transaction(event: TransactionEvent) -> None:
        updates.append(event.update)

    docs[0].observe(on_transaction)
    for number, where, what in edits:
        doc = docs[number]
        text = doc.get("text", type=Text)
        where = min(where, len(text))
        if what:
            text.insert(where, what)
        elif where < len(text):
            del text[where : where + 1]
        for other in docs:
            other.apply_update(doc.get_update(other.get_state()))
    copy: Doc[Any] = Doc()
    copy.apply_update(condense([b"\x00\x00", *updates]))
    assert str(copy.get("text", type=Text)) == str(docs[0].get("text", type=Text))
    assert copy.get_state() == docs[0].get_state()


def test_condensing_keeps_every_kind_of_shared_data() -> None:
    doc: Doc[Any] = Doc()
    cells = doc.get("cells", type=Array)
    cells.append(Map({"source": Text("print(1)"), "outputs": Array(["x" * 1000])}))
    doc.get("meta", type=Map)["nbformat"] = 4
    before = condense([doc.get_update()])
    copy: Doc[Any] = Doc()
    copy.apply_update(before)
    assert copy.get("cells", type=Array).to_py() == cells.to_py()
    assert copy.get("meta", type=Map).to_py() == {"nbformat": 4.0}


def test_bytes_that_are_no_updates_are_refused() -> None:
    with pytest.raises(StoreError):
        condense([b"no update"])


@asynchronous
async def test_compacting_a_log() -> None:
    """S5: by its own lineage only."""
    doc: Doc[Any] = Doc()
    text = doc.get("text", type=Text)
    log = MemoryUpdateLog()
    await log.start(ROOM, LINEAGE, doc.get_update())
    for position in range(2, 8):
        state = doc.get_state()
        text += str(position)
        await log.append(ROOM, LINEAGE, at(position), doc.get_update(state))
    with pytest.raises(StoreConflict):
        await compact(log, ROOM, OTHER_LINEAGE, at(5))
    snapshot = await compact(log, ROOM, LINEAGE, at(5))
    history = await log.load(ROOM)
    assert history is not None
    assert (history.updates[0], len(history.updates), history.position) == (snapshot, 3, 7)
    copy: Doc[Any] = Doc()
    for update in history.updates:
        copy.apply_update(update)
    assert str(copy.get("text", type=Text)) == "234567"


def test_a_snapshot_that_is_another_document_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """S5"""

    class Faulty(Doc[Any]):
        def get_update(self, state: bytes | None = None) -> bytes:
            return b"\x00\x00"

    update = Doc({"text": Text("words")}).get_update()
    monkeypatch.setattr(compaction_module, "Doc", Faulty)
    with pytest.raises(StoreError, match="the result is another document"):
        condense([update])
