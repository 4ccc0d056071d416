"""What an application gets wrong is said at once, and with the remedy: never by a plug-in's fault or Python's."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from msgcore import Incoming, Message, MessageStatus, reply
from msgcore.errors import Closed, UsageError
from msgcore.props.tags import PS_PUBLIC_STRINGS
from tests.session.desk import Desk

TAGGED = MessageStatus.TAGGED

# What is called on a store, and on an open message in it, and what is said.
OF_A_STORE: dict[str, tuple[Callable[[Any], object], str]] = {
    "a status of text": (lambda s: s.inbox.set_status([], "x", TAGGED), "status: need a MessageStatus, got str"),
    "a mask of text": (lambda s: s.inbox.set_status([], TAGGED, "x"), "mask: need a MessageStatus, got str"),
    "a status of 33 bits": (lambda s: s.inbox.set_status([], 1 << 32, TAGGED), "0x100000000 has more than 32 bits"),
    "a status below none": (lambda s: s.inbox.set_status([], TAGGED, -1), "more than 32 bits"),
    "a folder of no name": (lambda s: s.inbox.create_folder(None), "create_folder: need text, got NoneType"),
    "a name that is a number": (lambda s: s.inbox.rename(5), "rename: need text, got int"),
    "a name to move to": (lambda s: s.inbox.move_to(s.drafts, 5), "move_to: need text"),
    "a name for a copy": (lambda s: s.inbox.copy_to(s.drafts, 5), "copy_to: need text"),
    "a folder to open": (lambda s: s.inbox.open_folder(None), "open_folder: need text"),
    "a search folder of no name": (lambda s: s.inbox.create_search_folder(None, "size > 1"), "need text"),
    "no class": (lambda s: s.receive_folder(None), "receive_folder: need text, got NoneType"),
    "a class that is a number": (lambda s: s.set_receive_folder(5, None), "set_receive_folder: need text, got int"),
    "a property of text": (lambda s: s.property_ids(["x"]), "'x' is no named property"),
    "a property of half a name": (lambda s: s.property_ids([(PS_PUBLIC_STRINGS, None)]), "is no named property"),
    "a property id of 71 bits": (lambda s: s.property_names([1 << 70]), "they have 16 bits"),
    "no messages to move": (lambda s: s.inbox.move_here(None), "need a sequence of entry ids"),
    "one message to move": (lambda s: s.inbox.move_here(s.inbox.entry_id), r"such as \[entry_id\], got bytes"),
    "many changes": (lambda s: s.changes_since(limit=2**63), "give 1 to 1,000,000,000"),
    "the first moment": (lambda s: s.purge_before(datetime.min), "tzinfo=UTC"),
    "a mailbox by name": (lambda s: s.inbox.import_archive("old.mbox"), r"write Path\('old.mbox'\)"),
    "a file to write": (lambda s: s.inbox.export_to(Path("new.mbox")), r"write MboxWriter\(Path\('new.mbox'\)\)"),
    "a read flag of text": (lambda s: s.inbox.set_read_flags([], "yes"), "is_read: need True or False, got str"),
    "a limit below none": (lambda s: s.search("size > 1", limit=-1), "search: a limit of -1"),
}
OF_A_MESSAGE: dict[str, tuple[Callable[[Any], object], str]] = {
    "no status": (lambda one: one.set_status(None, None), "status: need a MessageStatus, got NoneType"),
    "an attachment by name": (lambda one: one.embedded("x"), "embedded: need an integer, got str"),
}
OF_A_LETTER: dict[str, tuple[dict[str, Any], str]] = {
    "a status of text": ({"status": "x"}, "status: need a MessageStatus, got str"),
    "a status of 33 bits": ({"status": 1 << 32}, "more than 32 bits"),
    "a key of text": ({"delivery_key": "x"}, "need octets for delivery_key, got str"),
    "a time of text": ({"received_at": "x"}, "need a datetime for received_at, got str"),
    "the first moment": ({"received_at": datetime.min}, "tzinfo=UTC"),
    "a time without a zone": ({"received_at": datetime(2026, 1, 1)}, "naive datetime.*tzinfo=UTC"),
    "no message": ({"message": b"octets"}, "need a Message, got bytes"),
}


@pytest.mark.parametrize("what", OF_A_STORE)
def test_a_mistake_at_a_store_is_told(store: Any, what: str) -> None:
    call, says = OF_A_STORE[what]
    with pytest.raises(UsageError, match=says):
        call(store)


@pytest.mark.parametrize("what", OF_A_MESSAGE)
def test_a_mistake_at_an_open_message_is_told(store: Any, what: str) -> None:
    call, says = OF_A_MESSAGE[what]
    with store.open_message(store.inbox.save(Message())) as opened, pytest.raises(UsageError, match=says):
        call(opened)


@pytest.mark.parametrize("what", OF_A_LETTER)
def test_a_mistake_in_a_letter_is_told(what: str) -> None:
    values, says = OF_A_LETTER[what]
    given: dict[str, Any] = {"message": Message(), **values}
    with pytest.raises(UsageError, match=says):
        Incoming(**given)


@pytest.mark.parametrize("given", ["Hello", b"octets", None, 5])
def test_what_is_no_message_is_not_submitted(desk: Desk, given: Any) -> None:
    with desk.log_on() as session, pytest.raises(UsageError, match=r"submit: need a Message, got .*read_message"):
        session.submit(given)


def test_an_item_is_no_message_and_says_how_to_get_it(desk: Desk) -> None:
    with desk.log_on() as session:
        session.inbox.save(Message(subject="Plan"))
        item: Any = session.inbox.messages()[0]
        for take in (session.submit, session.inbox.save, reply):
            with pytest.raises(UsageError, match=r"need a Message, got .*; its load\(\) gives one"):
                take(item)


def test_what_names_no_submission_is_told(desk: Desk) -> None:
    wrong: Any = "submission"
    with desk.log_on() as session, pytest.raises(UsageError, match="need an entry id, got str"):
        session.outcomes(wrong)


def test_a_session_that_is_logged_off_takes_nothing(desk: Desk) -> None:
    with desk.log_on() as session:
        pass
    with pytest.raises(Closed, match="logged off"):
        session.submit(Message(to="bob@b.test", subject="late"))


def test_an_aborted_submission_is_a_draft_and_not_sent_again(desk: Desk) -> None:
    with desk.log_on() as session:
        submission = session.submit(Message(to="bob@b.test", subject="no"))
        session.abort_submit(submission)
        with pytest.raises(UsageError, match="its message is a draft"):
            session.resend(submission)
        assert [item.subject for item in session.drafts.messages()] == ["no"]
