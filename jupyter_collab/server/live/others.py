"""The rooms as jupyter-collaboration has them, for extensions that look into its server of rooms:
``jupyter_server_ydoc.ywebsocket_server``, where Jupyter AI's tools find notebooks."""

from __future__ import annotations

from typing import Any

from jupyter_ydoc.ybasedoc import YBaseDoc
from pycrdt import Awareness, Doc

from ...errors import BadRoomId
from ...protocol.identity import RoomId
from ..document_actor import DocumentActor
from ..rooms import Rooms


class RoomForOthers:
    """A room of a document that somebody has open."""

    def __init__(self, actor: DocumentActor) -> None:
        self._actor = actor
        self.room_id = str(actor.id)

    @property
    def _document(self) -> YBaseDoc:
        """The document itself: what is done to it goes to everybody."""
        return self._actor.common_model()

    @property
    def ydoc(self) -> Doc[Any]:
        return self._document.ydoc

    @property
    def awareness(self) -> Awareness | None:
        return self._document.awareness


class RoomsForOthers:
    """All rooms of documents that are open; none is opened here."""

    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms

    @property
    def rooms(self) -> dict[str, RoomForOthers]:
        return {str(actor.id): RoomForOthers(actor) for actor in self._rooms}

    def room_exists(self, name: str) -> bool:
        return self._find(name) is not None

    async def get_room(self, name: str) -> RoomForOthers:
        """The room; raises :class:`KeyError` where it is not open."""
        actor = self._find(name)
        if actor is None:
            raise KeyError(name)
        return RoomForOthers(actor)

    def _find(self, name: str) -> DocumentActor | None:
        try:
            return self._rooms.get(RoomId.parse(name))
        except BadRoomId:  # such as that of the room where everybody is present
            return None
