"""A contents manager whose writes fail or hang while a file says so."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from jupyter_server.services.contents.largefilemanager import AsyncLargeFileManager
from tornado.web import HTTPError


class FaultyManager(AsyncLargeFileManager):
    """Looks for ``fails`` and ``hangs`` beside its root before it saves anything."""

    async def save(self, model: dict[str, Any], path: str = "") -> dict[str, Any]:
        beside = Path(self.root_dir).parent
        if (beside / "fails").exists():
            raise HTTPError(503, "The remote disk is away for maintenance")
        while (beside / "hangs").exists():
            await asyncio.sleep(0.05)
        saved: dict[str, Any] = await super().save(model, path)  # type: ignore[no-untyped-call]
        return saved
