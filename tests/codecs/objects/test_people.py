"""People as properties, and back."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msgcore.base.one_off import flat_entry_list
from msgcore.codecs.objects.people import (
    address_of,
    entry_id_of,
    recipient_of_row,
    reply_addresses,
    reply_entries,
    row_of_recipient,
)
from msgcore.model.address import Address
from msgcore.model.message import Message
from msgcore.model.recipient import Recipient, RecipientKind, parse_recipients
from msgcore.props.table import (
    PidTagAddressType,
    PidTagDisplayName,
    PidTagEmailAddress,
    PidTagRecipientType,
    PidTagRowid,
    PidTagSenderSmtpAddress,
    PidTagSendRichInfo,
    PidTagSentRepresentingSmtpAddress,
    PidTagSmtpAddress,
)
from msgcore.props.tags import Property
from msgcore.testing.strategies import bare_names, typed_addresses
from tests.codecs.objects.memory_object import bag, read, written_and_read

EX = "/O=ACME/CN=RECIPIENTS/CN=ANN"


def row(*entries: tuple[Property[Any], object]) -> Recipient:
    return recipient_of_row(bag(entries))


@given(typed_addresses() | bare_names(), st.sampled_from(RecipientKind), st.integers(0, 9))
def test_a_recipient_survives_as_a_row(text: str, kind: RecipientKind, number: int) -> None:
    (recipient,) = parse_recipients(text, kind)
    again = recipient_of_row(bag(row_of_recipient(recipient, number)))

    assert (again, again.display_name, again.properties) == (recipient, recipient.display_name, ())


def test_what_a_row_says_besides_stays_with_the_recipient() -> None:
    recipient = row((PidTagEmailAddress, "ann@a.test"), (PidTagSendRichInfo, True), (PidTagRowid, 7))

    assert recipient.properties == ((PidTagSendRichInfo, True),)
    assert (PidTagSendRichInfo, True) in row_of_recipient(recipient, 0)


def test_people_of_an_exchange_directory_are_shown_by_their_smtp_address() -> None:
    recipient = row((PidTagAddressType, "EX"), (PidTagEmailAddress, EX), (PidTagSmtpAddress, "ann@a.test"))

    assert recipient.address == Address("SMTP", "ann@a.test")
    assert (recipient.get(PidTagAddressType), recipient.get(PidTagEmailAddress)) == ("EX", EX)
    assert dict(row_of_recipient(recipient, 0))[PidTagAddressType] == "EX"


def test_marks_of_the_role_do_not_hide_it() -> None:
    """0x80000000 says that a recipient has been served, 0x10000000 that this is whom a resent message goes to."""
    recipient = row((PidTagEmailAddress, "a@b.test"), (PidTagRecipientType, 0x80000002 - (1 << 32)))

    assert recipient.kind is RecipientKind.CC
    assert dict(row_of_recipient(recipient, 0))[PidTagRecipientType] == 0x80000002 - (1 << 32)


@pytest.mark.parametrize(
    ("parts", "address"),
    [
        (("Ann", "SMTP", "ann@a.test", None), Address("SMTP", "ann@a.test")),
        (("Ann", "smtp", "ann@a.test", None), Address("SMTP", "ann@a.test")),
        (("Ann", None, "ann@a.test", None), Address("SMTP", "ann@a.test")),
        (("Ann", None, None, "ann@a.test"), Address("SMTP", "ann@a.test")),
        (("Ann", "EX", EX, None), Address("EX", EX)),
        (("Ann", None, None, None), Address("", "", "Ann")),
        (("Ann", None, "not an address", None), Address("", "", "Ann")),
        ((None, None, None, None), None),
        ((None, "SMTP", None, None), None),
    ],
)
def test_an_address_is_made_of_what_there_is(parts: tuple[str | None, ...], address: Address | None) -> None:
    assert address_of(*parts) == address


def test_the_rows_come_in_the_order_of_roles() -> None:
    """To, Cc, Bcc, as they do from MIME."""
    message = read({}, [{PidTagEmailAddress: f"{n}@b.test", PidTagRecipientType: n} for n in (3, 1, 2)])

    assert [one.email_address for one in message.recipients] == ["1@b.test", "2@b.test", "3@b.test"]


@given(st.lists(typed_addresses(), max_size=4))
def test_addresses_for_replies_survive(texts: list[str]) -> None:
    addresses = [one.address for text in texts for one in parse_recipients(text, RecipientKind.TO)]
    again = reply_addresses(reply_entries(addresses), None)

    assert [(one, one.display_name or one.email_address) for one in again] == [
        (one, one.display_name or one.email_address) for one in addresses
    ]


def test_an_entry_of_an_address_book_is_known_by_its_name_only() -> None:
    entries = flat_entry_list([b"\0" * 28, entry_id_of(Address("SMTP", "a@b.test")) or b""])

    assert list(map(str, reply_addresses(entries, "Desk; a"))) == ["Desk", "a@b.test"]


@given(st.binary(max_size=80))
def test_no_entry_list_breaks_the_reader(octets: bytes) -> None:
    assert all(isinstance(one, Address) for one in reply_addresses(octets, "a; b"))


def test_a_name_of_a_row_is_read_from_either_property() -> None:
    assert row((PidTagDisplayName, "Ann"), (PidTagEmailAddress, "a@b.test")).display_name == "Ann"


def test_the_address_of_a_sender_is_not_that_of_another_from() -> None:
    message = written_and_read(Message(from_="FAX:+46 8 1", sender="desk@a.test"))

    assert (message.from_, message.sender) == (Address("FAX", "+46 8 1"), Address("SMTP", "desk@a.test"))
    assert PidTagSentRepresentingSmtpAddress not in message


def test_the_address_of_from_is_not_that_of_another_sender() -> None:
    message = written_and_read(Message(from_="ann@a.test", sender="FAX:+46 8 1"))

    assert (message.from_, message.sender) == (Address("SMTP", "ann@a.test"), Address("FAX", "+46 8 1"))
    assert PidTagSenderSmtpAddress not in message
