"""When a document is written to its file (pure: times come in as arguments, in seconds)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import assert_never

from ..backoff import back_off
from ..errors import FileUnfinished

FIRST_RETRY = 1.0
LAST_RETRY = 30.0


@dataclass(frozen=True, slots=True)
class SavePolicy:
    """``delay`` after the last change, or ``None`` to save on request only; while people go
    on typing, at the latest ``max_wait`` after the first unsaved change."""

    delay: float | None
    max_wait: float


@dataclass(frozen=True, slots=True)
class Clean:
    """The file has it all."""


@dataclass(frozen=True, slots=True)
class Dirty:
    """There is something to write; ``asked`` once a person wants it now."""

    since: float
    touched: float
    asked: bool = False


@dataclass(frozen=True, slots=True)
class Writing:
    """A write is under way; ``then`` is what has come up since."""

    then: Clean | Dirty


@dataclass(frozen=True, slots=True)
class Failed:
    """The last write failed; ``attempt`` counts from 1. ``is_written`` if the file has it all."""

    since: float
    attempt: int
    retry_at: float
    reason: str
    message: str
    is_written: bool = False


@dataclass(frozen=True, slots=True)
class WritingAgain:
    """A write is under way after a failed one, which ``failed`` remembers."""

    failed: Failed
    touched: bool = False


SaveState = Clean | Dirty | Writing | Failed | WritingAgain


class Saving:
    """Decides when to write, from changes, requests and the outcomes of writes."""

    def __init__(self, policy: SavePolicy) -> None:
        self._policy = policy
        self.state: SaveState = Clean()
        self.automatic = True

    @property
    def dirty(self) -> bool:
        """Whether the document has something that its file has not."""
        return not isinstance(self.state, Clean)

    @property
    def by_itself(self) -> bool:
        """Whether a change is written without anybody asking for it."""
        return self._policy.delay is not None and self.automatic

    @property
    def writing(self) -> bool:
        return isinstance(self.state, Writing | WritingAgain)

    @property
    def is_on_its_way(self) -> bool:
        """Whether something is being written, or will be soon: not what could not be written."""
        match self.state:
            case Dirty(asked=asked):
                return asked or self.by_itself
            case _:
                return self.writing

    @property
    def writing_all(self) -> bool:
        """Whether a write is under way, and nothing has changed since it began."""
        match self.state:
            case Writing(Clean()) | WritingAgain(touched=False):
                return True
            case _:
                return False

    def touch(self, now: float) -> None:
        """The document has changed."""
        match self.state:
            case Clean():
                self.state = Dirty(now, now)
            case Dirty(since, _, asked):
                self.state = Dirty(since, now, asked)
            case Writing(Dirty(since, _, asked)):
                self.state = Writing(Dirty(since, now, asked))
            case Writing():
                self.state = Writing(Dirty(now, now))
            case WritingAgain(failed):
                self.state = WritingAgain(failed, touched=True)
            case Failed(is_written=True) if self._policy.delay is not None and self.automatic:
                # What is new can be written, whatever has failed after that.
                at = min(self.state.retry_at, now + self._policy.delay)
                self.state = replace(self.state, retry_at=at)
            case Failed():
                pass
            case _:
                assert_never(self.state)

    def ask(self, now: float) -> None:
        """Someone wants it written now; nothing happens where nothing is to be written."""
        match self.state:
            case Dirty(since, touched):
                self.state = Dirty(since, touched, asked=True)
            case Writing(Dirty(since, touched)):
                self.state = Writing(Dirty(since, touched, asked=True))
            case Failed():
                self.state = replace(self.state, retry_at=now)
            case Clean() | Writing() | WritingAgain():
                pass
            case _:
                assert_never(self.state)

    def settle(self) -> None:
        """The file has it all, without a write of ours."""
        if not self.writing:
            self.state = Clean()

    @property
    def deadline(self) -> float | None:
        """When to write, as far as is known now."""
        match self.state:
            case Dirty(since, _, asked=True):
                return since
            case Dirty(since, touched):
                if self._policy.delay is None or not self.automatic:
                    return None
                return min(touched + self._policy.delay, since + self._policy.max_wait)
            case Failed(retry_at=retry_at):
                return retry_at
            case Clean() | Writing() | WritingAgain():
                return None
            case _:
                assert_never(self.state)

    def is_due(self, now: float) -> bool:
        deadline = self.deadline
        return deadline is not None and deadline <= now

    def begin(self) -> None:
        """A write begins."""
        match self.state:
            case Failed():
                self.state = WritingAgain(self.state)
            case Writing() | WritingAgain():
                raise AssertionError("writes of one file never overlap")
            case _:
                self.state = Writing(Clean())

    def succeed(self, now: float) -> None:
        """The write has ended well."""
        match self.state:
            case Writing(then):
                self.state = then
            case WritingAgain(_, touched):
                self.state = Dirty(now, now) if touched else Clean()
            case _:
                raise AssertionError("no write was under way")

    def fail(self, now: float, reason: str, message: str) -> None:
        """The write has failed; it is retried, each time twice as late, up to half a minute, or as
        soon as something is to be written where the file could be."""
        match self.state:
            case Writing(then):
                attempt, since, touched = 1, now, isinstance(then, Dirty)
            case WritingAgain(Failed(since, attempt), touched):
                attempt += 1
            case _:
                raise AssertionError("no write was under way")
        wait = back_off(attempt, FIRST_RETRY, LAST_RETRY)
        is_written = reason == FileUnfinished.reason
        self.state = Failed(since, attempt, now + wait, reason, message, is_written)
        if touched:
            self.touch(now)

    def cancel(self, now: float) -> None:
        """The write found that another program had changed the file: merge it first."""
        self.succeed(now)
        if isinstance(self.state, Clean):
            self.state = Dirty(now, now)
