"""Working off an outgoing queue: real store, transports in memory."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from threading import Event
from typing import Any, cast

import attrs
import pytest

from msgcore.base.status import Reply
from msgcore.base.times import Deadline
from msgcore.codecs import mime
from msgcore.errors import (
    AuthenticationRefused,
    CapabilityMissing,
    Closed,
    CommandRefused,
    ConnectionLost,
    InjectionRefused,
    LimitExceeded,
    MsgcoreError,
    NameNotResolved,
    NotLoaded,
    OperationCancelled,
    ProtocolBroken,
    ServiceBusy,
    StoreError,
    StoreFull,
    TimedOut,
    TlsFailed,
    TlsRequired,
    UsageError,
)
from msgcore.model import (
    Accepted,
    Address,
    Deferred,
    Delivered,
    Envelope,
    Message,
    NotMe,
    Outcome,
    Pending,
    Recipient,
    Refused,
    Unknown,
)
from msgcore.props.table import PidTagMessageClass, PidTagOriginalMessageEntryId
from msgcore.runtime import NEVER, AsyncioRuntime
from msgcore.spi.guarded_store import GuardedStore
from msgcore.spi.outgoing_queue import OutgoingItem, OutgoingState
from msgcore.spi.plugin import Plugin
from msgcore.spi.store import Incoming, SpecialFolder, StoreProvider
from msgcore.spooler.attempt import Attempt
from msgcore.spooler.outgoing import send_due
from msgcore.spooler.retry import RetryPolicy
from msgcore.testing.memory_store import MemoryStore
from tests.providers.internal.box import Box
from tests.spooler.desk import LETTER, always, now_is, send, sent, submitted, verdicts
from tests.spooler.transports import AnyTransport, MemoryTransport, Named, PlainTransport, guarded

BOB, CID = LETTER.recipients

# Who gets what


def test_a_message_that_everybody_accepts_is_sent(box: Box) -> None:
    item = sent(box, MemoryTransport())

    assert (item.state, dict(item.outcomes)) == (
        OutgoingState.SENT,
        {BOB: Accepted(250, "2.0.0"), CID: Accepted(250, "2.0.0")},
    )


def test_a_transport_gets_all_its_recipients_in_one_envelope(box: Box) -> None:
    transport = MemoryTransport()
    sent(box, transport)

    assert transport.recipients == [["bob@b.test", "cid@c.test"]]


def test_the_envelope_names_the_sender_and_the_transfer(box: Box) -> None:
    transport = MemoryTransport()
    sent(box, transport)
    envelope, _ = transport.taken[0]

    assert (envelope.sender, envelope.transfer_id) == (Address("SMTP", "ann@a.test"), "t1")


def test_a_transport_gets_the_message_as_it_was_submitted(box: Box) -> None:
    transport = MemoryTransport()
    sent(box, transport)
    _, message = transport.taken[0]

    assert (message.subject, message.text) == ("letter", "Hello\n")


def test_each_type_goes_to_its_transport(box: Box) -> None:
    smtp, fax = MemoryTransport(), MemoryTransport(types=["FAX"])
    item = sent(
        box,
        Named(smtp, "smtp"),
        Named(fax, "fax"),
        message=Message(from_="ann@a.test", to=["bob@b.test", Address("FAX", "+1")]),
    )

    assert (smtp.recipients, fax.recipients, sorted(item.transports.values())) == (
        [["bob@b.test"]],
        [["+1"]],
        ["fax", "smtp"],
    )


def test_a_plain_transport_runs_as_an_async_one(box: Box) -> None:
    assert sent(box, PlainTransport()).state is OutgoingState.SENT


def test_everything_that_is_due_is_taken_up(box: Box) -> None:
    for number in range(3):
        submitted(box, transfer_id=f"t{number}")

    assert send(box, MemoryTransport()) == 3


def test_an_empty_queue_is_no_work(box: Box) -> None:
    assert send(box, MemoryTransport()) == 0


# Outcomes of all kinds


def test_each_recipient_has_the_outcome_that_its_transport_gave(box: Box) -> None:
    given = {"bob": Delivered(250, "2.1.5"), "cid": Deferred(451, "4.2.1", "busy", "rcpt")}

    assert dict(sent(box, MemoryTransport(verdicts(**given))).outcomes) == {BOB: given["bob"], CID: given["cid"]}


@pytest.mark.parametrize("outcome", [Deferred(451, text="busy"), Pending(text="busy")])
def test_a_recipient_that_is_open_keeps_the_submission_waiting(box: Box, outcome: Outcome) -> None:
    item = sent(box, MemoryTransport(verdicts(bob=Accepted(), cid=outcome)))

    assert (item.state, item.reason) == (OutgoingState.READY, "busy")


def test_the_next_try_is_only_for_those_that_are_open(box: Box) -> None:
    transport = MemoryTransport(verdicts(bob=Accepted(), cid=Deferred(451)))
    sent(box, transport)
    box.run(box.store.make_due(NEVER))
    send(box, transport)

    assert transport.recipients == [["bob@b.test", "cid@c.test"], ["cid@c.test"]]


def test_every_try_has_the_same_transfer_id(box: Box) -> None:
    transport = MemoryTransport(always(Deferred(451)))
    sent(box, transport)
    box.run(box.store.make_due(NEVER))
    send(box, transport)

    assert [envelope.transfer_id for envelope, _ in transport.taken] == ["t1", "t1"]


def test_a_submission_that_is_refused_by_everybody_has_ended(box: Box) -> None:
    item = sent(box, MemoryTransport(always(Refused(550, "5.1.1"))))

    assert (item.state, box.subjects(SpecialFolder.SENT_ITEMS)) == (OutgoingState.SENT, ["letter"])


def test_what_nobody_knows_is_held(box: Box) -> None:
    item = sent(box, MemoryTransport(verdicts(bob=Accepted(), cid=Unknown(text="lost"))))

    assert (item.state, "unknown whether" in item.reason) == (OutgoingState.HELD, True)


def test_the_reason_says_why_it_is_unknown(box: Box) -> None:
    item = sent(box, MemoryTransport(always(Unknown(text="the service broke off its answer"))))

    assert item.reason == (
        "the service broke off its answer; it is unknown whether the message was sent; retry sends it again"
    )


def test_what_nobody_knows_is_not_sent_again_by_itself(box: Box) -> None:
    transport = MemoryTransport(always(Unknown()))
    sent(box, transport)
    box.run(box.store.make_due(NEVER))
    send(box, transport)

    assert len(transport.taken) == 1


def test_what_nobody_knows_is_sent_again_on_request_to_those_only(box: Box) -> None:
    transport = MemoryTransport(verdicts(bob=Accepted(), cid=Unknown()))
    item = sent(box, transport)
    box.run(box.store.retry(item.entry_id, NEVER))
    send(box, transport)

    assert transport.recipients == [["bob@b.test", "cid@c.test"], ["cid@c.test"]]


# Reports


def inbox_report(box: Box) -> Message:
    (entry_id,) = box.ids()
    return box.load(entry_id)


def test_a_recipient_that_no_transport_claims_is_refused(box: Box) -> None:
    item = sent(box, MemoryTransport(), message=Message(from_="ann@a.test", to=[Address("FAX", "+1")]))
    (outcome,) = item.outcomes.values()

    assert (type(outcome), str(outcome.enhanced), outcome.text) == (
        Refused,
        "5.4.4",
        "no service of this profile takes FAX",
    )


def test_an_unclaimed_recipient_does_not_hinder_the_others(box: Box) -> None:
    transport = MemoryTransport()
    sent(box, transport, message=Message(from_="ann@a.test", to=["bob@b.test", Address("FAX", "+1")]))

    assert transport.recipients == [["bob@b.test"]]


def test_several_that_are_refused_are_told_in_one_report(box: Box) -> None:
    sent(box, MemoryTransport(always(Refused(550, "5.1.1", "no such user"))))
    report = mime.read_delivery_report(inbox_report(box))

    assert report is not None
    assert [one.address.email_address for one in report.recipients] == ["bob@b.test", "cid@c.test"]


def test_a_report_names_only_those_that_are_refused(box: Box) -> None:
    sent(box, MemoryTransport(verdicts(bob=Accepted(), cid=Refused(550))))
    report = mime.read_delivery_report(inbox_report(box))

    assert report is not None
    assert [one.address.email_address for one in report.recipients] == ["cid@c.test"]


def test_a_report_is_one_by_its_class_and_names_the_submission(box: Box) -> None:
    item = sent(box, MemoryTransport(always(Refused(550))))
    report = inbox_report(box)

    assert report[PidTagMessageClass] == "REPORT.IPM.Note.NDR"
    assert report[PidTagOriginalMessageEntryId] == bytes(item.entry_id)


def test_nobody_is_reported_twice(box: Box) -> None:
    transport = MemoryTransport(verdicts(bob=Refused(550), cid=Deferred(451)))
    sent(box, transport)
    box.run(box.store.make_due(NEVER))
    send(box, transport)

    assert len(box.ids()) == 1


def test_who_is_refused_later_gets_a_report_of_his_own(box: Box) -> None:
    transport = MemoryTransport(verdicts(bob=Refused(550), cid=Deferred(451)))
    sent(box, transport)
    transport.verdict = always(Refused(550))
    box.run(box.store.make_due(NEVER))
    send(box, transport)
    reports = [mime.read_delivery_report(box.load(one)) for one in box.ids()]

    assert [[r.address.email_address for r in one.recipients] for one in reports if one] == [
        ["bob@b.test"],
        ["cid@c.test"],
    ]


@pytest.mark.parametrize("outcome", [Accepted(), Delivered(), Deferred(), Unknown(), Pending()])
def test_nothing_is_reported_when_nobody_is_refused(box: Box, outcome: Outcome) -> None:
    sent(box, MemoryTransport(always(outcome)))

    assert box.ids() == []


def test_a_report_does_not_name_blind_copies_in_the_message_it_returns(box: Box) -> None:
    message = Message(from_="ann@a.test", to="bob@b.test", bcc="secret@b.test", subject="s")
    sent(box, MemoryTransport(verdicts(bob=Refused(550), secret=Accepted())), message=message)

    assert b"secret" not in mime.write(inbox_report(box))


# Transports that raise

TRANSIENT = [
    ConnectionLost("cut"),
    TimedOut("late"),
    ServiceBusy("busy", 5),
    CommandRefused(Reply(554, ("no",))),
    ProtocolBroken.remote("nonsense"),
    StoreError("no"),
    NameNotResolved("no such host"),
]
SETUP = [
    AuthenticationRefused("wrong password"),
    TlsRequired("no TLS"),
    TlsFailed("bad certificate"),
    CapabilityMissing("no SMTPUTF8"),
]
FINAL = [InjectionRefused("CR"), LimitExceeded("too large"), NotLoaded("not here"), UsageError("wrong")]


def raising(error: BaseException) -> AnyTransport:
    def act(_: Envelope) -> object:
        raise error

    return AnyTransport(act)


def class_name(error: object) -> str:
    return type(error).__name__


@pytest.mark.parametrize("kind", [ConnectionLost, AuthenticationRefused])
def test_a_text_of_an_error_that_is_too_long_is_cut(box: Box, kind: type[MsgcoreError]) -> None:
    item = sent(box, raising(kind("x" * 1_000_000)))

    assert [len(one.text) for one in item.outcomes.values()] == [10_000, 10_000]
    assert len(item.reason) < 11_000


@pytest.mark.parametrize("error", TRANSIENT, ids=class_name)
def test_what_may_pass_is_deferred(box: Box, error: MsgcoreError) -> None:
    item = sent(box, raising(error))

    assert (item.state, [type(one) for one in item.outcomes.values()], item.reason) == (
        OutgoingState.READY,
        [Deferred, Deferred],
        str(error),
    )


@pytest.mark.parametrize("error", SETUP, ids=class_name)
def test_a_fault_of_the_set_up_holds_the_submission_with_its_reason(box: Box, error: MsgcoreError) -> None:
    item = sent(box, raising(error))

    assert (item.state, item.reason) == (OutgoingState.HELD, f"mail: {error}")


@pytest.mark.parametrize("error", SETUP, ids=class_name)
def test_a_fault_of_the_set_up_leaves_every_recipient_open(box: Box, error: MsgcoreError) -> None:
    item = sent(box, raising(error))

    assert [type(one) for one in item.outcomes.values()] == [Deferred, Deferred]


@pytest.mark.parametrize("error", FINAL, ids=class_name)
def test_what_no_try_can_mend_is_refused(box: Box, error: MsgcoreError) -> None:
    item = sent(box, raising(error))

    assert [(type(one), one.text) for one in item.outcomes.values()] == [(Refused, str(error))] * 2


def test_a_plug_in_that_raises_anything_holds_the_submission(box: Box) -> None:
    item = sent(box, raising(ZeroDivisionError("boom")))

    assert (item.state, "ZeroDivisionError: boom" in item.reason) == (OutgoingState.HELD, True)


def test_a_held_submission_is_sent_after_a_retry(box: Box) -> None:
    item = sent(box, raising(AuthenticationRefused("wrong password")))
    box.run(box.store.retry(item.entry_id, NEVER))
    send(box, MemoryTransport())

    assert (now_is(box, item).state, now_is(box, item).reason) == (OutgoingState.SENT, "")


def test_a_transport_that_raises_does_not_hinder_the_other_one(box: Box) -> None:
    fax = MemoryTransport(types=["FAX"])
    message = Message(from_="ann@a.test", to=["bob@b.test", Address("FAX", "+1")])
    item = sent(box, Named(raising(AuthenticationRefused("no")), "smtp"), Named(fax, "fax"), message=message)

    assert [type(one) for one in item.outcomes.values()] == [Deferred, Accepted]


def test_a_submission_that_is_held_does_not_hinder_the_next(box: Box) -> None:
    sent(box, raising(AuthenticationRefused("wrong password")))
    second = submitted(box, transfer_id="t2")
    send(box, MemoryTransport())

    assert now_is(box, second).state is OutgoingState.SENT


# Transports that break the contract


def test_a_recipient_that_the_transport_forgets_is_unknown(box: Box) -> None:
    item = sent(box, AnyTransport(lambda envelope: {envelope.recipients[0]: Accepted()}))

    assert (item.state, [type(one) for one in item.outcomes.values()]) == (OutgoingState.HELD, [Accepted, Unknown])


def test_a_recipient_that_was_not_asked_for_is_left_out(box: Box) -> None:
    stranger = Recipient(Address("SMTP", "eve@e.test"))
    item = sent(box, AnyTransport(lambda envelope: dict.fromkeys([*envelope.recipients, stranger], Accepted())))

    assert list(item.outcomes) == [BOB, CID]


@pytest.mark.parametrize("nonsense", [None, "ok", 250, [Accepted(), Accepted()]], ids=repr)
def test_what_is_no_mapping_holds_the_submission_and_names_the_service(box: Box, nonsense: object) -> None:
    item = sent(box, AnyTransport(lambda _: nonsense))

    assert (item.state, item.reason.startswith("mail: ")) == (OutgoingState.HELD, True)


@pytest.mark.parametrize("nonsense", ["ok", 250, Outcome(250), Accepted], ids=repr)
def test_what_is_no_outcome_is_unknown(box: Box, nonsense: object) -> None:
    item = sent(box, AnyTransport(lambda envelope: dict.fromkeys(envelope.recipients, nonsense)))

    assert [type(one) for one in item.outcomes.values()] == [Unknown, Unknown]


def test_an_outcome_class_of_the_plug_ins_own_counts_as_its_kind(box: Box) -> None:
    @attrs.frozen(str=False)
    class Queued(Accepted):
        number: int = 7

    item = sent(box, MemoryTransport(always(Queued(250, text="queued as 7"))))

    assert {type(one) for one in item.outcomes.values()} == {Accepted}


def test_a_text_that_no_database_holds_is_written_down_all_the_same(box: Box) -> None:
    item = sent(box, MemoryTransport(always(Accepted(250, text="\ud800 ok"))))

    assert item.state is OutgoingState.SENT


# Time

PATIENCE_SECONDS = 30.0
POLICY = RetryPolicy(
    shortest=timedelta(minutes=1),
    longest=timedelta(minutes=10),
    lifetime=timedelta(days=1),
    lease_seconds=60,
    jitter=0,
)


def test_the_wait_doubles_up_to_the_longest(box: Box) -> None:
    item = submitted(box)
    waits: list[int] = []
    for _ in range(6):
        send(box, MemoryTransport(always(Deferred(451))), policy=POLICY)
        wait = now_is(box, item).due_at - box.runtime.now()
        waits.append(round(wait.total_seconds() / 60))
        box.clock.move(wait + timedelta(seconds=1))

    assert waits == [1, 2, 4, 8, 10, 10]


@pytest.mark.parametrize(
    ("seconds", "waited_seconds"),
    [(7_200, 7_200), (1e300, 86_400), (30, 60), (-1, 60), (float("nan"), 60), (None, 60), ("soon", 60)],
)
def test_a_service_that_is_busy_is_left_alone_for_as_long_as_it_asked_for(
    box: Box, seconds: Any, waited_seconds: int
) -> None:
    item = submitted(box)
    send(box, raising(ServiceBusy("come later", seconds)), policy=POLICY)

    waited = now_is(box, item).due_at - box.runtime.now()
    assert round(waited.total_seconds()) == waited_seconds


def test_who_waits_for_another_service_waits_no_longer_for_one_that_is_busy(box: Box) -> None:
    item = submitted(box, message=Message(from_="ann@a.test", to=["bob@b.test", Address("FAX", "+1")]))
    busy, fax = raising(ServiceBusy("come later", 7_200)), MemoryTransport(always(Deferred(451)), types=["FAX"])
    send(box, Named(busy, "busy"), Named(fax, "fax"), policy=POLICY)

    assert round((now_is(box, item).due_at - box.runtime.now()).total_seconds()) == 60


def test_a_deferred_submission_is_not_tried_before_it_is_due(box: Box) -> None:
    transport = MemoryTransport(always(Deferred(451)))
    submitted(box)
    send(box, transport, policy=POLICY)
    box.clock.move(timedelta(seconds=50))
    send(box, transport, policy=POLICY)

    assert len(transport.taken) == 1


def test_a_deferred_submission_is_tried_once_it_is_due(box: Box) -> None:
    transport = MemoryTransport(always(Deferred(451)))
    submitted(box)
    send(box, transport, policy=POLICY)
    box.clock.move(timedelta(seconds=70))
    send(box, transport, policy=POLICY)

    assert len(transport.taken) == 2


def tried(box: Box) -> None:
    """Try in vain until the wait is the longest."""
    for _ in range(4):
        box.run(box.store.make_due(NEVER))
        send(box, MemoryTransport(always(Deferred(451))), policy=POLICY)


def test_past_its_lifetime_a_deferred_recipient_is_refused(box: Box) -> None:
    item = submitted(box)
    tried(box)
    box.clock.move(timedelta(days=1, seconds=1))
    send(box, MemoryTransport(verdicts(bob=Accepted(), cid=Deferred(451, "4.2.1", "busy"))), policy=POLICY)
    outcome = now_is(box, item).outcomes[CID]

    assert (type(outcome), str(outcome.enhanced), outcome.text) == (Refused, "5.4.7", "given up: busy")


def test_past_its_lifetime_a_submission_is_still_tried_once_more(box: Box) -> None:
    item = submitted(box)
    box.clock.move(timedelta(days=5))
    send(box, MemoryTransport(), policy=POLICY)

    assert now_is(box, item).state is OutgoingState.SENT


def test_who_is_given_up_is_reported(box: Box) -> None:
    submitted(box)
    tried(box)
    box.clock.move(timedelta(days=1, seconds=1))
    send(box, MemoryTransport(always(Deferred(451))), policy=POLICY)

    assert inbox_report(box).message_class == "REPORT.IPM.Note.NDR"


def test_tries_are_counted(box: Box) -> None:
    item = submitted(box)
    for _ in range(3):
        box.run(box.store.make_due(NEVER))
        send(box, MemoryTransport(always(Deferred(451))))

    assert now_is(box, item).tries == 3


# Calls that are cut short


def test_a_deadline_that_passes_while_sending_does_not_lose_what_was_sent(box: Box) -> None:
    """The first submission takes all the time there is; its outcome is written, then the call ends."""
    first, second = submitted(box), submitted(box, transfer_id="t2")

    class Slow(MemoryTransport):
        async def submit(self, envelope: Envelope, message: Message, deadline: object) -> dict[Recipient, Outcome]:
            box.clock.move(timedelta(seconds=100))
            return dict.fromkeys(envelope.recipients, Accepted(250))

    with pytest.raises(TimedOut):
        box.run(
            send_due(
                box.runtime, guarded(box.store, box.runtime), [Named(Slow()).on(box.runtime)], box.runtime.deadline(60)
            )
        )

    assert [now_is(box, first).state, now_is(box, second).state] == [OutgoingState.SENT, OutgoingState.READY]


@pytest.mark.parametrize("is_held", [False, True])
def test_an_answer_behind_the_deadline_is_heard(box: Box, is_held: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a transport that says that it may wait for one."""
    monkeypatch.setattr("msgcore.spi.plugin._GRACE_SECONDS", 0.0)
    first, second = submitted(box), submitted(box, transfer_id="t2")

    class Answered(MemoryTransport):
        answer_seconds = 0.0 if is_held else 20.0

        async def submit(self, envelope: Envelope, message: Message, deadline: Deadline) -> dict[Recipient, Outcome]:
            await box.runtime.sleep(deadline.remaining_seconds() + 0.1)
            return dict.fromkeys(envelope.recipients, Accepted(250))

    with pytest.raises(TimedOut):
        send(box, Answered(), deadline=box.runtime.deadline(0.1))

    then = OutgoingState.HELD if is_held else OutgoingState.SENT
    assert [now_is(box, first).state, now_is(box, second).state] == [then, OutgoingState.READY]


