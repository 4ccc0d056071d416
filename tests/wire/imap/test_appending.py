"""Putting messages into a mailbox, and what is known when that ends early."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta, timezone

import pytest

from msgcore.errors import (
    CapabilityMissing,
    CommandRefused,
    CommitUnknown,
    ConnectionLost,
    LimitExceeded,
    ProtocolBroken,
    UsageError,
)
from msgcore.testing.modes import Mode
from msgcore.testing.scripted import Cut, Faults
from msgcore.testing.transcripts.cuts import EACH_CUT
from msgcore.wire.imap.appending import Letter
from msgcore.wire.imap.command import Chunks
from msgcore.wire.imap.session import ImapSession
from msgcore.wire.imap.uid_codes import AppendUid
from msgcore.wire.imap.uid_set import UidSet
from tests.wire.imap.message_peer import CLOSES, MessagePeer, in_session

MAIL = b"Message-ID: <1@a.test>\r\nSubject: x\r\n\r\nhi\r\n"
SYNCHRONISING = ("UIDPLUS",)
OTHER = ("LITERAL+",)


def appended(
    peer: MessagePeer, *letters: Letter, mode: Mode = Mode.BLOCKING, faults: Faults | None = None
) -> AppendUid | None:
    async def use(session: ImapSession) -> AppendUid | None:
        return await session.append(b"INBOX", letters)

    return in_session(peer, use, mode=mode, faults=faults)


@EACH_CUT
@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("capabilities", [("UIDPLUS",), ("UIDPLUS", "LITERAL+"), ("UIDPLUS", "LITERAL-")])
def test_a_message_gets_its_id(mode: Mode, cut: Cut, capabilities: Sequence[str]) -> None:
    peer = MessagePeer({b"APPEND": b"TAG OK [APPENDUID 7 44] done\r\n"}, capabilities=capabilities)

    assert appended(peer, Letter(MAIL), mode=mode, faults=Faults(cut=cut)) == AppendUid(7, UidSet.of([44]))
    assert peer.commands == [b'APPEND "INBOX" {%d%b}\r\n%b' % (len(MAIL), b"" if len(capabilities) < 2 else b"+", MAIL)]


def test_flags_and_date_go_with_it() -> None:
    peer = MessagePeer()
    moment = datetime(2024, 2, 1, 9, 5, 3, 999_999, timezone(-timedelta(hours=7, minutes=30, seconds=20)))

    appended(peer, Letter(MAIL, ("\\Seen", "$x"), moment))
    assert peer.commands[0].startswith(b'APPEND "INBOX" (\\Seen $x) " 1-Feb-2024 09:05:03 -0730" {')


def test_a_flag_cannot_be_anything_else() -> None:
    peer = MessagePeer()

    with pytest.raises(UsageError, match="is no flag"):
        appended(peer, Letter(MAIL, ("a b",)))
    assert peer.commands == []


def test_a_large_message_comes_in_parts() -> None:
    peer = MessagePeer(capabilities=("LITERAL+",))

    appended(peer, Letter(Chunks((b"a" * 100_000 for _ in range(10)), 1_000_000)))
    assert peer.commands == [b'APPEND "INBOX" {1000000+}\r\n' + b"a" * 1_000_000]


@pytest.mark.parametrize("parts", [[b"ab"], [b"ab", b"cd"]])
def test_a_message_of_another_size_than_announced_is_never_taken(parts: list[bytes]) -> None:
    peer = MessagePeer(capabilities=("LITERAL+",))

    with pytest.raises(ProtocolBroken, match="has not the 3 octets announced"):
        appended(peer, Letter(Chunks(parts, 3)))
    assert peer.commands == []


def test_an_error_in_reading_it_is_told_and_it_is_not_taken() -> None:
    def parts() -> Iterator[bytes]:
        yield b"a"
        raise OSError("cannot read")

    peer = MessagePeer()
    with pytest.raises(OSError, match="cannot read"):
        appended(peer, Letter(Chunks(parts(), 3)))
    assert peer.commands == []


# Several messages


def test_several_messages_are_appended_all_or_none() -> None:
    """RFC 3502."""
    peer = MessagePeer(
        {b"APPEND": b"TAG OK [APPENDUID 7 44:45] done\r\n"}, capabilities=("UIDPLUS", "LITERAL+", "MULTIAPPEND")
    )

    assert appended(peer, Letter(b"a"), Letter(b"b", ("\\Seen",))) == AppendUid(7, UidSet(((44, 45),)))
    assert peer.commands == [b'APPEND "INBOX" {1+}\r\na (\\Seen) {1+}\r\nb']


def test_without_multiappend_one_follows_the_other() -> None:
    answers = {
        b'APPEND "INBOX" {1+}\r\na': b"TAG OK [APPENDUID 7 44] x\r\n",
        b"APPEND": b"TAG OK [APPENDUID 7 46] x\r\n",
    }

    assert appended(MessagePeer(answers), Letter(b"a"), Letter(b"b")) == AppendUid(7, UidSet(((44, 44), (46, 46))))


def test_what_was_appended_before_a_refusal_is_told() -> None:
    peer = MessagePeer({b'APPEND "INBOX" {1+}\r\nb': b"TAG NO [OVERQUOTA] full\r\n"})

    with pytest.raises(CommandRefused, match="APPEND: NO") as caught:
        appended(peer, Letter(b"a"), Letter(b"b"), Letter(b"c"))
    assert caught.value.__notes__ == ["1 of 3 messages had been appended"]


def test_a_hundred_go_into_one_command() -> None:
    peer = MessagePeer(capabilities=("LITERAL+", "MULTIAPPEND"))

    appended(peer, *(Letter(b"x") for _ in range(250)))
    assert [command.count(b"{1+}") for command in peer.commands] == [100, 100, 50]


@pytest.mark.parametrize("code", [b"", b"[APPENDUID 7 1:4294967295] ", b"[APPENDUID 7 x] ", b"[APPENDUID 0 5] "])
def test_ids_that_are_not_sure_are_not_given(code: bytes) -> None:
    assert appended(MessagePeer({b"APPEND": b"TAG OK %bdone\r\n" % code}), Letter(MAIL)) is None


# What servers refuse


def test_a_message_that_is_too_large_is_not_sent() -> None:
    peer = MessagePeer(capabilities=("APPENDLIMIT=10",))

    with pytest.raises(LimitExceeded, match="the server takes 10 octets; a message has 11"):
        appended(peer, Letter(b"x" * 11))
    assert peer.commands == []


def test_nul_needs_a_server_for_it() -> None:
    with pytest.raises(CapabilityMissing, match="no BINARY"):
        appended(MessagePeer(), Letter(b"a\0b"))


def test_nul_is_sent_as_binary() -> None:
    peer = MessagePeer(capabilities=("BINARY", "LITERAL+"))

    appended(peer, Letter(b"a\0b"))
    assert peer.commands == [b'APPEND "INBOX" ~{3+}\r\na\0b']


def test_a_refusal_before_the_message_keeps_it_from_being_run_as_commands() -> None:
    peer = MessagePeer(capabilities=SYNCHRONISING, go_ahead=b"TAG NO [TRYCREATE] no such mailbox\r\n")

    async def use(session: ImapSession) -> str | int:
        with pytest.raises(CommandRefused) as caught:
            await session.append(b"INBOX", [Letter(b"x\r\nA1 LOGOUT\r\n")])
        await session.noop()
        return caught.value.reply.code

    assert in_session(peer, use) == "TRYCREATE"
    assert peer.commands == [b"NOOP"]


# Connections that break


def test_when_the_answer_is_lost_nobody_knows() -> None:
    with pytest.raises(CommitUnknown, match="it is not known whether the message was taken"):
        appended(MessagePeer({b"APPEND": CLOSES}), Letter(MAIL))


@pytest.mark.parametrize(
    "answer", [b"* BYE bye\r\n", b"TAG OK [APPENDUID 7 44", b"what?\r\nTAG2 OK\r\n", b"Server Unavailable. 15\r\n"]
)
def test_nor_when_it_is_none(answer: bytes) -> None:
    with pytest.raises(CommitUnknown):
        appended(MessagePeer({b"APPEND": answer + CLOSES}), Letter(MAIL))


def test_a_refusal_is_known() -> None:
    with pytest.raises(CommandRefused, match="APPEND: NO no"):
        appended(MessagePeer({b"APPEND": b"TAG NO no\r\n" + CLOSES}), Letter(MAIL))


SAID = b'A1 SELECT "INBOX"\r\nA2 APPEND "INBOX" {%d+}\r\n%b\r\n' % (len(MAIL), MAIL)


@pytest.mark.parametrize("sent", range(len(SAID) - len(MAIL) - 20, len(SAID)))
def test_before_its_last_octet_is_sent_it_cannot_have_been_taken(sent: int) -> None:
    with pytest.raises(ConnectionLost):
        appended(MessagePeer(capabilities=OTHER), Letter(MAIL), faults=Faults(breaks_after_sent=sent))


def test_with_its_last_octet_it_may_have_been() -> None:
    with pytest.raises(CommitUnknown):
        appended(MessagePeer({b"APPEND": CLOSES}, capabilities=OTHER), Letter(MAIL))


@pytest.mark.parametrize("sent", [len(SAID) - 1, len(SAID) - 10])
def test_a_system_that_takes_octets_and_loses_them_leaves_it_open(sent: int) -> None:
    with pytest.raises(CommitUnknown):
        appended(
            MessagePeer(capabilities=OTHER), Letter(MAIL), faults=Faults(breaks_after_sent=sent, tells_writer=False)
        )


# Servers without UIDPLUS

LOOK = b'UID SEARCH UID 10:4294967295 HEADER "Message-ID" "<1@a.test>"'


def test_without_uidplus_a_message_is_looked_for_among_the_new_ones() -> None:
    peer = MessagePeer({LOOK: b"* SEARCH 12\r\nTAG OK\r\n"}, capabilities=OTHER)

    assert appended(peer, Letter(MAIL)) == AppendUid(7, UidSet.of([12]))


@pytest.mark.parametrize(
    "answer",
    [b"* SEARCH\r\nTAG OK\r\n", b"* SEARCH 12 13\r\nTAG OK\r\n", b"* SEARCH 3\r\nTAG OK\r\n", b"TAG NO no\r\n"],
)
def test_one_that_is_not_found_or_found_twice_has_no_known_id(answer: bytes) -> None:
    assert appended(MessagePeer({LOOK: answer}, capabilities=OTHER), Letter(MAIL)) is None


def test_a_message_that_was_taken_is_taken_also_when_the_look_for_it_ends_the_session() -> None:
    """Who were told that the connection is lost would append it again."""
    assert appended(MessagePeer({LOOK: CLOSES}, capabilities=OTHER), Letter(MAIL)) is None


def test_one_in_another_mailbox_is_not_looked_for() -> None:
    peer = MessagePeer(capabilities=OTHER)

    async def use(session: ImapSession) -> AppendUid | None:
        return await session.append(b"Sent", [Letter(MAIL)])

    assert in_session(peer, use) is None
    assert len(peer.commands) == 1


def test_a_message_without_an_id_is_not_looked_for() -> None:
    assert appended(MessagePeer(capabilities=OTHER), Letter(b"Subject: x\r\n\r\nMessage-ID: <1@a>\r\n")) is None


def test_a_date_without_a_zone_is_local_time() -> None:
    peer = MessagePeer()
    moment = datetime(2024, 12, 31, 23, 0)

    appended(peer, Letter(b"x", (), moment))
    said = peer.commands[0].split(b'"')[3].decode()
    assert datetime.strptime(said, "%d-%b-%Y %H:%M:%S %z").astimezone(UTC) == moment.astimezone(UTC)
