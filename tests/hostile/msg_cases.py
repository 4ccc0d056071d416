"""Hostile .msg files (cases F11 and F12 of the security reference), and the job that each must end.

``python -m tests.hostile.msg_cases`` serves them.
"""

from __future__ import annotations

import contextlib
import struct
from collections.abc import Callable, Mapping

from msgcore.base.findings import Strictness
from msgcore.codecs import msg
from msgcore.codecs.compound import NewStorage, copy_of, read_compound, write_compound
from msgcore.codecs.msg.writer import compose
from msgcore.errors import LimitExceeded, MalformedMessage, MsgcoreError
from msgcore.model.compare import compare
from msgcore.model.message import Message
from tests.hostile.forks import serve

__all__ = ["CASES", "job"]

_PROPERTIES, _NAMES = "__properties_version1.0", "__nameid_version1.0"
_METHOD, _EMBEDDED = 0x3705_0003, 5
_LONG, _UNICODE, _TIME, _BINARY, _MV_LONG, _MV_UNICODE = 0x0003, 0x001F, 0x0040, 0x0102, 0x1003, 0x101F


def _slot(number: int, kind: int, value: int = 0) -> bytes:
    return struct.pack("<IIQ", number << 16 | kind, 6, value)


def _name(number: int, kind: int) -> str:
    return f"__substg1.0_{number:04X}{kind:04X}"


def _object(slots: bytes, streams: Mapping[str, bytes] = {}, header: int = 32) -> NewStorage:
    return NewStorage(streams={_PROPERTIES: bytes(header) + slots, **streams})


def _file(slots: bytes, streams: Mapping[str, bytes] = {}, storages: Mapping[str, NewStorage] = {}) -> bytes:
    root = _object(slots, streams)
    root.storages.update(storages)
    return write_compound(root)


def _nested(depth: int) -> bytes:
    """A message in a message, and so on."""
    inner = _object(_slot(0x0037, _UNICODE), {_name(0x0037, _UNICODE): "innermost".encode("utf-16-le")}, 24)
    for level in range(depth):
        attachment = _object(_slot(0x3705, _LONG, _EMBEDDED) + _slot(0x3701, 0x000D, 0xFFFFFFFF), header=8)
        attachment.storages[_name(0x3701, 0x000D)] = inner
        inner = _object(b"", header=32 if level == depth - 1 else 24)
        inner.storages["__attach_version1.0_#00000000"] = attachment
    return write_compound(inner)


def _many(prefix: str, count: int, slots: bytes = b"") -> bytes:
    return _file(b"", storages={f"{prefix}{n:08X}": _object(slots, header=8) for n in range(count)})


def _names(entries: bytes, strings: bytes = b"", sets: bytes = b"", slots: bytes = b"") -> bytes:
    streams = {_name(0x0002, _BINARY): sets, _name(0x0003, _BINARY): entries, _name(0x0004, _BINARY): strings}
    return _file(slots, storages={_NAMES: NewStorage(streams=streams)})


def _counts() -> bytes:
    """Counts, sizes and ids of 4 GiB wherever there are some."""
    root = _object(_slot(0x0037, _UNICODE, 2**64 - 1) + _slot(0x6800, _MV_UNICODE, 2**64 - 1) + b"\xff" * 16)
    root.streams[_PROPERTIES] = b"\xff" * 32 + root.streams[_PROPERTIES][32:]
    root.streams |= {_name(0x0037, _UNICODE): b"x\0", _name(0x6800, _MV_UNICODE): b"\xff" * 4_000}
    root.storages["__attach_version1.0_#FFFFFFFF"] = _object(_slot(0x3705, _LONG, 2**32 - 1), header=8)
    return write_compound(root)


