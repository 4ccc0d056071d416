"""Sessions: handing parcels to a hop's gateway, one behind the other, and writing down what became of each."""

from __future__ import annotations

import functools
import logging
from collections.abc import Mapping, Sequence
from typing import cast

import attrs

from msgcore.base.records import record
from msgcore.base.times import Deadline
from msgcore.errors import CutShort, MsgcoreError, PluginBroken, TimedOut
from msgcore.model.envelope import Envelope
from msgcore.model.outcome import Deferred, Outcome
from msgcore.model.recipient import Recipient
from msgcore.mta.manager.dispatch import Dispatch
from msgcore.mta.manager.hop import Addressee, Hop, Parcel
from msgcore.mta.manager.in_hand import InHand
from msgcore.mta.manager.settings import ManagerSettings
from msgcore.mta.manager.settling import Settling
from msgcore.mta.manager.ways import Way, Ways, is_link_failure, outcome_of_error
from msgcore.mta.queue.contract import WorkQueue
from msgcore.runtime.abc import NEVER, Group, Runtime
from msgcore.spi.gateway import Content, Gateway, SupportsBatches
from msgcore.spi.outcomes import checked_outcomes
from msgcore.spi.patience import seconds_asked_for

__all__ = ["Sessions"]

_log = logging.getLogger("msgcore.mta")

# What is kept as MIME goes out as it is.
_QUICK_PROFILES = frozenset({"as it is", "mime", "tnef"})

_Outcomes = Mapping[Recipient, Outcome]


@record
class _Call:
    """A copy of a parcel's message in one form, for those who get it so."""

    parcel: Parcel
    to: tuple[Addressee, ...]
    envelope: Envelope
    content: Content


class _Left:
    """Those of some parcels of whom the gateway has said nothing yet."""

    def __init__(self, parcels: Sequence[Parcel]) -> None:
        self.has_taken = False
        self._rest = {id(parcel): (parcel, list(parcel.addressees)) for parcel in parcels}

    def take(self, call: _Call) -> None:
        self.has_taken = True
        parcel, left = self._rest.pop(id(call.parcel))
        if len(call.to) < len(left):
            gone = set(map(id, call.to))
            self._rest[id(parcel)] = (parcel, [one for one in left if id(one) not in gone])

    def drop(self, parcel: Parcel) -> None:
        del self._rest[id(parcel)]

    def take_all(self) -> list[Parcel]:
        rest = [attrs.evolve(parcel, addressees=tuple(left)) for parcel, left in self._rest.values()]
        self._rest.clear()
        return rest


