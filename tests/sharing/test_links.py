"""Links over HTTP: made, opened, listed, revoked, on sites that have their own ways."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Awaitable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from jupyter_server.auth import Authorizer, IdentityProvider, User
from jupyter_server.auth.identity import PasswordIdentityProvider
from jupyter_server.base.handlers import JupyterHandler
from jupyter_server.serverapp import ServerApp
from jupyter_server.utils import url_path_join
from tornado import web

from jupyter_collab.sharing.pages.own import Pages
from tests.server.file_ids import WithoutTheServiceOfFileIds

from .conftest import SECRET, TOKEN, Browser, MakeBrowser, ReadOnly, known_as, make_link, open_link

NOTES = "shared/notes.txt"


async def test_a_link_leads_to_the_document(owner: Browser, browser: MakeBrowser) -> None:
    """G1: the secret ends there, it is in no address afterwards, and in no cookie."""
    link = await make_link(owner, name=" review ")
    assert link["name"] == "review"
    secret = link["url"].split("share_token=")[1]
    assert len(secret) >= 43
    guest = browser()
    response = await open_link(guest, link)
    assert response.code == 302
    assert response.headers["Location"].endswith("/doc/tree/shared/notes.txt")
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert response.headers["Cache-Control"] == "no-store"
    (cookie,) = response.headers.get_list("Set-Cookie")
    assert secret not in cookie
    assert {"HttpOnly", "SameSite=Lax"} <= {part.strip() for part in cookie.split(";")}
    assert "Path=/a%40b/" in cookie
    model = await guest.json(f"api/contents/{NOTES}")
    assert model["content"] == "hello\n"
    folder = await guest.json("api/contents/shared")
    assert [entry["path"] for entry in folder["content"]] == [NOTES]
    me = await guest.json("api/me")
    assert me["identity"]["display_name"].startswith("Guest ")


TRICKS = (
    *("secret.txt", "shared/other.txt", "shared/../secret.txt", "shared/%2e%2e/secret.txt"),
    *("shared/notes.txt/../other.txt", "%73ecret.txt", "./secret.txt", "shared%2F..%2Fsecret.txt"),
    *("shared/notes.txt%00", "shared/./notes.txt", "shared//notes.txt", "SHARED/notes.txt"),
)


@pytest.mark.parametrize("place", ["api/contents", "files"])
async def test_paths_are_taken_by_the_letter(
    owner: Browser, browser: MakeBrowser, place: str
) -> None:
    guest = browser()
    await open_link(guest, await make_link(owner))
    for trick in TRICKS:
        response = await guest.fetch(f"{place}/{trick}")
        assert response.code in (403, 404), trick
        assert SECRET not in response.body.decode("utf-8", "replace")


async def test_cookies_cannot_be_made_up(owner: Browser, browser: MakeBrowser) -> None:
    link = await make_link(owner)
    guest, forger = browser(), browser()
    await open_link(guest, link)
    (name,) = (n for n in guest.cookies if "links" in n)
    genuine = guest.cookies[name]
    content = json.dumps({"u": "guest-1", "n": "x", "l": [link["id"]], "h": False})
    almost = genuine[:-1] + ("1" if genuine.endswith("0") else "0")
    for forged in (content, almost, genuine.replace("|", "")):
        forger.cookies = {name: forged}
        assert (await forger.fetch(f"api/contents/{NOTES}")).code == 403


@pytest.mark.parametrize("secret", ["", "?share_token=", "?share_token=x", "?share_token=%00%ff"])
async def test_an_unknown_link_says_so(browser: MakeBrowser, secret: str) -> None:
    response = await browser().fetch(f"collab/join{secret}")
    assert response.code in (400, 404)
    assert b"not known" in response.body or response.code == 400
    assert not any("links" in cookie for cookie in response.headers.get_list("Set-Cookie"))


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, 400),
        ([], 400),
        ({"path": NOTES, "role": "own"}, 400),
        ({"path": NOTES, "role": "view", "expiresIn": "1"}, 400),
        ({"path": NOTES, "role": "view", "expiresIn": True}, 400),
        ({"path": NOTES, "role": "view", "name": "x" * 101}, 400),
        ({"path": NOTES, "role": "view", "format": "yaml", "type": "file"}, 400),
        ({"path": NOTES, "role": "view", "expiresIn": 1}, 403),
        ({"path": NOTES, "role": "edit", "format": "base64", "type": "blob"}, 403),
        ({"path": "nowhere.txt", "role": "view"}, 404),
        ({"path": "shared", "role": "view"}, 404),
        ({"path": "../outside.txt", "role": "view"}, 404),
    ],
)
async def test_a_wrong_wish_is_told(owner: Browser, body: Any, code: int) -> None:
    response = await owner.fetch("api/collaboration/links", "POST", body)
    assert response.code == code, response.body
    assert json.loads(response.body)["message"]
    assert (await owner.json("api/collaboration/links"))["links"] == []


async def test_links_are_listed_and_revoked(owner: Browser) -> None:
    first = await make_link(owner, expiresIn=3600, name="one")
    second = await make_link(owner, "shared/nb.ipynb", role="edit")
    assert (second["format"], second["type"]) == ("json", "notebook")
    assert first["expires"] == pytest.approx(first["created"] + 3600)
    assert "url" not in (await owner.json("api/collaboration/links"))["links"][0]
    listed = await owner.json("api/collaboration/links?path=shared/nb.ipynb")
    assert [link["id"] for link in listed["links"]] == [second["id"]]
    for code in (204, 204):
        response = await owner.fetch(f"api/collaboration/links/{first['id']}", "DELETE")
        assert response.code == code
    assert (await owner.fetch("api/collaboration/links/00", "DELETE")).code == 404
    listed = await owner.json("api/collaboration/links")
    assert [link["id"] for link in listed["links"]] == [second["id"]]


async def test_the_secret_is_in_no_log(
    owner: Browser,
    browser: MakeBrowser,
    jp_serverapp: ServerApp,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    """G1"""
    caplog.set_level(logging.DEBUG)
    seen: list[Any] = []

    async def listen(logger: Any, schema_id: str, data: dict[str, Any]) -> None:
        seen.append(data)

    schema = "https://schema.jupyter.org/jupyter_collab/sharing/v1"
    assert jp_serverapp.event_logger is not None
    jp_serverapp.event_logger.add_listener(schema_id=schema, listener=listen)
    link = await make_link(owner)
    secret = link["url"].split("share_token=")[1]
    await open_link(browser(), link)
    await open_link(browser(), {**link, "url": link["url"] + "x"})
    await owner.json(f"api/collaboration/links/{link['id']}", "DELETE")
    await open_link(browser(), link)
    address = "/".join(owner.base.split("/", 3)[:3]) + link["url"]
    assert (await browser().fetch(address, "POST", {})).code == 403
    site = jp_serverapp.identity_provider
    monkeypatch.setattr(site, "get_user", lambda handler: 1 / 0)  # as where a Hub is down
    assert (await browser().fetch(address)).code == 500
    written = capfd.readouterr()
    text = caplog.text + written.out + written.err
    assert "collab/join" in text
    assert "ZeroDivisionError" in text
    assert secret not in text
    assert [event["action"] for event in seen] == [
        "created",
        "used",
        "refused",
        "revoked",
        "refused",
    ]
    assert [event.get("reason") for event in seen] == [None, None, "unknown", None, "revoked"]
    assert secret not in json.dumps(seen)
    for line in ("created by", "used by", "revoked by", "refused by", "it is not known"):
        assert line in text
    kept = [p for p in tmp_path.rglob("links-*.json") if secret in p.read_text()]
    assert kept == []


def read_anew(shares: Any) -> None:
    """As a server does that starts."""
    shares._file = type(shares._file)(shares._file.path, shares._file._log)  # noqa: SLF001


async def test_links_survive_a_restart(owner: Browser, browser: MakeBrowser, shares: Any) -> None:
    """The service is built anew from the file, as a server does that starts."""
    link = await make_link(owner)
    guest = browser()
    await open_link(guest, link)
    read_anew(shares)
    assert (await guest.fetch(f"api/contents/{NOTES}")).code == 200
    assert (await open_link(browser(), link)).code == 302
    await owner.json(f"api/collaboration/links/{link['id']}", "DELETE")
    read_anew(shares)
    assert (await open_link(browser(), link)).code == 410


async def test_while_the_links_cannot_be_read_the_rest_works(
    owner: Browser, browser: MakeBrowser, shares: Any
) -> None:
    """G1: as where their file belongs to somebody else, from the start of the server."""
    link = await make_link(owner)
    guest = browser()
    await open_link(guest, link)
    await guest.fetch("login")
    path = shares._file.path  # noqa: SLF001
    kept = path.rename(path.with_name("kept"))
    path.mkdir()
    assert (await guest.fetch(f"api/contents/{NOTES}")).code == 200
    read_anew(shares)
    for page in ("login", "api", "static/favicon.ico"):
        assert (await guest.fetch(page)).code == 200
    assert (await guest.fetch(f"api/contents/{NOTES}")).code == 503
    for response in (await open_link(guest, link), await open_link(browser(), link)):
        assert response.code == 503
        assert b"Try again in a moment" in response.body
    listed = await owner.fetch("api/collaboration/links")
    assert listed.code == 503
    assert json.loads(listed.body)["message"].endswith(": Is a directory")
    wanted = {"path": NOTES, "role": "view"}
    made = await owner.fetch("api/collaboration/links", "POST", wanted)
    assert (made.code, json.loads(made.body)["reason"]) == (507, "not-kept")
    path.rmdir()
    kept.rename(path)
    assert (await open_link(guest, link)).code == 302
    path.rename(kept)
    path.mkdir()
    assert (await owner.fetch(f"api/contents/{NOTES}", "DELETE")).code == 204
    assert (await open_link(guest, link)).code == 410, "which could not be written down"


async def test_who_logs_out_gives_the_links_back(owner: Browser, browser: MakeBrowser) -> None:
    guest = browser()
    await open_link(guest, await make_link(owner))
    assert any("links" in name for name in guest.cookies)
    assert (await guest.fetch("logout")).code == 200
    assert not any("links" in name for name in guest.cookies)


async def test_guests_are_led_to_the_login(owner: Browser, browser: MakeBrowser) -> None:
    """G3: it may be their own server, which knows them no more."""
    guest = browser()
    await open_link(guest, await make_link(owner))
    refused = await guest.fetch("nbconvert/html/a%22b")
    found = re.search(rb'<a href="([^"]+)">', refused.body)
    assert refused.code == 403
    assert found is not None
    place = found[1].decode()
    assert place == "/a%40b/login?next=%2Fa%2540b%2Fnbconvert%2Fhtml%2Fa%2522b"
    assert (await guest.fetch(place.removeprefix("/a%40b/"))).code == 200


PICTURE = {"Accept": "image/avif,image/webp,*/*;q=0.8", "Sec-Fetch-Dest": "image"}


@pytest.mark.parametrize("left_out", ["nothing", "Sec-Fetch-Dest"])
async def test_a_picture_in_a_notebook_logs_nobody_out(
    owner: Browser, browser: MakeBrowser, left_out: str
) -> None:
    """G5: a guest may have written it. Browsers say what for they want something, but not where
    a server is reached by http from another computer."""
    guest, ada = browser(), browser(TOKEN)
    await open_link(guest, await make_link(owner))
    await ada.fetch("api/status")
    headers = {name: value for name, value in PICTURE.items() if name != left_out}
    for person, cookie in ((guest, "links"), (ada, "username")):
        assert (await person.fetch("logout", headers=headers)).code == 403
        assert any(cookie in name for name in person.cookies)
    page = {"Accept": "text/html,*/*;q=0.8", "Sec-Fetch-Dest": "document"}
    for person in (guest, ada):
        assert (await person.fetch("logout", headers=page)).code == 200
        assert person.cookies.keys() <= {"_xsrf"}


@pytest.mark.parametrize("left_out", ["nothing", "Sec-Fetch-Dest"])
async def test_a_picture_in_a_notebook_brings_nobody_files(
    owner: Browser, browser: MakeBrowser, jp_serverapp: ServerApp, left_out: str
) -> None:
    """G5: nbgitpuller puts them wherever an address says, also where they are run later on."""
    url = url_path_join(jp_serverapp.base_url, "git-pull/api")
    web_app: Any = jp_serverapp.web_app
    web_app.add_handlers(".*$", [(url, _like_nbgitpuller())])
    ada = browser(TOKEN)
    await ada.fetch("api/status")
    headers = {name: value for name, value in PICTURE.items() if name != left_out}
    assert (await ada.fetch("git-pull/api", headers=headers)).code == 403
    its_page = {"Accept": "text/event-stream", "Sec-Fetch-Dest": "empty"}
    its_page = {name: value for name, value in its_page.items() if name != left_out}
    assert (await ada.fetch("git-pull/api", headers=its_page)).body == b"pulled"


def _like_nbgitpuller() -> type[JupyterHandler]:
    class SyncHandler(JupyterHandler):
        @web.authenticated
        def get(self) -> None:
            self.finish("pulled")

    SyncHandler.__module__, SyncHandler.__qualname__ = "nbgitpuller.handlers", "SyncHandler"
    return SyncHandler


async def test_a_login_that_has_ended_is_cleared_by_whatever_comes_first(
    browser: MakeBrowser,
) -> None:
    person = browser(TOKEN)
    await person.fetch("api/status")
    (name,) = (name for name in person.cookies if "username" in name)
    stranger = browser()
    stranger.cookies[name] = "of-old"
    assert (await stranger.fetch("api", headers=PICTURE)).code == 200
    assert name not in stranger.cookies


async def test_the_dialog_is_told_what_it_needs(owner: Browser) -> None:
    model = await owner.json("api/collaboration/sharing")
    assert model["server"] == {
        "login": "token",
        "token": TOKEN,
        "local": True,
        "baseUrl": "/a%40b/",
    }
    assert model["documentLinks"] is model["serverLinks"] is True
    assert model["roles"] == ["view", "edit"]
    assert model["hub"] is None
    proxied = await owner.fetch(
        "api/collaboration/sharing", headers={"X-Forwarded-For": "10.0.0.1"}
    )
    assert json.loads(proxied.body)["server"]["local"] is False


@pytest.mark.parametrize("page", ["lab/tree", "doc/tree", "notebooks", "edit"])
async def test_a_link_to_the_server_follows_its_document(
    owner: Browser, browser: MakeBrowser, page: str
) -> None:
    """Its token lets people in, and is in no address afterwards."""
    model = await owner.json(f"api/collaboration/sharing?path={NOTES}")
    link = f"collab/open/{page}/{NOTES}?file={model['file']}&token={TOKEN}"
    moved = "shared/moved & renamed#1.txt"
    await owner.json(f"api/contents/{NOTES}", "PATCH", {"path": moved})
    somebody = browser()
    response = await somebody.fetch(link)
    assert response.code == 302
    there = "shared/moved%20%26%20renamed%231.txt"
    assert response.headers["Location"] == f"/a%40b/{page}/{there}"
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert (await somebody.json(f"api/contents/{there}"))["content"] == "hello\n"


async def test_the_token_of_a_link_to_the_server_is_in_no_log(
    browser: MakeBrowser,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    response = await browser().fetch(f"collab/open/lab/tree/{NOTES}?file=1&token={TOKEN}")
    assert response.code == 302
    written = capfd.readouterr()
    text = caplog.text + written.out + written.err
    assert "collab/open" in text
    assert TOKEN not in text


@pytest.mark.parametrize("file", ["", "?file=", "?file=unknown", "?file=//example.org"])
async def test_a_link_to_the_server_leads_to_the_path_where_the_file_is_not_known(
    owner: Browser, file: str
) -> None:
    response = await owner.fetch(f"collab/open/lab/tree/{NOTES}{file}")
    assert response.headers["Location"] == f"/a%40b/lab/tree/{NOTES}"


async def test_a_link_to_the_server_opens_nothing_for_strangers(browser: MakeBrowser) -> None:
    response = await browser().fetch(f"collab/open/lab/tree/{NOTES}?token=wrong")
    assert response.code == 302
    assert response.headers["Location"].startswith("/a%40b/login?next=")


async def test_what_is_no_file_has_no_id(owner: Browser) -> None:
    for query in ("", "?path=nowhere.txt", "?path=shared"):
        assert (await owner.json(f"api/collaboration/sharing{query}"))["file"] is None


# --- sites with their own settings


class TestWithoutLinksToTheServer:
    @pytest.fixture
    def jp_server_config(self, jp_server_config: dict[str, Any]) -> dict[str, Any]:
        jp_server_config["YDocExtension"]["share_server_links"] = False
        return jp_server_config

    async def test_the_dialog_gets_no_token(self, owner: Browser) -> None:
        model = await owner.json("api/collaboration/sharing")
        assert model["serverLinks"] is False
        assert model["server"]["token"] is None


async def test_readers_share_nothing(owner: Browser, jp_serverapp: ServerApp) -> None:
    """Who may only read neither makes links nor learns the server's token from us."""
    link = await make_link(owner)
    jp_serverapp.web_app.settings["authorizer"] = ReadOnly(parent=jp_serverapp)
    for method, path, body in (
        ("GET", "api/collaboration/sharing", None),
        ("GET", "api/collaboration/links", None),
        ("POST", "api/collaboration/links", {"path": NOTES, "role": "view"}),
        ("DELETE", f"api/collaboration/links/{link['id']}", None),
    ):
        response = await owner.fetch(path, method, body)
        assert response.code == 403
        assert TOKEN not in response.body.decode()


