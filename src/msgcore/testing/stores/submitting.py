"""The outgoing queue of a store: what is submitted, and who may work on it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import pytest

from msgcore.base.ids import EntryId
from msgcore.errors import ObjectChanged, ObjectDeleted, UsageError
from msgcore.model.address import Address
from msgcore.model.compare import compare
from msgcore.model.delivery import Notify
from msgcore.model.message import Message
from msgcore.model.outcome import Accepted, Deferred, Outcome, Pending
from msgcore.model.recipient import Recipient
from msgcore.props.table import PidTagChangeKey, PidTagRecipientDisplayName, PidTagSendRichInfo
from msgcore.runtime.abc import NEVER
from msgcore.spi.capability import Capability
from msgcore.spi.outgoing_queue import OutgoingItem, OutgoingState
from msgcore.spi.store import SpecialFolder
from msgcore.testing.conformance import needs
from msgcore.testing.stores.desk import ANN, LETTER, StoreDesk
from msgcore.testing.stores.suite import Run, StoreSuite

__all__ = ["LEASE_SECONDS", "Submitting", "ended", "everybody", "queues", "stale", "waiting"]

LEASE_SECONDS = 600.0
queues = needs(Capability.OUTGOING_QUEUE)
drafts = needs(Capability.OUTGOING_QUEUE, Capability.CREATE, Capability.DELETE)


def everybody(item: OutgoingItem, outcome: Outcome) -> dict[Recipient, Outcome]:
    return dict.fromkeys(item.outcomes, outcome)


async def waiting(desk: StoreDesk, seconds: float) -> OutgoingItem:
    """Give a submission that was tried, and is due again after ``seconds``."""
    await desk.submit()
    item = await desk.locked()
    due_at = item.due_at + timedelta(seconds=seconds)
    await desk.settle(item, due_at=due_at, outcomes=everybody(item, Deferred(451)), tries=item.tries + 1)
    return item


async def stale(desk: StoreDesk) -> OutgoingItem:
    """Give a submission whose lock somebody else has taken over."""
    await desk.submit()
    item = await desk.locked(LEASE_SECONDS)
    desk.clock.move(LEASE_SECONDS + 1)
    await desk.locked(LEASE_SECONDS)
    return item


async def ended(desk: StoreDesk, state: OutgoingState) -> OutgoingItem:
    """Give a submission that was sent or aborted."""
    item = await desk.submit()
    if state is OutgoingState.ABORTED:
        await desk.store.abort(item.entry_id, NEVER)
    else:
        item = await desk.locked()
        await desk.settle(item, state=state, outcomes=everybody(item, Accepted(250)))
    return item


def _told(one: Recipient) -> tuple[object, ...]:
    properties = sorted((tag.label, value) for tag, value in one.properties)
    return one, one.address.display_name, one.notify, one.original, properties


class Submitting(StoreSuite):
    # Submitting.

    @queues
    def test_a_submission_is_ready_and_due_at_once(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> OutgoingItem:
            return await desk.submit(transfer_id="t9")

        item = run(story)
        assert (item.state, item.due_at, item.tries, item.transfer_id) == (
            OutgoingState.READY,
            item.submitted_at,
            0,
            "t9",
        )

    @queues
    def test_a_recipient_keeps_its_wishes_and_properties(self, run: Run) -> None:
        """As whoever submits gives them: to the transports, and to those who ask afterwards."""
        bob = Recipient(
            Address("SMTP", "bob@b.test", "Bob"),
            notify=Notify.SUCCESS | Notify.DELAY,
            original=Address("SMTP", "robert@b.test"),
            properties={PidTagSendRichInfo: True, PidTagRecipientDisplayName: "Bobby"},
        )
        letter = Message(from_=ANN, to=[bob, "cia@c.test"], subject="letter")

        async def story(desk: StoreDesk) -> list[Recipient]:
            submitted = await desk.store.submit(letter, "t1", NEVER)
            await desk.reopen()
            locked = await desk.locked()
            return [one for item in (submitted, locked) for one in item.outcomes]

        assert [_told(one) for one in run(story)] == 2 * [_told(one) for one in letter.recipients]

    @queues
    def test_what_is_submitted_stands_in_the_outbox(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> tuple[list[EntryId], list[EntryId]]:
            item = await desk.submit()
            return await desk.find(folder=desk.special[SpecialFolder.OUTBOX]), [item.entry_id]

        found, submitted = run(story)
        assert found == submitted

    @queues
    def test_what_is_submitted_is_the_message_that_was_given(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> Message:
            return await desk.load((await desk.submit()).entry_id)

        assert compare(LETTER, run(story)) == ()

    @drafts
    def test_a_draft_is_deleted_when_it_is_submitted(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> tuple[list[EntryId], list[EntryId]]:
            (draft,) = await desk.save(LETTER)
            item = await desk.store.submit(LETTER, "t1", NEVER, draft=draft)
            await desk.reopen()
            there = [*await desk.find(), *await desk.find(folder=desk.special[SpecialFolder.OUTBOX])]
            return there, [item.entry_id]

        there, submitted = run(story)
        assert there == submitted

    @drafts
    def test_a_draft_is_submitted_once(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> int:
            (draft,) = await desk.save(LETTER)
            await desk.store.submit(LETTER, "t1", NEVER, draft=draft)
            with pytest.raises(ObjectDeleted):
                await desk.store.submit(LETTER, "t2", NEVER, draft=draft)
            return len(await desk.store.outgoing(NEVER))

        assert run(story) == 1

    @needs(Capability.OUTGOING_QUEUE, Capability.CREATE, Capability.DELETE, Capability.MODIFY)
    def test_a_draft_that_somebody_else_has_changed_is_not_submitted(self, run: Run) -> None:
        """Where the store knows versions."""

        async def story(desk: StoreDesk) -> tuple[int, list[str]]:
            (draft,) = await desk.save(LETTER)
            old, new = await desk.load(draft), await desk.load(draft)
            if PidTagChangeKey not in old:
                return 0, ["changed"]
            new.subject = "changed"
            await desk.store.save_changes(draft, new, NEVER)
            with pytest.raises(ObjectChanged):
                await desk.store.submit(old, "t1", NEVER, draft=draft)
            return len(await desk.store.outgoing(NEVER)), await desk.subjects()

        assert run(story) == (0, ["changed"])

    @queues
    def test_what_is_submitted_is_no_draft(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> int:
            item = await desk.submit()
            with pytest.raises(UsageError):
                await desk.store.submit(LETTER, "t2", NEVER, draft=item.entry_id)
            return len(await desk.store.outgoing(NEVER))

        assert run(story) == 1

    @queues
    def test_every_recipient_is_pending(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> Mapping[Recipient, Outcome]:
            return dict((await desk.submit()).outcomes)

        assert run(story) == dict.fromkeys(LETTER.recipients, Pending())

    @queues
    def test_a_recipient_that_is_named_twice_counts_once(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> int:
            return len((await desk.submit(Message(from_=ANN, to=["b@b.test", "Bob <b@b.test>"]))).outcomes)

        assert run(story) == 1

    @queues
    def test_the_sender_is_kept_with_its_name(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> Address | None:
            return (await desk.now_is(await desk.submit())).sender

        sender = run(story)
        assert (sender, sender and sender.display_name) == (ANN, ANN.display_name)

    @queues
    def test_a_submission_is_asked_after_by_its_entry_id(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> tuple[OutgoingItem, OutgoingItem]:
            await desk.submit(transfer_id="t1")
            item = await desk.submit(transfer_id="t2")
            return await desk.now_is(item), item

        found, submitted = run(story)
        assert found == submitted

    @queues
    def test_a_submission_is_there_at_the_next_logon(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> tuple[list[OutgoingItem], list[OutgoingItem]]:
            item = await desk.submit()
            await desk.reopen()
            return list(await desk.store.outgoing(NEVER)), [item]

        found, submitted = run(story)
        assert found == submitted

    @needs(Capability.OUTGOING_QUEUE, Capability.DELETE, Capability.RECOVERY)
    def test_a_submission_is_told_of_after_its_message_was_deleted(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> list[Outcome]:
            item = await ended(desk, OutgoingState.SENT)
            await desk.store.delete([item.entry_id], NEVER)
            return list((await desk.now_is(item)).outcomes.values())

        assert set(run(story)) == {Accepted(250)}

    @queues
    def test_submissions_are_listed_oldest_first(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> list[str]:
            for transfer_id in ("first", "second", "third"):
                await desk.submit(transfer_id=transfer_id)
                desk.clock.move(1)
            return [item.transfer_id for item in await desk.store.outgoing(NEVER)]

        assert run(story) == ["first", "second", "third"]

    # Locking.

    @queues
    def test_where_nothing_is_submitted_nothing_is_locked(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> OutgoingItem | None:
            return await desk.lock()

        assert run(story) is None

    @queues
    def test_the_oldest_is_locked_first(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> list[str]:
            for transfer_id in ("first", "second", "third"):
                await desk.submit(transfer_id=transfer_id)
                desk.clock.move(1)
            return [(await desk.locked()).transfer_id for _ in range(3)]

        assert run(story) == ["first", "second", "third"]

    @queues
    def test_what_is_locked_is_not_locked_again(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> OutgoingItem | None:
            await desk.submit()
            await desk.locked()
            return await desk.lock()

        assert run(story) is None

    @queues
    def test_what_one_logon_has_locked_another_one_does_not_lock(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> OutgoingItem | None:
            await desk.submit()
            await desk.locked()
            return await (await desk.beside()).lock()

        assert run(story) is None

    @queues
    def test_a_lock_holds_until_its_lease_ends(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> OutgoingItem | None:
            await desk.submit()
            await desk.locked(LEASE_SECONDS)
            desk.clock.move(LEASE_SECONDS - 30)
            return await desk.lock()

        assert run(story) is None

    @queues
    def test_a_lock_ends_with_its_lease(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> str:
            await desk.submit(transfer_id="t1")
            await desk.locked(LEASE_SECONDS)
            desk.clock.move(LEASE_SECONDS + 1)
            return (await desk.locked()).transfer_id

        assert run(story) == "t1"

    @queues
    def test_each_lock_has_a_token_of_its_own(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> list[int]:
            await desk.submit()
            tokens: list[int] = []
            for _ in range(3):
                tokens.append((await desk.locked(LEASE_SECONDS)).token)
                desk.clock.move(LEASE_SECONDS + 1)
            return tokens

        assert len(set(run(story))) == 3

    @queues
    def test_what_is_not_due_is_not_locked(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> OutgoingItem | None:
            await waiting(desk, seconds=60)
            desk.clock.move(30)
            return await desk.lock()

        assert run(story) is None

    @queues
    def test_what_waits_is_locked_once_it_is_due(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> tuple[EntryId, EntryId]:
            item = await waiting(desk, seconds=60)
            desk.clock.move(61)
            return item.entry_id, (await desk.locked()).entry_id

        waited, locked = run(story)
        assert waited == locked

    @queues
    def test_what_waits_does_not_hinder_the_next(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> str:
            await waiting(desk, seconds=3_600)
            await desk.submit(transfer_id="next")
            return (await desk.locked()).transfer_id

        assert run(story) == "next"

    @queues
    def test_what_waits_can_be_made_due(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> tuple[EntryId, EntryId]:
            item = await waiting(desk, seconds=86_400)
            await desk.store.make_due(NEVER)
            return item.entry_id, (await desk.locked()).entry_id

        waited, locked = run(story)
        assert waited == locked

    @queues
    def test_what_is_held_is_not_made_due(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> OutgoingItem | None:
            await desk.submit()
            await desk.settle(await desk.locked(), state=OutgoingState.HELD)
            await desk.store.make_due(NEVER)
            return await desk.lock()

        assert run(story) is None

    @queues
    def test_what_is_locked_is_not_made_free(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> OutgoingItem | None:
            await desk.submit()
            await desk.locked()
            await desk.store.make_due(NEVER)
            return await desk.lock()

        assert run(story) is None
