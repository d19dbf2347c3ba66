"""The server of the browser tests; tests/lab-server.ts starts it and sets its environment.

Unlike Galata's default, it asks for its token and checks for forged requests, as a server that
people use does.
"""

import os
from dataclasses import replace
from http.cookies import SimpleCookie
from pathlib import Path
from typing import ClassVar
from urllib.parse import unquote

from jupyter_server.auth.authorizer import AllowAllAuthorizer
from jupyter_server.auth.identity import IdentityProvider, User
from jupyter_server.base.handlers import JupyterHandler
from jupyterlab.galata import configure_jupyter_server

from jupyter_collab.sharing import policy

USER_COOKIE = "ui-test-user"


class CookieIdentityProvider(IdentityProvider):
    """Whoever has the token is who their cookie says, so that one server can tell pages apart.

    What people change of themselves is kept for as long as the server runs.
    """

    _changes: ClassVar[dict[str, dict[str, str]]] = {}

    async def get_user(self, handler: JupyterHandler) -> User | None:
        user = await super().get_user(handler)
        cookie = SimpleCookie(handler.request.headers.get("Cookie", "")).get(USER_COOKIE)
        if user is None or cookie is None:
            return user
        name = unquote(cookie.value)
        user = User(username=name.lower(), name=name, display_name=name, initials=name[:1])
        return replace(user, **self._changes.get(user.username, {}))

    def update_user_model(self, current_user: User, user_data: dict[str, str]) -> User:
        self._changes.setdefault(current_user.username, {}).update(user_data)
        return replace(current_user, **user_data)

    def persist_user_model(self, handler: JupyterHandler) -> None:
        """It is kept already."""


class ReadersAuthorizer(AllowAllAuthorizer):
    """Whose user names are in the file ``readers`` may not write contents."""

    def is_authorized(
        self, handler: JupyterHandler, user: User, action: str, resource: str
    ) -> bool:
        if action == "read" or resource != "contents":
            return True
        readers = Path("readers")
        return not readers.exists() or user.username not in readers.read_text().split()


c = get_config()  # noqa: F821
configure_jupyter_server(c)

c.ServerApp.port = int(os.environ["UI_TESTS_PORT"])
c.ServerApp.port_retries = 0
c.ServerApp.ip = "127.0.0.1"
c.ServerApp.allow_root = True
c.ServerApp.disable_check_xsrf = False
c.ServerApp.identity_provider_class = CookieIdentityProvider
c.IdentityProvider.updatable_fields = ["display_name", "initials", "color"]
c.ServerApp.authorizer_class = ReadersAuthorizer
c.IdentityProvider.token = os.environ["UI_TESTS_TOKEN"]
c.LabApp.workspaces_dir = os.environ["UI_TESTS_WORKSPACES"]

# Nothing outside of this machine is asked.
c.LabApp.news_url = None
c.LabApp.check_for_updates_class = "jupyterlab.NeverCheckForUpdate"
c.LabApp.extension_manager = "readonly"

c.JupyterNotebookApp.expose_app_in_browser = True

c.YDocExtension.collaborative = True

# No test waits for a minute until a link ends.
policy.SHORTEST = 10.0