def test_what_a_round_has_no_time_for_is_sent_by_the_next(box: Box) -> None:
    """Locks last for a round; the call goes on as long as its deadline says."""
    items = [submitted(box), submitted(box, transfer_id="t2")]

    class Slow(MemoryTransport):
        async def submit(self, envelope: Envelope, message: Message, deadline: object) -> dict[Recipient, Outcome]:
            box.clock.move(timedelta(seconds=100))
            return dict.fromkeys(envelope.recipients, Accepted(250))

    send(box, Slow(), policy=POLICY, deadline=box.runtime.deadline(3600))

    assert [now_is(box, item).state for item in items] == [OutgoingState.SENT, OutgoingState.SENT]


def test_a_transport_that_flushes_for_long_keeps_nothing_from_being_settled(box: Box) -> None:
    """Else others, whose locks end meanwhile, would send it again."""
    item = submitted(box)
    states: list[OutgoingState] = []

    class Relay(MemoryTransport):
        async def flush(self, deadline: object) -> None:
            patience = Deadline.after(PATIENCE_SECONDS)
            while not patience.is_past:
                states.append((await box.store.submission(item.entry_id, NEVER)).state)
                if states[-1] is OutgoingState.SENT:
                    return

    send(box, Named(Relay(always(NotMe())), "relay"), Named(MemoryTransport(), "mail"))

    assert states[-1] is OutgoingState.SENT


