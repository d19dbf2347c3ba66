"""What ``/metrics`` tells an administrator."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.server.conftest import Connect
from tests.waiting import until

NAMES = (
    "documents",
    "connections",
    "documents_unsaved",
    "documents_failing",
    "documents_without_history",
)


async def test_documents_are_counted_and_not_named(
    connect: Connect,
    jp_fetch: Any,
    jp_root_dir: Path,
) -> None:
    """O17"""

    async def metrics() -> tuple[int, ...]:
        page = (await jp_fetch("metrics")).body.decode()
        assert "notes.txt" not in page
        lines = [line.split() for line in page.splitlines() if line.startswith("jupyter_collab_")]
        found = {line[0].removeprefix("jupyter_collab_"): float(line[1]) for line in lines}
        return tuple(int(found[name]) for name in NAMES)

    assert await metrics() == (0, 0, 0, 0, 0)
    notes = jp_root_dir / "notes.txt"
    notes.write_text("hello\n")
    ada, bob = await connect("notes.txt"), await connect("notes.txt")
    assert await metrics() == (1, 2, 0, 0, 0)
    notes.unlink()
    notes.mkdir()  # where a folder is, no file can be written
    ada.text.insert(0, "x")
    await until(lambda: any(told["save"]["state"] == "failed" for told in ada.json(2)))
    assert await metrics() == (1, 2, 1, 1, 0)
    await bob.close()