class Denying(Authorizer):
    """Asked about nobody but the site's own users."""

    def is_authorized(self, handler: Any, user: User, action: str, resource: str) -> bool:
        assert user.username == "site-user"
        return True


class ByHeader(IdentityProvider):
    """A site's own way to know its users, which answers at once."""

    def get_user(self, handler: Any) -> User | Awaitable[User | None] | None:
        known = handler.request.headers.get("X-Site-User")
        return User(known) if known else None


class TestOnASiteWithItsOwnIdentityProvider:
    @pytest.fixture
    def jp_server_config(self, jp_server_config: dict[str, Any]) -> dict[str, Any]:
        jp_server_config["ServerApp"] |= {
            "identity_provider_class": ByHeader,
            "authorizer_class": Denying,
            "allow_unauthenticated_access": False,
        }
        del jp_server_config["ServerApp"]["token"]
        return jp_server_config

    async def test_links_work(self, browser: MakeBrowser, jp_serverapp: ServerApp) -> None:
        site = {"X-Site-User": "site-user"}
        xsrf = {**site, "X-XSRFToken": "x", "Cookie": "_xsrf=x"}
        wanted = {"path": NOTES, "role": "view", "expiresIn": None}
        owner = browser()
        made = await owner.fetch("api/collaboration/links", "POST", wanted, headers=xsrf)
        assert made.code == 201, made.body
        guest = browser()
        assert (await open_link(guest, json.loads(made.body))).code == 302
        assert (await guest.fetch(f"api/contents/{NOTES}")).code == 200
        assert (await guest.fetch("api/contents/secret.txt")).code == 403
        assert (await browser().fetch(f"api/contents/{NOTES}")).code == 403
        response = await owner.fetch("api/contents/secret.txt", headers=site)
        assert response.code == 200
        assert type(jp_serverapp.identity_provider) is ByHeader
        assert not hasattr(ByHeader.get_user, "_jupyter_collab_passed")


