"""The variable-length numbers and strings of lib0, which Yjs speaks.

Source of the format: https://github.com/dmonad/lib0 (``encoding.js``, ``decoding.js``).
"""

from __future__ import annotations

from ..errors import ProtocolError

MAX_BITS = 53
"""JavaScript clients cannot hold larger whole numbers."""


def encode_varuint(number: int) -> bytes:
    """Encode ``number`` (0 to 2**53 - 1) in little-endian base 128."""
    if not 0 <= number < 1 << MAX_BITS:
        raise ValueError(f"{number} is not a whole number below 2**{MAX_BITS}")
    out = bytearray()
    while number > 0x7F:
        out.append(0x80 | (number & 0x7F))
        number >>= 7
    out.append(number)
    return bytes(out)


def encode_varbytes(data: bytes) -> bytes:
    """Encode ``data`` behind its length in bytes."""
    return encode_varuint(len(data)) + data


def encode_varstring(text: str) -> bytes:
    """Encode ``text`` as UTF-8 behind its length in bytes (not in characters)."""
    return encode_varbytes(text.encode())


class Reader:
    """Reads one frame from front to back.

    Every method raises :class:`ProtocolError` where the bytes end too early or do not have
    the expected form; nothing else is raised.
    """

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def read_byte(self) -> int:
        if self._at >= len(self._data):
            raise ProtocolError("the frame ends too early")
        byte = self._data[self._at]
        self._at += 1
        return byte

    def read_varuint(self) -> int:
        byte = self.read_byte()
        if byte < 0x80:
            return byte  # as most are
        number, shift = byte & 0x7F, 7
        while True:
            byte = self.read_byte()
            number |= (byte & 0x7F) << shift
            if number >> MAX_BITS:
                raise ProtocolError(f"a number has more than {MAX_BITS} bits")
            if byte < 0x80:
                return number
            shift += 7
            if shift > MAX_BITS:
                raise ProtocolError(f"a number has more than {MAX_BITS} bits")

    def read_varbytes(self) -> bytes:
        size = self.read_varuint()
        begin = self._at
        self.skip(size)
        return self._data[begin : begin + size]

    def skip(self, size: int) -> None:
        """Pass over ``size`` bytes."""
        if size > len(self._data) - self._at:
            raise ProtocolError(f"{size} bytes announced, {len(self._data) - self._at} left")
        self._at += size

    def read_varstring(self) -> str:
        try:
            return self.read_varbytes().decode()
        except UnicodeDecodeError as error:
            raise ProtocolError("a string is not UTF-8") from error

    def expect_end(self) -> None:
        """Raise :class:`ProtocolError` if anything is left."""
        left = len(self._data) - self._at
        if left:
            raise ProtocolError(f"{left} bytes too many")
