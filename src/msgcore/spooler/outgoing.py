"""Taking submissions from an outgoing queue to transports, and settling each recipient's lot.

A round locks what is due, deals each submission's recipients to the transports, and lets the transports act side by
side, each on its own share in the order of submission: one that hangs holds up nobody else's mail. When the last of its
transports has ended, a submission's outcomes, its next try and the reports are written in one transaction; who got it
before that is written down at once. A process that is killed in between leaves locks that end by themselves, and the
submissions are taken up again: a transport sees the same transfer id.

Before any transport, the hooks of the profile see the submission, once: what they made of it is kept in the queue, and
every try sends that.

A recipient that is refused, or that no transport claims, is reported to the inbox. A fault in the set-up (password,
certificate, plug-in) holds the submission with its reason until somebody retries or aborts it, or it expires by its
own terms; and so does an outcome that nobody knows: it is not sent twice without being asked.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

import attrs

from msgcore.base.times import Deadline
from msgcore.errors import (
    Closed,
    LimitExceeded,
    MalformedMessage,
    MsgcoreError,
    NameNotResolved,
    NotFound,
    NotLoaded,
    OperationCancelled,
    PluginBroken,
    SetupError,
    StoreCorrupt,
    StoreFull,
    TryAgain,
    UsageError,
)
from msgcore.model.envelope import Envelope
from msgcore.model.message import Message
from msgcore.model.outcome import Accepted, Deferred, Delivered, NotMe, Outcome, Refused, Unknown
from msgcore.model.recipient import Recipient
from msgcore.runtime.abc import NEVER, Group, Lock, RunningCall, Runtime
from msgcore.spi.capability import Capability
from msgcore.spi.guarded_hook import GuardedHook
from msgcore.spi.guarded_store import GuardedStore
from msgcore.spi.guarded_transport import GuardedTransport, HandedOver
from msgcore.spi.outcomes import with_short_texts
from msgcore.spi.outgoing_queue import OutgoingItem, OutgoingState
from msgcore.spi.patience import seconds_asked_for
from msgcore.spi.persist import written_down
from msgcore.spi.store import NO_LOAD_LIMIT, Incoming
from msgcore.spooler.attempt import Attempt, FailedService
from msgcore.spooler.envelope import envelope_of
from msgcore.spooler.named_error import named_error
from msgcore.spooler.preprocessing import Preprocessing, preprocess
from msgcore.spooler.reports import non_delivery_reports
from msgcore.spooler.retry import RetryPolicy, ends_at

__all__ = ["OnSent", "send_due"]

OnSent = Callable[[OutgoingItem, Message | None], None]
"""Is told of a submission, and of its message as it went out, if it was loaded."""

_log = logging.getLogger("msgcore.spooler")

_ROUND = 100
_SHARE_OF_LEASE = 0.85

# The message or the call is what is wrong: no later try can end better. Any other cause counts as temporary.
_HOPELESS = (UsageError, MalformedMessage, LimitExceeded, NotLoaded)


async def send_due(
    runtime: Runtime,
    store: GuardedStore,
    transports: Sequence[GuardedTransport],
    deadline: Deadline,
    policy: RetryPolicy | None = None,
    failed: Sequence[FailedService] = (),
    hooks: Sequence[GuardedHook] = (),
    chance: Callable[[], float] = random.random,
    on_sent: OnSent = lambda _, __: None,
) -> int:
    """Work off what is due in one outgoing queue, then what transports hold themselves; give how many were taken up.

    A submission that a ``failed`` service would take, or might, is held with the reason. ``chance`` gives numbers from
    0 up to 1, which spread the next tries. ``on_sent`` is told of each submission that has left the outbox.

    Raises:
        TimedOut: the deadline passed; what was being sent is deferred or unknown by then, as each transport found.
        OperationCancelled: cancel() was called; what transports had done by then is written down.
        MsgcoreError: what a transport's ``flush`` raised, after the others had ended.
    """
    outbound = [hook for hook in hooks if hook.is_outbound]
    spooler = _Spooler(
        runtime, store, transports, deadline, policy or RetryPolicy(), failed, outbound, chance, on_sent, runtime.lock()
    )
    with runtime.as_one_call() as call:
        await _make_expired_due(store, runtime.now(), deadline)
        return await _send_due(spooler, call)


async def _send_due(spooler: _Spooler, call: RunningCall) -> int:
    deadline, taken = spooler.deadline, 0
    while True:
        # Nobody else may take a submission up while a transport still works on it, however late it is answered.
        within = deadline.sooner(spooler.policy.lease_seconds * _SHARE_OF_LEASE)
        # What transports hold themselves may take longer than a lock lasts: nothing waits for it to be settled.
        async with spooler.runtime.group() as flushes:  # before anything is locked: cancel() may come here
            attempts = await spooler.take_up()
            await spooler.work(attempts, within, flushes)
        call.check()  # transports may only have told what they knew when cancel() was called
        taken += len(attempts)
        if attempts and not spooler.errors:
            deadline.check("flush queues")
        if spooler.errors and deadline.is_past:
            break
        if len(attempts) < _ROUND and all(attempt.is_settled for attempt in attempts):
            break
    if spooler.errors:
        raise spooler.errors[0]
    return taken


async def _make_expired_due(store: GuardedStore, now: datetime, deadline: Deadline) -> None:
    """Take up what is held and has expired: its recipients are reported, whatever it was held for."""
    try:
        items = await store.outgoing(deadline)
    except StoreCorrupt:  # what can be read is sent all the same
        return
    for item in items:
        end = ends_at(item)
        if end is not None and end <= now:
            with suppress(NotFound, UsageError):  # somebody else has ended it
                await store.retry(item.entry_id, deadline)


@attrs.frozen
class _Spooler:
    runtime: Runtime
    store: GuardedStore
    transports: Sequence[GuardedTransport]
    deadline: Deadline
    policy: RetryPolicy
    failed: Sequence[FailedService]
    hooks: Sequence[GuardedHook]
    chance: Callable[[], float]
    on_sent: OnSent
    guard: Lock
    errors: list[MsgcoreError] = attrs.field(factory=list[MsgcoreError])

    async def take_up(self) -> list[Attempt]:
        """Lock what is due, a round of it at most."""
        attempts: list[Attempt] = []
        try:
            while len(attempts) < _ROUND:
                with self.runtime.shielded():  # who has locked has to know it, or nobody unlocks
                    item = await self.store.lock_due(self.policy.lease_seconds, self.deadline)
                if item is None:
                    break
                attempts.append(Attempt.of(item, self.transports, self.failed, self.runtime.now()))
        except BaseException:
            await self._give_back(attempts)
            raise
        return attempts

    async def work(self, attempts: Sequence[Attempt], within: Deadline, flushes: Group) -> None:
        """Let every transport act on its share, and give back what none came to."""
        try:
            if self.hooks:
                step = Preprocessing(self.runtime, self.store, self.hooks, within)
                await preprocess(step, attempts)
            flushing = {one.name for one in self.transports if one.can(Capability.FLUSH)}
            while True:
                at_work = [attempt for attempt in attempts if not attempt.is_settled]
                for attempt in at_work:
                    if attempt.is_done:
                        await self._settle(attempt)
                lanes = [(one, [each for each in at_work if one.name in each.dealt]) for one in self.transports]
                await self._side_by_side(
                    [
                        self._act(transport, share, within, flushes if transport.name in flushing else None)
                        for transport, share in lanes
                        if share or transport.name in flushing
                    ]
                )
                flushing.clear()
                passed_on = [attempt for attempt in at_work if attempt.passed_on and not attempt.is_settled]
                if not passed_on or within.is_past:
                    break
                for attempt in passed_on:
                    attempt.deal_on()
        finally:
            await self._give_back(attempts)

    async def _side_by_side(self, lanes: Sequence[Coroutine[Any, Any, None]]) -> None:
        try:
            async with self.runtime.group() as group:
                for lane in lanes[1:]:
                    group.start(lane)
                for lane in lanes[:1]:
                    await lane
        finally:
            for lane in lanes:
                lane.close()  # one that was never begun

    async def _act(
        self, transport: GuardedTransport, share: Sequence[Attempt], within: Deadline, flushes: Group | None
    ) -> None:
        """Submit a transport's share in order, then let it work off what it holds itself, beside the others."""
        for attempt in share:
            if within.is_past:
                return
            cancelled = await self._submit(transport, attempt, within)
            async with self.guard:
                is_last = attempt.is_done and not attempt.is_settled
                if is_last:
                    attempt.is_settled = True
            if is_last:
                await self._settle(attempt)
            if cancelled is not None:
                raise cancelled
        if flushes is not None:
            flushes.start(self._flush(transport))

    async def _flush(self, transport: GuardedTransport) -> None:
        try:
            await transport.flush(self.deadline)
        except OperationCancelled:
            raise
        except MsgcoreError as error:  # raised when all the others have done their work
            self.errors.append(error)

    async def _submit(
        self, transport: GuardedTransport, attempt: Attempt, within: Deadline
    ) -> OperationCancelled | None:
        recipients = attempt.dealt[transport.name]
        try:
            # Each transport has a message of its own: what one does to it is nobody else's affair.
            goes_out = attempt.item.preprocessed or attempt.item.entry_id
            message = await self.store.load(goes_out, NO_LOAD_LIMIT, within)
        except NotFound:  # deleted since it was locked, and the lock with it
            if attempt.item.preprocessed not in {None, attempt.item.entry_id}:
                attempt.hold(recipients, "what the hooks made of the message is gone; abort it, and submit it again")
            attempt.end(transport.name, {})
            return None
        except StoreCorrupt as error:
            attempt.hold(recipients, f"the message cannot be read: {error}")
            attempt.end(transport.name, {})
            return None
        except OperationCancelled:
            raise
        except MsgcoreError as error:
            attempt.end(transport.name, dict.fromkeys(recipients, Deferred(text=str(error), stage="store")))
            return None
        attempt.message = message
        attempt.begin(transport.name)
        envelope = envelope_of(attempt.item, recipients, message)
        handed = await _handed_over(transport, attempt, envelope, message, within)
        try:
            await self._note_taken(transport, attempt, handed.outcomes)
        finally:
            attempt.end(transport.name, handed.outcomes)
        return handed.cancelled

    async def _note_taken(
        self, transport: GuardedTransport, attempt: Attempt, outcomes: Mapping[Recipient, Outcome]
    ) -> None:
        """Write down who has got it while others work on it still: who is killed meanwhile sends it to nobody twice.

        The rest is for the end: reports go with refusals, and an outcome that nobody knows holds the submission.
        """
        taken = {one: outcome for one, outcome in outcomes.items() if isinstance(outcome, Accepted | Delivered)}
        goes_on = bool(attempt.at_work_beside(transport.name)) or any(
            isinstance(outcome, NotMe) for outcome in outcomes.values()
        )
        if not taken or not goes_on:
            return
        try:
            with self.runtime.shielded():
                await self.store.note_outcomes(attempt.item.entry_id, taken, NEVER)
        except MsgcoreError as error:
            _log.warning("who has got a message is written down later: %s", error)

    async def _settle(self, attempt: Attempt) -> None:
        attempt.is_settled = True
        await self._write(attempt, attempt.settled(self.runtime.now(), self.policy, self.chance()))

    async def _give_back(self, attempts: Sequence[Attempt]) -> None:
        """Unlock what was not settled: the call was cut before all of its transports came to it.

        One that cannot be written down keeps no other from that.
        """
        failed: MsgcoreError | None = None
        for attempt in attempts:
            if not attempt.is_settled:
                try:
                    await self._write(attempt, attempt.cut_short())
                except MsgcoreError as error:
                    failed = failed or error
        if failed is not None:
            raise failed

    async def _write(self, attempt: Attempt, item: OutgoingItem) -> None:
        # Around both steps: a task that is cancelled while the original is loaded for the report writes, too.
        await written_down(self.runtime, lambda: self._write_with_reports(attempt, item))

    async def _write_with_reports(self, attempt: Attempt, item: OutgoingItem) -> None:
        reports: list[Incoming] = []
        if any(isinstance(outcome, Refused) for outcome in item.outcomes.values()):
            reports = await self._reports(attempt, item)
        try:
            await written_down(self.runtime, lambda: self.store.settle(item, reports, NEVER))
            if item.state is OutgoingState.SENT:
                self.on_sent(item, attempt.message)
        except StoreFull:
            if not reports:
                raise
            # Who has got it must be known, or gets it again when the lock ends; who was refused is asked once more.
            now = self.runtime.now()
            unreported = attempt.without_refusals(item, now, self.policy, self.chance())
            await written_down(self.runtime, lambda: self.store.settle(unreported, [], NEVER))

    async def _reports(self, attempt: Attempt, item: OutgoingItem) -> list[Incoming]:
        message = attempt.message
        if message is None or attempt.item.preprocessed not in {None, item.entry_id}:
            try:
                message = await written_down(self.runtime, lambda: self.store.load(item.entry_id, NO_LOAD_LIMIT, NEVER))
            except NotFound:
                if message is None:
                    return []
            except StoreCorrupt:
                pass  # the sender is told all the same
            except MsgcoreError:
                if message is None:
                    raise
                # Some have been sent to: that has to be written down, with a report of what was sent if need be.
        return non_delivery_reports(attempt.item, item.outcomes, message, self.runtime.now())


