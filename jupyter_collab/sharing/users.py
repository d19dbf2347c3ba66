"""Holders of links as users of the server, and the cookie that makes them known."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from jupyter_server.auth import IdentityProvider, User
from jupyter_server.base.handlers import JupyterHandler

from .holders import Holder, from_cookie
from .links import Link

COOKIE_DAYS = 30


class LinkUser(User):
    """A user who may do what the links of ``holder`` say, and nothing else."""

    holder: Holder
    links: tuple[Link, ...]

    @classmethod
    def of(cls, holder: Holder, known: User | None = None, links: Iterable[Link] = ()) -> LinkUser:
        """``known`` is who the site says it is, for a holder who is no guest; ``links`` are those
        that are active as this request is answered."""
        user = cls(
            username=holder.username,
            name=holder.display_name,
            display_name=holder.display_name,
            initials=known.initials if known else holder.initials,
            avatar_url=known.avatar_url if known else None,
            color=known.color if known else None,
        )
        user.holder = holder
        user.links = tuple(links)
        return user


def lets_strangers_in(provider: IdentityProvider) -> bool:
    """Whether nobody has to log in, as there is neither a token nor a password.

    A site that has a way of its own to know its users is believed to keep others out.
    """
    is_jupyters = type(provider).get_user is IdentityProvider.get_user
    return is_jupyters and not provider.auth_enabled


def read_cookie(handler: JupyterHandler) -> Holder | None:
    """What the signed cookie says, whether it still opens anything or not."""
    value = handler.get_secure_cookie(_cookie_name(handler), max_age_days=COOKIE_DAYS)
    return None if value is None else from_cookie(value.decode("utf-8", "replace"))


def write_cookie(handler: JupyterHandler, holder: Holder) -> None:
    handler.set_secure_cookie(
        _cookie_name(handler),
        holder.to_cookie(),
        expires=datetime.now(UTC) + timedelta(days=COOKIE_DAYS),
        **_attributes(handler),
    )


def clear_cookie(handler: JupyterHandler) -> None:
    handler.clear_cookie(_cookie_name(handler), path=handler.base_url)


def _attributes(handler: JupyterHandler) -> dict[str, Any]:
    secure = handler.identity_provider.secure_cookie
    return {
        "path": handler.base_url,
        "httponly": True,
        "samesite": "Lax",  # the link is followed from another site, such as a mail
        "secure": handler.request.protocol == "https" if secure is None else secure,
    }


def _cookie_name(handler: JupyterHandler) -> str:
    """One for each server of a host, as browsers do not tell ports apart."""
    return "jupyter-collab-links-" + re.sub(r"[^A-Za-z0-9]", "-", handler.request.host)
