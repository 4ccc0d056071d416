"""The outgoing queue of the internal store."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import Any

import attrs
import pytest

from msgcore.base.ids import EntryId, ObjectKind
from msgcore.errors import NotFound, UsageError
from msgcore.model import (
    Accepted,
    Address,
    Deferred,
    Delivered,
    Message,
    Outcome,
    Pending,
    Recipient,
    Refused,
    Unknown,
)
from msgcore.props.table import PidTagMessageFlags, PidTagSubject
from msgcore.runtime import NEVER, Connection
from msgcore.runtime.host import boot_id, holder_name
from msgcore.spi.changes import ChangeKind
from msgcore.spi.outgoing_queue import OutgoingItem, OutgoingState
from msgcore.spi.store import Incoming, MessageFlag, SpecialFolder
from msgcore.testing.modes import Mode
from tests.providers.internal.box import Box
from tests.providers.internal.test_searches import UNREAD, counts, search

HERE = "/".join(holder_name().split("/")[:2])

LETTER = Message(from_="Ann <ann@a.test>", to=["bob@b.test", "FAX:+1 23"], bcc="cid@c.test", subject="letter")


def locked(box: Box) -> OutgoingItem:
    item = box.lock()
    assert item is not None, "nothing was ready, due and free"
    return item


def settled(box: Box, item: OutgoingItem, reports: list[Incoming] | None = None, **changes: Any) -> bool:
    return box.run(box.store.settle(attrs.evolve(item, **changes), reports or [], NEVER))


def now_is(box: Box, item: OutgoingItem) -> OutgoingItem:
    return box.run(box.store.submission(item.entry_id, NEVER))


def outcomes(item: OutgoingItem, outcome: Outcome) -> dict[Recipient, Outcome]:
    return dict.fromkeys(item.outcomes, outcome)


# Submitting


def test_a_submission_is_ready_and_due_at_once(box: Box) -> None:
    item = box.submit(LETTER, "t1")

    assert (item.state, item.due_at, item.tries, item.transfer_id) == (OutgoingState.READY, item.submitted_at, 0, "t1")


def test_a_submission_stands_in_the_outbox(box: Box) -> None:
    box.submit(LETTER)

    assert box.subjects(SpecialFolder.OUTBOX) == ["letter"]


def test_a_message_in_the_outbox_is_marked_as_submitted_and_unsent(box: Box) -> None:
    flags = box.value(box.submit(LETTER).entry_id, PidTagMessageFlags)

    assert flags == MessageFlag.SUBMIT | MessageFlag.UNSENT | MessageFlag.READ


def test_every_recipient_is_pending(box: Box) -> None:
    item = box.submit(LETTER)

    assert dict(item.outcomes) == dict.fromkeys(LETTER.recipients, Pending())


def test_a_recipient_that_is_named_twice_counts_once(box: Box) -> None:
    item = box.submit(Message(from_="a@a.test", to=["b@b.test", "Bob <b@b.test>"]))

    assert len(item.outcomes) == 1


def test_the_sender_is_kept_with_name_and_type(box: Box) -> None:
    sender = box.submit(LETTER).sender

    assert sender is not None
    assert (sender, sender.display_name) == (Address("SMTP", "ann@a.test"), "Ann")


def test_a_display_name_that_is_no_unicode_does_not_hinder(box: Box) -> None:
    message = Message(from_=Address("SMTP", "a@a.test", "\ud800"), to=Address("SMTP", "b@b.test", "\udcff"))

    assert list(box.submit(message).outcomes) == list(message.recipients)


def test_submissions_are_listed_oldest_first(box: Box) -> None:
    ids: list[EntryId] = []
    for number in range(3):
        box.clock.step(timedelta(hours=-1))
        ids.append(box.submit(LETTER, f"t{number}").entry_id)

    assert [item.entry_id for item in box.run(box.store.outgoing(NEVER))] == ids[::-1]


def test_a_message_that_was_never_submitted_is_no_submission(box: Box) -> None:
    entry_id = box.save_one(LETTER)

    with pytest.raises(NotFound, match="no submission"):
        box.run(box.store.submission(entry_id, NEVER))


# Locking


def test_the_oldest_is_locked_first(box: Box) -> None:
    box.submit(LETTER, "younger")
    box.clock.step(timedelta(hours=-1))
    box.submit(LETTER, "older")
    box.clock.move(timedelta(hours=2))

    assert [locked(box).transfer_id, locked(box).transfer_id] == ["older", "younger"]


def test_all_that_are_due_are_locked_in_their_order(box: Box) -> None:
    """More of them than are looked at together."""
    submitted = [box.submit(LETTER, f"t{number}").entry_id for number in range(102)]

    assert [locked(box).entry_id for _ in submitted] == submitted
    assert box.lock() is None


def test_what_is_locked_is_not_locked_again(box: Box) -> None:
    box.submit(LETTER)
    locked(box)

    assert box.lock() is None


def test_each_lock_has_a_higher_token(box: Box) -> None:
    box.submit(LETTER)
    first = locked(box)
    settled(box, first)

    assert locked(box).token > first.token


def test_a_lock_ends_after_its_lease(box: Box) -> None:
    box.submit(LETTER)
    box.lock(600)
    box.clock.move(timedelta(seconds=601))

    assert box.lock() is not None


def test_a_lock_holds_until_its_lease_ends(box: Box) -> None:
    box.submit(LETTER)
    box.lock(600)
    box.clock.move(timedelta(seconds=590))

    assert box.lock() is None


@pytest.mark.parametrize(
    "holder",
    [f"{HERE}/999999999/1", f"{HERE}/1/not-its-start", "another-boot/pid:[1]/1/1"],
    ids=["ended", "number used again", "before this boot"],
)
def test_a_lock_of_a_process_that_is_gone_is_free(box: Box, holder: str) -> None:
    item = box.submit(LETTER)
    locked(box)
    box.sql("update submission set holder = ? where message_id = ?", holder, item.entry_id.number)

    assert box.lock() is not None


def test_a_lock_of_another_namespace_is_kept(box: Box) -> None:
    """The processes of a container beside this one are not seen: that one is missing says nothing."""
    item = box.submit(LETTER)
    locked(box)
    stranger = f"{boot_id()}/pid:[0]/999999999/1"
    box.sql("update submission set holder = ? where message_id = ?", stranger, item.entry_id.number)

    assert box.lock() is None


def test_a_lock_far_in_the_future_is_of_an_earlier_boot(box: Box) -> None:
    """Where the system names no boots, the old clock of a machine that ran for weeks must not lock for weeks."""
    item = box.submit(LETTER)
    locked(box)
    box.sql("update submission set locked_until = locked_until + 1e6 where message_id = ?", item.entry_id.number)

    assert box.lock() is not None


def test_what_is_not_due_is_not_locked(box: Box) -> None:
    box.submit(LETTER)
    item = locked(box)
    settled(box, item, due_at=item.due_at + timedelta(hours=1))

    assert box.lock() is None


def test_what_waits_is_locked_once_it_is_due(box: Box) -> None:
    box.submit(LETTER)
    item = locked(box)
    settled(box, item, due_at=item.due_at + timedelta(hours=1))
    box.clock.move(timedelta(hours=1))

    assert box.lock() is not None


def test_what_waits_can_be_made_due(box: Box) -> None:
    box.submit(LETTER)
    item = locked(box)
    settled(box, item, due_at=item.due_at + timedelta(hours=1))
    box.run(box.store.make_due(NEVER))

    assert box.lock() is not None


def test_what_is_held_is_not_made_due(box: Box) -> None:
    box.submit(LETTER)
    settled(box, locked(box), state=OutgoingState.HELD)
    box.run(box.store.make_due(NEVER))

    assert box.lock() is None


def test_one_that_is_locked_does_not_hinder_the_next(box: Box) -> None:
    box.submit(LETTER, "t1")
    box.submit(LETTER, "t2")

    assert [locked(box).transfer_id, locked(box).transfer_id] == ["t1", "t2"]


@pytest.mark.parametrize("change", ["delete", "move", "save_changes"])
def test_what_is_submitted_is_neither_changed_nor_moved_nor_deleted(box: Box, change: str) -> None:
    """MAPI_E_SUBMITTED: what is being sent must be what was submitted."""
    item = box.submit(LETTER)
    drafts = box.run(box.store.special_folders(NEVER))[SpecialFolder.DRAFTS]
    changes: dict[str, Callable[[], Coroutine[Any, Any, object]]] = {
        "delete": lambda: box.store.delete([item.entry_id], NEVER),
        "move": lambda: box.store.move([item.entry_id], drafts, NEVER),
        "save_changes": lambda: box.store.save_changes(item.entry_id, Message(subject="other"), NEVER),
    }
    with pytest.raises(UsageError, match="abort_submit"):
        box.run(changes[change]())

    box.run(box.store.abort(item.entry_id, NEVER))
    box.run(changes[change]())


# Settling


@pytest.mark.parametrize(
    "outcome",
    [
        Accepted(250, "2.0.0", "ok", "data", "not verified"),
        Delivered(250, "2.1.5", "there"),
        Deferred(451, "4.2.1", "busy", "rcpt"),
        Refused(550, "5.1.1", "no such user", "rcpt"),
        Unknown(text="lost", stage="data"),
        Pending(),
    ],
)
def test_an_outcome_is_read_back_with_everything_it_says(box: Box, outcome: Outcome) -> None:
    box.submit(LETTER)
    item = locked(box)
    settled(box, item, outcomes=outcomes(item, outcome))
    read = next(iter(now_is(box, item).outcomes.values()))

    assert attrs.asdict(read, recurse=False) == attrs.asdict(outcome, recurse=False)


def test_an_outcome_text_that_is_no_unicode_is_written_down(box: Box) -> None:
    box.submit(LETTER)
    item = locked(box)
    settled(box, item, outcomes=outcomes(item, Refused(text="\ud800 no")), reason="\udcff")

    assert next(iter(now_is(box, item).outcomes.values())).text == "? no"


def test_who_took_a_recipient_is_written_down(box: Box) -> None:
    box.submit(LETTER)
    item = locked(box)
    first, *_ = item.outcomes
    settled(box, item, transports={first: "mail"})

    assert dict(now_is(box, item).transports) == {first: "mail"}


def test_each_recipient_keeps_its_own_outcome(box: Box) -> None:
    box.submit(LETTER)
    item = locked(box)
    given = dict(zip(item.outcomes, [Accepted(250), Deferred(450), Refused(550)], strict=True))
    settled(box, item, outcomes=given)

    assert dict(now_is(box, item).outcomes) == given


def test_settling_frees_the_lock(box: Box) -> None:
    box.submit(LETTER)
    settled(box, locked(box))

    assert box.lock() is not None


def test_what_is_sent_moves_to_sent_items(box: Box) -> None:
    box.submit(LETTER)
    settled(box, locked(box), state=OutgoingState.SENT)

    assert (box.subjects(SpecialFolder.OUTBOX), box.subjects(SpecialFolder.SENT_ITEMS)) == ([], ["letter"])


def test_what_is_sent_is_marked_as_from_me(box: Box) -> None:
    box.submit(LETTER)
    item = locked(box)
    settled(box, item, state=OutgoingState.SENT)

    assert box.value(item.entry_id, PidTagMessageFlags) == MessageFlag.FROM_ME | MessageFlag.READ


def test_what_is_sent_can_still_be_asked_after(box: Box) -> None:
    box.submit(LETTER)
    item = locked(box)
    settled(box, item, state=OutgoingState.SENT)

    assert now_is(box, item).state is OutgoingState.SENT


def test_what_is_sent_is_not_listed(box: Box) -> None:
    box.submit(LETTER)
    settled(box, locked(box), state=OutgoingState.SENT)

    assert box.run(box.store.outgoing(NEVER)) == []


def test_what_is_held_stays_in_the_outbox_with_its_reason(box: Box) -> None:
    box.submit(LETTER)
    settled(box, locked(box), state=OutgoingState.HELD, reason="wrong password")
    (item,) = box.run(box.store.outgoing(NEVER))

    assert (item.state, item.reason) == (OutgoingState.HELD, "wrong password")


def test_reports_come_into_the_inbox_unread(box: Box) -> None:
    box.submit(LETTER)
    settled(box, locked(box), [Incoming(Message(subject="Undeliverable"))])
    (report,) = box.ids()

    assert box.value(report, PidTagMessageFlags) == 0


def test_a_report_is_delivered_once_by_its_key(box: Box) -> None:
    box.submit(LETTER)
    item = locked(box)
    report = Incoming(Message(subject="Undeliverable"), delivery_key=b"k")
    settled(box, item, [report])
    settled(box, item, [report])

    assert box.subjects() == ["Undeliverable"]


def stale(box: Box) -> OutgoingItem:
    """Give an item whose lock somebody else has taken over."""
    box.submit(LETTER)
    item = locked(box)
    box.clock.move(timedelta(seconds=601))
    assert locked(box).token > item.token
    return item


def test_a_stale_token_does_not_settle(box: Box) -> None:
    assert settled(box, stale(box), state=OutgoingState.SENT) is False


def test_a_stale_token_changes_nothing(box: Box) -> None:
    item = stale(box)
    before = now_is(box, item)
    settled(box, item, state=OutgoingState.SENT, outcomes=outcomes(item, Refused()), tries=9, reason="x")

    assert now_is(box, item) == before


def test_a_stale_token_reports_nothing(box: Box) -> None:
    settled(box, stale(box), [Incoming(Message(subject="Undeliverable"))])

    assert box.subjects() == []


def test_a_lock_that_has_run_out_settles_as_long_as_nobody_took_it(box: Box) -> None:
    box.submit(LETTER)
    item = locked(box)
    box.clock.move(timedelta(seconds=601))

    assert settled(box, item, state=OutgoingState.SENT) is True


def test_settling_what_was_deleted_reports_nothing(box: Box) -> None:
    box.submit(LETTER)
    item = locked(box)
    box.sql("delete from submission where message_id = ?", item.entry_id.number)

    assert (settled(box, item, [Incoming(Message(subject="Undeliverable"))]), box.subjects()) == (False, [])


def test_a_report_that_cannot_be_saved_leaves_the_submission_unsettled(box: Box) -> None:
    box.submit(LETTER)
    item = locked(box)
    box.sql("create trigger no_mail before insert on message begin select raise(abort, 'no'); end")
    with pytest.raises(Exception, match="no"):
        settled(box, item, [Incoming(Message(subject="Undeliverable"))], state=OutgoingState.SENT)
    box.sql("drop trigger no_mail")

    assert now_is(box, item).state is OutgoingState.READY


# Retrying and aborting


def test_what_is_held_can_be_retried(box: Box) -> None:
    box.submit(LETTER)
    item = locked(box)
    settled(box, item, state=OutgoingState.HELD, reason="wrong password")
    box.run(box.store.retry(item.entry_id, NEVER))

    assert (locked(box).entry_id, now_is(box, item).reason) == (item.entry_id, "")


def test_what_waits_can_be_retried_now(box: Box) -> None:
    box.submit(LETTER)
    item = locked(box)
    settled(box, item, due_at=item.due_at + timedelta(days=1))
    box.run(box.store.retry(item.entry_id, NEVER))

    assert box.lock() is not None


def test_a_retry_does_not_break_a_lock(box: Box) -> None:
    item = box.submit(LETTER)
    locked(box)
    box.run(box.store.retry(item.entry_id, NEVER))

    assert box.lock() is None


def test_what_is_aborted_becomes_a_draft(box: Box) -> None:
    item = box.submit(LETTER)
    box.run(box.store.abort(item.entry_id, NEVER))

    assert (box.subjects(SpecialFolder.OUTBOX), box.subjects(SpecialFolder.DRAFTS)) == ([], ["letter"])


def test_a_draft_of_what_was_aborted_is_unsent(box: Box) -> None:
    item = box.submit(LETTER)
    box.run(box.store.abort(item.entry_id, NEVER))

    assert box.value(item.entry_id, PidTagMessageFlags) == MessageFlag.UNSENT | MessageFlag.READ


def test_what_is_held_can_be_aborted(box: Box) -> None:
    box.submit(LETTER)
    item = locked(box)
    settled(box, item, state=OutgoingState.HELD)
    box.run(box.store.abort(item.entry_id, NEVER))

    assert now_is(box, item).state is OutgoingState.ABORTED


def test_what_is_being_sent_is_not_aborted(box: Box) -> None:
    item = box.submit(LETTER)
    locked(box)

    with pytest.raises(UsageError, match="being sent"):
        box.run(box.store.abort(item.entry_id, NEVER))


def test_what_was_aborted_after_its_lease_is_not_settled_by_who_held_it(box: Box) -> None:
    box.submit(LETTER)
    item = locked(box)
    box.clock.move(timedelta(seconds=601))
    box.run(box.store.abort(item.entry_id, NEVER))

    assert (settled(box, item, state=OutgoingState.SENT), now_is(box, item).state) == (False, OutgoingState.ABORTED)


def sent(box: Box) -> EntryId:
    box.submit(LETTER)
    item = locked(box)
    settled(box, item, state=OutgoingState.SENT)
    return item.entry_id


def aborted(box: Box) -> EntryId:
    item = box.submit(LETTER)
    box.run(box.store.abort(item.entry_id, NEVER))
    return item.entry_id


@pytest.mark.parametrize("end", [sent, aborted])
@pytest.mark.parametrize("verb", ["retry", "abort"])
def test_what_has_ended_is_neither_retried_nor_aborted(box: Box, end: Callable[[Box], EntryId], verb: str) -> None:
    entry_id = end(box)

    with pytest.raises(UsageError, match=f"has ended: it is {end.__name__}"):
        box.run(box.store.retry(entry_id, NEVER) if verb == "retry" else box.store.abort(entry_id, NEVER))


# A mailbox is no window into another one of the same file


def test_an_entry_id_with_the_number_of_another_mailbox_shows_no_submission(box: Box) -> None:
    number = box.submit(LETTER).entry_id.number
    box.sql(
        "insert into mailbox (uid, epoch, name, name_key, display_name) values (?, ?, 'eve', x'657665', 'Eve')",
        b"e" * 16,
        b"e" * 16,
    )
    box.sql("update folder set mailbox_id = (select id from mailbox where name = 'eve') where role = 'outbox'")

    with pytest.raises(NotFound):
        box.run(box.store.submission(EntryId(box.store.uid, ObjectKind.MESSAGE, number), NEVER))


# Search folders


@pytest.mark.parametrize("end", ["sent", "aborted"])
def test_a_submission_marked_as_unread_leaves_the_unread_ones_of_search_folders_when_it_ends(
    either_box: Box, end: str
) -> None:
    box = either_box
    letters = search(box, PidTagSubject.contains("letter"))
    unread = search(box, UNREAD, name="unread")
    item = box.submit(LETTER)
    box.run(box.store.set_read_flag([item.entry_id], False, NEVER))
    assert (counts(box, letters), counts(box, unread)) == ((1, 1), (1, 1))
    if end == "sent":
        settled(box, locked(box), state=OutgoingState.SENT)
    else:
        box.run(box.store.abort(item.entry_id, NEVER))
    assert (counts(box, letters), counts(box, unread)) == ((1, 0), (0, 0))


def test_what_is_sent_has_moved_and_is_told_with_its_read_flag(box: Box) -> None:
    item = box.submit(LETTER)
    box.run(box.store.set_read_flag([item.entry_id], False, NEVER))
    token = box.run(box.store.changes_since(None, None, 1_000, NEVER)).token
    settled(box, locked(box), state=OutgoingState.SENT)
    (change,) = box.run(box.store.changes_since(None, token, 10, NEVER)).changes
    sent_items = box.special[SpecialFolder.SENT_ITEMS]
    assert (change.kind, change.folder, change.is_read) == (ChangeKind.MOVED, sent_items, True)


# Databases of earlier versions

_FIRST_VERSION = (
    "drop index submission_order",
    "drop index submission_message",
    "drop index submission_preprocessed",
    *(
        f"alter table submission drop column {name}"
        for name in ("internet_message_id", "not_before", "expires_at", "at_least_once", "preprocessed_id")
    ),
    "alter table submission_recipient drop column details",
    "update msgcore_schema set version = 1 where name = 'store'",
)


def test_what_waits_in_a_database_of_the_first_version_waits_in_this_one(either_box: Box) -> None:
    item = either_box.submit(Message(from_="ann@a.test", to="bob@b.test", message_id="<m@a.test>"))

    def go_back(connection: Connection) -> None:
        for statement in _FIRST_VERSION:
            connection.run(statement)

    either_box.transact(go_back)
    with Box(Mode.BLOCKING, either_box.place) as anew:
        found = anew.run(anew.store.find_submissions("", "<m@a.test>", NEVER))
        locked = either_box.lock()  # who had it open goes on

    assert (list(found), locked and locked.entry_id) == ([item], item.entry_id)
