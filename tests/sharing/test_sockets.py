"""Rooms for those who came by a link: frames by hand, from each role."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path
from typing import Any

import pytest
from jupyter_server.serverapp import ServerApp
from pycrdt import Array, Map, Text
from tornado.httpclient import HTTPClientError, HTTPRequest
from tornado.websocket import WebSocketClosedError, websocket_connect

from jupyter_collab.room.people.presence import MAX_GUEST_STATE
from jupyter_collab.server.sockets.allowance import MAX_GUEST_FRAME, Bucket, Rate
from tests.server.client import WireClient, presence, raw_presence, room_of, states, varuint, within
from tests.server.conftest import Connect
from tests.waiting import until

from .conftest import SECRET, Browser, MakeBrowser, make_link, open_link

LOBBY = "JupyterLab:globalAwareness"
NOTES = "shared/notes.txt"


class Guest:
    """A browser that came by a link, with the document open."""

    def __init__(self, browser: Browser, link: dict[str, Any], client: WireClient) -> None:
        self.browser = browser
        self.link = link
        self.client = client


@pytest.fixture
def join(owner: Browser, browser: MakeBrowser, connect: Connect) -> Any:
    async def join(role: str = "view", path: str = NOTES, **more: Any) -> Guest:
        link = more.pop("link", None) or await make_link(owner, path, role=role, **more)
        guest = browser()
        assert (await open_link(guest, link)).code == 302
        await guest.fetch("login")
        return Guest(guest, link, await open_room(connect, guest, link))

    return join


async def session(browser: Browser, link: dict[str, Any]) -> dict[str, Any]:
    body = {"format": link["format"], "type": link["type"]}
    path = f"api/collaboration/session/{link['path']}"
    answer: dict[str, Any] = await browser.json(path, "PUT", body)
    return answer


async def open_room(
    connect: Connect, browser: Browser, link: dict[str, Any], *, collab: bool = True
) -> WireClient:
    opened = await session(browser, link)
    headers = {"Cookie": browser.headers["Cookie"]}
    client = await connect.room(
        room_of(opened), opened["sessionId"], headers=headers, collab=collab
    )
    client.session = opened
    await client.sync()
    return client


async def try_room(connect: Connect, browser: Browser, room: str) -> WireClient:
    headers = {"Cookie": browser.headers["Cookie"]}
    client: WireClient = await connect.room(room, "", headers=headers)
    return client


async def test_viewers_see_and_change_nothing(join: Any, connect: Connect, files: Path) -> None:
    """Update, step 2 and save are refused one by one, and the connection goes on."""
    ada = await connect(NOTES)
    guest = (await join("view")).client
    assert guest.json(0)[0]["access"] == "view"
    guest.text += "evil"
    guest.send_update(guest.doc.get_update(), step=1)
    assert (await guest.save(3))["reason"] == "not-allowed"
    await guest.until(lambda: len(guest.json(3)) >= 2)
    source: Text = ada.text
    source += "good\n"
    await guest.until(lambda: "good" in str(guest.text))
    await until(lambda: (files / NOTES).read_text() == "hello\ngood\n")
    assert str(ada.text) == "hello\ngood\n"
    assert guest.closed is None


async def test_editors_edit_text(join: Any, connect: Connect, files: Path) -> None:
    ada = await connect(NOTES)
    guest = (await join("edit")).client
    assert guest.json(0)[0]["access"] == "edit"
    source: Text = guest.text
    source += "from a guest\n"
    await ada.until(lambda: "guest" in str(ada.text))
    await guest.durable()
    assert (await guest.save(1))["status"] in ("success", "skipped")
    await until(lambda: (files / NOTES).read_text() == "hello\nfrom a guest\n")


async def test_editors_of_notebooks_write_no_outputs(join: Any, connect: Connect) -> None:
    ada = await connect("shared/nb.ipynb", "json", "notebook")
    guest = (await join("edit", "shared/nb.ipynb")).client
    evil = {"output_type": "display_data", "data": {"text/html": "<script>EVIL()</script>"}}
    cell = {"id": "new", "cell_type": "code", "source": Text("1"), "metadata": Map({})}
    guest.cells.append(Map({**cell, "outputs": Array([Map({**evil, "metadata": {}})])}))
    await ada.until(lambda: any(c["id"] == "new" for c in ada.cells))
    await guest.until(lambda: guest.json(3) and not guest.cells[-1]["outputs"].to_py())
    assert guest.json(3)[0]["reason"] == "not-for-guests"
    assert not ada.cells[-1]["outputs"].to_py()
    assert all(b"EVIL" not in frame for frame in ada.frames)
    source: Text = guest.cells[-1]["source"]
    source += "2"
    await ada.until(lambda: str(ada.cells[-1]["source"]) == "12")
    guest.cells[-1]["outputs"].append(Map(evil))
    await guest.close()  # before it was looked at
    await ada.save(1)  # all that has come in before is applied and sent by then
    assert all(b"EVIL" not in frame for frame in ada.frames)


async def test_who_tries_again_and_again_has_to_go(join: Any) -> None:
    guest = (await join("edit", "shared/nb.ipynb")).client
    with contextlib.suppress(BaseExceptionGroup):  # the socket is closed meanwhile
        for count in range(50):
            if guest.closed:
                break
            guest.meta["evil"] = count
            await asyncio.sleep(0.03)
    assert (await guest.until_closed())[0] == 4403


async def test_other_rooms_are_not_opened(join: Any, connect: Connect, owner: Browser) -> None:
    """Another document, another form of the same one, and what is no room."""
    guest = await join("edit")
    other = await connect("secret.txt")
    file_id, own_id = other.session["fileId"], guest.client.session["fileId"]
    rooms = (f"text:file:{file_id}", f"json:notebook:{own_id}", f"base64:file:{own_id}", "x")
    for room in rooms:
        with pytest.raises(HTTPClientError) as refused:
            await try_room(connect, guest.browser, room)
        assert refused.value.code == 403, room
    for path, body in (
        ("secret.txt", {"format": "text", "type": "file"}),
        (NOTES, {"format": "json", "type": "notebook"}),
        (NOTES, {"format": "text"}),
        (NOTES, []),
    ):
        response = await guest.browser.fetch(f"api/collaboration/session/{path}", "PUT", body)
        assert response.code == 403


@pytest.mark.parametrize(
    "frame",
    [b"", b"\x09", b"\x00\x02\xff", b"\x00\x02\x04\x01\x02\x03\x04", b"\x40\x00", b"\x01\xff"],
)
async def test_broken_frames_harm_only_who_sends_them(
    join: Any, connect: Connect, frame: bytes
) -> None:
    ada = await connect(NOTES)
    guest = (await join("edit")).client
    await guest.send(frame)
    assert (await guest.until_closed())[0] == 4400
    assert ada.closed is None


@pytest.mark.parametrize("value", [r'"\ud800"', "NaN", "1e999", "[" * 990 + "]" * 990])
async def test_presence_that_cannot_be_passed_on_harms_only_who_sends_it(
    join: Any, connect: Connect, value: str
) -> None:
    """W12 W16: those who are there hear each other as before, and others can join."""
    ada = await connect(NOTES)
    evil = (await join("view")).client
    await evil.send(raw_presence(11, f'{{"x":{value}}}'))
    assert (await evil.until_closed())[0] == 4400
    bob = await connect(NOTES)
    await bob.send(presence(12, {"cursors": []}))
    await ada.until(lambda: 12 in states(ada))
    source: Text = ada.text
    source += "typed"
    await bob.until(lambda: "typed" in str(bob.text))
    assert ada.closed is bob.closed is None
    assert 11 not in states(ada)


async def test_nobody_pretends_to_be_somebody_else(join: Any, connect: Connect) -> None:
    """G6: the name is the server's, and the presence of others cannot be changed or removed."""
    ada = await connect(NOTES)
    await ada.send(presence(17, {"user": {"name": "x"}, "cursor": 1}))
    guest = await join("view")
    client = guest.client
    await client.until(lambda: 17 in states(client))
    owner_name = states(client)[17]["user"]["name"]
    said = {"name": owner_name, "username": "root", "display_name": owner_name, "avatar_url": "//x"}
    await client.send(presence(17, {"user": said, "cursor": 2}, clock=9))
    await client.send(presence(17, None, clock=10))
    await client.send(presence(18, {"user": said}))
    await ada.until(lambda: 18 in states(ada))
    user = states(ada)[18]["user"]
    assert user["name"].startswith("Guest ")
    assert user["username"].startswith("guest-")
    assert "avatar_url" not in user
    newcomer = await connect(NOTES)
    await newcomer.until(lambda: 17 in states(newcomer))
    assert states(newcomer)[17]["cursor"] == 1


