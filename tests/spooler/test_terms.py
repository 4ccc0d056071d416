"""When a submission is tried, and how often: its terms, the policy, and chance. Who passes a recipient on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msgcore.base.ids import EntryId, ObjectKind
from msgcore.codecs import mime
from msgcore.errors import UsageError
from msgcore.model import Accepted, Address, Deferred, Message, NotMe, Outcome, Recipient, Refused, Unknown
from msgcore.model.delivery import Notify
from msgcore.props.table import (
    PidTagDeferredDeliveryTime,
    PidTagDeferredSendNumber,
    PidTagDeferredSendTime,
    PidTagDeferredSendUnits,
    PidTagEntryId,
    PidTagExpiryTime,
    PidTagLatestDeliveryTime,
    PidTagOriginatorDeliveryReportRequested,
)
from msgcore.runtime import NEVER
from msgcore.spi.outgoing import SubmitTerms
from msgcore.spi.outgoing_queue import OutgoingItem, OutgoingState
from msgcore.spooler.attempt import FailedService
from msgcore.spooler.retry import RetryPolicy, is_given_up, next_try
from msgcore.spooler.terms import terms_of
from tests.providers.internal.box import Box
from tests.spooler.desk import LETTER, always, now_is, send, sent, submitted, verdicts
from tests.spooler.transports import MemoryTransport, Named

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
BOB, CID = LETTER.recipients

# Chance and time


def policy_of(shortest: timedelta, factor: int, jitter: float) -> RetryPolicy:
    return RetryPolicy(shortest, shortest * factor, jitter=jitter)


policies = st.builds(
    policy_of,
    st.timedeltas(timedelta(seconds=1), timedelta(hours=1)),
    st.integers(1, 100),
    st.floats(0, 1),
)


def item_of(terms: SubmitTerms, tries: int = 0) -> OutgoingItem:
    nobody = EntryId(bytes(16), ObjectKind.MESSAGE, 1)
    return OutgoingItem(nobody, "t1", OutgoingState.READY, NOON, NOON, tries, None, {}, {}, terms=terms)


@given(policies, st.integers(0, 100), st.floats(0, 1, exclude_max=True))
def test_a_wait_is_at_least_the_shortest_and_longer_than_the_longest_by_jitter_only(
    policy: RetryPolicy, tries: int, chance: float
) -> None:
    wait = next_try(item_of(SubmitTerms()), NOON, tries, policy, chance) - NOON

    assert policy.shortest <= wait <= policy.longest * (1 + policy.jitter)


@given(policies, st.integers(0, 100), st.floats(0, 1, exclude_max=True), st.timedeltas(timedelta(0), 3 * HOUR))
def test_nothing_is_tried_after_it_expires(policy: RetryPolicy, tries: int, chance: float, left: timedelta) -> None:
    item = item_of(SubmitTerms(expires_at=NOON + left))

    assert next_try(item, NOON, tries, policy, chance) <= NOON + left
    assert is_given_up(item, NOON + left, policy)


def test_the_lifetime_begins_when_a_submission_may_be_sent() -> None:
    item, policy = item_of(SubmitTerms(not_before=NOON + 9 * HOUR), tries=9), RetryPolicy(lifetime=HOUR)

    assert [is_given_up(item, NOON + hours * HOUR, policy) for hours in (9, 10, 11)] == [False, False, True]


@pytest.mark.parametrize(
    ("policy", "tries"),
    [
        pytest.param(RetryPolicy(), 6, id="until the wait is the longest"),
        pytest.param(RetryPolicy(lifetime=timedelta(minutes=5)), 3, id="for its lifetime"),
        pytest.param(RetryPolicy(HOUR, HOUR), 1, id="waits of one length"),
    ],
)
def test_what_lay_in_the_outbox_past_its_lifetime_has_its_tries(policy: RetryPolicy, tries: int) -> None:
    """A machine that was off for a week may not have its network yet when the first try is made."""
    given_up = [is_given_up(item_of(SubmitTerms(), so_many), NOON + 168 * HOUR, policy) for so_many in range(tries + 2)]

    assert given_up == [False] * tries + [True, True]


@pytest.mark.parametrize("asked", [6 * HOUR, 24 * HOUR, 48 * HOUR, 1000 * HOUR])
def test_a_service_that_asks_for_patience_each_time_does_not_make_the_lifetime_longer(asked: timedelta) -> None:
    policy = RetryPolicy(lifetime=48 * HOUR, jitter=0.0)
    now, tries = NOON, 0
    while not is_given_up(item_of(SubmitTerms(), tries), now, policy):
        now = next_try(item_of(SubmitTerms(), tries), now, tries, policy, 0.0, asked.total_seconds())
        tries += 1

    assert 48 * HOUR < now - NOON < 51 * HOUR


@pytest.mark.parametrize(
    "make",
    [
        lambda: RetryPolicy(shortest=2 * HOUR, longest=HOUR),
        lambda: RetryPolicy(shortest=timedelta(0)),
        lambda: RetryPolicy(jitter=1.5),
        lambda: SubmitTerms(not_before=datetime(2026, 1, 1)),
    ],
)
def test_a_policy_or_terms_that_make_no_sense_are_refused(make: Callable[[], object]) -> None:
    with pytest.raises(UsageError):
        make()


@pytest.mark.parametrize(
    ("said", "terms"),
    [
        ({}, SubmitTerms()),
        ({PidTagDeferredSendTime: NOON + HOUR}, SubmitTerms(not_before=NOON + HOUR)),
        ({PidTagDeferredSendNumber: 3, PidTagDeferredSendUnits: 1}, SubmitTerms(not_before=NOON + 3 * HOUR)),
        ({PidTagDeferredSendNumber: 2, PidTagDeferredSendUnits: 3}, SubmitTerms(not_before=NOON + 14 * 24 * HOUR)),
        ({PidTagDeferredSendNumber: 60}, SubmitTerms(not_before=NOON + HOUR)),
        ({PidTagDeferredSendNumber: 0, PidTagDeferredSendUnits: 1}, SubmitTerms(not_before=NOON)),
        ({PidTagDeferredSendNumber: 999, PidTagDeferredSendUnits: 2}, SubmitTerms(not_before=NOON + 999 * 24 * HOUR)),
        ({PidTagDeferredSendNumber: 1_000, PidTagDeferredSendUnits: 1}, SubmitTerms()),
        ({PidTagDeferredSendNumber: 1, PidTagDeferredSendUnits: 4}, SubmitTerms()),
        (
            {PidTagDeferredSendTime: NOON, PidTagDeferredDeliveryTime: NOON + HOUR},
            SubmitTerms(not_before=NOON + HOUR),
        ),
        (
            {PidTagExpiryTime: NOON + HOUR, PidTagLatestDeliveryTime: NOON + 2 * HOUR},
            SubmitTerms(expires_at=NOON + HOUR),
        ),
    ],
)
def test_a_message_says_when_it_may_be_sent_and_until_when(said: dict[object, object], terms: SubmitTerms) -> None:
    message = Message(from_="ann@a.test", to="bob@b.test")
    for tag, value in said.items():
        message[tag] = value  # type: ignore[index]  # pyright: ignore[reportArgumentType]  # of several types

    assert terms_of(message, NOON, at_least_once=False) == terms


# In the queue


def submitted_with(box: Box, terms: SubmitTerms) -> OutgoingItem:
    return box.run(box.store.submit(LETTER, "t1", NEVER, terms))


def test_a_deferred_submission_is_sent_at_its_time_and_not_before(box: Box) -> None:
    item, transport = submitted_with(box, SubmitTerms(not_before=box.runtime.now() + HOUR)), MemoryTransport()
    box.run(box.store.make_due(NEVER))
    counts = [send(box, transport)]
    box.clock.move(HOUR)
    counts.append(send(box, transport))

    assert (counts, now_is(box, item).state) == ([0, 1], OutgoingState.SENT)


def test_what_has_expired_is_not_sent_and_is_reported(box: Box) -> None:
    item, transport = submitted_with(box, SubmitTerms(expires_at=box.runtime.now() + HOUR)), MemoryTransport()
    box.clock.move(HOUR)
    send(box, transport)
    [report] = [mime.read_delivery_report(box.load(one)) for one in box.ids()]
    now = now_is(box, item)

    assert (transport.taken, now.state, {str(one.enhanced) for one in now.outcomes.values()}) == (
        [],
        OutgoingState.SENT,
        {"5.4.7"},
    )
    assert report is not None
    assert report.envelope_id == "t1"


def test_what_is_deferred_until_it_expires_is_reported_then(box: Box) -> None:
    item = submitted_with(box, SubmitTerms(expires_at=box.runtime.now() + timedelta(seconds=30)))
    send(box, MemoryTransport(always(Deferred(451, text="busy"))))
    box.clock.move(timedelta(seconds=30))
    send(box, MemoryTransport())

    assert [outcome.text for outcome in now_is(box, item).outcomes.values()] == ["given up: busy"] * 2


def test_what_is_held_until_it_expires_is_reported_then_and_what_nobody_knows_stays(box: Box) -> None:
    lasts = SubmitTerms(expires_at=box.runtime.now() + HOUR)
    item = submitted_with(box, lasts)
    send(box, MemoryTransport(verdicts(bob=Unknown(text="lost"), cid=Accepted())))
    other = box.run(box.store.submit(LETTER, "t2", NEVER, lasts))
    send(box, MemoryTransport(), failed=[FailedService("scanner", None, "no licence", is_hook=True)])
    states = [now_is(box, one).state for one in (item, other)]
    box.clock.move(HOUR)
    counts = [send(box, MemoryTransport()) for _ in range(2)]

    assert (states, counts) == ([OutgoingState.HELD] * 2, [1, 0])
    assert now_is(box, item).state is OutgoingState.HELD
    ended = now_is(box, other)
    text = "given up: scanner could not be opened: no licence"
    assert (ended.state, {one.text for one in ended.outcomes.values()}) == (OutgoingState.SENT, {text})
    assert len(box.ids()) == 1


def test_what_cannot_be_read_is_reported_without_it_when_it_expires(box: Box) -> None:
    item = submitted_with(box, SubmitTerms(expires_at=box.runtime.now() + HOUR))
    box.sql("update message set overlay = '{' where id = ?", item.entry_id.number)
    send(box, MemoryTransport())
    held = now_is(box, item).state
    box.clock.move(HOUR)
    send(box, MemoryTransport())
    [report] = [mime.read_delivery_report(box.load(one)) for one in box.ids() if one != item.entry_id]

    assert (held, now_is(box, item).state) == (OutgoingState.HELD, OutgoingState.SENT)
    assert report is not None
    assert (report.envelope_id, len(report.recipients), report.original_message_id) == ("t1", 2, None)


def test_what_nobody_knows_is_sent_again_where_that_was_asked_for(box: Box) -> None:
    item = submitted_with(box, SubmitTerms(at_least_once=True))
    send(box, MemoryTransport(verdicts(bob=Accepted(), cid=Unknown(text="lost"))))
    waiting = now_is(box, item)
    box.run(box.store.make_due(NEVER))
    transport = MemoryTransport()
    send(box, transport)

    assert (waiting.state, waiting.reason, transport.recipients) == (OutgoingState.READY, "lost", [["cid@c.test"]])


def test_what_nobody_knows_at_the_end_of_its_lifetime_is_for_a_person(box: Box) -> None:
    item = submitted_with(box, SubmitTerms(at_least_once=True))
    box.clock.move(timedelta(days=3))
    for _ in range(7):
        box.run(box.store.make_due(NEVER))
        send(box, MemoryTransport(always(Unknown())))

    assert now_is(box, item).state is OutgoingState.HELD


def test_the_next_try_is_later_by_chance(box: Box) -> None:
    item = submitted(box)
    policy = RetryPolicy(timedelta(minutes=10), timedelta(hours=1), jitter=0.5)
    send(box, MemoryTransport(always(Deferred(451))), policy=policy, chance=0.5)

    waited = now_is(box, item).due_at - box.runtime.now()
    assert round(waited.total_seconds()) == 750


# Not me


def not_me(recipient: Recipient) -> Outcome:
    return NotMe(text=f"{recipient.email_address} is no customer")


def test_whom_a_transport_declines_the_next_one_takes(box: Box) -> None:
    first = MemoryTransport(lambda one: not_me(one) if one == BOB else Accepted(250))
    second = MemoryTransport()
    item = sent(box, Named(first, "first"), Named(second, "second"))

    assert (second.recipients, item.state, dict(item.transports)) == (
        [["bob@b.test"]],
        OutgoingState.SENT,
        {BOB: "second", CID: "first"},
    )


def test_whom_every_transport_declines_is_refused_with_their_reasons(box: Box) -> None:
    item = sent(box, Named(MemoryTransport(not_me), "first"), Named(MemoryTransport(not_me), "second"))
    outcome = item.outcomes[BOB]

    assert (type(outcome), str(outcome.enhanced), outcome.text) == (
        Refused,
        "5.4.4",
        "no service of this profile takes SMTP; first: bob@b.test is no customer; second: bob@b.test is no customer",
    )


def test_one_message_leaves_through_three_transports(box: Box) -> None:
    """By the uid of an entry id, by type, and through the one that takes any type; each is responsible for its own."""

    class Pagers(MemoryTransport):
        provider_uids = (b"p" * 16,)

    pager = Recipient(Address("SMTP", "pager@b.test"), properties={PidTagEntryId: bytes(4) + b"p" * 16 + b"7"})
    message = Message(from_="ann@a.test", to=[pager, "bob@b.test", Address("FAX", "+1")])
    smtp, pagers, rest = MemoryTransport(), Pagers(types=()), MemoryTransport(types=["*"])
    item = sent(box, Named(smtp, "smtp"), Named(rest, "rest"), Named(pagers, "pagers"), message=message)

    assert (smtp.recipients, pagers.recipients, rest.recipients) == ([["bob@b.test"]], [["pager@b.test"]], [["+1"]])
    assert list(item.transports.values()) == ["pagers", "smtp", "rest"]


# What is asked of the servers


def test_servers_are_given_an_envelope_id_that_names_the_transfer(box: Box) -> None:
    transport, message = MemoryTransport(), LETTER.copy()
    message[PidTagOriginatorDeliveryReportRequested] = True
    sent(box, transport, message=message)
    [(envelope, _)] = transport.taken

    assert (envelope.request.envelope_id, envelope.request.notify) == ("t1", Notify.SUCCESS | Notify.FAILURE)
    assert [one.original for one in envelope.recipients] == [BOB.address, CID.address]


def test_a_report_goes_out_with_the_null_return_path_and_nothing_is_reported_about_it(box: Box) -> None:
    transport, message = MemoryTransport(always(Refused(550))), LETTER.copy()
    message.message_class = "REPORT.IPM.Note.IPNRN"
    sent(box, transport, message=message)

    assert ([envelope.sender for envelope, _ in transport.taken], box.ids()) == ([None], [])
