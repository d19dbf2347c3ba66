"""Who comes to a server of a JupyterHub without an account, and the names of who has one."""

from __future__ import annotations

import json

import pytest
from tornado.httpclient import HTTPClientError

from tests.server.client import presence, states

from .person import Person, closed_within, link_on, make_link, page_config
from .process import HubProcess
from .site import NOT_FOR_HOLDERS, SECRET


async def test_names_are_those_of_the_hub(hub: HubProcess) -> None:
    """O1: what a client says of its user is put right."""
    async with Person(hub, "alice") as alice:
        await alice.log_in()
        page = await alice.open("/user/alice/lab")
        assert json.loads(page_config(page)["jupyterCollab"])["collaborative"] is True
        me = await alice.json("alice", "api/me")
        assert (me["identity"]["username"], me["identity"]["name"]) == ("alice", "alice")
        client = await alice.document("alice", "notes.txt")
        watcher = await alice.document("alice", "notes.txt")
        await client.send(presence(19, {"user": {"username": "dana", "name": "Dana"}}))
        await watcher.until(lambda: 19 in states(watcher))
        user = states(watcher)[19]["user"]
        assert (user["username"], user["name"]) == ("alice", "alice")
        await client.close()
        await watcher.close()


@pytest.mark.parametrize("owner", ["alice", "dana"])
async def test_nobody_comes_in_without_an_account(hub: HubProcess, owner: str) -> None:
    """The default on a Hub: where there are links, the one leads to the Hub's login."""
    async with Person(hub, owner) as host, Person(hub, "nobody") as nobody:
        await host.log_in(owner)
        sharing = await host.json(owner, "api/collaboration/sharing")
        assert sharing["guests"] is False
        assert sharing["documentLinks"] is (owner == "alice")
        wanted = {"path": "notes.txt", "role": "view", "expiresIn": 3600}
        made = await host.fetch(owner, "api/collaboration/links", "POST", wanted)
        if owner == "dana":
            assert made.status_code == 403
            page = await nobody.open("/user/dana/collab/join?share_token=x")
            assert page.status_code == 403
            return
        page = await nobody.open(made.json()["url"])
        assert nobody.place(page) == "/hub/login"
        assert "share_token" not in str(page.url)
        assert (await nobody.fetch(owner, "api/contents/notes.txt")).status_code == 403


async def test_guests_without_an_account_come_in_where_that_is_allowed(hub: HubProcess) -> None:
    """G2: they get the document, and no more of the server, nor any token of the Hub."""
    async with Person(hub, "erin") as erin, Person(hub, "nobody") as guest:
        await erin.log_in("erin")
        link = await make_link(erin)
        page = await guest.open(link["url"])
        assert guest.place(page) == "/user/erin/doc/tree/notes.txt"
        assert page_config(page)["token"] == ""
        client = await guest.document("erin", "notes.txt")
        assert str(client.text) == "hello\n"
        for method, path, body in NOT_FOR_HOLDERS:
            response = await guest.fetch("erin", path, method, body)
            assert response.status_code == 403, path
            assert SECRET not in response.text
        await erin.json("erin", f"api/collaboration/links/{link['id']}", "DELETE")
        assert await closed_within(client, 1) == 4403
        assert (await guest.fetch("erin", "api/contents/notes.txt")).status_code == 403


async def test_who_has_opened_a_link_to_their_own_server_can_log_in_there(hub: HubProcess) -> None:
    """G3: such as an owner who tries the link in a browser that has not logged in there yet."""
    async with Person(hub, "erin") as erin, Person(hub, "erin") as elsewhere:
        await erin.log_in("erin")
        link = await make_link(erin)
        page = await elsewhere.open(link["url"])
        assert elsewhere.place(page) == "/user/erin/doc/tree/notes.txt"
        await elsewhere.log_in()
        page = await elsewhere.open("/user/erin/lab")
        assert page.status_code == 403
        page = await elsewhere.open(link_on(page))
        assert (page.status_code, elsewhere.place(page)) == (200, "/user/erin/lab")
        assert (await elsewhere.fetch("erin", "api/contents/secret.txt")).status_code == 200


async def test_who_came_by_a_link_can_log_out(hub: HubProcess) -> None:
    """A guest, and somebody whom the Hub knows."""
    async with Person(hub, "erin") as erin, Person(hub, "nobody") as guest:
        await erin.log_in("erin")
        await guest.open((await make_link(erin))["url"])
        assert (await guest.fetch("erin", "api/contents/notes.txt")).status_code == 200
        await guest.open("/user/erin/logout")
        assert (await guest.fetch("erin", "api/contents/notes.txt")).status_code == 403
    async with Person(hub, "alice") as alice, Person(hub, "bob") as bob:
        await alice.log_in("alice")
        await bob.log_in()
        link = await make_link(alice)
        await bob.open(link["acceptUrl"])
        await bob.open("/user/alice/logout")
        await alice.json("alice", f"api/collaboration/links/{link['id']}", "DELETE")
        assert bob.place(await bob.open("/hub/home")) == "/hub/login"


async def test_no_socket_is_opened_for_nobody(hub: HubProcess) -> None:
    async with Person(hub, "nobody") as nobody:
        for owner in ("alice", "dana", "erin"):
            with pytest.raises(HTTPClientError) as refused:
                await nobody.room(owner, "text:file:any")
            assert refused.value.code == 403
