"""Replies: read from any cut of any octets."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msgcore.base.status import EnhancedStatus, Reply
from msgcore.errors import ProtocolBroken
from msgcore.wire.smtp.reply import REPLY_OCTETS, take_reply, write_reply

TEXT = st.text(st.characters(min_codepoint=33, max_codepoint=0x2FF, exclude_categories=["C", "Z"]), max_size=20)


@st.composite
def replies(draw: st.DrawFn) -> Reply:
    code = draw(st.sampled_from([220, 250, 334, 354, 421, 450, 550, 599]))
    status = draw(st.none() | st.builds(EnhancedStatus, st.just(code // 100), st.integers(0, 9), st.integers(0, 99)))
    lines = draw(st.lists(TEXT.filter(lambda text: text[:1] not in "245"), min_size=1, max_size=4))
    return Reply(code, tuple(lines), None if code // 100 == 3 else status)


def take_all(octets: bytes, size: int) -> list[Reply]:
    buffer, taken = bytearray(), list[Reply]()
    for start in range(0, len(octets), size):
        buffer += octets[start : start + size]
        while (reply := take_reply(buffer)) is not None:
            taken.append(reply)
    assert not buffer
    return taken


@given(st.lists(replies(), max_size=5), st.integers(1, 50))
def test_replies_are_the_same_at_every_cut(sent: list[Reply], size: int) -> None:
    octets = b"".join(write_reply(reply, utf8=True) for reply in sent)

    assert take_all(octets, size) == sent


@given(st.binary(max_size=60) | st.text("245 \r\n-x\xff", max_size=60).map(lambda text: text.encode("latin-1")))
def test_octets_are_a_reply_or_not_yet_one_or_break_the_protocol(octets: bytes) -> None:
    buffer = bytearray(octets)
    try:
        reply = take_reply(buffer)
    except ProtocolBroken as error:
        assert not error.is_local
    else:
        assert (reply is None) == (bytes(buffer) == octets)


@pytest.mark.parametrize(
    ("octets", "reply"),
    [
        (b"250 ok\r\n", Reply(250, ("ok",))),
        (b"250-one\r\n250 two\r\n", Reply(250, ("one", "two"))),
        (b"250\r\n", Reply(250, ("",))),
        (b"250-one\r\n250\r\n", Reply(250, ("one", ""))),
        (b"250 \r\n", Reply(250, ("",))),
        (b"250 ok\n", Reply(250, ("ok",))),
        (b"250-one\n250 two\r\n", Reply(250, ("one", "two"))),
        (b"550 5.1.1 no such user\r\n", Reply(550, ("no such user",), EnhancedStatus(5, 1, 1))),
        (b"550-5.1.1 no\r\n550 5.1.1 user\r\n", Reply(550, ("no", "user"), EnhancedStatus(5, 1, 1))),
        (b"250 5.1.1 is no part of yes\r\n", Reply(250, ("5.1.1 is no part of yes",))),
        ("250 schön\r\n".encode(), Reply(250, ("schön",))),
        ("250 schön\r\n".encode("latin-1"), Reply(250, ("schön",))),
        (b"250 a\rb\x1b[31mc\0\r\n", Reply(250, ("a b [31mc",))),
    ],
)
def test_what_the_field_says_is_understood(octets: bytes, reply: Reply) -> None:
    assert take_reply(bytearray(octets)) == reply


@pytest.mark.parametrize(
    "octets",
    [
        b"2\r\n",
        b"\r\n",
        b"25 x\r\n",
        b"999 x\r\n",
        b"199 x\r\n",
        b"250x\r\n",
        b"250-a\r\n251 b\r\n",
        b"250-a\r\nrubbish\r\n",
        b"HTTP/1.1 400 Bad Request\r\n",
        "²50 ok\r\n".encode(),
    ],
)
def test_what_is_no_reply_breaks_the_protocol(octets: bytes) -> None:
    with pytest.raises(ProtocolBroken):
        take_reply(bytearray(octets))


@pytest.mark.parametrize("octets", [b"AUTH PLAIN AHNlc2FtZQ==: what?\r\n", b"250-sesame\r\n550 sesame\r\n"])
def test_what_is_no_reply_is_not_quoted(octets: bytes) -> None:
    """A server may send back what it was told in secret."""
    with pytest.raises(ProtocolBroken) as caught:
        take_reply(bytearray(octets))
    assert str(caught.value) in {"what came is no reply of an SMTP server", "a reply with two codes: 250, 550"}


@pytest.mark.parametrize(
    ("octets", "protocol"), [(b"* OK ready\r\n", "IMAP"), (b"+OK ready\r\n", "POP3"), (b"HTTP/1.1 400 Bad\r\n", "HTTP")]
)
def test_what_another_protocol_says_is_named(octets: bytes, protocol: str) -> None:
    with pytest.raises(ProtocolBroken, match=f"no reply of an SMTP server; it seems to be {protocol}$"):
        take_reply(bytearray(octets))


@pytest.mark.parametrize("endless", [b"x", b"220", b"220-x\r\n", b"220 " + b"x" * 100])
def test_a_reply_without_end_breaks_the_protocol(endless: bytes) -> None:
    with pytest.raises(ProtocolBroken):
        take_reply(bytearray(endless * (REPLY_OCTETS // len(endless) + 1)))


@pytest.mark.parametrize("size", [1, 7, 1 << 20])
def test_recorded_replies_are_read_at_every_cut(corpus: Path, size: int) -> None:
    for file in sorted((corpus / "smtp" / "mailkit").glob("*.txt")):
        octets = file.read_bytes()
        assert all(200 <= reply.code < 600 for reply in take_all(octets, size)), file.name


def test_a_written_reply_never_holds_a_line_end_of_its_text() -> None:
    assert write_reply(Reply(250, ("a\r\n250 b",))) == b"250 a  250 b\r\n".replace(b"  ", b" ")
