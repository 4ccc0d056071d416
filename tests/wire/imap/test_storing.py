"""Flags, copies, moves and removal: with the extensions, and without them."""

from __future__ import annotations

import re

import pytest

from msgcore.errors import (
    CapabilityMissing,
    CommandRefused,
    ConnectionLost,
    InjectionRefused,
    ProtocolBroken,
    ServiceBusy,
    UsageError,
)
from msgcore.wire.imap.responses import Expunge, Fetch
from msgcore.wire.imap.session import ImapSession
from msgcore.wire.imap.uid_codes import CopyUid
from msgcore.wire.imap.uid_set import UidSet
from tests.wire.imap.message_peer import MessagePeer, in_session

THREE = UidSet.of([1, 2, 3])
PLAIN = ("LITERAL+",)


# Flags


def test_flags_are_added_without_being_told_again() -> None:
    peer = MessagePeer()

    async def use(session: ImapSession) -> UidSet:
        return await session.store(THREE, ["\\Seen", "$Label"], how="+FLAGS")

    assert in_session(peer, use) == UidSet()
    assert peer.commands == [b"UID STORE 1:3 +FLAGS.SILENT (\\Seen $Label)"]


@pytest.mark.parametrize("word", [b"OK", b"NO"])
def test_messages_that_somebody_has_changed_are_given(word: bytes) -> None:
    """RFC 7162 section 3.1.3: with NO when one of them is gone, too."""
    peer = MessagePeer({b"UID STORE": b"* 1 FETCH (UID 1 MODSEQ (9))\r\nTAG %b [MODIFIED 2:3] changed\r\n" % word})

    async def use(session: ImapSession) -> tuple[UidSet, bool]:
        changed = await session.store(THREE, ["\\Seen"], how="+FLAGS", unchanged_since=8)
        return changed, Fetch(1, uid=1, modseq=9) in session.unasked()

    assert in_session(peer, use) == (UidSet(((2, 3),)), True)
    assert peer.commands == [b"UID STORE 1:3 (UNCHANGEDSINCE 8) +FLAGS.SILENT (\\Seen)"]


def test_who_says_it_in_no_way_that_makes_sense_is_heard_no_more() -> None:
    async def use(session: ImapSession) -> UidSet:
        try:
            return await session.store(THREE, ["\\Seen"], how="+FLAGS", unchanged_since=5)
        finally:
            with pytest.raises(ConnectionLost):
                await session.noop()

    with pytest.raises(ProtocolBroken, match="MODIFIED"):
        in_session(MessagePeer({b"UID STORE": b"TAG OK [MODIFIED x] done\r\n"}), use)


def test_without_condstore_nothing_is_unchanged_since() -> None:
    async def use(session: ImapSession) -> UidSet:
        return await session.store(THREE, [], how="FLAGS", unchanged_since=8)

    with pytest.raises(CapabilityMissing, match="no CONDSTORE"):
        in_session(MessagePeer(capabilities=PLAIN), use)


def test_labels_are_strings() -> None:
    peer = MessagePeer(capabilities=(*PLAIN, "X-GM-EXT-1"))

    async def use(session: ImapSession) -> UidSet:
        return await session.store(UidSet.of([1]), ["a b", "ä", "\\Inbox"], how="-X-GM-LABELS")

    in_session(peer, use)
    assert peer.commands == [b'UID STORE 1 -X-GM-LABELS.SILENT ("a b" "&AOQ-" \\Inbox)']


@pytest.mark.parametrize(
    ("flag", "error"), [("a b", UsageError), ("", UsageError), ("a)", UsageError), ("a\r\nA9 LOGOUT", InjectionRefused)]
)
def test_a_flag_is_a_word(flag: str, error: type[UsageError]) -> None:
    peer = MessagePeer()

    async def use(session: ImapSession) -> UidSet:
        return await session.store(THREE, [flag], how="+FLAGS")

    with pytest.raises(error):
        in_session(peer, use)
    assert peer.commands == []