def test_a_transport_that_stands_on_something_closed_ends_no_round(box: Box) -> None:
    """Only a logoff closes the transport itself, and ends what is going on."""

    class Closing(MemoryTransport):
        async def submit(self, envelope: Envelope, message: Message, deadline: Deadline) -> Mapping[Recipient, Outcome]:
            await super().submit(envelope, message, deadline)
            raise Closed("its pool is closed")

    items, transport = [submitted(box, transfer_id=name) for name in ("t1", "t2")], Closing()
    send(box, transport)

    assert [now_is(box, item).reason for item in items] == ["its pool is closed"] * 2
    assert [now_is(box, item).tries for item in items] == [1, 1]


def test_an_outcome_that_no_queue_can_keep_holds_the_submission(box: Box) -> None:
    text: Any = 5
    item = sent(box, MemoryTransport(always(Delivered(text=text))))

    assert (item.state, item.outcomes) == (OutgoingState.HELD, dict.fromkeys(item.outcomes, Unknown()))


class Cancelling(PlainTransport):
    """Sends, and has the call cancelled before it returns, as another thread might."""

    def __init__(self, cancel: Callable[[], None]) -> None:
        super().__init__()
        self._cancel = cancel

    def submit(self, envelope: Envelope, message: Message, deadline: object) -> dict[Recipient, Outcome]:
        self.taken.append(envelope)
        self._cancel()
        return dict.fromkeys(envelope.recipients, Accepted(250))


