"""What is mounted where, on systems that tell (Linux)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

MOUNTS = Path("/proc/self/mounts")

_OCTAL = re.compile(r"\\([0-7]{3})")


class MountTable:
    """The file systems of this machine, from the lines of ``/proc/self/mounts``."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._types: dict[Path, str] = {}
        for line in lines:
            fields = line.split(" ")
            if len(fields) > 2:
                # A later mount on the same place covers the earlier one.
                self._types[Path(_unescape(fields[1]))] = fields[2]

    @classmethod
    def of_system(cls, mounts: Path = MOUNTS) -> MountTable:
        """As it is now; empty where the system does not tell."""
        try:
            return cls(mounts.read_text("utf-8", "surrogateescape").splitlines())
        except OSError:
            return cls([])

    def type_of(self, path: Path) -> str | None:
        """The type of the file system that ``path`` is on; ``None`` where nothing tells.

        ``path`` must not contain symbolic links.
        """
        kinds = (self._types.get(place) for place in (path, *path.parents))
        return next((kind for kind in kinds if kind is not None), None)


def _unescape(field: str) -> str:
    """Spaces and the like stand in the list of mounts as ``\\040``."""
    return _OCTAL.sub(lambda match: chr(int(match[1], 8)), field)