async def test_guests_choose_a_name(join: Any, connect: Connect) -> None:
    ada = await connect(NOTES)
    guest = await join("view")
    await guest.client.send(presence(18, {"user": {}}))
    await ada.until(lambda: 18 in states(ada))
    answer = await guest.browser.json("api/me", "PATCH", {"display_name": "guest  Ada\u202e\n B."})
    assert answer["identity"]["display_name"] == "Guest Ada B."
    await guest.browser.json("api/collaboration/identity", "PUT", {})
    await guest.client.send(presence(18, {"user": {}}, clock=3))
    await ada.until(lambda: states(ada)[18] and states(ada)[18]["user"]["name"] == "Guest Ada B.")
    bodies: list[Any] = [
        {"username": "root"},
        {"display_name": 1},
        {"name": "x", "color": "red"},
        [],
    ]
    for body in bodies:
        assert (await guest.browser.fetch("api/me", "PATCH", body)).code == 400


async def test_the_lobby_is_not_for_guests(join: Any, connect: Connect) -> None:
    """They neither see who is on the server and what they have open, nor are seen there."""
    ada = await connect.room(LOBBY, "")
    await ada.send(presence(17, {"user": {}, "current": "secret.txt"}))
    guest = await join("view")
    lobby = await try_room(connect, guest.browser, LOBBY)
    await lobby.send(presence(18, {"user": {}}))
    await lobby.send(b"\x40\x04\x07")
    await lobby.until(lambda: b"\x40\x04\x07" in lobby.frames)
    await lobby.until(lambda: 18 in states(lobby))
    await ada.send(b"\x40\x04\x07")
    await ada.until(lambda: b"\x40\x04\x07" in ada.frames)
    assert 17 not in states(lobby)
    assert 18 not in states(ada)