def test_what_was_sent_when_the_call_was_cancelled_is_written_down(box: Box) -> None:
    item = submitted(box)
    with pytest.raises(OperationCancelled):
        send(box, Cancelling(box.runtime.cancel))

    assert (now_is(box, item).state, set(now_is(box, item).outcomes.values())) == (
        OutgoingState.SENT,
        {Accepted(250)},
    )


def test_a_cancelled_call_takes_up_no_further_submission(box: Box) -> None:
    submitted(box)
    submitted(box, transfer_id="t2")
    transport = Cancelling(box.runtime.cancel)
    with pytest.raises(OperationCancelled):
        send(box, transport)

    assert [envelope.transfer_id for envelope in transport.taken] == ["t1"]


def test_a_cancelled_call_leaves_no_lock(box: Box) -> None:
    submitted(box)
    submitted(box, transfer_id="t2")
    with pytest.raises(OperationCancelled):
        send(box, Cancelling(box.runtime.cancel))

    assert send(box, MemoryTransport()) == 1


class CancelledAtItsEnd(GuardedStore):
    """A store at the end of whose queue cancel() is called: when all that is due has been taken up."""

    cancel: Callable[[], None]

    async def lock_due(self, lease_seconds: float, deadline: Deadline) -> OutgoingItem | None:
        item = await super().lock_due(lease_seconds, deadline)
        if item is None:
            self.cancel()
        return item


