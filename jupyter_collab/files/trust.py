"""Signatures of notebooks: who may run the scripts in a notebook's outputs.

Jupyter signs a notebook when it saves it and all its outputs are trusted, and marks the
cells of a notebook that has a known signature when it reads it. The notary does both in
one step, which holds the event loop for a large notebook. Here the part that grows with
the notebook is apart from the part that uses the notary's database, which has to stay in
the thread that opened it.
"""

from __future__ import annotations

from typing import Any

from nbformat.notebooknode import NotebookNode

from .notebook_json import TRANSIENT, Notebook


def signature(manager: Any, notebook: Notebook) -> str:
    """The signature of a notebook as it will be read from its file. For any thread."""
    copy = _copy(notebook)
    for cell in copy["cells"]:
        # A cell that is no code any more may still have the mark.
        cell["metadata"].pop("trusted", None)
    for name in TRANSIENT:
        copy["metadata"].pop(name, None)
    result: str = manager.notary.compute_signature(copy)
    return result


def signature_if_trusted(manager: Any, notebook: Notebook, path: str) -> str | None:
    """The signature of a notebook all of whose cells are trusted. For any thread."""
    if not manager.notary.check_cells(_copy(notebook)):
        manager.log.debug("Notebook %s is not trusted", path)
        return None
    return signature(manager, notebook)


def mark(manager: Any, notebook: Notebook, signature: str, path: str) -> None:
    """Mark the cells as trusted, or as not, as ``ContentsManager.get`` does."""
    try:
        trusted = bool(manager.notary.store.check_signature(signature, manager.notary.algorithm))
    except Exception:  # the database may be locked or broken: then nothing is trusted
        manager.log.warning("The signature of %s could not be looked up", path, exc_info=True)
        trusted = False
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell["metadata"]["trusted"] = trusted


def remember(manager: Any, signature: str) -> None:
    """Keep a signature, as ``ContentsManager.save`` does.

    Where that is impossible the notebook is saved all the same, and not trusted when it is
    opened the next time.
    """
    try:
        manager.notary.store.store_signature(signature, manager.notary.algorithm)
    except Exception:
        manager.log.warning("The signature store is damaged; it is made anew", exc_info=True)
        try:
            manager.notary.store = manager.notary.store_factory()
            manager.notary.store.store_signature(signature, manager.notary.algorithm)
        except Exception:  # its disk may be full
            manager.log.warning("The signature of a notebook cannot be kept", exc_info=True)


def _copy(notebook: Notebook) -> Any:
    """The notebook for the notary, which takes marks off the cells that it is given."""
    cells = [{**cell, "metadata": dict(cell["metadata"])} for cell in notebook["cells"]]
    return NotebookNode({**notebook, "metadata": dict(notebook["metadata"]), "cells": cells})
