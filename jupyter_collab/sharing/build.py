"""Builds the parts of sharing and wires them."""

from __future__ import annotations

import asyncio
import hashlib
import os
import posixpath
import time
from collections.abc import Awaitable, Callable
from logging import Logger
from pathlib import Path
from typing import Any

from jupyter_core.paths import jupyter_data_dir
from jupyter_events import EventLogger
from jupyter_server.auth import User
from jupyter_server.base.handlers import JupyterHandler
from jupyter_server.serverapp import ServerApp

from ..files.port import CONTENTS_EVENTS, DocumentFiles
from ..server.telemetry import Telemetry
from .gate import Gate
from .handlers import (
    GUEST_PATTERN,
    LINK_PATTERN,
    LINKS_PATTERN,
    SHARING_PATTERN,
    GuestHandler,
    LinkHandler,
    LinksHandler,
    SharingHandler,
)
from .hub.handlers import (
    HUB_CODE_PATTERN,
    HUB_CODES_PATTERN,
    HUB_SHARE_PATTERN,
    HUB_SHARES_PATTERN,
    HubCodeHandler,
    HubCodesHandler,
    HubShareHandler,
    HubSharesHandler,
)
from .hub.place import HubPlace
from .hub.shares import HubShares
from .join import JOIN_PATTERN, JoinHandler
from .link_file import LinkFile
from .recheck import Recheck
from .service import Sharing
from .settings import SharingTraits
from .shares import Shares
from .site import Site
from .sockets import Sockets
from .users import lets_strangers_in
from .whereabouts import OPEN_PATTERN, OpenHandler


def build_sharing(
    serverapp: ServerApp,
    traits: SharingTraits,
    *,
    files: Callable[[], DocumentFiles],
    before: Callable[[JupyterHandler, User], Awaitable[None]],
    telemetry: Telemetry,
    log: Logger,
) -> Sharing:
    """The parts, wired; :meth:`.gate.Gate.install` puts them into force."""
    settings = serverapp.web_app.settings
    place = HubPlace.of(os.environ)
    policy = traits.share_policy(
        on_hub=place is not None, strangers=lets_strangers_in(serverapp.identity_provider)
    )
    site = Site(serverapp, policy, place)
    given = traits.share_links_file
    file = Path(given).expanduser() if given else _default_file(serverapp)
    shares = Shares(
        LinkFile(file, log),
        policy,
        path_of=lambda id, last: files().path_of(id, last),
        clock=time.time,
        telemetry=telemetry,
        log=log,
    )
    _follow_files(serverapp.event_logger, shares)
    sockets = Sockets(shares)
    owner = None if place is None else place.owner
    gate = Gate(
        *(settings, shares, sockets),
        owner=owner,
        describe=site.describe,
        before=before,
    )
    recheck = Recheck(sockets, traits.share_recheck_interval, log)
    sockets.on_open = recheck.start
    hub = (
        None
        if place is None
        else HubShares(place, shares, ask_again=recheck.ask, telemetry=telemetry, log=log)
    )
    return Sharing(shares, sockets, recheck, gate, site, hub, files)


def _follow_files(event_logger: EventLogger | None, shares: Shares) -> None:
    """End links as Jupyter deletes their documents, or renames others to where these are."""

    async def hear(logger: EventLogger, schema_id: str, data: dict[str, Any]) -> None:
        path = _normal(data.get("path"))
        if data.get("action") == "delete":
            await shares.deleted(path)
        elif data.get("action") == "rename":
            seen = shares.seen_at(path)
            await asyncio.sleep(0)  # until those have heard of it who know where files are
            if path != _normal(data.get("source_path")):
                await shares.replaced(path, seen)

    if event_logger is not None:
        event_logger.add_listener(schema_id=CONTENTS_EVENTS, listener=hear)


def sharing_handlers(sharing: Callable[[], Sharing]) -> list[tuple[Any, ...]]:
    given = {"sharing": sharing}
    return [
        (SHARING_PATTERN, SharingHandler, given),
        (LINKS_PATTERN, LinksHandler, given),
        (LINK_PATTERN, LinkHandler, given),
        (GUEST_PATTERN, GuestHandler, given),
        (JOIN_PATTERN, JoinHandler, given),
        (OPEN_PATTERN, OpenHandler, given),
        (HUB_SHARES_PATTERN, HubSharesHandler, given),
        (HUB_SHARE_PATTERN, HubShareHandler, given),
        (HUB_CODES_PATTERN, HubCodesHandler, given),
        (HUB_CODE_PATTERN, HubCodeHandler, given),
    ]


def _normal(path: object) -> str:
    return posixpath.normpath(str(path or "").strip("/"))  # programs may ask for a/./b, too


def _default_file(serverapp: ServerApp) -> Path:
    """Servers of one person on the same files have the same links, others have others."""
    root = hashlib.sha256(str(serverapp.root_dir).encode()).hexdigest()[:16]
    return Path(jupyter_data_dir()) / "jupyter_collab" / f"links-{root}.json"
