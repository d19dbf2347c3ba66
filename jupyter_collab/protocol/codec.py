"""Between frames and messages (rules W1 to W14 and W16 of SPEC.md)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, assert_never

from ..errors import ProtocolError
from .identity import ClientId
from .messages import (
    Ack,
    Adopt,
    Awareness,
    ClientMessage,
    Hello,
    Ping,
    Pong,
    PresenceEntry,
    Refusal,
    Save,
    SaveReply,
    ServerMessage,
    Status,
    SyncStep1,
    SyncStep2,
    SyncUpdate,
)
from .states import read_state, write_json
from .varint import Reader, encode_varbytes, encode_varstring, encode_varuint

SUBPROTOCOL = "v1.jupyter-collab"
"""What a client offers that understands collab frames."""

SYNC, AWARENESS, RAW, COLLAB = 0, 1, 2, 64
STEP1, STEP2, UPDATE = 0, 1, 2
HELLO, ACK, STATUS, REFUSAL, PING, ADOPT = 0, 1, 2, 3, 4, 5

MAX_PRESENCE_ENTRIES = 10_000
"""More entries than this in one awareness frame are malformed, not many people."""


def decode(frame: bytes) -> ClientMessage:
    """Read what a client sent; raises :class:`ProtocolError` and nothing else."""
    reader = Reader(frame)
    kind = reader.read_byte()
    decoder = _DECODERS.get(kind)
    if decoder is None:
        raise ProtocolError(f"frames of kind {kind} are unknown")
    message = decoder(reader)
    reader.expect_end()
    return message


def _decode_sync(reader: Reader) -> ClientMessage:
    step = reader.read_byte()
    payload = reader.read_varbytes()
    if step == STEP1:
        return SyncStep1(payload)
    if step == STEP2:
        return SyncStep2(payload)
    if step == UPDATE:
        return SyncUpdate(payload)
    raise ProtocolError(f"sync frames of kind {step} are unknown")


def _decode_awareness(reader: Reader) -> Awareness:
    inner = Reader(reader.read_varbytes())
    count = inner.read_varuint()
    if count > MAX_PRESENCE_ENTRIES:
        raise ProtocolError(f"{count} presence entries in one frame")
    entries = tuple(_decode_presence(inner) for _ in range(count))
    inner.expect_end()
    return Awareness(entries)


def _decode_presence(reader: Reader) -> PresenceEntry:
    client, clock = ClientId(reader.read_varuint()), reader.read_varuint()
    return PresenceEntry(client, clock, read_state(reader.read_varstring()))


def _decode_raw(reader: Reader) -> Save:
    command = reader.read_varstring()
    if command != "save":
        raise ProtocolError(f"the command {command[:40]!r} is unknown")
    return Save(reader.read_varuint())


def _decode_collab(reader: Reader) -> Ping | Adopt:
    kind = reader.read_byte()
    if kind == PING:
        return Ping(reader.read_varuint())
    if kind == ADOPT:
        return Adopt(reader.read_varbytes(), reader.read_varbytes())
    raise ProtocolError(f"collab frames of kind {kind} are not for clients to send")


_DECODERS: dict[int, Callable[[Reader], ClientMessage]] = {
    SYNC: _decode_sync,
    AWARENESS: _decode_awareness,
    RAW: _decode_raw,
    COLLAB: _decode_collab,
}


def encode(message: ServerMessage) -> bytes:
    """The frame for ``message``."""
    return b"".join(pieces(message))


def pieces(message: ServerMessage) -> tuple[bytes, ...]:
    """The frame for ``message`` in pieces: what is large has not been copied."""
    match message:
        case SyncStep1(state_vector):
            return _sync(STEP1, state_vector)
        case SyncStep2(update):
            return _sync(STEP2, update)
        case SyncUpdate(update):
            return _sync(UPDATE, update)
        case _:
            return (_encode_small(message),)


def _encode_small(
    message: Awareness | SaveReply | Hello | Ack | Status | Refusal | Pong,
) -> bytes:
    match message:
        case Awareness(entries):
            return bytes((AWARENESS,)) + encode_varbytes(_presence(entries))
        case SaveReply():
            return bytes((RAW,)) + encode_varstring(write_json(_save_reply(message)))
        case Hello():
            return _collab(HELLO, encode_varstring(write_json(_hello(message))))
        case Ack(count):
            return _collab(ACK, encode_varuint(count))
        case Status(status):
            return _collab(STATUS, encode_varstring(write_json(status)))
        case Refusal(reason, text, detail):
            more = {"detail": detail} if detail else {}
            refusal = {"reason": reason, "message": text, **more}
            return _collab(REFUSAL, encode_varstring(write_json(refusal)))
        case Pong(number):
            return _collab(PING, encode_varuint(number))
        case _:
            assert_never(message)


def _sync(step: int, payload: bytes) -> tuple[bytes, ...]:
    return bytes((SYNC, step)), encode_varuint(len(payload)), payload


def _collab(kind: int, payload: bytes) -> bytes:
    return bytes((COLLAB, kind)) + payload


def _presence(entries: tuple[PresenceEntry, ...]) -> bytes:
    parts = [encode_varuint(len(entries))]
    for entry in entries:
        parts.append(encode_varuint(entry.client))
        parts.append(encode_varuint(entry.clock))
        parts.append(encode_varstring(write_json(entry.state)))
    return b"".join(parts)


def _hello(hello: Hello) -> Mapping[str, Any]:
    out: dict[str, Any] = {"lineage": hello.lineage, "access": hello.access, "path": hello.path}
    out["status"] = hello.status
    if hello.adopts:
        out["adopts"] = True
    return out


def _save_reply(reply: SaveReply) -> Mapping[str, Any]:
    """Why a save failed is ours to add: clients that do not know the members ignore them."""
    out: dict[str, Any] = {"type": "save", "responseTo": reply.id, "status": reply.status}
    if reply.reason:
        out |= {"reason": reply.reason, "message": reply.message}
    return out
