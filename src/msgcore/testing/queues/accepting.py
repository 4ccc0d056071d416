"""Taking messages in, once, as they came; and keeping their octets as long as somebody needs them."""

from __future__ import annotations

import pytest

from msgcore.errors import TimedOut
from msgcore.model.address import Address
from msgcore.model.outcome import Delivered
from msgcore.model.recipient import Recipient, RecipientKind
from msgcore.mta.queue.contract import Accept, Claim
from msgcore.runtime.abc import NEVER
from msgcore.spi.gateway import Content
from msgcore.testing.queues.desk import ANN, LETTER, Desk, names, to
from msgcore.testing.queues.suite import QueueSuite, Run

__all__ = ["Accepting"]


class Accepting(QueueSuite):
    def test_an_accepted_message_is_claimed_as_it_came(self, run: Run) -> None:
        octets = b"Subject: \xff\x00\r\n\r\n" + bytes(range(256)) * 1_000

        async def story(desk: Desk) -> Claim:
            await desk.accept("bob", octets=octets)
            return await desk.claim_one()

        claim = run(story)
        message = claim.message
        assert (claim.content.octets, message.size_octets) == (octets, len(octets))
        assert (message.transfer_id, message.sender, message.message_id, message.subject, message.message_class) == (
            "t1",
            ANN,
            "<1@a.test>",
            "hello",
            "IPM.Note",
        )

    def test_names_and_roles_of_recipients_are_kept(self, run: Run) -> None:
        fax = Recipient(Address("FAX", "+46 8 1", "Börje Fax"), RecipientKind.BCC)

        async def story(desk: Desk) -> tuple[Recipient, str]:
            await desk.queue.accept(Accept("t1", ANN, (fax,), Content(LETTER)), NEVER)
            found = (await desk.claim_one()).recipients[0].recipient
            return found, found.address.display_name

        assert run(story) == (fax, "Börje Fax")

    def test_the_null_sender_of_a_report_stays_null(self, run: Run) -> None:
        async def story(desk: Desk) -> Address | None:
            await desk.accept("bob", sender=None)
            return (await desk.claim_one()).message.sender

        assert run(story) is None

    def test_the_message_expires_a_lifetime_after_it_was_accepted(self, run: Run) -> None:
        async def story(desk: Desk) -> tuple[bool, bool]:
            before = desk.now()
            await desk.accept("bob")
            message = (await desk.claim_one()).message
            return before <= message.accepted_at <= desk.now(), message.expires_at > message.accepted_at

        assert run(story) == (True, True)

    def test_the_same_transfer_and_recipient_are_taken_once(self, run: Run) -> None:
        async def story(desk: Desk) -> list[list[str]]:
            await desk.accept("bob", "carol")
            await desk.accept("bob", "carol")
            return names(await desk.claim())

        assert run(story) == [["bob", "carol"]]

    def test_taking_a_transfer_again_gives_the_id_that_it_has(self, run: Run) -> None:
        async def story(desk: Desk) -> tuple[bytes, bytes]:
            return await desk.accept("bob"), await desk.accept("bob")

        first, second = run(story)
        assert first == second

    def test_taking_a_transfer_again_does_not_open_a_recipient_who_has_ended(self, run: Run) -> None:
        async def story(desk: Desk) -> tuple[int, list[list[str]]]:
            await desk.accept("bob")
            await desk.settle(await desk.claim_one(), Delivered(250))
            await desk.accept("bob")
            return await desk.queue.waiting(NEVER), names(await desk.claim())

        assert run(story) == (0, [])

    def test_a_transfer_takes_further_recipients(self, run: Run) -> None:
        async def story(desk: Desk) -> list[list[str]]:
            await desk.accept("bob")
            await desk.accept("bob", "carol")
            return names(await desk.claim())

        assert run(story) == [["bob", "carol"]]

    def test_the_same_octets_in_two_forms_are_two_contents(self, run: Run) -> None:
        """Whoever sends a mail that begins as another form does must not have it taken for that."""
        mail, properties = Content(LETTER), Content(LETTER, "tnef")

        async def story(desk: Desk) -> list[Content]:
            for number, content in enumerate((mail, properties, mail)):
                await desk.queue.accept(Accept(f"t{number}", ANN, to("bob"), content), NEVER)
            return [claim.content for claim in await desk.claim()]

        assert run(story) == [mail, properties, mail]

    def test_a_further_recipient_gets_the_content_after_the_first_ones_have_ended(self, run: Run) -> None:
        async def story(desk: Desk) -> bytes:
            await desk.accept("bob")
            await desk.settle(await desk.claim_one(), Delivered(250))
            await desk.accept("carol")
            return (await desk.claim_one()).content.octets

        assert run(story) == LETTER

    def test_one_address_in_two_roles_is_two_recipients(self, run: Run) -> None:
        async def story(desk: Desk) -> list[RecipientKind]:
            await desk.accept("bob")
            await desk.accept("bob", kind=RecipientKind.CC)
            return [one.recipient.kind for one in (await desk.claim_one()).recipients]

        assert run(story) == [RecipientKind.TO, RecipientKind.CC]

    def test_nothing_is_taken_after_the_deadline(self, run: Run) -> None:
        async def story(desk: Desk) -> int:
            deadline = desk.runtime.deadline(1)
            desk.clock.move(2)
            with pytest.raises(TimedOut):
                await desk.queue.accept(Accept("t1", ANN, to("bob"), Content(LETTER)), deadline)
            return await desk.queue.waiting(NEVER)

        assert run(story) == 0

    def test_what_was_accepted_is_there_when_the_queue_is_opened_again(self, run: Run) -> None:
        async def accept(desk: Desk) -> None:
            await desk.accept("bob")

        async def claim(desk: Desk) -> bytes:
            return (await desk.claim_one()).content.octets

        run(accept)
        assert run(claim) == LETTER

    # Contents.

    def test_octets_that_were_let_go_come_back_with_the_next_message_that_has_them(self, run: Run) -> None:
        async def story(desk: Desk) -> bytes:
            await desk.accept("bob", transfer_id="t1")
            await desk.settle(await desk.claim_one(), Delivered(250))
            await desk.accept("bob", transfer_id="t2")
            return (await desk.claim_one()).content.octets

        assert run(story) == LETTER

    def test_a_message_keeps_its_content_when_another_with_the_same_octets_has_ended(self, run: Run) -> None:
        async def story(desk: Desk) -> bytes:
            await desk.accept("bob", transfer_id="t1")
            first = await desk.claim_one()
            await desk.accept("bob", transfer_id="t2")
            await desk.settle(first, Delivered(250))
            return (await desk.claim_one()).content.octets

        assert run(story) == LETTER

    def test_a_deferred_recipient_keeps_its_content_when_the_others_have_ended(self, run: Run) -> None:
        async def story(desk: Desk) -> bytes:
            await desk.accept("bob", "carol")
            [one] = await desk.claim(limit=1)
            await desk.settle(one, Delivered(250))
            return (await desk.claim_one()).content.octets

        assert run(story) == LETTER