async def test_the_events_of_the_server_are_not_for_guests(
    join: Any, jp_serverapp: ServerApp, owner: Browser
) -> None:
    guest = await join("view")
    url = guest.browser.base.replace("http", "ws", 1) + "api/events/subscribe"
    headers = {"Cookie": guest.browser.headers["Cookie"]}
    socket = await websocket_connect(HTTPRequest(url, headers=headers))
    own = {"Authorization": owner.headers["Authorization"]}
    hears = await websocket_connect(HTTPRequest(url, headers=own))
    await owner.json(
        "api/contents/new.txt", "PUT", {"type": "file", "format": "text", "content": ""}
    )
    assert await within(5, hears.read_message()) is not None
    await owner.json(f"api/collaboration/links/{guest.link['id']}", "DELETE")
    assert await within(5, socket.read_message()) is None, "it hears its end first"
    for each in (hears, socket):
        each.close()


async def test_the_silent_socket_stays_where_another_link_has_ended(
    join: Any, owner: Browser, app: Any
) -> None:
    guest = await join("view")
    other = await make_link(owner)
    await open_link(guest.browser, other)
    await owner.json(f"api/collaboration/links/{other['id']}", "DELETE")
    url = guest.browser.base.replace("http", "ws", 1) + "api/events/subscribe"
    headers = {"Cookie": guest.browser.headers["Cookie"]}
    socket = await websocket_connect(HTTPRequest(url, headers=headers))

    def silent() -> list[str]:
        return [opened.link for opened in app.sharing.sockets if opened.handler is None]

    await until(silent)
    assert silent() == [guest.link["id"]]
    socket.close()


async def test_a_revoked_link_ends_within_a_second(
    join: Any, owner: Browser, connect: Connect
) -> None:
    """G4"""
    guest = await join("edit")
    other = await join("edit")
    listed = (await owner.json(f"api/collaboration/links?path={NOTES}"))["links"]
    mine = next(link for link in listed if link["id"] == guest.link["id"])
    assert [person["name"][:6] for person in mine["people"]] == ["Guest "]
    assert mine["lastUsed"] is not None

    async def revoke() -> tuple[int, str]:
        await owner.json(f"api/collaboration/links/{guest.link['id']}", "DELETE")
        closed: tuple[int, str] = await guest.client.until_closed()
        return closed

    code, reason = await within(1, revoke())
    assert code == 4403
    assert "revoked" in reason
    assert guest.client.json(3)[-1]["reason"] == "link-ended"
    assert other.client.closed is None
    late = await try_room(connect, guest.browser, "text:file:" + guest.client.session["fileId"])
    assert (await late.until_closed())[0] == 4403
    assert late.json(3)[-1]["reason"] == "link-ended"


