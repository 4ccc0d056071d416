"""Messages of the IMAP store at a real server: saved, marked, moved, copied and deleted."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol, TypeVar

import pytest

from msgcore.base.ids import EntryId, ObjectKind
from msgcore.codecs import mime
from msgcore.errors import NotFound, NotLoaded, ObjectDeleted, UsageError
from msgcore.model.attachment import Attachment
from msgcore.model.message import Message
from msgcore.props.table import (
    PidNameKeywords,
    PidTagCreationTime,
    PidTagEntryId,
    PidTagMessageDeliveryTime,
    PidTagMessageFlags,
    PidTagMessageSizeExtended,
    PidTagMessageStatus,
    PidTagParentEntryId,
)
from msgcore.runtime.abc import NEVER
from msgcore.spi.store import Incoming, MessageFlag, MessageStatus
from msgcore.testing.modes import Mode
from msgcore.wire.imap.session import ImapSession
from msgcore.wire.imap.uid_set import MAX_UID, UidSet
from tests.providers.imap.account import Desk, story_at
from tests.servers import Authority, Dovecot

pytestmark = pytest.mark.interop

T = TypeVar("T")
OLD = Message(subject="old", text="old text", message_id="<old@a.test>")
NEW = Message(subject="new", text="new text", attachments=[b"new"])
MOMENT = datetime(2001, 2, 3, 4, 5, 6, 789_000, tzinfo=UTC)
ALL = UidSet(((1, MAX_UID),))


class Run(Protocol):
    def __call__(self, story: Callable[[Desk], Awaitable[T]]) -> T: ...


@pytest.fixture(params=list(Mode), ids=lambda mode: mode.value)
def run(request: pytest.FixtureRequest, dovecot_of_anybody: Dovecot, authority: Authority) -> Iterator[Run]:
    def run_story(story: Callable[[Desk], Awaitable[T]]) -> T:
        return story_at(dovecot_of_anybody, authority, request.param, story)

    yield run_story


async def subjects(desk: Desk) -> list[str]:
    """Look behind the store's back."""

    async def look(session: ImapSession) -> list[str]:
        fetched = await session.fetch_all(ALL, ["BODY.PEEK[HEADER]"])
        return [mime.read(one.sections["BODY[HEADER]"] or b"").subject for one in fetched]

    return await desk.session(look)


async def flags(desk: Desk, keep: Callable[[str], bool] = lambda flag: flag != "\\Recent") -> list[list[str]]:
    async def look(session: ImapSession) -> list[list[str]]:
        fetched = await session.fetch_all(ALL, ["FLAGS"])
        return [sorted(filter(keep, one.flags or ())) for one in fetched]

    return await desk.session(look)


# Saving


def test_many_messages_are_saved_in_order(run: Run) -> None:
    """More than go into one command."""

    async def story(desk: Desk) -> list[str]:
        ids = await desk.save(*(Message(subject=f"{number}") for number in range(520)))
        return [(await desk.load(ids[number])).subject for number in (0, 1, 499, 500, 519)]

    assert run(story) == ["0", "1", "499", "500", "519"]


def test_the_time_of_arrival_is_kept_to_the_second(run: Run) -> None:
    async def story(desk: Desk) -> tuple[object, object]:
        [entry_id] = await desk.save(Incoming(OLD, received_at=MOMENT))
        message = await desk.load(entry_id)
        return message[PidTagMessageDeliveryTime], message[PidTagCreationTime]

    assert run(story) == (MOMENT.replace(microsecond=0),) * 2


def test_a_message_says_where_it_is_and_how_large_it_is(run: Run) -> None:
    async def story(desk: Desk) -> list[bool]:
        [entry_id] = await desk.save(Incoming(OLD, delivery_key=b"k"))
        message = await desk.load(entry_id)
        size = len(mime.write(OLD))
        return [
            message[PidTagEntryId] == bytes(entry_id),
            message[PidTagParentEntryId] == bytes(desk.inbox),
            message[PidTagMessageSizeExtended] == size,
        ]

    assert run(story) == [True, True, True]


def test_flags_and_status_are_the_servers_flags(run: Run) -> None:
    async def story(desk: Desk) -> list[list[str]]:
        await desk.save(
            Incoming(OLD, is_read=True),
            Incoming(OLD, is_unsent=True),
            Incoming(OLD, status=MessageStatus.TAGGED | 0x10000),
        )
        return await flags(desk)

    assert run(story) == [["\\Seen"], ["\\Draft"], ["$msgcore-status-10000", "\\Flagged"]]


