"""Rights that end while documents are open, where only asking tells."""

from __future__ import annotations

from typing import Any

import pytest
from jupyter_server.auth import Authorizer
from jupyter_server.serverapp import ServerApp

from tests.server.client import within
from tests.server.conftest import Connect
from tests.waiting import until

from .conftest import TOKEN, Browser, MakeBrowser

NOTES = "shared/notes.txt"


class Changing(Authorizer):
    granted: tuple[str, ...] = ("read", "write")
    asked: int = 0

    def is_authorized(self, handler: Any, user: Any, action: str, resource: str) -> bool:
        type(self).asked += 1
        return action in type(self).granted


async def asked_again(rights: type[Changing]) -> None:
    """Wait until it was asked at least twice whether somebody may still read and write."""
    wanted = rights.asked + 6
    await until(lambda: rights.asked >= wanted)


@pytest.fixture
def rights(monkeypatch: pytest.MonkeyPatch) -> type[Changing]:
    monkeypatch.setattr(Changing, "granted", ("read", "write"))
    return Changing


@pytest.fixture
def jp_server_config(jp_server_config: dict[str, Any], rights: type[Changing]) -> dict[str, Any]:
    jp_server_config["ServerApp"]["authorizer_class"] = rights
    jp_server_config["YDocExtension"]["share_recheck_interval"] = 0.1
    return jp_server_config


async def test_who_may_not_read_any_more_is_out(connect: Connect, rights: type[Changing]) -> None:
    ada = await connect(NOTES)
    await asked_again(rights)
    assert ada.closed is None
    rights.granted = ()
    assert (await ada.until_closed())[0] == 4403
    assert ada.json(3)[-1]["reason"] == "not-allowed"


async def test_who_may_only_read_from_now_on_comes_again_as_a_viewer(
    connect: Connect, rights: type[Changing]
) -> None:
    ada = await connect(NOTES)
    rights.granted = ("read",)
    assert (await ada.until_closed())[0] == 1001
    again = await connect(NOTES)
    assert again.json(0)[0]["access"] == "view"
    await asked_again(rights)
    assert again.closed is None


class Hub:
    """What is asked of a JupyterHub."""

    access_scopes = frozenset({"access:servers!server=ada/"})

    def __init__(self) -> None:
        self.scopes: dict[str, list[str]] = {}
        self.asked = 0

    def get_token(self, handler: Any) -> str:
        return TOKEN

    def check_scopes(self, required: frozenset[str], user: Any) -> set[str]:
        return set(required) & set(user["scopes"])

    async def _model(self, token: str) -> Any:
        self.asked += 1
        if token == "down":
            raise OSError("the Hub does not answer")
        return {"scopes": self.scopes[token]} if token in self.scopes else None

    def user_for_token(self, token: str, *, use_cache: bool, sync: bool) -> Any:
        assert not use_cache
        assert not sync
        return self._model(token)


@pytest.mark.parametrize("ends", ["withdrawn", "logged out"])
async def test_a_share_that_a_hub_withdraws_ends(
    connect: Connect,
    jp_serverapp: ServerApp,
    app: Any,
    ends: str,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The Hub is asked once for each login, and not believed to be down for long."""
    hub = Hub()
    hub.scopes[TOKEN] = list(hub.access_scopes)
    provider = jp_serverapp.identity_provider
    monkeypatch.setattr(provider, "hub_auth", hub, raising=False)
    ada, bob = await connect(NOTES), await connect(NOTES)
    recheck = app.sharing.recheck
    recheck.close()
    hub.asked = 0
    await recheck.ask()
    assert hub.asked == 1
    monkeypatch.setattr(hub, "get_token", lambda handler: "down")
    await recheck.ask()
    assert ada.closed is None
    assert hub.asked == 2
    assert caplog.text.count("the Hub does not answer") == 1
    assert "Traceback" not in caplog.text
    monkeypatch.setattr(hub, "get_token", lambda handler: TOKEN)
    hub.scopes = {} if ends == "logged out" else {TOKEN: []}
    await recheck.ask()
    assert (await ada.until_closed())[0] == (await bob.until_closed())[0] == 4403


async def test_logging_out_ends_what_was_opened(
    connect: Connect, browser: MakeBrowser, owner: Browser
) -> None:
    """In this browser; another one of the same server goes on."""
    ada, bob = browser(TOKEN), browser(TOKEN)
    clients = []
    for person in (ada, bob):
        await person.fetch("api/status")
        body = {"format": "text", "type": "file"}
        opened = await person.json(f"api/collaboration/session/{NOTES}", "PUT", body)
        room = f"text:file:{opened['fileId']}"
        headers = {"Cookie": person.headers["Cookie"]}
        clients.append(await connect.room(room, opened["sessionId"], headers=headers))
        await clients[-1].sync()

    async def log_out() -> None:
        assert (await ada.fetch("logout")).code == 200
        assert (await clients[0].until_closed())[0] == 4403

    await within(1, log_out())
    assert clients[1].closed is None
