"""What a page is told by the server: everybody how sharing is set, holders no secrets."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from ...server.sockets.allowance import MAX_GUEST_FRAME, guest_frame
from ..users import LinkUser
from .guestplugins import disabled

Hook = Callable[[Any, dict[str, Any]], dict[str, Any]]

MEMBER = "jupyterCollab"

PRIVATE_ENDINGS = ("Dir", "Root", "Uri", "Path")
"""Members of a page configuration that tell where things are on the server's disk."""


class GuestPageConfig:
    """A ``page_config_hook`` around the one that was there before."""

    def __init__(self, inner: Hook | None, describe: Callable[[], dict[str, Any]]) -> None:
        self._inner = inner
        self._describe = describe

    def __call__(self, handler: Any, page_config: dict[str, Any]) -> dict[str, Any]:
        inner = self._inner
        # JupyterLab hands the same dictionary to every request: it must not be changed.
        config = dict(inner(handler, dict(page_config)) if inner is not None else page_config)
        user = handler.current_user
        if isinstance(user, LinkUser):
            frame = guest_frame(self._told(config).get("maxFrame", MAX_GUEST_FRAME))
            more = {"guest": _guest(user), "maxFrame": frame}
            return self._with(without_secrets(config), more)
        return self._with(config, {"sharing": self._describe()}) if user is not None else config

    @staticmethod
    def _told(config: dict[str, Any]) -> dict[str, Any]:
        told: dict[str, Any] = json.loads(config.get(MEMBER) or "{}")
        return told

    def _with(self, config: dict[str, Any], more: dict[str, Any]) -> dict[str, Any]:
        return {**config, MEMBER: json.dumps({**self._told(config), **more})}


def _guest(user: LinkUser) -> dict[str, Any]:
    return {
        "username": user.username,
        "name": user.display_name,
        "named": user.holder.named,
        "documents": [
            {"path": link.path, "role": link.role, "expires": link.expires} for link in user.links
        ],
    }


def without_secrets(config: dict[str, Any]) -> dict[str, Any]:
    """A copy without tokens, paths of the server's disk, and plugins that are of no use."""

    def harmless(key: str, value: Any) -> Any:
        if key == "token" or key.endswith(PRIVATE_ENDINGS):
            return "" if isinstance(value, str) else []
        return value

    manager = {"name": "read-only", "can_install": False, "install_path": None}
    shown = {key: harmless(key, value) for key, value in config.items()}
    plugins = disabled(config.get("disabledExtensions", ()))
    return {
        **shown,
        "disabledExtensions": plugins,
        "extensionManager": manager,
        "terminalsAvailable": False,
    }
