"""A message comes back from the store as it was saved."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from msgcore.codecs import mime
from msgcore.model import Address, Attachment, Message, RecipientKind, compare
from msgcore.props.bag import PropBag
from msgcore.props.table import (
    PidTagBody,
    PidTagConversationTopic,
    PidTagMessageClass,
    PidTagMessageDeliveryTime,
    PidTagReadReceiptRequested,
    PidTagSubject,
)
from msgcore.props.tags import Property, PropertyTag
from msgcore.props.types import PropertyType
from msgcore.runtime import NEVER
from msgcore.testing.modes import Mode
from msgcore.testing.strategies import composed_messages, mail_octets, properties
from tests.conftest import SOAK
from tests.providers.internal.box import Box
from tests.providers.internal.strategies import COLOUR, NUMBER

EXAMPLES = settings(max_examples=10_000 if SOAK else 60)


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory, empty_mailbox: bytes) -> Iterator[Box]:
    """One mailbox for every example."""
    path: Path = tmp_path_factory.mktemp("shelf") / "mail.db"
    path.write_bytes(empty_mailbox)
    with Box(Mode.BLOCKING, path) as opened:
        yield opened


@EXAMPLES
@given(composed_messages())
def test_a_composed_message_comes_back_the_same(shelf: Box, message: Message) -> None:
    """Embedded messages, recipients of any type, bare names and Bcc among them."""
    assert compare(message, shelf.load(shelf.save_one(message))) == ()


@EXAMPLES
@given(mail_octets())
def test_a_message_that_was_read_comes_back_octet_for_octet(shelf: Box, octets: bytes) -> None:
    assert mime.write(shelf.load(shelf.save_one(mime.read(octets)))) == octets


@EXAMPLES
@given(st.lists(properties(), max_size=8))
@example([(PropertyTag(0x6800, PropertyType.UNICODE, "Own"), "\ud800\udcff")])
def test_properties_that_mime_does_not_know_come_back_with_value_and_type(
    shelf: Box, given_properties: list[tuple[Property[object], object]]
) -> None:
    message = Message()
    for tag, value in given_properties:
        message[tag] = value

    assert compare(message, shelf.load(shelf.save_one(message))) == ()


@EXAMPLES
@given(mail_octets(), st.lists(properties(), max_size=3))
def test_properties_over_a_message_that_was_read_come_back(
    shelf: Box, octets: bytes, given_properties: list[tuple[Property[object], object]]
) -> None:
    message = mime.read(octets)
    for tag, value in given_properties:
        message[tag] = value

    assert compare(message, shelf.load(shelf.save_one(message))) == ()


@EXAMPLES
@given(composed_messages(), st.lists(properties(), max_size=2))
def test_a_loaded_message_saved_again_is_the_same(
    shelf: Box, message: Message, given_properties: list[tuple[Property[object], object]]
) -> None:
    for tag, value in given_properties:
        message[tag] = value
    first = shelf.load(shelf.save_one(message))

    assert compare(first, shelf.load(shelf.save_one(first))) == ()


@EXAMPLES
@given(composed_messages())
def test_saving_what_was_not_changed_keeps_the_content(shelf: Box, message: Message) -> None:
    entry_id = shelf.save_one(message)
    before = content_of(shelf, entry_id.number)
    shelf.run(shelf.store.save_changes(entry_id, shelf.load(entry_id), NEVER))

    assert content_of(shelf, entry_id.number) == before


def content_of(box: Box, number: int) -> tuple[bytes, str | None]:
    ((octets, overlay),) = box.sql(
        "select octets, overlay from message join content on content.id = content_id where message.id = ?", number
    )
    return octets, overlay


def test_a_body_is_not_kept_twice(box: Box) -> None:
    entry_id = box.save_one(Message(subject="s", text="Hello\nWorld", html="<p>Hello"))

    assert content_of(box, entry_id.number)[1] is None


@pytest.mark.parametrize("tag", [PidTagSubject, PidTagBody, COLOUR, PidTagMessageClass])
def test_a_deleted_property_stays_deleted(box: Box, tag: Property[str]) -> None:
    message = Message(subject="s", text="t", message_class="IPM.Own")
    message[COLOUR] = "red"
    loaded = box.load(box.save_one(message))
    del loaded[tag]

    assert box.load(box.save_one(loaded)).get(tag, "IPM.Note") == "IPM.Note"


def test_a_property_deleted_above_the_load_limit_stays_deleted(box: Box) -> None:
    message = mime.read(b"Subject: s\r\nThread-Topic: topic\r\n\r\n")
    message.attachments = [b"x" * 100]
    message.properties_set.discard(PidTagConversationTopic)

    assert box.load(box.save_one(message), 10).get(PidTagConversationTopic) is None


def test_a_property_of_one_type_takes_the_place_of_another_type(box: Box) -> None:
    as_text: PropertyTag[str] = PropertyTag(NUMBER.id, PropertyType.UNICODE, "Number")
    message = Message()
    message[NUMBER] = 5
    message[as_text] = "five"
    loaded = box.load(box.save_one(message))

    assert (loaded.get(as_text), loaded.get(NUMBER)) == ("five", None)


def test_recipients_of_any_type_and_role_come_back_in_order(box: Box) -> None:
    given_recipients = Message(
        to=["Bob <b@b.test>", Address("X400", "/c=us/s=bob", "Bob B"), Address("FAX", "+1 23")],
        cc=Address("MS", "NET/PO/BOB"),
        bcc="secret@b.test",
    ).recipients
    message = Message()
    message.recipients = given_recipients

    assert box.load(box.save_one(message)).recipients == given_recipients


def test_bcc_is_kept_in_the_store(box: Box) -> None:
    loaded = box.load(box.save_one(Message(to="a@a.test", bcc="secret@b.test")))

    assert [r.email_address for r in loaded.recipients if r.kind is RecipientKind.BCC] == ["secret@b.test"]


def test_an_embedded_message_comes_back_inside(box: Box) -> None:
    inner = Message(subject="inner", text="text", to="x@x.test", attachments=[Attachment(b"\0\xff", filename="å.bin")])
    loaded = box.load(box.save_one(Message(subject="outer", attachments=[inner])))
    inside = loaded.attachments[0].message

    assert inside is not None
    assert compare(inner, inside) == ()


def test_a_property_that_mime_carries_is_read_back_from_it(box: Box) -> None:
    message = Message(from_="a@a.test")
    message[PidTagReadReceiptRequested] = True

    assert box.load(box.save_one(message))[PidTagReadReceiptRequested] is True


def test_saving_does_not_change_the_message_that_was_given(box: Box) -> None:
    message = Message(subject="s", text="t", attachments=[b"x"])
    before = message.copy()
    box.save(message)

    assert (compare(message, before), message.get(PidTagMessageDeliveryTime)) == ((), None)


def test_a_value_of_a_kind_that_no_store_keeps_is_not_supported(box: Box) -> None:
    from msgcore.errors import NotSupported

    message = Message()
    message[PropertyTag[PropBag](0x6810, PropertyType.OBJECT, "Own")] = PropBag()

    with pytest.raises(NotSupported, match="Own"):
        box.save(message)
