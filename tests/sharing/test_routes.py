"""Every route of a running server, for everybody who might come: read from the web application,
so that a route that comes with a new release fails here until somebody has decided."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from jupyter_server.serverapp import ServerApp
from jupyter_server.utils import url_escape
from tornado.httpclient import HTTPClientError, HTTPRequest, HTTPResponse
from tornado.web import RequestHandler

from jupyter_collab.server.sockets.allowance import MAX_GUEST_FRAME
from jupyter_collab.sharing.pages.guestplugins import LEFT_OUT, disabled

from .conftest import SECRET, TOKEN, Browser, MakeBrowser, ReadOnly, make_link, open_link
from .routes import OTHER, OWN, ROUTES

# Extensions are loaded, whose own warnings are not ours.
pytestmark = pytest.mark.filterwarnings(
    "ignore::DeprecationWarning",
    "ignore::FutureWarning",
    "ignore::jupyter_server.utils.JupyterServerAuthWarning",
)

METHODS = ("get", "head", "post", "put", "patch", "delete")
BODIES = {"api/me": {"display_name": "Ada"}}
BODY = {"format": "text", "type": "file"}
EXTENSIONS = ("jupyterlab", "notebook", "jupyter_lsp", "jupyter_server_terminals")


@pytest.fixture
def jp_server_config(jp_server_config: dict[str, Any]) -> dict[str, Any]:
    jp_server_config["ServerApp"]["jpserver_extensions"] |= dict.fromkeys(EXTENSIONS, True)
    return jp_server_config


@pytest.fixture(params=[True, False], ids=["", "all-routes-authenticated"])
def authenticated_only(request: pytest.FixtureRequest, jp_server_config: dict[str, Any]) -> None:
    jp_server_config["ServerApp"]["allow_unauthenticated_access"] = request.param


def rules(router: Any) -> Iterator[Any]:
    for rule in router.rules:
        if hasattr(rule.target, "rules"):
            yield from rules(rule.target)
        else:
            yield rule


def implemented(handler: type[RequestHandler]) -> list[str]:
    """The methods that a handler has; OPTIONS is public and says nothing."""
    default = {method: getattr(RequestHandler, method) for method in METHODS}
    return [method for method in METHODS if getattr(handler, method) is not default[method]]


@dataclass(frozen=True)
class Case:
    pattern: str
    handler: type[RequestHandler]
    method: str
    path: str
    expected: str

    def __str__(self) -> str:
        return f"{self.method.upper()} {self.path} ({self.pattern}, {self.handler.__qualname__})"


def cases(app: ServerApp) -> list[Case]:
    """One for each method of each route, two where the route names a document."""
    found, unknown = [], []
    for rule in rules(app.web_app.default_router):
        pattern = rule.matcher.regex.pattern.removesuffix("$")
        for base in (app.base_url.rstrip("/"), re.escape(app.base_url.rstrip("/"))):
            pattern = pattern.removeprefix(base)
        route = ROUTES.get(pattern)
        for method in implemented(rule.target) or ["get"]:
            if route is None or method not in route.methods:
                unknown.append(f"{method} {pattern} {rule.target.__qualname__}")
                continue
            for document in (OWN, OTHER) if "{}" in route.example else ("",):
                expected = route.methods[method]
                if expected == "own":
                    expected = "passed" if document == OWN else "refused"
                elif expected == "led" and document != OWN:
                    expected = "refused"
                path = route.example.replace("{}", document)
                found.append(Case(pattern, rule.target, method, path, expected))
    assert not unknown, (
        f"{unknown}: decide what holders of links get there, in rules.py and in routes.py"
    )
    return found


class Check:
    """Collects what is not as expected, for all routes at once."""

    def __init__(self, forbidden: list[str]) -> None:
        self.wrong: list[str] = []
        self._forbidden = forbidden

    def secrets(self, case: Case, response: HTTPResponse) -> None:
        text = (response.body or b"").decode("utf-8", "replace") + str(response.headers)
        self.wrong += [f"{case} told {word!r}" for word in self._forbidden if word in text]

    def expect(self, case: Case, response: HTTPResponse, *codes: int) -> None:
        if response.code not in codes:
            self.wrong.append(f"{case}: {response.code}, not {codes}")


async def ask(browser: Browser, case: Case) -> HTTPResponse:
    writes = case.method in ("post", "put", "patch")
    body = BODIES.get(case.path, BODY) if writes else None
    try:
        return await browser.fetch(case.path, case.method.upper(), body, request_timeout=3)
    except HTTPClientError as error:  # the route fails before anybody is asked for
        return HTTPResponse(HTTPRequest(case.path), error.code)


def without_licenses(app: ServerApp) -> list[Case]:
    """That handler leaves those whom it refuses without any answer, until they give up."""
    return [case for case in cases(app) if case.handler.__name__ != "LicensesHandler"]


def is_socket(case: Case) -> bool:
    return hasattr(case.handler, "on_message")


async def has_xsrf(browser: Browser) -> None:
    """What a page gives its scripts."""
    await browser.fetch("login")


CODES = {
    "refused": (403,),
    "canned": (200, 201, 204),
    "passed": (200, 201, 204, 304, 404),
    "led": (302,),
}


FOR_READERS = {
    "jupyter_collab.SessionHandler": (200, 201),  # which room a document has
    "jupyter_collab.IdentityHandler": (200,),  # how others see them
    "jupyter_server.IdentityHandler": (200,),
    "jupyter_server.NotebooksRedirectHandler": (302,),
    "jupyter_server.TrailingSlashHandler": (302,),
    "jupyter_server.LoginFormHandler": (401,),
    "jupyter_server.MainHandler": (404,),
}
"""What those get who may only read, from handlers that change nothing of anybody else's."""