def test_nothing_of_a_batch_is_saved_when_one_message_cannot_be_written(run: Run, tmp_path: Path) -> None:
    async def story(desk: Desk) -> list[str]:
        path = tmp_path / "gone.bin"
        path.write_bytes(b"x" * 3_000_000)
        message = Message(subject="large", attachments=[path])
        path.unlink()
        with pytest.raises(UsageError):
            await desk.save(OLD, message)
        return await subjects(desk)

    assert run(story) == []


def test_a_message_with_a_large_file_comes_back(run: Run, tmp_path: Path) -> None:
    async def story(desk: Desk) -> bool:
        path = tmp_path / "large.bin"
        path.write_bytes(bytes(range(256)) * 20_000)
        message = Message(subject="large", text="see file", attachments=[path])
        message[PidTagMessageFlags] = int(MessageFlag.FROM_ME)
        message[PidNameKeywords] = ("a",)
        [entry_id] = await desk.save(Incoming(message, delivery_key=b"large"))
        return (await desk.load(entry_id)).attachments[0].data == path.read_bytes()

    assert run(story)


def test_nothing_is_saved_into_a_folder_without_messages(run: Run) -> None:
    async def story(desk: Desk) -> None:
        root = EntryId(desk.store.uid, ObjectKind.FOLDER, 1)
        with pytest.raises(UsageError):
            await desk.save(OLD, folder=root)

    run(story)


# Delivery keys


def test_a_delivery_of_many_with_one_key_in_common_makes_one_message(run: Run) -> None:
    async def story(desk: Desk) -> tuple[int, list[str]]:
        keys = [b"a", b"b", b"a"]
        ids = await desk.save(*(Incoming(OLD, delivery_key=key) for key in keys))
        return len(set(ids)), await subjects(desk)

    assert run(story) == (2, ["old", "old"])


def test_deliveries_are_found_again_by_hundreds(run: Run) -> None:
    async def story(desk: Desk) -> tuple[bool, int]:
        incoming = [Incoming(OLD, delivery_key=b"%d" % number) for number in range(130)]
        first = await desk.save(*incoming)
        return first == await desk.save(*incoming), len(await subjects(desk))

    assert run(story) == (True, 130)


def test_what_was_delivered_and_deleted_is_delivered_again(run: Run) -> None:
    async def story(desk: Desk) -> list[str]:
        incoming = Incoming(OLD, delivery_key=b"k")
        await desk.store.delete(await desk.save(incoming), NEVER)
        await desk.save(incoming)
        return await subjects(desk)

    assert run(story) == ["old"]


def test_a_copy_is_not_the_delivery(run: Run) -> None:
    async def story(desk: Desk) -> list[str]:
        incoming = Incoming(OLD, delivery_key=b"k")
        ids = await desk.save(incoming)
        await desk.store.copy(ids, desk.inbox, NEVER)
        await desk.store.delete(ids, NEVER)
        await desk.save(incoming)
        return await subjects(desk)

    assert run(story) == ["old", "old"]


# Marking


def test_a_message_that_is_marked_as_deleted_is_still_there(run: Run) -> None:
    async def story(desk: Desk) -> tuple[object, str]:
        [entry_id] = await desk.save(OLD)
        marked = MessageStatus.DELETE_MARKED
        await desk.store.set_message_status([entry_id], marked, marked, NEVER)
        message = await desk.load(entry_id)
        return message[PidTagMessageStatus], message.subject

    assert run(story) == (MessageStatus.DELETE_MARKED, "old")


def test_to_delete_a_message_leaves_another_that_is_marked_as_deleted(run: Run) -> None:
    """Whose mark it is nobody knows: another client may want it back."""

    async def story(desk: Desk) -> list[str]:
        marked, deleted = await desk.save(OLD, NEW)
        await desk.store.set_message_status([marked], MessageStatus.DELETE_MARKED, MessageStatus.DELETE_MARKED, NEVER)
        await desk.store.delete([deleted], NEVER)
        return await subjects(desk)

    assert run(story) == ["old"]


def test_keywords_of_other_clients_are_categories(run: Run) -> None:
    async def story(desk: Desk) -> object:
        message = OLD.copy()
        message[PidNameKeywords] = ("Work", "Own")
        [entry_id] = await desk.save(message)

        async def mark(session: ImapSession) -> None:
            await session.store(ALL, ("home", "work", "$Forwarded"), how="+FLAGS")

        await desk.session(mark)
        return (await desk.load(entry_id))[PidNameKeywords]

    assert run(story) == ("Work", "Own", "home")


