"""When a file has to be looked at (F2, F6): plain values, and a clock made of numbers."""

from __future__ import annotations

from jupyter_collab.files.access import Sighting, Sign
from jupyter_collab.files.port import FileVersion
from jupyter_collab.files.trace import Trace


def sign(key: str, *, old: bool = False, atomic: bool = False) -> Sign:
    return Sign((key,), window=0.05, old=old, atomic=atomic, size=3)


def sighting(of: Sign | None) -> Sighting:
    return Sighting(FileVersion("fingerprint", 0.0), of)


def test_a_file_never_seen_is_looked_at() -> None:
    assert Trace().wait(0.0, quiet=0.2) == 0.0


def test_a_file_that_changes_is_left_alone_until_it_is_quiet() -> None:
    trace = Trace()
    trace.note(sign("a"), 10.0)
    assert trace.wait(10.0, quiet=0.25) == 0.25
    trace.note(sign("b"), 10.125)
    assert trace.wait(10.25, quiet=0.25) == 0.125
    trace.note(sign("b"), 10.25)
    assert trace.wait(10.5, quiet=0.25) == 0.0


def test_a_file_that_was_closed_or_is_old_or_whole_is_looked_at_at_once() -> None:
    trace = Trace()
    trace.note(sign("a"), 10.0)
    assert trace.wait(10.0, quiet=0.0) == 0.0
    trace.note(sign("b", old=True), 11.0)
    assert trace.wait(11.0, quiet=0.2) == 0.0
    trace.note(sign("c", atomic=True), 12.0)
    assert trace.wait(12.0, quiet=0.2) == 0.0


def test_a_file_just_written_is_looked_at_once_more() -> None:
    """A second change within the clock's grain would have the same sign."""
    trace = Trace()
    trace.took(sighting(sign("a")), 10.0)
    assert (trace.is_current, trace.settled) == (True, False)
    wait = trace.wait(10.0, quiet=0.2)
    assert wait == 0.05
    trace.took(sighting(sign("a")), 10.0 + wait)
    assert trace.settled
    assert trace.wait(99.0, quiet=0.2) is None


def test_a_file_written_long_ago_is_looked_at_no_more() -> None:
    trace = Trace()
    trace.took(sighting(sign("a", old=True)), 10.0)
    assert trace.settled
    assert trace.wait(10.0, quiet=0.2) is None
    trace.note(sign("b"), 11.0)
    assert (trace.is_current, trace.settled) == (False, False)


def test_what_cannot_be_seen_again_is_looked_at() -> None:
    trace = Trace()
    trace.note(sign("a", old=True), 10.0)
    trace.took(sighting(None), 10.0)
    assert trace.wait(10.0, quiet=0.2) == 0.0