@pytest.mark.parametrize(
    ("settings", "code", "page"),
    [
        ({"share_document_links": False}, 403, "switched off"),
        ({"share_with_guests": False}, 403, "switched off"),
    ],
)
class TestWhereLinksAreSwitchedOff:
    @pytest.fixture
    def jp_server_config(
        self, jp_server_config: dict[str, Any], settings: dict[str, Any]
    ) -> dict[str, Any]:
        jp_server_config["YDocExtension"] |= settings
        return jp_server_config

    async def test_none_are_made_and_none_work(
        self,
        owner: Browser,
        browser: MakeBrowser,
        settings: dict[str, Any],
        code: int,
        page: str,
    ) -> None:
        wanted = {"path": NOTES, "role": "view", "expiresIn": 3600}
        assert (await owner.fetch("api/collaboration/links", "POST", wanted)).code == 403
        response = await browser().fetch("collab/join?share_token=x")
        assert response.code == code
        assert page in response.body.decode()
        assert (await owner.json("api/collaboration/sharing"))["documentLinks"] is False


class TestWhereNobodyHasToLogIn:
    @pytest.fixture
    def jp_server_config(self, jp_server_config: dict[str, Any]) -> dict[str, Any]:
        jp_server_config["ServerApp"] |= {"token": "", "disable_check_xsrf": True}
        return jp_server_config

    async def test_no_link_promises_less_than_everything(self, browser: MakeBrowser) -> None:
        """G1: whoever opened it would have the whole server, and not by the link."""
        somebody = browser()
        wanted = {"path": NOTES, "role": "view", "expiresIn": 3600}
        made = await somebody.fetch("api/collaboration/links", "POST", wanted)
        assert made.code == 403
        assert "asks nobody to log in" in json.loads(made.body)["message"]
        model = await somebody.json("api/collaboration/sharing")
        assert (model["documentLinks"], model["server"]["login"]) == (False, "none")
        assert (await browser().fetch("collab/join?share_token=x")).code == 403


