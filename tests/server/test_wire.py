"""Frames are read as they come, however they are cut."""

from __future__ import annotations

import asyncio
from itertools import pairwise
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tornado.iostream import IOStream, StreamClosedError

from jupyter_collab.server.wire import SMALL, ReadAhead

from .conftest import Connect


class Stream:
    """As much of an ``IOStream`` as a reader uses; ``pieces`` is what comes, one by one."""

    def __init__(self, pieces: list[bytes]) -> None:
        self.read_chunk_size = 65536
        self.reads = 0
        self._pieces = pieces
        self._come = b""

    async def read_bytes(self, size: int, partial: bool = False) -> bytes:
        self.reads += 1
        while len(self._come) < (1 if partial else size):
            if not self._pieces:
                raise StreamClosedError
            self._come += self._pieces.pop(0)
        taken, self._come = self._come[:size], self._come[size:]
        return taken


def cut(data: bytes, cuts: list[int]) -> list[bytes]:
    """``data`` in pieces, none of them empty."""
    bounds = sorted({0, len(data), *(at % len(data) for at in cuts)})
    return [data[start:end] for start, end in pairwise(bounds)]


DATA = bytes(range(251)) * 120

CUTS = st.lists(st.integers(0, len(DATA)), max_size=40)


@given(come=CUTS, asked=CUTS)
def test_what_was_sent_is_read_however_it_is_cut(come: list[int], asked: list[int]) -> None:
    async def main() -> None:
        stream = Stream(cut(DATA, come))
        reader = ReadAhead(cast(IOStream, stream))
        for piece in cut(DATA, asked):
            assert await reader.read(len(piece)) == piece
        with pytest.raises(StreamClosedError):
            await reader.read(1)

    asyncio.run(main())


def test_many_frames_that_have_come_are_read_at_once() -> None:
    async def main() -> None:
        stream = Stream([bytes(SMALL)])
        reader = ReadAhead(cast(IOStream, stream))
        for _ in range(SMALL // 8):
            await reader.read(2)
            await reader.read(6)
        assert stream.reads == 1

    asyncio.run(main())


async def test_a_frame_is_read_by_one_look_at_the_socket(
    connect: Connect, jp_root_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (jp_root_dir / "notes.txt").write_text("hello\n")
    ada = await connect("notes.txt")
    await ada.sync()
    sizes: list[int] = []
    read_bytes = IOStream.read_bytes

    def count(stream: IOStream, size: int, partial: bool = False) -> Any:
        if stream.socket.getsockname()[1] == port:
            sizes.append(size)
        return read_bytes(stream, size, partial)

    port = server_port(ada)
    monkeypatch.setattr(IOStream, "read_bytes", count)
    for _ in range(10):
        ada.text += "x"
        await ada.durable()
    ada.text += "y" * 100_000
    await ada.durable()
    assert len(sizes) <= 15
    assert max(sizes) > 90_000, "what is large is not read in small pieces"


def server_port(client: Any) -> int:
    port: int = client.socket.protocol.stream.socket.getpeername()[1]
    return port
