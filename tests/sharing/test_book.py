"""Links as values: what they grant, until when, and how they are kept. No server."""

from __future__ import annotations

import json
import logging
import os
import stat
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from jupyter_collab.errors import LinkEnded, LinkRefused, LinkUnknown, TooMuch
from jupyter_collab.protocol.identity import FileId
from jupyter_collab.sharing.holders import MAX_GUEST_NAME, MAX_HELD, Holder, from_cookie, tidy_name
from jupyter_collab.sharing.link_file import LinkFile
from jupyter_collab.sharing.links import (
    KEPT_SECONDS,
    MAX_LINKS,
    MAX_PATHS,
    Link,
    LinkBook,
    LinkId,
    digest_of,
)
from jupyter_collab.sharing.policy import SharePolicy
from jupyter_collab.sharing.records import dump, load
from jupyter_collab.sharing.rules import RULES, judge
from jupyter_collab.sharing.verdicts import Ask, AsNobody, Refuse, Reply

LINK = Link(
    id=LinkId("01"),
    digest=digest_of("secret"),
    file_id=FileId("f1"),
    format="text",
    type="file",
    role="view",
    name="review",
    created=1000.0,
    created_by="ada",
    expires=2000.0,
    paths=("a/notes.txt",),
)


def test_a_link_ends_when_it_says() -> None:
    assert [LINK.state(now) for now in (0, 1999.9, 2000)] == ["active", "active", "expired"]
    assert replace(LINK, expires=None).state(10**10) == "active"
    assert replace(LINK, revoked=1500.0).state(1600) == "revoked"
    with pytest.raises(LinkEnded, match="expired"):
        LINK.require(2000)


def test_a_link_that_was_seen_to_have_ended_has_ended_for_good() -> None:
    """G1"""
    book = LinkBook([LINK])
    book.note_end("01", 1999)
    assert book.require("01") is LINK
    book.note_end("01", 2000)
    assert book.require("01").state(1000) == "expired"


def test_the_secret_is_not_kept() -> None:
    book = LinkBook([LINK])
    assert book.find("secret") is LINK
    assert "secret" not in dump(book)
    for guess in ("", "Secret", LINK.digest, LINK.id):
        with pytest.raises(LinkUnknown):
            book.find(guess)


def test_revoking_is_for_good() -> None:
    book = LinkBook([LINK])
    assert book.revoke("01", 1500).revoked == 1500
    assert book.revoke("01", 1600).revoked == 1500
    assert book.active(1500) == []
    assert book.find("secret").state(1500) == "revoked"
    with pytest.raises(LinkUnknown):
        book.revoke("02", 1500)


def test_what_ended_long_ago_is_forgotten() -> None:
    book = LinkBook([LINK, replace(LINK, id=LinkId("02"), digest="x", expires=None)])
    book.prune(2000 + KEPT_SECONDS)
    assert len(book) == 2
    book.prune(2001 + KEPT_SECONDS)
    assert [link.id for link in book] == ["02"]
    with pytest.raises(LinkUnknown):
        book.find("secret")


def test_there_are_not_too_many() -> None:
    links = [replace(LINK, id=LinkId(f"{n:x}"), digest=str(n)) for n in range(MAX_LINKS)]
    book = LinkBook(links)
    with pytest.raises(TooMuch):
        book.add(replace(LINK, id=LinkId("new"), digest="new"), 1500)
    book.revoke("0", 1500)
    book.add(replace(LINK, id=LinkId("new"), digest="new"), 1500)


def test_places_of_a_document_are_remembered_up_to_a_bound() -> None:
    link = LINK
    for count in range(20):
        link = link.seen_at(f"{count}.txt")
    assert link.path == "19.txt"
    assert len(link.paths) == MAX_PATHS
    assert link.seen_at("19.txt") is link
    assert link.seen_at("18.txt").paths.count("18.txt") == 1