class Sessions:
    """The deliveries of one run, in ``group``, until ``deadline``."""

    def __init__(
        self,
        runtime: Runtime,
        queue: WorkQueue,
        ways: Ways,
        settling: Settling,
        in_hand: InHand,
        dispatch: Dispatch,
        settings: ManagerSettings,
    ) -> None:
        self._runtime = runtime
        self._queue = queue
        self._ways = ways
        self._settling = settling
        self._in_hand = in_hand
        self._settings = settings
        self._dispatch = dispatch
        dispatch.send_off = self.send_off
        self.group: Group = runtime.group()
        self.deadline = NEVER

    def send_off(self, hop: Hop) -> None:
        """Let as many sessions begin as the hop's pace allows and its parcels need."""
        while self._may_begin and hop.begin(self._runtime.monotonic(), self._settings.stretch):
            self.group.start(self._session(hop))

    @property
    def _may_begin(self) -> bool:
        return not self._dispatch.is_stopping and not self.deadline.is_past

    async def _session(self, hop: Hop) -> None:
        """Deliver what waits for a hop, one stretch behind the other, as long as its pace has a place for this one."""
        hop.started()
        try:
            while hop.waiting and hop.pace.busy <= hop.pace.state.window and self._may_begin:
                parcels = self._fresh(hop.take(1 if hop.is_down else self._settings.stretch))
                if parcels:
                    begun_at = self._runtime.monotonic()
                    await self._deliver(hop, parcels)
                    hop.took((self._runtime.monotonic() - begun_at) / len(parcels))
                if hop.is_down:
                    break
        finally:
            hop.pace.ended()
            if hop.is_down:
                self._dispatch.leave(hop)
            self.send_off(hop)

    def _fresh(self, parcels: Sequence[Parcel]) -> list[Parcel]:
        """Keep the parcels whose lease has half its time left, and whose sender's time is not over.

        The others are given back.
        """
        earliest, now = self._runtime.monotonic() - self._settings.lease_seconds / 2, self._runtime.now()
        fresh: list[Parcel] = []
        for parcel in parcels:
            if parcel.claimed_at >= earliest and not parcel.claim.message.is_too_late(now):
                fresh.append(parcel)
            else:
                self._in_hand.give_back(parcel.claim, [one.queued for one in parcel.addressees])
        return fresh

    async def _deliver(self, hop: Hop, parcels: Sequence[Parcel]) -> None:
        left = _Left(parcels)
        try:
            way = self._ways.way(hop.connector)
            within = self._until(parcels, way)
            with way.used():
                calls = await self._all_calls(hop, parcels, way, left, within)
                await self._hand_over(hop, way, calls, left, within)
            self._not_told(hop, left, PluginBroken(f"{way.plugin.name} gave no outcome"))
        except MsgcoreError as error:
            self._not_told(hop, left, error)
        except BaseException:
            # Cancelled: give the recipients back at once instead of when their lease runs out.
            cut = Deferred(text="the delivery was cut short", stage="gateway")
            for parcel in left.take_all():
                self._settle(hop, parcel, [(one, cut) for one in parcel.addressees])
            raise

    def _until(self, parcels: Sequence[Parcel], way: Way) -> Deadline:
        """Say until when these may be delivered, so that the last answer comes within their lease."""
        ends = min(one.claimed_at for one in parcels) + self._settings.lease_seconds - self._answer_seconds(way)
        return self.deadline.sooner(ends - self._runtime.monotonic())

    def _answer_seconds(self, way: Way) -> float:
        """Say how long a gateway may wait for answers beyond its deadline: of a short lease not all."""
        return min(way.answer_seconds, self._settings.lease_seconds / 4)

    def _calls(self, hop: Hop, parcel: Parcel, way: Way) -> list[_Call]:
        """Part a parcel by the form in which its recipients get the message.

        Raises:
            MsgcoreError: the message cannot be made into what the gateway takes.
        """
        content, message = parcel.content, parcel.claim.message
        request = message.request_at(self._runtime.now())
        by_recipient = {one.queued.recipient: one for one in parcel.addressees}
        return [
            _Call(
                parcel,
                tuple([by_recipient[one] for one in copy.recipients]),
                Envelope(message.sender, copy.recipients, message.transfer_id, request, trace),
                content.make(copy.form),
            )
            for trace, recipients in self._traces(hop, parcel)
            for copy in content.copies(recipients, way.plugin.target, hop.connector.content)
        ]

    def _traces(self, hop: Hop, parcel: Parcel) -> list[tuple[tuple[str, ...], tuple[Recipient, ...]]]:
        """Part the recipients of a parcel by what the site behind a connector is told of where their copy has been."""
        if not hop.connector.leads_to:
            return [((), tuple([one.queued.recipient for one in parcel.addressees]))]
        anew = self._dispatch.here
        gone_on = (*parcel.claim.message.trace, *anew)
        parted: dict[tuple[str, ...], list[Recipient]] = {}
        for one in parcel.addressees:
            parted.setdefault(anew if one.queued.is_successor else gone_on, []).append(one.queued.recipient)
        return [(trace, tuple(those)) for trace, those in parted.items()]

    async def _all_calls(
        self, hop: Hop, parcels: Sequence[Parcel], way: Way, left: _Left, deadline: Deadline
    ) -> list[_Call]:
        """Prepare what is handed over; a message that cannot be made into what is taken is settled by itself."""
        calls: list[_Call] = []
        for parcel in parcels:
            is_quick = parcel.claim.content.form == "mime" and hop.connector.content in _QUICK_PROFILES
            try:
                if is_quick:
                    calls += self._calls(hop, parcel, way)
                else:
                    calls += await self._runtime.in_thread(functools.partial(self._calls, hop, parcel, way), deadline)
            except MsgcoreError as error:
                left.drop(parcel)
                self._settle(hop, parcel, [(one, outcome_of_error(error)) for one in parcel.addressees])
            except Exception as error:  # no message ends a node, whatever is in it
                _log.exception("%s cannot be prepared", parcel.claim.message.transfer_id)
                left.drop(parcel)
                broken = Deferred(text=f"the message cannot be prepared: {type(error).__name__}", stage="gateway")
                self._settle(hop, parcel, [(one, broken) for one in parcel.addressees])
        return calls

    async def _hand_over(self, hop: Hop, way: Way, calls: Sequence[_Call], left: _Left, deadline: Deadline) -> None:
        """Call the hop's gateway; what it says is written down at once.

        Raises:
            MsgcoreError: what it raised, about those that are still ``left``.
        """
        plugin, answer_seconds = way.plugin, self._answer_seconds(way)
        if way.takes_batches and len(calls) > 1:
            deliver_all = cast(SupportsBatches, plugin.target).deliver_all

            def tell(number: int, given: _Outcomes) -> None:
                call = calls[number]
                outcomes = checked_outcomes(plugin, deliver_all, given, call.envelope.recipients)
                left.take(call)
                self._told(hop, call, outcomes)

            batch = [(call.envelope, call.content) for call in calls]
            await plugin.call(
                deliver_all, batch, hop.next_hop, deadline, tell, deadline=deadline, answer_seconds=answer_seconds
            )
            return
        deliver = cast(Gateway, plugin.target).deliver
        for call in calls:
            given = await plugin.call(
                deliver,
                call.envelope,
                call.content,
                hop.next_hop,
                deadline,
                deadline=deadline,
                answer_seconds=answer_seconds,
            )
            outcomes = checked_outcomes(plugin, deliver, given, call.envelope.recipients)
            left.take(call)
            self._told(hop, call, outcomes)

    def _told(self, hop: Hop, call: _Call, outcomes: _Outcomes) -> None:
        """Write down what became of a call's recipients, and what it says about the hop."""
        hop.heard(self._runtime.monotonic())
        if all(map(is_link_failure, outcomes.values())):
            hop.pace.connect_failed(self._runtime.monotonic())
            parcel = attrs.evolve(call.parcel, addressees=call.to)
            self._dispatch.go_round(hop, parcel, next(iter(outcomes.values())))
            return
        if hop.pace.succeeded():
            self.group.start(self._hurry(hop))
        self._settle(hop, call.parcel, [(one, outcomes[one.queued.recipient]) for one in call.to])

    async def _hurry(self, hop: Hop) -> None:
        """Have those tried soon that wait for a hop that is up again."""
        try:
            await self._queue.hurry(hop.name, NEVER)
        except MsgcoreError as error:
            _log.warning("%s is up again, but its mail has to wait its time: %s", hop.name, error)

    def _not_told(self, hop: Hop, left: _Left, error: MsgcoreError) -> None:
        """Settle, or route again, those of whom the gateway said nothing."""
        rest = left.take_all()
        is_time_over = self.deadline.is_past and isinstance(error, TimedOut)
        if is_time_over and left.has_taken and not isinstance(error, CutShort):
            for parcel in rest:
                self._in_hand.give_back(parcel.claim, [one.queued for one in parcel.addressees])
            return
        # That time is over says nothing of a hop that answers; from one that never did, mail would go no other way.
        is_down = bool(rest) and not (is_time_over and hop.has_answered) and is_link_failure(error)
        if is_down:
            hop.pace.connect_failed(self._runtime.monotonic(), seconds_asked_for(error))
        outcome = outcome_of_error(error)
        for parcel in rest:
            if is_down:
                self._dispatch.go_round(hop, parcel, outcome)
            else:
                self._settle(hop, parcel, [(one, outcome) for one in parcel.addressees])

    def _settle(self, hop: Hop, parcel: Parcel, outcomes: Sequence[tuple[Addressee, Outcome]]) -> None:
        claim = parcel.claim
        self._in_hand.settle(
            claim, [self._settling.settlement(claim, one.queued, outcome, hop) for one, outcome in outcomes]
        )
