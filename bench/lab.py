"""A server under test, its clients, and what they cost."""

from __future__ import annotations

import asyncio
import json
import random
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil  # type: ignore[import-untyped]
from tornado.websocket import WebSocketClientConnection

from tests.process import ServerProcess
from tests.server.client import WireClient, room_of

KB, MB = 1_000, 1_000_000

AFTER_START = 2.0
"""Seconds in which a server that answers already goes on importing, and is not measured."""


@dataclass(frozen=True)
class Target:
    """An environment that has the server, by its Python, and what starts it collaborating."""

    name: str
    python: str
    arguments: tuple[str, ...] = ()


class Lab:
    """One server on a folder of its own, as long as an ``async with``; gone with all it wrote."""

    def __init__(self, target: Target, *arguments: str) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="collab-bench-")
        self.process = ServerProcess(
            Path(self._folder.name), *target.arguments, *arguments, python=target.python
        )
        self._clients: list[WireClient] = []

    async def __aenter__(self) -> Lab:
        self.process.start()
        await asyncio.sleep(AFTER_START)
        return self

    async def __aexit__(self, *_error: object) -> None:
        try:
            await self.close_clients()
        finally:
            self.process.__exit__(None, None, None)
            self._folder.cleanup()

    # --- documents and clients

    def write(self, path: str, size: int, seed: int = 0) -> Path:
        """A notebook of about ``size`` bytes."""
        place = self.process.root / path
        place.write_text(json.dumps(notebook(size, seed), indent=1) + "\n")
        return place

    async def open(self, path: str) -> WireClient:
        """A client with the whole document, as a browser without our subprotocol opens it."""
        client = WireClient(await self.connect(await self.session(path)))
        self._clients.append(client)
        await client.sync()
        return client

    async def session(self, path: str) -> dict[str, str]:
        """What the server says of a notebook, whose room is open then."""
        return await self.process.session(path, "json", "notebook")

    async def connect(self, session: dict[str, str]) -> WebSocketClientConnection:
        """A socket in a room, that nobody listens to."""
        return await self.process.connect(
            room_of(session), session["sessionId"], collab=False, max_message_size=2**30
        )

    async def close_clients(self) -> None:
        clients, self._clients = self._clients, []
        await asyncio.gather(*(client.close() for client in clients))

    # --- what it costs

    def cpu(self) -> float:
        """Seconds of CPU since its start."""
        times = self._process().cpu_times()
        return float(times.user + times.system)

    def memory(self) -> float:
        """Megabytes of resident memory."""
        return float(self._process().memory_info().rss) / MB

    def store_size(self) -> float:
        """Megabytes of the store of histories, whoever keeps it."""
        files = self.process.state.glob(".jupyter_ystore.db*")
        return sum(file.stat().st_size for file in files) / MB

    def _process(self) -> Any:
        return psutil.Process(self.process.process.pid)


@dataclass
class Meter:
    """Server CPU from its making on."""

    lab: Lab
    begun: float = field(init=False)
    cpu: float = field(init=False)

    def __post_init__(self) -> None:
        self.begun, self.cpu = time.perf_counter(), self.lab.cpu()

    def seconds(self) -> float:
        return time.perf_counter() - self.begun

    def cpu_seconds(self) -> float:
        return self.lab.cpu() - self.cpu


def quantile(values: list[float], share: float) -> float:
    """The value below which ``share`` of them lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def notebook(size: int, seed: int) -> dict[str, Any]:
    """Cells of code, each third with an image; outputs make up most of it."""
    rng = random.Random(seed)
    cells, count = [], max(3, min(600, size // 5_000))
    each = max(100, size // count - 700)
    for number in range(count):
        source = "".join(f"value_{number} = {rng.random()}\n" for _ in range(12))
        image = number % 3 == 0
        outputs = _image(rng, each) if image else _prints(rng, each)
        cells.append(
            {
                "cell_type": "code",
                "id": f"cell-{number}",
                "metadata": {},
                "execution_count": number + 1,
                "source": source,
                "outputs": [outputs],
            }
        )
    return {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}


def _image(rng: random.Random, size: int) -> dict[str, Any]:
    data = {"image/png": rng.randbytes(size // 2).hex()}
    return {"output_type": "display_data", "metadata": {}, "data": data}


def _prints(rng: random.Random, size: int) -> dict[str, Any]:
    lines = [f"{rng.random():.12f} {rng.random():.12f}\n" for _ in range(size // 30)]
    return {"output_type": "stream", "name": "stdout", "text": lines}
