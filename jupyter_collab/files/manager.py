"""The way to files of any contents manager, by the methods that all of them have."""

from __future__ import annotations

import hashlib
import inspect
import os
from collections.abc import Awaitable
from dataclasses import replace
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

from jupyter_core.utils import ensure_async
from tornado.web import HTTPError

from ..errors import FileError, FileMissing, FileUnreadable, NotANotebook
from ..workers import in_thread
from . import disk, stock
from .access import Sighting, Sign, Unstable
from .checkpoints import keep_before_emptying
from .formats import Format, NotebookFormat, TextFormat, digest
from .local import changed
from .port import ABSENT, FileVersion, Source
from .problems import Action, file_error, too_large

REMOTE_WINDOW = 2.0
"""Seconds in which two changes may get the same time stamp in a store that we do not know."""


class ManagerAccess:
    """Files of any contents manager; ``max_size`` in bytes.

    Where the manager keeps its files on the local disk (a subclass of Jupyter's own), the
    file there is what is looked at, and its bytes are the fingerprint. Elsewhere, and where it
    puts a notebook together of several files, as jupytext does, it is the manager's hash, and
    without one a digest of the content.
    """

    def __init__(self, manager: Any, *, max_size: int | None) -> None:
        self._manager = manager
        self._max_size = max_size
        parameters = inspect.signature(manager.get).parameters
        self._has_hash = "require_hash" in parameters
        self._composed: set[str] = set()

    def local(self, path: str) -> Path | None:
        if not stock.keeps_files(self._manager):
            return None
        try:
            place = stock.place_of(self._manager, path)
        except HTTPError:
            return None
        return place if place.is_file() else None

    def is_composed(self, path: str) -> bool:
        return path in self._composed

    async def sign(self, path: str) -> Sign:
        await self._refuse_hidden(path)
        place = self.local(path)
        if place is None:
            return _sign_of(await self._get(path, content=False))
        sign = await self._local_sign(place, path)
        if self.is_composed(path):
            return _with_hash(sign, await self._get(path, content=False))
        return sign

    async def look(self, path: str, format: Format, known: str | None) -> Sighting:
        try:
            return (await self._load(path, format))[2]
        except FileUnreadable as problem:
            return await self._undecoded(path, problem)

    async def read(self, path: str, format: Format) -> tuple[Source, Sighting]:
        sign = await self.sign(path)
        if self._max_size is not None and sign.size > self._max_size:
            raise too_large(path, sign.size, self._max_size)
        source, _, sighting = await self._load(path, format)
        return source, sighting

    async def write(self, path: str, format: Format, source: Source, known: Sighting) -> Sighting:
        before, known = await self._verify(path, format, known)
        data = await in_thread(format.encode_again, source, before, path)
        if self._max_size is not None and len(data) > self._max_size:
            raise too_large(path, len(data), self._max_size)
        content = await in_thread(digest, data)
        if known.version.fingerprint != ABSENT and content == known.content:
            return known
        model = {
            "type": format.contents_type,
            "format": format.contents_format,
            "content": await in_thread(format.to_model, source, data),
        }
        await self._call(self._manager.save, path, "saved", model, path)
        return await self._written(path, format, content)

    async def keep(self, path: str) -> None:
        await keep_before_emptying(self._manager, path)

    async def _undecoded(self, path: str, problem: FileUnreadable) -> Sighting:
        """What can be said of a file whose content the manager cannot deliver."""
        place = self.local(path)
        if place is not None:
            raw, info = await self._read_raw(place, path)
            sign = disk.sign_of(info)
            version = FileVersion(await in_thread(digest, raw), info.st_mtime)
        else:
            model = await self._get(path, content=False)
            sign = _sign_of(model)
            version = _version_of(model, f"unreadable:{sign.key}")
        return Sighting(version, sign, problem=problem)

    async def _read_raw(self, place: Path, path: str) -> tuple[bytes, os.stat_result]:
        try:
            return await in_thread(disk.read_file, place, path, self._max_size)
        except OSError as error:
            raise file_error(error, path, "read") from error

    async def _written(self, path: str, format: Format, content: str) -> Sighting:
        """What is there after a save whose content had this digest.

        If it is not that content, the manager or a hook has changed it, or another program
        has written since. The version is then one that matches nothing on disk, so that the
        next look finds a change.
        """
        try:
            sighting = (await self._load(path, format))[2]
        except (FileError, Unstable):
            sighting = None
        if sighting is not None and sighting.content == content:
            return sighting
        return Sighting(FileVersion(f"written:{content}", last_modified=0), None, content)

    async def _verify(self, path: str, format: Format, known: Sighting) -> tuple[bytes, Sighting]:
        """The bytes that the file has, where they are needed; makes sure it is ``known``."""
        try:
            proof = known.sign if known.content and not format.needs_before else None
            if proof is not None and await self.sign(path) == proof:
                return b"", known
            _, before, sighting = await self._load(path, format)
        except FileMissing:
            if known.version.fingerprint == ABSENT:
                return b"", known
            raise
        if sighting.version.fingerprint != known.version.fingerprint:
            raise changed(path)
        return before, sighting

    async def _load(self, path: str, format: Format) -> tuple[Source, bytes, Sighting]:
        """The document, the bytes that stand for it, and what it was."""
        await self._refuse_hidden(path)
        place = self.local(path)
        sign = None if place is None else await self._local_sign(place, path)
        model = await self._get(path, content=True, format=format)
        source, data = await in_thread(format.from_model, model["content"], path)
        content = await in_thread(digest, data)
        version = _version_of(model, content)
        if place is not None:
            raw, info = await self._read_raw(place, path)
            if sign != disk.sign_of(info):
                raise Unstable(path)
            if await in_thread(_is_hash_of, version, raw):
                version = replace(version, fingerprint=await in_thread(digest, raw))
            else:
                self._composed.add(path)
            if self.is_composed(path):
                sign = _with_hash(sign, model)
        return source, data, Sighting(version, sign or _sign_of(model), content)

    async def _get(
        self, path: str, *, content: bool, format: Format | None = None
    ) -> dict[str, Any]:
        arguments: dict[str, Any] = {"content": content}
        if format is not None:
            arguments |= {"type": format.contents_type, "format": format.contents_format}
        if self._has_hash:
            arguments["require_hash"] = True
        try:
            model = await self._call(self._manager.get, path, "read", path, **arguments)
        except NotANotebook as error:
            raise await self._explained(path, error) from error
        if model.get("type") == "directory":
            raise FileError(path, f"{path} is a folder, not a file")
        return dict(model)

    async def _explained(self, path: str, error: NotANotebook) -> NotANotebook:
        """The same error with the position in the file, which managers do not report."""
        try:
            text = (await self._get(path, content=True, format=TextFormat()))["content"]
            await in_thread(NotebookFormat().decode, BytesIO(text.encode()), path)
        except NotANotebook as better:
            return better
        except FileError:
            return error
        return error

    async def _refuse_hidden(self, path: str) -> None:
        """Jupyter serves no hidden files unless told to."""
        if getattr(self._manager, "allow_hidden", False):
            return
        try:
            hidden = await ensure_async(self._manager.is_hidden(path))
        except Exception:  # noqa: BLE001
            # Not every manager knows; if the file is not there, reading it says so.
            hidden = False
        if hidden:
            raise FileMissing(path)

    async def _local_sign(self, place: Path, path: str) -> Sign:
        try:
            return disk.sign_of(await in_thread(disk.stat_file, place))
        except OSError as error:
            raise file_error(error, path, "read") from error

    async def _call(self, method: Any, path: str, action: Action, *args: Any, **kwargs: Any) -> Any:
        try:
            result: Awaitable[Any] | Any = method(*args, **kwargs)
            return await ensure_async(result)
        except Exception as error:
            raise file_error(error, path, action) from error