def test_a_call_that_is_cancelled_when_all_is_taken_up_leaves_no_lock(box: Box) -> None:
    submitted(box)
    store = CancelledAtItsEnd(Plugin("store", box.store, box.runtime), box.store)
    store.cancel = box.runtime.cancel
    with pytest.raises(OperationCancelled):
        box.run(send_due(box.runtime, store, [Named(MemoryTransport()).on(box.runtime)], NEVER))

    assert send(box, MemoryTransport()) == 1


class SlowToLock(MemoryStore):
    """A plain ``def`` that is still at it when its caller is cancelled."""

    max_threads = 1

    def __init__(self) -> None:
        super().__init__()
        self.has_begun, self.goes_on = Event(), Event()

    def lock_due(self, lease_seconds: float, deadline: Deadline) -> OutgoingItem | None:
        self.has_begun.set()
        self.goes_on.wait(30)
        return super().lock_due(lease_seconds, deadline)


def test_a_task_that_is_cancelled_while_a_thread_locks_leaves_no_lock() -> None:
    store, runtime = SlowToLock(), AsyncioRuntime()
    store.submit(LETTER, "t1", NEVER)

    async def main() -> int:
        queue, transports = guarded(store, runtime), [Named(MemoryTransport()).on(runtime)]
        first = asyncio.create_task(send_due(runtime, queue, transports, NEVER))
        await asyncio.to_thread(store.has_begun.wait, 30)
        first.cancel()
        await asyncio.sleep(0)
        store.goes_on.set()
        with pytest.raises(asyncio.CancelledError):
            await first
        return await send_due(runtime, queue, transports, NEVER)

    assert asyncio.run(main()) == 1