def test_a_refusal_is_told() -> None:
    async def use(session: ImapSession) -> UidSet:
        return await session.store(THREE, ["\\Seen"], how="+FLAGS")

    with pytest.raises(CommandRefused, match=r"UID STORE: NO \[READ-ONLY\] no"):
        in_session(MessagePeer({b"UID STORE": b"TAG NO [READ-ONLY] no\r\n"}), use)


# Copies and moves

COPIED = b"TAG OK [COPYUID 38 1:3 304,319:320] done\r\n"
COPIES = CopyUid(38, THREE, UidSet(((304, 304), (319, 320))))


def test_copies_are_known_by_their_ids() -> None:
    peer = MessagePeer({b"UID COPY": COPIED})

    async def use(session: ImapSession) -> CopyUid | None:
        return await session.copy(THREE, b"A b")

    assert in_session(peer, use) == COPIES
    assert peer.commands == [b'UID COPY 1:3 "A b"']


@pytest.mark.parametrize(
    "code",
    [
        b"",
        b"[COPYUID 38 1:3 304] ",
        b"[COPYUID 38 3:5 304:306] ",
        b"[COPYUID 0 1 2] ",
        b"[COPYUID 38 1:3] ",
        b"[COPYUID 38 x y] ",
        b"[COPYUID 38 1:* 1:*] ",
    ],
)
def test_ids_that_are_not_sure_are_not_given(code: bytes) -> None:
    async def use(session: ImapSession) -> CopyUid | None:
        return await session.copy(THREE, b"A")

    assert in_session(MessagePeer({b"UID COPY": b"TAG OK %bdone\r\n" % code}), use) is None


def test_ids_of_a_huge_copy_stay_ranges() -> None:
    everything = UidSet(((1, 2**32 - 1),))

    async def use(session: ImapSession) -> CopyUid | None:
        return await session.copy(everything, b"A")

    code = b"TAG OK [COPYUID 38 1:4294967295 1:4294967295] done\r\n"
    assert in_session(MessagePeer({b"UID COPY": code}), use) == CopyUid(38, everything, everything)


def test_a_mailbox_that_is_missing_is_told_by_its_code() -> None:
    async def use(session: ImapSession) -> None:
        with pytest.raises(CommandRefused) as caught:
            await session.copy(THREE, b"A")
        assert caught.value.reply.code == "TRYCREATE"

    in_session(MessagePeer({b"UID COPY": b"TAG NO [TRYCREATE] no such mailbox\r\n"}), use)


def test_ids_of_a_move_may_come_before_its_end() -> None:
    answer = b"* OK [COPYUID 38 1:3 304,319:320] moved\r\n* 1 EXPUNGE\r\n* 1 EXPUNGE\r\n* 1 EXPUNGE\r\nTAG OK done\r\n"

    async def use(session: ImapSession) -> tuple[CopyUid | None, int]:
        moved = await session.move(THREE, b"A")
        return moved, session.unasked().count(Expunge(1))

    assert in_session(MessagePeer({b"UID MOVE 1:3": answer}), use) == (COPIES, 3)


def test_a_server_without_move_copies_and_removes() -> None:
    peer = MessagePeer({b"UID COPY": COPIED}, capabilities=("UIDPLUS",))

    async def use(session: ImapSession) -> CopyUid | None:
        return await session.move(THREE, b"A")

    assert in_session(peer, use) == COPIES
    assert peer.commands == [b'UID COPY 1:3 "A"', b"UID STORE 1:3 +FLAGS.SILENT (\\Deleted)", b"UID EXPUNGE 1:3"]


@pytest.mark.parametrize("refused", [b"UID COPY", b"UID STORE"])
def test_nothing_is_removed_when_what_comes_before_is_refused(refused: bytes) -> None:
    peer = MessagePeer({refused: b"TAG NO [UNAVAILABLE] later\r\n"}, capabilities=())

    async def use(session: ImapSession) -> CopyUid | None:
        return await session.move(THREE, b"A")

    with pytest.raises(ServiceBusy):
        in_session(peer, use)
    assert not [one for one in peer.commands if b"EXPUNGE" in one]


# Removal


