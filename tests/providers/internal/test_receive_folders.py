"""Receive folders of the internal store, and delivery into them."""

from __future__ import annotations

import attrs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from msgcore.base.ids import EntryId
from msgcore.errors import UsageError
from msgcore.model import Message
from msgcore.props.table import PidTagMessageClass, PidTagParentEntryId, PidTagSubject
from msgcore.runtime import NEVER
from msgcore.spi.folders import Search
from msgcore.spi.outgoing_queue import OutgoingState
from msgcore.spi.store import Incoming, SpecialFolder
from tests.providers.internal.box import Box


def entries(box: Box) -> dict[str, EntryId]:
    return {one.message_class: one.folder for one in box.run(box.store.receive_folders(NEVER))}


def receiving(box: Box, message_class: str) -> EntryId:
    return box.run(box.store.receive_folder(message_class, NEVER)).folder


def receive(box: Box, message_class: str, folder: EntryId | None) -> None:
    box.run(box.store.set_receive_folder(message_class, folder, NEVER))


def of_class(message_class: str) -> Message:
    message = Message(subject="new")
    message[PidTagMessageClass] = message_class
    return message


def test_a_new_mailbox_has_the_entries_that_every_store_has(box: Box) -> None:
    """[MS-OXCSTOR] section 3.2.5.2: what people write and reports arrive in the inbox, what programs write in root."""
    root = box.special[SpecialFolder.ROOT]

    assert entries(box) == {"": box.inbox, "IPC": root, "IPM": box.inbox, "REPORT": box.inbox}


@pytest.mark.parametrize(
    ("message_class", "expected"),
    [
        ("IPM.Note", "IPM.Note"),
        ("IPM.Note.SMIME.MultipartSigned", "IPM.Note"),
        ("ipm.NOTE.x", "IPM.Note"),
        ("IPM.Notes", "IPM"),
        ("IPM", "IPM"),
        ("IPMX.Note", ""),
        ("", ""),
        ("IPM.Note..", "IPM.Note"),
        ("x" * 1_000, ""),
        ("IPM.Note." + "x." * 1_000, "IPM.Note"),
        ("\udc80\0", ""),
    ],
)
def test_the_longest_dotted_part_that_has_an_entry_decides(box: Box, message_class: str, expected: str) -> None:
    receive(box, "IPM.Note", box.folder("notes"))

    assert box.run(box.store.receive_folder(message_class, NEVER)).message_class == expected


classes = st.lists(st.sampled_from(["IPM", "Note", "a", "B", "x y"]), max_size=4).map(".".join)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(kept=st.lists(classes, max_size=4), asked=classes)
def test_an_entry_serves_its_class_and_those_below_it_that_have_none(box: Box, kept: list[str], asked: str) -> None:
    for message_class in set(entries(box)) - {""}:
        receive(box, message_class, None)
    own = {one.lower(): box.folder(f"for {one.lower()}") for one in kept if one}
    for message_class in filter(None, kept):
        receive(box, message_class, own[message_class.lower()])

    served = [one for one in own if f"{asked.lower()}.".startswith(f"{one}.")]
    assert receiving(box, asked) == (own[max(served, key=len)] if served else box.inbox)


def test_an_entry_keeps_its_spelling(box: Box) -> None:
    receive(box, "IPM.NoTe", box.folder("notes"))

    assert "IPM.NoTe" in entries(box)


def test_an_entry_is_changed_without_regard_to_case(box: Box) -> None:
    notes = box.folder("notes")
    receive(box, "ipm", notes)

    assert {one: folder for one, folder in entries(box).items() if one.lower() == "ipm"} == {"ipm": notes}


def test_a_dropped_entry_leaves_its_class_to_the_one_above(box: Box) -> None:
    receive(box, "IPM.Note", box.folder("notes"))
    receive(box, "ipm.note", None)

    assert receiving(box, "IPM.Note") == box.inbox


def test_the_entry_for_all_others_is_not_dropped(box: Box) -> None:
    with pytest.raises(UsageError, match="not dropped"):
        receive(box, "", None)


@pytest.mark.parametrize("message_class", ["IPM.", ".IPM", "IPM..Note", "é", "a\tb", "\x80", "x" * 256])
def test_what_is_no_message_class_gets_no_entry(box: Box, message_class: str) -> None:
    with pytest.raises(UsageError, match="no message class"):
        receive(box, message_class, box.inbox)


def test_the_longest_message_class_gets_an_entry(box: Box) -> None:
    receive(box, "x" * 255, box.inbox)

    assert "x" * 255 in entries(box)


def test_a_search_folder_receives_nothing(box: Box) -> None:
    search = Search(PidTagSubject.exists(), (box.inbox,))
    found = box.run(box.store.create_search_folder(box.inbox, "found", search, NEVER))

    with pytest.raises(UsageError, match="search folder"):
        receive(box, "IPM.Note", found)


def test_a_deleted_folder_takes_its_entry_along(box: Box) -> None:
    notes = box.folder("notes")
    receive(box, "IPM.Note", notes)
    box.run(box.store.delete_folder(notes, NEVER))

    assert receiving(box, "IPM.Note") == box.inbox


def test_when_the_folder_for_all_others_is_deleted_the_inbox_takes_its_place(box: Box) -> None:
    outer = box.folder("outer")
    inner = box.run(box.store.create_folder(outer, "inner", NEVER))
    receive(box, "", inner)
    box.run(box.store.delete_folder(outer, NEVER))

    assert receiving(box, "other") == box.inbox


def test_each_message_is_delivered_by_its_class(box: Box) -> None:
    notes = box.folder("notes")
    receive(box, "IPM.Note.Own", notes)
    incoming = [Incoming(of_class(one)) for one in ("IPM.Note.Own.X", "IPM.Note", "IPC.X")]

    delivered = box.run(box.store.deliver(incoming, NEVER))

    assert [box.value(one, PidTagParentEntryId) for one in delivered] == [
        bytes(one) for one in (notes, box.inbox, box.special[SpecialFolder.ROOT])
    ]


def test_a_message_of_no_class_is_delivered_as_a_note(box: Box) -> None:
    notes = box.folder("notes")
    receive(box, "IPM.Note", notes)

    (delivered,) = box.run(box.store.deliver([Incoming(Message(subject="plain"))], NEVER))

    assert box.value(delivered, PidTagParentEntryId) == bytes(notes)


def test_a_message_is_delivered_once_for_its_key(box: Box) -> None:
    incoming = [Incoming(Message(subject="once"), delivery_key=b"k")]

    assert box.run(box.store.deliver(incoming, NEVER)) == box.run(box.store.deliver(incoming, NEVER))


def test_the_report_of_a_submission_goes_where_reports_are_received(box: Box) -> None:
    reports = box.folder("reports")
    receive(box, "REPORT", reports)
    box.submit(Message(from_="a@a.test", to="b@b.test"))
    item = box.lock()
    assert item is not None

    sent = attrs.evolve(item, state=OutgoingState.SENT)
    box.run(box.store.settle(sent, [Incoming(of_class("REPORT.IPM.Note.NDR"))], NEVER))

    assert len(box.query(folder=reports)) == 1
