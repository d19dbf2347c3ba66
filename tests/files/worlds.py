"""Contents managers of several kinds, with other programs beside them."""

from __future__ import annotations

import logging
import os
import tempfile
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any, ClassVar

import pytest
from jupyter_core.utils import ensure_async
from jupyter_server.services.contents.checkpoints import AsyncCheckpoints
from jupyter_server.services.contents.largefilemanager import (
    AsyncLargeFileManager,
    LargeFileManager,
)
from jupyter_server.services.contents.manager import AsyncContentsManager
from jupyter_server_fileid.manager import ArbitraryFileIdManager
from nbformat.sign import MemorySignatureStore, NotebookNotary
from tornado.web import HTTPError

from jupyter_collab.errors import FileError
from jupyter_collab.files.contents import ContentsFiles
from jupyter_collab.files.document import Patience
from jupyter_collab.files.formats import BytesFormat, NotebookFormat, TextFormat
from jupyter_collab.files.port import DocumentFile
from tests.contracts.document_file import NOTEBOOK, open_path
from tests.waiting import closed_at_the_end


def _obeys_permissions() -> bool:
    with tempfile.NamedTemporaryFile() as file:
        Path(file.name).chmod(0)
        return not os.access(file.name, os.R_OK)


needs_permissions = pytest.mark.skipif(
    not _obeys_permissions(), reason="nothing is forbidden to this user"
)

LOG = logging.getLogger("files")
PATIENCE = Patience(settle=0.02, unstable=0.05, vanished=0.1, broken=0.3, retry=0.05)


_made: list[Any] = []


def make_ids(kind: type[Any], root: str) -> Any:
    manager = kind(root_dir=root, db_path=":memory:")
    _made.append(manager)
    return manager


def close_ids() -> None:
    """Close the databases of all managers of file ids, which they do not do themselves."""
    while _made:
        _made.pop().con.close()


def notary(folder: Path) -> NotebookNotary:
    return NotebookNotary(data_dir=str(folder), store_factory=MemorySignatureStore)


class LocalWorld:
    """Files on the disk, under one of Jupyter's own managers, or one derived from it."""

    manager_class: ClassVar[type[Any]] = AsyncLargeFileManager
    poll_interval: ClassVar[float] = 0.1

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.root = folder / "root"
        self.root.mkdir()
        self.manager: Any = None
        self.ids: Any = None

    def start(self, *, ids: type[Any] = ArbitraryFileIdManager, **options: Any) -> ContentsFiles:
        self.manager = self.manager_class(root_dir=str(self.root), notary=notary(self.folder))
        self.ids = make_ids(ids, str(self.root))
        options = {"poll_interval": self.poll_interval, "patience": PATIENCE, **options}
        return closed_at_the_end(ContentsFiles(self.manager, self.ids, log=LOG, **options))

    def put(self, path: str, data: bytes) -> None:
        place = self.root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)

    def get(self, path: str) -> bytes:
        return (self.root / path).read_bytes()

    def delete(self, path: str) -> None:
        (self.root / path).unlink()

    async def rename(self, path: str, new_path: str) -> None:
        (self.root / new_path).parent.mkdir(parents=True, exist_ok=True)
        await ensure_async(self.manager.rename(path, new_path))
        self.ids.move(path, new_path)

    def writes(self, path: str) -> object:
        info = (self.root / path).stat()
        return info.st_mtime_ns, info.st_ino, info.st_ctime_ns


class SyncWorld(LocalWorld):
    manager_class = LargeFileManager


class DerivedManager(AsyncLargeFileManager):
    """Does what Jupyter's own manager does, as far as anybody can tell."""

    async def save(self, model: dict[str, Any], path: str = "") -> Any:
        return await super().save(model, path)  # type: ignore[no-untyped-call]


class DerivedWorld(LocalWorld):
    manager_class = DerivedManager


class NoCheckpoints(AsyncCheckpoints):
    async def rename_all_checkpoints(self, old_path: str, new_path: str) -> None:
        pass

    async def delete_all_checkpoints(self, path: str) -> None:
        pass


