"""Shares of a JupyterHub, with a Hub that answers what the test says. The real one is asked in
``tests/hub``."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlencode

import pytest
from jupyter_server.auth import IdentityProvider, User
from jupyter_server.serverapp import ServerApp

from jupyter_collab.sharing.hub.place import HubPlace
from tests.process import free_port

from .conftest import Browser, MakeBrowser, known_as, make_link, open_link

SHARES, CODES = "api/collaboration/hub/shares", "api/collaboration/hub/codes"
AT_HUB_SHARES, AT_HUB_CODES = "/hub/api/shares/alice/", "/hub/api/share-codes/alice/"
CREATED, CREATED_SECONDS = "2026-11-21T08:00:00.000000Z", 1795248000.0
CODE = {
    "id": "sc_1",
    "created_at": CREATED,
    "expires_at": "2026-11-21T09:00:00.000000Z",
    "exchange_count": 2,
    "last_exchanged_at": None,
}
OUR_CODE: dict[str, Any] = {
    "id": "sc_1",
    "created": CREATED_SECONDS,
    "expires": CREATED_SECONDS + 3600,
    "used": 2,
    "lastUsed": None,
}


def share(kind: str, name: str) -> dict[str, Any]:
    return {"user": None, "group": None, "kind": kind, kind: {"name": name}, "created_at": CREATED}


def page(*items: Any, following: int | None = None) -> dict[str, Any]:
    following_page = None if following is None else {"offset": following}
    return {"items": list(items), "_pagination": {"next": following_page}}


class FakeHub:
    """Gives the next of ``answers``, as status and content, and keeps what it was ``asked``."""

    def __init__(self) -> None:
        self.answers: list[tuple[int, Any]] = []
        self.asked: list[tuple[str, str, Any]] = []
        self.tokens: set[str] = set()
        hub = self

        class Handler(BaseHTTPRequestHandler):
            def answer(self) -> None:
                size = int(self.headers.get("Content-Length") or 0)
                body = json.loads(self.rfile.read(size)) if size else None
                hub.asked.append((self.command, self.path, body))
                hub.tokens.add(self.headers["Authorization"])
                status, content = hub.answers.pop(0)
                text = content if isinstance(content, bytes) else json.dumps(content).encode()
                self.send_response(status)
                if status != 204:
                    self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                if status != 204:
                    self.wfile.write(text)

            do_GET = do_POST = do_PATCH = do_DELETE = answer  # noqa: N815 - its names

            def log_message(self, *args: Any) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}/hub/api"


@pytest.fixture
def hub() -> Iterator[FakeHub]:
    hub = FakeHub()
    thread = threading.Thread(target=hub.server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield hub
    hub.server.shutdown()
    thread.join()
    hub.server.server_close()


class HubUser(User):
    hub_user: dict[str, Any]


class Answers(dict[str, Any]):
    """What the Hub has said, for some time."""

    def __init__(self, max_age: int) -> None:
        super().__init__()
        self.max_age = max_age


class HubAuth:
    client_ca = certfile = keyfile = ""
    cache_max_age = 300

    def __init__(self) -> None:
        self.cache = Answers(self.cache_max_age)

    def get_token(self, handler: Any) -> str | None:
        name: str | None = handler.request.headers.get("X-Site-User")
        return f"token-of-{name}" if name else None


class AtHub(IdentityProvider):
    """Knows people by a header, and gives them the scopes of the documented configuration."""

    hub_auth: Any = HubAuth()

    def get_user(self, handler: Any) -> User | None:
        name = handler.request.headers.get("X-Site-User")
        if not name:
            return None
        user = HubUser(name)
        user.hub_user = {"scopes": ["shares!server=alice/"] if name == "alice" else []}
        return user


@pytest.fixture
def jp_server_config(
    jp_server_config: dict[str, Any], monkeypatch: pytest.MonkeyPatch, hub: FakeHub
) -> dict[str, Any]:
    monkeypatch.setenv("JUPYTERHUB_API_URL", hub.url)
    monkeypatch.setenv("JUPYTERHUB_USER", "alice")
    jp_server_config["ServerApp"]["identity_provider_class"] = AtHub
    del jp_server_config["ServerApp"]["token"]
    return jp_server_config


@pytest.fixture
def alice(browser: MakeBrowser) -> Browser:
    return known_as(browser, "alice")


async def test_a_code_is_made_in_the_name_of_who_asks(hub: FakeHub, alice: Browser) -> None:
    accept = "/hub/accept-share?code=SECRET"
    hub.answers = [(200, {**CODE, "code": "SECRET", "accept_url": accept, "full_accept_url": None})]
    made = await alice.fetch(CODES, "POST", {"expiresIn": 3600})
    assert made.code == 201
    assert json.loads(made.body) == {**OUR_CODE, "url": accept}
    assert hub.asked == [("POST", AT_HUB_CODES, {"expires_in": 3600})]
    assert hub.tokens == {"token token-of-alice"}


async def test_a_hub_that_knows_its_address_says_where_codes_are_accepted(
    hub: FakeHub, alice: Browser
) -> None:
    url = "https://hub.example/hub/accept-share?code=SECRET"
    answer = {**CODE, "accept_url": "/hub/accept-share?code=SECRET", "full_accept_url": url}
    hub.answers = [(200, answer)]
    assert (await alice.json(CODES, "POST", {"expiresIn": 60}))["url"] == url


async def test_codes_and_shares_are_listed_to_the_last_page(hub: FakeHub, alice: Browser) -> None:
    hub.answers = [
        (200, page(CODE, following=200)),
        (200, page({**CODE, "id": "sc_2", "expires_at": None})),
        (200, page(share("user", "bob"), share("group", "physics"))),
    ]
    assert await alice.json(SHARES) == {
        "codes": [
            {**OUR_CODE, "link": None},
            {**OUR_CODE, "id": "sc_2", "expires": None, "link": None},
        ],
        "shares": [
            {"kind": "user", "name": "bob", "created": CREATED_SECONDS},
            {"kind": "group", "name": "physics", "created": CREATED_SECONDS},
        ],
    }
    assert [path for _, path, _ in hub.asked] == [
        f"{AT_HUB_CODES}?offset=0&limit=200",
        f"{AT_HUB_CODES}?offset=200&limit=200",
        f"{AT_HUB_SHARES}?offset=0&limit=200",
    ]


async def test_codes_and_shares_are_ended(
    hub: FakeHub, alice: Browser, jp_serverapp: ServerApp
) -> None:
    """What the Hub had said before is forgotten, for it lets people in."""
    seen: list[Any] = []

    async def note(logger: Any, schema_id: str, data: Any) -> None:
        seen.append(data)

    schema = "https://schema.jupyter.org/jupyter_collab/sharing/v1"
    assert jp_serverapp.event_logger is not None
    jp_serverapp.event_logger.add_listener(schema_id=schema, listener=note)
    auth = jp_serverapp.identity_provider.hub_auth  # type: ignore[attr-defined]
    auth.cache["token-of-bob"] = {"name": "bob"}
    hub.answers = [(204, None), (200, {}), (200, {})]
    assert (await alice.fetch(f"{CODES}/sc_12", "DELETE")).code == 204
    assert auth.cache
    assert (await alice.fetch(f"{SHARES}/user/b%C3%B6b%2F", "DELETE")).code == 204
    assert (auth.cache, auth.cache.max_age) == ({}, 300)
    assert (await alice.fetch(f"{SHARES}/group/physics", "DELETE")).code == 204
    assert hub.asked == [
        ("DELETE", f"{AT_HUB_CODES}?id=sc_12", None),
        ("PATCH", AT_HUB_SHARES, {"user": "böb/"}),
        ("PATCH", AT_HUB_SHARES, {"group": "physics"}),
    ]
    await jp_serverapp.event_logger.gather_listeners()
    what = [(event["by"], event["action"], event.get("code") or event["share"]) for event in seen]
    assert what == [
        ("alice", "revoked", "sc_12"),
        ("alice", "revoked", "user böb/"),
        ("alice", "revoked", "group physics"),
    ]


@pytest.mark.parametrize(
    ("answer", "method", "path", "status", "reason", "words"),
    [
        ((403, {}), "GET", SHARES, 403, "hub-forbids", "does not let you"),
        ((404, {}), "GET", SHARES, 502, "hub-silent", "5.0 or newer"),
        ((404, {}), "DELETE", f"{CODES}/sc_1", 404, "no-such-share", "may have ended"),
        ((503, {}), "DELETE", f"{SHARES}/user/bob", 502, "hub-silent", "503"),
        ((200, b"<html>"), "GET", SHARES, 502, "hub-silent", "cannot be read"),
        ((403, {}), "POST", CODES, 403, "hub-forbids", "does not let you"),
    ],
)
async def test_what_the_hub_refuses_is_said(
    hub: FakeHub,
    alice: Browser,
    answer: Any,
    method: str,
    path: str,
    status: int,
    reason: str,
    words: str,
) -> None:
    hub.answers = [answer]
    body = {"expiresIn": 60} if method == "POST" else None
    response = await alice.fetch(path, method, body)
    said = json.loads(response.body)
    assert (response.code, said["reason"]) == (status, reason)
    assert words in said["message"]
    assert "token-of" not in response.body.decode()


async def test_a_hub_that_is_down_is_told_of(
    alice: Browser, app: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    shares = app.sharing.hub
    nowhere = f"http://127.0.0.1:{free_port()}/hub/api"
    monkeypatch.setattr(shares, "place", HubPlace("alice", "", nowhere, "", "/"))
    response = await alice.fetch(SHARES)
    assert response.code == 502
    assert "does not answer" in json.loads(response.body)["message"]


@pytest.mark.parametrize("expires_in", [None, "3600", 59, 31_536_001, 3600.5, True])
async def test_a_code_that_the_hub_would_not_make_is_refused(
    hub: FakeHub, alice: Browser, expires_in: Any
) -> None:
    response = await alice.fetch(CODES, "POST", {"expiresIn": expires_in})
    assert response.code == 400
    assert "from 60 to 31536000" in json.loads(response.body)["message"]
    assert hub.asked == []


async def test_the_dialog_is_told_who_may_share(alice: Browser, browser: MakeBrowser) -> None:
    hub = (await alice.json("api/collaboration/sharing"))["hub"]
    assert hub == {
        "owner": "alice",
        "server": "",
        "user": "alice",
        "isOwner": True,
        "host": "",
        "prefix": "/",
        "canShare": True,
    }
    hub = (await known_as(browser, "bob").json("api/collaboration/sharing"))["hub"]
    assert (hub["isOwner"], hub["canShare"]) == (False, False)


@pytest.mark.parametrize(
    ("scope", "may"),
    [
        ("shares", True),
        ("shares!user=alice", True),
        ("shares!server=alice/lab", True),
        ("shares!server=alice/", False),
        ("shares!user=bob", False),
        ("read:shares!server=alice/lab", False),
    ],
)
def test_scopes_that_let_people_share(scope: str, may: bool) -> None:
    place = HubPlace("alice", "lab", "http://hub/hub/api", "", "/")
    assert place.may_share(["access:servers!server=alice/lab", scope]) is may


def test_names_are_quoted_in_the_address() -> None:
    place = HubPlace("ål/ice", "a b", "http://hub/hub/api", "", "/")
    assert place.endpoint("shares") == "http://hub/hub/api/shares/%C3%A5l%2Fice/a%20b"


class TestForPeopleWhoCameByALink:
    @pytest.fixture
    def jp_server_config(self, jp_server_config: dict[str, Any]) -> dict[str, Any]:
        jp_server_config["YDocExtension"] |= {
            "share_named_only": True,
            "share_with_guests": True,
            "share_server_links": False,
        }
        return jp_server_config

    async def test_the_hub_is_not_asked(
        self, hub: FakeHub, alice: Browser, browser: MakeBrowser
    ) -> None:
        """G2: neither for guests, nor for people of the Hub who have links only."""
        hub.answers = [(403, {})]
        link = await make_link(alice, role="edit")
        assert "acceptUrl" not in link
        hub.asked = []
        guest, bob = browser(), known_as(browser, "bob")
        await open_link(guest, link)
        await open_link(bob, {"url": link["namedUrl"]})
        for who in (guest, bob):
            assert (await who.fetch("api/contents/shared/notes.txt")).code == 200
            assert (await who.fetch(SHARES)).code == 403
            assert (await who.fetch(CODES, "POST", {"expiresIn": 60})).code == 403
            assert (await who.fetch(f"{CODES}/sc_1", "DELETE")).code == 403
            assert (await who.fetch(f"{SHARES}/user/bob", "DELETE")).code == 403
        assert hub.asked == []

    async def test_a_link_has_a_code_that_lives_and_ends_with_it(
        self, hub: FakeHub, alice: Browser
    ) -> None:
        """G4: what leads to a link ends with it."""
        accept = "/hub/accept-share?code=SECRET"
        hub.answers = [(200, {**CODE, "accept_url": accept}), (200, page(CODE)), (200, page())]
        link = await make_link(alice, role="edit", expiresIn=3600)
        assert link["acceptUrl"] == f"{accept}&{urlencode({'next': link['namedUrl']})}"
        assert hub.asked == [("POST", AT_HUB_CODES, {"expires_in": 3600})]
        assert (await alice.json(SHARES))["codes"] == [{**OUR_CODE, "link": link["id"]}]
        listed = (await alice.json("api/collaboration/links"))["links"]
        assert "SECRET" not in json.dumps(listed)
        hub.asked, hub.answers = [], [(204, None)]
        await alice.json(f"api/collaboration/links/{link['id']}", "DELETE")
        assert hub.asked == [("DELETE", f"{AT_HUB_CODES}?id=sc_1", None)]

    @pytest.mark.parametrize("status", [404, 503])
    async def test_a_code_that_could_not_be_ended_with_its_link_ends_as_codes_are_listed(
        self, hub: FakeHub, alice: Browser, status: int
    ) -> None:
        """G4: 404 is what is said of another server of the same person, whose link it was."""
        hub.answers = [(200, {**CODE, "accept_url": "/hub/accept-share?code=SECRET"}), (status, {})]
        link = await make_link(alice)
        await alice.json(f"api/collaboration/links/{link['id']}", "DELETE")
        hub.asked = []
        hub.answers = [(200, page(CODE)), (503, {}), (200, page())]
        assert (await alice.json(SHARES))["codes"] == [{**OUR_CODE, "link": None}]
        hub.answers = [(200, page(CODE)), (204, None), (200, page())]
        assert (await alice.json(SHARES))["codes"] == []
        assert hub.asked.count(("DELETE", f"{AT_HUB_CODES}?id=sc_1", None)) == 2

    @pytest.mark.parametrize("answer", [(404, {}), (403, {}), (500, {})])
    async def test_a_link_ends_whatever_the_hub_says(
        self, hub: FakeHub, alice: Browser, answer: Any
    ) -> None:
        hub.answers = [(200, {**CODE, "accept_url": "/hub/accept-share?code=SECRET"}), answer]
        link = await make_link(alice)
        assert hub.asked == [("POST", AT_HUB_CODES, {"expires_in": 365 * 86400})]
        await alice.json(f"api/collaboration/links/{link['id']}", "DELETE")
        assert len(hub.asked) == 2
        assert (await alice.json("api/collaboration/links"))["links"] == []

    async def test_a_link_is_made_also_where_the_hub_does_not_answer(
        self, hub: FakeHub, alice: Browser
    ) -> None:
        hub.answers = [(503, {})]
        link = await make_link(alice)
        assert "namedUrl" in link
        assert "acceptUrl" not in link

    async def test_codes_go_with_links_where_the_server_is_not_shared(
        self, hub: FakeHub, alice: Browser
    ) -> None:
        hub.answers = [(200, page()), (200, page())]
        assert (await alice.json("api/collaboration/sharing"))["hub"]["canShare"] is True
        assert await alice.json(SHARES) == {"codes": [], "shares": []}


class TestWhereTheServerIsNotShared:
    @pytest.fixture
    def jp_server_config(self, jp_server_config: dict[str, Any]) -> dict[str, Any]:
        jp_server_config["YDocExtension"]["share_server_links"] = False
        return jp_server_config

    async def test_no_codes_are_made(self, hub: FakeHub, alice: Browser) -> None:
        assert (await alice.json("api/collaboration/sharing"))["hub"]["canShare"] is False
        assert (await alice.fetch(CODES, "POST", {"expiresIn": 60})).code == 403
        assert hub.asked == []


class TestElsewhere:
    @pytest.fixture
    def jp_server_config(
        self, jp_server_config: dict[str, Any], monkeypatch: pytest.MonkeyPatch
    ) -> dict[str, Any]:
        monkeypatch.delenv("JUPYTERHUB_USER")
        return jp_server_config

    async def test_there_is_no_hub_to_ask(self, hub: FakeHub, alice: Browser) -> None:
        assert (await alice.json("api/collaboration/sharing"))["hub"] is None
        assert (await alice.fetch(SHARES)).code == 404
        assert hub.asked == []
