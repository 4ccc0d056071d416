"""Which report is due: the decision table of RFC 3461, and what is never told to anybody."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import attrs
import pytest
from hypothesis import given

from msgcore.model import Accepted, Address, Deferred, Delivered, Outcome, Recipient, Refused, Unknown
from msgcore.model.delivery import Notify
from msgcore.mta.queue.contract import QueuedMessage, Settlement
from msgcore.mta.reports.due import absorbed, report_due, wanted_notify
from msgcore.mta.reports.settings import ReportSettings
from msgcore.testing.queues import ANN, NOON
from tests.mta.reports.stories import (
    BUSY,
    HOST,
    LATE,
    MESSAGE,
    NOBODY,
    POSTMASTER,
    REPORT,
    SETTINGS,
    asking,
    crowds,
    kinds,
    moments,
    queued_messages,
    reports,
    settled,
)

NEVER, SUCCESS, FAILURE, DELAY = Notify.NEVER, Notify.SUCCESS, Notify.FAILURE, Notify.DELAY
PASSED_ON = Accepted(250, "2.0.0", "queued", reports_itself=True)
WITHOUT_DSN = Accepted(250, "2.0.0", "queued", "DATA")
MEMBERS = (Recipient(Address("SMTP", "c@c.test")), Recipient(Address("SMTP", "d@d.test")))


def due(settlements: Sequence[Settlement], message: QueuedMessage = MESSAGE, now: datetime = NOON) -> str:
    action = report_due(settlements[0], message, now, SETTINGS)
    return "" if action is None else action.value


@pytest.mark.parametrize(
    ("verdicts", "settings", "reported"),
    [
        ({"origin=outside", "spf=pass"}, SETTINGS, "failed"),
        ({"origin=outside", "sender=unknown"}, SETTINGS, "absorbed"),
        ({"origin=outside", "sender=unknown"}, attrs.evolve(SETTINGS, tells_unknown_senders=True), "failed"),
    ],
)
def test_nobody_is_told_of_mail_that_he_need_not_have_sent(
    verdicts: set[str], settings: ReportSettings, reported: str
) -> None:
    """A report to whoever a stranger names as his return path would be backscatter."""
    message = attrs.evolve(MESSAGE, verdicts=frozenset(verdicts))

    action = report_due(settled(NOBODY)[0], message, NOON, settings)
    untold = absorbed(message, settled(NOBODY), settings)

    assert ("absorbed" if action is None else action.value, bool(untold)) == (reported, reported == "absorbed")


# Anything.


@given(queued_messages, crowds(), moments)
def test_nobody_has_two_reports_of_a_kind(message: QueuedMessage, crowd: list[Settlement], now: datetime) -> None:
    told = [(one.kind, queued.number) for one in reports(crowd, message, now=now) for queued in one.about]
    before = {(kind, one.queued.number) for one in crowd for kind in one.queued.told}
    assert (len(told) - len(set(told)), before & set(told)) == (0, set())


@given(queued_messages, crowds(), moments)
def test_reports_go_to_the_sender_or_once_to_the_postmaster(
    message: QueuedMessage, crowd: list[Settlement], now: datetime
) -> None:
    allowed = POSTMASTER if message.sender is None else message.sender
    for one in reports(crowd, message, now=now):
        assert (one.accept.sender, [to.address for to in one.accept.recipients]) == (None, [allowed])


@given(queued_messages, crowds(), moments)
def test_who_wants_none_gets_none(message: QueuedMessage, crowd: list[Settlement], now: datetime) -> None:
    wish = {"failed": FAILURE, "delayed": DELAY, "delivered": SUCCESS, "relayed": SUCCESS, "expanded": SUCCESS}
    for report in reports(crowd, message, now=now):
        for queued in report.about:
            notify = wanted_notify(queued.recipient, message)
            is_asked = wish[report.kind] in (notify if notify is not None else FAILURE | DELAY)
            assert is_asked or message.sender is None


@given(queued_messages, crowds(), moments)
def test_who_wants_to_know_of_a_failure_is_told(message: QueuedMessage, crowd: list[Settlement], now: datetime) -> None:
    message = attrs.evolve(message, sender=ANN, message_class="IPM.Note")
    told = {queued.number for one in reports(crowd, message, now=now) if one.kind == "failed" for queued in one.about}
    refused = [one for one in crowd if isinstance(one.outcome, Refused) and not one.successors]
    wishes = {one.queued: wanted_notify(one.queued.recipient, message) for one in refused if not one.queued.told}
    assert told >= {queued.number for queued, wish in wishes.items() if wish is None or FAILURE in wish}


@given(queued_messages, crowds(), moments)
def test_a_report_is_never_reported_and_never_asks_for_a_report(
    message: QueuedMessage, crowd: list[Settlement], now: datetime
) -> None:
    """A chain of failures ends behind the postmaster, whatever it began with."""
    for first in reports(crowd, message, now=now):
        assert all(to.notify is NEVER for to in first.accept.recipients)
        second = reports(settled(NOBODY), as_queued(first.accept.message_class), now=now)
        assert [to.address for one in second for to in one.accept.recipients] in ([], [POSTMASTER])
        for one in second:
            assert reports(settled(NOBODY), as_queued(one.accept.message_class), now=now) == ()


def as_queued(message_class: str) -> QueuedMessage:
    return attrs.evolve(REPORT, message_class=message_class)


# Failure and success.


@pytest.mark.parametrize(
    ("outcome", "notify", "expected"),
    [
        (NOBODY, None, "failed"),
        (NOBODY, FAILURE, "failed"),
        (NOBODY, SUCCESS | FAILURE, "failed"),
        (NOBODY, SUCCESS | DELAY, ""),
        (NOBODY, NEVER, ""),
        (Delivered(250), None, ""),
        (Delivered(250), FAILURE | DELAY, ""),
        (Delivered(250), SUCCESS, "delivered"),
        (PASSED_ON, None, ""),
        (PASSED_ON, SUCCESS, ""),
        (WITHOUT_DSN, SUCCESS, "relayed"),
        (WITHOUT_DSN, FAILURE, ""),
        (Accepted(text="the fax went out"), SUCCESS, "relayed"),
        (Unknown(), SUCCESS | FAILURE | DELAY, ""),
        (BUSY, SUCCESS | FAILURE | DELAY, ""),
    ],
    ids=str,
)
def test_what_is_told_follows_from_notify(outcome: Outcome, notify: Notify | None, expected: str) -> None:
    assert due(settled(outcome, notify=notify)) == expected


def test_the_wish_for_a_recipient_goes_before_that_for_the_message() -> None:
    message = asking(notify=NEVER)
    assert (due(settled(NOBODY), message), due(settled(NOBODY, notify=FAILURE), message)) == ("", "failed")


# Lists and aliases.


@pytest.mark.parametrize(
    ("members", "notify", "expected"),
    [(2, SUCCESS | FAILURE, "expanded"), (1, SUCCESS, "expanded"), (2, None, ""), (2, FAILURE, ""), (2, NEVER, "")],
)
def test_a_list_whose_members_are_not_asked_about_is_told_as_expanded(
    members: int, notify: Notify | None, expected: str
) -> None:
    """RFC 3461 section 5.2.7.3."""
    successors = tuple(attrs.evolve(one, notify=FAILURE) for one in MEMBERS[:members])
    assert due(settled(Accepted(stage="expansion"), notify=notify, successors=successors)) == expected


def test_an_alias_is_not_told_of_as_what_it_stands_for_is() -> None:
    """RFC 3461 section 5.2.7.2."""
    asked = attrs.evolve(MEMBERS[0], notify=SUCCESS)
    for_all = asking(notify=SUCCESS)
    assert due(settled(Accepted(stage="expansion"), notify=SUCCESS, successors=(asked,))) == ""
    assert due(settled(Accepted(stage="expansion"), successors=MEMBERS[:1]), for_all) == ""


@pytest.mark.parametrize(("notify", "expected"), [(SUCCESS, "delivered"), (FAILURE, ""), (None, "")])
def test_a_list_that_sends_on_in_its_own_name_is_told_as_delivered(notify: Notify | None, expected: str) -> None:
    """RFC 3461 section 5.2.7.1."""
    assert due(settled(Accepted(stage="expansion"), notify=notify)) == expected


def test_who_takes_the_place_of_a_refused_recipient_is_reported_instead() -> None:
    assert due(settled(NOBODY, successors=MEMBERS[:1])) == ""


# Delays.


@pytest.mark.parametrize(
    ("after", "notify", "expected"),
    [
        (timedelta(hours=4), None, "delayed"),
        (timedelta(hours=4), DELAY, "delayed"),
        (timedelta(hours=4), FAILURE, ""),
        (timedelta(hours=4), NEVER, ""),
        (timedelta(hours=3, minutes=59), None, ""),
        (timedelta(days=4), None, "delayed"),
    ],
)
def test_a_delay_is_told_after_four_hours(after: timedelta, notify: Notify | None, expected: str) -> None:
    assert due(settled(BUSY, notify=notify), now=NOON + after) == expected


def test_a_delay_is_told_once() -> None:
    assert due(settled(BUSY, told=["delayed"]), now=LATE) == ""


def test_a_failure_is_told_to_who_was_told_of_the_delay() -> None:
    assert due(settled(NOBODY, told=["delayed"]), now=LATE) == "failed"


def test_a_clock_that_was_behind_tells_of_no_delay() -> None:
    assert due(settled(BUSY), now=datetime(2020, 1, 1, tzinfo=UTC)) == ""


def test_without_a_time_no_delay_is_told() -> None:
    silent = ReportSettings(HOST, delay_notice_after=None)
    assert report_due(settled(BUSY)[0], MESSAGE, LATE, silent) is None


def test_what_its_sender_held_back_is_not_late() -> None:
    message = asking(hold_until=NOON + timedelta(hours=3))
    assert [due(settled(BUSY), message, NOON + timedelta(hours=hours)) for hours in (4, 7)] == ["", "delayed"]


def test_who_gave_it_a_time_is_told_when_that_is_over() -> None:
    """RFC 2852: BY=60;N."""
    message = asking(within_seconds=60, only_tell_when_late=True)
    assert [due(settled(BUSY), message, NOON + timedelta(seconds=seconds)) for seconds in (59, 60)] == ["", "delayed"]


@pytest.mark.parametrize("field", [b"List-Id: <l.a.test>", b"auto-submitted:\r\n (a) auto-replied; x=y"], ids=repr)
def test_lists_and_programs_hear_of_a_delay_only_if_they_asked(field: bytes) -> None:
    octets = b"Subject: hello\r\n" + field + b"\r\n\r\nbody\r\n"
    found = [kinds(reports(settled(BUSY, notify=notify), octets=octets, now=LATE)) for notify in (None, DELAY)]
    assert found == [[], ["delayed"]]


@pytest.mark.parametrize("octets", [b"Auto-Submitted: No (really)\r\n\r\n", b"", b"\xff" * 200_000], ids=len)
def test_a_person_hears_of_a_delay(octets: bytes) -> None:
    assert kinds(reports(settled(BUSY), octets=octets, now=LATE)) == ["delayed"]


@pytest.mark.parametrize("field", [b"List-Id: <l.a.test>", b"Auto-Submitted: auto-generated"], ids=repr)
def test_lists_and_programs_are_told_of_failures(field: bytes) -> None:
    """Their return path is where they want it; RFC 5321 section 6.1 leaves no choice."""
    assert kinds(reports(settled(NOBODY), octets=field + b"\r\n\r\n")) == ["failed"]


# Nobody to tell.


@pytest.mark.parametrize(
    "message",
    [
        attrs.evolve(MESSAGE, sender=None),
        attrs.evolve(MESSAGE, sender=Address("SMTP", "")),
        attrs.evolve(MESSAGE, sender=Address("SMTP", f"Mailer-Daemon@{HOST.upper()}")),
        attrs.evolve(MESSAGE, sender=Address("SMTP", f"double-bounce@{HOST}")),
        attrs.evolve(MESSAGE, message_class="REPORT.IPM.Note.NDR"),
        attrs.evolve(MESSAGE, message_class="Report.IPM.Note.IPNRN"),
        attrs.evolve(REPORT, received_from="mx.c.test"),
        attrs.evolve(REPORT, message_class="REPORT.IPM.Note.IPNRN"),
        attrs.evolve(REPORT, message_class="REPORT.IPM.Note.NDR.Postmaster"),
    ],
    ids=[
        "null sender",
        "empty sender",
        "mailer-daemon",
        "double-bounce",
        "report with a sender",
        "receipt with a sender",
        "report of others",
        "receipt",
        "note to the postmaster",
    ],
)
def test_a_failure_of_whom_nobody_can_be_told_is_absorbed(message: QueuedMessage) -> None:
    settlements = settled(NOBODY, Delivered(250), BUSY)
    found = absorbed(message, settlements, SETTINGS)
    assert (reports(settlements, message), [one.number for one in found]) == ((), [1])


def test_an_own_address_is_not_told() -> None:
    settings = ReportSettings(HOST, own_addresses=frozenset({ANN}))
    assert reports(settled(NOBODY), settings=settings) == ()


def test_what_the_sender_did_not_want_to_hear_is_not_absorbed() -> None:
    assert absorbed(MESSAGE, settled(NOBODY, notify=NEVER), SETTINGS) == ()


# The postmaster.


def test_a_failed_report_of_ours_goes_to_the_postmaster() -> None:
    [note] = reports(settled(NOBODY), REPORT)
    assert [to.address for to in note.accept.recipients] == [POSTMASTER]


def test_the_postmaster_hears_of_failures_alone() -> None:
    assert reports(settled(BUSY, Delivered(250), notify=SUCCESS), REPORT, now=LATE) == ()


def test_without_a_postmaster_a_failed_report_is_absorbed() -> None:
    settings = ReportSettings(HOST)
    assert (reports(settled(NOBODY), REPORT, settings=settings), len(absorbed(REPORT, settled(NOBODY), settings))) == (
        (),
        1,
    )


def test_that_nobody_may_report_about_a_report_does_not_keep_it_from_the_postmaster() -> None:
    assert kinds(reports(settled(NOBODY, notify=NEVER), REPORT)) == ["failed"]


def test_a_deferred_outcome_names_no_report() -> None:
    assert due(settled(Deferred())) == ""
