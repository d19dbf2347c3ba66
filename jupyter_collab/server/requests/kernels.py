"""One kernel for a document, also when several people open it in the same second.

JupyterLab looks for a session of the document first and starts one afterwards; between the
two, everybody else who opens it starts one more. It starts a session under a made-up path, a
UUID in the document's folder with the document's name beside it, and gives it the document's
path once the kernel runs.
"""

from __future__ import annotations

import asyncio
import posixpath
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID
from weakref import WeakValueDictionary

from jupyter_server.services.sessions.sessionmanager import SessionManager

Session = dict[str, Any]
CreateSession = Callable[..., Awaitable[Session]]


def share_kernels(manager: SessionManager) -> None:
    """Let sessions that ``manager`` creates for one document share the kernel of the first.

    Sessions that name a kernel, or another kind of kernel than the document has, get it.
    """
    sessions: Any = manager  # its methods have no types
    create: CreateSession = sessions.create_session
    locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def create_session(
        path: str | None = None,
        name: str | None = None,
        type: str | None = None,
        kernel_name: str | None = None,
        kernel_id: str | None = None,
    ) -> Session:
        document = document_path(path, name)
        if document is None or kernel_id is not None:
            return await create(path, name, type, kernel_name, kernel_id)
        lock = locks.setdefault(document, asyncio.Lock())
        async with lock:
            for session in await sessions.list_sessions():
                if _is_for(session, document, type, kernel_name):
                    kernel_id = session["kernel"]["id"]
            return await create(path, name, type, kernel_name, kernel_id)

    sessions.create_session = create_session


def document_path(path: str | None, name: str | None) -> str | None:
    """The document that a session is for, whose path may be made up for now."""
    if not path:
        return None
    folder, last = posixpath.split(path)
    if not _is_uuid(last):
        return path
    return posixpath.join(folder, name) if name else None


def _is_uuid(text: str) -> bool:
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False


def _is_for(session: Session, document: str, type: str | None, kernel_name: str | None) -> bool:
    kernel = session.get("kernel") or {}
    return (
        session.get("type") == type
        and document_path(session.get("path"), session.get("name")) == document
        and kernel_name in (None, kernel.get("name"))
    )
