"""Which plugins of JupyterLab and Jupyter Notebook are left out of the pages of guests. Pure.

They would show what guests do not have: other files, kernels, terminals, settings, extensions.
"""

from __future__ import annotations

from collections.abc import Iterable

_LAB_PACKAGES = (
    "console",
    "debugger",
    "extensionmanager",
    "inspector",
    "launcher",
    "logconsole",
    "lsp",
    "pluginmanager",
    "running",
    "settingeditor",
    "terminal",
    "tooltip",
    "workspaces",
)

_LAB_PLUGINS = (
    "application-extension:property-inspector",
    "apputils-extension:announcements",
    "apputils-extension:kernel-status",
    "apputils-extension:running-sessions-status",
    "apputils-extension:settings-connector",  # ours is in its place
    "docmanager-extension:recents",
    "filebrowser-extension:create-new-language-file",
    "filebrowser-extension:file-upload-status",
    "filebrowser-extension:notify-upload",
    "filebrowser-extension:open-url",
    "filebrowser-extension:share-file",
    "filebrowser-extension:widget",
    "fileeditor-extension:language-server",
    "mainmenu-extension:recents",
    "notebook-extension:code-console",
    "notebook-extension:execution-indicator",
    "notebook-extension:export",
    "notebook-extension:kernel-status",
    "notebook-extension:language-server",
    "notebook-extension:log-output",
    "notebook-extension:open-with-no-kernel",
    "notebook-extension:trust-status",
)

_NOTEBOOK_PLUGINS = (
    "console-extension",
    "notebook-extension:checkpoints",
    "notebook-extension:close-tab",
    "notebook-extension:edit-notebook-metadata",
    "notebook-extension:kernel-logo",
    "notebook-extension:kernel-status",
    "notebook-extension:notebook-tools",
    "notebook-extension:open-tree-tab",
    "notebook-extension:trusted",
    "terminal-extension",
)

LEFT_OUT = (
    *(f"@jupyterlab/{name}-extension" for name in _LAB_PACKAGES),
    *(f"@jupyterlab/{name}" for name in _LAB_PLUGINS),
    *(f"@jupyter-notebook/{name}" for name in _NOTEBOOK_PLUGINS),
)
"""Packages, and single plugins of packages, as a page configuration names them."""


def disabled(already: Iterable[str]) -> list[str]:
    """``disabledExtensions`` of a page of guests; ``already`` are those that a site disables."""
    return sorted({*already, *LEFT_OUT})