class Telling(MemoryTransport):
    """Tells what it knows when it is cancelled, and raises nothing, as SMTP does of a message that has been said."""

    def __init__(self, cancel: Callable[[], None]) -> None:
        super().__init__()
        self._cancel = cancel

    async def submit(self, envelope: Envelope, message: Message, deadline: object) -> dict[Recipient, Outcome]:
        self._cancel()
        return dict.fromkeys(envelope.recipients, Unknown(text="cancel() ended this call"))


def test_a_call_that_is_cancelled_at_the_end_of_the_last_message_says_so(box: Box) -> None:
    item = submitted(box)
    with pytest.raises(OperationCancelled):
        send(box, Telling(box.runtime.cancel))

    assert now_is(box, item).state is OutgoingState.HELD


def test_a_transport_that_ends_its_wait_by_a_cancellation_is_deferred(box: Box) -> None:
    def cancelled(_: Envelope) -> object:
        box.runtime.cancel()
        raise OperationCancelled("cancel() ended this call")

    item = submitted(box)
    with pytest.raises(OperationCancelled):
        send(box, AnyTransport(cancelled))

    assert [type(one) for one in now_is(box, item).outcomes.values()] == [Deferred, Deferred]


def test_a_transport_that_pretends_a_cancellation_keeps_nobody_from_sending(box: Box) -> None:
    submitted(box, Message(from_="ann@a.test", to=Address("FAX", "+1")))
    submitted(box, transfer_id="t2")
    smtp, fax = MemoryTransport(), raising(OperationCancelled("by the operator"))
    fax.address_types = ["FAX"]
    send(box, Named(fax, "fax"), Named(smtp, "smtp"))

    assert len(smtp.taken) == 1


PAGE = "no " * 1_000_000


@pytest.mark.parametrize(
    "transport",
    [
        raising(AuthenticationRefused(PAGE)),
        AnyTransport(lambda envelope: dict.fromkeys(envelope.recipients, Deferred(text=PAGE))),
    ],
    ids=["raised", "told"],
)
def test_a_reason_is_of_a_bounded_size(box: Box, transport: AnyTransport) -> None:
    """A transport may say a whole page of a web server."""
    item = submitted(box)
    send(box, transport)

    assert 1_000 < len(now_is(box, item).reason) < 3_000


