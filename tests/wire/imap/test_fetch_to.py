"""A part of a message that is passed on as it arrives, and what servers make of it."""

from __future__ import annotations

import pytest

from msgcore.errors import CommandRefused, ConnectionLost, MsgcoreError, NotFound, ObjectDeleted, ProtocolBroken
from msgcore.testing.modes import Mode
from msgcore.testing.scripted import Cut
from msgcore.testing.transcripts.cuts import EACH_CUT
from msgcore.wire.imap.responses import Exists, Fetch
from msgcore.wire.imap.session import ImapSession
from tests.wire.imap.message_peer import CLOSES, MessagePeer, in_session

TEXT = b"0123456789"
WHOLE = b"* 1 FETCH (UID 5 BODY[] {10}\r\n0123456789)\r\nTAG OK\r\n"


def passed_on(peer: MessagePeer, section: str = "", *, start: int = 0, octets: int | None = None) -> bytes:
    written: list[bytes] = []

    async def use(session: ImapSession) -> int:
        return await session.fetch_to(5, section, written.append, start=start, octets=octets)

    assert in_session(peer, use) == len(b"".join(written))
    return b"".join(written)


@EACH_CUT
@pytest.mark.parametrize("mode", Mode)
def test_all_of_it_is_written_however_it_is_cut(mode: Mode, cut: Cut) -> None:
    written: list[bytes] = []

    async def use(session: ImapSession) -> int:
        return await session.fetch_to(5, "", written.append)

    assert in_session(MessagePeer({b"UID FETCH": WHOLE}), use, mode=mode, cut=cut) == 10
    assert b"".join(written) == TEXT


@pytest.mark.parametrize(
    "answer",
    [
        b'* 1 FETCH (BODY[] "0123456789" UID 5)\r\n',
        b"* 1 FETCH (BODY[] {10}\r\n0123456789 UID 5)\r\n",
        b"* 1 FETCH (FLAGS (\\Seen))\r\n* 1 FETCH (UID 5 BODY[] {10}\r\n0123456789)\r\n",
    ],
)
def test_a_section_may_come_in_any_form(answer: bytes) -> None:
    assert passed_on(MessagePeer({b"UID FETCH": answer + b"TAG OK\r\n"})) == TEXT


@pytest.mark.parametrize(
    ("start", "octets", "given"),
    [(0, 4, b"0123"), (6, None, b"6789"), (6, 2, b"67"), (6, 20, b"6789"), (10, None, b"")],
)
def test_a_server_that_gives_all_where_a_range_was_asked_for_gives_the_range(
    start: int, octets: int | None, given: bytes
) -> None:
    """Exchange does so."""
    assert passed_on(MessagePeer({b"UID FETCH": WHOLE}), start=start, octets=octets) == given


@pytest.mark.parametrize(
    ("answer", "section", "error"),
    [
        (b"TAG OK\r\n", "", ObjectDeleted),
        (b"* 1 FETCH (UID 5 BODY[] NIL)\r\nTAG OK\r\n", "", ObjectDeleted),
        (b"* 1 FETCH (UID 5 BODY[1.2] NIL)\r\nTAG OK\r\n", "1.2", NotFound),
        (b"* 1 FETCH (UID 6 BODY[] {1}\r\nx)\r\nTAG OK\r\n", "", ProtocolBroken),
        (b"* 1 FETCH (BODY[] {1}\r\nx)\r\nTAG OK\r\n", "", ProtocolBroken),
        (b"TAG NO no\r\n", "", CommandRefused),
        (b"* 1 FETCH (UID 5 BODY[] {10}\r\n01234" + CLOSES, "", ConnectionLost),
        (b"* BYE enough\r\n", "", ConnectionLost),
    ],
)
def test_what_is_not_there_is_no_empty_section(answer: bytes, section: str, error: type[MsgcoreError]) -> None:
    with pytest.raises(error) as caught:
        passed_on(MessagePeer({b"UID FETCH": answer}), section)
    assert type(caught.value) is error


def test_what_is_said_of_others_meanwhile_is_the_sessions() -> None:
    async def use(session: ImapSession) -> bool:
        session.unasked()
        await session.fetch_to(5, "", len)
        return session.unasked() == [Exists(12), Fetch(2, uid=6, flags=())]

    answer = b"* 12 EXISTS\r\n* 2 FETCH (UID 6 FLAGS ())\r\n" + WHOLE
    assert in_session(MessagePeer({b"UID FETCH": answer}), use)


def test_a_writer_that_fails_ends_the_session() -> None:
    """The rest of the answer would be taken for that of the next command."""

    def write(_: bytes) -> None:
        raise OSError("disk full")

    async def use(session: ImapSession) -> None:
        with pytest.raises(OSError, match="disk full"):
            await session.fetch_to(5, "", write)
        await session.noop()

    with pytest.raises(ConnectionLost):
        in_session(MessagePeer({b"UID FETCH": WHOLE}), use)
