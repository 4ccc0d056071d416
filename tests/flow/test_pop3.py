"""Mail is retrieved from Dovecot over POP3, by profiles whose policies differ."""

from __future__ import annotations

import poplib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from msgcore import Message, ProfileAdmin, mime
from msgcore.blocking.session import Session
from tests.flow.folders import personal_folders, subjects
from tests.flow.modes import Api
from tests.servers import PASSWORDS, Authority, Dovecot

pytestmark = pytest.mark.interop

Logon = Callable[..., Session]


def letter(subject: str, text: str = "Hello") -> bytes:
    return mime.write(Message(from_="bob@example.test", to="alice@example.test", subject=subject, text=text))


def waiting(dovecot: Dovecot) -> list[str]:
    """Give the subjects of what is in the maildrop."""
    return [mime.read(octets).subject for octets in dovecot.waiting("alice")]


@pytest.fixture
def maildrop(dovecot: Dovecot) -> Dovecot:
    """A maildrop of three letters: one, two and three."""
    dovecot.empty("alice")
    dovecot.put("alice", [letter("one"), letter("two", "Hello " * 200), letter("three")])
    return dovecot


@pytest.fixture
def logon(
    api: Api, admin: ProfileAdmin, authority: Authority, maildrop: Dovecot, password: str, tmp_path: Path
) -> Iterator[Logon]:
    """Log on to a profile with a maildrop and a store; ``name`` names another one of the same maildrop."""
    sessions: list[Session] = []

    def logon(name: str = "work", **policy: object) -> Session:
        folder = tmp_path / name
        folder.mkdir(exist_ok=True)
        account = {
            "service": "pop3", "name": "maildrop", "url": f"pop3s://localhost:{maildrop.pop3s}", "user": "alice",
            "password": password, "ca_file": str(authority.ca_file), **policy,
        }  # fmt: skip
        admin.create(name, [account, personal_folders(folder)])
        sessions.append(api.logon(name, admin).__enter__())
        return sessions[-1]

    yield logon
    for session in sessions:
        session.__exit__(None, None, None)


def poplib_session(dovecot: Dovecot, authority: Authority) -> poplib.POP3_SSL:
    client = poplib.POP3_SSL(dovecot.host, dovecot.pop3s, context=authority.client_context())
    client.user("alice")
    client.pass_(PASSWORDS["alice"])
    return client


# What is stored


def test_what_waits_is_stored_in_the_order_of_its_arrival(logon: Logon) -> None:
    session = logon()
    session.receive()

    assert subjects(session.inbox) == ["one", "two", "three"]


def test_a_message_is_stored_octet_for_octet(logon: Logon, maildrop: Dovecot) -> None:
    sent = maildrop.waiting("alice")
    session = logon()
    session.receive()

    assert [mime.write(item.load()) for item in session.inbox.messages()] == sent


def test_flushing_the_queues_receives_too(logon: Logon) -> None:
    session = logon()
    session.flush_queues()

    assert subjects(session.inbox) == ["one", "two", "three"]


def test_the_report_says_how_much_was_stored_and_removed(logon: Logon) -> None:
    (report,) = logon().receive()

    assert (report.stored, report.removed, report.unsure, report.waiting) == (3, 3, 0, 0)


# What is left on the server


def test_what_was_stored_is_removed_from_the_server(logon: Logon, maildrop: Dovecot) -> None:
    logon().receive()

    assert waiting(maildrop) == []


def test_a_copy_is_left_on_request(logon: Logon, maildrop: Dovecot) -> None:
    logon(leave_on_server=True).receive()

    assert waiting(maildrop) == ["one", "two", "three"]


def test_a_copy_that_was_left_is_not_stored_again(logon: Logon) -> None:
    session = logon(leave_on_server=True)
    session.receive()
    session.receive()

    assert subjects(session.inbox) == ["one", "two", "three"]


def test_large_ones_are_removed_where_others_are_left(logon: Logon, maildrop: Dovecot) -> None:
    logon(leave_on_server=True, remove_larger_than=1_000).receive()

    assert waiting(maildrop) == ["one", "three"]


def test_the_newest_copies_are_left(logon: Logon, maildrop: Dovecot) -> None:
    logon(leave_on_server=True, keep_at_most=1).receive()

    assert waiting(maildrop) == ["three"]


def test_a_copy_is_removed_when_its_message_was_deleted(logon: Logon, maildrop: Dovecot) -> None:
    session = logon(leave_on_server=True, remove_when_deleted=True)
    session.receive()
    two = next(item for item in session.inbox.messages() if item.subject == "two")
    session.default_store.delete(two.entry_id)
    session.receive()

    assert waiting(maildrop) == ["one", "three"]


# Headers first


def test_of_headers_the_messages_stay_where_they_are(logon: Logon, maildrop: Dovecot) -> None:
    session = logon(headers_only=True)
    session.receive()

    assert (waiting(maildrop), subjects(session.inbox)) == (["one", "two", "three"], [])


def test_headers_show_what_waits(logon: Logon) -> None:
    headers = logon(headers_only=True).remote_headers()
    headers.refresh()

    assert sorted(header.subject for header in headers.list()) == ["one", "three", "two"]


def test_what_is_marked_to_be_moved_is_stored_and_removed(logon: Logon, maildrop: Dovecot) -> None:
    session = logon(headers_only=True)
    headers = session.remote_headers()
    headers.refresh()
    headers.mark_for_move([header.entry_id for header in headers.list() if header.subject == "two"])
    headers.process()

    assert (subjects(session.inbox), waiting(maildrop)) == (["two"], ["one", "three"])


def test_what_is_marked_for_deletion_goes_unread(logon: Logon, maildrop: Dovecot) -> None:
    session = logon(headers_only=True)
    headers = session.remote_headers()
    headers.refresh()
    headers.mark_for_deletion([header.entry_id for header in headers.list() if header.subject == "one"])
    headers.process()

    assert (subjects(session.inbox), waiting(maildrop)) == ([], ["two", "three"])


# Two programs


def test_two_profiles_that_leave_copies_both_have_everything(logon: Logon) -> None:
    one, other = logon(leave_on_server=True), logon("other", leave_on_server=True)
    one.receive()
    other.receive()

    assert (subjects(one.inbox), subjects(other.inbox)) == (["one", "two", "three"], ["one", "two", "three"])


def test_what_another_program_deleted_in_between_is_missed_by_nobody(
    logon: Logon, maildrop: Dovecot, authority: Authority
) -> None:
    session = logon(leave_on_server=True)
    session.receive()
    client = poplib_session(maildrop, authority)
    client.dele(1)
    client.quit()
    maildrop.put("alice", [letter("four")])
    session.receive()

    assert (subjects(session.inbox), waiting(maildrop)) == (
        ["one", "two", "three", "four"],
        ["two", "three", "four"],
    )


def test_another_program_may_have_the_maildrop_open(logon: Logon, maildrop: Dovecot, authority: Authority) -> None:
    client = poplib_session(maildrop, authority)
    session = logon()
    session.receive()
    client.quit()

    assert subjects(session.inbox) == ["one", "two", "three"]
