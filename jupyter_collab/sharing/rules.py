"""What holders of a link may ask of the server: one table, and everything else is refused. Pure.

The keys are the classes of handlers by their full names: what a release of JupyterLab, or an
extension, brings anew is refused until somebody has decided. ``tests/sharing/test_routes.py``
fails on a route of the running server that it does not know.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from ..protocol.identity import GLOBAL_AWARENESS
from .links import Link
from .verdicts import Adjustment, Ask, AsNobody, Ended, Moved, Pass, Refuse, Reply, Rule, Verdict


def always(verdict: Verdict) -> Rule:
    return lambda ask: verdict


def _canned(value: object, status: int = 200) -> Rule:
    return always(Reply(json.dumps(value), status))


def _at(ask: Ask, path: str) -> Link | None:
    """The link whose document is at ``path``, which is compared letter by letter."""
    return next((link for link in ask.links if link.path == path), None)


def _document(argument: str) -> Rule:
    """Reading the document itself."""
    return lambda ask: Pass() if _at(ask, _trim(ask.arg(argument))) else Refuse()


def _trim(path: str) -> str:
    return path.removeprefix("/")


def _contents(ask: Ask) -> Verdict:
    """The document, and the folders that lead to it with nothing else in them."""
    path = _trim(ask.arg("path"))
    if _at(ask, path) is not None:
        return Pass()
    folder = f"{path}/" if path else ""
    inside = [link.path for link in ask.links if link.path.startswith(folder)]
    if not inside:
        return Refuse()
    children = sorted({rest[len(folder) :].partition("/") for rest in inside})
    entries = [_entry(folder + name, bool(slash)) for name, slash, _ in children]
    content = list({str(entry["path"]): entry for entry in entries}.values())
    return Reply(json.dumps({**_entry(path, True), "content": content, "format": "json"}))


def _entry(path: str, is_folder: bool) -> dict[str, object]:
    """A model of the contents API without content. Times are not told of folders."""
    kind = "directory" if is_folder else "notebook" if path.endswith(".ipynb") else "file"
    return {
        "name": path.rpartition("/")[2],
        "path": path,
        "type": kind,
        "format": None,
        "mimetype": None,
        "content": None,
        "size": None,
        "writable": False,
        "created": "1970-01-01T00:00:00Z",
        "last_modified": "1970-01-01T00:00:00Z",
        "hash": None,
        "hash_algorithm": None,
    }


def _page_of(ask: Ask, path: str) -> Verdict:
    if _at(ask, path) is not None:
        return Pass("page")
    moved = next((link for link in ask.links if path in link.paths), None)
    if moved is not None:
        return Moved(moved.path)
    ended = _ended_at(ask, path)
    return Refuse() if ended is None else Ended(ended)


def _ended_at(ask: Ask, path: str) -> Link | None:
    return next((link for link in ask.ended if path in link.paths), None)


def _lab_page(ask: Ask) -> Verdict:
    """The single-document interface, and only that.

    A second tab of a browser goes to a workspace of another name by itself; all are empty.
    """
    tree = ask.named_args.get("tree") or ""
    if ask.named_args.get("mode") != "doc":
        return Refuse()
    return _page_of(ask, tree.removeprefix("/tree/"))


def _notebook_page(ask: Ask) -> Verdict:
    return _page_of(ask, _trim(ask.arg("path")))


def _notebook_tree(ask: Ask) -> Verdict:
    """Where JupyterLab sends those who want the document in Notebook: from there to its page."""
    path = _trim(ask.arg("path"))
    verdict = _page_of(ask, path)
    return Moved(path) if isinstance(verdict, Pass) else verdict


def _session(ask: Ask) -> Verdict:
    """Which room the document has: in the one form in which it was shared."""
    path = _trim(ask.arg("path"))
    link = _at(ask, path)
    if link is None and (ended := _ended_at(ask, path)) is not None:
        return Ended(ended)  # a page that was away comes back with this question
    try:
        wanted = json.loads(ask.body)
        pinned = link is not None and wanted["format"] == link.format
        return Pass() if pinned and link and wanted["type"] == link.type else Refuse()
    except (ValueError, TypeError, KeyError):
        return Refuse()


def _room(ask: Ask) -> Verdict:
    """The rooms of their documents; those whose link has ended are told so there."""
    rooms = {GLOBAL_AWARENESS, *(str(link.room) for link in (*ask.links, *ask.ended))}
    return Pass() if ask.arg("room") in rooms else Refuse()


def _workspace(ask: Ask) -> Verdict:
    name = ask.arg("space_name")
    if not name:
        return Reply(json.dumps({"workspaces": {"ids": [], "values": []}}))
    return Reply(json.dumps({"data": {}, "metadata": {"id": name}}))


_WORD = r"[A-Za-z0-9_~-][A-Za-z0-9_.~-]*"
_PLUGIN = re.compile(rf"(?:@{_WORD}/)?{_WORD}:{_WORD}")
"""What plugins with settings are called, such as ``@jupyterlab/notebook-extension:tracker``."""

_LOCALE = re.compile(r"[A-Za-z0-9_@-]+")


def _named(argument: str, form: re.Pattern[str], adjustment: Adjustment) -> Rule:
    """What has a name of this form, or the list of all.

    The handlers make paths of the names, and check nothing.
    """

    def rule(ask: Ask) -> Verdict:
        name = ask.arg(argument)
        return Pass(adjustment) if not name or form.fullmatch(name) else Refuse()

    return rule


_AS_NOBODY = always(AsNobody())
_PASS = always(Pass())
_DONE = always(Reply("", 204))

_PUBLIC_FILES = {"get": _AS_NOBODY, "head": _AS_NOBODY}
_FILES = {"get": _document("path"), "head": _document("path")}

_JUPYTER_SERVER: dict[str, Mapping[str, Rule]] = {
    "auth.login.LoginFormHandler": {"get": _AS_NOBODY, "post": _AS_NOBODY},
    "auth.login.LegacyLoginHandler": {"get": _AS_NOBODY, "post": _AS_NOBODY},
    "auth.logout.LogoutHandler": {"get": always(AsNobody(leaves=True))},
    "base.handlers.APIVersionHandler": {"get": _AS_NOBODY},
    "base.handlers.AuthenticatedFileHandler": _FILES,
    "base.handlers.FileFindHandler": _PUBLIC_FILES,
    "base.handlers.MainHandler": dict.fromkeys(("get", "post", "put"), _AS_NOBODY),
    "base.handlers.PrometheusMetricsHandler": {"get": _AS_NOBODY},
    "base.handlers.Template404": dict.fromkeys(
        ("get", "head", "post", "put", "patch", "delete", "options"), _AS_NOBODY
    ),
    "files.handlers.FilesHandler": _FILES,
    "services.api.handlers.IdentityHandler": dict.fromkeys(
        ("get", "patch"), always(Pass("identity"))
    ),
    "services.config.handlers.ConfigHandler": {"get": _canned({})},
    # Saving asks for a checkpoint. None is made: it is a copy of the file outside of the history.
    "services.contents.handlers.CheckpointsHandler": {
        "get": _canned([]),
        "post": _canned({"id": "none", "last_modified": "1970-01-01T00:00:00Z"}, 201),
    },
    "services.contents.handlers.ContentsHandler": {"get": _contents},
    "services.contents.handlers.NotebooksRedirectHandler": {"get": _AS_NOBODY},
    "services.events.handlers.SubscribeWebsocket": {"get": always(Pass("mute"))},
    "services.kernels.handlers.MainKernelHandler": {"get": _canned([])},
    "services.kernelspecs.handlers.MainKernelSpecHandler": {
        "get": _canned({"default": "", "kernelspecs": {}})
    },
    "services.nbconvert.handlers.NbconvertRootHandler": {"get": _canned({})},
    "services.security.handlers.CSPReportHandler": {"post": _DONE},
    "services.sessions.handlers.SessionRootHandler": {"get": _canned([])},
}

_JUPYTERLAB_SERVER: dict[str, Mapping[str, Rule]] = {
    "handlers.LabHandler": {"get": _lab_page},
    "settings_handler.SettingsHandler": {
        "get": _named("schema_name", _PLUGIN, "default-settings"),
        "put": _DONE,
    },
    "themes_handler.ThemesHandler": _PUBLIC_FILES,
    "translations_handler.TranslationsHandler": {"get": _named("locale", _LOCALE, "translations")},
    "workspaces_handler.WorkspacesHandler": {"get": _workspace, "put": _DONE},
}

_OURS: dict[str, Mapping[str, Rule]] = {
    "server.handlers.RoomHandler": {"get": _room},
    "server.handlers.SessionHandler": {"put": _session},
    "server.identity.IdentityHandler": {"get": _PASS, "put": _PASS},
    "sharing.handlers.GuestHandler": {"get": _PASS, "put": _PASS},
    "sharing.join.JoinHandler": {"get": _PASS},
}

_OTHERS: dict[str, Mapping[str, Rule]] = {
    "jupyterhub.singleuser.extension.JupyterHubLogoutHandler": {
        "get": always(AsNobody(leaves=True))
    },
    "jupyter_lsp.handlers.LanguageServersHandler": {
        "get": _canned({"version": 2, "sessions": {}, "specs": {}})
    },
    "jupyter_server_terminals.api_handlers.TerminalRootHandler": {"get": _canned([])},
    "jupyterlab.handlers.announcements.CheckForUpdateHandler": {
        "get": _canned({"notification": None})
    },
    "jupyterlab.handlers.announcements.NewsHandler": {"get": _canned({"news": []})},
    "jupyterlab.handlers.build_handler.BuildHandler": {
        "get": _canned({"status": "stable", "message": ""})
    },
    "notebook.app.CustomCssHandler": {"get": always(Reply("", 200, "text/css"))},
    "notebook.app.FileHandler": {"get": _notebook_page},
    "notebook.app.NotebookHandler": {"get": _notebook_page},
    "notebook.app.TreeHandler": {"get": _notebook_tree},
}

OURS = "jupyter_collab"

RULES: Mapping[str, Mapping[str, Rule]] = {
    **{f"jupyter_server.{name}": rules for name, rules in _JUPYTER_SERVER.items()},
    **{f"jupyterlab_server.{name}": rules for name, rules in _JUPYTERLAB_SERVER.items()},
    **{f"{OURS}.{name}": rules for name, rules in _OURS.items()},
    **_OTHERS,
}
"""Handler -> method -> rule. What is not here is refused."""


FOR_ALL_HOLDERS = frozenset(
    f"{OURS}.{name}"
    for name in (
        "server.handlers.RoomHandler",
        "sharing.handlers.GuestHandler",
        "sharing.join.JoinHandler",
    )
)
"""Handlers that answer those whose links have all ended: to say so."""


def judge(handler: type, ask: Ask) -> Verdict:
    """What a holder is answered by a handler of this very class."""
    name = f"{handler.__module__}.{handler.__qualname__}"
    rule = RULES.get(name, {}).get(ask.method.lower())
    verdict: Verdict = Refuse() if rule is None else rule(ask)
    if ask.links or name in FOR_ALL_HOLDERS or isinstance(verdict, Ended | AsNobody):
        return verdict
    return AsNobody()
