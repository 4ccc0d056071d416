"""What every reader and writer does with what it is given."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

import msgcore
from msgcore.codecs import mime, msg, rtf, tnef
from msgcore.errors import UsageError


@pytest.mark.parametrize("check", [mime.check, mime.read, tnef.check, tnef.read, msg.check, msg.read])
def test_only_octets_are_read(check: Callable[[Any], object]) -> None:
    with pytest.raises(UsageError, match="need the message's octets, got NoneType"):
        check(None)


@pytest.mark.parametrize(
    "write",
    [
        mime.write,
        mime.write_chunks,
        mime.size_when_written,
        mime.wire_writer,
        partial(mime.write_for_wire, allow_8bit=True, allow_utf8=True),
        tnef.write,
        tnef.write_chunks,
        msg.write,
        msg.write_chunks,
    ],
)
def test_only_messages_are_written(write: Callable[[Any], object]) -> None:
    with pytest.raises(UsageError, match=r"need a Message, got NoneType; msgcore\.read_message makes"):
        write(None)


@pytest.mark.parametrize(
    "take",
    [
        rtf.compress,
        rtf.store,
        rtf.decompress,
        rtf.check_compressed,
        rtf.check_rtf,
        rtf.kind_of,
        rtf.html_of,
        rtf.text_of,
    ],
)
def test_rtf_is_octets(take: Callable[[Any], object]) -> None:
    with pytest.raises(UsageError, match="need RTF as octets, got str"):
        take("{\\rtf1}")


def test_rtf_may_lie_in_any_buffer() -> None:
    document: Any = bytearray(b"{\\rtf1 Hello}")
    packed: Any = memoryview(rtf.compress(document))

    assert rtf.text_of(rtf.decompress(packed)) == "Hello"


@pytest.mark.parametrize("take", [rtf.encapsulate_html, rtf.encapsulate_text])
def test_rtf_is_made_of_text(take: Callable[[Any], object]) -> None:
    with pytest.raises(UsageError, match="need text as a str, got bytes"):
        take(b"Hello")


@pytest.mark.parametrize("read", [mime.read, tnef.read, msg.read])
def test_a_strictness_is_one_of_two(read: Callable[..., object]) -> None:
    with pytest.raises(UsageError, match="need a Strictness"):
        read(b"", strictness=True)


def test_what_readers_take_is_public() -> None:
    assert (msgcore.Limits, msgcore.Strictness) == (mime.Limits, mime.Strictness)
