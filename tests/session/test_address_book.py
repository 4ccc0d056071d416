"""The personal address book, names that are resolved from it, and lists that are expanded at submit."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle
from typing import Any, cast

import pytest

from msgcore import Message, RecipientKind
from msgcore.blocking.address_book import AddressBook
from msgcore.blocking.session import Session
from msgcore.errors import (
    AmbiguousName,
    InvalidAddress,
    MalformedMessage,
    NotFound,
    NotSupported,
    UnresolvedName,
    UsageError,
)
from msgcore.model.address import MAPIPDL, Address
from msgcore.props.table import (
    PidLidDistributionListChecksum,
    PidLidDistributionListMembers,
    PidLidDistributionListOneOffMembers,
    PidLidDistributionListStream,
    PidLidEmail1EmailAddress,
    PidLidEmail2EmailAddress,
    PidTagDisplayName,
    PidTagMessageClass,
)
from msgcore.spi.addressbook import AddressBookEntry
from tests.flow.modes import Mode
from tests.session.desk import MEMORY, Desk
from tests.session.services import memory

PEOPLE = ("Ann <ann@book.test>",)


@pytest.fixture
def session(desk: Desk) -> Iterator[Session]:
    with desk.log_on() as session:
        yield session


@pytest.fixture
def book(session: Session) -> AddressBook:
    return session.address_book


def names(book: AddressBook) -> list[str]:
    return [one.display_name for one in book.entries()]


def members(book: AddressBook, name: str) -> list[str]:
    return [str(one) for one in book.members(name)]


def sent_to(session: Session, message: Message) -> list[str]:
    """Send, and say whom the transport was given."""
    session.submit(message)
    session.flush_queues()
    return [str(one) for envelope, _ in memory().taken for one in envelope.recipients]


# What is in it


def test_people_and_lists_are_listed_by_name(book: AddressBook) -> None:
    book.add_person("Cid Carr", "cid@c.test")
    book.add_list("Band")
    book.add_person("ann alm", "Someone Else <ann@a.test>")

    assert [str(one) for one in book.entries()] == [
        "ann alm <ann@a.test>",
        "Band [MAPIPDL:Band]",
        "Cid Carr <cid@c.test>",
    ]


def test_entries_are_those_that_a_name_begins(book: AddressBook) -> None:
    for name in ("Bob Berg", "Bea Bok", "Cid Carr"):
        book.add_person(name, f"{name[:3].lower()}@a.test")

    assert [one.display_name for one in book.entries("ber b")] == ["Bob Berg"]


def test_it_is_there_at_the_next_logon(desk: Desk) -> None:
    with desk.log_on() as session:
        session.address_book.add_person("Bob Berg", "bob@b.test", nickname="bobby")
    with desk.log_on() as session:
        assert str(session.resolve_name("bobby")) == "Bob Berg <bob@b.test>"


def test_a_person_may_have_an_address_of_any_type(book: AddressBook) -> None:
    assert str(book.add_person("Bob's fax", "FAX:+46 8 1")) == "Bob's fax [FAX:+46 8 1]"


def test_entries_are_contacts_of_the_folder(session: Session, book: AddressBook) -> None:
    book.add_list("Band", [book.add_person("Bob Berg", "bob@b.test")])
    table = session.contacts.contents_table(
        columns=[PidTagMessageClass, PidTagDisplayName], sort_order=[PidTagDisplayName.ascending()]
    )

    rows = [(row[PidTagMessageClass], row[PidTagDisplayName]) for row in table.query_rows(10)]
    assert rows == [("IPM.DistList", "Band"), ("IPM.Contact", "Bob Berg")]


def test_a_contact_of_another_program_goes_by_its_first_address(session: Session, book: AddressBook) -> None:
    contact = Message(message_class="IPM.Contact.Custom", subject="Dan Dorn")
    contact[PidLidEmail2EmailAddress] = "dan@d.test"
    session.contacts.save(contact)
    session.contacts.save(Message(message_class="IPM.Contact", subject="Nobody's address"))
    session.contacts.save(Message(subject="a note"))

    assert [str(one) for one in book.entries()] == ["Dan Dorn <dan@d.test>"]


def test_what_else_a_contact_says_stays_when_it_is_changed(session: Session, book: AddressBook) -> None:
    contact = Message(message_class="IPM.Contact", subject="Dan", text="met at the fair")
    contact[PidLidEmail1EmailAddress] = "dan@d.test"
    entry_id = session.contacts.save(contact)
    book.change("Dan", address="dan@new.test", nickname="danny")

    assert (str(session.load_message(entry_id).text).strip(), str(session.resolve_name("danny"))) == (
        "met at the fair",
        "Dan <dan@new.test>",
    )


def test_a_list_is_written_as_outlook_reads_it(session: Session, book: AddressBook) -> None:
    """MS-OXOCNTC sections 2.2.2.2.1 to 2.2.2.2.4 and 3.1.5.11; the checksum begins with zero and is not inverted."""
    bob = book.add_person("Bob Berg", "bob@b.test")
    inner = book.add_list("Inner")
    outer = book.add_list("Outer", [bob, inner, "eva@e.test"])
    contact = session.load_message(outer.entry_id)
    one_offs = [Address("SMTP", "bob@b.test", "Bob Berg"), inner.address, Address("SMTP", "eva@e.test")]

    wrapped = "00000000c091add3519dcf11a4a900aa0047faa4"
    assert [one.hex() for one in contact[PidLidDistributionListMembers]] == [
        f"{wrapped}c3{bob.entry_id.hex()}",
        f"{wrapped}b4{inner.entry_id.hex()}",
        one_offs[2].one_off_entry_id().hex(),
    ]
    assert contact[PidLidDistributionListOneOffMembers] == tuple(one.one_off_entry_id() for one in one_offs)


def test_one_offs_count_only_while_the_members_are_those_they_were_written_for(
    session: Session, book: AddressBook
) -> None:
    bob = book.add_person("Bob Berg", "bob@b.test")
    entry = book.add_list("Band", [bob, "eva@e.test"])
    book.remove(bob)
    with session.open_message(entry.entry_id) as contact:
        contact.message[PidLidDistributionListChecksum] += 1
        contact.save_changes()

    assert members(book, "Band") == ["eva@e.test"]


@pytest.mark.parametrize(("kind", "address"), [(0xC3, "bob@b.test"), (0xD3, "bob@work.test"), (0x93, "+46 8 1")])
def test_of_a_contact_with_several_addresses_the_one_that_a_list_means_is_its_member(
    session: Session, book: AddressBook, kind: int, address: str
) -> None:
    """MS-OXOCNTC section 2.2.2.2.4.1.1: the first and the second e-mail address, and a fax number."""
    bob = book.add_person("Bob Berg", "bob@b.test")
    with session.open_message(bob.entry_id) as contact:
        contact.message[PidLidEmail2EmailAddress] = "bob@work.test"
        contact.save_changes()
    entry = book.add_list("Band", [bob])
    with session.open_message(entry.entry_id) as contact:
        (own,) = contact.message[PidLidDistributionListMembers]
        contact.message[PidLidDistributionListMembers] = (own[:20] + bytes([kind]) + own[21:],)
        contact.message[PidLidDistributionListOneOffMembers] = (Address("FAX", "+46 8 1", "Bob").one_off_entry_id(),)
        del contact.message[PidLidDistributionListChecksum]
        contact.save_changes()

    assert [one.address.email_address for one in book.members("Band")] == [address]


def test_a_large_list_is_written_as_outlook_reads_it(session: Session, book: AddressBook) -> None:
    """MS-OXOCNTC section 2.2.2.2.4: from 15,000 octets on the members are one stream, and nothing else counts."""
    entry = book.add_list("Choir", [f"a{number:03}@a.test" for number in range(250)])
    contact = session.load_message(entry.entry_id)
    stream = contact[PidLidDistributionListStream]
    first, last = (Address("SMTP", f"a{number:03}@a.test").one_off_entry_id() for number in (0, 249))
    large = (len(members(book, "Choir")), members(book, "Choir")[-1])
    with session.open_message(entry.entry_id) as opened:
        opened.message[PidLidDistributionListMembers] = (Address("SMTP", "old@a.test").one_off_entry_id(),)
        opened.save_changes()
    ignored = len(members(book, "Choir"))
    book.set_members("Choir", "b@a.test")

    total = (250 * len(first)).to_bytes(4, "little")
    size = len(first).to_bytes(4, "little")
    assert stream.startswith(bytes.fromhex("010000000000000000000000 fa000000") + total + total + bytes(4))
    assert stream[28:].startswith(size + first + size + first + bytes(4))
    assert stream.endswith(size + last + size + last + bytes(12))
    assert PidLidDistributionListMembers not in contact
    assert (large, ignored, members(book, "Choir")) == ((250, "a249@a.test"), 250, ["b@a.test"])


def test_a_large_list_that_is_cut_short_goes_to_nobody(session: Session, book: AddressBook) -> None:
    entry = book.add_list("Choir", [f"a{number:03}@a.test" for number in range(250)])
    with session.open_message(entry.entry_id) as contact:
        contact.message[PidLidDistributionListStream] = contact.message[PidLidDistributionListStream][:9_000]
        contact.save_changes()

    with pytest.raises(MalformedMessage):
        session.submit(Message(to="Choir"))
    assert list(session.outbox.messages()) == []


# Changing it


def test_a_member_is_followed_when_its_address_changes(book: AddressBook) -> None:
    book.add_person("Bob Berg", "bob@b.test")
    book.add_list("Band", ["Bob Berg", "eva@e.test"])
    book.change("bob berg", address="bob@new.test")

    assert members(book, "Band") == ["Bob Berg <bob@new.test>", "eva@e.test"]


def test_a_member_that_was_removed_stays_with_its_address(book: AddressBook) -> None:
    book.add_list("Band", [book.add_person("Bob Berg", "bob@b.test")])
    book.remove("Bob Berg")

    assert members(book, "Band") == ["Bob Berg <bob@b.test>"]


def test_members_are_set_added_once_and_removed(book: AddressBook) -> None:
    book.add_list("Band", "a@a.test, b@a.test")
    book.add_members("band", ["B@a.test", "c@a.test"])
    book.remove_members("band", "a@a.test")
    added = members(book, "Band")
    book.set_members("Band", Address("FAX", "+1"))

    assert (added, members(book, "Band")) == (["b@a.test", "c@a.test"], ["FAX:+1"])


def test_of_several_who_change_one_list_at_once_none_loses_a_change(desk: Desk, book: AddressBook) -> None:
    leaving, coming = ([f"{word}{number}@a.test" for number in range(4)] for word in ("old", "new"))
    band = book.add_list("Band", leaving)

    changes: list[tuple[str, str]] = [("remove_members", one) for one in leaving]
    changes += [("add_members", one) for one in coming]
    _make_side_by_side(desk, [book], [*changes, ("change", "Choir")], band)

    assert (names(book), sorted(members(book, "Choir"))) == (["Choir"], coming)


def test_of_several_programs_that_change_one_list_none_loses_a_change(desk: Desk, book: AddressBook) -> None:
    """Each has a session of its own on the store."""
    coming = [f"new{number}@a.test" for number in range(8)]
    band = book.add_list("Band", [])

    with desk.log_on() as one, desk.log_on() as other:
        books = [one.address_book, other.address_book]
        _make_side_by_side(desk, books, [("add_members", person) for person in coming], band)

    assert sorted(members(book, "Band")) == coming


def _make_side_by_side(
    desk: Desk, books: Sequence[AddressBook], changes: Sequence[tuple[str, str]], band: AddressBookEntry
) -> None:
    """Make changes of one list at the same time, from threads or tasks."""

    def change(of: Any, method: str, given: str) -> Any:
        return of.change(band, name=given) if method == "change" else getattr(of, method)(band, given)

    if desk.mode is Mode.BLOCKING:
        with ThreadPoolExecutor(len(changes)) as threads:
            for task in [threads.submit(change, book, *one) for book, one in zip(cycle(books), changes)]:
                task.result()
        return

    async def make_all() -> None:
        inner = cycle([cast(Any, book).inner for book in books])
        await asyncio.gather(*(change(book, *one) for book, one in zip(inner, changes)))  # noqa: B905

    desk.run(make_all())


def test_what_another_session_does_to_the_folder_is_seen(desk: Desk) -> None:
    """Entries are remembered between calls: what is new, changed, moved away or deleted since is read."""
    with desk.log_on() as session, desk.log_on() as other:
        here, there = session.address_book, other.address_book
        ann, bob, cid = (there.add_person(name, f"{name}@a.test") for name in ("ann", "bob", "cid"))
        before = names(here)
        there.change(ann, name="zoe")
        there.remove(bob)
        other.drafts.move_here([cid.entry_id])
        there.add_person("dan", "dan@a.test")
        other.contacts.save_associated(Message(message_class="IPM.Contact", subject="nobody"))

        assert (before, names(here)) == (["ann", "bob", "cid"], ["dan", "zoe"])


def test_a_list_is_renamed(book: AddressBook) -> None:
    book.add_list("Band", "a@a.test")
    book.change("Band", name="The Band")
    book.change("The Band", name="THE BAND")  # itself is nobody else

    assert (names(book), members(book, "the band")) == (["THE BAND"], ["a@a.test"])


def test_a_person_and_a_list_may_have_one_name(book: AddressBook) -> None:
    book.add_person("Berg", "berg@b.test")
    book.add_list("Berg", "a@a.test")

    assert members(book, "Berg") == ["a@a.test"]


def test_what_is_removed_is_gone(book: AddressBook) -> None:
    bob = book.add_person("Bob Berg", "bob@b.test")
    book.remove(bob, book.add_list("Band"))

    assert names(book) == []
    with pytest.raises(NotFound, match="no entry of Personal Folders"):
        book.change(bob, name="Bob")


REFUSED: list[tuple[Callable[[AddressBook], object], type[Exception], str]] = [
    (lambda book: book.add_person(" ", "a@a.test"), UsageError, "needs a name"),
    (lambda book: book.add_person("Bob", "Bob"), InvalidAddress, "needs an address"),
    (lambda book: book.add_person("Bob", "MAPIPDL:Band"), InvalidAddress, "needs an address"),
    (lambda book: book.add_list("BAND"), UsageError, "there is a list 'BAND' already"),
    (lambda book: book.change("Other", name="Band"), UsageError, "there is a list 'Band' already"),
    (lambda book: book.change("Band", address="a@a.test"), UsageError, "is a list"),
    (lambda book: book.members("Ann One"), NotFound, "is no list"),
    (lambda book: book.members("Nobody"), NotFound, "no entry of the name 'Nobody'"),
    (lambda book: book.remove("An"), NotFound, "no entry of the name 'An'"),  # a beginning is not enough
    (lambda book: book.remove("Twin"), AmbiguousName, "several; give the entry"),
    (lambda book: book.add_members("Band", "Nobody"), UnresolvedName, "give the address"),
    (lambda book: book.add_members("Band", ["Twin"]), AmbiguousName, "several"),
    (lambda book: book.add_members("Band", cast(Any, 7)), UsageError, "members: need"),
]


@pytest.mark.parametrize(("call", "error", "text"), REFUSED)
def test_what_cannot_be_is_refused_and_changes_nothing(
    book: AddressBook, call: Callable[[AddressBook], object], error: type[Exception], text: str
) -> None:
    for name, address in (("Ann One", "ann@a.test"), ("Twin", "t1@a.test"), ("Twin", "t2@a.test")):
        book.add_person(name, address)
    book.add_list("Band")
    book.add_list("Other")
    before = book.entries()

    with pytest.raises(error, match=text):
        call(book)
    assert (book.entries(), members(book, "Band")) == (before, [])


def test_a_store_without_contacts_has_no_address_book(desk: Desk) -> None:
    with desk.log_on(MEMORY) as session, pytest.raises(NotSupported):
        _ = session.address_book


# Names and lists at submit


def test_a_name_is_found_in_the_address_books_of_all_services(desk: Desk) -> None:
    with desk.log_on(desk.mailbox(), MEMORY, {"service": "book", "people": PEOPLE}) as session:
        session.address_book.add_person("Bob Berg", "bob@b.test")

        assert sent_to(session, Message(to=["ann", "berg"])) == [
            "Ann <ann@book.test>",
            "Bob Berg <bob@b.test>",
        ]


def test_the_first_address_book_of_the_profile_decides_on_an_exact_name(desk: Desk) -> None:
    books: list[dict[str, object]] = [desk.mailbox(), MEMORY, {"service": "book", "people": PEOPLE}]
    with desk.log_on(*books) as session:
        session.address_book.add_person("Ann", "ann@own.test")
        own = session.resolve_name("Ann")
    with desk.log_on(*reversed(books)) as session:
        other = session.resolve_name("Ann")

    assert (own.address.email_address, other.address.email_address) == ("ann@own.test", "ann@book.test")


def test_entries_of_all_address_books_that_can_be_browsed_are_found(desk: Desk) -> None:
    with desk.log_on(desk.mailbox(), MEMORY, {"service": "book", "people": PEOPLE}) as session:
        session.address_book.add_person("Ann Alm", "ann@a.test")

        assert [str(one) for one in session.find_entries("ann")] == ["Ann Alm <ann@a.test>"]


def test_a_list_goes_to_its_members_once(session: Session, book: AddressBook) -> None:
    book.add_list("Inner", ["bob@b.test", "eva@e.test"])
    book.add_list("Outer", ["Inner", "Cid <cid@c.test>", "BOB@b.test"])

    assert sent_to(session, Message(to="Outer", bcc="eva@e.test")) == ["bob@b.test", "Cid <cid@c.test>", "eva@e.test"]


def test_a_list_in_bcc_is_named_to_nobody(session: Session, book: AddressBook) -> None:
    book.add_list("Band", ["bob@b.test", "eva@e.test"])
    session.submit(Message(to="cid@c.test", bcc="Band"))
    (item,) = session.outbox.messages()

    kinds = [(one.email_address, one.kind) for one in item.load().recipients]
    assert kinds == [
        ("cid@c.test", RecipientKind.TO),
        ("bob@b.test", RecipientKind.BCC),
        ("eva@e.test", RecipientKind.BCC),
    ]


def test_a_list_inside_itself_is_sent_and_told(
    session: Session, book: AddressBook, caplog: pytest.LogCaptureFixture
) -> None:
    book.add_list("One", "bob@b.test")
    book.add_list("Two", ["One", "eva@e.test"])
    book.add_members("One", "Two")
    with caplog.at_level(logging.WARNING, "msgcore.session"):
        found = sent_to(session, Message(to="One"))

    assert found == ["bob@b.test", "eva@e.test"]
    assert "list 'One' is inside itself (One > Two > One)" in caplog.text


def test_a_list_whose_member_is_a_list_that_is_gone_is_refused(session: Session, book: AddressBook) -> None:
    book.add_list("Inner", "bob@b.test")
    book.add_list("Outer", ["Inner", "eva@e.test"])
    book.remove("Inner")
    with pytest.raises(UnresolvedName, match="list 'Outer' has a member that is a list, and gone"):
        session.submit(Message(to="Outer"))
    book.remove_members("Outer", [one for one in book.members("Outer") if one.is_list])

    assert sent_to(session, Message(to="Outer")) == ["eva@e.test"]


def test_a_message_to_nobody_but_an_empty_list_is_refused(session: Session, book: AddressBook) -> None:
    book.add_list("Nobody")
    (check,) = session.check_recipients(Message(to="Nobody"))
    with pytest.raises(UsageError, match="nobody in the lists"):
        session.submit(Message(to="Nobody"))

    assert (check.is_claimed, "without members" in check.reason) == (False, True)


def test_a_check_tells_of_each_member_who_takes_it(session: Session, book: AddressBook) -> None:
    book.add_list("Inner", ["eva@e.test", "bob@b.test"])
    book.add_list("Outer", ["FAX:+1", "Inner"])
    book.add_members("Inner", "Outer")

    assert [str(one) for one in session.check_recipients(Message(to=["Outer", "bob@b.test"]))] == [
        "Outer: a personal list of 3, expanded at submit; "
        "list 'Outer' is inside itself (Outer > Inner > Outer), where it is passed over",
        "Outer > FAX:+1: nobody: no service of this profile takes FAX",
        "Outer > Inner > eva@e.test: memory: takes SMTP",
        "Outer > Inner > bob@b.test: memory: takes SMTP; is a recipient otherwise, and gets it once",
        "bob@b.test: memory: takes SMTP",
    ]


def test_a_check_says_whom_a_name_stands_for(session: Session, book: AddressBook) -> None:
    book.add_person("Bob Berg", "bob@b.test")
    named, unknown = session.check_recipients(Message(to=["bob", "zoe"]))

    assert (str(named), named.address) == (
        "bob is Bob Berg <bob@b.test>: memory: takes SMTP",
        Address("SMTP", "bob@b.test"),
    )
    assert (unknown.is_claimed, unknown.address) == (False, None)


def test_a_list_may_be_given_by_its_address(session: Session, book: AddressBook) -> None:
    band = book.add_list("The Band", "bob@b.test")

    assert sent_to(session, Message(to=[band.address], cc=f"Us [{MAPIPDL}:the band]")) == ["bob@b.test"]
