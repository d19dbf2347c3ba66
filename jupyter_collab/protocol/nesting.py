"""How deep lists and objects lie in each other, told without going as deep."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

_PLAIN = {str, int, float, bool, type(None)}
"""What holds nothing; classes derived from these and others are looked at one by one."""


def is_deeper(value: object, most: int) -> bool:
    """Whether more than ``most`` lists and objects lie in each other in ``value``, itself included.

    Long lists of numbers or words are passed over as a whole.
    """
    level = list(_containers((value,)))
    for _ in range(most):
        if not level:
            return False
        level = [inner for outer in level for inner in _containers(_members(outer))]
    return bool(level)


def _members(container: dict[str, Any] | list[Any]) -> Iterable[Any]:
    return container.values() if isinstance(container, dict) else container


def _containers(members: Iterable[Any]) -> Iterator[dict[str, Any] | list[Any]]:
    if set(map(type, members)) <= _PLAIN:
        return iter(())
    return (member for member in members if isinstance(member, dict | list))