class Torn(BaseException):
    """What an interpreter raises into a task or thread: Control-C, a cancelled task."""


def broken_off(box: Box) -> OutgoingItem:
    """Send two messages to two transports, the second of which is broken off at the first one; give that one."""
    item = submitted(box, Message(from_="ann@a.test", to=["bob@b.test", Address("FAX", "+1")]))
    submitted(box, Message(from_="ann@a.test", to=Address("FAX", "+2")), transfer_id="t2")
    fax = raising(Torn())
    fax.address_types = ["FAX"]
    with pytest.raises(Torn):
        send(box, Named(MemoryTransport(), "smtp"), Named(fax, "fax"))
    return now_is(box, item)


def test_a_try_that_is_broken_off_knows_who_was_sent_to_and_who_may_have_been(box: Box) -> None:
    assert [type(one) for one in broken_off(box).outcomes.values()] == [Accepted, Unknown]


def test_what_a_transport_had_not_come_to_when_it_was_broken_off_is_free_for_the_next_try(box: Box) -> None:
    broken_off(box)
    [_, waiting] = box.run(box.store.outgoing(NEVER))

    assert (waiting.state, list(waiting.outcomes.values())) == (OutgoingState.READY, [Pending()])
    assert send(box, MemoryTransport(types=["FAX"])) == 1


def test_a_try_that_is_broken_off_is_held(box: Box) -> None:
    assert broken_off(box).state is OutgoingState.HELD


def test_a_try_that_was_broken_off_leaves_those_out_that_have_it(box: Box) -> None:
    item = broken_off(box)
    smtp = MemoryTransport()
    box.run(box.store.retry(item.entry_id, NEVER))
    send(box, Named(smtp, "smtp"), Named(MemoryTransport(types=["FAX", "SMS"]), "other"))

    assert (smtp.taken, now_is(box, item).state) == ([], OutgoingState.SENT)


# What stands in the queue


def test_a_message_that_cannot_be_read_is_held_and_does_not_hinder_the_next(box: Box) -> None:
    first, second = submitted(box), submitted(box, transfer_id="t2")
    box.sql("update message set overlay = '{' where id = ?", first.entry_id.number)
    send(box, MemoryTransport())

    assert [now_is(box, first).state, now_is(box, second).state] == [OutgoingState.HELD, OutgoingState.SENT]


def test_a_message_that_is_deleted_while_it_is_sent_is_gone(box: Box) -> None:
    item = submitted(box)

    def act(envelope: Envelope) -> object:
        box.sql("pragma foreign_keys = on")
        box.sql("delete from submission where message_id = ?", item.entry_id.number)
        return dict.fromkeys(envelope.recipients, Refused(550))

    send(box, AnyTransport(act))

    assert box.subjects() == []


def test_two_spoolers_send_each_submission_once(box: Box) -> None:
    transport = MemoryTransport()
    item = submitted(box)

    class Nested(MemoryTransport):
        async def submit(self, envelope: Envelope, message: Message, deadline: object) -> dict[Recipient, Outcome]:
            await send_due(box.runtime, guarded(box.store, box.runtime), [Named(transport).on(box.runtime)], NEVER)
            return dict.fromkeys(envelope.recipients, Accepted(250))

    send(box, Nested())

    assert (transport.taken, now_is(box, item).state) == ([], OutgoingState.SENT)


def test_what_one_transport_does_to_the_message_the_others_do_not_see(box: Box) -> None:
    class Changing(MemoryTransport):
        async def submit(self, envelope: Envelope, message: Message, deadline: object) -> dict[Recipient, Outcome]:
            message.subject = "changed"
            return dict.fromkeys(envelope.recipients, Accepted(250))

    submitted(box, Message(from_="ann@a.test", to=["bob@b.test", Address("FAX", "+1")], subject="as it was"))
    fax = MemoryTransport(types=["FAX"])
    send(box, Named(Changing(), "smtp"), Named(fax, "fax"))

    assert [message.subject for _, message in fax.taken] == ["as it was"]


def test_a_lost_answer_stays_held_when_the_other_transport_was_not_reached(box: Box) -> None:
    item = submitted(box, Message(from_="ann@a.test", to=["bob@b.test", Address("FAX", "+1")]))
    smtp, fax = Named(MemoryTransport(), "smtp").on(box.runtime), Named(MemoryTransport(types=["FAX"]), "fax")
    attempt = Attempt.of(item, [smtp, fax.on(box.runtime)], [])
    attempt.begin("smtp")
    attempt.end("smtp", dict.fromkeys(attempt.dealt["smtp"], Unknown()))

    assert attempt.cut_short().state is OutgoingState.HELD