class DictManager(AsyncContentsManager):
    """Keeps files in a ``dict``, as somebody might in a database, and reports no hashes."""

    checkpoints_class = NoCheckpoints

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.stored: dict[str, tuple[bytes, datetime]] = {}
        self.failure: Exception | None = None
        self.calls: list[str] = []

    def put(self, path: str, data: bytes) -> None:
        self.stored[path] = data, datetime.now(UTC)

    async def file_exists(self, path: str = "") -> bool:
        return path.strip("/") in self.stored

    async def dir_exists(self, path: str) -> bool:
        return path.strip("/") in {"", *(name.rpartition("/")[0] for name in self.stored)}

    async def is_hidden(self, path: str) -> bool:
        return any(part.startswith(".") for part in path.split("/"))

    async def get(  # type: ignore[override]
        self, path: str, content: bool = True, type: str | None = None, format: str | None = None
    ) -> dict[str, Any]:
        self.calls.append("get content" if content else "get")
        path = path.strip("/")
        if self.failure is not None:
            raise self.failure
        if path not in self.stored:
            raise HTTPError(404, f"No such file: {path}")
        data, modified = self.stored[path]
        model = {
            "name": path.rpartition("/")[2],
            "path": path,
            "type": type or "file",
            "writable": True,
            "last_modified": modified,
            "created": modified,
            "size": len(data),
            "content": None,
            "format": None,
            "mimetype": None,
        }
        if content:
            model["content"] = self._content(data, path, type, format)
        return model

    def _content(self, data: bytes, path: str, type: str | None, format: str | None) -> Any:
        if type == "notebook":
            try:
                notebook = NotebookFormat().decode(BytesIO(data), path)
            except FileError:
                raise HTTPError(400, f"Unreadable Notebook: {path} it is odd") from None
            for cell in notebook["cells"]:
                cell["metadata"]["trusted"] = True
            return notebook
        if format == "base64":
            return BytesFormat().to_model(data, data)
        try:
            return TextFormat().to_model(None, data)
        except UnicodeDecodeError:
            raise HTTPError(400, f"{path} is not UTF-8 encoded", reason="bad format") from None

    async def save(self, model: dict[str, Any], path: str = "") -> dict[str, Any]:
        self.calls.append("save")
        path = path.strip("/")
        self.run_pre_save_hooks(model=model, path=path)  # type: ignore[no-untyped-call]
        if self.failure is not None:
            raise self.failure
        if model["type"] == "notebook":
            data = NotebookFormat().encode(model["content"], b"", path)
        elif model["format"] == "base64":
            data = BytesFormat().from_model(model["content"], path)[1]
        else:
            data = TextFormat().from_model(model["content"], path)[1]
        self.put(path, data)
        self.emit(data={"action": "save", "path": path})  # type: ignore[no-untyped-call]
        return await self.get(path, content=False)

    async def rename_file(self, old_path: str, new_path: str) -> None:
        self.stored[new_path] = self.stored.pop(old_path)

    async def delete_file(self, path: str) -> None:
        del self.stored[path]


class DictWorld:
    """Files in a :class:`DictManager`."""

    def __init__(self) -> None:
        self.manager: Any = DictManager()
        self.ids: Any = None

    def start(self, **options: Any) -> ContentsFiles:
        self.ids = make_ids(ArbitraryFileIdManager, "")
        options = {"poll_interval": 0.02, "patience": PATIENCE, **options}
        return closed_at_the_end(ContentsFiles(self.manager, self.ids, log=LOG, **options))

    def put(self, path: str, data: bytes) -> None:
        self.manager.put(path, data)

    def get(self, path: str) -> bytes:
        data: bytes = self.manager.stored[path][0]
        return data

    def delete(self, path: str) -> None:
        del self.manager.stored[path]

    async def rename(self, path: str, new_path: str) -> None:
        await self.manager.rename(path, new_path)
        self.ids.move(path, new_path)

    def writes(self, path: str) -> object:
        return self.manager.stored[path][1]


async def read_notebook(files: Any, path: str = NOTEBOOK) -> tuple[DocumentFile, dict[str, Any]]:
    """Open the notebook at ``path``, and read it."""
    document = await open_path(files, path, "json", "notebook")
    return document, (await document.read()).source
