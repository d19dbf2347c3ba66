"""A document of a room: what its file would contain, and how to change it.

The shared models of ``jupyter_ydoc`` say where things lie in the ``pycrdt.Doc``. They are not
used to read or write notebooks and texts here: reading would write new ids into the document,
writing adds metadata that the file does not have, takes time that grows with the square of
the change, and an undo manager comes with each of them that keeps all that was ever deleted.
"""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from typing import Any, ClassVar, TypeVar

from jupyter_ydoc import ydocs
from jupyter_ydoc.ybasedoc import YBaseDoc
from pycrdt import Array, Doc, Map, Text

from ..yjs.gaps import clocks
from ..yjs.updates import Json
from .build import is_text
from .carrying import Rebuilding, carry, replaced_by
from .copies.orphans import Orphan
from .copies.steps import Before, Copies
from .doubles import part_doubles
from .editing import edit_notebook
from .flag import Flag
from .mending import mend_forms
from .notebook import Notebook
from .reading import NotebookReader
from .textedit import edit_text
from .values import normal
from .walking import cells_of, ids_of
from .writing import writing

_log = logging.getLogger(__name__)

T = TypeVar("T")


class Document(ABC):
    """Reads and edits a ``pycrdt.Doc`` as a document of one type.

    The document may be changed by others at any time.
    """

    type: ClassVar[str]
    changed: Flag
    """Whether anything but the ``state`` has changed."""

    def __init__(self, doc: Doc[Any]) -> None:
        self.doc = doc
        self.reorders = 0
        """How often cells have come, gone or been moved, as far as :meth:`repair` has seen it."""
        self.left_out: tuple[str, ...] = ()
        """What :meth:`source` had to leave out or mend the last time, in plain English."""

    @staticmethod
    def of(type: str, doc: Doc[Any]) -> Document:
        """``doc`` as a document of ``type``; types that nobody knows are text."""
        if type == "notebook":
            return NotebookDocument(doc)
        if is_text(type):
            return TextDocument(doc)
        return ModelDocument(doc, type)

    @abstractmethod
    def read(self) -> Any:
        """The content in the form in which it is merged; see :mod:`.merge`."""

    @staticmethod
    @abstractmethod
    def content_of(source: Any) -> Any:
        """What :meth:`read` would return if the document had been built from ``source``."""

    @abstractmethod
    def source(self) -> Any:
        """What the file should contain: what ``DocumentFile.write`` takes.

        Changes nothing and raises nothing, whatever clients have put into the document.
        """

    def read_ahead(self) -> Iterator[None]:
        """Steps after which :meth:`source` has less to do, each of them short."""
        return iter(())

    def edit(self, content: Any, origin: Any = None) -> bool:
        """Make the document hold ``content``, as :meth:`read` returns it, by the smallest edits.

        It is one transaction. Whether there was anything to do.
        """
        current = self.read()
        with self.doc.transaction(origin=origin):
            return self._edit(current, content)

    @abstractmethod
    def _edit(self, current: Any, content: Any) -> bool: ...

    def take_in(self, update: bytes, had: bytes | None = None) -> bool:
        """Apply what somebody has written; whether more was written because of that.

        ``had`` is the state vector of what they had at least, where they may have lacked what
        others have done. To be called within a transaction.
        """
        self.doc.apply_update(update)
        return False

    def mend(self) -> bool:
        """Give all that has come the form in which pages can show it; whether anything had another.

        Costs nothing where nothing can have happened.
        """
        return False

    def repair(self) -> list[str]:
        """Mend what concurrent edits have done to the document; returns what was done.

        Costs nothing where nothing can have happened.
        """
        return []

    def problems(self) -> list[str]:
        """What :meth:`source` would have to leave out or mend, in plain English."""
        return []


def repair(doc: Doc[Any]) -> list[str]:
    """Mend what concurrent edits can do to the list of cells; returns what was done.

    Moving a cell is deleting it and inserting a copy: two people who move one cell at the same
    time leave two with the same id. Versions of one cell become one that has what either has,
    others get an id of their own. Who calls it does not matter: the outcome depends on the
    document alone.
    """
    cells: Array[Any] = doc.get("cells", type=Array)
    with writing(doc, origin=None):
        ids = ids_of(cells)
        named = [id for id in ids if isinstance(id, str)]
        if len(set(named)) == len(named):
            return []
        return part_doubles(cells, cells_of(cells), ids)


