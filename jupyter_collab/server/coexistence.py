"""Living beside JupyterLab's own flag, and beside other packages that serve collaboration."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

from jupyter_server.extension.manager import ExtensionPackage
from jupyter_server.serverapp import ServerApp
from traitlets import Bool
from traitlets.config.loader import DeferredConfigString

FLAG_MODULE = "jupyter_collaboration"
"""JupyterLab ends when ``--collaborative`` is given and this cannot be imported."""

INCUMBENT = "jupyter_server_ydoc"
"""The server extension of jupyter-collaboration, and the name that other extensions look for."""


@dataclass(frozen=True, slots=True)
class Incumbent:
    """A package that serves collaboration too.

    ``extension`` is its server extension, ``labextensions`` are its parts in the browser.
    ``replaced`` are JupyterLab's own plugins that those switch off, even when off themselves.
    """

    package: str
    extension: str
    labextensions: tuple[str, ...]
    replaced: tuple[str, ...] = ()

    @property
    def serves(self) -> str:
        return (
            f"{self.package} is installed and enabled too, and serves collaboration on this "
            "server; jupyter-collab does not. To let jupyter-collab serve, run "
            f"`jupyter server extension disable {self.extension}` and start the server again."
        )


INCUMBENTS = (
    Incumbent(
        "jupyter-collaboration",
        INCUMBENT,
        ("@jupyter/collaboration-extension", "@jupyter/docprovider-extension"),
        (
            "@jupyterlab/filebrowser-extension:defaultFileBrowser",
            "@jupyterlab/notebook-extension:cell-executor",
        ),
    ),
    Incumbent(
        "jupyter-server-documents",
        "jupyter_server_documents",
        ("@jupyter-ai-contrib/server-documents",),
    ),
)

PageConfigHook = Callable[[Any, dict[str, Any]], dict[str, Any]]


def flag_given(serverapp: ServerApp) -> bool:
    """Whether ``jupyter lab --collaborative`` was given, on the command line or in a file."""
    given = serverapp.config.get("LabApp", {}).get("collaborative", False)
    if isinstance(given, DeferredConfigString):  # of the command line: text, which may say no
        given = given.get_value(Bool())
    return bool(given)


def let_flag_pass() -> None:
    """Let JupyterLab start with ``--collaborative`` where only this package is installed."""
    if FLAG_MODULE in sys.modules or importlib.util.find_spec(FLAG_MODULE) is not None:
        return
    module = ModuleType(FLAG_MODULE, "Stands for jupyter_collab, which serves collaboration here.")
    module.__spec__ = ModuleSpec(FLAG_MODULE, None)
    sys.modules[FLAG_MODULE] = module


def incumbent_enabled(serverapp: ServerApp) -> Incumbent | None:
    """The other package that is installed, and enabled on this server, if any."""
    extensions = serverapp.extension_manager.extensions
    for incumbent in INCUMBENTS:
        package = extensions.get(incumbent.extension)
        # Under this name there may be us: see answer_to_incumbents_name.
        if package is not None and package.name == incumbent.extension and package.enabled:
            return incumbent
    return None


class _OtherName(ExtensionPackage):
    """An extension that is loaded and started under its own name."""

    def __init__(self, name: str, package: ExtensionPackage) -> None:
        # Not its own, which would import all of it again.
        super(ExtensionPackage, self).__init__(name=package.name, enabled=True)
        (point,) = package.extension_points.values()
        self.extension_points = {name: point}

    def load_all_points(self, serverapp: ServerApp) -> list[Any]:
        return []

    async def start_all_points(self, serverapp: ServerApp) -> None:
        pass


def answer_to_incumbents_name(serverapp: ServerApp, name: str) -> None:
    """Let other extensions find us where they look for jupyter-collaboration, which is not there,
    or disabled."""
    extensions = serverapp.extension_manager.extensions
    if name in extensions:
        extensions[INCUMBENT] = _OtherName(INCUMBENT, extensions[name])


def switch_off_incumbents_frontends(settings: dict[str, Any]) -> None:
    """Only one may provide documents in the browser."""
    inner: PageConfigHook | None = settings.get("page_config_hook")

    def hook(handler: Any, page_config: dict[str, Any]) -> dict[str, Any]:
        # JupyterLab hands the same dictionary to every request: it must not be changed.
        config = dict(inner(handler, page_config) if inner is not None else page_config)
        present = {extension.get("name") for extension in config.get("federated_extensions", [])}
        for incumbent in INCUMBENTS:
            if not present.isdisjoint(incumbent.labextensions):
                disabled = config.get("disabledExtensions", [])
                others = [name for name in disabled if name not in incumbent.replaced]
                config["disabledExtensions"] = [*others, *incumbent.labextensions]
        return config

    settings["page_config_hook"] = hook
