"""BDAT by the server's side (RFC 3030): what DATA takes it takes, and its octets are never commands."""

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from msgcore.wire.smtp.server import EVERY_EXTENSION, BodyKind
from msgcore.wire.smtp.server.incoming_data import IncomingChunk
from tests.wire.test_server import HELLO, SETTINGS, TO_BOB, Keeper, codes

CHUNKING = attrs.evolve(SETTINGS, offers=EVERY_EXTENSION)
BINARY = HELLO + b"MAIL FROM:<ann@a.test> BODY=BINARYMIME\r\nRCPT TO:<bob@b.test>\r\n"
EVIL = b"RSET\r\nMAIL FROM:<evil@a.test>\r\nRCPT TO:<bob@b.test>\r\nDATA\r\n"


def bdat(octets: bytes, *, is_last: bool = False) -> bytes:
    return b"BDAT %d%s\r\n%s" % (len(octets), b" LAST" if is_last else b"", octets)


def test_each_chunk_has_its_reply() -> None:
    said = TO_BOB + bdat(b"ab") + bdat(b"c\r\n", is_last=True) + b"QUIT\r\n"

    assert codes(said, settings=CHUNKING)[3:] == ["250", "250", "221"]


def test_an_empty_last_chunk_ends_the_message() -> None:
    keeper = Keeper()
    codes(TO_BOB + bdat(b"a\r\n") + bdat(b"", is_last=True), keeper=keeper, settings=CHUNKING)

    assert [octets for _, octets in keeper.messages] == [b"a\r\n"]


def test_a_message_may_be_empty() -> None:
    keeper = Keeper()
    codes(TO_BOB + bdat(b"", is_last=True), keeper=keeper, settings=CHUNKING)

    assert [octets for _, octets in keeper.messages] == [b""]


TEXTS = st.lists(st.sampled_from([b"a", b".", b"..", b"\r\n", b"\r\n.\r\n", b"QUIT"]), max_size=12).map(
    lambda parts: b"".join(parts) + b"\r\n"
)


@given(TEXTS, st.lists(st.integers(0, 20), max_size=6), st.integers(1, 7))
def test_any_chunks_at_any_cut_are_what_data_is(text: bytes, sizes: list[int], cut: int) -> None:
    by_data, by_chunks = Keeper(), Keeper()
    codes(TO_BOB + b"DATA\r\n", b".%b.\r\n" % text.replace(b"\r\n", b"\r\n.")[:-1], keeper=by_data)
    chunks: list[bytes] = []
    left = b"." + text
    for size in sizes:
        chunks.append(bdat(left[:size]))
        left = left[size:]
    said = TO_BOB + b"".join(chunks) + bdat(left, is_last=True)
    codes(*(said[n : n + cut] for n in range(0, len(said), cut)), keeper=by_chunks, settings=CHUNKING)

    assert [octets for _, octets in by_chunks.messages] == [b"." + text]
    assert by_data.messages[0][0] == by_chunks.messages[0][0]


@pytest.mark.parametrize(
    "said",
    [
        HELLO,
        HELLO + b"MAIL FROM:<>\r\n",
        HELLO + b"MAIL FROM:<>\r\nRCPT TO:<>\r\n",
        HELLO + b"MAIL FROM:<> NONSENSE\r\nRCPT TO:<bob@b.test>\r\n",
        TO_BOB + bdat(b"x\r\n", is_last=True),
    ],
    ids=["no sender", "no recipient", "recipient refused", "sender refused", "after the message"],
)
@pytest.mark.parametrize("is_last", [True, False])
def test_the_octets_of_a_refused_chunk_are_no_commands(said: bytes, is_last: bool) -> None:
    assert codes(said + bdat(EVIL, is_last=is_last) + b"QUIT\r\n", settings=CHUNKING)[-2:] == ["503", "221"]


@pytest.mark.parametrize(
    "command",
    [b"BDAT\r\n", b"BDAT x\r\n", b"BDAT -1\r\n", b"BDAT 1 2\r\n", b"BDAT 9 LAST x\r\n", b"BDAT " + b"9" * 19 + b"\r\n",
     b"BDAT 5\n", b"BDAT 5\0\r\n", b" bdat \xff\r\n"],
)  # fmt: skip
def test_a_chunk_of_unreadable_size_ends_the_session(command: bytes) -> None:
    replies = codes(TO_BOB + command + EVIL, settings=CHUNKING)

    assert (len(replies), replies[-1][0]) == (4, "5")