def test_every_bit_of_the_status_is_kept_and_cleared(run: Run) -> None:
    async def story(desk: Desk) -> list[int]:
        [entry_id] = await desk.save(OLD)
        found: list[int] = []
        for status in (0xFFFFFFFF, 0x0F0F0F0F, 0):
            await desk.store.set_message_status([entry_id], MessageStatus(status), MessageStatus(0xFFFFFFFF), NEVER)
            found.append((await desk.load(entry_id))[PidTagMessageStatus] & 0xFFFFFFFF)
        return found

    assert run(story) == [0xFFFFFFFF, 0x0F0F0F0F, 0]


def test_to_clear_a_status_makes_no_keywords(run: Run) -> None:
    """Servers keep a few for a mailbox, and remember each that was ever named."""

    async def story(desk: Desk) -> list[str]:
        [entry_id] = await desk.save(OLD)
        await desk.store.set_message_status([entry_id], MessageStatus(0), MessageStatus(0xFFFFFFFF), NEVER)

        async def look(session: ImapSession) -> list[str]:
            await session.unselect()
            return [one for one in (await session.select(b"INBOX")).flags if one.startswith("$msgcore")]

        return await desk.session(look)

    assert run(story) == []


# Moving, copying, deleting


def test_messages_of_several_folders_are_moved_together(run: Run) -> None:
    async def story(desk: Desk) -> tuple[list[str], list[str]]:
        ids = [*await desk.save(OLD), *await desk.save(NEW, folder=desk.drafts)]
        target = await desk.store.create_folder(EntryId(desk.store.uid, ObjectKind.FOLDER, 2), "Third", NEVER)
        await desk.store.move(ids, target, NEVER)
        return [(await desk.load(one)).subject for one in ids], await subjects(desk)

    assert run(story) == (["old", "new"], [])


def test_a_message_that_goes_and_comes_back_keeps_its_entry_id(run: Run) -> None:
    async def story(desk: Desk) -> tuple[str, bool]:
        [entry_id] = await desk.save(OLD)
        for folder in (desk.drafts, desk.inbox, desk.drafts):
            await desk.store.move([entry_id], folder, NEVER)
        message = await desk.load(entry_id)
        return message.subject, message[PidTagEntryId] == bytes(entry_id)

    assert run(story) == ("old", True)


def test_a_message_that_is_named_twice_is_copied_twice(run: Run) -> None:
    async def story(desk: Desk) -> tuple[list[str], int]:
        old, new = await desk.save(OLD, NEW)
        copies = await desk.store.copy([old, new, old], desk.drafts, NEVER)
        return [(await desk.load(one)).subject for one in copies], len(set(copies))

    assert run(story) == (["old", "new", "old"], 3)


def test_nothing_is_copied_from_several_folders_when_one_message_is_gone(run: Run) -> None:
    async def story(desk: Desk) -> list[str]:
        [here] = await desk.save(OLD)
        [there] = await desk.save(NEW, folder=desk.drafts)
        gone = EntryId(here.provider_uid, here.kind, there.number + 1)
        with pytest.raises(ObjectDeleted):
            await desk.store.copy([here, there, gone], desk.inbox, NEVER)
        return await subjects(desk)

    assert run(story) == ["old"]


@pytest.mark.parametrize("use", ["load", "set_read_flag", "delete", "move", "copy", "attachment_facts"])
def test_a_message_that_another_client_has_removed_is_deleted(run: Run, use: str) -> None:
    async def story(desk: Desk) -> None:
        [entry_id] = await desk.save(NEW)

        async def remove(session: ImapSession) -> None:
            await session.store(ALL, ("\\Deleted",), how="+FLAGS")
            await session.expunge(ALL)

        await desk.session(remove)
        store = desk.store
        uses: dict[str, Callable[[], Awaitable[object]]] = {
            "load": lambda: store.load(entry_id, 10, NEVER),
            "set_read_flag": lambda: store.set_read_flag([entry_id], True, NEVER),
            "delete": lambda: store.delete([entry_id], NEVER),
            "move": lambda: store.move([entry_id], desk.drafts, NEVER),
            "copy": lambda: store.copy([entry_id], desk.drafts, NEVER),
            "attachment_facts": lambda: store.attachment_facts(entry_id, 0, NEVER),
        }
        with pytest.raises(ObjectDeleted):
            await uses[use]()

    run(story)


# Loading


