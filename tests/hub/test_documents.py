"""Links to documents for people of the Hub, on a server that is configured as documented."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

from tests.server.client import presence, states

from .person import Person, accept_link, closed_within, make_link, page_config
from .process import HubProcess
from .site import NOT_FOR_HOLDERS, SECRET


async def test_two_people_edit_by_an_accept_link(hub: HubProcess) -> None:
    """G2: the Hub lets bob in, the link says what to. G4: when it ends he is out."""
    async with Person(hub, "alice") as alice, Person(hub, "bob") as bob:
        await alice.log_in("alice")
        await bob.log_in()
        link = await make_link(alice, role="edit")
        page = await bob.open(link["acceptUrl"])
        assert bob.pressed == ["Accept invitation", "Authorize"]
        assert bob.place(page) == "/user/alice/doc/tree/notes.txt"
        config = page_config(page)
        assert config["token"] == ""
        me = await bob.json("alice", "api/me")
        assert (me["identity"]["username"], me["identity"]["name"]) == ("bob", "bob")
        hers = await alice.document("alice", "notes.txt")
        his = await bob.document("alice", "notes.txt")
        assert his.json(0)[0]["access"] == "edit"
        await his.send(presence(17, {"user": {"username": "alice", "name": "Alice"}}))
        his.text += "bob was here\n"
        await hers.until(lambda: "bob was here" in str(hers.text))
        await hers.until(lambda: 17 in states(hers))
        assert states(hers)[17]["user"]["username"] == "bob"
        for method, path, body in NOT_FOR_HOLDERS:
            response = await bob.fetch("alice", path, method, body)
            assert response.status_code == 403, path
            assert SECRET not in response.text
        listed = (await alice.json("alice", "api/collaboration/links"))["links"]
        assert [person["username"] for person in listed[0]["people"]] == ["bob"]
        await alice.json("alice", f"api/collaboration/links/{link['id']}", "DELETE")
        assert await closed_within(his, 1) == 4403
        assert (await bob.fetch("alice", "api/contents/notes.txt")).status_code == 403
        page = await bob.open(link["namedUrl"])
        assert (page.status_code, bob.pressed) == (410, [])
        page = await bob.open(link["acceptUrl"])
        assert (page.status_code, bob.pressed) == (404, [])
        await hers.close()


async def test_frames_of_a_viewer_change_nothing(hub: HubProcess) -> None:
    """Whatever the client of somebody who may view sends."""
    async with Person(hub, "alice") as alice, Person(hub, "bob") as bob:
        await alice.log_in("alice")
        await bob.log_in()
        link = await make_link(alice, "nb.ipynb", role="view")
        await bob.open(link["acceptUrl"])
        hers = await alice.document("alice", "nb.ipynb", format="json", type="notebook")
        his = await bob.document("alice", "nb.ipynb", format="json", type="notebook")
        assert his.json(0)[0]["access"] == "view"
        his.state["forged"] = True
        his.send_update(his.doc.get_update(), step=1)
        assert (await his.save())["status"] != "success"
        hers.state["dirty-by-alice"] = 1
        await his.until(lambda: "dirty-by-alice" in his.state)
        assert "forged" not in hers.state
        await his.close()
        await hers.close()


async def test_a_code_without_the_link_opens_nothing(hub: HubProcess) -> None:
    """The Hub lets carol access the server, and she leaves the link out."""
    async with Person(hub, "alice") as alice, Person(hub, "carol") as carol:
        await alice.log_in("alice")
        await carol.log_in()
        link = await make_link(alice)
        page = await carol.open(await accept_link(alice, "/user/alice/lab"))
        assert (page.status_code, carol.pressed) == (403, ["Accept invitation", "Authorize"])
        for path in ("api/contents/notes.txt", "api/contents/secret.txt", "lab", "api/status"):
            assert (await carol.fetch("alice", path)).status_code == 403, path
        lobby = await carol.room("alice", "JupyterLab:globalAwareness")
        assert await closed_within(lobby, 1) == 4403
        assert states(lobby) == {}
        page = await carol.open(link["namedUrl"])
        assert (page.status_code, carol.pressed) == (200, [])


async def test_neither_codes_nor_secrets_are_in_a_log(hub: HubProcess) -> None:
    """G1: of the Hub, its proxy and the servers."""
    async with Person(hub, "alice") as alice, Person(hub, "bob") as bob:
        await alice.log_in("alice")
        await bob.log_in()
        link = await make_link(alice)
        await bob.open(link["acceptUrl"])
        await bob.open(link["url"])
        (code,) = parse_qs(urlsplit(link["acceptUrl"]).query)["code"]
        (secret,) = parse_qs(urlsplit(link["url"]).query)["share_token"]
        log = hub.log.read_text()
        assert f"Link {link['id']} (view of notes.txt) used by bob" in log
        assert code not in log
        assert secret not in log


async def test_whom_the_hub_does_not_let_in_has_nothing_of_a_link(hub: HubProcess) -> None:
    async with Person(hub, "alice") as alice, Person(hub, "dana") as dana:
        await alice.log_in("alice")
        await dana.log_in()
        link = await make_link(alice)
        for url in (link["namedUrl"], link["url"]):
            page = await dana.open(url)
            assert page.status_code == 403
            assert dana.place(page).startswith("/hub/")
