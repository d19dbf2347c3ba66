"""One kernel for a document, also when several people open it in the same second.

``jupyter_server`` looks for a session of the path first and starts one afterwards; between
the two, every other request for the path starts one more.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from weakref import WeakValueDictionary

from jupyter_server.services.sessions.sessionmanager import SessionManager
from jupyter_server.utils import ensure_async

CreateSession = Callable[..., Awaitable[dict[str, Any]]]


def share_sessions(manager: SessionManager) -> None:
    """Let ``manager`` create one session a path at a time, and give those who waited that one."""
    sessions: Any = manager  # its methods have no types
    create: CreateSession = sessions.create_session
    locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def create_session(path: str | None = None, **options: Any) -> dict[str, Any]:
        if not path:
            return await create(path=path, **options)
        lock = locks.setdefault(path, asyncio.Lock())
        async with lock:
            if await ensure_async(sessions.session_exists(path=path)):
                existing: dict[str, Any] = await sessions.get_session(path=path)
                return existing
            return await create(path=path, **options)

    sessions.create_session = create_session