CASES: dict[str, Callable[[], bytes]] = {
    "F11 150 messages inside one another": lambda: _nested(150),
    "F11 5000 messages inside one another": lambda: _nested(5_000),
    "F11 counts of 4 GiB": _counts,
    "F11 a hundred thousand properties": lambda: _file(
        b"".join(_slot(number % 0x8000, _LONG, number) for number in range(100_000))
    ),
    "F11 a hundred thousand times one property": lambda: _file(_slot(0x0037, _UNICODE) * 100_000),
    "F11 a hundred thousand properties without a type": lambda: _file(
        b"".join(_slot(number & 0xFFFF, number >> 1 & 0xFFFF, number) for number in range(100_000))
    ),
    "F11 ten thousand streams without a slot": lambda: _file(
        b"", {_name(number, _UNICODE): b"x" for number in range(10_000)}
    ),
    "F11 thirty thousand slots without a stream": lambda: _file(
        b"".join(_slot(number, _UNICODE) for number in range(30_000))
    ),
    "F11 a million values, of which none is there": lambda: _file(
        _slot(0x6800, _MV_UNICODE), {_name(0x6800, _MV_UNICODE): bytes(4_000_000)}
    ),
    "F11 a million values": lambda: _file(_slot(0x6800, _MV_LONG), {_name(0x6800, _MV_LONG): bytes(4_000_000)}),
    "F11 two million values": lambda: _file(_slot(0x6800, _MV_LONG), {_name(0x6800, _MV_LONG): bytes(8_000_000)}),
    "F11 twenty thousand texts of one property": lambda: _file(
        _slot(0x6800, _MV_UNICODE),
        {_name(0x6800, _MV_UNICODE): b"\x04\0\0\0" * 20_000}
        | {f"{_name(0x6800, _MV_UNICODE)}-{number:08X}": b"x\0\0\0" for number in range(20_000)},
    ),
    "F11 times out of range": lambda: _file(b"".join(_slot(number, _TIME, 2**63 - 1) for number in range(0x8000))),
    "F11 two million octets that are no text": lambda: _file(
        _slot(0x3FFD, _LONG, 932) + _slot(0x1000, 0x001E), {_name(0x1000, 0x001E): b"\xff" * 2_000_000}
    ),
    "F11 a hundred thousand header fields": lambda: _file(
        _slot(0x007D, _UNICODE), {_name(0x007D, _UNICODE): ("X: y\r\n" * 100_000).encode("utf-16-le")}
    ),
    "F11 a million names of those to reply to": lambda: _file(
        _slot(0x0050, _UNICODE) + _slot(0x004F, _BINARY),
        {_name(0x0050, _UNICODE): b";\0" * 1_000_000, _name(0x004F, _BINARY): b"\xff" * 100_000},
    ),
    "F11 odd UTF-16": lambda: _file(_slot(0x0037, _UNICODE), {_name(0x0037, _UNICODE): b"\0\xd8" * 100_000 + b"\0"}),
    "F11 five thousand recipients": lambda: _many("__recip_version1.0_#", 5_000, _slot(0x0C15, _LONG, 1)),
    "F11 twelve thousand attachments": lambda: _many("__attach_version1.0_#", 12_000),
    "F11 names out of range": lambda: _names(
        b"".join(struct.pack("<IHH", 0xFFFFFFF0 + (n & 7), 0xFFFF, n & 0xFFFF) for n in range(100_000)),
        slots=b"".join(_slot(0x8000 + n, _LONG) for n in range(0x7FFF)),
    ),
    "F11 names that overlap": lambda: _names(
        b"".join(struct.pack("<IHH", 4 * n, 3, n) for n in range(0x7FFF)), b"\0\0\x10\0" * 500_000
    ),
    "F11 one name for all properties": lambda: _names(
        b"".join(struct.pack("<IHH", 0, 3, n) for n in range(0x7FFF)),
        struct.pack("<I", 1_000_000) + b"x\0" * 500_000,
        slots=b"".join(_slot(0x8000 + n, _LONG) for n in range(0x7FFF)),
    ),
    "F11 a megabyte of sets": lambda: _names(
        b"".join(struct.pack("<IHH", n, (n + 3) << 1 & 0xFFFE, n) for n in range(0x7FFF)), sets=bytes(1_000_000)
    ),
    "F11 no streams at all": lambda: write_compound(
        NewStorage(storages={"__attach_version1.0_#00000000": NewStorage(), "__recip_version1.0_#x": NewStorage()})
    ),
    "F12 4 MB of 0xFF as properties": lambda: _file(b"\xff" * 4_000_000),
    "F12 4 MB of NUL as properties": lambda: _file(bytes(4_000_000)),
}


def job(octets: bytes) -> None:
    """Read all that is in the file, strictly and not, write it anew, and read that."""
    with contextlib.suppress(MalformedMessage, LimitExceeded):
        msg.read(octets, strictness=Strictness.STRICT)
    with contextlib.suppress(MalformedMessage, LimitExceeded):
        assert len(msg.check(octets)) <= 2_000
        message = msg.read(octets)
        _ask(message)
        with contextlib.suppress(MsgcoreError):
            _ask(msg.read(compose(message)))


def _ask(message: Message) -> None:
    """Ask for all that a mail program shows, and for attached messages as files of their own."""
    assert message.headers == message.headers and message.reply_to == message.reply_to
    assert compare(message, message) == ()
    for attachment in message.attachments[:3]:
        if attachment.message is not None:
            msg.write(attachment.message)


def prepare(name: str) -> tuple[Callable[[], None], int]:
    octets = CASES[name]()
    return lambda: job(octets), len(octets)


if __name__ == "__main__":
    job(write_compound(copy_of(read_compound(msg.write(Message(subject="warm", attachments=[b"x"]))))))
    serve(prepare)
