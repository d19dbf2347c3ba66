"""The codec against the vectors that the TypeScript tests read too (W1-W6, W8-W14)."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_collab.errors import ProtocolError
from jupyter_collab.protocol import codec, messages
from jupyter_collab.protocol.identity import ClientId, Lineage
from jupyter_collab.protocol.varint import Reader, encode_varbytes, encode_varstring, encode_varuint

VECTORS = json.loads((Path(__file__).parent.parent / "vectors" / "wire.json").read_text("utf-8"))


def vectors(direction: str, *, error: bool = False) -> pytest.MarkDecorator:
    chosen = [v for v in VECTORS if v["direction"] == direction and bool(v.get("error")) is error]
    return pytest.mark.parametrize("vector", chosen, ids=lambda v: v["name"])


def presence(entries: list[dict[str, Any]]) -> messages.Awareness:
    return messages.Awareness(
        tuple(
            messages.PresenceEntry(ClientId(e["client"]), e["clock"], e["state"]) for e in entries
        )
    )


def message_of(fields: dict[str, Any]) -> Any:
    """The message that a vector describes."""
    match fields["type"]:
        case "step1":
            return messages.SyncStep1(bytes.fromhex(fields["stateVector"]))
        case "step2":
            return messages.SyncStep2(bytes.fromhex(fields["update"]))
        case "update":
            return messages.SyncUpdate(bytes.fromhex(fields["update"]))
        case "awareness":
            return presence(fields["entries"])
        case "save":
            return messages.Save(fields["id"])
        case "ping":
            return messages.Ping(fields["number"])
        case "pong":
            return messages.Pong(fields["number"])
        case "ack":
            return messages.Ack(fields["count"])
        case "status":
            return messages.Status(fields["status"])
        case "refusal":
            return messages.Refusal(fields["reason"], fields["message"], fields.get("detail", ""))
        case "saveReply":
            return messages.SaveReply(
                fields["id"], fields["status"], fields.get("reason", ""), fields.get("message", "")
            )
        case "hello":
            return messages.Hello(
                Lineage(fields["lineage"]),
                fields["access"],
                fields["path"],
                fields["status"],
                fields.get("adopts", False),
            )
        case "adopt":
            return messages.Adopt(bytes.fromhex(fields["state"]), bytes.fromhex(fields["undo"]))
    raise AssertionError(fields)


@vectors("server")
def test_encodes_what_the_server_says(vector: dict[str, Any]) -> None:
    """W1 W2 W3 W4 W6 W7 W8 W9 W10 W11 W13 W14"""
    assert codec.encode(message_of(vector["message"])).hex() == vector["bytes"]


@vectors("client")
def test_decodes_what_clients_say(vector: dict[str, Any]) -> None:
    """W1 W2 W3 W4 W11 W14"""
    assert codec.decode(bytes.fromhex(vector["bytes"])) == message_of(vector["message"])


@vectors("client", error=True)
def test_refuses_malformed_frames(vector: dict[str, Any]) -> None:
    """W12"""
    with pytest.raises(ProtocolError):
        codec.decode(bytes.fromhex(vector["bytes"]))


def awareness(state: str) -> bytes:
    """A frame with one presence state, given as its JSON."""
    entry = encode_varuint(1) + encode_varuint(5) + encode_varuint(1) + encode_varstring(state)
    return b"\x01" + encode_varbytes(entry)


@pytest.mark.parametrize(
    "value",
    [
        *("NaN", "Infinity", "-Infinity", "1e999", "-1e999", "9" * 400, "9" * 5000),
        *(r'"\ud800"', r'"\udfff\ud800"', r'{"\uD800": 1}', "[" * 32 + "]" * 32),
        *('{"a":' * 32 + "1" + "}" * 32, "[" * 990 + "]" * 990, "[" * 100_000 + "]" * 100_000),
    ],
    ids=lambda value: value[:20],
)
def test_refuses_states_that_cannot_be_passed_on(value: str) -> None:
    """W12 W16: what Python reads as JSON and others do not, or what cannot be written again."""
    with pytest.raises(ProtocolError):
        codec.decode(awareness(f'{{"x":{value}}}'))


@pytest.mark.parametrize(
    "value",
    [
        *("1.5", "1e300", "-0.0", "9" * 300, r'"\ud83d\ude00"', r'"\u0000\n"', '"Zoë 😀"'),
        *("[" * 31 + "]" * 31, "[" + ",".join(["[1]"] * 1000) + "]"),
    ],
    ids=lambda value: value[:20],
)
def test_states_are_passed_on_as_they_came(value: str) -> None:
    """W3 W16"""
    message = codec.decode(awareness(f'{{"x":{value}}}'))
    assert isinstance(message, messages.Awareness)
    assert codec.decode(codec.encode(message)) == message
    assert message.entries[0].state == {"x": json.loads(value)}


@given(st.binary(max_size=200))
def test_raises_nothing_but_protocol_errors(frame: bytes) -> None:
    """W12"""
    with contextlib.suppress(ProtocolError):
        codec.decode(frame)


VALID = [bytes.fromhex(v["bytes"]) for v in VECTORS if not v.get("error")]


@given(st.sampled_from(VALID), st.data())
def test_cut_frames_raise_protocol_errors(frame: bytes, data: st.DataObject) -> None:
    """W12: a valid frame that is cut off anywhere is malformed."""
    cut = data.draw(st.integers(0, max(0, len(frame) - 1)))
    with pytest.raises(ProtocolError):
        codec.decode(frame[:cut])


@given(st.integers(0, 2**53 - 1))
def test_varuints_survive(number: int) -> None:
    """W5"""
    reader = Reader(encode_varuint(number))
    assert reader.read_varuint() == number
    reader.expect_end()


@given(st.text())
def test_varstrings_count_bytes(text: str) -> None:
    """W5"""
    assert Reader(encode_varstring(text)).read_varstring() == text


@pytest.mark.parametrize("number", [-1, 2**53])
def test_numbers_that_javascript_cannot_hold_are_not_sent(number: int) -> None:
    """W5"""
    with pytest.raises(ValueError, match="not a whole number"):
        encode_varuint(number)
