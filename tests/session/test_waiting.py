"""What waits can be seen and handled, also by whoever comes later."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, cast

import pytest

import msgcore
from msgcore import Deferred, Message, MessageStore, Refused, mime
from msgcore.errors import NotFound, UsageError
from msgcore.mta import AddressSpace, Connector, RouteTable
from msgcore.props import PidTagSubject
from msgcore.testing.servers import LoopbackSmtpServer
from tests.session.desk import Desk


def store_at(desk: Desk) -> MessageStore:
    return desk.open_store(f"sqlite:///{desk.folder / 'mail.db'}")


def test_a_submission_can_be_taken_up_again_by_another_session(desk: Desk) -> None:
    account = {"service": "internet-mail", "email": "a@a.test", "smtp": "smtp://127.0.0.1:9"}
    with desk.log_on(desk.mailbox("a.db"), account) as session:
        session.submit(Message(to="bob@b.test", subject="Hi"))
    with desk.log_on(desk.mailbox("a.db"), account) as session:
        (waiting,) = session.submissions()
        assert session.outcomes(waiting)["bob@b.test"].is_final is False
        session.retry_submit(bytes(waiting.entry_id))
        session.abort_submit(waiting)
        assert (session.submissions(), session.drafts.count()) == ((), 1)


def test_an_aborted_submission_ends_for_whoever_asks(desk: Desk) -> None:
    with desk.log_on(desk.mailbox("a.db")) as session:
        submission = session.submit(Message(from_="a@a.test", to="bob@b.test"))
        session.abort_submit(submission)
        outcome = session.outcomes(submission)["bob@b.test"]
        assert (type(outcome), outcome.text) == (Refused, "aborted before it was sent")


def test_what_waits_in_the_mta_is_listed_with_its_reason_and_connector(desk: Desk) -> None:
    url = f"sqlite:///{desk.folder / 'athena.db'}"
    with LoopbackSmtpServer(refusals={"bob@b.test": "451 4.2.1 busy"}) as server:
        route = Connector("out", "smtp", [AddressSpace("SMTP", "*")], options={"relay": server.url})
        with desk.open_organization(url, create=True) as org:
            org.add_mailbox("ann", addresses=["SMTP:ann@a.test"])
            org.set_routes(RouteTable([route]))
        with desk.log_on({"service": "organization", "url": url, "mailbox": "ann"}) as session:
            submission = session.submit(Message(to="bob@b.test", subject="Hi"))
            session.flush_queues()
            outcome = session.outcomes(submission)["bob@b.test"]
        with desk.open_organization(url) as org:
            (waiting,) = org.queued()
            org.retry()
            (due,) = org.queued()

    assert (type(outcome), outcome.note) == (Deferred, "connector out; in clear")
    assert (waiting.subject, waiting.tries, str(waiting.outcome)) == ("Hi", 1, "deferred 451 4.2.1 busy")
    assert due.due_at < waiting.due_at


def test_a_mailbox_that_is_there_may_be_found_instead_of_made(desk: Desk) -> None:
    url = f"sqlite:///{desk.folder / 'athena.db'}"
    with desk.open_organization(url, create=True) as org:
        made = org.add_mailbox("ann", addresses=["SMTP:ann@a.test"])
        assert org.add_mailbox("Ann", addresses=["SMTP:other@a.test"], exist_ok=True) == made
        with pytest.raises(UsageError, match="already"):
            org.add_mailbox("ann")


def test_a_folder_is_opened_by_its_name(desk: Desk) -> None:
    with store_at(desk) as store:
        made = store.root.create_folder("Projects")
        assert store.root.open_folder("projects").entry_id == made.entry_id
        (found,) = [facts for facts in store.root.folders() if facts.name == "Projects"]
        assert store.open_entry(found.entry_id).entry_id == made.entry_id
        with pytest.raises(NotFound, match="Nothing"):
            store.root.open_folder("Nothing")


def test_a_saved_message_keeps_the_time_at_which_it_arrived(desk: Desk) -> None:
    old = (
        b"Received: from a by b; Wed, 2 Jan 2002 03:04:05 +0000\r\nDate: Tue, 1 Jan 2002 03:04:05 +0000\r\n"
        b"Subject: old\r\n\r\nHello\r\n"
    )
    with store_at(desk) as store:
        store.inbox.save(mime.read(old))
        store.inbox.save(Message(subject="new"))
        newest, oldest = store.inbox.messages(newest_first=True)
        assert (newest.subject, oldest.received_at) == ("new", datetime(2002, 1, 2, 3, 4, 5, tzinfo=UTC))


@pytest.mark.parametrize(
    "name", ["Folder", "Item", "MessageStore", "Organization", "Session", "StoredMessage", "Table", "Transport"]
)
def test_every_public_method_for_blocking_code_says_what_it_does(name: str) -> None:
    members = inspect.getmembers(getattr(msgcore, name), inspect.isfunction)
    silent = [method for method, member in members if not method.startswith("_") and not member.__doc__]
    assert silent == []


def test_wrong_arguments_are_told_what_to_write(desk: Desk) -> None:
    with store_at(desk) as store:
        wrong: dict[str, Callable[[], object]] = {
            "property tags": lambda: store.inbox.contents_table(columns=cast(Any, ["subject"])),
            "ascending": lambda: store.inbox.contents_table(sort_order=cast(Any, [PidTagSubject])),
            "read_message": lambda: store.inbox.save(cast(Any, b"From: a")),
            "entry id": lambda: store.load_message(cast(Any, "abc")),
            "sqlite": lambda: desk.open_store(cast(Any, desk.folder / "x.db")),
            "octets": lambda: msgcore.read_message(cast(Any, "abc")),
            "to: need an address": lambda: Message(to=cast(Any, 5)),
            "to: need text": lambda: Message(to=cast(Any, [5])),
        }
        for complaint, call in wrong.items():
            with pytest.raises(UsageError, match=complaint):
                call()


def test_an_address_of_ones_own_domain_that_is_nobodys_can_be_refused_here(desk: Desk) -> None:
    """docs/mta.md: giving the domain to the mailboxes keeps it from going out through a broader space."""
    url = f"sqlite:///{desk.folder / 'athena.db'}"
    with LoopbackSmtpServer() as server:
        with desk.open_organization(url, create=True) as org:
            org.add_mailbox("ann", addresses=["SMTP:ann@a.test"])
            out = Connector("out", "smtp", [AddressSpace("SMTP", "*")], options={"relay": server.url})
            org.set_routes(RouteTable([out, Connector("ours", "mailbox", [AddressSpace("SMTP", "*@a.test")])]))
        with desk.log_on({"service": "organization", "url": url, "mailbox": "ann"}) as session:
            submission = session.submit(Message(to=["typo@a.test", "ann@a.test", "bob@b.test"]))
            session.flush_queues()
            outcomes = session.outcomes(submission)

        assert [type(outcomes[one]).__name__ for one in ("typo@a.test", "ann@a.test", "bob@b.test")] == [
            "Refused",
            "Delivered",
            "Accepted",
        ]
        assert len(server.received) == 1
