"""Every route of a server with JupyterLab and Notebook 7, and what holders of a link get there.

What is expected of a method, for the holder of an active link:

- ``own``: the handler answers for the holder's document, and refuses any other one
- ``led``: from the holder's document to its page, and refused for any other one
- ``canned``: an answer that has nothing of this server in it
- ``public``: the same as somebody who is not logged in
- ``passed``: the handler answers
- ``refused``: 403
"""

from __future__ import annotations

from dataclasses import dataclass, field

OWN, OTHER = "shared/notes.txt", "secret.txt"
UUID = "00000000-0000-0000-0000-000000000000"


@dataclass(frozen=True)
class Route:
    """``example`` is a path of the route; ``{}`` in it stands for a document."""

    example: str
    methods: dict[str, str] = field(default_factory=dict)


def route(example: str, **methods: str) -> Route:
    return Route(example, methods)


FILE_FIND = {"get": "public", "head": "public"}

ROUTES: dict[str, Route] = {
    # ours
    "/api/collaboration/session/(.*)": route("api/collaboration/session/{}", put="own"),
    "/api/collaboration/room/(.*)": route("api/collaboration/room/text:file:x", get="refused"),
    "/api/collaboration/identity": route("api/collaboration/identity", get="passed", put="passed"),
    "/api/collaboration/sharing": route("api/collaboration/sharing", get="refused"),
    "/api/collaboration/links": route("api/collaboration/links", get="refused", post="refused"),
    "/api/collaboration/links/([0-9a-f]+)": route("api/collaboration/links/00", delete="refused"),
    "/api/collaboration/guest": route("api/collaboration/guest", get="passed"),
    "/api/collaboration/hub/shares": route("api/collaboration/hub/shares", get="refused"),
    "/api/collaboration/hub/shares/(user|group)/([^/]+)": route(
        "api/collaboration/hub/shares/user/bob", delete="refused"
    ),
    "/api/collaboration/hub/codes": route("api/collaboration/hub/codes", post="refused"),
    "/api/collaboration/hub/codes/(sc_[0-9]+)": route(
        "api/collaboration/hub/codes/sc_1", delete="refused"
    ),
    "/collab/join": route("collab/join", get="passed"),
    "/collab/open/(lab/tree|doc/tree|notebooks|edit)/(.+)": route(
        "collab/open/lab/tree/{}", get="refused"
    ),
    # jupyter_lsp, jupyter_server_fileid, terminals
    "/lsp/status": route("lsp/status", get="canned"),
    "/lsp/ws/(?P<language_server>.*)": route("lsp/ws/pylsp", get="refused"),
    "/api/fileid/id": route("api/fileid/id?path={}", get="refused"),
    "/api/fileid/path": route("api/fileid/path?id=x", get="refused"),
    r"/terminals/websocket/(\w+)": route("terminals/websocket/1", get="refused"),
    "/api/terminals": route("api/terminals", get="canned", post="refused"),
    r"/api/terminals/(\w+)": route("api/terminals/1", get="refused", delete="refused"),
    # jupyterlab
    "/lab/api/build": route("lab/api/build", get="canned", post="refused", delete="refused"),
    "/lab/api/extensions": route("lab/api/extensions", get="refused", post="refused"),
    "/lab/api/plugins": route("lab/api/plugins", get="refused", post="refused"),
    "/lab/api/update": route("lab/api/update", get="canned"),
    "/lab/api/news": route("lab/api/news", get="canned"),
    # jupyterlab_server
    r"/(?P<mode>lab|doc)(?P<workspace>/workspaces/[a-zA-Z0-9\-\_]+)?(?P<tree>/tree/.*)?": route(
        "doc/tree/{}", get="own"
    ),
    "/lab/extensions/(.*)": route("lab/extensions/x", **FILE_FIND),
    "/lab/api/settings/?": route("lab/api/settings", get="passed", put="canned"),
    "/lab/api/settings/(?P<schema_name>.+)": route(
        "lab/api/settings/@jupyterlab/apputils-extension:themes", get="passed", put="canned"
    ),
    "/lab/api/translations/?": route("lab/api/translations", get="passed"),
    "/lab/api/translations/(?P<locale>.*)": route("lab/api/translations/en", get="passed"),
    "/lab/api/workspaces/?": route(
        "lab/api/workspaces", get="canned", put="canned", delete="refused"
    ),
    "/lab/api/workspaces/(?P<space_name>.+)": route(
        "lab/api/workspaces/private", get="canned", put="canned", delete="refused"
    ),
    "/lab/api/listings/(.*)": route("lab/api/listings/x", get="refused"),
    "/lab/api/themes/(.*)": route("lab/api/themes/x", **FILE_FIND),
    "/lab/api/licenses/(.*)": route("lab/api/licenses/", get="refused"),
    "/lab/.*": route("lab/nowhere", get="refused"),
    "/static/lab/(.*)": route("static/lab/x", **FILE_FIND),
    # notebook
    "/tree(.*)": route("tree/{}", get="led"),
    "/notebooks(.*)": route("notebooks/{}", get="own"),
    "/edit(.*)": route("edit/{}", get="own"),
    "/consoles/(.*)": route("consoles/{}", get="refused"),
    "/terminals/(.*)": route("terminals/1", get="refused"),
    "/custom/custom.css": route("custom/custom.css", get="canned"),
    "/static/notebook/(.*)": route("static/notebook/x", **FILE_FIND),
    # jupyter_server
    r"/(robots\.txt)": route("robots.txt", **FILE_FIND),
    r"/(favicon\.ico)": route("favicon.ico", **FILE_FIND),
    "/static/(.*)": route("static/x", **FILE_FIND),
    "/api/spec.yaml": route("api/spec.yaml", get="refused", head="refused"),
    "/api/status": route("api/status", get="refused"),
    "/api/me": route("api/me", get="passed", patch="passed"),
    "/api/resolvePath": route("api/resolvePath?path={}", get="refused"),
    r"/api/config/(?P<section_name>\w+)": route(
        "api/config/notebook", get="canned", put="refused", patch="refused"
    ),
    r"/api/contents(?P<path>(?:(?:/[^/]+)+|/?))/checkpoints": route(
        "api/contents/{}/checkpoints", get="canned", post="canned"
    ),
    r"/api/contents(?P<path>(?:(?:/[^/]+)+|/?))/checkpoints/(?P<checkpoint_id>[\w-]+)": route(
        "api/contents/{}/checkpoints/checkpoint", post="refused", delete="refused"
    ),
    r"/api/contents(?P<path>(?:(?:/[^/]+)+|/?))/trust": route(
        "api/contents/{}/trust", post="refused"
    ),
    r"/api/contents(?P<path>(?:(?:/[^/]+)+|/?))": route(
        "api/contents/{}",
        get="own",
        post="refused",
        put="refused",
        patch="refused",
        delete="refused",
    ),
    "/api/notebooks/?(.*)": route(
        "api/notebooks/{}",
        get="public",
        post="refused",
        put="refused",
        patch="refused",
        delete="refused",
    ),
    "/api/kernels": route("api/kernels", get="canned", post="refused"),
    r"/api/kernels/(?P<kernel_id>\w+-\w+-\w+-\w+-\w+)": route(
        f"api/kernels/{UUID}", get="refused", delete="refused"
    ),
    r"/api/kernels/(?P<kernel_id>\w+-\w+-\w+-\w+-\w+)/(?P<action>restart|interrupt)": route(
        f"api/kernels/{UUID}/restart", post="refused"
    ),
    r"/api/kernels/(?P<kernel_id>\w+-\w+-\w+-\w+-\w+)/channels": route(
        f"api/kernels/{UUID}/channels", get="refused"
    ),
    r"/kernelspecs/(?P<kernel_name>[\w\.\-%]+)/(?P<path>.*)": route(
        "kernelspecs/python3/logo-64x64.png", get="refused", head="refused"
    ),
    "/api/kernelspecs": route("api/kernelspecs", get="canned"),
    r"/api/kernelspecs/(?P<kernel_name>[\w\.\-%]+)": route(
        "api/kernelspecs/python3", get="refused"
    ),
    r"/nbconvert/(?P<format>\w+)": route("nbconvert/html", post="refused"),
    r"/nbconvert/(?P<format>\w+)(?P<path>(?:(?:/[^/]+)+|/?))": route(
        "nbconvert/html/{}", get="refused"
    ),
    "/api/nbconvert": route("api/nbconvert", get="canned"),
    "/api/security/csp-report": route("api/security/csp-report", post="canned"),
    r"/api/sessions/(?P<session_id>\w+-\w+-\w+-\w+-\w+)": route(
        f"api/sessions/{UUID}", get="refused", patch="refused", delete="refused"
    ),
    "/api/sessions": route("api/sessions", get="canned", post="refused"),
    "/api/shutdown": route("api/shutdown", post="refused"),
    r"/view(?P<path>(?:(?:/[^/]+)+|/?))": route("view/{}", get="refused"),
    "/api/events": route("api/events", post="refused"),
    "/api/events/subscribe": route("api/events/subscribe", get="passed"),
    "/files/(.*)": route("files/{}", get="own", head="own"),
    "/login": route("login", get="public", post="public"),
    "/logout": route("logout", get="public"),
    "/.*/": route("nowhere/", get="public", post="public", put="public"),
    "/api": route("api", get="public"),
    r"/(robots\.txt|favicon\.ico)": route("robots.txt", **FILE_FIND),
    "/metrics": route("metrics", get="public"),
    "/?": route("", get="public"),
    "/": route("", get="public", post="public", put="public"),
    "(.*)": route("nowhere/at/all", get="public", post="public"),
}
