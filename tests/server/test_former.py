"""What a history was before it was put together in the store (M25)."""

from __future__ import annotations

from jupyter_collab.protocol.identity import Lineage, Position
from jupyter_collab.server.former import Former
from jupyter_collab.store.port import StoredHistory


def history(first: int, *updates: bytes) -> StoredHistory:
    return StoredHistory(Lineage("any"), updates, Position(first + len(updates) - 1), None)


def test_it_reaches_back_over_several_times() -> None:
    former = Former(most=10)
    former.keep(history(1, b"one", b"2"))
    former.keep(history(2, b"one+2", b"3"))
    whole = former.before(history(3, b"one+2+3", b"4"))
    assert whole == history(1, b"one", b"2", b"3", b"4")


def test_what_is_much_is_forgotten_from_its_beginning_on() -> None:
    former = Former(most=10)
    former.keep(history(1, b"one", b"2"))
    former.keep(history(2, b"12", b"3456789"))
    assert former.before(history(3, b"all", b"4")) == history(2, b"12", b"3456789", b"4")
    former.keep(history(3, b"all", b"too large"))
    assert former.before(history(4, b"it", b"5")) == history(4, b"it", b"5")


def test_another_history_is_left_as_it_is() -> None:
    former = Former()
    former.keep(history(1, b"1", b"2"))
    assert former.before(history(3, b"123")) == history(3, b"123")
    former.forget()
    assert former.before(history(2, b"12")) == history(2, b"12")
