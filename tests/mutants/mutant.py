"""A guarantee that is broken on purpose, to see which test notices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

PACKAGE = Path(__file__).parents[2] / "jupyter_collab"


@dataclass(frozen=True, slots=True)
class Mutant:
    """``old`` in the file ``path`` of the package becomes ``new``; ``tests`` have to fail then.

    ``old`` occurs once. ``tests`` are arguments for pytest, all of one run.
    """

    name: str
    path: str
    old: str
    new: str
    tests: Sequence[str]

    def apply(self, package: Path) -> None:
        """Break the package that lies in the folder ``package``; ``ValueError`` if the source is
        not what this was written for."""
        file = package / self.path
        source = file.read_text("utf-8")
        if source.count(self.old) != 1:
            count = source.count(self.old)
            raise ValueError(f"{self.name}: {self.path} has its text {count} times, not once")
        file.write_text(source.replace(self.old, self.new), "utf-8")
