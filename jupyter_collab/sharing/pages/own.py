"""The pages that holders of a link see when they cannot have what they came for."""

from __future__ import annotations

from html import escape
from typing import Any

from .language import translation

_PAGE = """<!doctype html>
<html lang="{lang}">
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


class Pages:
    """The pages in the language of the browser that sends ``Accept-Language: accepted``."""

    def __init__(self, accepted: str = "") -> None:
        self._locale, self._trans = translation(accepted)

    def ended(self, state: str) -> str:
        """The link was active once; ``state`` is ``expired``, ``revoked`` or ``missing``."""
        trans = self._trans
        ask = trans.__(
            "Ask the person who gave you the link for a new one if you still need the document."
        )
        if state == "revoked":
            why = trans.__("It does not open the document any more.")
            return self._page(trans.__("This link was revoked"), f"{why} {ask}")
        if state == "missing":
            why = trans.__("What may be in its place is another document.")
            return self._page(trans.__("The document is not there any more"), f"{why} {ask}")
        why = trans.__("It was valid for a limited time.")
        return self._page(trans.__("This link has expired"), f"{why} {ask}")

    def away(self) -> str:
        """The link is active, and there is no file at its path."""
        trans = self._trans
        return self._page(
            trans.__("The document is not there"),
            trans.__(
                "Its file was deleted or moved. The link works again when the file is back; else "
                "ask the person who gave you the link for a new one."
            ),
        )

    def unknown(self) -> str:
        trans = self._trans
        return self._page(
            trans.__("This link is not known"),
            trans.__(
                "It may have been cut off when it was copied, or have ended long ago. Copy it "
                "again, or ask the person who gave it to you for a new one."
            ),
        )

    def switched_off(self, log_in: bool) -> str:
        """``log_in``: whoever is logged in may use the link."""
        trans = self._trans
        text = (
            trans.__(
                "On this server links to documents work for people who are logged in. Log in, and "
                "open the link again."
            )
            if log_in
            else trans.__("Links to single documents are switched off on this server.")
        )
        return self._page(trans.__("This link cannot be used"), text)

    def not_now(self) -> str:
        trans = self._trans
        return self._page(
            trans.__("The document cannot be opened at the moment"),
            trans.__("The server cannot tell what this link opens. Try again in a moment."),
        )

    def refused(self, login_url: str | None = None) -> str:
        trans = self._trans
        page = self._page(
            trans.__("You may not open this page"),
            trans.__(
                "The link by which you came opens one document, and nothing else on this server. "
                "Open the link again to go back to the document."
            ),
        )
        if login_url is None:
            return page
        log_in = escape(trans.__("Log in, if this server is yours as well"))
        return page.replace(
            "</main>", f'<p><a href="{escape(login_url)}">{log_in}</a></p>\n</main>'
        )

    def _page(self, title: str, text: str) -> str:
        lang = self._locale.replace("_", "-")
        return _PAGE.format(lang=escape(lang), title=escape(title), text=escape(text))


def pages_for(handler: Any) -> Pages:
    """The pages for who asks."""
    return Pages(handler.request.headers.get("Accept-Language", ""))


def harden(handler: Any) -> None:
    """Headers of a page that loads nothing, runs nothing and tells nobody where it was."""
    handler.set_header("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
    handler.set_header("Referrer-Policy", "no-referrer")
    handler.set_header("Cache-Control", "no-store")