@pytest.mark.parametrize("role", ["view", "edit"])
async def test_holders_get_what_their_link_says(
    authenticated_only: None,
    owner: Browser,
    browser: MakeBrowser,
    jp_serverapp: ServerApp,
    jp_root_dir: Path,
    role: str,
) -> None:
    """G2: everything else is refused, and nothing tells a secret."""
    link = await make_link(owner, OWN, role=role)
    guest, nobody = browser(), browser()
    assert (await open_link(guest, link)).code == 302
    await has_xsrf(guest)
    await has_xsrf(nobody)
    kept = dict(guest.cookies)
    secret = link["url"].split("=")[1]
    check = Check([TOKEN, SECRET, str(jp_root_dir), sys.prefix, str(Path.home()), secret])
    for case in cases(jp_serverapp):
        if is_socket(case) and case.expected == "passed":
            continue  # test_sockets.py
        guest.cookies = dict(kept)
        response = await ask(guest, case)
        check.secrets(case, response)
        if case.expected == "public":
            check.expect(case, response, (await ask(nobody, case)).code)
        else:
            check.expect(case, response, *CODES[case.expected])
    assert not check.wrong, "\n".join(check.wrong)


async def test_a_second_tab_opens_what_its_link_says(owner: Browser, browser: MakeBrowser) -> None:
    """G2: JupyterLab sends it to a workspace of its own, which is as empty as the other one."""
    guest = browser()
    await open_link(guest, await make_link(owner, OWN))
    page = await guest.fetch(f"doc/workspaces/auto-a/tree/{OWN}?reset=1")
    assert page.code == 200
    assert '"workspace": "auto-a"' in page.body.decode()
    for path in (f"doc/workspaces/auto-a/tree/{OTHER}", "doc/workspaces/auto-a"):
        assert (await guest.fetch(path)).code == 403, path
    assert (await guest.fetch(f"lab/workspaces/auto-a/tree/{OWN}")).code == 403


@pytest.mark.parametrize("state", ["active", "revoked"])
async def test_no_error_tells_a_secret(
    owner: Browser, browser: MakeBrowser, jp_serverapp: ServerApp, jp_root_dir: Path, state: str
) -> None:
    """G2: Jupyter's pages of errors have the server's token for all whom it knows."""
    link = await make_link(owner, OWN)
    guest = browser()
    assert (await open_link(guest, link)).code == 302
    if state == "revoked":
        await owner.json(f"api/collaboration/links/{link['id']}", "DELETE")
    kept = {name: value for name, value in guest.cookies.items() if name != "_xsrf"}
    check = Check([TOKEN, SECRET, str(jp_root_dir), sys.prefix, str(Path.home())])
    for case in without_licenses(jp_serverapp):
        for query in ("", "?share_token=%ff&link=%ff&path=%ff"):
            guest.cookies = dict(kept)
            asked = replace(case, path=case.path + query)
            check.secrets(asked, await ask(guest, asked))
    assert not check.wrong, "\n".join(check.wrong)


