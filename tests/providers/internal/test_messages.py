"""Messages of the internal store: saving, changing, moving, copying, deleting."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import cast

import pytest

from msgcore.base.ids import EntryId, ObjectKind
from msgcore.errors import NotFound, NotLoaded, ObjectDeleted, UsageError
from msgcore.model import Attachment, Importance, Message
from msgcore.props.restriction import Restriction
from msgcore.props.row import Row
from msgcore.props.table import (
    PidTagCreationTime,
    PidTagEntryId,
    PidTagHasAttachments,
    PidTagImportance,
    PidTagLastModificationTime,
    PidTagMessageClass,
    PidTagMessageDeliveryTime,
    PidTagMessageFlags,
    PidTagMessageSizeExtended,
    PidTagParentEntryId,
    PidTagRecordKey,
    PidTagSensitivity,
    PidTagStoreEntryId,
    PidTagSubject,
)
from msgcore.props.tags import Property
from msgcore.providers.internal.columns import COLUMNS
from msgcore.runtime import NEVER
from msgcore.spi.store import Incoming, MessageFlag, SpecialFolder, TableQuery
from tests.providers.internal.box import Box

EPOCH = datetime(2001, 2, 3, 4, 5, 6, 789012, tzinfo=UTC)


def test_saved_messages_get_entry_ids_of_their_own(box: Box) -> None:
    assert len(set(box.save(Message(), Message(), Message()))) == 3


def test_of_several_messages_all_are_saved_or_none(box: Box) -> None:
    class Unsavable(Message):
        @property
        def attachments(self) -> tuple[Attachment, ...]:
            raise NotLoaded("not here")

        @attachments.setter
        def attachments(self, value: object) -> None:
            raise NotImplementedError

    with pytest.raises(NotLoaded):
        box.save(Message(subject="first"), Unsavable(subject="second"))

    assert box.subjects() == []


def test_an_entry_id_is_never_used_again(box: Box) -> None:
    first = box.save_one(Message())
    box.run(box.store.delete([first], NEVER))

    assert box.save_one(Message()) != first


@pytest.mark.parametrize("number", [2**62, 2**63, 2**64 - 1])
def test_an_entry_id_of_any_number_that_was_never_given_is_not_found(either_box: Box, number: int) -> None:
    box = either_box
    message, folder = (EntryId(box.store.uid, kind, number) for kind in (ObjectKind.MESSAGE, ObjectKind.FOLDER))

    for call in (
        box.store.load(message, 1, NEVER),
        box.store.delete([message], NEVER),
        box.store.query(folder, TableQuery(()), NEVER),
    ):
        with pytest.raises(NotFound, match="never was"):
            box.run(call)


def test_a_message_of_the_store_says_where_it_is(box: Box) -> None:
    entry_id = box.save_one(Message())
    loaded = box.load(entry_id)

    assert (
        loaded[PidTagEntryId],
        loaded[PidTagRecordKey],
        loaded[PidTagParentEntryId],
        loaded[PidTagStoreEntryId],
    ) == (
        bytes(entry_id),
        bytes(entry_id),
        bytes(box.inbox),
        bytes(EntryId(box.store.uid, ObjectKind.STORE, 0)),
    )


@pytest.mark.parametrize(
    ("incoming", "flags"),
    [
        (Incoming(Message()), MessageFlag(0)),
        (Incoming(Message(), is_read=True), MessageFlag.READ),
        (Incoming(Message(), is_unsent=True), MessageFlag.UNSENT),
        (Incoming(Message(attachments=[b"x"])), MessageFlag.HAS_ATTACHMENTS),
    ],
)
def test_the_flags_say_how_a_message_came(box: Box, incoming: Incoming, flags: MessageFlag) -> None:
    assert box.load(box.deliver(incoming))[PidTagMessageFlags] == flags


def test_an_inline_picture_is_no_attachment_of_the_row(box: Box) -> None:
    picture = Attachment(b"GIF", content_type="image/gif", content_id="p@x", is_inline=True)
    entry_id = box.save_one(Message(html="<img src='cid:p@x'>", attachments=[picture]))

    assert box.value(entry_id, PidTagHasAttachments) is False


def test_the_time_of_arrival_is_kept_to_the_microsecond(box: Box) -> None:
    entry_id = box.deliver(Incoming(Message(), received_at=EPOCH))

    assert box.load(entry_id)[PidTagMessageDeliveryTime] == EPOCH


def test_a_message_without_a_time_of_arrival_arrived_when_it_was_saved(box: Box) -> None:
    box.clock.move(timedelta(days=1_000))
    loaded = box.load(box.save_one(Message()))

    assert loaded[PidTagMessageDeliveryTime] == loaded[PidTagCreationTime] > datetime.now(UTC) + timedelta(days=999)


@pytest.mark.parametrize(
    ("tag", "value"), [(PidTagImportance, 1), (PidTagSensitivity, 0), (PidTagMessageClass, "IPM.Note")]
)
def test_a_store_gives_every_message_the_properties_that_mapi_stores_give(
    box: Box, tag: Property[object], value: object
) -> None:
    assert box.load(box.save_one(Message()))[tag] == value


# Delivery keys


def test_a_second_delivery_with_the_same_key_changes_nothing(box: Box) -> None:
    for _ in range(2):
        box.deliver(Incoming(Message(subject="once"), delivery_key=b"k"))

    assert box.subjects() == ["once"]


def test_a_second_delivery_gives_the_entry_id_of_the_first(box: Box) -> None:
    first = box.deliver(Incoming(Message(subject="once"), delivery_key=b"k"))

    assert box.deliver(Incoming(Message(subject="once"), delivery_key=b"k")) == first


def test_a_delivery_is_known_again_after_the_message_was_moved(box: Box) -> None:
    first = box.deliver(Incoming(Message(subject="once"), delivery_key=b"k"))
    box.run(box.store.move([first], box.special[SpecialFolder.DELETED_ITEMS], NEVER))

    assert box.deliver(Incoming(Message(subject="once"), delivery_key=b"k")) == first


def test_a_copy_does_not_take_the_delivery_key(box: Box) -> None:
    first = box.deliver(Incoming(Message(), delivery_key=b"k"))
    box.run(box.store.copy([first], box.inbox, NEVER))

    assert box.deliver(Incoming(Message(), delivery_key=b"k")) == first


def test_messages_without_a_key_are_all_delivered(box: Box) -> None:
    box.save(Message(subject="a"), Message(subject="a"))

    assert box.subjects() == ["a", "a"]


# Changing


def changed(box: Box, entry_id: EntryId, change: Callable[[Message], None]) -> Message:
    message = box.load(entry_id)
    change(message)
    box.run(box.store.save_changes(entry_id, message, NEVER))
    return box.load(entry_id)


def set_subject(message: Message) -> None:
    message.subject = "new"


def test_changes_are_kept(box: Box) -> None:
    assert changed(box, box.save_one(Message(subject="old")), set_subject).subject == "new"


def test_changes_show_in_the_table(box: Box) -> None:
    changed(box, box.save_one(Message(subject="old")), set_subject)

    assert box.subjects() == ["new"]


@pytest.mark.parametrize("tag", [PidTagMessageDeliveryTime, PidTagCreationTime])
def test_changes_leave_the_facts_of_arrival(box: Box, tag: Property[datetime]) -> None:
    entry_id = box.deliver(Incoming(Message(), received_at=EPOCH))
    before = box.load(entry_id)[tag]
    box.clock.move(timedelta(days=3))

    assert changed(box, entry_id, set_subject)[tag] == before


def test_changes_move_the_time_of_modification(box: Box) -> None:
    entry_id = box.save_one(Message())
    before = box.load(entry_id)[PidTagLastModificationTime]
    box.clock.move(timedelta(days=3))

    assert changed(box, entry_id, set_subject)[PidTagLastModificationTime] >= before + timedelta(days=3)


def test_changes_leave_the_read_flag(box: Box) -> None:
    entry_id = box.deliver(Incoming(Message(), is_read=True))

    assert changed(box, entry_id, set_subject)[PidTagMessageFlags] & MessageFlag.READ


def test_an_attachment_that_is_taken_away_takes_its_flag_along(box: Box) -> None:
    def drop(message: Message) -> None:
        message.attachments = ()

    entry_id = box.save_one(Message(attachments=[b"x"]))

    assert changed(box, entry_id, drop)[PidTagHasAttachments] is False


def test_what_the_store_computes_is_not_kept_from_a_message(box: Box) -> None:
    message = Message(subject="s")
    message[PidTagMessageDeliveryTime] = EPOCH

    assert box.load(box.save_one(message))[PidTagMessageDeliveryTime] > EPOCH


def test_an_importance_that_has_no_name_does_not_hinder_saving(box: Box) -> None:
    message = Message()
    message[PidTagImportance] = 7

    assert box.value(box.save_one(message), PidTagImportance) == 7


def test_an_importance_that_is_deleted_counts_as_normal(box: Box) -> None:
    def forget(message: Message) -> None:
        del message[PidTagImportance]

    entry_id = box.save_one(Message(importance=Importance.HIGH))

    assert changed(box, entry_id, forget).importance is Importance.NORMAL


# Flags, moves, copies


def test_messages_are_marked_read_and_unread(box: Box) -> None:
    ids = box.save(Message(), Message())
    box.run(box.store.set_read_flag(ids, True, NEVER))
    box.run(box.store.set_read_flag(ids[:1], False, NEVER))

    assert [box.value(one, PidTagMessageFlags) for one in ids] == [0, MessageFlag.READ]


def test_a_moved_message_keeps_its_entry_id(box: Box) -> None:
    entry_id = box.save_one(Message(subject="moved"))
    box.run(box.store.move([entry_id], box.special[SpecialFolder.DRAFTS], NEVER))

    assert (box.load(entry_id).subject, box.subjects(), box.subjects(SpecialFolder.DRAFTS)) == ("moved", [], ["moved"])


def test_a_copy_is_another_message_with_the_same_content(box: Box) -> None:
    entry_id = box.deliver(Incoming(Message(subject="s", text="t"), is_read=True, received_at=EPOCH))
    (copy,) = box.run(box.store.copy([entry_id], box.special[SpecialFolder.DRAFTS], NEVER))
    loaded = box.load(copy)

    assert (copy != entry_id, loaded.subject, loaded[PidTagMessageDeliveryTime]) == (True, "s", EPOCH)


def test_a_change_to_a_copy_does_not_reach_the_original(box: Box) -> None:
    entry_id = box.save_one(Message(subject="old"))
    (copy,) = box.run(box.store.copy([entry_id], box.inbox, NEVER))
    changed(box, copy, set_subject)

    assert box.load(entry_id).subject == "old"


def test_a_copy_of_what_is_being_sent_is_not_being_sent(box: Box) -> None:
    item = box.submit(Message(from_="a@a.test", to="b@b.test"))
    (copy,) = box.run(box.store.copy([item.entry_id], box.inbox, NEVER))

    assert not int(str(box.value(copy, PidTagMessageFlags))) & MessageFlag.SUBMIT


# Single instance


def contents(box: Box) -> int:
    ((count,),) = box.sql("select count(*) from content")
    return int(count)


def test_the_same_message_is_kept_once(box: Box) -> None:
    box.save(Message(subject="s", text="t"), Message(subject="s", text="t"))

    assert contents(box) == 1


def test_content_stays_as_long_as_some_message_has_it(box: Box) -> None:
    first, second = box.save(Message(text="t"), Message(text="t"))
    box.run(box.store.delete([first], NEVER))

    assert (contents(box), box.load(second).text) == (1, "t\n")


def test_content_goes_with_the_last_message_that_has_it(box: Box) -> None:
    box.run(box.store.purge(box.save(Message(text="t"), Message(text="t")), NEVER))

    assert contents(box) == 0


def test_a_change_drops_the_content_before_it(box: Box) -> None:
    changed(box, box.save_one(Message(subject="old")), set_subject)

    assert contents(box) == 1


def test_a_change_back_to_the_content_of_another_message_shares_it(box: Box) -> None:
    first, second = box.save(Message(subject="a"), Message(subject="b"))
    box.run(box.store.save_changes(second, Message(subject="a"), NEVER))

    assert (contents(box), box.load(first).subject, box.load(second).subject) == (1, "a", "a")


def test_two_messages_of_one_content_have_overlays_of_their_own(box: Box) -> None:
    first, second = box.save(Message(text="t"), Message(text="t"))
    message = box.load(first)
    message[PidTagMessageClass] = "IPM.Own"
    box.run(box.store.save_changes(first, message, NEVER))

    assert box.load(second).message_class == "IPM.Note"


# The load limit

LARGE = Message(
    subject="large",
    text="body",
    attachments=[Attachment(b"x" * 5_000, filename="a.bin"), Message(subject="inside")],
)


def test_a_message_above_the_load_limit_has_its_body(box: Box) -> None:
    assert (box.load(box.save_one(LARGE), 1_000).text or "").strip() == "body"


def test_an_attachment_above_the_load_limit_names_the_call_that_streams_it(box: Box) -> None:
    loaded = box.load(box.save_one(LARGE), 1_000)

    with pytest.raises(NotLoaded, match=r"open_attachment\(0\)"):
        _ = loaded.attachments[0].data


def test_an_attachment_above_the_load_limit_has_its_name_and_size(box: Box) -> None:
    attachment = box.load(box.save_one(LARGE), 1_000).attachments[0]

    assert (attachment.filename, attachment.size_octets) == ("a.bin", 5_000)


def test_an_embedded_message_is_there_above_the_load_limit(box: Box) -> None:
    inside = box.load(box.save_one(LARGE), 1_000).attachments[1].message

    assert inside is not None and inside.subject == "inside"


def test_a_message_of_just_the_load_limit_is_loaded(box: Box) -> None:
    entry_id = box.save_one(LARGE)
    size = box.load(entry_id)[PidTagMessageSizeExtended]

    assert box.load(entry_id, size).attachments[0].data == b"x" * 5_000


def test_a_property_that_lies_over_the_content_is_there_above_the_load_limit(box: Box) -> None:
    message = LARGE.copy()
    message[PidTagMessageClass] = "IPM.Own"

    assert box.load(box.save_one(message), 1_000).message_class == "IPM.Own"


def test_a_change_above_the_load_limit_keeps_the_attachments(box: Box) -> None:
    entry_id = box.save_one(LARGE)
    message = box.load(entry_id, 1_000)
    message.subject = "new"
    box.run(box.store.save_changes(entry_id, message, NEVER))
    loaded = box.load(entry_id)

    assert (loaded.subject, loaded.attachments[0].data) == ("new", b"x" * 5_000)


def test_saving_above_the_load_limit_keeps_what_lies_over_the_content(box: Box) -> None:
    message = LARGE.copy()
    message[PidTagMessageClass] = "IPM.Own"
    entry_id = box.save_one(message)
    box.run(box.store.save_changes(entry_id, box.load(entry_id, 1_000), NEVER))

    assert box.load(entry_id).message_class == "IPM.Own"


# Entry ids that name nothing here

UseOfAMessage = Callable[[Box, EntryId], object]
USES: dict[str, UseOfAMessage] = {
    "load": lambda box, one: box.load(one),
    "row": lambda box, one: box.value(one, PidTagSubject),
    "save_changes": lambda box, one: box.run(box.store.save_changes(one, Message(), NEVER)),
    "set_read_flag": lambda box, one: box.run(box.store.set_read_flag([one], True, NEVER)),
    "move": lambda box, one: box.run(box.store.move([one], box.inbox, NEVER)),
    "copy": lambda box, one: box.run(box.store.copy([one], box.inbox, NEVER)),
    "delete": lambda box, one: box.run(box.store.delete([one], NEVER)),
    "submission": lambda box, one: box.run(box.store.submission(one, NEVER)),
    "retry": lambda box, one: box.run(box.store.retry(one, NEVER)),
    "abort": lambda box, one: box.run(box.store.abort(one, NEVER)),
}


@pytest.mark.parametrize(
    "name", [name for name in USES if name != "submission"]
)  # which is told of as long as it can be restored
def test_a_deleted_message_is_not_found(box: Box, name: str) -> None:
    gone = box.save_one(Message())
    box.run(box.store.delete([gone], NEVER))

    with pytest.raises(ObjectDeleted, match="message 1 is deleted; it can be restored"):
        USES[name](box, gone)


@pytest.mark.parametrize("use", USES.values(), ids=USES)
def test_a_message_of_another_store_is_not_found(box: Box, use: UseOfAMessage) -> None:
    number = box.save_one(Message()).number

    with pytest.raises(NotFound, match="another store"):
        use(box, EntryId(bytes(16), ObjectKind.MESSAGE, number))


@pytest.mark.parametrize("use", USES.values(), ids=USES)
def test_a_folder_is_not_taken_for_a_message(box: Box, use: UseOfAMessage) -> None:
    with pytest.raises(UsageError, match="another kind"):
        use(box, box.inbox)


MANY: dict[str, Callable[[Box, list[EntryId]], object]] = {
    "set_read_flag": lambda box, ids: box.run(box.store.set_read_flag(ids, True, NEVER)),
    "move": lambda box, ids: box.run(box.store.move(ids, box.special[SpecialFolder.DRAFTS], NEVER)),
    "copy": lambda box, ids: box.run(box.store.copy(ids, box.special[SpecialFolder.DRAFTS], NEVER)),
    "delete": lambda box, ids: box.run(box.store.delete(ids, NEVER)),
}


@pytest.mark.parametrize("use", MANY.values(), ids=MANY)
def test_a_call_for_several_messages_does_all_or_nothing(box: Box, use: Callable[[Box, list[EntryId]], object]) -> None:
    kept, gone = box.save(Message(), Message())
    box.run(box.store.delete([gone], NEVER))
    before = box.sql("select * from message")

    with pytest.raises(NotFound):
        use(box, [kept, gone])

    assert box.sql("select * from message") == before


# Rows and messages say the same


@pytest.mark.parametrize(
    "message",
    [
        Message(),
        Message(subject=""),
        Message(subject="\ud800 a"),
        Message(from_="Ann <ann@a.test>", to="b@b.test", cc=["c@c.test", "Dan <d@d.test>"], bcc="e@e.test"),
        Message(from_="FAX:+1 23", to="Bob [X400:/c=us/s=b]"),
        Message(from_="ann@a.test", sender="secretary@a.test", importance=2, sensitivity=3),
        Message(message_id="<1@a.test>", date=EPOCH, message_class="IPM.Own"),
    ],
    ids=range(7),
)
def test_a_promoted_value_is_that_of_the_loaded_message(box: Box, message: Message) -> None:
    entry_id = box.save_one(message)
    loaded = box.load(entry_id)

    def of_message(tag: Property[object]) -> object:
        return loaded.get(tag)

    tags = [cast("Property[object]", column.tag) for column in COLUMNS.values()]
    assert {tag.label: box.value(entry_id, tag) for tag in tags} == {tag.label: of_message(tag) for tag in tags}


def test_a_row_has_any_property_of_the_message_not_only_promoted_ones(box: Box) -> None:
    from msgcore.props.table import PidTagBody

    entry_id = box.save_one(Message(text="in the body"))

    assert str(box.value(entry_id, PidTagBody)).strip() == "in the body"


def test_a_column_that_the_message_lacks_holds_an_error(box: Box) -> None:
    from msgcore.props.table import PidTagBody

    box.save(Message())
    row: Row
    (row,) = box.query(columns=(PidTagBody,))

    assert row.error(PidTagBody) is not None


def test_a_count_is_the_number_of_rows(box: Box) -> None:
    box.save(*(Message(subject=str(n)) for n in range(7)))
    where: Restriction = PidTagSubject > "3"

    assert box.run(box.store.count(box.inbox, TableQuery((), where), NEVER)) == len(box.ids(where)) == 3
