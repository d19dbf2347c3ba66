"""Everybody who is connected, whatever documents they have open."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from .colours import Colours


class People:
    """Counts the connections of each person, and gives them a colour of their own meanwhile."""

    def __init__(self) -> None:
        self._connections: Counter[str] = Counter()
        self._colours = Colours()

    def arrive(self, user: Mapping[str, Any]) -> Mapping[str, Any]:
        """One more connection of ``user``, who is described with a ``username`` at least.

        What comes back is how everybody sees them; :meth:`leave` ends it.
        """
        self._connections[user["username"]] += 1
        return self.describe(user)

    def leave(self, username: str) -> None:
        """One connection less; with the last one the colour is free."""
        self._connections[username] -= 1
        if self._connections[username] <= 0:
            del self._connections[username]
            self._colours.release(username)

    def describe(self, user: Mapping[str, Any]) -> Mapping[str, Any]:
        """``user`` with initials and a colour, which is theirs as long as they are connected."""
        username = user["username"]
        colour = self._colours.take(username, user.get("color"))
        if username not in self._connections:
            self._colours.release(username)
        name = user.get("display_name") or user.get("name") or username
        return {**user, "initials": user.get("initials") or initials_of(name), "color": colour}


def initials_of(name: str) -> str:
    """The first letters of the first two words."""
    return "".join(word[0].upper() for word in name.split()[:2]) or "?"