async def test_an_expired_link_ends_within_a_second(
    join: Any, shares: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    guest = await join("view", expiresIn=3600)
    monkeypatch.setattr(shares, "_clock", lambda: guest.link["expires"])
    code, reason = await within(1, guest.client.until_closed())
    assert code == 4403
    assert "expired" in reason


async def test_a_look_that_fails_is_not_the_last_one(
    join: Any, shares: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """G4: as where the links cannot be read for a moment."""
    guest = await join("view", expiresIn=3600)
    failed = asyncio.Event()

    def fail(_: str) -> Any:
        failed.set()
        raise OSError("for a moment")

    with monkeypatch.context() as patched:
        patched.setattr(shares, "state", fail)
        asyncio.get_running_loop().set_exception_handler(lambda *_: None)
        await within(1, failed.wait())
    monkeypatch.setattr(shares, "_clock", lambda: guest.link["expires"])
    assert (await within(1, guest.client.until_closed()))[0] == 4403


async def test_what_is_typed_after_the_end_reaches_nobody(
    join: Any, owner: Browser, connect: Connect
) -> None:
    ada = await connect(NOTES)
    guest = await join("edit")

    async def type_on() -> None:
        source: Text = guest.client.text
        with contextlib.suppress(BaseExceptionGroup):  # the socket is closed meanwhile
            while guest.client.closed is None:
                source += "x"
                await asyncio.sleep(0.001)

    task = asyncio.create_task(type_on())
    await ada.until(lambda: "xxx" in str(ada.text))
    await owner.json(f"api/collaboration/links/{guest.link['id']}", "DELETE")
    await task
    await ada.save(1)  # all that has come in before is applied and sent by then
    seen = str(ada.text)
    guest.client.closed = (1000, "")
    source: Text = guest.client.text
    source += "y"
    late = await try_room(connect, guest.browser, "text:file:" + guest.client.session["fileId"])
    late.send_update(guest.client.doc.get_update(), step=1)
    assert (await late.until_closed())[0] == 4403
    await ada.save(2)
    assert str(ada.text) == seen
    assert ada.closed is None


async def test_a_link_follows_its_document(
    join: Any, owner: Browser, files: Path, connect: Connect
) -> None:
    guest = await join("edit")
    renamed = "shared/renamed.txt"
    await owner.json(f"api/contents/{NOTES}", "PATCH", {"path": renamed})
    source: Text = guest.client.text
    source += "on\n"
    await guest.client.durable()
    assert (await guest.browser.fetch(f"api/contents/{NOTES}")).code == 403
    assert (await guest.browser.fetch(f"api/contents/{renamed}")).code == 200
    assert (await open_link(guest.browser, guest.link)).headers["Location"].endswith(renamed)
    (listed,) = (await owner.json("api/collaboration/links"))["links"]
    assert listed["path"] == renamed
    # Something else is there now, which nobody has shared.
    (files / NOTES).write_text("another")
    assert (await guest.browser.fetch(f"api/contents/{NOTES}")).code == 403


async def test_who_has_a_deleted_document_open_gets_nothing_of_what_takes_its_place(
    join: Any, owner: Browser, files: Path
) -> None:
    """G1: the room stays open, and has what is made in the same place."""
    guest = await join("edit")

    async def delete() -> tuple[int, str]:
        await owner.json(f"api/contents/{NOTES}", "DELETE")
        closed: tuple[int, str] = await guest.client.until_closed()
        return closed

    code, reason = await within(1, delete())
    assert code == 4403
    assert "revoked" in reason
    (files / NOTES).write_text("another")
    assert (await guest.browser.fetch(f"api/contents/{NOTES}")).code != 200
    # The new one can be shared, and opens for who has that link.
    other = await join("view")
    await other.client.until(lambda: str(other.client.text) == "another")
    assert (await open_link(guest.browser, guest.link)).code == 410


async def test_who_has_a_removed_document_open_gets_nothing_of_what_is_renamed_to_its_place(
    join: Any, connect: Connect, owner: Browser, files: Path
) -> None:
    """G1: another program has removed it, so that nobody could tell yet whether it comes back."""
    await connect(NOTES)
    guest = await join("edit")
    (files / NOTES).unlink()
    await owner.json("api/contents/shared/other.txt", "PATCH", {"path": NOTES})
    code, reason = await within(1, guest.client.until_closed())
    assert code == 4403
    assert "revoked" in reason
    assert SECRET not in str(guest.client.text)
    assert (await guest.browser.fetch(f"api/contents/{NOTES}")).code != 200
    other = await join("view")  # which is shared of its own
    await other.client.until(lambda: str(other.client.text) == SECRET)


async def test_a_link_goes_to_the_place_of_a_document_that_somebody_still_has_open(
    connect: Connect, owner: Browser, browser: MakeBrowser, files: Path
) -> None:
    """G1: JupyterLab overwrites a file by deleting it and renaming the other one."""
    ada = await connect(NOTES)
    link = await make_link(owner, "shared/other.txt", role="edit")
    await owner.json("api/contents/shared/other.txt", "PATCH", {"path": "shared/moving"})
    await owner.json(f"api/contents/{NOTES}", "DELETE")
    await owner.json("api/contents/shared/moving", "PATCH", {"path": NOTES})
    guest = browser()
    assert (await open_link(guest, link)).code == 302
    await guest.fetch("login")
    client = await open_room(connect, guest, {**link, "path": NOTES})
    await client.until(lambda: str(client.text) == SECRET)
    source: Text = client.text
    source += "\nnew\n"
    await ada.until(lambda: str(ada.text) == f"{SECRET}\nnew\n")
    assert (files / NOTES).read_text() == f"{SECRET}\nnew\n"


async def test_people_who_are_logged_in_keep_their_rights(
    owner: Browser, jp_serverapp: ServerApp
) -> None:
    """G3: a link takes nothing from those who may do more."""
    link = await make_link(owner)
    assert (await open_link(owner, link)).code == 302
    assert not any("links" in name for name in owner.cookies)
    assert (await owner.fetch("api/contents/secret.txt")).code == 200


async def test_huge_frames_are_refused(join: Any, connect: Connect) -> None:
    ada = await connect(NOTES)
    guest = (await join("edit")).client
    with contextlib.suppress(WebSocketClosedError):  # while it is still being sent
        await guest.send(b"\x00\x02" + varuint(MAX_GUEST_FRAME) + bytes(MAX_GUEST_FRAME))
    await guest.until_closed()
    assert ada.closed is None


async def test_huge_presence_is_refused(join: Any, connect: Connect) -> None:
    """O8: nobody is sent it, and a usual state is taken."""
    ada = await connect(NOTES)
    evil, other = (await join("view")).client, (await join("view")).client
    await evil.send(presence(11, {"x": "x" * MAX_GUEST_STATE}))
    code, reason = await evil.until_closed()
    assert code == 4400
    assert "presence state" in reason
    await other.send(presence(12, {"cursors": [{"anchor": {}, "head": {}}] * 10}))
    await ada.until(lambda: 12 in states(ada))
    assert 11 not in states(ada)


async def test_floods_are_refused(join: Any, connect: Connect) -> None:
    ada = await connect(NOTES)
    guest = (await join("view")).client
    with contextlib.suppress(WebSocketClosedError):
        for _ in range(3000):
            await guest.send(b"\x40\x04\x07")
    assert (await guest.until_closed())[0] == 4429
    assert guest.json(3)[-1]["reason"] == "too-much"
    assert ada.closed is None


async def test_a_link_is_not_opened_again_and_again(
    join: Any, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jupyter_collab.sharing.sockets.OPENINGS", Rate(0, 3))
    guest = await join("view")
    room = "text:file:" + guest.client.session["fileId"]
    for code in (None, None, 4429):
        client = await try_room(connect, guest.browser, room)
        if code is not None:
            assert (await client.until_closed())[0] == code
        else:
            await client.close()


async def test_the_whole_document_is_not_asked_for_again_and_again(join: Any) -> None:
    guest = (await join("view")).client
    with contextlib.suppress(WebSocketClosedError):
        for _ in range(30):
            await guest.send(b"\x00\x00\x01\x00")
    assert (await guest.until_closed())[0] == 4429


def test_an_allowance_fills_again() -> None:
    bucket = Bucket(Rate(per_second=10, burst=20), now=0)
    assert bucket.take(20, 0)
    assert not bucket.take(1, 0.05)
    assert bucket.take(1, 0.1)
    assert not bucket.take(21, 1000)
    assert bucket.take(20, 1000)


async def test_nobody_holds_too_many_sockets(join: Any, connect: Connect) -> None:
    """G7"""
    guest = await join("view")
    clients = [await open_room(connect, guest.browser, guest.link) for _ in range(15)]
    room = "text:file:" + guest.client.session["fileId"]
    late = await try_room(connect, guest.browser, room)
    assert (await late.until_closed())[0] == 4429
    await clients[0].close()
    again = await open_room(connect, guest.browser, guest.link)
    assert again.closed is None
