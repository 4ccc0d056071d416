"""Hooks that see what goes out: once for each submission, in order, and nothing goes past one that fails."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import cast

import pytest

from msgcore.base.ids import EntryId
from msgcore.base.times import Deadline
from msgcore.codecs import mime
from msgcore.errors import ConnectionLost, CutShort, OperationCancelled, StoreError, TimedOut
from msgcore.model import Accepted, Deferred, Envelope, Message, Outcome, Recipient, Refused
from msgcore.runtime import NEVER
from msgcore.spi.guarded_hook import GuardedHook
from msgcore.spi.hooks import Hold, HookAnswer, Processed
from msgcore.spi.outgoing_queue import OutgoingItem, OutgoingState
from msgcore.spi.plugin import Plugin
from msgcore.spi.store import SpecialFolder, StoreProvider
from msgcore.spooler.attempt import FailedService
from msgcore.spooler.outgoing import send_due
from tests.providers.internal.box import Box
from tests.spooler.desk import LETTER, now_is, send, submitted, verdicts
from tests.spooler.transports import MemoryTransport, Named, accept, guarded

BOB, CID = LETTER.recipients
Act = Callable[[Envelope, Message], HookAnswer]


class Hook:
    """A plain one that does what it is told, and remembers what it saw."""

    def __init__(self, act: Act) -> None:
        self._act = act
        self.saw: list[tuple[list[str], str | None]] = []

    def process_outbound(self, envelope: Envelope, message: Message, deadline: Deadline) -> HookAnswer:
        self.saw.append(([one.email_address for one in envelope.recipients], message.subject))
        return self._act(envelope, message)


class AsyncHook(Hook):
    async def process_outbound(  # type: ignore[override]  # pyright: ignore[reportIncompatibleMethodOverride]
        self, envelope: Envelope, message: Message, deadline: Deadline
    ) -> HookAnswer:
        return super().process_outbound(envelope, message, deadline)


def renamed(subject: str, *, in_sent_copy: bool = False) -> Act:
    def act(_: Envelope, message: Message) -> HookAnswer:
        message.subject = f"{message.subject}, {subject}"
        return Processed(message, in_sent_copy=in_sent_copy)

    return act


def raising(error: Exception) -> Act:
    def act(_: Envelope, message: Message) -> HookAnswer:
        raise error

    return act


def saying(answer: object) -> Act:
    return lambda *_: answer  # type: ignore[return-value]  # pyright: ignore[reportReturnType]  # nonsense, too


def passed(box: Box, *hooks: object, verdict: Callable[[Recipient], Outcome] = accept) -> MemoryTransport:
    """Submit a letter, and work off the queue once."""
    transport = MemoryTransport(verdict)
    submitted(box)
    send(box, transport, hooks=hooks)
    return transport


def subjects(transport: MemoryTransport) -> list[str | None]:
    return [message.subject for _, message in transport.taken]


def the_item(box: Box) -> OutgoingItem:
    [item] = box.run(box.store.find_submissions("t1", "", NEVER))
    return item


@pytest.mark.parametrize("kind", [Hook, AsyncHook])
def test_hooks_change_what_goes_out_one_after_the_other(box: Box, kind: type[Hook]) -> None:
    transport = passed(box, kind(renamed("scanned")), kind(renamed("signed")))

    assert subjects(transport) == ["letter, scanned, signed"]


@pytest.mark.parametrize(
    ("shown", "copy"),
    [
        ((False, False), "letter"),
        ((True, False), "letter, a"),
        ((True, True), "letter, a, b"),
        ((False, True), "letter, a, b"),
    ],
)
def test_the_sent_copy_is_what_its_sender_wrote_unless_a_hook_says_so(
    box: Box, shown: Sequence[bool], copy: str
) -> None:
    hooks = [Hook(renamed(name, in_sent_copy=is_shown)) for name, is_shown in zip("ab", shown, strict=True)]

    assert (subjects(passed(box, *hooks)), box.subjects(SpecialFolder.SENT_ITEMS)) == (["letter, a, b"], [copy])


def test_what_a_hook_makes_anew_has_the_author_date_and_id_of_what_it_saw(box: Box) -> None:
    written = Message(
        from_="ann@a.test", to="bob@b.test", message_id="<m@a.test>", date=datetime(2026, 3, 1, tzinfo=UTC)
    )
    submitted(box, written)
    transport = MemoryTransport()
    send(box, transport, hooks=[Hook(saying(Processed(Message(to="bob@b.test", text="sealed"))))])
    [(_, message)] = transport.taken

    assert (message.from_, message.date, message.message_id, message.text) == (
        written.from_,
        written.date,
        "<m@a.test>",
        "sealed\n",
    )


def test_what_a_hook_does_to_its_copy_alone_changes_nothing(box: Box) -> None:
    def act(envelope: Envelope, message: Message) -> HookAnswer:
        renamed("changed")(envelope, message)
        return None

    assert subjects(passed(box, Hook(act))) == ["letter"]


def test_every_try_sends_what_the_hooks_made_once(box: Box) -> None:
    hook = Hook(renamed("stamped"))
    transport = passed(box, hook, verdict=verdicts(bob=Accepted(), cid=Deferred(451)))
    box.run(box.store.make_due(NEVER))
    send(box, transport, hooks=[hook])

    assert (len(hook.saw), subjects(transport)) == (1, ["letter, stamped", "letter, stamped"])


class Torn(BaseException):
    """What a killed process looks like to those who look afterwards."""


def test_who_is_killed_after_the_hooks_have_seen_it_does_not_show_it_again(box: Box) -> None:
    hook = Hook(renamed("stamped"))

    class Killed(MemoryTransport):
        async def submit(self, envelope: Envelope, message: Message, deadline: object) -> dict[Recipient, Outcome]:
            raise Torn

    submitted(box)
    with pytest.raises(Torn):
        send(box, Killed(), hooks=[hook])
    box.run(box.store.retry(the_item(box).entry_id, NEVER))
    transport = MemoryTransport()
    send(box, transport, hooks=[hook])

    assert (len(hook.saw), subjects(transport)) == (1, ["letter, stamped"])


# Refusing and holding


def test_whom_a_hook_refuses_the_next_hook_and_the_transports_do_not_see(box: Box) -> None:
    first = Hook(saying(Processed(refused={CID: Refused(text="no key for cid")})))
    second = Hook(saying(None))
    transport = passed(box, first, second)

    assert (second.saw, transport.recipients) == ([(["bob@b.test"], "letter")], [["bob@b.test"]])
    assert the_item(box).outcomes[CID].text == "no key for cid"


def test_whom_hooks_refuse_is_reported_once_with_what_the_sender_wrote(box: Box) -> None:
    hooks = [Hook(renamed("stamped")), Hook(saying(Processed(refused={CID: Refused(text="no key for cid")})))]
    passed(box, *hooks)
    [report] = [box.load(one) for one in box.ids()]
    told = mime.read_delivery_report(report)

    assert told is not None
    assert ([one.address for one in told.recipients], told.original_subject) == ([CID.address], "letter")


def test_what_a_hook_refuses_goes_to_nobody_and_has_ended(box: Box) -> None:
    transport = passed(box, Hook(saying(Refused(text="there is a virus in it"))))

    assert (transport.taken, the_item(box).state, len(box.ids())) == ([], OutgoingState.SENT, 1)


FAULTS: list[tuple[Act, str]] = [
    (saying(Hold("for the boss")), "Hook: for the boss"),
    (raising(ZeroDivisionError("boom")), "ZeroDivisionError: boom"),
    (raising(ValueError("no")), "ValueError: no"),
    (saying("ok"), "need Processed, Hold, Refused or None"),
    (saying(Hold(5)), "need a reason that is a str"),  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    (saying(Refused(text=5)), "need Refused with a code"),  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    (saying(Processed(refused={BOB: Refused("550")})), "need Refused with a code"),  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    (lambda *_: Processed(refused={BOB: Accepted()}), "refused needs a Refused"),  # type: ignore[dict-item]  # pyright: ignore[reportArgumentType]
]


@pytest.mark.parametrize(("act", "reason"), FAULTS)
def test_nothing_goes_past_a_hook_that_fails_or_holds(box: Box, act: Act, reason: str) -> None:
    transport = passed(box, Hook(saying(None)), Hook(act))
    item = the_item(box)

    assert (transport.taken, item.state, reason in item.reason) == ([], OutgoingState.HELD, True)


def test_what_was_held_is_seen_again_after_a_retry(box: Box) -> None:
    passed(box, Hook(saying(Hold("for the boss"))))
    box.run(box.store.retry(the_item(box).entry_id, NEVER))
    transport = MemoryTransport()
    send(box, transport, hooks=[Hook(renamed("approved"))])

    assert subjects(transport) == ["letter, approved"]


def test_what_a_hook_cannot_do_now_waits_for_the_next_try(box: Box) -> None:
    transport = passed(box, Hook(raising(ConnectionLost("the scanner is away"))))
    item = the_item(box)

    assert (transport.taken, item.state, item.reason) == ([], OutgoingState.READY, "Hook: the scanner is away")


def test_a_hook_that_hung_is_not_waited_for_again_in_this_round(box: Box) -> None:
    second = submitted(box, transfer_id="t2")
    hook = Hook(raising(CutShort("Hook: it did not keep to its deadline")))
    transport = passed(box, hook)
    states = {the_item(box).state, now_is(box, second).state}

    assert (len(hook.saw), transport.taken, states) == (1, [], {OutgoingState.HELD, OutgoingState.READY})


def test_a_hook_whose_time_others_used_up_is_asked_again(box: Box) -> None:
    """Nobody has to see to a submission only because the round was over."""
    items = [submitted(box), submitted(box, transfer_id="t2")]

    class Slow(Hook):
        def process_outbound(self, envelope: Envelope, message: Message, deadline: Deadline) -> HookAnswer:
            box.clock.move(40)
            if self.saw:
                raise CutShort("Hook: it did not keep to its deadline")
            return super().process_outbound(envelope, message, deadline)

    with pytest.raises(TimedOut):
        send(box, MemoryTransport(), hooks=[Slow(saying(None))], deadline=box.runtime.deadline(60))

    assert [now_is(box, item).state for item in items] == [OutgoingState.READY, OutgoingState.READY]


def test_what_lost_its_preprocessed_message_can_be_aborted(box: Box) -> None:
    """As it may be after the repair of a damaged file."""
    passed(box, Hook(renamed("stamped")), verdict=lambda _: Deferred(451))
    made = the_item(box).preprocessed
    assert made is not None
    box.sql("delete from message where id = ?", made.number)
    box.run(box.store.abort(the_item(box).entry_id, NEVER))

    assert the_item(box).state is OutgoingState.ABORTED


def test_a_cancelled_hook_leaves_the_submission_for_the_next_call(box: Box) -> None:
    submitted(box)

    class Waiting(Hook):
        async def process_outbound(  # type: ignore[override]  # a hook may be a coroutine
            self, envelope: Envelope, message: Message, deadline: Deadline
        ) -> HookAnswer:
            box.runtime.cancel()
            raise OperationCancelled("cancel() was called")

    with pytest.raises(OperationCancelled):
        send(box, MemoryTransport(), hooks=[Waiting(saying(None))])
    transport = MemoryTransport()
    send(box, transport, hooks=[Hook(renamed("seen"))])

    assert subjects(transport) == ["letter, seen"]


def test_nothing_goes_past_a_hook_that_could_not_be_opened(box: Box) -> None:
    item, transport = submitted(box), MemoryTransport()
    send(box, transport, failed=[FailedService("scanner", None, "no licence", is_hook=True)])
    now = now_is(box, item)

    assert (transport.taken, now.state, now.reason) == (
        [],
        OutgoingState.HELD,
        "scanner could not be opened: no licence",
    )


def test_what_was_sent_is_written_down_when_the_task_is_cancelled_while_the_original_is_loaded(box: Box) -> None:
    item, transport = submitted(box), MemoryTransport(verdicts(bob=Accepted(), cid=Refused(550)))
    torn = [Torn()]

    class Cancelled:
        """The store, in a task that is cancelled at the first load for the report."""

        def __getattr__(self, name: str) -> object:
            return getattr(box.store, name)

        async def load(self, entry_id: EntryId, limit_octets: int, deadline: Deadline) -> Message:
            if transport.taken and torn:
                raise torn.pop()
            return await box.store.load(entry_id, limit_octets, deadline)

    store = guarded(cast("StoreProvider", Cancelled()), box.runtime)
    hook = Hook(renamed("stamped"))
    hooks = [GuardedHook(Plugin("stamp", hook, box.runtime), hook)]
    with pytest.raises(Torn):
        box.run(send_due(box.runtime, store, [Named(transport).on(box.runtime)], NEVER, hooks=hooks))
    now = now_is(box, item)

    assert (now.state, [type(one) for one in now.outcomes.values()]) == (OutgoingState.SENT, [Accepted, Refused])
    assert len(box.ids()) == 1


def test_what_was_sent_is_written_down_when_the_original_cannot_be_loaded_for_the_report(box: Box) -> None:
    item, transport = submitted(box), MemoryTransport(verdicts(bob=Accepted(), cid=Refused(550)))

    class Failing:
        """The store, whose disk cannot read the original once the transport has had what the hook made of it."""

        def __getattr__(self, name: str) -> object:
            return getattr(box.store, name)

        async def load(self, entry_id: EntryId, limit_octets: int, deadline: Deadline) -> Message:
            if transport.taken and entry_id == item.entry_id:
                raise StoreError("a bad sector")
            return await box.store.load(entry_id, limit_octets, deadline)

    failing = cast("StoreProvider", Failing())
    hook = Hook(renamed("stamped"))
    hooks = [GuardedHook(Plugin("stamp", hook, box.runtime), hook)]
    ready = [Named(transport).on(box.runtime)]
    box.run(send_due(box.runtime, guarded(failing, box.runtime), ready, NEVER, hooks=hooks))
    now = now_is(box, item)
    [report] = [box.load(one) for one in box.ids()]

    assert (now.state, [type(one) for one in now.outcomes.values()]) == (OutgoingState.SENT, [Accepted, Refused])
    assert report.subject == "Undeliverable: letter, stamped"