@pytest.mark.parametrize("limit", [0, 100, 5_000_000], ids=str)
def test_the_rest_of_a_message_above_the_limit_is_loaded(run: Run, limit: int) -> None:
    large = Attachment(bytes(range(256)) * 40_000, filename="large.bin", content_type="application/x-own")
    inside = Message(subject="inside", text="inner text", attachments=[large])
    message = Message(subject="large", text="text\n" * 30_000, html="<p>html", attachments=[b"small", large, inside])

    async def story(desk: Desk) -> tuple[str, int, list[tuple[str, int]], str]:
        [entry_id] = await desk.save(message)
        found = await desk.load(entry_id, limit)
        with pytest.raises(NotLoaded):
            _ = found.attachments[1].data
        with pytest.raises(NotLoaded):
            mime.write(found)
        shown = [(one.filename or "", one.size_octets) for one in found.attachments[:2]]
        embedded = found.attachments[2].message
        assert embedded is not None
        return found.subject, len(found.text or ""), shown, embedded.subject

    assert run(story) == ("large", 150_000, [("", 5), ("large.bin", 10_240_000)], "inside")


def test_a_message_above_the_limit_has_the_size_of_the_whole(run: Run) -> None:
    message = Message(subject="large", attachments=[Attachment(b"x" * 3_000_000)])

    async def story(desk: Desk) -> bool:
        [entry_id] = await desk.save(message)
        return (await desk.load(entry_id, 100))[PidTagMessageSizeExtended] == len(mime.write(message))

    assert run(story)


def test_what_is_named_and_never_was_is_not_found(run: Run) -> None:
    async def story(desk: Desk) -> None:
        [entry_id] = await desk.save(OLD)
        with pytest.raises(NotFound):
            await desk.load(EntryId(entry_id.provider_uid, entry_id.kind, entry_id.number ^ (1 << 40)))

    run(story)


# Servers without extensions

WITHOUT = {
    "without unique ids in answers": frozenset({"UIDPLUS"}),
    "with rev1 only": frozenset(
        {"UIDPLUS", "MOVE", "MULTIAPPEND", "ESEARCH", "LITERAL+", "CONDSTORE", "QRESYNC", "BINARY", "UNSELECT"}
    ),
}


@pytest.fixture(params=list(WITHOUT.values()), ids=list(WITHOUT))
def run_without(request: pytest.FixtureRequest, dovecot_of_anybody: Dovecot, authority: Authority) -> Run:
    def run_story(story: Callable[[Desk], Awaitable[T]]) -> T:
        return story_at(dovecot_of_anybody, authority, Mode.BLOCKING, story, request.param)

    return run_story


def test_saving_gives_the_entry_ids_at_any_server(run_without: Run) -> None:
    async def story(desk: Desk) -> list[str]:
        same = [Message(subject=subject, message_id="<same@a.test>") for subject in "dba"]
        ids = [*await desk.save(OLD, *same), *await desk.save(NEW)]
        return [(await desk.load(one)).subject for one in ids]

    assert run_without(story) == ["old", "d", "b", "a", "new"]


def test_moving_and_copying_give_the_entry_ids_at_any_server(run_without: Run) -> None:
    async def story(desk: Desk) -> tuple[list[str], list[str]]:
        ids = await desk.save(NEW, OLD, Message(), Message(subject="x"))
        copies = await desk.store.copy(ids[::-1], desk.drafts, NEVER)
        await desk.store.move(ids, desk.drafts, NEVER)
        return [(await desk.load(one)).subject for one in ids], [(await desk.load(one)).subject for one in copies]

    assert run_without(story) == (["new", "old", "", "x"], ["x", "", "old", "new"])


def test_deleting_leaves_what_others_have_marked_at_any_server(run_without: Run) -> None:
    async def story(desk: Desk) -> tuple[list[str], list[list[str]]]:
        marked, deleted = await desk.save(OLD, NEW)
        await desk.store.set_message_status([marked], MessageStatus.DELETE_MARKED, MessageStatus.DELETE_MARKED, NEVER)
        await desk.store.delete([deleted], NEVER)
        return await subjects(desk), await flags(desk)

    assert run_without(story) == (["old"], [["\\Deleted"]])


def test_a_delivery_is_known_again_at_any_server(run_without: Run) -> None:
    async def story(desk: Desk) -> tuple[bool, list[str]]:
        incoming = Incoming(OLD, delivery_key=b"k")
        first = await desk.save(incoming)
        return first == await desk.save(incoming, folder=desk.drafts), await subjects(desk)

    assert run_without(story) == (True, ["old"])
