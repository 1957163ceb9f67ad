"""The wire format of protocol buffers, read without knowing the messages."""

import struct
from collections.abc import Iterator

Field = tuple[int, int | bytes]
_MAX_VARINT = 10


def fields(message: bytes) -> Iterator[Field]:
    """Yield number and value of each field; what is damaged ends the message.

    A varint is an int, a fixed number its little-endian bytes, everything else bytes.
    """
    at = 0
    size = len(message)
    while at < size:
        tag, at = _varint(message, at)
        kind = tag & 7
        if kind == 0:
            value, at = _varint(message, at)
            if at > size:
                return
            yield tag >> 3, value
            continue
        if kind == 2:
            length, at = _varint(message, at)
        elif kind == 1:
            length = 8
        elif kind == 5:
            length = 4
        else:
            return
        if at + length > size:
            return
        yield tag >> 3, message[at : at + length]
        at += length


def strings(message: bytes, number: int) -> list[str]:
    """Return the texts of a repeated field."""
    return [
        value.decode("utf-8", "replace")
        for found, value in fields(message)
        if found == number and isinstance(value, bytes)
    ]


def string(message: bytes, number: int) -> str:
    """Return the text of a field, '' if it is not set."""
    return next(reversed(strings(message, number)), "")


def messages(message: bytes, number: int) -> list[bytes]:
    """Return the messages of a repeated field."""
    return [
        value for found, value in fields(message) if found == number and isinstance(value, bytes)
    ]


def integer(message: bytes, number: int) -> int:
    """Return a number of a varint field, 0 if it is not set; negative ones as such."""
    value = 0
    for found, given in fields(message):
        if found == number and isinstance(given, int):
            value = given
    return value - 2**64 if value >= 2**63 else value


def floating(value: int | bytes) -> float | None:
    """Return the number of a fixed field of four or eight bytes."""
    if isinstance(value, bytes):
        if len(value) == 4:
            return float(struct.unpack("<f", value)[0])
        if len(value) == 8:
            return float(struct.unpack("<d", value)[0])
    return None


def _varint(message: bytes, at: int) -> tuple[int, int]:
    """Return a number and the place after it, beyond the end if it is damaged."""
    value = 0
    for shift in range(_MAX_VARINT):
        if at >= len(message):
            break
        byte = message[at]
        at += 1
        value |= (byte & 0x7F) << (7 * shift)
        if byte < 0x80:
            return value, at
    return 0, len(message) + 1
