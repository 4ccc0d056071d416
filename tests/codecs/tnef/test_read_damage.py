"""Real streams that are cut or damaged anywhere end in a message or a typed error, never in another one."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msgcore.base.findings import Finding, Strictness
from msgcore.codecs import tnef
from msgcore.codecs.tnef.attributes import SIGNATURE
from msgcore.errors import LimitExceeded, MalformedMessage, UsageError
from msgcore.model.message import Message
from tests.codecs.objects.same_objects import facts_of
from tests.codecs.tnef.streams import tnef_files

LARGEST = 40_000  # octets, to be quick


@functools.cache
def small_streams() -> Sequence[bytes]:
    streams = (path.read_bytes() for path in tnef_files())
    return tuple(octets for octets in streams if len(octets) <= LARGEST)


def read_all(octets: bytes) -> tuple[Message, Sequence[Finding]]:
    message = tnef.read(octets)
    facts_of(message)
    _ = message.subject, message.text, message.html, message.from_, message.recipients
    return message, tnef.check(octets)


real_streams = st.deferred(lambda: st.sampled_from(small_streams()))


@given(real_streams, st.data())
def test_a_real_stream_may_be_cut_anywhere(octets: bytes, data: st.DataObject) -> None:
    place = data.draw(st.integers(len(SIGNATURE), len(octets)))
    message, _ = read_all(octets[:place])

    assert tnef.write(message) == octets[:place]


@given(real_streams, st.data())
def test_a_real_stream_may_be_damaged_anywhere(octets: bytes, data: st.DataObject) -> None:
    damaged = bytearray(octets)
    for _ in range(data.draw(st.integers(1, 8))):
        place = data.draw(st.integers(len(SIGNATURE), len(octets) - 1))
        damaged[place] = data.draw(st.sampled_from([0, 1, 2, 0x7F, 0x80, 0xFF]) | st.integers(0, 255))

    _, findings = read_all(bytes(damaged))

    if findings:
        with pytest.raises((MalformedMessage, LimitExceeded)):
            tnef.read(bytes(damaged), strictness=Strictness.STRICT)


@given(st.binary(max_size=300))
def test_any_octets_behind_a_signature_are_read(octets: bytes) -> None:
    with contextlib.suppress(LimitExceeded):
        read_all(SIGNATURE + octets)


def test_a_strictness_that_is_none_is_no_leniency() -> None:
    with pytest.raises(UsageError, match="need a Strictness"):
        tnef.read(SIGNATURE + bytes(2), strictness="strict")  # type: ignore[arg-type]  # what the test is about
