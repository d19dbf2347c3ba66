"""What is measured. Each scenario starts a server of its own, and gives figures by their names."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

from pycrdt import Map

from tests.server.client import WireClient

from .lab import KB, MB, Lab, Meter, Target, quantile

Figures = dict[str, float]
"""By name, with the unit at its end."""


async def typing_2(target: Target, scale: float) -> Figures:
    """Two clients; one types 10 keys a second."""
    return await _typing(target, 2, 1, 15 * scale)


async def typing_100(target: Target, scale: float) -> Figures:
    """A hundred clients; ten of them type 10 keys a second each."""
    return await _typing(target, 100, 10, 15 * scale)


async def _typing(target: Target, clients: int, writers: int, seconds: float) -> Figures:
    async with Lab(target) as lab:
        lab.write("typing.ipynb", 50 * KB)
        people = [await lab.open("typing.ipynb") for _ in range(clients)]
        await asyncio.sleep(1.5)
        meter, latencies, keys = Meter(lab), [], int(seconds * 10)

        async def type_and_watch(number: int) -> None:
            source = people[number].cells[number % 10]["source"]
            seen = people[-1].cells[number % 10]["source"]
            mark = chr(0x3B1 + number)
            for count in range(keys):
                due = time.perf_counter() + 0.1
                begun = time.perf_counter()
                source.insert(0, mark)
                await people[-1].until(lambda n=count: str(seen).count(mark) > n, timeout=60)
                latencies.append(time.perf_counter() - begun)
                await asyncio.sleep(max(0.0, due - time.perf_counter()))

        await asyncio.gather(*(type_and_watch(number) for number in range(writers)))
        cpu = meter.cpu_seconds()
    return {
        "latency p50 ms": quantile(latencies, 0.5) * 1e3,
        "latency p99 ms": quantile(latencies, 0.99) * 1e3,
        "CPU a key ms": cpu / len(latencies) * 1e3,
    }


async def burst(target: Target, scale: float) -> Figures:
    """One client sends 20,000 edits at once."""
    count = int(20_000 * scale)
    async with Lab(target) as lab:
        lab.write("burst.ipynb", 50 * KB)
        writer, reader = await lab.open("burst.ipynb"), await lab.open("burst.ipynb")
        await asyncio.sleep(1.5)
        meter = Meter(lab)
        await _type_many(writer, count)
        await _until_equal(writer, reader, 0)
        return {"until another has all s": meter.seconds(), "CPU s": meter.cpu_seconds()}


async def stall(target: Target, scale: float) -> Figures:
    """Somebody types in a notebook of 50 MB: how long others wait for ``GET /api``."""
    async with Lab(target) as lab:
        file = lab.write("large.ipynb", 50 * MB)
        client = await lab.open("large.ipynb")
        await asyncio.sleep(3)
        before, saves, waits = file.stat().st_mtime_ns, 0, []
        source, end = client.cells[1]["source"], time.perf_counter() + 20 * scale
        while time.perf_counter() < end:
            source.insert(0, "k")
            for _ in range(4):
                begun = time.perf_counter()
                await asyncio.to_thread(lab.process.request, "GET", "api")
                waits.append(time.perf_counter() - begun)
                await asyncio.sleep(0.02)
            now = file.stat().st_mtime_ns
            saves, before = saves + (now - before > 5e8), now
    return {
        "GET p99 ms": quantile(waits, 0.99) * 1e3,
        "GET max ms": max(waits) * 1e3,
        "saves in 20 s": saves / scale,
    }


async def opening(target: Target, scale: float) -> Figures:
    """From the click until all is there, for the first client and for the second."""
    figures: Figures = {}
    async with Lab(target) as lab:
        for name, size in (("50 KB", 50 * KB), ("50 MB", 50 * MB)):
            first: list[float] = []
            second: list[float] = []
            for number in range(max(1, round(3 * scale))):
                path = f"open-{size}-{number}.ipynb"
                lab.write(path, size, number)
                for times in (first, second):
                    begun = time.perf_counter()
                    await lab.open(path)
                    times.append(time.perf_counter() - begun)
                await lab.close_clients()
            figures[f"{name} first ms"] = quantile(first, 0.5) * 1e3
            figures[f"{name} second ms"] = quantile(second, 0.5) * 1e3
    return figures


async def store(target: Target, scale: float) -> Figures:
    """20,000 keystrokes at 400 a second."""
    count = int(20_000 * scale)
    async with Lab(target) as lab:
        lab.write("store.ipynb", 100 * KB)
        client, reader = await lab.open("store.ipynb"), await lab.open("store.ipynb")
        await asyncio.sleep(2)
        meter = Meter(lab)
        await _type_many(client, count, pause=10 / 400)
        await _until_equal(client, reader, 0)
        await asyncio.sleep(2)
        return {"CPU s": meter.cpu_seconds(), "store MB": lab.store_size()}


async def rooms(target: Target, scale: float) -> Figures:
    """200 notebooks of 100 KB are open, and closed again."""
    count = int(200 * scale)
    async with Lab(target, "--YDocExtension.document_cleanup_delay=1") as lab:
        for number in range(count):
            lab.write(f"room-{number}.ipynb", 100 * KB, number)
        start = lab.memory()
        for number in range(count):
            await lab.open(f"room-{number}.ipynb")
        await asyncio.sleep(2)
        full, meter = lab.memory(), Meter(lab)
        await asyncio.sleep(5)
        idle = meter.cpu_seconds() / meter.seconds()
        await lab.close_clients()
        await asyncio.sleep(6)
        after = lab.memory()
    return {
        "memory a room MB": (full - start) / count,
        "idle CPU %": idle * 100,
        "memory afterwards, of the start": after / start,
    }


async def saving(target: Target, scale: float) -> Figures:
    """From an edit in a notebook of 10 MB until it is in the file."""
    async with Lab(target) as lab:
        file = lab.write("save.ipynb", 10 * MB)
        client = await lab.open("save.ipynb")
        await asyncio.sleep(2)
        times = []
        for number in range(max(2, round(8 * scale))):
            token = f"<edit {number}>"
            begun = time.perf_counter()
            client.cells[0]["source"].insert(0, token)
            while token.encode() not in file.read_bytes():
                await asyncio.sleep(0.01)
            times.append(time.perf_counter() - begun)
            await asyncio.sleep(1)
    return {"edit to disk s": quantile(times, 0.5)}


async def outputs(target: Target, scale: float) -> Figures:
    """100 outputs of 100 KB in one cell, until another has them."""
    count = int(100 * scale)
    async with Lab(target) as lab:
        lab.write("outputs.ipynb", 50 * KB)
        writer, reader = await lab.open("outputs.ipynb"), await lab.open("outputs.ipynb")
        await asyncio.sleep(1.5)
        there, meter = len(reader.cells[0]["outputs"]), Meter(lab)
        for number in range(count):
            data = {"text/plain": f"{number:05d} {'x' * 90}\n" * 1000}
            output = {"output_type": "display_data", "metadata": {}, "data": data}
            writer.cells[0]["outputs"].append(Map(output))
            await asyncio.sleep(0)
        await reader.until(lambda: len(reader.cells[0]["outputs"]) == there + count, timeout=90)
        return {"until another has all s": meter.seconds(), "CPU s": meter.cpu_seconds()}


async def idle(target: Target, scale: float) -> Figures:
    """1,000 notebooks are open, with one client each, and nobody does anything."""
    count = int(1000 * scale)
    async with Lab(target) as lab:
        for number in range(count):
            lab.write(f"idle-{number}.ipynb", 10 * KB, number)
        for number in range(count):
            await lab.open(f"idle-{number}.ipynb")
        await asyncio.sleep(10)
        return {"CPU %": await _idle_cpu(lab)}


async def sockets(target: Target, scale: float) -> Figures:
    """10,000 clients in one room that say nothing. Wants as many open files."""
    count = int(10_000 * scale)
    async with Lab(target) as lab:
        lab.write("crowd.ipynb", 10 * KB)
        session = await lab.session("crowd.ipynb")
        open_sockets = [await lab.connect(session) for _ in range(20)]
        start = lab.memory()
        open_sockets += [await lab.connect(session) for _ in range(count)]
        await asyncio.sleep(5)
        figures = {"memory a socket KB": (lab.memory() - start) * 1e3 / count}
        figures["CPU %"] = await _idle_cpu(lab)
        for socket in open_sockets:
            socket.close()
    return figures


async def _idle_cpu(lab: Lab) -> float:
    """For as long as Jupyter takes to ping each socket once."""
    meter = Meter(lab)
    await asyncio.sleep(30)
    return meter.cpu_seconds() / meter.seconds() * 100


async def _type_many(client: WireClient, count: int, pause: float = 0.0) -> None:
    source: Any = client.cells[0]["source"]
    for number in range(count):
        source += "abcdefghij"[number % 10]
        if number % 10 == 9:
            await asyncio.sleep(pause)


async def _until_equal(writer: WireClient, reader: WireClient, cell: int) -> None:
    wanted = str(writer.cells[cell]["source"])
    await reader.until(lambda: str(reader.cells[cell]["source"]) == wanted, timeout=180)


Scenario = Callable[[Target, float], Awaitable[Figures]]

SCENARIOS: dict[str, Scenario] = {
    "typing-2": typing_2,
    "typing-100": typing_100,
    "burst": burst,
    "stall": stall,
    "opening": opening,
    "store": store,
    "rooms": rooms,
    "saving": saving,
    "outputs": outputs,
    "idle": idle,
    "sockets": sockets,
}