class Deleting:
    """A mailbox without UIDPLUS, with the messages 1 to 9, of which some are marked with \\Deleted."""

    def __init__(self, *deleted: int, refuses: bytes = b"") -> None:
        self.there = set(range(1, 10))
        self.deleted = set(deleted)
        self._refuses = refuses

    def __call__(self, command: bytes) -> bytes | None:
        if self._refuses and command.startswith(self._refuses):
            return b"TAG NO no\r\n"
        if command == b"UID SEARCH DELETED":
            return b"* SEARCH" + b"".join(b" %d" % one for one in sorted(self.deleted)) + b"\r\nTAG OK\r\n"
        if command == b"EXPUNGE":
            self.there -= self.deleted
            self.deleted.clear()
        if found := re.fullmatch(rb"UID STORE (\S+) ([+-])FLAGS.SILENT \(\\Deleted\)", command):
            uids = set(UidSet.parse(found[1])) & self.there
            self.deleted = self.deleted | uids if found[2] == b"+" else self.deleted - uids
        return None


async def expunge(session: ImapSession) -> None:
    await session.expunge(THREE)


def test_only_what_is_named_is_removed() -> None:
    peer = MessagePeer()

    in_session(peer, expunge)
    assert peer.commands == [b"UID EXPUNGE 1:3"]


def test_without_uidplus_what_others_have_marked_stays_and_stays_marked() -> None:
    mailbox = Deleting(2, 3, 5, 8)

    in_session(MessagePeer(mailbox, capabilities=PLAIN), expunge)
    assert (mailbox.there, mailbox.deleted) == ({1, 4, 5, 6, 7, 8, 9}, {5, 8})


def test_a_server_with_a_limit_of_messages_is_asked_for_all_that_others_have_marked() -> None:
    """Else those below the limit would be removed, too (RFC 9738)."""
    mailbox = Deleting(2, 3, 5, 8)

    def answer(command: bytes) -> bytes | None:
        if command == b"UID SEARCH DELETED":
            return b"* SEARCH 8\r\nTAG OK [MESSAGELIMIT 2 8] partial\r\n"
        if command == b"UID SEARCH UID 1:7 DELETED":
            return b"* SEARCH 2 3 5\r\nTAG OK\r\n"
        return mailbox(command)

    in_session(MessagePeer(answer, capabilities=(*PLAIN, "MESSAGELIMIT=2")), expunge)
    assert (mailbox.there, mailbox.deleted) == ({1, 4, 5, 6, 7, 8, 9}, {5, 8})


def test_a_server_with_a_limit_of_messages_is_told_to_remove_until_all_are_gone() -> None:
    mailbox = Deleting(1, 2, 3)

    def answer(command: bytes) -> bytes | None:
        if command == b"EXPUNGE" and len(mailbox.deleted) == 3:
            mailbox.there.discard(3)
            mailbox.deleted.discard(3)
            return b"* 3 EXPUNGE\r\nTAG OK [MESSAGELIMIT 1 3] partial\r\n"
        return mailbox(command)

    in_session(MessagePeer(answer, capabilities=(*PLAIN, "MESSAGELIMIT=1")), expunge)
    assert mailbox.there == set(range(4, 10))


def test_a_mailbox_in_which_everything_is_marked_is_no_more_work() -> None:
    peer = MessagePeer({b"UID SEARCH": b"* ESEARCH UID ALL 1:4294967295\r\nTAG OK\r\n"}, capabilities=PLAIN)

    in_session(peer, expunge)
    assert peer.commands[1] == b"UID STORE 4:4294967295 -FLAGS.SILENT (\\Deleted)"


def test_also_when_the_removal_is_refused() -> None:
    mailbox = Deleting(2, 5, refuses=b"EXPUNGE")

    with pytest.raises(CommandRefused, match="EXPUNGE: NO no"):
        in_session(MessagePeer(mailbox, capabilities=PLAIN), expunge)
    assert (len(mailbox.there), mailbox.deleted) == (9, {2, 5})


def test_nothing_is_removed_when_the_marks_cannot_be_taken_off() -> None:
    mailbox = Deleting(2, 5, refuses=b"UID STORE")

    with pytest.raises(CommandRefused, match="UID STORE: NO no"):
        in_session(MessagePeer(mailbox, capabilities=PLAIN), expunge)
    assert len(mailbox.there) == 9
