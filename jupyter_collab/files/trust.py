"""Signatures of notebooks: who may run the scripts in a notebook's outputs.

Jupyter signs a notebook when it saves it and all its outputs are trusted, and marks the
cells of a notebook that has a known signature when it reads it. The notary does both in
one step, which holds the event loop for a large notebook. Here the part that grows with
the notebook is apart from the part that uses the notary's database, which has to stay in
the thread that opened it.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from typing import Any

from nbformat.notebooknode import NotebookNode

from .notebook_json import TRANSIENT, Notebook
from .patience import patiently

KEY_SIZE = 1024
"""Bytes, as the notary's own keys have."""

PATIENCE = 2.0
"""Seconds to wait for another program that has the notary's database locked. A server that stops
has time for that."""


def signature(manager: Any, notebook: Notebook) -> str:
    """The signature of a notebook as it will be read from its file. For any thread."""
    copy = _copy(notebook)
    for cell in copy["cells"]:
        # A cell that is no code any more may still have the mark.
        cell["metadata"].pop("trusted", None)
    for name in TRANSIENT:
        copy["metadata"].pop(name, None)
    _have_key(manager)
    result: str = manager.notary.compute_signature(copy)
    return result


def _have_key(manager: Any) -> None:
    """Where the key is not there and cannot be kept, as in a home that is read-only, no notebook
    could be read; so there is one for as long as the server runs."""
    try:
        _ = manager.notary.secret  # makes it
    except OSError as error:
        manager.notary.secret = os.urandom(KEY_SIZE)
        manager.log.warning(
            "The key with which notebooks are signed cannot be kept, so that what is trusted now is"
            " not when the server was started again: %s",
            error,
        )


def signature_if_trusted(manager: Any, notebook: Notebook, path: str) -> str | None:
    """The signature of a notebook all of whose cells are trusted. For any thread."""
    if not manager.notary.check_cells(_copy(notebook)):
        manager.log.debug("Notebook %s is not trusted", path)
        return None
    return signature(manager, notebook)


async def mark(manager: Any, notebook: Notebook, signature: str, path: str) -> None:
    """Mark the cells as trusted, or as not, as ``ContentsManager.get`` does."""
    try:
        trusted = await _ask(manager, lambda store: store.check_signature, signature)
    except Exception as error:  # noqa: BLE001 - where it is locked or broken nothing is trusted
        manager.log.warning("The signature of %s could not be looked up: %s", path, error)
        trusted = False
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell["metadata"]["trusted"] = trusted


async def remember(manager: Any, signature: str) -> None:
    """Keep a signature, as ``ContentsManager.save`` does.

    Where that is impossible the notebook is saved all the same, and not trusted when it is
    opened the next time.
    """
    try:
        await _keep(manager, signature)
    except Exception as error:  # noqa: BLE001 - a notary may have a store of another kind
        manager.log.warning("The signature of a notebook cannot be kept: %s", error)


async def _keep(manager: Any, signature: str) -> None:
    try:
        await _ask(manager, lambda store: store.store_signature, signature)
    except Exception as error:
        if _is_sound(error):
            raise
        manager.log.warning("The signature store is damaged; it is made anew", exc_info=True)
        manager.notary.store = manager.notary.store_factory()
        await _ask(manager, lambda store: store.store_signature, signature)


async def _ask(manager: Any, method: Callable[[Any], Any], signature: str) -> bool:
    store, algorithm = manager.notary.store, manager.notary.algorithm
    return bool(
        await patiently(
            getattr(store, "db", None), lambda: method(store)(signature, algorithm), PATIENCE
        )
    )


def _is_sound(error: Exception) -> bool:
    """Whether the database is as it was: its disk is full, it is read-only, or another program has
    it locked for long. To make it anew would take away the signatures of all notebooks."""
    damage = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
    is_damaged = getattr(error, "sqlite_errorcode", 0) & 0xFF in damage
    return isinstance(error, sqlite3.OperationalError) and not is_damaged


def _copy(notebook: Notebook) -> Any:
    """The notebook for the notary, which takes marks off the cells that it is given."""
    cells = [{**cell, "metadata": dict(cell["metadata"])} for cell in notebook["cells"]]
    return NotebookNode({**notebook, "metadata": dict(notebook["metadata"]), "cells": cells})