class ByHeaderOfAProxy(PasswordIdentityProvider):
    """A site's own way to know its users, which has no use for Jupyter's token."""

    def get_user(self, handler: Any) -> User | None:
        known = handler.request.headers.get("X-Site-User")
        return User(known) if known else None


class TestWhereAProxyKnowsThePeople:
    @pytest.fixture
    def jp_server_config(self, jp_server_config: dict[str, Any]) -> dict[str, Any]:
        jp_server_config["ServerApp"] |= {
            "token": "",
            "disable_check_xsrf": True,
            "identity_provider_class": ByHeaderOfAProxy,
        }
        return jp_server_config

    async def test_links_work(self, browser: MakeBrowser) -> None:
        owner = browser()
        owner.always = {"X-Site-User": "ada"}
        link = await make_link(owner)
        assert (await owner.json("api/collaboration/sharing"))["server"]["login"] == "other"
        guest = browser()
        assert (await open_link(guest, link)).code == 302
        assert (await guest.fetch("api/contents/secret.txt")).code == 403


async def test_links_that_were_made_before_end_when_they_are_switched_off(
    owner: Browser, browser: MakeBrowser, shares: Any
) -> None:
    guest = browser()
    await open_link(guest, await make_link(owner))
    shares.policy = replace(shares.policy, document_links=False)
    assert (await guest.fetch(f"api/contents/{NOTES}")).code == 403


