"""Shares of a whole server, made, accepted and withdrawn through our interface to the Hub."""

from __future__ import annotations

import time

from .person import Person, accept_link, closed_within, page_config
from .process import RECHECK, HubProcess

SHARES, CODES = "api/collaboration/hub/shares", "api/collaboration/hub/codes"


async def test_a_server_is_shared_and_taken_back(hub: HubProcess) -> None:
    """G4: at once, for it is this server that tells the Hub."""
    async with Person(hub, "dana") as dana, Person(hub, "bob") as bob:
        await dana.log_in("dana")
        await bob.log_in()
        page = await bob.open("/user/dana/lab/tree/notes.txt")
        assert page.status_code == 403
        before = time.time()
        code = await dana.json("dana", CODES, "POST", {"expiresIn": 3600})
        assert before + 3590 < code["expires"] < before + 3700
        listed = await dana.json("dana", SHARES)
        assert code["id"] in [known["id"] for known in listed["codes"]]
        assert "code" not in listed["codes"][0]
        page = await bob.open(f"{code['url']}&next={hub.prefix}user/dana/lab/tree/notes.txt")
        assert bob.pressed == ["Accept invitation", "Authorize"]
        assert (page.status_code, bob.place(page)) == (200, "/user/dana/lab/tree/notes.txt")
        assert page_config(page)["token"] != ""
        his = await bob.document("dana", "notes.txt")
        assert his.json(0)[0]["access"] == "edit"
        listed = await dana.json("dana", SHARES)
        assert [(share["kind"], share["name"]) for share in listed["shares"]] == [("user", "bob")]
        assert next(c for c in listed["codes"] if c["id"] == code["id"])["used"] == 1

        await dana.json("dana", f"{CODES}/{code['id']}", "DELETE")
        assert (await dana.fetch("dana", f"{CODES}/{code['id']}", "DELETE")).status_code == 404
        assert (await bob.fetch("dana", "api/contents/notes.txt")).status_code == 200
        assert his.closed is None
        await dana.json("dana", f"{SHARES}/user/bob", "DELETE")
        assert await closed_within(his, 1) == 4403
        assert (await bob.fetch("dana", "api/contents/notes.txt")).status_code == 403
        assert (await bob.open(code["url"])).status_code == 404
        assert (await dana.json("dana", SHARES))["shares"] == []


async def test_a_share_that_is_taken_back_at_the_hub_ends(hub: HubProcess) -> None:
    """G4: after ``share_recheck_interval`` at most."""
    async with Person(hub, "dana") as dana, Person(hub, "carol") as carol:
        await dana.log_in("dana")
        await carol.log_in()
        await carol.open(await accept_link(dana, "/user/dana/lab"))
        hers = await carol.document("dana", "notes.txt")
        others = await dana.document("dana", "notes.txt")
        hub.request("PATCH", "shares/dana/", {"user": "carol"})
        assert await closed_within(hers, RECHECK + 1) == 4403
        assert hers.json(3)[-1]["reason"] == "not-allowed"
        assert others.closed is None
        await others.close()


async def test_who_accepted_a_share_cannot_share_it_on(hub: HubProcess) -> None:
    async with Person(hub, "dana") as dana, Person(hub, "carol") as carol:
        await dana.log_in("dana")
        await carol.log_in()
        await carol.open(await accept_link(dana, "/user/dana/lab"))
        sharing = await carol.json("dana", "api/collaboration/sharing")
        assert (sharing["hub"]["isOwner"], sharing["hub"]["canShare"]) == (False, False)
        for method, path in (("GET", SHARES), ("DELETE", f"{SHARES}/user/bob"), ("POST", CODES)):
            body = {"expiresIn": 60} if method == "POST" else None
            response = await carol.fetch("dana", path, method, body)
            assert (response.status_code, response.json()["reason"]) == (403, "hub-forbids")


async def test_without_the_scope_the_hub_makes_no_codes(hub: HubProcess) -> None:
    """The plain address still opens the document to those whom the Hub lets in."""
    async with Person(hub, "erin") as erin, Person(hub, "bob") as bob:
        await erin.log_in("erin")
        await bob.log_in()
        sharing = await erin.json("erin", "api/collaboration/sharing")
        assert (sharing["hub"]["isOwner"], sharing["hub"]["canShare"]) == (True, False)
        response = await erin.fetch("erin", CODES, "POST", {"expiresIn": 3600})
        assert (response.status_code, response.json()["reason"]) == (403, "hub-forbids")
        plain = "/user/erin/lab/tree/nb.ipynb"
        assert (await bob.open(plain)).status_code == 403
        hub.request("POST", "shares/erin/", {"user": "bob"})
        page = await bob.open(plain)
        assert (page.status_code, bob.place(page)) == (200, plain)
        assert bob.pressed == ["Authorize"]


async def test_a_link_that_pulls_a_repository_lands_on_the_shared_document(
    hub: HubProcess,
) -> None:
    """``/hub/user-redirect/`` is what nbgitpuller's links go through, and where they end is
    the page of JupyterLab with the notebook in it."""
    async with Person(hub, "dana") as dana:
        await dana.log_in()
        page = await dana.open("/hub/user-redirect/lab/tree/nb.ipynb")
        assert (page.status_code, dana.place(page)) == (200, "/user/dana/lab/tree/nb.ipynb")
        config = page_config(page)
        assert config["treePath"] == "nb.ipynb"
        assert '"collaborative": true' in config["jupyterCollab"]
