"""Hostile TNEF (cases F01 to F04 and F12 of the security reference), and the job that each must end.

``python -m tests.hostile.tnef_cases`` serves them.
"""

from __future__ import annotations

import contextlib
import random
import struct
from collections.abc import Callable, Mapping

from msgcore.base.findings import Strictness
from msgcore.codecs import tnef
from msgcore.codecs.tnef.attributes import IID_MESSAGE, Attribute
from msgcore.codecs.tnef.writer import compose
from msgcore.errors import LimitExceeded, MalformedMessage, MsgcoreError
from msgcore.model.compare import compare
from msgcore.model.message import Message
from tests.codecs.tnef.streams import attribute, property_list, stream, unicode_property
from tests.hostile.forks import serve

_HUGE = 0xFFFFFFFF
_LIST, _TABLE = Attribute.MESSAGE_PROPERTIES, Attribute.RECIPIENT_TABLE


def _longer(size: int) -> bytes:
    """A body that says it has ``size`` octets, of which a few are there."""
    return stream(attribute(Attribute.SUBJECT, b"x\0")) + struct.pack("<BII", 1, Attribute.BODY, size) + b"some"


def _property(kind: int, *numbers: int, number: int = 0x6800) -> bytes:
    return struct.pack("<HH", kind, number) + struct.pack(f"<{len(numbers)}I", *numbers)


def _listed(*properties: bytes, count: int | None = None) -> bytes:
    listed = attribute(_LIST, property_list(*properties, count=count), checksum=0)
    return stream(listed, attribute(Attribute.SUBJECT, b"x\0"))


_ATTACHMENT = attribute(Attribute.ATTACH_REND_DATA, bytes(14), 2)


def _nested(depth: int) -> bytes:
    octets = stream(attribute(Attribute.SUBJECT, b"innermost\0"))
    for _ in range(depth):
        value = struct.pack("<II", 1, len(octets) + 16) + IID_MESSAGE.bytes_le + octets + bytes(-len(octets) % 4)
        listed = property_list(struct.pack("<HH", 0x000D, 0x3701) + value)
        octets = stream(_ATTACHMENT, attribute(Attribute.ATTACHMENT, listed, 2, checksum=0))
    return octets


def _mutated(seed: int) -> bytes:
    """A usual stream with some octets changed."""
    chance = random.Random(seed)
    octets = bytearray(tnef.write(Message(subject="x", to="a@b.test", text="y", attachments=[b"z" * 100])))
    for _ in range(chance.randint(1, 8)):
        octets[chance.randrange(len(octets))] = chance.randrange(256)
    return bytes(octets)


def _named(name_size: int, name: bytes) -> bytes:
    head = struct.pack("<HH", 0x0003, 0x8000) + bytes(16) + struct.pack("<II", 1, name_size)
    return head + name + struct.pack("<I", 7)


def _many_rows(count: int) -> bytes:
    row = property_list(unicode_property(0x3001, "x"))
    return stream(attribute(_TABLE, struct.pack("<I", count) + row * count, checksum=0))


CASES: Mapping[str, Callable[[], bytes]] = {
    "F01 4 GiB": lambda: _longer(_HUGE),
    "F01 2 GiB": lambda: _longer(1 << 31),
    "F01 one more": lambda: _longer(5),
    "F02 4 GiB of properties": lambda: _listed(unicode_property(0x37, "a"), count=_HUGE),
    "F02 4 GiB of text": lambda: _listed(_property(0x001F, 1, _HUGE)),
    "F02 4 GiB of values": lambda: _listed(_property(0x101F, _HUGE, 4)),
    "F02 4 GiB of numbers": lambda: _listed(_property(0x1003, _HUGE)),
    "F02 a name of 4 GiB": lambda: _listed(_named(_HUGE, b"")),
    "F02 a name of 8 MB": lambda: _listed(_named(8_000_000, b"x\0" * 4_000_000)),
    "F02 an unknown type": lambda: _listed(_property(0x7777, 1, 1)),
    "F02 4 GiB of recipients": lambda: stream(attribute(_TABLE, struct.pack("<I", _HUGE))),
    "F02 recipients that say nothing": lambda: stream(
        attribute(_TABLE, struct.pack("<I", 2_000_000) + bytes(8_000_000))
    ),
    "F02 a million values": lambda: _listed(struct.pack("<HHI", 0x101E, 0x6800, 1_000_000) + bytes(4_000_000)),
    "F02 a hundred thousand properties": lambda: _listed(
        *(struct.pack("<HHI", 0x0003, n & 0x7FFF, n) for n in range(100_000))
    ),
    "F02 a hundred thousand names": lambda: _listed(*(_named(8, struct.pack("<Q", n)) for n in range(100_000))),
    "F03 checksums": lambda: stream(*[attribute(Attribute.SUBJECT, b"x\0", checksum=n) for n in range(20_000)]),
    "F03 level 0": lambda: stream(attribute(Attribute.SUBJECT, b"x\0", level=0)) + bytes(1_000_000),
    "F03 data before its attachment": lambda: stream(*[attribute(Attribute.ATTACH_DATA, b"x", 2)] * 20_000),
    "F03 two streams": lambda: stream(attribute(Attribute.SUBJECT, b"x\0")) * 2,
    "F04 a million attributes": lambda: (
        stream(attribute(Attribute.SUBJECT, b"")) + attribute(Attribute.BODY, b"") * 1_000_000
    ),
    "F04 fifty thousand attachments": lambda: stream(*[_ATTACHMENT] * 50_000),
    "F04 recipients past the limit": lambda: _many_rows(150_000),
    "F04 nested 500": lambda: _nested(500),
    "F04 nested 5000": lambda: _nested(5_000),
    "F12 8 MB of 0xFF": lambda: stream() + b"\xff" * 8_000_000,
    "F12 8 MB of NUL as a list": lambda: stream(attribute(_LIST, bytes(8_000_000), checksum=0)),
    "F12 8 MB of ones as a list": lambda: stream(attribute(_LIST, b"\1\0" * 4_000_000, checksum=0)),
    "F12 8 MB of text": lambda: stream(attribute(Attribute.SUBJECT, b"x" * 8_000_000, checksum=0)),
    "F12 half surrogates": lambda: _listed(struct.pack("<HHII", 0x001F, 0x0037, 1, 1_000_000) + b"\0\xd8" * 500_000),
}

MUTATIONS = 2_000


def job(octets: bytes) -> None:
    """Read all that is in the stream, strictly and not, write it anew, and read that."""
    with contextlib.suppress(MalformedMessage, LimitExceeded):
        tnef.read(octets, strictness=Strictness.STRICT)
    with contextlib.suppress(MalformedMessage, LimitExceeded):
        assert len(tnef.check(octets)) <= 1_000
        message = tnef.read(octets)
        _ask(message)
        with contextlib.suppress(MsgcoreError):
            _ask(tnef.read(b"".join(compose(message))))


def _ask(message: Message) -> None:
    assert message.headers == message.headers and message.reply_to == message.reply_to
    assert compare(message, message) == ()
    _ = message.text, message.html, message.from_


def mutate() -> None:
    for seed in range(MUTATIONS):
        job(_mutated(seed))


def prepare(name: str) -> tuple[Callable[[], None], int]:
    octets = CASES[name]()
    return lambda: job(octets), len(octets)


if __name__ == "__main__":
    job(tnef.write(Message(subject="warm", attachments=[b"x"])))
    serve(prepare)