def test_pages_load_nothing() -> None:
    made = Pages()
    ended = [made.ended(state) for state in ("revoked", "expired", "missing")]
    for page in (*ended, made.away(), made.unknown(), made.not_now(), made.refused()):
        assert not re.search(r"<script|src=|href=|https?:", page)


class TestPeopleOfAHub:
    """Links under real names: everybody but the owner has what their links open, only."""

    guests: bool | None = None

    @pytest.fixture
    def jp_server_config(
        self, jp_server_config: dict[str, Any], monkeypatch: pytest.MonkeyPatch
    ) -> dict[str, Any]:
        monkeypatch.setenv("JUPYTERHUB_API_URL", "http://127.0.0.1:1/hub/api")
        monkeypatch.setenv("JUPYTERHUB_USER", "alice")
        jp_server_config["ServerApp"]["identity_provider_class"] = ByHeader
        del jp_server_config["ServerApp"]["token"]
        jp_server_config["YDocExtension"]["share_named_only"] = True
        jp_server_config["YDocExtension"]["share_with_guests"] = self.guests
        return jp_server_config

    async def test_everything_else_is_refused(self, browser: MakeBrowser) -> None:
        alice, bob, carol = (known_as(browser, name) for name in ("alice", "bob", "carol"))
        link = await make_link(alice, role="edit")
        assert (await alice.fetch("api/contents/secret.txt")).code == 200
        assert (await bob.fetch(f"api/contents/{NOTES}")).code == 403
        assert (await open_link(bob, {"url": link["namedUrl"]})).code == 302
        assert (await bob.fetch(f"api/contents/{NOTES}")).code == 200
        for path in ("api/contents/secret.txt", "api/status", "api/spec.yaml", "nowhere"):
            assert (await bob.fetch(path)).code == 403, path
        me = await bob.json("api/me")
        assert (me["identity"]["username"], me["identity"]["name"]) == ("bob", "bob")
        assert me["permissions"]["updatable_fields"] == []
        assert (await bob.fetch("api/me", "PATCH", {"name": "alice"})).code == 400
        carol.cookies |= bob.cookies
        assert (await carol.fetch(f"api/contents/{NOTES}")).code == 403
        await alice.json(f"api/collaboration/links/{link['id']}", "DELETE")
        assert (await bob.fetch(f"api/contents/{NOTES}")).code == 403
        assert (await open_link(carol, {"url": link["namedUrl"]})).code == 410

    async def test_who_cannot_be_answered_now_is_not_sent_back_and_forth(
        self, browser: MakeBrowser, shares: Any
    ) -> None:
        """G1"""
        alice, bob = (known_as(browser, name) for name in ("alice", "bob"))
        link = await make_link(alice)
        path = shares._file.path  # noqa: SLF001
        path.rename(path.with_name("kept"))
        path.mkdir()
        read_anew(shares)
        for url in (link["namedUrl"], link["url"]):
            assert (await open_link(bob, {"url": url})).code == 503

    async def test_an_id_opens_nothing_for_those_who_are_not_logged_in(
        self, browser: MakeBrowser
    ) -> None:
        link = await make_link(known_as(browser, "alice"))
        nobody = browser()
        for url in (link["namedUrl"], link["url"]):
            response = await open_link(nobody, {"url": url})
            assert response.code == 302
            assert "/login" in response.headers["Location"]
            assert "share_token" not in response.headers["Location"]
        assert (await nobody.fetch(f"api/contents/{NOTES}")).code == 403