@pytest.mark.parametrize("hello", [HELLO, b"HELO x\r\n", b""], ids=["left out", "after HELO", "before EHLO"])
def test_a_chunk_that_was_not_offered_ends_the_session(hello: bytes) -> None:
    settings = SETTINGS if hello == HELLO else CHUNKING

    assert codes(hello + bdat(EVIL), settings=settings)[-1] == "501"


def test_data_does_not_mix_with_chunks() -> None:
    assert codes(TO_BOB + bdat(b"x\r\n") + b"DATA\r\n", settings=CHUNKING)[-1] == "503"


@pytest.mark.parametrize("said", [b"MAIL FROM:<>\r\n", b"RCPT TO:<rob@b.test>\r\n"])
def test_no_envelope_is_changed_between_chunks(said: bytes) -> None:
    assert codes(TO_BOB + bdat(b"x\r\n") + said, settings=CHUNKING)[-1] == "503"


@pytest.mark.parametrize("said", [b"RSET\r\n", HELLO])
def test_reset_forgets_the_chunks(said: bytes) -> None:
    keeper = Keeper()
    again = TO_BOB.removeprefix(HELLO) + bdat(b"b\r\n", is_last=True)
    codes(TO_BOB + bdat(b"a\r\n") + said + again, keeper=keeper, settings=CHUNKING)

    assert [octets for _, octets in keeper.messages] == [b"b\r\n"]


def test_binary_octets_come_as_they_are() -> None:
    keeper = Keeper()
    codes(BINARY + bdat(b"\0\n.\r\n.\n\r", is_last=True), keeper=keeper, settings=CHUNKING)

    assert [octets for _, octets in keeper.messages] == [b"\0\n.\r\n.\n\r"]


def test_the_handler_is_told_of_binary_octets() -> None:
    keeper = Keeper()
    codes(BINARY, keeper=keeper, settings=CHUNKING)

    assert keeper.facts[0].body is BodyKind.BINARY


def test_binary_octets_do_not_come_by_data() -> None:
    assert codes(BINARY + b"DATA\r\n", settings=CHUNKING)[-1] == "503"


@pytest.mark.parametrize("octets", [b"a\nb", b"a\rb", b"a\0b", b"\r\n.\n"])
def test_text_in_chunks_is_as_sound_as_by_data(octets: bytes) -> None:
    said = TO_BOB + bdat(octets, is_last=True) + b"NOOP\r\n"

    assert codes(said, settings=CHUNKING)[-2:] == ["554", "250"]


def test_a_line_end_may_be_cut_by_a_chunk() -> None:
    assert codes(TO_BOB + bdat(b"a\r") + bdat(b"\n", is_last=True), settings=CHUNKING)[-1] == "250"


@pytest.mark.parametrize("sizes", [[1_001], [600, 401], [1_000_000]], ids=str)
def test_chunks_past_the_limit_are_refused(sizes: list[int]) -> None:
    chunks = b"".join(bdat(b"x" * size) for size in sizes)

    assert codes(TO_BOB + chunks + b"NOOP\r\n", settings=CHUNKING)[-2:] == ["552", "250"]


def test_of_a_chunk_too_big_no_more_than_the_limit_is_kept() -> None:
    chunk, buffer = IncomingChunk(10**15, max_octets=10), bytearray(b"x" * 1_000)

    assert (chunk.take(buffer), len(chunk.octets), len(buffer)) == (False, 11, 0)


def test_after_a_chunk_too_many_the_envelope_is_empty() -> None:
    said = TO_BOB + bdat(b"x" * 1_001) + bdat(b"y", is_last=True) + b"MAIL FROM:<>\r\n"

    assert codes(said, settings=CHUNKING)[-3:] == ["552", "503", "250"]


def test_a_last_chunk_past_the_limit_is_refused() -> None:
    said = TO_BOB + bdat(b"x" * 600) + bdat(b"y" * 401, is_last=True) + b"NOOP\r\n"

    assert codes(said, settings=CHUNKING)[-2:] == ["552", "250"]


def test_empty_chunks_without_end_end_the_session() -> None:
    replies = codes(TO_BOB + b"BDAT 0\r\n" * 1_000, settings=CHUNKING)

    assert (replies[-1], len(replies) < 110) == ("421", True)


@given(st.lists(st.sampled_from([HELLO, TO_BOB, b"BDAT 2\r\n", b"BDAT 3 LAST\r\n", b"x\n", b"RSET\r\n"]), max_size=10))
def test_no_message_comes_without_an_envelope(parts: list[bytes]) -> None:
    keeper = Keeper()
    codes(*parts, keeper=keeper, settings=CHUNKING)

    assert all(envelope.recipients and len(octets) >= 3 for envelope, octets in keeper.messages)
