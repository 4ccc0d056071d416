"""The full counts: real messages with random octets changed, and composed ones (``make soak``)."""

from __future__ import annotations

import contextlib
import random

import pytest
from hypothesis import given, settings

import msgcore
from msgcore.codecs import mime
from msgcore.errors import CapabilityMissing
from msgcore.model import Message, compare
from msgcore.testing.strategies import composed_messages
from tests.codecs.mime.corpus_files import corpus_messages
from tests.codecs.mime.test_round_trip import read_all

MUTATIONS = 4_000
LARGEST = 100_000
TELLING = b'\r\n\r\n--=?"();:,<>@\0\xff='


def mutated(octets: bytes, source: random.Random) -> bytes:
    """Change some octets, and sometimes cut the message, double a piece of it, or take one out."""
    changed = bytearray(octets)
    for _ in range(source.randint(1, 30)):
        at = source.randrange(len(changed) + 1)
        match source.randrange(6):
            case 0:
                changed[at : at + 1] = bytes([source.choice(TELLING)])
            case 1:
                changed[at : at + 1] = bytes([source.randrange(256)])
            case 2:
                changed[at:at] = changed[source.randrange(len(changed) + 1) :][: source.randrange(200)]
            case 3:
                del changed[at : at + source.randrange(100)]
            case 4:
                changed[at:at] = bytes([source.choice(TELLING)]) * source.randrange(5)
            case _:
                del changed[max(at, len(changed) // 2) :]
    return bytes(changed)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(4))
def test_mutated_messages_are_read_written_and_answered(seed: int) -> None:
    source = random.Random(seed)
    messages = [octets for path in corpus_messages() if len(octets := path.read_bytes()) <= LARGEST]
    for _ in range(MUTATIONS // 4):
        octets = mutated(source.choice(messages), source)
        message = mime.read(octets)
        read_all(message)
        assert mime.write(message) == octets
        assert all(0 <= finding.offset <= len(octets) for finding in mime.check(octets))
        assert isinstance(msgcore.preview(message), str)
        mime.read_report(message)
        mime.write(msgcore.reply(message, text="Yes"))
        mime.write(msgcore.forward(message, to="ann@a.test", as_attachment=True))
        with contextlib.suppress(CapabilityMissing):
            sent = mime.octets_for_wire(octets, allow_8bit=False, allow_utf8=False)
            assert sent.isascii()


@pytest.mark.soak
@settings(max_examples=4_000)
@given(composed_messages())
def test_composed_messages_read_back_the_same(message: Message) -> None:
    assert compare(mime.read(mime.write(message)), message) == ()
