"""Names and colours, from the identity provider to everybody's page."""

from __future__ import annotations

import json
from http.cookies import SimpleCookie
from typing import Any

import pytest
from tornado.httpclient import HTTPClientError

from .client import WireClient, read_bytes, read_varuint, varuint
from .conftest import Connect

IDENTITY = ("api", "collaboration", "identity")


class Browser:
    """Keeps the cookie by which the server knows a person without an account."""

    def __init__(self, fetch: Any, connect: Any) -> None:
        self._fetch = fetch
        self._connect = connect
        self._cookies: dict[str, str] = {}

    @property
    def headers(self) -> dict[str, str]:
        pairs = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        return {"Authorization": "token secret-token", "Cookie": pairs}

    async def ask(self, *parts: str, method: str = "GET", body: object = None) -> Any:
        sent = None if method == "GET" else json.dumps(body)
        response = await self._fetch(*parts, method=method, body=sent, headers=self.headers)
        for line in response.headers.get_list("Set-Cookie"):
            cookie = SimpleCookie(line)
            self._cookies |= {name: morsel.coded_value for name, morsel in cookie.items()}
        return json.loads(response.body)

    async def open(self, room: str, session: str = "", collab: bool = True) -> WireClient:
        client: WireClient = await self._connect.room(
            room, session, collab=collab, headers=self.headers
        )
        return client


@pytest.fixture
def browser(jp_fetch: Any, connect: Connect) -> Any:
    return lambda: Browser(jp_fetch, connect)


LOBBY = "JupyterLab:globalAwareness"


async def announce(client: WireClient, id: int, clock: int) -> None:
    state = json.dumps({"user": {"name": "whoever", "color": "var(--x)"}}).encode()
    entry = varuint(1) + varuint(id) + varuint(clock) + varuint(len(state)) + state
    await client.send(b"\x01" + varuint(len(entry)) + entry)


def heard(client: WireClient) -> dict[int, tuple[int, Any]]:
    """Clock and state of each client, as of the last frame that told of it."""
    found: dict[int, tuple[int, Any]] = {}
    for frame in client.frames:
        if frame[0] != 1:
            continue
        body = read_bytes(frame, 1)
        count, at = read_varuint(body, 0)
        for _ in range(count):
            id, at = read_varuint(body, at)
            clock, at = read_varuint(body, at)
            size, at = read_varuint(body, at)
            found[id] = (clock, json.loads(body[at : at + size]))
            at += size
    return found


async def test_people_without_an_account_have_a_moon_initials_and_a_colour(browser: Any) -> None:
    """O3: and the same ones in every room, and each time."""
    ada, bob = browser(), browser()
    me = (await ada.ask(*IDENTITY))["user"]
    assert me["name"].startswith("Anonymous ")
    assert me["initials"].startswith("A")
    assert me == (await ada.ask(*IDENTITY))["user"]
    await bob.ask(*IDENTITY)
    first, second = await ada.open(LOBBY), await bob.open(LOBBY)
    await announce(first, 5, 1)
    await second.until(lambda: 5 in heard(second))
    assert heard(second)[5] == (1, {"user": me})
    await announce(second, 6, 1)
    await first.until(lambda: 6 in heard(first))
    assert heard(first)[6][1]["user"]["color"] != me["color"]


async def test_a_change_is_seen_by_everybody_at_once(browser: Any) -> None:
    """O4: in all rooms; the client is asked to say its state again."""
    ada, bob = browser(), browser()
    known = [await who.ask(*IDENTITY) for who in (ada, bob)]
    mine, theirs = await ada.open(LOBBY), await bob.open(LOBBY)
    await announce(mine, 5, 3)
    await theirs.until(lambda: 5 in heard(theirs))
    taken = {answer["user"]["color"] for answer in known}
    color = next(color for color in known[0]["colors"] if color not in taken)
    wanted = {"display_name": "Ada", "initials": "L", "color": color}
    await ada.ask("api", "me", method="PATCH", body=wanted)
    answer = await ada.ask(*IDENTITY, method="PUT", body={})
    assert answer["user"] | wanted == answer["user"]
    await mine.until(lambda: heard(mine).get(5) == (3, None))
    await announce(mine, 5, 4)
    await theirs.until(lambda: heard(theirs)[5][0] == 4)
    assert heard(theirs)[5][1]["user"] == answer["user"]
    assert heard(theirs).keys() == {5}
    again = await ada.open(LOBBY)
    await again.until(lambda: 5 in heard(again))
    assert (await ada.ask(*IDENTITY))["user"] == answer["user"]


async def test_a_colour_that_somebody_has_is_not_given_twice(browser: Any) -> None:
    """O3"""
    ada, bob = browser(), browser()
    taken = (await ada.ask(*IDENTITY))["user"]["color"]
    await ada.open(LOBBY)
    await bob.ask("api", "me", method="PATCH", body={"color": taken})
    await bob.open(LOBBY)
    assert (await bob.ask(*IDENTITY, method="PUT", body={}))["user"]["color"] != taken


async def test_nobody_asks_without_a_token(jp_fetch: Any) -> None:
    for method, body in (("GET", None), ("PUT", "{}")):
        with pytest.raises(HTTPClientError) as refused:
            await jp_fetch(
                *IDENTITY, method=method, body=body, headers={"Authorization": "token no"}
            )
        assert refused.value.code == 403
