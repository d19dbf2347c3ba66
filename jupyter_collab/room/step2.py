"""The answer to a client's step 1: what it lacks of the document."""

from __future__ import annotations

from collections.abc import Iterator

from ..errors import ProtocolError
from ..protocol.identity import ConnectionId
from ..protocol.messages import EMPTY_STATE_VECTOR, EMPTY_UPDATE, SyncStep2, SyncUpdate
from .effects import Effect, Send, Stream
from .intake import expel
from .replica import Replica
from .yjs.parts import Made


def answer_step1(replica: Replica, connection: ConnectionId, state_vector: bytes) -> list[Effect]:
    """Give ``connection`` all that it lacks; a large document in parts, if it has nothing yet."""
    here = (connection,)
    if state_vector == EMPTY_STATE_VECTOR:
        made, later = replica.everything()
        if made.is_parted:
            return [Stream(connection, _in_parts(made, later))]
        rest = [] if later == EMPTY_UPDATE else [Send(here, SyncUpdate(later))]
        return [Send(here, SyncStep2(made.update)), *rest]
    try:
        update = replica.difference(state_vector)
    except ProtocolError as error:
        return [expel(connection, error)]
    return [Send(here, SyncStep2(update))]


def _in_parts(made: Made, later: bytes) -> Iterator[SyncUpdate | SyncStep2]:
    """What made a document, part by part; the step 2 says that it is all there."""
    yield from map(SyncUpdate, made.parts())
    yield SyncStep2(later)