class TestPeopleOfAHubBesideGuests(TestPeopleOfAHub):
    """What holds for people of the Hub does so where others come in by the secret, too."""

    guests = True

    async def test_an_id_opens_nothing_for_those_who_are_not_logged_in(
        self, browser: MakeBrowser
    ) -> None:
        """Nor for guests. It leads to the login, as the Hub's accept link leads to it."""
        link = await make_link(known_as(browser, "alice"))
        nobody, guest = browser(), browser()
        assert (await open_link(guest, link)).code == 302
        assert (await guest.fetch(f"api/contents/{NOTES}")).code == 200
        for who in (nobody, guest):
            response = await open_link(who, {"url": link["namedUrl"]})
            assert response.code == 302
            assert "/login" in response.headers["Location"]
        assert (await nobody.fetch(f"api/contents/{NOTES}")).code == 403


async def test_an_id_opens_nothing_for_guests(owner: Browser, browser: MakeBrowser) -> None:
    link = await make_link(owner)
    assert "namedUrl" not in link
    guest = browser()
    await open_link(guest, await make_link(owner, "shared/nb.ipynb"))
    for person in (guest, browser()):
        response = await person.fetch(f"collab/join?link={link['id']}")
        assert response.code == 404
        assert (await person.fetch(f"api/contents/{NOTES}")).code == 403


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
class TestOnASiteWithALoginHandlerOfOldTimes:
    """Which jupyter_server drives through a provider of its own."""

    @pytest.fixture
    def jp_server_config(self, jp_server_config: dict[str, Any]) -> dict[str, Any]:
        provider = "jupyter_server.auth.identity.LegacyIdentityProvider"
        jp_server_config["ServerApp"]["identity_provider_class"] = provider
        return jp_server_config

    async def test_links_work(
        self, owner: Browser, browser: MakeBrowser, jp_serverapp: ServerApp
    ) -> None:
        assert type(jp_serverapp.identity_provider).__name__ == "LegacyIdentityProvider"
        guest = browser()
        assert (await open_link(guest, await make_link(owner))).code == 302
        assert (await guest.fetch(f"api/contents/{NOTES}")).code == 200
        assert (await guest.fetch("api/contents/secret.txt")).code == 403
        assert (await browser().fetch(f"api/contents/{NOTES}")).code == 403
        assert (await owner.fetch("api/contents/secret.txt")).code == 200


class TestWithoutTheServiceOfFileIds(WithoutTheServiceOfFileIds):
    async def test_links_follow_their_document(self, owner: Browser, browser: MakeBrowser) -> None:
        """G1 F7"""
        link = await make_link(owner)
        await owner.json(f"api/contents/{NOTES}", "PATCH", {"path": "shared/moved.txt"})
        guest = browser()
        response = await open_link(guest, link)
        assert response.headers["Location"].endswith("/doc/tree/shared/moved.txt")
        assert (await guest.json("api/contents/shared/moved.txt"))["content"] == "hello\n"
        assert (await guest.fetch(f"api/contents/{NOTES}")).code == 403
