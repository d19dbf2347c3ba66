"""Servers that end, politely and not, while people type."""

from __future__ import annotations

import asyncio
from pathlib import Path

from tests.process import ServerProcess

from .client import WireClient, room_of

WANTED = {"format": "text", "type": "file"}


async def join(lab: ServerProcess, client: WireClient | None = None) -> WireClient:
    """Open notes.txt; a client that was here before brings its document and its lineage."""
    session = await lab.session("notes.txt")
    held = client.session["sessionId"] if client is not None else session["sessionId"]
    socket = await lab.connect(room_of(session), held)
    new = WireClient(socket, doc=client.doc if client is not None else None)
    new.session = session
    await new.sync()
    return new


def server(home: Path, *arguments: str) -> ServerProcess:
    lab = ServerProcess(home, "--collaborative", *arguments)
    (lab.root / "notes.txt").write_text("begin\n")
    return lab


def on_disk(lab: ServerProcess) -> str:
    return (lab.root / "notes.txt").read_text()


def test_sigterm_with_people_connected_saves_all(tmp_path: Path) -> None:
    async def main(lab: ServerProcess) -> tuple[str, float]:
        people = [await join(lab) for _ in range(5)]
        for number, person in enumerate(people):
            person.text += f"{number}\n"
        await asyncio.gather(*(person.durable() for person in people))
        lab.process.terminate()
        closes = await asyncio.gather(*(person.until_closed() for person in people))
        assert {code for code, _ in closes} == {1001}
        return str(people[0].text), lab.stop()

    with server(tmp_path, "--YDocExtension.document_save_delay=60") as lab:
        expected, seconds = asyncio.run(main(lab))
        assert seconds < 5
        assert on_disk(lab) == expected
        assert sorted(expected.split()) == ["0", "1", "2", "3", "4", "begin"]


def test_sigterm_while_people_type_saves_all(tmp_path: Path) -> None:
    """S24 W8: nobody has to pause for that. What comes too late is not acknowledged, and is brought
    again by who has typed it."""

    async def type_on(person: WireClient, name: str) -> None:
        number = 0
        while person.closed is None:
            person.text += f"<{name}{number}>"
            number += 1
            await asyncio.sleep(0)
            await person.until(lambda: person.acked >= person.sent - 3 or person.closed is not None)

    async def main(lab: ServerProcess) -> None:
        ada, bob = await join(lab), await join(lab)
        typing = [asyncio.create_task(type_on(ada, "a")), asyncio.create_task(type_on(bob, "b"))]
        await asyncio.gather(ada.hears_ack(), bob.hears_ack())
        lab.process.terminate()
        await asyncio.gather(*typing)
        assert ada.closed is not None
        assert ada.closed[0] == 1001
        lab.stop()
        assert "Could not save" not in lab.log.read_text()
        for person, name in ((ada, "a"), (bob, "b")):
            # The first frame of each is the step 2 with which it came.
            assert all(f"<{name}{number}>" in on_disk(lab) for number in range(person.acked - 1))
        lab.start()
        ada, bob = await join(lab, ada), await join(lab, bob)
        await asyncio.gather(ada.durable(), bob.durable())
        await ada.until(lambda: sorted(str(ada.text)) == sorted(str(bob.text)))
        words = str(ada.text).split("<")
        assert len(words) == len(set(words))
        lab.stop()

    with server(tmp_path, "--YDocExtension.document_save_delay=60") as lab:
        asyncio.run(main(lab))


def test_what_was_acknowledged_survives_a_kill(tmp_path: Path) -> None:
    """L1 W8: and what was not is sent again by who has it, once."""

    async def main(lab: ServerProcess) -> None:
        ada, bob = await join(lab), await join(lab)
        for round in range(3):
            for number in range(20):
                ada.text += f"<a{round}.{number}>"
                bob.text.insert(0, f"<b{round}.{number}>")
                await asyncio.sleep(0)
            await ada.hears_ack()
            lab.kill()
            await asyncio.gather(ada.until_closed(), bob.until_closed())
            lab.start()
            ada, bob = await join(lab, ada), await join(lab, bob)
        await asyncio.gather(ada.durable(), bob.durable())
        newcomer = await join(lab)
        await newcomer.until(lambda: str(newcomer.text) == str(ada.text) == str(bob.text))
        tokens = [f"<{who}{r}.{n}>" for who in "ab" for r in range(3) for n in range(20)]
        assert all(str(newcomer.text).count(token) == 1 for token in tokens)
        assert str(newcomer.text).count("begin") == 1

    with server(tmp_path) as lab:
        asyncio.run(main(lab))
        lab.stop()
        assert on_disk(lab).count("begin") == 1
        assert on_disk(lab).count("<") == 120


def test_a_lost_store_harms_nobody(tmp_path: Path) -> None:
    """L2: the file did not change meanwhile, so it gives the history that clients hold."""

    async def main(lab: ServerProcess) -> None:
        ada = await join(lab)
        lab.stop()
        for path in lab.state.iterdir():
            path.unlink()
        ada.text += "offline\n"
        lab.start()
        again = await join(lab, ada)
        await again.durable()
        newcomer = await join(lab)
        assert str(newcomer.text) == "begin\noffline\n"

    with server(tmp_path) as lab:
        asyncio.run(main(lab))


def change_file(lab: ServerProcess) -> None:
    path = lab.root / "notes.txt"
    path.write_text("git\n" + path.read_text())


def test_the_file_may_change_while_the_server_is_down(tmp_path: Path) -> None:
    """L5 S20: all was logged when the server ended, so the history goes on."""

    async def main(lab: ServerProcess) -> None:
        ada = await join(lab)
        ada.text += "ada\n"
        await ada.durable()
        lab.stop()
        change_file(lab)
        lab.start()
        again = await join(lab, ada)
        await again.until(lambda: str(again.text) == "git\nbegin\nada\n")

    with server(tmp_path) as lab:
        asyncio.run(main(lab))


def test_the_file_may_change_after_the_server_was_killed(tmp_path: Path) -> None:
    """L5: whether the server itself had put more into the file is not known, so the history
    gets another name: who holds it under the old one brings nothing twice."""

    async def main(lab: ServerProcess) -> None:
        ada = await join(lab)
        ada.text += "ada\n"
        await ada.durable()
        lab.kill()
        change_file(lab)
        lab.start()
        newcomer = await join(lab)
        await newcomer.until(lambda: str(newcomer.text) == "git\nbegin\nada\n")
        lineage = newcomer.session["sessionId"]
        assert lineage != ada.session["sessionId"]
        await newcomer.close()
        lab.stop()
        lab.start()
        assert (await join(lab)).session["sessionId"] == lineage

    with server(tmp_path, "--YDocExtension.document_save_delay=60") as lab:
        asyncio.run(main(lab))


def test_session_of_a_running_room_is_its_lineage(tmp_path: Path) -> None:
    with server(tmp_path) as lab:
        sessions = [
            lab.request("PUT", "api/collaboration/session/notes.txt", WANTED) for _ in range(2)
        ]
        assert sessions[0] == sessions[1]