class TextDocument(Document):
    def __init__(self, doc: Doc[Any]) -> None:
        super().__init__(doc)
        self._text: Text = doc.get("source", type=Text)
        self.changed = Flag([self._text])

    def read(self) -> str:
        return str(self._text)

    def source(self) -> str:
        return str(self._text)

    @staticmethod
    def content_of(source: Any) -> Any:
        return normal(source)

    def _edit(self, current: str, content: str) -> bool:
        return edit_text(self._text, current, content)


class NotebookDocument(Document):
    def __init__(self, doc: Doc[Any]) -> None:
        super().__init__(doc)
        self._meta: Map[Any] = doc.get("meta", type=Map)
        self._cells: Array[Any] = doc.get("cells", type=Array)
        self._reader = NotebookReader(self._meta, self._cells)
        self._copies = Copies(self._cells)
        self.changed = self._reader.changed

    def source(self) -> dict[str, Json]:
        notebook = self.read()
        self.left_out = tuple(notebook.problems)
        return notebook.source()

    def read_ahead(self) -> Iterator[None]:
        return self._reader.read_ahead()

    def read(self) -> Notebook:
        """The notebook as it is in the document: every cell has an id."""
        return self._reader.read()

    @staticmethod
    def content_of(source: Any) -> Notebook:
        return Notebook.of(source)

    def take_in(self, update: bytes, had: bytes | None = None) -> bool:
        change = Rebuilding.of(update)
        none: list[Orphan] = []
        orphans = self._attempt(lambda: self._copies.orphans(update, change), none)
        if change is None:
            self.doc.apply_update(update)
            return self._attempt(lambda: self._copies.keep(orphans), True)
        replaced = replaced_by(change, self._cells)
        lacking = any(cell.lacks for cell in replaced)
        ids = ids_of(self._cells) if lacking else []
        nothing: Before = {}
        sources = self._attempt(lambda: self._copies.before(change, replaced), nothing)
        self.doc.apply_update(update)
        known = None if had is None else clocks(had)

        def settle() -> bool:
            brought = self._copies.lacking(change, replaced)
            carried = lacking and carry(brought, self._cells, ids)
            united = self._copies.follow(change, replaced, sources, known)
            return self._copies.keep(orphans) or united or carried

        return self._attempt(settle, True)

    def _attempt(self, look: Callable[[], T], otherwise: T) -> T:
        """What ``look`` returns. Where it fails, the update stands as it is: its maker has done
        nothing wrong."""
        try:
            return look()
        except Exception:  # noqa: BLE001 - whatever fails in it
            _log.exception("What came twice, or is lacking in a cell that was moved, stays so")
            return otherwise

    def mend(self) -> bool:
        if not self._reader.forms.take():
            return False
        with writing(self.doc):
            return mend_forms(self._meta, self._cells)

    def repair(self) -> list[str]:
        if not self._reader.order_changed:
            return []
        self.reorders += 1
        done = [] if self._reader.has_ids else repair(self.doc)
        self._reader.order_changed = False
        return done

    def problems(self) -> list[str]:
        return self.read().problems

    def _edit(self, current: Notebook, content: Notebook) -> bool:
        return edit_notebook(self._meta, self._cells, current, content)


class ModelDocument(Document):
    """A document of a type that another package has registered."""

    def __init__(self, doc: Doc[Any], type: str) -> None:
        super().__init__(doc)
        self._model: YBaseDoc = ydocs[type](doc)
        self.changed = Flag(content_roots(type, doc))

    def read(self) -> Any:
        return self._model.get()

    def source(self) -> Any:
        return self._model.get()

    @staticmethod
    def content_of(source: Any) -> Any:
        return source

    def _edit(self, current: Any, content: Any) -> bool:
        if current == content:
            return False
        self._model.set(content)
        return True


def content_roots(type: str, doc: Doc[Any]) -> list[Any]:
    """All shared types of a document but its ``state``."""
    if type == "notebook":
        return [doc.get("meta", type=Map), doc.get("cells", type=Array)]
    if is_text(type):
        return [doc.get("source", type=Text)]
    ydocs[type](doc)  # makes its roots known to the document
    return [root for name, root in doc.items() if name != "state"]