async def _handed_over(
    transport: GuardedTransport, attempt: Attempt, envelope: Envelope, message: Message, deadline: Deadline
) -> HandedOver:
    """Submit to one transport; when it raises, all its recipients are deferred, or refused when no try can help."""
    try:
        return await transport.submit(envelope, message, deadline)
    except Closed as error:  # the session was logged off meanwhile; or else what the transport stands on is closed
        ends = OperationCancelled(str(error)) if transport.is_closed else None
        return HandedOver(_all(envelope, Deferred(text=str(error), stage="submit")), ends)
    except OperationCancelled as error:
        return HandedOver(_all(envelope, Deferred(text=str(error), stage="submit")), error)
    except (TryAgain, NameNotResolved) as error:
        asked = seconds_asked_for(error)
        if asked is not None:
            attempt.asked_seconds.update(dict.fromkeys(envelope.recipients, asked))
        # A machine without a network says of every name that there is none: it waits, as for a server that is silent.
        return HandedOver(_all(envelope, Deferred(text=str(error), stage="submit")))
    except PluginBroken as error:
        # Whom it had sent to when it broke, it cannot say any more.
        attempt.reasons.append(named_error(transport.name, error))
        return HandedOver(_all(envelope, Unknown(text=str(error), stage="submit")))
    except SetupError as error:
        attempt.reasons.append(named_error(transport.name, error))
        return HandedOver(_all(envelope, Deferred(text=str(error), stage="submit")))
    except _HOPELESS as error:
        return HandedOver(_all(envelope, Refused(text=str(error), stage="submit")))
    except MsgcoreError as error:
        return HandedOver(_all(envelope, Deferred(text=str(error), stage="submit")))


def _all(envelope: Envelope, outcome: Outcome) -> dict[Recipient, Outcome]:
    return dict.fromkeys(envelope.recipients, with_short_texts(outcome))
