"""What a room hears of its file and of its history, and what comes of that."""

from __future__ import annotations

from typing import assert_never

from ..protocol.identity import RoomId
from . import events as ev
from .effects import Effect, Report
from .keeper import Keeper
from .publisher import Publisher

HistoryEvent = ev.Logged | ev.HistoryFailed | ev.HistoryKept
FileEvent = (
    ev.FileWritten
    | ev.FileWriteFailed
    | ev.FileChangedOutside
    | ev.Replacing
    | ev.FileRead
    | ev.FileNotRead
    | ev.FileMerged
    | ev.FileRenamed
    | ev.FileGone
    | ev.FileBack
)


class Outcomes:
    """Takes what the actor tells of reading and writing to those whom it concerns.

    Before ``FileRead`` and ``FileMerged`` the room flushes: what is in the file is compared with
    all that came in until then.
    """

    def __init__(self, id: RoomId, keeper: Keeper, publisher: Publisher) -> None:
        self._id = id
        self._keeper = keeper
        self._publisher = publisher

    def hear_of_history(self, event: HistoryEvent, now: float) -> list[Effect]:
        effects: list[Effect] = []
        match event:
            case ev.Logged(position):
                effects = self._publisher.logged(position)
            case ev.HistoryFailed(reason):
                self._keeper.history_failed(reason)
            case ev.HistoryKept():
                self._keeper.history_kept()
            case _:
                assert_never(event)
        return effects + self._keeper.step(now)

    def hear_of_file(self, event: FileEvent, now: float) -> list[Effect]:
        keeper = self._keeper
        effects: list[Effect]
        match event:
            case ev.FileWritten(version):
                effects = keeper.written(version, now)
                effects.append(self._report("save", "Content saved."))
            case ev.FileWriteFailed(reason, message):
                effects = keeper.write_failed(reason, message, now)
            case ev.FileChangedOutside() | ev.FileBack():
                effects = keeper.changed_outside()
            case ev.Replacing():
                keeper.earlier.heed(now)
                effects = []
            case ev.FileRead(content):
                effects = keeper.read(content, now)
            case ev.FileNotRead(reason, message):
                effects = keeper.not_read(reason, message, now)
            case ev.FileMerged():
                if event.updates and (anew := keeper.merge_anew()):
                    effects = anew
                else:
                    effects = self._publisher.merge(event, now)
                    effects.append(self._report("overwrite", "Out-of-band changes merged."))
            case ev.FileRenamed(path):
                keeper.path = path
                effects = []
            case ev.FileGone(reason, message):
                effects = keeper.gone(reason, message, now)
            case _:
                assert_never(event)
        return effects + self._publisher.publish(now)

    def _report(self, action: str, message: str) -> Report:
        fields = {
            "level": "INFO",
            "room": str(self._id),
            "path": self._keeper.path,
            "action": action,
            "msg": message,
        }
        return Report("session", fields)
