"""A server whose store was lost goes on with the history that a client holds (L6)."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from pycrdt import Doc, Text

from jupyter_collab.protocol.messages import EMPTY_UPDATE
from tests.process import ServerProcess

from .client import WireClient, room_of, varuint
from .test_restart import change_file, join, on_disk, server


def lose_store(lab: ServerProcess) -> None:
    lab.stop()
    for path in lab.state.iterdir():
        path.unlink()


async def come_back(lab: ServerProcess, client: WireClient) -> WireClient:
    """Connect with what ``client`` has, and hear the first hello."""
    session = client.session
    socket = await lab.connect(room_of(session), session["sessionId"])
    again = WireClient(socket, doc=client.doc)
    again.session = session
    await again.until(lambda: again.json(0))
    return again


async def offer(client: WireClient, state: bytes, undo: bytes) -> None:
    parts = (varuint(len(part)) + part for part in (state, undo))
    await client.send(b"\x40\x05" + b"".join(parts))


async def write(lab: ServerProcess, text: str) -> WireClient:
    """Somebody writes ``text``, which is saved, and goes."""
    ada = await join(lab)
    ada.text += text
    await ada.durable()
    await ada.save()
    assert on_disk(lab) == f"begin\n{text}"
    return ada


def test_the_history_of_a_client_is_gone_on_with(tmp_path: Path) -> None:
    """L6 L1: nothing is built anew, so identities, and what was typed offline, go on; others who
    hold the same history are in it at once."""

    async def main(lab: ServerProcess) -> None:
        ada, bob = await write(lab, "ada\n"), await join(lab)
        lose_store(lab)
        await asyncio.gather(ada.until_closed(), bob.until_closed())
        ada.text += "offline\n"
        bob.text.insert(0, "bob\n")
        lab.start()
        ada, bob = await come_back(lab, ada), await come_back(lab, bob)
        assert [client.json(0)[0]["adopts"] for client in (ada, bob)] == [True, True]
        state = ada.doc.get_update()
        copy: Doc[Any] = Doc()
        copy.apply_update(state)
        before = copy.get_state()
        del copy.get("source", type=Text)[len("begin\nada\n") :]
        await offer(ada, state, copy.get_update(before))
        await asyncio.gather(*(c.until(lambda c=c: len(c.json(0)) == 2) for c in (ada, bob)))
        for client in (ada, bob):
            assert client.json(0)[1]["lineage"] == client.session["sessionId"]
            assert "adopts" not in client.json(0)[1]
            await client.sync()
        await bob.until(lambda: str(ada.text) == str(bob.text) == "bob\nbegin\nada\noffline\n")
        newcomer = await join(lab)
        assert newcomer.session["sessionId"] == ada.session["sessionId"]
        assert str(newcomer.text) == "bob\nbegin\nada\noffline\n"
        await newcomer.save()
        assert on_disk(lab) == str(newcomer.text)
        lab.kill()
        lab.start()
        assert (await join(lab)).session["sessionId"] == ada.session["sessionId"]

    with server(tmp_path) as lab:
        asyncio.run(main(lab))


def test_a_history_that_does_not_know_what_is_in_the_file_is_not(tmp_path: Path) -> None:
    """L6"""

    async def main(lab: ServerProcess) -> None:
        ada = await write(lab, "ada\n")
        lose_store(lab)
        await ada.until_closed()
        change_file(lab)
        lab.start()
        ada = await come_back(lab, ada)
        await offer(ada, ada.doc.get_update(), EMPTY_UPDATE)
        await ada.until(lambda: len(ada.json(0)) == 2)
        first, second = ada.json(0)
        assert second["lineage"] == first["lineage"] != ada.session["sessionId"]
        newcomer = await join(lab)
        assert str(newcomer.text) == "git\nbegin\nada\n"

    with server(tmp_path) as lab:
        asyncio.run(main(lab))


def test_bytes_that_are_no_history_change_nothing(tmp_path: Path) -> None:
    """L6 W12"""

    async def main(lab: ServerProcess) -> None:
        ada = await write(lab, "ada\n")
        lose_store(lab)
        await ada.until_closed()
        lab.start()
        mallory, ada = await come_back(lab, ada), await come_back(lab, ada)
        await offer(mallory, b"\xff no update", EMPTY_UPDATE)
        assert (await mallory.until_closed())[0] == 4400
        await offer(ada, ada.doc.get_update(), EMPTY_UPDATE)
        await ada.until(lambda: len(ada.json(0)) == 2)
        assert ada.json(0)[1]["lineage"] == ada.session["sessionId"]

    with server(tmp_path) as lab:
        asyncio.run(main(lab))
