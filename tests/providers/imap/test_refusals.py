"""What a server does not let be done to messages, and connections that are lost in the middle of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from contextlib import nullcontext

import attrs
import pytest

from msgcore.base.ids import EntryId
from msgcore.base.status import StatusResponse
from msgcore.errors import (
    CapabilityMissing,
    CommandRefused,
    CommitUnknown,
    ConnectionLost,
    LimitExceeded,
    ObjectDeleted,
    ProtocolBroken,
    ServiceBusy,
    StoreFull,
    UsageError,
)
from msgcore.model.message import Message
from msgcore.props.restriction import Comparison, Or, Relation
from msgcore.props.table import PidTagEntryId, PidTagParentEntryId
from msgcore.runtime.abc import NEVER
from msgcore.spi.store import Incoming, MessageStatus, SpecialFolder, TableQuery
from msgcore.testing.servers import LoopbackImapServer
from msgcore.testing.servers.faults import Fault
from msgcore.testing.servers.imap_quirks import ImapQuirks
from msgcore.wire.imap.server import BARE_IMAP, USUAL_IMAP_EXTENSIONS, Answer
from msgcore.wire.imap.server.turn import Turn
from tests.providers.imap.accounts import PASSWORD, Probe, at_loopback, tell

LETTER = b"Subject: old\r\n\r\ntext"


@pytest.fixture
def server() -> Iterator[LoopbackImapServer]:
    with LoopbackImapServer({"ann": PASSWORD}) as server:
        yield server


async def inbox_of(store: Probe) -> tuple[EntryId, list[EntryId]]:
    inbox = (await store.special_folders(NEVER))[SpecialFolder.INBOX]
    rows = await store.query(inbox, TableQuery((PidTagEntryId,), count=MANY_MORE), NEVER)
    return inbox, [EntryId.parse(row[PidTagEntryId]) for row in rows]


HIDDEN = MessageStatus.HIDDEN
Change = Callable[[Probe, EntryId, EntryId], Awaitable[object]]
CHANGES: dict[str, Change] = {
    "mark as read": lambda store, one, _: store.set_read_flag([one], True, NEVER),
    "give a status": lambda store, one, _: store.set_message_status([one], HIDDEN, HIDDEN, NEVER),
    "delete": lambda store, one, _: store.delete([one], NEVER),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=list(CHANGES))
def test_what_can_only_be_read_is_not_changed(server: LoopbackImapServer, change: Change) -> None:
    server.put("ann", LETTER)
    server.mailbox("ann").is_read_only = True

    async def story(store: Probe) -> None:
        inbox, [one] = await inbox_of(store)
        with pytest.raises(UsageError, match="can only be read"):
            await change(store, one, inbox)

    tell(at_loopback(server), story)


def test_a_status_that_a_server_does_not_keep_is_refused(server: LoopbackImapServer) -> None:
    server.put("ann", LETTER)
    server.mailbox("ann").permanent_flags = ("\\Seen", "\\Deleted")

    async def story(store: Probe) -> None:
        _, [one] = await inbox_of(store)
        with pytest.raises(CapabilityMissing, match=r"does not keep \$msgcore-status-4"):
            await store.set_message_status([one], HIDDEN, HIDDEN, NEVER)

    tell(at_loopback(server), story)


@pytest.mark.parametrize("change", ["delete", "empty", "move"])
@pytest.mark.parametrize("count", [1, 60])
def test_what_cannot_be_marked_as_deleted_is_not_told_to_be_gone(change: str, count: int) -> None:
    """Without the right to do so STORE may just do nothing (RFC 9051 section 7.1, PERMANENTFLAGS)."""
    with LoopbackImapServer({"ann": PASSWORD}, extensions=USUAL_IMAP_EXTENSIONS - {"MOVE"}) as server:
        server.account("ann").add(b"Target")
        for _ in range(count):
            server.put("ann", LETTER)
        server.mailbox("ann").permanent_flags = ("\\Seen",)

        async def story(store: Probe) -> None:
            inbox, those = await inbox_of(store)
            with pytest.raises(CapabilityMissing, match=r"does not keep \\Deleted"):
                if change == "delete":
                    await store.delete(those, NEVER)
                elif change == "empty":
                    await store.empty_folder(inbox, NEVER)
                else:
                    await store.move(those, (await store.by_name())["Target"].entry_id, NEVER)

        tell(at_loopback(server), story)
        assert [len(server.mailbox("ann", one).messages()) for one in (b"INBOX", b"Target")] == [count, 0]


def test_a_status_that_was_never_kept_can_be_cleared(server: LoopbackImapServer) -> None:
    server.put("ann", LETTER)
    server.mailbox("ann").permanent_flags = ("\\Seen", "\\Deleted")

    async def story(store: Probe) -> None:
        _, [one] = await inbox_of(store)
        await store.set_message_status([one], MessageStatus(0), HIDDEN, NEVER)

    assert tell(at_loopback(server), story) is None


def test_a_message_that_is_too_large_for_the_server_is_so(server: LoopbackImapServer) -> None:  # RFC 4469
    """Some say their limit beforehand, and some only then."""
    server.answer("NO [TOOBIG] no more than 10 octets", at="APPEND")

    async def story(store: Probe) -> None:
        inbox, _ = await inbox_of(store)
        with pytest.raises(LimitExceeded, match="no more than 10 octets"):
            await store.save(inbox, [Incoming(Message())], NEVER)

    tell(at_loopback(server), story)


@pytest.mark.parametrize(
    "says",
    [
        "NO [OVERQUOTA] no room",
        "NO [ALERT] You exceeded your mail quota.",
        "NO Quota exceeded (mailbox for user is full)",
        "NO Mailbox is over quota",
        "NO Mailbox full",
        "NO [ALERT] The account is out of storage space (Failure)",
    ],
)
def test_a_mailbox_over_quota_is_full(server: LoopbackImapServer, says: str) -> None:
    server.answer(says, at="APPEND")

    async def story(store: Probe) -> None:
        inbox, _ = await inbox_of(store)
        with pytest.raises(StoreFull):
            await store.save(inbox, [Incoming(Message(subject="x"))], NEVER)

    tell(at_loopback(server), story)


@pytest.mark.parametrize("says", ["NO [NOPERM] no quota for you", "NO not quotable", "NO I am full of sorrow"])
def test_a_refusal_for_another_reason_is_no_full_store(server: LoopbackImapServer, says: str) -> None:
    server.answer(says, at="APPEND")

    async def story(store: Probe) -> None:
        inbox, _ = await inbox_of(store)
        with pytest.raises(CommandRefused):
            await store.save(inbox, [Incoming(Message(subject="x"))], NEVER)

    tell(at_loopback(server), story)


def test_when_a_later_part_of_a_batch_is_refused_nothing_of_it_stays(server: LoopbackImapServer) -> None:
    async def story(store: Probe) -> list[EntryId]:
        inbox, _ = await inbox_of(store)
        large = Message(attachments=[bytes(5_000_000)])
        with pytest.raises(CommandRefused):
            await store.save(inbox, [Incoming(large), Incoming(large, is_read=True)], NEVER)
        return (await inbox_of(store))[1]

    server.answer("NO not any more", at="APPEND", about="INBOX (\\Seen)")
    assert tell(at_loopback(server), story) == []


def test_a_delivery_of_which_nobody_knows_is_made_once(server: LoopbackImapServer) -> None:
    """The server has the message, and the connection is lost before it says so."""
    server.cut_within("APPEND", octets=0, times=1)

    async def story(store: Probe) -> int:
        inbox, _ = await inbox_of(store)
        incoming = Incoming(Message(subject="x"), delivery_key=b"k")
        with pytest.raises(CommitUnknown):
            await store.save(inbox, [incoming], NEVER)
        await store.save(inbox, [incoming], NEVER)
        return len((await inbox_of(store))[1])

    assert tell(at_loopback(server), story) == 1


def test_when_a_message_is_refused_those_before_it_are_removed_again(server: LoopbackImapServer) -> None:
    """Also those of one batch, at a server that takes one message at a time (without MULTIAPPEND)."""
    server.answer("NO [OVERQUOTA] full", at="APPEND", about="INBOX (\\Seen)")

    async def story(store: Probe) -> list[EntryId]:
        inbox, _ = await inbox_of(store)
        small = Message(subject="small")
        with pytest.raises(StoreFull):
            await store.save(inbox, [Incoming(small), Incoming(small), Incoming(small, is_read=True)], NEVER)
        return (await inbox_of(store))[1]

    assert tell(at_loopback(server), story) == []


SEVERAL: dict[str, Callable[[Probe, list[EntryId], EntryId], Awaitable[object]]] = {
    "mark as read": lambda store, those, _: store.set_read_flag(those, True, NEVER),
    "delete": lambda store, those, _: store.delete(those, NEVER),
    "move": lambda store, those, target: store.move(those, target, NEVER),
}


@pytest.mark.parametrize("change", SEVERAL.values(), ids=list(SEVERAL))
def test_nothing_is_done_to_several_when_one_of_their_folders_can_only_be_read(
    server: LoopbackImapServer, change: Callable[[Probe, list[EntryId], EntryId], Awaitable[object]]
) -> None:
    for name in (b"Fixed", b"Target"):
        server.account("ann").add(name)
    server.put("ann", LETTER)
    server.put("ann", LETTER, b"Fixed")
    server.mailbox("ann", b"Fixed").is_read_only = True

    async def story(store: Probe) -> list[tuple[int, int]]:
        folders = await store.by_name()
        those: list[EntryId] = []
        for name in ("INBOX", "Fixed"):
            rows = await store.query(folders[name].entry_id, TableQuery((PidTagEntryId,)), NEVER)
            those += [EntryId.parse(row[PidTagEntryId]) for row in rows]
        with pytest.raises(UsageError, match="can only be read"):
            await change(store, those, folders["Target"].entry_id)
        found = [await store.folder(folders[name].entry_id, NEVER) for name in ("INBOX", "Fixed", "Target")]
        return [(one.content_count, one.unread_count) for one in found]

    assert tell(at_loopback(server), story) == [(1, 1), (1, 1), (0, 0)]


@pytest.mark.parametrize("command", ["COPY", "MOVE"])
def test_a_move_or_copy_that_was_cut_may_have_been_done(server: LoopbackImapServer, command: str) -> None:
    server.account("ann").add(b"Target")
    server.put("ann", LETTER)
    server.cut_within(f"UID {command}", octets=0, times=1)

    async def story(store: Probe) -> None:
        _, [one] = await inbox_of(store)
        target = (await store.by_name())["Target"].entry_id
        with pytest.raises(CommitUnknown):
            await (store.copy if command == "COPY" else store.move)([one], target, NEVER)

    tell(at_loopback(server), story)


SO_MANY = 800
"""Unique ids that lie apart and have ten digits: no line has room for so many."""


@pytest.fixture
def crowded(server: LoopbackImapServer) -> LoopbackImapServer:
    """Of several COPY or MOVE only the first is done."""
    server.account("ann").add(b"Target")
    inbox = server.mailbox("ann")
    for number in range(SO_MANY):
        inbox.put(LETTER, uid=4_000_000_000 + 2 * number)
    for command in ("UID COPY", "UID MOVE"):
        server.answer("NO [OVERQUOTA] full", at=command, about="40000014")
    return server


@pytest.mark.parametrize("names_no_uids", [False, True])
def test_of_a_copy_that_takes_several_commands_nothing_stays_when_one_is_refused(
    crowded: LoopbackImapServer, names_no_uids: bool
) -> None:
    crowded.quirks = ImapQuirks(names_no_uids=names_no_uids)

    async def story(store: Probe) -> None:
        _, those = await inbox_of(store)
        with pytest.raises(StoreFull):
            await store.copy(those, (await store.by_name())["Target"].entry_id, NEVER)

    tell(at_loopback(crowded), story)
    assert len(crowded.mailbox("ann", b"Target").messages()) == 0
    assert len(crowded.mailbox("ann").messages()) == SO_MANY


@pytest.mark.parametrize("names_no_uids", [False, True])
def test_of_a_move_that_takes_several_commands_each_message_is_known_when_one_is_refused(
    crowded: LoopbackImapServer, names_no_uids: bool
) -> None:
    crowded.quirks = ImapQuirks(names_no_uids=names_no_uids)

    async def story(store: Probe) -> int:
        _, those = await inbox_of(store)
        with pytest.raises(StoreFull) as refused:
            await store.move(those, (await store.by_name())["Target"].entry_id, NEVER)
        assert "of 800 messages had been moved" in "".join(refused.value.__notes__)
        return len([await store.row(one, (PidTagEntryId,), NEVER) for one in (those[0], those[-1])])

    assert tell(at_loopback(crowded), story) == 2
    assert 0 < len(crowded.mailbox("ann", b"Target").messages()) < SO_MANY


@pytest.mark.parametrize("code", ["OVERQUOTA", "INUSE"])
def test_of_a_move_that_is_done_partly_what_was_moved_is_known(server: LoopbackImapServer, code: str) -> None:
    """RFC 6851 section 4.3: the server says where it is, and then NO to the others."""
    server.account("ann").add(b"Target")
    for _ in range(2):
        server.put("ann", LETTER)

    async def move_one(turn: Turn) -> Answer:
        answer = await turn.carry_out_with(b"1 Target")
        return Answer(StatusResponse("NO", "not all", code), answer.data)

    async def story(store: Probe) -> list[bool]:
        _, those = await inbox_of(store)
        target = (await store.by_name())["Target"].entry_id
        server.add("UID MOVE", "", Fault(move_one, 1))
        with pytest.raises((StoreFull, ServiceBusy)) as refused:
            await store.move(those, target, NEVER)
        assert refused.value.__notes__ == ["1 of 2 messages had been moved"]
        parents = [(await store.row(one, (PidTagParentEntryId,), NEVER))[PidTagParentEntryId] for one in those]
        return [one == bytes(target) for one in parents]

    assert tell(at_loopback(server), story) == [True, False]


MANY_MORE = 2_000
"""So many of them take three commands or more."""


@pytest.fixture
def large(server: LoopbackImapServer) -> LoopbackImapServer:
    """It has said before where it puts messages: from then on nobody looks what there is before they are carried."""
    for name in (b"Target", b"Other"):
        server.account("ann").add(name)
    for number in range(MANY_MORE):
        server.mailbox("ann").put(b"Message-ID: <%d@a.test>\r\n\r\ntext" % number, uid=4_000_000_000 + 2 * number)
    server.put("ann", LETTER, b"Other")
    return server


async def let_it_say_where(store: Probe) -> EntryId:
    """Copy a message somewhere else, and give the target of all others."""
    folders = await store.by_name()
    rows = await store.query(folders["Other"].entry_id, TableQuery((PidTagEntryId,)), NEVER)
    await store.copy([EntryId.parse(row[PidTagEntryId]) for row in rows], folders["Other"].entry_id, NEVER)
    return folders["Target"].entry_id


def forget_to_say_where(server: LoopbackImapServer, command: str, *, refused: int = 0) -> list[int]:
    """Do the second command without saying where; refuse one. How many messages were there before each is noted."""
    there: list[int] = []

    async def act(turn: Turn) -> Answer:
        there.append(len(server.mailbox("ann", b"Target").messages()))
        if len(there) == refused:
            return Answer(StatusResponse("NO", "full", "OVERQUOTA"))
        answer = await turn.carry_out()
        if len(there) != 2:
            return answer
        told = tuple(line for line in answer.data if b"COPYUID" not in line)
        return Answer(attrs.evolve(answer.status, code=""), told)

    server.add(command, "", Fault(act, None))
    return there


def test_of_a_copy_nothing_stays_when_a_command_does_not_say_where_and_the_next_is_refused(
    large: LoopbackImapServer,
) -> None:
    async def story(store: Probe) -> None:
        target = await let_it_say_where(store)
        _, those = await inbox_of(store)
        forget_to_say_where(large, "UID COPY", refused=3)
        with pytest.raises(StoreFull):
            await store.copy(those, target, NEVER)

    tell(at_loopback(large), story)
    assert len(large.mailbox("ann", b"Target").messages()) == 0


@pytest.mark.parametrize("refused", [0, 3])
def test_of_a_move_only_those_are_unknown_of_which_it_does_not_say_where_they_are(
    large: LoopbackImapServer, refused: int
) -> None:
    async def story(store: Probe) -> tuple[int, int]:
        target = await let_it_say_where(store)
        _, those = await inbox_of(store)
        there = forget_to_say_where(large, "UID MOVE", refused=refused)
        with pytest.raises(StoreFull) if refused else nullcontext():
            await store.move(those, target, NEVER)
        _, first, second, *_ = there
        known = [one for one in those if await is_there(store, one)]
        return len(known), MANY_MORE - (second - first)

    known, expected = tell(at_loopback(large), story)
    assert known == expected


async def is_there(store: Probe, entry_id: EntryId) -> bool:
    try:
        await store.row(entry_id, (PidTagEntryId,), NEVER)
    except ObjectDeleted:
        return False
    return True


def test_entry_ids_of_what_is_gone_are_not_looked_for_at_the_server(server: LoopbackImapServer) -> None:
    server.put("ann", LETTER)

    async def story(store: Probe) -> int:
        inbox, [one] = await inbox_of(store)
        server.answer("NO not again", at="LIST")
        gone = [EntryId(one.provider_uid, one.kind, (7 << 32) | uid) for uid in range(1, 9)]
        either = Or(tuple(Comparison(PidTagEntryId, Relation.EQ, bytes(named)) for named in (*gone, one)))
        return await store.count(inbox, TableQuery((), either), NEVER)

    assert tell(at_loopback(server), story) == 1


def test_a_message_that_another_client_takes_away_while_it_is_moved_is_not_in_two_places(
    server: LoopbackImapServer,
) -> None:
    """Of several folders all messages are copied before any is removed."""
    for name in (b"Work", b"Target"):
        server.account("ann").add(name)
    server.put("ann", LETTER)
    server.put("ann", LETTER, b"Work")

    async def take_away_after_both(turn: Turn) -> Answer:
        copied = await turn.carry_out()
        if len(server.mailbox("ann", b"Target").messages()) == 2:
            server.mailbox("ann").remove([1])
        return copied

    async def story(store: Probe) -> int:
        folders = await store.by_name()
        those: list[EntryId] = []
        for name in ("INBOX", "Work"):
            rows = await store.query(folders[name].entry_id, TableQuery((PidTagEntryId,)), NEVER)
            those += [EntryId.parse(row[PidTagEntryId]) for row in rows]
        server.add("UID COPY", "", Fault(take_away_after_both, 2))
        with pytest.raises(ObjectDeleted):
            await store.move(those, folders["Target"].entry_id, NEVER)
        return await store.count(folders["Target"].entry_id, TableQuery(()), NEVER)

    assert tell(at_loopback(server), story) == 1


@pytest.mark.parametrize("is_lost", [False, True], ids=["refused", "lost"])
@pytest.mark.parametrize("done_before", [0, 1])
def test_what_cannot_be_taken_out_of_its_folder_is_not_in_two_places(
    server: LoopbackImapServer, done_before: int, is_lost: bool
) -> None:
    """Of several folders all messages are copied before any is removed; a right to do so may be missing (RFC 4314)."""
    for name in (b"Work", b"Target"):
        server.account("ann").add(name)
    server.put("ann", LETTER)
    server.put("ann", LETTER, b"Work")
    expunged: list[Turn] = []

    async def expunge(turn: Turn) -> Answer | None:
        expunged.append(turn)
        if len(expunged) != 1 + done_before:
            return await turn.carry_out()
        if is_lost:
            raise ConnectionLost("cut on demand")
        return Answer(StatusResponse("NO", "not you", "NOPERM"))

    async def story(store: Probe) -> int:
        folders = await store.by_name()
        those: list[EntryId] = []
        for name in ("INBOX", "Work"):
            rows = await store.query(folders[name].entry_id, TableQuery((PidTagEntryId,)), NEVER)
            those += [EntryId.parse(row[PidTagEntryId]) for row in rows]
        server.add("UID EXPUNGE", "", Fault(expunge, None))
        with pytest.raises(ConnectionLost if is_lost else CommandRefused):
            await store.move(those, folders["Target"].entry_id, NEVER)
        return len([await store.row(one, (PidTagEntryId,), NEVER) for one in those])

    assert tell(at_loopback(server), story) == 2
    mails = [server.mailbox("ann", name).messages().values() for name in (b"INBOX", b"Work", b"Target")]
    assert [len(one) for one in mails] == [1 - done_before, 1, done_before]
    assert not any("\\Deleted" in mail.flags for one in mails for mail in one)


@pytest.mark.parametrize("is_lost", [False, True], ids=["refused", "lost"])
@pytest.mark.parametrize("offers", [USUAL_IMAP_EXTENSIONS - {"MOVE"}, BARE_IMAP], ids=["uidplus", "bare"])
def test_without_move_what_cannot_be_taken_out_is_not_in_two_places(offers: frozenset[str], is_lost: bool) -> None:
    with LoopbackImapServer({"ann": PASSWORD}, extensions=offers) as server:
        server.account("ann").add(b"Target")
        server.put("ann", LETTER)
        command = "UID EXPUNGE" if "UIDPLUS" in offers else "EXPUNGE"
        if is_lost:
            server.cut(at=command, is_done=False, times=1)
        else:
            server.answer("NO [NOPERM] not you", at=command, times=1)

        async def story(store: Probe) -> None:
            _, [one] = await inbox_of(store)
            with pytest.raises(ConnectionLost if is_lost else CommandRefused):
                await store.move([one], (await store.by_name())["Target"].entry_id, NEVER)
            await store.row(one, (PidTagEntryId,), NEVER)

        tell(at_loopback(server), story)
        [left] = server.mailbox("ann").messages().values()
        assert (left.flags, len(server.mailbox("ann", b"Target").messages())) == (frozenset(), 0)


@pytest.mark.parametrize("has_move", [False, True])
def test_what_was_marked_before_a_move_that_is_refused_is_marked_after_it(has_move: bool) -> None:
    """Also in a folder to which it did not come; of several folders all are copied first."""
    offers = USUAL_IMAP_EXTENSIONS - (set() if has_move else {"MOVE"})
    with LoopbackImapServer({"ann": PASSWORD}, extensions=offers) as server:
        for name in (b"Work", b"Target"):
            server.account("ann").add(name)
        server.put("ann", LETTER, flags=("\\Deleted",))
        server.put("ann", LETTER)
        server.put("ann", LETTER, b"Work", flags=("\\Deleted",))
        server.answer("NO [NOPERM] not you", at="UID EXPUNGE", times=1)

        async def story(store: Probe) -> None:
            folders, those = await store.by_name(), list[EntryId]()
            for name in ("INBOX", "Work"):
                rows = await store.query(folders[name].entry_id, TableQuery((PidTagEntryId,)), NEVER)
                those += [EntryId.parse(row[PidTagEntryId]) for row in rows]
            with pytest.raises(CommandRefused):
                await store.move(those, folders["Target"].entry_id, NEVER)

        tell(at_loopback(server), story)
        mails = [mail for name in (b"INBOX", b"Work") for mail in server.mailbox("ann", name).messages().values()]
        assert ["\\Deleted" in mail.flags for mail in mails] == [True, False, True]
        assert len(server.mailbox("ann", b"Target").messages()) == 0


def test_without_move_what_was_taken_out_is_moved_though_the_answer_is_lost() -> None:
    with LoopbackImapServer({"ann": PASSWORD}, extensions=USUAL_IMAP_EXTENSIONS - {"MOVE"}) as server:
        server.account("ann").add(b"Target")
        server.put("ann", LETTER)
        server.cut(at="UID EXPUNGE", is_done=True, times=1)

        async def story(store: Probe) -> bool:
            _, [one] = await inbox_of(store)
            target = (await store.by_name())["Target"].entry_id
            await store.move([one], target, NEVER)
            return (await store.row(one, (PidTagParentEntryId,), NEVER))[PidTagParentEntryId] == bytes(target)

        assert tell(at_loopback(server), story)
        assert [len(server.mailbox("ann", one).messages()) for one in (b"INBOX", b"Target")] == [0, 1]


def test_what_is_taken_out_while_copies_are_taken_back_keeps_its_copy() -> None:
    """A server that is slow may come to an EXPUNGE after its connection is lost: then nothing would be left."""
    with LoopbackImapServer({"ann": PASSWORD}, extensions=USUAL_IMAP_EXTENSIONS - {"MOVE"}) as server:
        server.account("ann").add(b"Target")
        server.put("ann", LETTER)
        server.cut(at="UID EXPUNGE", is_done=False, times=1)
        marks: list[Turn] = []

        async def mark(turn: Turn) -> Answer:
            marks.append(turn)
            if len(marks) == 2:  # the mark is taken back
                inbox = server.mailbox("ann")
                await inbox.expunge(list(inbox.messages()))
            return await turn.carry_out()

        async def story(store: Probe) -> bool:
            _, [one] = await inbox_of(store)
            server.add("UID STORE", "", Fault(mark, None))
            target = (await store.by_name())["Target"].entry_id
            await store.move([one], target, NEVER)
            return (await store.row(one, (PidTagParentEntryId,), NEVER))[PidTagParentEntryId] == bytes(target)

        assert tell(at_loopback(server), story)
        assert [len(server.mailbox("ann", one).messages()) for one in (b"INBOX", b"Target")] == [0, 1]


def test_a_server_that_finds_far_more_messages_than_it_has_makes_no_sense(server: LoopbackImapServer) -> None:
    """A few octets are not to fill the memory."""

    async def find_all_that_could_be(turn: Turn) -> None:
        await turn.flush()
        tag = turn.tag
        await turn.stream.write(b'* ESEARCH (TAG "%s") UID ALL 1:4294967295\r\n%s OK done\r\n' % (tag, tag))

    async def story(store: Probe) -> None:
        inbox, _ = await inbox_of(store)
        server.add("UID SEARCH", "", Fault(find_all_that_could_be, None))
        with pytest.raises(ProtocolBroken, match="found 4294967295"):
            await store.query(inbox, TableQuery((PidTagEntryId,)), NEVER)

    tell(at_loopback(server), story)
