"""Links over HTTP: made, opened, listed, revoked."""

from __future__ import annotations

from .conftest import Browser, MakeBrowser, make_link, open_link


async def test_a_link_leads_to_the_document(owner: Browser, browser: MakeBrowser) -> None:
    link = await make_link(owner)
    guest = browser()
    response = await open_link(guest, link)
    assert response.code == 302
    assert response.headers["Location"].endswith("/doc/tree/shared/notes.txt")
    assert response.headers["Referrer-Policy"] == "no-referrer"
    model = await guest.json("api/contents/shared/notes.txt")
    assert model["content"] == "hello\n"
    me = await guest.json("api/me")
    assert me["identity"]["display_name"].startswith("Guest ")
    for path in (
        "secret.txt",
        "shared/other.txt",
        "shared/../secret.txt",
        "shared/%2e%2e/secret.txt",
    ):
        assert (await guest.fetch(f"api/contents/{path}")).code == 403
