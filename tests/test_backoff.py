"""How long to wait before what has failed is tried again."""

from __future__ import annotations

from jupyter_collab.backoff import back_off


def test_each_wait_is_twice_as_long_up_to_the_longest() -> None:
    waits = [back_off(failures, 0.5, 3.0) for failures in range(1, 6)]
    assert waits == [0.5, 1.0, 2.0, 3.0, 3.0]


def test_a_failure_that_never_ends_is_waited_for_as_long_as_any() -> None:
    assert back_off(10**9, 1.0, 30.0) == 30.0
