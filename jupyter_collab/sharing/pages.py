"""The pages that holders of a link see when they cannot have what they came for."""

from __future__ import annotations

from html import escape
from typing import Any

_PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }}
body {{ margin: 0; min-height: 100vh; display: grid; place-content: center; }}
main {{ max-width: 30rem; padding: 1.5rem; }}
h1 {{ font-size: 1.4rem; margin: 0 0 .5rem; }}
</style>
<main>
<h1>{title}</h1>
<p>{text}</p>
</main>
</html>
"""

_ASK = "Ask the person who gave you the link for a new one if you still need the document."


def _page(title: str, text: str) -> str:
    return _PAGE.format(title=escape(title), text=escape(text))


def ended(state: str) -> str:
    """The link was active once; ``state`` is ``expired`` or ``revoked``."""
    if state == "revoked":
        return _page("This link was revoked", f"It does not open the document any more. {_ASK}")
    return _page("This link has expired", f"It was valid for a limited time. {_ASK}")


def unknown() -> str:
    return _page(
        "This link is not known",
        "It may have been cut off when it was copied, or have ended long ago. Copy it again, or "
        "ask the person who gave it to you for a new one.",
    )


def switched_off(log_in: bool) -> str:
    """``log_in``: whoever is logged in may use the link."""
    text = (
        "On this server links to documents work for people who are logged in. Log in, and open "
        "the link again."
        if log_in
        else "Links to single documents are switched off on this server."
    )
    return _page("This link cannot be used", text)


def refused() -> str:
    return _page(
        "You may not open this page",
        "The link by which you came opens one document, and nothing else on this server. Open the "
        "link again to go back to the document.",
    )


def harden(handler: Any) -> None:
    """Headers of a page that loads nothing, runs nothing and tells nobody where it was."""
    handler.set_header("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
    handler.set_header("Referrer-Policy", "no-referrer")
    handler.set_header("Cache-Control", "no-store")
