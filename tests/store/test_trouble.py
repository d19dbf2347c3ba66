"""What is told of a log that fails, and when it is asked again."""

from __future__ import annotations

from jupyter_collab.store.requests import Degraded, Recovered
from jupyter_collab.store.trouble import FIRST_RETRY, LAST_RETRY, Trouble


def test_each_failure_is_waited_for_twice_as_long_up_to_half_a_minute() -> None:
    trouble = Trouble()
    waits = []
    for now in (10.0, 20.0, 30.0, 40.0, 50.0, 60.0, 70.0, 80.0):
        trouble.fail("full", "No space is left", now)
        assert trouble.retry_at is not None
        waits.append(trouble.retry_at - now)
    assert waits == [0.5, 1.0, 2.0, 4.0, 8.0, 16.0, LAST_RETRY, LAST_RETRY]


def test_what_is_wrong_is_told_once_and_again_where_it_is_something_else() -> None:
    trouble = Trouble()
    assert trouble.fail("full", "No space is left", 0.0) == [Degraded("full", "No space is left")]
    assert trouble.fail("full", "No space is left", 1.0) == []
    assert trouble.fail("full", "No quota is left", 2.0) == [Degraded("full", "No quota is left")]
    assert trouble.fail("full", "No space is left", 3.0) == [Degraded("full", "No space is left")]


def test_its_end_is_told_once_and_what_comes_then_is_new() -> None:
    trouble = Trouble()
    assert trouble.end() == []
    trouble.fail("full", "No space is left", 0.0)
    trouble.fail("full", "No space is left", 1.0)
    assert trouble.end() == [Recovered()]
    assert trouble.retry_at is None
    assert trouble.end() == []
    assert trouble.fail("full", "No space is left", 5.0) == [Degraded("full", "No space is left")]
    assert trouble.retry_at == 5.0 + FIRST_RETRY


def test_it_need_not_be_waited_for() -> None:
    trouble = Trouble()
    trouble.fail("full", "No space is left", 7.0)
    trouble.retry_now()
    assert trouble.retry_at == 0.0


def test_without_failure_there_is_nothing_to_retry() -> None:
    trouble = Trouble()
    trouble.retry_now()
    assert trouble.retry_at is None
