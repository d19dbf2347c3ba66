"""Those who came in by a link: what their cookie says, and how others see them. Pure."""

from __future__ import annotations

import json
import unicodedata
from dataclasses import dataclass, replace

MAX_HELD = 20
"""A holder keeps the links that were opened last."""

MAX_GUEST_NAME = 40
"""Characters of the name that a guest chooses."""

GUEST = "Guest"


@dataclass(frozen=True, slots=True)
class Holder:
    """A person who holds links.

    ``named``: a user whom the site knows, on a JupyterHub; otherwise a guest, of whom nothing
    is known but the ``name`` that they chose.
    """

    username: str
    name: str
    links: tuple[str, ...]
    named: bool = False

    @property
    def display_name(self) -> str:
        """What others read: guests are told from everybody else by the first word."""
        return self.name if self.named else f"{GUEST} {self.name}".strip()

    @property
    def initials(self) -> str:
        return "".join(word[0].upper() for word in self.display_name.split()[:2])

    def with_link(self, id: str) -> Holder:
        links = (*(held for held in self.links if held != id), id)
        return replace(self, links=links[-MAX_HELD:])

    def with_name(self, name: str) -> Holder:
        return replace(self, name=tidy_name(name))

    def to_cookie(self) -> str:
        return json.dumps({"u": self.username, "n": self.name, "l": self.links, "h": self.named})


def from_cookie(text: str) -> Holder | None:
    """Read a cookie whose signature has been checked; ``None`` for one of another version."""
    try:
        content = json.loads(text)
        username, name, links = content["u"], content["n"], content["l"]
        named = content["h"]
    except (ValueError, KeyError, TypeError):
        return None
    if not isinstance(username, str) or not isinstance(name, str) or not isinstance(links, list):
        return None
    return Holder(username, name, tuple(str(id) for id in links[-MAX_HELD:]), named is True)


def tidy_name(name: str) -> str:
    """A name without what cannot be seen, and without a second "Guest" before it."""
    visible = "".join(
        " " if character.isspace() else character
        for character in unicodedata.normalize("NFC", name)
        if character.isspace() or not unicodedata.category(character).startswith("C")
    )
    words = visible.split()
    while words and words[0].casefold() == GUEST.casefold():
        words.pop(0)
    return " ".join(words)[:MAX_GUEST_NAME].strip()
