"""The outgoing queue of a store: the terms of a submission, what hooks make of it, and what is learned afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import attrs
import pytest

from msgcore.base.ids import EntryId
from msgcore.errors import UsageError
from msgcore.model.address import Address
from msgcore.model.message import Message
from msgcore.model.outcome import Accepted, Deferred, Delivered, Outcome, Refused
from msgcore.model.recipient import Recipient
from msgcore.props.table import PidTagEntryId
from msgcore.runtime.abc import NEVER
from msgcore.spi.capability import Capability
from msgcore.spi.outgoing import Preprocessed, SubmitTerms
from msgcore.spi.outgoing_queue import OutgoingItem, OutgoingState
from msgcore.spi.store import Contents, Incoming, SpecialFolder
from msgcore.testing.conformance import needs
from msgcore.testing.stores.desk import LETTER, StoreDesk
from msgcore.testing.stores.submitting import everybody, queues, stale
from msgcore.testing.stores.suite import Run, StoreSuite

__all__ = ["Queueing"]

_SIGNED = Message(from_="ann@a.test", to="bob@b.test", subject="signed", message_id="<other@a.test>")
_STAMPED = Message(from_="ann@a.test", to="bob@b.test", subject="stamped", message_id="<other@a.test>")
_REPORT = Message(subject="Undeliverable")


async def _preprocessed(desk: StoreDesk, given: Preprocessed) -> OutgoingItem:
    """Submit, lock, and keep what hooks made of it."""
    await desk.submit()
    item = await desk.store.keep_preprocessed(await desk.locked(), given, [], NEVER)
    assert item is not None
    return item


class Queueing(StoreSuite):
    # The terms.

    @queues
    def test_terms_are_kept(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> tuple[SubmitTerms, SubmitTerms]:
            now = desk.runtime.now().replace(microsecond=0)
            terms = SubmitTerms(not_before=now, expires_at=now + timedelta(days=1), at_least_once=True)
            item = await desk.store.submit(LETTER, "t1", NEVER, terms)
            return terms, (await desk.now_is(item)).terms

        given, found = run(story)
        assert found == given

    @queues
    @pytest.mark.parametrize("hurry", ["make_due", "retry"])
    def test_nothing_makes_a_submission_due_before_its_time(self, run: Run, hurry: str) -> None:
        async def story(desk: StoreDesk) -> tuple[bool, bool]:
            terms = SubmitTerms(not_before=desk.runtime.now() + timedelta(hours=1))
            item = await desk.store.submit(LETTER, "t1", NEVER, terms)
            await (desk.store.make_due(NEVER) if hurry == "make_due" else desk.store.retry(item.entry_id, NEVER))
            before = await desk.lock()
            desk.clock.move(3_601)
            return before is None, await desk.lock() is not None

        assert run(story) == (True, True)

    @queues
    def test_a_submission_may_go_to_some_of_its_recipients(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> tuple[list[Recipient], int]:
            item = await desk.store.submit(LETTER, "t1", NEVER, recipients=LETTER.recipients[:1])
            return list((await desk.now_is(item)).outcomes), len((await desk.load(item.entry_id)).recipients)

        assert run(story) == (list(LETTER.recipients[:1]), len(LETTER.recipients))

    @queues
    def test_a_recipient_keeps_its_entry_id(self, run: Run) -> None:
        bob = Recipient(Address("SMTP", "bob@b.test"), properties={PidTagEntryId: b"\0\1\xff"})

        async def story(desk: StoreDesk) -> object:
            [found] = (await desk.now_is(await desk.submit(Message(from_="ann@a.test", to=bob)))).outcomes
            return found.get(PidTagEntryId)

        assert run(story) == b"\0\1\xff"

    # What hooks make of it.

    @queues
    def test_what_goes_out_and_what_was_written_are_kept_apart(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> list[str | None]:
            item = await _preprocessed(desk, Preprocessed(_SIGNED))
            assert item.preprocessed is not None
            assert await desk.now_is(item) == item
            return [(await desk.load(one)).subject for one in (item.preprocessed, item.entry_id)]

        assert run(story) == ["signed", "letter"]

    @queues
    def test_nothing_but_the_letter_is_left_when_the_submission_has_ended(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> list[str]:
            item = await _preprocessed(desk, Preprocessed(_SIGNED))
            with pytest.raises(UsageError):
                await desk.store.delete([item.preprocessed or item.entry_id], NEVER)
            await desk.settle(item, state=OutgoingState.SENT, outcomes=everybody(item, Accepted(250)))
            left = await desk.subjects(SpecialFolder.SENT_ITEMS)
            outbox = desk.special[SpecialFolder.OUTBOX]
            for contents in (Contents.MESSAGES, Contents.ASSOCIATED) if desk.can(Capability.ASSOCIATED) else ():
                left += [str(one) for one in await desk.find(folder=outbox, contents=contents)]
            return left

        assert run(story) == ["letter"]

    @queues
    def test_a_sent_copy_takes_the_place_of_the_letter(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> tuple[bool, list[str]]:
            item = await _preprocessed(desk, Preprocessed(sent_copy=_STAMPED))
            is_same = item.preprocessed == item.entry_id
            await desk.settle(item, state=OutgoingState.SENT, outcomes=everybody(item, Accepted(250)))
            return is_same, await desk.subjects(SpecialFolder.SENT_ITEMS)

        assert run(story) == (True, ["stamped"])

    @queues
    def test_whom_hooks_refuse_is_written_down_and_reported_with_what_goes_out(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> tuple[Mapping[Recipient, Outcome], list[str]]:
            await desk.submit()
            item = await desk.locked()
            refused = attrs.evolve(item, outcomes=everybody(item, Refused(text="no key")))
            found = await desk.store.keep_preprocessed(refused, Preprocessed(), [Incoming(_REPORT)], NEVER)
            assert found is not None
            return dict(found.outcomes), await desk.subjects(SpecialFolder.INBOX)

        outcomes, reports = run(story)
        assert ({*outcomes.values()}, reports) == ({Refused()}, ["Undeliverable"])

    @queues
    def test_whoever_lost_the_lock_keeps_nothing_of_what_hooks_made(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> tuple[list[object], list[object], OutgoingItem | None]:
            item = await stale(desk)
            before = await desk.all_there_is()
            kept = await desk.store.keep_preprocessed(item, Preprocessed(_SIGNED, _STAMPED), [Incoming(_REPORT)], NEVER)
            return before, await desk.all_there_is(), kept

        before, after, kept = run(story)
        assert (after, kept) == (before, None)

    # What is learned afterwards.

    @queues
    def test_a_submission_is_found_by_transfer_or_message_id(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> tuple[list[list[EntryId]], list[EntryId]]:
            letter = LETTER.copy()
            letter.message_id = "<1@a.test>"
            ids = [(await desk.submit(letter, name)).entry_id for name in ("t1", "t2")]
            asked = [("t1", "<1@a.test>"), ("t9", "<1@a.test>"), ("t9", ""), ("", "")]
            found = [await desk.store.find_submissions(*one, NEVER) for one in asked]
            return [[item.entry_id for item in items] for items in found], ids

        found, [first, second] = run(story)
        assert found == [[first], [second, first], [], []]

    @needs(Capability.OUTGOING_QUEUE)
    def test_what_was_learned_meanwhile_is_not_overwritten_by_whoever_holds_the_lock(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> list[Outcome]:
            await desk.submit()
            item = await desk.locked()
            bob, *others = item.outcomes
            await desk.store.note_outcomes(item.entry_id, {bob: Delivered(text="there")}, NEVER)
            assert await desk.settle(item, outcomes={bob: Accepted(250), **dict.fromkeys(others, Deferred(451))})
            return list((await desk.now_is(item)).outcomes.values())

        assert run(story) == [Delivered(), Deferred(451), Deferred(451)]
