"""The fast way to files of Jupyter's own local contents managers.

It does what ``FileContentsManager.get`` and ``save`` do (hooks, signatures, checkpoints,
events, atomic writing), in the same order, but everything whose cost grows with the file
happens in a worker thread. Managers that change how files are read or written do not get
here: see :func:`~jupyter_collab.files.stock.is_stock` and :mod:`~jupyter_collab.files.manager`.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from io import BytesIO
from logging import Logger
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

from jupyter_core.utils import ensure_async

from ..errors import FileChanged, FileError, FileMissing, FileUnfinished, FileUnreadable
from ..workers import in_thread
from . import disk, stock, trust
from .access import Sighting, Sign, Unfinished, Unstable
from .checkpoints import NoCheckpoint, has_checkpoint, keep_before_emptying, make_checkpoint
from .formats import ALGORITHM, Format, NotebookFormat, digest
from .json_text import STRETCH, Readable
from .port import ABSENT, FileVersion, Source
from .problems import Action, file_error, in_words, too_large
from .writing import MovedAway, OtherFile, replace_content

T = TypeVar("T")

_ABANDONED = 1.5
"""Seconds without a change after which a broken file is not being written any more."""


@dataclass(frozen=True, slots=True)
class _Draft:
    """What is to be written where: ``data`` is ``None`` where the file says that already."""

    place: Path
    data: bytes | None
    known: Sighting
    content: str
    signature: str | None


@dataclass(frozen=True, slots=True)
class _Saved:
    """What is in the file now; ``has_checkpoint`` as :func:`.checkpoints.has_checkpoint` says."""

    sighting: Sighting
    has_checkpoint: bool | None


class LocalAccess:
    """Files of a stock local manager; ``max_size`` in bytes."""

    def __init__(self, manager: Any, *, max_size: int | None, log: Logger) -> None:
        self._manager = manager
        self._max_size = max_size
        self._log = log
        self._owed_hooks: set[str] = set()
        self._without_checkpoint: set[str] = set()

    def local(self, path: str) -> Path | None:
        return stock.place_of(self._manager, path)

    def is_composed(self, path: str) -> bool:
        return False

    async def sign(self, path: str) -> Sign:
        return await self._in_thread(path, "read", self._sign, path)

    async def look(self, path: str, format: Format, known: str | None) -> Sighting:
        return await self._in_thread(path, "read", self._look, path, format, known)

    async def read(self, path: str, format: Format) -> tuple[Source, Sighting]:
        source, sighting, signature = await self._in_thread(path, "read", self._read, path, format)
        if signature is not None:
            await trust.mark(self._manager, source, signature, path)
        self._manager.emit(data={"action": "get", "path": path})
        return source, sighting

    async def write(self, path: str, format: Format, source: Source, known: Sighting) -> Sighting:
        source, altered = await self._before_saving(path, format, source)
        draft, saved = await self._in_thread(path, "saved", self._save, path, format, source, known)
        if draft.signature is not None:
            await trust.remember(self._manager, draft.signature)
        if draft.data is not None and saved is None:
            saved = await self._in_thread(path, "saved", self._write, path, draft)
        written = draft.known if saved is None else saved.sighting
        if saved is not None or path in self._owed_hooks:
            try:
                await self._after_saving(path, format, saved)
            except Exception as error:
                raise Unfinished(FileUnfinished(path, in_words(error)), written) from error
        return replace(written, version=replace(written.version, altered=altered))

    async def keep(self, path: str) -> None:
        await keep_before_emptying(self._manager, path)

    # In worker threads

    def _place(self, path: str) -> Path:
        """The file's place on disk; refuses what Jupyter does not serve."""
        place = stock.place_of(self._manager, path)
        if stock.is_refused(self._manager, place):
            raise FileMissing(path)
        return place

    def _sign(self, path: str) -> Sign:
        return disk.sign_of(disk.stat_file(self._place(path)))

    def _decode(self, path: str, format: Format) -> tuple[Source, Sighting]:
        return self._take(self._place(path), path, lambda file: format.decode(file, path))

    def _take(self, place: Path, path: str, take: Callable[[Readable], T]) -> tuple[T, Sighting]:
        """What ``take`` makes of the file, and which bytes that was."""

        def take_all(file: BinaryIO) -> tuple[T, str]:
            hashed = disk.Hashed(file, self._manager.hash_algorithm)
            return take(hashed), hashed.digest()

        (taken, fingerprint), info = disk.take_file(place, path, self._max_size, take_all)
        return taken, self._sighting(fingerprint, info)

    def _digest(self, data: bytes) -> str:
        return digest(data, self._manager.hash_algorithm)

    def _sighting(self, fingerprint: str, info: os.stat_result) -> Sighting:
        version = FileVersion(
            fingerprint=fingerprint,
            last_modified=info.st_mtime,
            hash=fingerprint,
            hash_algorithm=self._manager.hash_algorithm,
        )
        return Sighting(version, disk.sign_of(info))

    def _look(self, path: str, format: Format, known: str | None) -> Sighting:
        _, sighting = self._take(self._place(path), path, _pass_over)
        if known is not None and sighting.version.fingerprint != known:
            try:
                _, sighting = self._decode(path, format)
            except FileUnreadable as problem:
                return replace(sighting, problem=problem)
        return sighting

    def _read(self, path: str, format: Format) -> tuple[Source, Sighting, str | None]:
        source, sighting = self._decode_whole(path, format)
        is_notebook = isinstance(format, NotebookFormat)
        return source, sighting, trust.signature(self._manager, source) if is_notebook else None

    def _decode_whole(self, path: str, format: Format) -> tuple[Source, Sighting]:
        """Decode the file; if a write of it was cut short, as it was before that."""
        place = self._place(path)
        problem = None
        try:
            decoded = self._decode(path, format)
            if not disk.is_left_empty(place):
                return decoded
        except FileUnreadable as error:
            problem = error
        if disk.age(place) < _ABANDONED:
            raise Unstable(path) from problem
        is_restored = self._restore_backup(path, format)
        if problem is not None and not is_restored:
            raise problem
        return self._decode(path, format)

    def _restore_backup(self, path: str, format: Format) -> bool:
        """Undo an atomic write that a crash cut short.

        Jupyter's atomic write copies the old file aside, writes, and deletes the copy. As
        Jupyter does for notebooks, put a copy that is left over in the place of a file that
        cannot be read or was only emptied, but only a good copy. Nobody must be writing the file
        any more.
        """
        place = Path(os.path.realpath(self._place(path)))
        backup, invalid = disk.copy_of(place), disk.invalid_of(place)
        if not self._manager.use_atomic_writing:
            return False
        try:
            disk.take_file(backup, path, self._max_size, lambda file: format.decode(file, path))
            is_empty = not place.stat().st_size
            if not is_empty:
                place.replace(invalid)
            backup.replace(place)
        except (OSError, FileError, Unstable):
            return False
        self._log.warning(
            "%s was cut short while it was saved; took the copy from before%s",
            path,
            "" if is_empty else f", and kept the broken file beside it as {invalid.name}",
        )
        return True

    def _save(
        self, path: str, format: Format, source: Source, known: Sighting
    ) -> tuple[_Draft, _Saved | None]:
        """Write what is to be written, unless it has to be remembered as trusted before."""
        draft = self._draft(path, format, source, known)
        if draft.data is None or draft.signature is not None:
            return draft, None
        return draft, self._write(path, draft)

    def _draft(self, path: str, format: Format, source: Source, known: Sighting) -> _Draft:
        """Encode, and make sure that the file is the version ``known``."""
        place = self._place(path)
        before, known = self._verify(place, path, format, known)
        data = format.encode_again(source, before or b"", path)
        if self._max_size is not None and len(data) > self._max_size:
            raise too_large(path, len(data), self._max_size)
        content = digest(data)
        signature = None
        if isinstance(format, NotebookFormat):
            signature = trust.signature_if_trusted(self._manager, source, path)
        exists = known.version.fingerprint != ABSENT
        if exists and not known.content:
            known = replace(known, content=self._content(path, format, before, known))
        same = exists and content == known.content
        return _Draft(place, None if same else data, known, content, signature)

    def _verify(
        self, place: Path, path: str, format: Format, known: Sighting
    ) -> tuple[bytes | None, Sighting]:
        """The file's bytes where they had to be read, and ``known`` with a fresh sign."""
        try:
            proof = None if format.needs_before else known.sign
            if proof is not None and disk.sign_of(disk.stat_file(place)) == proof:
                return None, known
            before, sighting = self._take(place, path, lambda file: file.read())
        except FileNotFoundError:
            if known.version.fingerprint == ABSENT:
                return None, known
            raise
        if sighting.version.fingerprint != known.version.fingerprint:
            raise changed(path)
        return before, replace(known, version=sighting.version, sign=sighting.sign)

    def _content(self, path: str, format: Format, before: bytes | None, known: Sighting) -> str:
        """The digest of what the file would be if we had written it; empty if we never would."""
        try:
            if before is not None:
                source = format.decode(BytesIO(before), path)
            else:
                source, sighting = self._decode(path, format)
                if sighting.version.fingerprint != known.version.fingerprint:
                    raise changed(path)
        except FileUnreadable:
            return ""
        try:
            return digest(format.encode(source, before or b"", path))
        except FileError:
            return ""

    def _write(self, path: str, draft: _Draft) -> _Saved:
        assert draft.data is not None
        place, known = draft.place, draft.known
        is_absent = known.version.fingerprint == ABSENT
        sign = None if is_absent else known.sign
        if sign is None and not is_absent:
            raise changed(path)
        try:
            info = replace_content(
                place, draft.data, sign, keeps_copy=self._manager.use_atomic_writing
            )
        except OtherFile as error:
            raise changed(path) from error
        except MovedAway as error:
            # By what it has now it is found where it is.
            saved = self._saved(path, draft, error.written)
            raise Unfinished(FileMissing(path), saved.sighting) from error
        except Exception as error:
            torn = disk.is_torn(place, draft.data)
            if torn is None or self._digest(torn) == known.version.hash:
                raise
            sighting = self._sighting(self._digest(torn), place.stat())
            raise Unfinished(file_error(error, path, "saved"), sighting) from error
        return self._saved(path, draft, info)

    def _saved(self, path: str, draft: _Draft, info: os.stat_result) -> _Saved:
        assert draft.data is not None
        is_known = self._manager.hash_algorithm == ALGORITHM
        fingerprint = draft.content if is_known else self._digest(draft.data)
        sighting = replace(self._sighting(fingerprint, info), content=draft.content)
        return _Saved(sighting, has_checkpoint(self._manager, path))

    # In the event loop

    async def _before_saving(
        self, path: str, format: Format, source: Source
    ) -> tuple[Source, bool]:
        """Run the hooks that may change what is saved, on a copy of the document; returns what
        to save, and whether a hook has changed it."""
        manager = self._manager
        if not stock.has_pre_save_hooks(manager):
            return source, False
        data = (
            b""
            if isinstance(format, NotebookFormat)
            else await self._in_thread(path, "saved", format.encode, source, b"", path)
        )
        model = {
            "type": format.contents_type,
            "format": format.contents_format,
            "content": await in_thread(format.to_model, source, data),
        }
        before = await in_thread(_imprint, model["content"])
        try:
            manager.run_pre_save_hooks(model=model, path=path)
        except Exception as error:
            raise file_error(error, path, "saved") from error
        changed_source, _ = await self._in_thread(
            path, "saved", format.from_model, model["content"], path
        )
        return changed_source, before != await in_thread(_imprint, model["content"])

    async def _after_saving(self, path: str, format: Format, saved: _Saved | None) -> None:
        """Checkpoint, hooks and event of a save.

        The document is in the file by now. A hook that fails is an error of this save all
        the same, because whoever has installed it counts on it: the next ``write`` runs the
        hooks again, even if there is nothing to be written.
        """
        manager = self._manager
        self._owed_hooks.add(path)
        if isinstance(format, NotebookFormat):
            await self._checkpoint(path, None if saved is None else saved.has_checkpoint)
        if stock.has_post_save_hooks(manager):
            model = await ensure_async(manager.get(path, content=False))
            manager.run_post_save_hooks(model=model, os_path=str(self._place(path)))
        self._owed_hooks.discard(path)
        manager.emit(data={"action": "save", "path": path})

    async def _checkpoint(self, path: str, is_there: bool | None) -> None:
        """One checkpoint should always exist for notebooks; ``None``: that is to be found out."""
        if is_there is None:
            is_there = bool(await ensure_async(self._manager.checkpoints.list_checkpoints(path)))
        if is_there:
            return
        try:
            await make_checkpoint(self._manager, path)
        except NoCheckpoint:
            if path not in self._without_checkpoint:
                self._without_checkpoint.add(path)
                self._log.warning("%s has no checkpoint: the name is too long for one", path)

    async def _in_thread(
        self, path: str, action: Action, function: Callable[..., T], *args: Any
    ) -> T:
        try:
            return await in_thread(function, *args)
        except (FileError, Unfinished, Unstable):
            raise
        except Exception as error:
            raise file_error(error, path, action) from error


def changed(path: str) -> FileChanged:
    return FileChanged(
        path,
        f"{path} was not saved yet: another program has changed it. Its changes are merged"
        " into the document first.",
    )


def _pass_over(file: Readable) -> None:
    """Read a file and keep nothing."""
    while file.read(STRETCH):
        pass


def _imprint(content: Any) -> str:
    """The same for equal contents of a model."""
    return digest(json.dumps(content, sort_keys=True).encode())