def _version_of(model: dict[str, Any], content: str) -> FileVersion:
    hash = model.get("hash") or ""
    return FileVersion(
        fingerprint=hash or content,
        last_modified=_seconds(model.get("last_modified")),
        hash=hash,
        hash_algorithm=model.get("hash_algorithm") or "",
    )


def _is_hash_of(version: FileVersion, data: bytes) -> bool:
    """Whether the manager's hash, if there is one, stands for nothing but these bytes."""
    algorithm = version.hash_algorithm
    if not version.hash or algorithm not in hashlib.algorithms_available:
        return True
    return digest(data, algorithm) == version.hash


def _with_hash(sign: Sign, model: dict[str, Any]) -> Sign:
    """The sign of a file that stands for others as well, of which the manager's hash tells."""
    return replace(sign, key=(*sign.key, model.get("hash")))


def _sign_of(model: dict[str, Any]) -> Sign:
    """A hash proves that nothing has changed; a time only after a while."""
    size = model.get("size")
    known_size = size if isinstance(size, int) else -1
    if model.get("hash"):
        return Sign(("hash", model["hash"]), window=0.0, old=True, atomic=True, size=known_size)
    key = ("time", str(model.get("last_modified")), size)
    return Sign(key, window=REMOTE_WINDOW, old=False, atomic=True, size=known_size)


def _seconds(value: Any) -> float:
    """Seconds since the epoch, from whatever a manager puts into ``last_modified``."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return 0.0
    if isinstance(value, datetime):
        return value.timestamp()
    return float(value) if isinstance(value, (int, float)) else 0.0
