"""Post offices as sessions, organisations and administrators use them."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

import msgcore
from msgcore import Message, ProfileAdmin, aio
from msgcore.errors import (
    Closed,
    ConnectionLost,
    InvalidAddress,
    NotFound,
    SetupError,
    StoreCorrupt,
    UnresolvedName,
    UsageError,
)
from msgcore.model import Deferred
from msgcore.mta import AddressSpace, Connector, RouteTable
from msgcore.props.tags import PS_PUBLIC_STRINGS, NamedProperty
from msgcore.props.types import PropertyType
from msgcore.providers.postoffice.office import Office, create_office
from msgcore.providers.postoffice.share import read_file
from msgcore.testing.organization import MemoryOrganization
from tests.providers.postoffice.boxes import deliver

COLOUR: NamedProperty[str] = NamedProperty(PS_PUBLIC_STRINGS, "Colour", PropertyType.UNICODE)


@pytest.fixture
def admin(tmp_path: Path, office: Office) -> ProfileAdmin:
    """Profiles of ann and bob, each with nothing but a mailbox of the post office."""
    admin = ProfileAdmin(tmp_path / "profiles")
    for name in ("ann", "bob"):
        admin.create(name, services=[{"service": "post-office", "path": office.path, "mailbox": name}])
    return admin


# From one mailbox to another.


def test_ann_writes_to_bob_and_he_answers(admin: ProfileAdmin) -> None:
    with msgcore.logon("ann", admin=admin) as ann:
        ann.submit(Message(to="Bob Berg", subject="Lunch", text="At noon?", attachments=[b"menu"]))
        ann.flush_queues()
        assert [item.subject for item in ann.sent_items.messages()] == ["Lunch"]
        identity = ann.primary_identity
    with msgcore.logon("bob", admin=admin) as bob:
        (item,) = bob.inbox.messages()
        letter = item.load()
        assert (letter.from_, letter.attachments[0].data) == (identity, b"menu")
        bob.submit(msgcore.reply(letter))
        bob.flush_queues()
    with msgcore.logon("ann", admin=admin) as ann:
        assert [item.subject for item in ann.inbox.messages()] == ["Re: Lunch"]


def test_properties_arrive_as_they_are(admin: ProfileAdmin) -> None:
    message = Message(to="MS:net/po1/BOB", subject="Colours")
    message[COLOUR] = "blue"
    with msgcore.logon("ann", admin=admin) as ann:
        ann.submit(message)
        ann.flush_queues()
    with msgcore.logon("bob", admin=admin) as bob:
        (item,) = bob.inbox.messages()
        assert item.load()[COLOUR] == "blue"


def test_who_is_written_to_in_secret_is_shown_to_nobody(admin: ProfileAdmin, office: Office) -> None:
    office.add_mailbox("cia", "", exist_ok=False)
    admin.create("cia", services=[{"service": "post-office", "path": office.path, "mailbox": "cia"}])
    with msgcore.logon("ann", admin=admin) as ann:
        ann.submit(Message(to="MS:NET/PO1/bob", bcc="MS:NET/PO1/cia", subject="Secret"))
        ann.flush_queues()
    for name in ("bob", "cia"):
        with msgcore.logon(name, admin=admin) as session:
            (item,) = session.inbox.messages()
            letter = item.load()
            assert [one.email_address for one in letter.recipients] == ["NET/PO1/bob"]
            assert b"cia" not in msgcore.mime.write(letter)


def test_who_has_no_mailbox_is_told_before_submit(admin: ProfileAdmin) -> None:
    to = ["Bob Berg", "MS:net/po1/BOB", "MS:NET/PO1/eve", "MS:NET/PO2/bob"]
    with msgcore.logon("ann", admin=admin) as ann:
        checks = ann.check_recipients(Message(to=to, subject="Hello"))

    assert [str(one) for one in checks] == [
        "Bob Berg is Bob Berg [MS:NET/PO1/bob]: post-office / NET/PO1: the mailbox of Bob Berg",
        "MS:net/po1/BOB: post-office / NET/PO1: the mailbox of Bob Berg",
        "MS:NET/PO1/eve: post-office: post office NET/PO1 has no mailbox 'eve'",
        "MS:NET/PO2/bob: post-office: MS:NET/PO2/bob: no such post office is known here",
    ]
    assert [one.is_claimed for one in checks] == [True, True, False, False]


def test_people_are_found_by_the_beginning_of_a_name(admin: ProfileAdmin, office: Office) -> None:
    office.add_mailbox("aal", "Bob Alm", exist_ok=False)
    with msgcore.logon("ann", admin=admin) as ann:
        found = [[one.display_name for one in ann.find_entries(name, limit=2)] for name in ("", "b", "aal", "zoe")]

    assert found == [["Ann Alm", "Bob Alm"], ["Bob Alm", "Bob Berg"], ["Bob Alm"], []]


def test_for_the_names_of_one_message_the_mailboxes_are_read_once(
    admin: ProfileAdmin, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[Path] = []

    def counted(path: Path) -> bytes | None:
        read.append(path)
        return read_file(path)

    with msgcore.logon("ann", admin=admin) as ann:
        monkeypatch.setattr("msgcore.providers.postoffice.office.read_file", counted)
        for _ in range(3):
            assert ann.resolve_name("Bob Berg").address.email_address == "NET/PO1/bob"
        facts = [path for path in read if path.name == "mailbox.json"]
        office.add_mailbox("cia", "Cia Berg", exist_ok=False)
        assert ann.resolve_name("Cia Berg").address.email_address == "NET/PO1/cia"

    assert len(facts) == 2


def test_a_mailbox_that_is_damaged_hides_no_other(
    admin: ProfileAdmin, office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    damaged = office.add_mailbox("cia", "", exist_ok=False)
    (damaged.place / "mailbox.json").write_bytes(b"\0\0")
    with msgcore.open_post_office(office.path) as opened:
        names = [one.name for one in opened.mailboxes()]
    with msgcore.logon("ann", admin=admin) as ann:
        found = ann.resolve_name("Bob Berg").address.email_address

    assert (names, found) == (["ann", "bob"], "NET/PO1/bob")
    assert "mailbox.json: is damaged" in caplog.text


def test_mail_to_a_mailbox_that_is_damaged_goes_to_nobody_of_a_longer_name(admin: ProfileAdmin, office: Office) -> None:
    damaged = office.add_mailbox("cia", "Cia Berg", exist_ok=False)
    office.add_mailbox("eve", "Cia Bergman", exist_ok=False)
    office.add_mailbox("fay", "cia", exist_ok=False)
    (damaged.place / "mailbox.json").write_bytes(b"\0\0")
    with msgcore.logon("ann", admin=admin) as ann:
        for name in ("Cia Berg", "cia"):
            with pytest.raises(StoreCorrupt, match="is damaged"):
                ann.submit(Message(to=name, subject="For Cia only"))
        with pytest.raises(UnresolvedName):
            ann.resolve_name("Zoe")


def test_mail_to_a_mailbox_that_has_lost_its_facts_waits_and_goes_to_nobody_else(
    admin: ProfileAdmin, office: Office
) -> None:
    """As while a backup is copied back; what is no mailbox at all, such as a folder of the file server, is nothing."""
    lost = office.add_mailbox("cia", "Cia Berg", exist_ok=False)
    office.add_mailbox("eve", "Cia Bergman", exist_ok=False)
    (lost.place / "mailbox.json").unlink()
    lost.place.with_name("@eadir").mkdir()
    with msgcore.logon("ann", admin=admin) as ann:
        with pytest.raises(StoreCorrupt, match="is missing"):
            ann.submit(Message(to="Cia Berg", subject="For Cia only"))
        found = ann.resolve_name("Bob Berg").address.email_address
    (outcome,) = deliver(office.path, "t1", "welcome", ["cia"]).values()

    assert (found, type(outcome), office.mailbox("@eadir")) == ("NET/PO1/bob", Deferred, None)


def test_nobody_of_that_name_is_reported_to_the_sender(admin: ProfileAdmin) -> None:
    with msgcore.logon("ann", admin=admin) as ann:
        submission = ann.submit(Message(to=["MS:NET/PO1/eve", "MS:NET/PO2/bob"], subject="Hello"))
        ann.flush_queues()
        assert {str(one.enhanced) for one in ann.outcomes(submission).values()} == {"5.1.1", "5.1.2"}
        assert [item.subject for item in ann.inbox.messages()] == ["Undeliverable: Hello"]


def test_a_name_that_two_have_is_ambiguous(admin: ProfileAdmin, office: Office) -> None:
    office.add_mailbox("bob2", "Bob Berg", exist_ok=False)
    with msgcore.logon("ann", admin=admin) as ann, pytest.raises(InvalidAddress, match="NET/PO1/bob2"):
        ann.submit(Message(to="bob berg", subject="Which?"))


def test_another_post_office_is_reached_by_its_folder(admin: ProfileAdmin, office: Office, tmp_path: Path) -> None:
    other = create_office(tmp_path / "other", "NET", "PO2")
    other.add_mailbox("dan", "", exist_ok=False)
    service = {"service": "post-office", "path": office.path, "mailbox": "ann", "others": [str(other.path)]}
    admin.create("both", services=[service])
    admin.create("dan", services=[{"service": "post-office", "path": other.path, "mailbox": "dan"}])
    with msgcore.logon("both", admin=admin) as ann:
        submission = ann.submit(Message(to=["MS:NET/PO2/dan", "MS:NET/PO1/bob"], subject="Hello"))
        ann.flush_queues()
        assert ann.outcomes(submission).all_accepted
    with msgcore.logon("dan", admin=admin) as dan:
        assert [item.subject for item in dan.inbox.messages()] == ["Hello"]


# Through an organisation.


def test_an_organisation_delivers_into_a_post_office_with_all_properties(admin: ProfileAdmin, office: Office) -> None:
    spaces = [AddressSpace("MS", "NET/PO1/*", cost=1)]
    connector = Connector("workgroup", gateway="post-office", spaces=spaces, options={"path": str(office.path)})
    organization = MemoryOrganization({"eva": "eva@a.test"}, routes=RouteTable([connector]))
    message = Message(to=["MS:NET/PO1/bob", "MS:NET/PO1/nobody"], subject="From outside")
    message[COLOUR] = "red"
    with msgcore.logon(organization.profile("eva")) as eva:
        submission = eva.submit(message)
        eva.flush_queues()
        assert [type(one).__name__ for one in eva.outcomes(submission).values()] == ["Delivered", "Refused"]
    with msgcore.logon("bob", admin=admin) as bob:
        (item,) = bob.inbox.messages()
        letter = item.load()
        assert (letter[COLOUR], letter.source and letter.source.form) == ("red", "tnef")


def test_a_connector_that_names_no_folder_lets_mail_wait() -> None:
    """A table of routes is made before the share is there."""
    connector = Connector("workgroup", gateway="post-office", spaces=[AddressSpace("MS", "NET/PO1/*", cost=1)])
    organization = MemoryOrganization({"eva": "eva@a.test"}, routes=RouteTable([connector]))
    with msgcore.logon(organization.profile("eva")) as eva:
        submission = eva.submit(Message(to="MS:NET/PO1/bob", subject="Wait"))
        eva.flush_queues()
        (outcome,) = eva.outcomes(submission).values()
        assert "option path" in f"{outcome}"


# A profile that does not fit.


@pytest.mark.parametrize(
    ("folder", "mailbox", "kind"),
    [("office", "eve", SetupError), ("profiles", "ann", SetupError), ("nowhere", "ann", ConnectionLost)],
    ids=["no such mailbox", "no post office", "no share"],
)
def test_a_service_that_cannot_be_opened_says_why(
    admin: ProfileAdmin, tmp_path: Path, folder: str, mailbox: str, kind: type[Exception]
) -> None:
    admin.create("wrong", services=[{"service": "post-office", "path": tmp_path / folder, "mailbox": mailbox}])
    with pytest.raises(kind, match=rf"{folder}|{mailbox}"):
        msgcore.logon("wrong", admin=admin)


# Administration.


def test_mailboxes_are_made_listed_and_removed(tmp_path: Path) -> None:
    with msgcore.open_post_office(tmp_path / "new", network="NET", name="PO1", create=True) as office:
        made = office.add_mailbox("Ann", display_name="Ann Alm")
        assert office.add_mailbox("ANN", exist_ok=True) == made
        with pytest.raises(UsageError, match="Ann"):
            office.add_mailbox("ann")
        office.add_mailbox("..")
        assert [one.address.typed for one in office.mailboxes()] == ["MS:NET/PO1/..", "MS:NET/PO1/Ann"]
        office.remove_mailbox("aNN")
        with pytest.raises(NotFound, match="Ann"):
            office.remove_mailbox("Ann")
        assert [one.name for one in office.mailboxes()] == [".."]
    with pytest.raises(Closed):
        office.mailboxes()


def test_what_would_start_a_new_field_is_no_display_name(office: Office) -> None:
    with pytest.raises(UsageError, match="display name"):
        office.add_mailbox("eve", "Eve\r\nBcc: all@a.test", exist_ok=False)
    assert office.mailbox("eve") is None


@pytest.mark.parametrize("name", ["", "  ", "a/b", "a\nb", "x" * 65])
def test_what_is_no_part_of_an_address_names_no_mailbox(office: Office, name: str) -> None:
    with pytest.raises(UsageError):
        office.add_mailbox(name, "", exist_ok=False)


def test_asyncio_code_administers_it_too(tmp_path: Path) -> None:
    async def main() -> list[str]:
        async with aio.open_post_office(tmp_path / "new", network="NET", name="PO1", create=True) as office:
            await office.add_mailbox("ann")
            return [one.name for one in await office.mailboxes()]

    assert asyncio.run(main()) == ["ann"]


@pytest.mark.parametrize(
    ("folder", "facts", "kind"),
    [
        ("nowhere", {}, ConnectionLost),
        ("empty", {}, NotFound),
        ("empty", {"create": True}, UsageError),
        ("office", {"network": "NET", "name": "PO2"}, UsageError),
        ("office", {"network": "NET", "name": "PO2", "create": True}, UsageError),
        (".", {"network": "NET", "name": "PO2", "create": True}, UsageError),
    ],
    ids=["no folder", "no post office", "no name", "another one", "another one again", "other files"],
)
def test_a_folder_that_is_something_else_is_not_opened(
    office: Office, tmp_path: Path, folder: str, facts: dict[str, object], kind: type[Exception]
) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(kind):
        msgcore.open_post_office(tmp_path / folder, **facts)  # type: ignore[arg-type]  # as a table has them


def test_the_same_post_office_is_opened_again(office: Office) -> None:
    with msgcore.open_post_office(office.path, network="net", name="po1", create=True) as again:
        assert (again.network, again.name, len(again.mailboxes())) == ("NET", "PO1", 2)
