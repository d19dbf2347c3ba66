"""Real-time collaboration for JupyterLab and Jupyter Notebook."""

from importlib.metadata import PackageNotFoundError, version
from typing import Any

from .store.classes import JupyterSQLiteYStore, TempFileYStore

__all__ = ["JupyterSQLiteYStore", "TempFileYStore", "__version__"]

try:
    __version__ = version("jupyter-collab")
except PackageNotFoundError:  # run from a checkout that nobody installed
    __version__ = "0+unknown"


def _jupyter_labextension_paths() -> list[dict[str, str]]:
    return [{"src": "labextension", "dest": "jupyter-collab"}]


def _jupyter_server_extension_points() -> list[dict[str, Any]]:
    # Imported late, so that a client of one module does not load the server.
    from .app import YDocExtension

    return [{"module": "jupyter_collab", "app": YDocExtension}]