def test_a_message_that_cannot_be_loaded_now_does_not_hold_up_those_behind_it(box: Box) -> None:
    class Reluctant:
        """The store, which cannot load the first message that it is asked for."""

        def __init__(self) -> None:
            self.loads = 0

        def __getattr__(self, name: str) -> object:
            return getattr(box.store, name)

        async def load(self, *arguments: object) -> Message:
            self.loads += 1
            if self.loads == 1:
                raise ConnectionLost("the disk is elsewhere")
            return LETTER

    first, second = submitted(box), submitted(box, transfer_id="t2")
    reluctant = cast("StoreProvider", Reluctant())
    store = GuardedStore(Plugin("store", reluctant, box.runtime), reluctant)
    box.run(send_due(box.runtime, store, [Named(MemoryTransport()).on(box.runtime)], NEVER))

    assert [now_is(box, one).state for one in (first, second)] == [OutgoingState.READY, OutgoingState.SENT]


def test_a_disk_without_room_for_the_report_sends_nothing_twice(box: Box) -> None:
    is_full = True

    class Full:
        """The store, on a disk that takes outcomes and no more."""

        def __getattr__(self, name: str) -> object:
            return getattr(box.store, name)

        async def settle(self, item: OutgoingItem, reports: Sequence[Incoming], deadline: Deadline) -> bool:
            if reports and is_full:
                raise StoreFull("no space left")
            return await box.store.settle(item, reports, deadline)

    item, transport = submitted(box), MemoryTransport(verdicts(bob=Accepted(), cid=Refused(550)))
    full = cast("StoreProvider", Full())
    ways = [Named(transport).on(box.runtime)]
    box.run(send_due(box.runtime, guarded(full, box.runtime), ways, NEVER))
    waiting = now_is(box, item)
    box.clock.move(timedelta(hours=2))
    is_full = False
    box.run(send_due(box.runtime, guarded(full, box.runtime), ways, NEVER))
    ended = now_is(box, item)

    assert (waiting.state, [type(one) for one in waiting.outcomes.values()]) == (
        OutgoingState.READY,
        [Accepted, Deferred],
    )
    assert transport.recipients == [["bob@b.test", "cid@c.test"], ["cid@c.test"]]
    assert (ended.state, [type(one) for one in ended.outcomes.values()]) == (OutgoingState.SENT, [Accepted, Refused])
    assert len(box.ids()) == 1


def forgotten() -> Outcome:
    raise KeyError("forgotten")


@pytest.mark.parametrize("write", [lambda: Refused(enhanced="550"), forgotten], ids=["status", "bug"])
def test_a_transport_that_breaks_after_it_may_have_sent_refuses_nobody(box: Box, write: Callable[[], Outcome]) -> None:
    """Its bug is no fault of the message: a person decides whether it is sent again."""
    item = submitted(box)
    send(box, AnyTransport(lambda _: {BOB: Accepted(250), CID: write()}))
    now = now_is(box, item)

    assert (now.state, [type(one) for one in now.outcomes.values()]) == (OutgoingState.HELD, [Unknown, Unknown])


class Looking:
    """A transport that has not done with a message before it has seen in the queue who has got it."""

    address_types: Sequence[str] = ("FAX",)

    def __init__(self, box: Box) -> None:
        self._box = box
        self.seen: dict[str, Outcome] = {}

    async def submit(self, envelope: Envelope, message: Message, deadline: Deadline) -> Mapping[Recipient, Outcome]:
        for _ in range(500):
            (item,) = await self._box.store.outgoing(NEVER)
            self.seen = {one.email_address: outcome for one, outcome in item.outcomes.items()}
            if isinstance(self.seen["bob@b.test"], Accepted):
                break
            await self._box.runtime.sleep(0.01)
        return dict.fromkeys(envelope.recipients, Accepted(250))


def test_who_has_got_it_is_written_down_while_another_transport_is_at_work(box: Box) -> None:
    """Who is killed meanwhile, be it for minutes, sends it to them no second time."""
    fax = Looking(box)
    answers = verdicts(bob=Accepted(250), cid=Unknown(text="lost"), dan=Refused(550))
    message = Message(from_="ann@a.test", to=["bob@b.test", "cid@b.test", "dan@b.test", "FAX:1"], subject="letter")

    item = sent(box, Named(MemoryTransport(answers), "mail"), Named(fax, "fax"), message=message)

    # A refusal goes with its report, and what is unknown holds the message: both when all have ended.
    assert {type(fax.seen[f"{name}@b.test"]) for name in ("cid", "dan")} == {Pending}
    assert isinstance(fax.seen["bob@b.test"], Accepted)
    assert [type(outcome) for outcome in item.outcomes.values()] == [Accepted, Unknown, Refused, Accepted]
    assert list(item.transports.values()) == ["mail", "mail", "mail", "fax"]


def test_who_has_got_it_is_written_down_before_the_next_transport_is_asked_for_the_others(box: Box) -> None:
    mail = MemoryTransport(verdicts(bob=Accepted(250), cid=NotMe()))
    other = Looking(box)
    other.address_types = ("SMTP",)

    item = sent(box, Named(mail, "mail"), Named(other, "other"))

    assert isinstance(other.seen["bob@b.test"], Accepted)
    assert list(item.transports.values()) == ["mail", "other"]
