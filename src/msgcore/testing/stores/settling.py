"""The outgoing queue of a store: what became of a submission, told by whoever holds its lock."""

from __future__ import annotations

import attrs
import pytest

from msgcore.base.ids import EntryId
from msgcore.errors import UsageError
from msgcore.model.message import Message
from msgcore.model.outcome import Accepted, Deferred, Delivered, Outcome, Pending, Refused, Unknown
from msgcore.props.table import PidTagMessageFlags
from msgcore.runtime.abc import NEVER
from msgcore.spi.outgoing_queue import OutgoingItem, OutgoingState
from msgcore.spi.store import Incoming, MessageFlag, SpecialFolder
from msgcore.testing.stores.desk import StoreDesk
from msgcore.testing.stores.submitting import LEASE_SECONDS, ended, everybody, queues, stale, waiting
from msgcore.testing.stores.suite import Run, StoreSuite

__all__ = ["Settling"]

REPORT = Message(subject="Undeliverable")


class Settling(StoreSuite):
    # Settling.

    @queues
    @pytest.mark.parametrize(
        "outcome",
        [
            Accepted(250, "2.0.0", "ok", "data", "not verified"),
            Delivered(250, "2.1.5", "there"),
            Deferred(451, "4.2.1", "busy", "rcpt"),
            Refused(550, "5.1.1", "niemand hört", "rcpt"),
            Unknown(text="lost", stage="data"),
            Pending(),
        ],
        ids=lambda outcome: type(outcome).__name__.lower(),
    )
    def test_an_outcome_is_read_back_with_everything_it_says(self, run: Run, outcome: Outcome) -> None:
        async def story(desk: StoreDesk) -> list[Outcome]:
            await desk.submit()
            item = await desk.locked()
            await desk.settle(item, outcomes=everybody(item, outcome))
            return list((await desk.now_is(item)).outcomes.values())

        assert [attrs.astuple(one, recurse=False) for one in run(story)] == [attrs.astuple(outcome, recurse=False)] * 3

    @queues
    def test_each_recipient_keeps_its_own_outcome(self, run: Run) -> None:
        kinds = [Accepted(250), Deferred(450), Refused(550)]

        async def story(desk: StoreDesk) -> list[tuple[object, object]]:
            await desk.submit()
            item = await desk.locked()
            given = dict(zip(item.outcomes, kinds, strict=True))
            await desk.settle(item, outcomes=given)
            found = (await desk.now_is(item)).outcomes
            return [(found.get(recipient), outcome) for recipient, outcome in given.items()]

        pairs = run(story)
        assert [found for found, _ in pairs] == [expected for _, expected in pairs]

    @queues
    def test_who_took_a_recipient_is_kept(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> tuple[object, object]:
            await desk.submit()
            item = await desk.locked()
            first, *_ = item.outcomes
            await desk.settle(item, transports={first: "mail"})
            return dict((await desk.now_is(item)).transports), {first: "mail"}

        found, expected = run(story)
        assert found == expected

    @queues
    def test_state_tries_reason_and_next_try_are_kept(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> tuple[OutgoingItem, OutgoingItem]:
            await desk.submit()
            item = await desk.locked()
            given = attrs.evolve(
                item, state=OutgoingState.HELD, tries=3, reason="wrong password", due_at=item.due_at.replace(year=2099)
            )
            await desk.settle(given)
            return await desk.now_is(item), given

        found, given = run(story)
        assert (found.state, found.tries, found.reason, found.due_at) == (
            given.state,
            given.tries,
            given.reason,
            given.due_at,
        )

    @queues
    def test_settling_says_that_the_lock_held(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> bool:
            await desk.submit()
            return await desk.settle(await desk.locked())

        assert run(story) is True

    @queues
    def test_settling_frees_the_lock(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> str:
            await desk.submit(transfer_id="t1")
            await desk.settle(await desk.locked())
            return (await desk.locked()).transfer_id

        assert run(story) == "t1"

    @queues
    def test_what_is_sent_moves_to_sent_items_and_keeps_its_entry_id(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> tuple[list[EntryId], list[EntryId], list[str]]:
            item = await ended(desk, OutgoingState.SENT)
            found = await desk.find(folder=desk.special[SpecialFolder.SENT_ITEMS])
            return found, [item.entry_id], await desk.subjects(SpecialFolder.OUTBOX)

        found, expected, outbox = run(story)
        assert (found, outbox) == (expected, [])

    @queues
    @pytest.mark.parametrize("state", [OutgoingState.SENT, OutgoingState.ABORTED], ids=lambda state: state.value)
    def test_what_has_ended_is_not_listed(self, run: Run, state: OutgoingState) -> None:
        async def story(desk: StoreDesk) -> list[OutgoingItem]:
            await ended(desk, state)
            return list(await desk.store.outgoing(NEVER))

        assert run(story) == []

    @queues
    @pytest.mark.parametrize("state", [OutgoingState.SENT, OutgoingState.ABORTED], ids=lambda state: state.value)
    def test_what_has_ended_is_not_locked(self, run: Run, state: OutgoingState) -> None:
        async def story(desk: StoreDesk) -> OutgoingItem | None:
            await ended(desk, state)
            await desk.store.make_due(NEVER)
            return await desk.lock()

        assert run(story) is None

    @queues
    @pytest.mark.parametrize("state", [OutgoingState.SENT, OutgoingState.ABORTED], ids=lambda state: state.value)
    def test_what_has_ended_can_still_be_asked_after(self, run: Run, state: OutgoingState) -> None:
        async def story(desk: StoreDesk) -> OutgoingState:
            return (await desk.now_is(await ended(desk, state))).state

        assert run(story) is state

    @queues
    def test_what_is_held_is_listed_with_its_reason(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> list[tuple[OutgoingState, str]]:
            await desk.submit()
            await desk.settle(await desk.locked(), state=OutgoingState.HELD, reason="wrong password")
            return [(item.state, item.reason) for item in await desk.store.outgoing(NEVER)]

        assert run(story) == [(OutgoingState.HELD, "wrong password")]

    # Reports.

    @queues
    def test_a_report_comes_into_the_inbox_with_the_outcome(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> list[tuple[str, int]]:
            await desk.submit()
            item = await desk.locked()
            await desk.settle(item, REPORT, outcomes=everybody(item, Refused(550)), state=OutgoingState.SENT)
            [report] = await desk.find(folder=desk.special[SpecialFolder.INBOX])
            message = await desk.load(report)
            return [(message.subject, message[PidTagMessageFlags] & MessageFlag.READ)]

        assert run(story) == [("Undeliverable", 0)]

    @queues
    def test_a_report_comes_in_once_by_its_key(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> list[str]:
            await desk.submit()
            for _ in range(2):
                await desk.settle(await desk.locked(), Incoming(REPORT, delivery_key=b"k"))
            return await desk.subjects(SpecialFolder.INBOX)

        assert run(story) == ["Undeliverable"]

    # A lock that was lost.

    @queues
    def test_whoever_lost_the_lock_is_told(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> bool:
            return await desk.settle(await stale(desk), state=OutgoingState.SENT)

        assert run(story) is False

    @queues
    def test_whoever_lost_the_lock_changes_nothing(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> tuple[OutgoingItem, OutgoingItem]:
            item = await stale(desk)
            before = await desk.now_is(item)
            outcomes = everybody(item, Refused(550))
            await desk.settle(item, state=OutgoingState.SENT, outcomes=outcomes, tries=9, reason="x")
            return before, await desk.now_is(item)

        before, after = run(story)
        assert after == before

    @queues
    def test_whoever_lost_the_lock_reports_nothing(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> list[str]:
            await desk.settle(await stale(desk), REPORT, state=OutgoingState.SENT)
            return await desk.subjects(SpecialFolder.INBOX)

        assert run(story) == []

    @queues
    def test_whoever_lost_the_lock_does_not_free_it(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> OutgoingItem | None:
            await desk.settle(await stale(desk))
            return await desk.lock()

        assert run(story) is None

    @queues
    def test_the_new_holder_settles_after_the_old_one_came_too_late(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> tuple[bool, OutgoingState]:
            await desk.submit()
            old = await desk.locked(LEASE_SECONDS)
            desk.clock.move(LEASE_SECONDS + 1)
            new = await desk.locked(LEASE_SECONDS)
            await desk.settle(old, state=OutgoingState.HELD)
            return await desk.settle(new, state=OutgoingState.SENT), (await desk.now_is(new)).state

        assert run(story) == (True, OutgoingState.SENT)

    @queues
    def test_to_settle_twice_is_a_lost_lock(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> list[bool]:
            await desk.submit()
            item = await desk.locked()
            await desk.settle(item)
            await desk.locked()
            return [await desk.settle(item)]

        assert run(story) == [False]

    # Retrying and aborting.

    @queues
    def test_what_is_held_can_be_retried(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> tuple[EntryId, EntryId]:
            await desk.submit()
            item = await desk.locked()
            await desk.settle(item, state=OutgoingState.HELD, reason="wrong password")
            await desk.store.retry(item.entry_id, NEVER)
            return item.entry_id, (await desk.locked()).entry_id

        held, locked = run(story)
        assert held == locked

    @queues
    def test_what_waits_can_be_retried_now(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> tuple[EntryId, EntryId]:
            item = await waiting(desk, seconds=86_400)
            await desk.store.retry(item.entry_id, NEVER)
            return item.entry_id, (await desk.locked()).entry_id

        waited, locked = run(story)
        assert waited == locked

    @queues
    def test_a_retry_does_not_break_a_lock(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> OutgoingItem | None:
            await desk.submit()
            await desk.store.retry((await desk.locked()).entry_id, NEVER)
            return await desk.lock()

        assert run(story) is None

    @queues
    @pytest.mark.parametrize("state", [OutgoingState.READY, OutgoingState.HELD], ids=lambda state: state.value)
    def test_what_is_aborted_becomes_a_draft(self, run: Run, state: OutgoingState) -> None:
        async def story(desk: StoreDesk) -> tuple[list[str], list[str], OutgoingState]:
            await desk.submit()
            item = await desk.locked()
            await desk.settle(item, state=state)
            await desk.store.abort(item.entry_id, NEVER)
            outbox, drafts = await desk.subjects(SpecialFolder.OUTBOX), await desk.subjects(SpecialFolder.DRAFTS)
            return outbox, drafts, (await desk.now_is(item)).state

        assert run(story) == ([], ["letter"], OutgoingState.ABORTED)

    @queues
    def test_what_is_being_sent_is_not_aborted(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> tuple[list[object], list[object]]:
            await desk.submit()
            item = await desk.locked()
            before = await desk.all_there_is()
            with pytest.raises(UsageError):
                await desk.store.abort(item.entry_id, NEVER)
            return before, await desk.all_there_is()

        before, after = run(story)
        assert after == before

    @queues
    def test_what_was_aborted_is_not_settled_by_whoever_held_it(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> tuple[bool, OutgoingState]:
            await desk.submit()
            item = await desk.locked(LEASE_SECONDS)
            desk.clock.move(LEASE_SECONDS + 1)
            await desk.store.abort(item.entry_id, NEVER)
            return await desk.settle(item, state=OutgoingState.SENT), (await desk.now_is(item)).state

        assert run(story) == (False, OutgoingState.ABORTED)

    @queues
    @pytest.mark.parametrize("state", [OutgoingState.SENT, OutgoingState.ABORTED], ids=lambda state: state.value)
    def test_what_has_ended_is_not_aborted(self, run: Run, state: OutgoingState) -> None:
        async def story(desk: StoreDesk) -> None:
            item = await ended(desk, state)
            with pytest.raises(UsageError):
                await desk.store.abort(item.entry_id, NEVER)

        run(story)

    @queues
    @pytest.mark.parametrize("state", [OutgoingState.SENT, OutgoingState.ABORTED], ids=lambda state: state.value)
    def test_what_has_ended_is_not_retried(self, run: Run, state: OutgoingState) -> None:
        async def story(desk: StoreDesk) -> None:
            item = await ended(desk, state)
            with pytest.raises(UsageError):
                await desk.store.retry(item.entry_id, NEVER)

        run(story)