def test_records_read_what_they_have_written() -> None:
    links = [LINK, replace(LINK, id=LinkId("02"), revoked=3.0, last_used=2.0, expires=None)]
    links.append(replace(LINK, id=LinkId("03"), code="sc_1", is_over=True))
    assert load(dump(links)) == links


@pytest.mark.parametrize(
    "damage",
    [
        "",
        "[]",
        "null",
        '{"version": 2, "links": []}',
        '{"version": 1, "links": [{}]}',
        '{"version": 1}',
        "[" * 100_000,
        dump([LINK]).replace('"view"', '"own"'),
        dump([LINK]).replace("2000.0", '"x"'),
        dump([LINK])[:-20],
    ],
)
def test_a_damaged_record_is_told(damage: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - of any kind
        load(damage)


@pytest.mark.parametrize(
    ("policy", "role", "expires_in"),
    [
        (SharePolicy(document_links=False), "view", 60),
        (SharePolicy(guests=False), "view", 60),
        (SharePolicy(strangers=True), "view", 60),
        (SharePolicy(roles=("view",)), "edit", 60),
        (SharePolicy(), "view", 59),
        (SharePolicy(), "view", -1),
        (SharePolicy(), "view", float("nan")),
        (SharePolicy(), "view", float("inf")),
        (SharePolicy(longest=3600), "view", 3601),
        (SharePolicy(longest=3600), "view", None),
    ],
)
def test_the_policy_refuses(policy: SharePolicy, role: Any, expires_in: float | None) -> None:
    with pytest.raises(LinkRefused):
        policy.check(role, expires_in)


def test_the_policy_allows_the_rest() -> None:
    SharePolicy().check("edit", None)
    SharePolicy(longest=3600).check("view", 3600)
    SharePolicy(guests=False, named_only=True).check("view", 60)


def test_the_policy_holds_for_links_that_exist() -> None:
    assert SharePolicy(longest=500).applied_to(LINK).expires == 1500
    assert SharePolicy(longest=500).applied_to(replace(LINK, expires=None)).expires == 1500
    assert SharePolicy(longest=5000).applied_to(LINK) == LINK
    assert SharePolicy(roles=("edit",)).applied_to(LINK).state(1001) == "revoked"
    assert SharePolicy(document_links=False).applied_to(LINK).state(1001) == "revoked"


def test_cookies_read_what_they_have_written() -> None:
    holder = Holder("guest-1", "Ada", ("01", "02"))
    assert from_cookie(holder.to_cookie()) == holder
    for broken in ("", "{}", "[]", "null", '{"u": 1, "n": "", "l": [], "h": false}'):
        assert from_cookie(broken) is None


def test_a_holder_keeps_the_links_that_were_opened_last() -> None:
    holder = Holder("guest-1", "Ada", ())
    for count in range(MAX_HELD + 5):
        holder = holder.with_link(str(count))
    assert holder.links[-1] == str(MAX_HELD + 4)
    assert len(holder.links) == MAX_HELD
    assert len(holder.with_link(holder.links[0]).links) == MAX_HELD
    assert len(holder.to_cookie()) < 1000


@pytest.mark.parametrize(
    ("name", "tidy"),
    [
        ("Ada", "Ada"),
        ("  Ada   L.\n", "Ada L."),
        ("Guest Ada", "Ada"),
        ("GUEST guest", ""),
        ("A\u202ed\u200ba\x00", "Ada"),
        ("x" * 1000, "x" * MAX_GUEST_NAME),
        ("名前", "名前"),
    ],
)
def test_names_of_guests_are_tidy(name: str, tidy: str) -> None:
    assert tidy_name(name) == tidy
    assert Holder("guest-1", tidy, ()).display_name == f"Guest {tidy}".strip()


# --- the file


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "links.json"


@pytest.fixture
def file(path: Path) -> LinkFile:
    return LinkFile(path, logging.getLogger("test"))


def add(file: LinkFile, link: Link = LINK) -> None:
    with file.change() as book:
        book.add(link, 1500)


def test_only_the_owner_reads_the_file(file: LinkFile, path: Path) -> None:
    assert list(file.book()) == []
    os.umask(os.umask(0))
    add(file)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert list(LinkFile(path, logging.getLogger("test")).book()) == [LINK]
    assert [p.name for p in sorted(path.parent.iterdir())] == ["links.json", "links.lock"]


def test_two_servers_share_the_file(file: LinkFile, path: Path) -> None:
    other = LinkFile(path, logging.getLogger("test"))
    add(file)
    add(other, replace(LINK, id=LinkId("02"), digest="x"))
    assert len(file.book()) == len(other.book()) == 2
    with other.change() as book:
        book.revoke("01", 1500)
    assert file.book().require("01").state(1500) == "revoked"


def test_a_damaged_file_is_set_aside(
    file: LinkFile, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    add(file)
    path.write_text("{")
    assert list(file.book()) == []
    (aside,) = path.parent.glob("*.damaged-*")
    assert aside.read_text() == "{"
    assert "cannot be read" in caplog.text
    assert aside.name in caplog.text
    add(file)
    assert len(file.book()) == 1


def test_links_are_as_they_were_while_the_file_cannot_be_read(
    file: LinkFile, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """G1: and nothing is written in its place, which would be the end of those of others."""
    add(file)
    kept = path.rename(path.with_name("kept"))
    path.mkdir()
    for _ in range(2):
        assert list(file.book()) == [LINK]
    assert caplog.text.count("cannot be read") == 1
    with pytest.raises(OSError, match="directory"):
        add(file, replace(LINK, id=LinkId("02"), digest="x"))
    with pytest.raises(OSError, match="directory"):
        LinkFile(path, logging.getLogger("test")).book()
    path.rmdir()
    kept.rename(path)
    add(file, replace(LINK, id=LinkId("02"), digest="x"))
    assert len(LinkFile(path, logging.getLogger("test")).book()) == 2


def test_what_cannot_be_written_has_not_happened(
    file: LinkFile, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(file)

    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="space"):
            add(file, replace(LINK, id=LinkId("02"), digest="x"))
    assert len(file.book()) == 1
    assert json.loads(path.read_text())["links"][0]["id"] == "01"
    assert not list(path.parent.glob(".links*"))


# --- the rules


def ask(method: str = "GET", **more: Any) -> Ask:
    return Ask(method, more.pop("args", ()), more.pop("named", {}), b"", (LINK,), **more)


def test_what_is_not_in_the_table_is_refused() -> None:
    class Unknown:
        pass

    assert judge(Unknown, ask()) == Refuse()
    assert judge(type("LabHandler", (), {}), ask()) == Refuse()
    for handler, methods in RULES.items():
        module, _, name = handler.rpartition(".")
        cls = type(name, (), {"__module__": module})
        assert "trace" not in methods
        assert judge(cls, ask("TRACE")) == Refuse()
        subclass = type(f"My{name}", (cls,), {"__module__": module})
        assert judge(subclass, ask()) == Refuse()


def test_folders_show_only_what_leads_to_the_document() -> None:
    handler = type("ContentsHandler", (), {})
    handler.__module__ = "jupyter_server.services.contents.handlers"
    top = judge(handler, ask(named={"path": ""}))
    inner = judge(handler, ask(named={"path": "/a"}))
    assert isinstance(top, Reply)
    assert isinstance(inner, Reply)
    assert [e["path"] for e in json.loads(top.body)["content"]] == ["a"]
    assert [(e["path"], e["type"]) for e in json.loads(inner.body)["content"]] == [
        ("a/notes.txt", "file")
    ]
    for path in ("/b", "/a/", "/a/other.txt", "/A", "/a/notes.txt/..", "//a", "/."):
        assert judge(handler, ask(named={"path": path})) == Refuse(), path


def test_whose_links_have_all_ended_is_nobody() -> None:
    handler = type("MainKernelHandler", (), {})
    handler.__module__ = "jupyter_server.services.kernels.handlers"
    ended = Ask("GET", (), {}, b"", (), (LINK,))
    assert judge(handler, ended) == AsNobody()