@pytest.mark.parametrize("end", ["expired", "revoked"])
async def test_a_link_that_has_ended_opens_nothing(
    owner: Browser,
    browser: MakeBrowser,
    jp_serverapp: ServerApp,
    shares: Any,
    jp_root_dir: Path,
    end: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whoever has it is nobody from then on, and the document's page says why."""
    link = await make_link(owner, OWN, role="edit", expiresIn=3600)
    guest, nobody = browser(), browser()
    assert (await open_link(guest, link)).code == 302
    await has_xsrf(guest)
    await has_xsrf(nobody)
    if end == "revoked":
        await owner.json(f"api/collaboration/links/{link['id']}", "DELETE")
    else:
        monkeypatch.setattr(shares, "_clock", lambda: link["expires"] + 1)
    kept = dict(guest.cookies)
    check = Check([TOKEN, SECRET, "hello", str(jp_root_dir)])
    for case in without_licenses(jp_serverapp):
        guest.cookies = dict(kept)
        response = await ask(guest, case)
        check.secrets(case, response)
        if case.path == "api/collaboration/guest":
            check.expect(case, response, 200)
            assert f'"{end}"' in response.body.decode()
        elif case.path == "doc/tree/shared/notes.txt":
            check.expect(case, response, 403)
            assert end in response.body.decode()
        elif case.path in (f"notebooks/{OWN}", f"edit/{OWN}", f"tree/{OWN}"):
            check.expect(case, response, 403)
        else:
            check.expect(case, response, (await ask(nobody, case)).code)
    assert not check.wrong, "\n".join(check.wrong)
    again = await open_link(browser(), link)
    assert again.code == 410
    assert end in again.body.decode()


async def test_nobody_gets_nothing(
    authenticated_only: None,
    browser: MakeBrowser,
    jp_serverapp: ServerApp,
    jp_root_dir: Path,
) -> None:
    """Of our own routes; the others are Jupyter's."""
    nobody = browser()
    await has_xsrf(nobody)
    check = Check([TOKEN, SECRET, str(jp_root_dir)])
    for case in without_licenses(jp_serverapp):
        response = await ask(nobody, case)
        check.secrets(case, response)
        if "collaboration" in case.path:
            check.expect(case, response, 403)
    assert not check.wrong, "\n".join(check.wrong)


async def test_readers_change_nothing(
    owner: Browser, jp_serverapp: ServerApp, jp_root_dir: Path
) -> None:
    """Whom the site lets only read files: nothing that writes is for them, of ours or of Jupyter
    Server's, and nothing of ours tells a secret. JupyterLab asks no authorizer for its own."""
    link = await make_link(owner, OWN, role="edit")
    jp_serverapp.web_app.settings["authorizer"] = ReadOnly(parent=jp_serverapp)
    before = {file: file.read_bytes() for file in jp_root_dir.rglob("*") if file.is_file()}
    check = Check([TOKEN, SECRET, link["url"].split("=")[1]])
    for case in without_licenses(jp_serverapp):
        package = case.handler.__module__.partition(".")[0]
        writes = case.method not in ("get", "head")
        if package == "jupyter_collab":
            response = await ask(owner, case)
            check.secrets(case, response)
        if writes and package in ("jupyter_collab", "jupyter_server"):
            response = await ask(owner, case)
            known = FOR_READERS.get(f"{package}.{case.handler.__name__}", (403,))
            check.expect(case, response, *known)
    assert not check.wrong, "\n".join(check.wrong)
    assert before == {file: file.read_bytes() for file in before}


async def test_pages_follow_a_document(owner: Browser, browser: MakeBrowser) -> None:
    """The address that a guest has open leads to where the document is now."""
    guest = browser()
    await open_link(guest, await make_link(owner, "shared/nb.ipynb"))
    moved = "moved & renamed.ipynb"
    await owner.json("api/contents/shared/nb.ipynb", "PATCH", {"path": moved})
    for place in ("doc/tree", "notebooks"):
        response = await guest.fetch(f"{place}/shared/nb.ipynb")
        assert response.code == 302
        to = response.headers["Location"]
        assert to.endswith(f"/{place}/{url_escape(moved)}")
        followed = await guest.fetch(to.removeprefix("/a%40b/"))
        assert followed.code == 200


async def test_pages_say_who_the_guest_is(owner: Browser, browser: MakeBrowser) -> None:
    guest = browser()
    await open_link(guest, await make_link(owner, OWN, role="edit"))
    page = (await guest.fetch(f"doc/tree/{OWN}")).body.decode()
    config = page_config(page)
    assert config["token"] == ""
    told = json.loads(config["jupyterCollab"])
    assert told["guest"]["documents"] == [{"path": OWN, "role": "edit", "expires": None}]
    assert "sharing" not in told
    assert told["maxFrame"] == MAX_GUEST_FRAME
    assert "@jupyterlab/filebrowser-extension:widget" in config["disabledExtensions"]
    owners = page_config((await owner.fetch("lab")).body.decode())
    assert not set(owners["disabledExtensions"]) & set(LEFT_OUT)
    own = json.loads(owners["jupyterCollab"])
    assert own["sharing"]["documentLinks"] is True
    assert own["maxFrame"] > MAX_GUEST_FRAME
    assert "guest" not in own


def test_what_a_site_leaves_out_is_left_out_for_guests_too() -> None:
    plugins = disabled(["a-site:plugin", LEFT_OUT[0]])
    assert plugins == sorted({"a-site:plugin", *LEFT_OUT})


def page_config(page: str) -> dict[str, Any]:
    found = re.search(r'id="jupyter-config-data"[^>]*>(.*?)</script>', page, re.DOTALL)
    assert found is not None
    config: dict[str, Any] = json.loads(found[1])
    return config
