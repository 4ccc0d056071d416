"""Tests of what becomes of recipients, and of what is told of it."""

from __future__ import annotations

from msgcore.errors import PluginBroken
from msgcore.model.outcome import Outcome
from msgcore.runtime.abc import NEVER
from msgcore.testing.conformance import needs
from msgcore.testing.delivery.letters import Told, letters_of_every_kind, letters_to_odd_addresses
from msgcore.testing.delivery.opened import Opened
from msgcore.testing.delivery.suite import DeliverySuite, F
from msgcore.testing.modes import Mode, gather

__all__ = ["OutcomeTests"]


class OutcomeTests(DeliverySuite[F]):
    """An outcome for each recipient, and a true one."""

    def test_one_recipient_gets_the_message(self, mode: Mode) -> None:
        with self.far_end() as far_end:
            letter = self.letter(far_end, "bob")
            told = self.send(mode, far_end, letter)
            assert letter.copies(far_end.taken()) == {far_end.address("bob"): 1}, f"it says {told.by_address}"

    def test_every_recipient_has_an_outcome(self, mode: Mode) -> None:
        with self.far_end() as far_end:
            letter = self.letter(far_end, "bob", "cia", "dan", "eva", "finn")
            told = self.send(mode, far_end, letter)
            assert set(told.outcomes) == set(letter.addresses)

    def test_outcomes_agree_with_what_the_far_end_has(self, mode: Mode) -> None:
        with self.far_end() as far_end:
            told = self.send(mode, far_end, self.letter(far_end, "bob", "cia", "dan"))
            assert told.contradictions(far_end.taken()) == []

    def test_each_of_many_recipients_gets_the_message_once(self, mode: Mode) -> None:
        with self.far_end() as far_end:
            names = [f"person{number}" for number in range(1, 24)]
            letter = self.letter(far_end, *names)
            self.send(mode, far_end, letter)
            assert letter.copies(far_end.taken()) == {far_end.address(name): 1 for name in names}

    def test_a_message_of_any_kind_has_an_outcome(self, mode: Mode) -> None:
        """Without text, beyond ASCII, of HTML alone: what cannot be sent is refused, and breaks nothing."""
        with self.far_end() as far_end:
            letters = letters_of_every_kind(self.from_address(), far_end.address("bob"))

            async def story(opened: Opened) -> dict[str, Told]:
                return {kind: await opened.try_to_send(letter) for kind, letter in letters.items()}

            told = self.at_work(mode, self.config_for(far_end), story)
            bad = {kind: one for kind, one in told.items() if isinstance(one.error, PluginBroken)}
            assert bad == {}, "a message of this kind breaks it"
            silent = [kind for kind, one in told.items() if one.error is None and not one.outcomes]
            assert silent == [], "it says nothing of these"

    def test_an_address_of_any_text_has_an_outcome(self, mode: Mode) -> None:
        """Whoever can write to it chooses the text: before it becomes a path or a command, it is looked at."""
        with self.far_end() as far_end:
            [bob] = self.letter(far_end, "bob").envelope.recipients
            letters = letters_to_odd_addresses(self.from_address(), bob.address_type)

            async def story(opened: Opened) -> list[Told]:
                return [await opened.try_to_send(letter) for letter in letters]

            told = self.at_work(mode, self.config_for(far_end), story)
            broken = {str(one.error)[:500] for one in told if isinstance(one.error, PluginBroken)}
            assert broken == set(), "an address breaks it"
            silent = [
                one.letter.envelope.recipients[0].email_address
                for one in told
                if one.error is None and not isinstance(one.outcomes.get(one.letter.envelope.recipients[0]), Outcome)
            ]
            assert silent == [], "it says nothing of these"

    def test_who_is_not_in_the_envelope_gets_nothing(self, mode: Mode) -> None:
        """The others of the message are another's affair, or have it from an earlier try."""
        with self.far_end() as far_end:
            bob, cia = far_end.address("bob"), far_end.address("cia")
            letter = self.letter(far_end, "bob", "cia").only_to(bob)
            self.send(mode, far_end, letter)
            assert letter.copies(far_end.taken()) == {bob: 1}, f"only {bob} was in the envelope, not {cia}"

    def test_a_transfer_that_is_tried_again_reaches_those_who_were_deferred(self, mode: Mode) -> None:
        """It has the transfer id of the first try, and other recipients."""
        with self.far_end() as far_end:
            bob, cia = far_end.address("bob"), far_end.address("cia")
            letter = self.letter(far_end, "bob", "cia")

            async def story(opened: Opened) -> None:
                await opened.send(letter.only_to(bob))
                await opened.send(letter.only_to(cia))

            self.at_work(mode, self.config_for(far_end), story)
            assert letter.copies(far_end.taken()) == {bob: 1, cia: 1}

    def test_without_a_deadline_it_sends(self, mode: Mode) -> None:
        """Then ``remaining_seconds()`` is infinite, which no socket takes for its timeout."""
        with self.far_end() as far_end:
            letter = self.letter(far_end, "bob")
            self.at_work(mode, self.config_for(far_end), lambda opened: opened.send(letter, deadline=NEVER))
            assert letter.copies(far_end.taken()) == {far_end.address("bob"): 1}

    def test_nobody_is_tried_twice(self, mode: Mode) -> None:
        with self.far_end() as far_end:
            self.send(mode, far_end, self.letter(far_end, "bob", "cia"))
            assert [far_end.attempts(far_end.address(name)) for name in ("bob", "cia")] == [1, 1]

    def test_letters_in_a_row_all_arrive(self, mode: Mode) -> None:
        with self.far_end() as far_end:
            letters = [self.letter(far_end, "bob") for _ in range(3)]

            async def story(opened: Opened) -> None:
                for letter in letters:
                    await opened.send(letter)

            self.at_work(mode, self.config_for(far_end), story)
            assert [letter.copies(far_end.taken()).total() for letter in letters] == [1, 1, 1]

    def test_two_letters_at_once_both_arrive(self, mode: Mode) -> None:
        with self.far_end() as far_end:
            first, second = self.letter(far_end, "bob"), self.letter(far_end, "bob", "cia")

            async def story(opened: Opened) -> None:
                await gather(opened.runtime, opened.send(first), opened.send(second))

            self.at_work(mode, self.config_for(far_end), story)
            bob, cia = far_end.address("bob"), far_end.address("cia")
            assert [one.copies(far_end.taken()) for one in (first, second)] == [{bob: 1}, {bob: 1, cia: 1}]

    @needs("is_idempotent")
    def test_a_transfer_that_is_tried_again_arrives_once(self, mode: Mode) -> None:
        with self.far_end() as far_end:
            letter = self.letter(far_end, "bob", "cia")
            self.send(mode, far_end, letter)
            self.send(mode, far_end, letter)
            assert letter.copies(far_end.taken()) == {far_end.address("bob"): 1, far_end.address("cia"): 1}

    @needs("refuse")
    def test_a_refused_recipient_is_told_as_refused(self, mode: Mode) -> None:
        with self.far_end() as far_end:
            bob = far_end.address("bob")
            far_end.refuse(bob)
            told = self.send(mode, far_end, self.letter(far_end, "bob"))
            assert told.by_address == {bob: "Refused"}

    @needs("refuse")
    def test_a_refused_recipient_harms_no_other(self, mode: Mode) -> None:
        with self.far_end() as far_end:
            bob, cia, dan = (far_end.address(name) for name in ("bob", "cia", "dan"))
            far_end.refuse(cia)
            told = self.send(mode, far_end, self.letter(far_end, "bob", "cia", "dan"))
            assert told.contradictions(far_end.taken()) == []
            assert told.letter.copies(far_end.taken()) == {bob: 1, dan: 1}

    @needs("refuse")
    def test_a_refused_recipient_is_not_tried_again(self, mode: Mode) -> None:
        with self.far_end() as far_end:
            bob = far_end.address("bob")
            far_end.refuse(bob)
            self.send(mode, far_end, self.letter(far_end, "bob"))
            assert far_end.attempts(bob) == 1

    @needs("defer")
    def test_a_deferred_recipient_is_told_as_deferred(self, mode: Mode) -> None:
        with self.far_end() as far_end:
            bob = far_end.address("bob")
            far_end.defer(bob)
            told = self.send(mode, far_end, self.letter(far_end, "bob"))
            assert told.by_address == {bob: "Deferred"}

    @needs("defer")
    def test_a_deferred_recipient_harms_no_other(self, mode: Mode) -> None:
        with self.far_end() as far_end:
            bob, cia, dan = (far_end.address(name) for name in ("bob", "cia", "dan"))
            far_end.defer(cia)
            told = self.send(mode, far_end, self.letter(far_end, "bob", "cia", "dan"))
            assert told.contradictions(far_end.taken()) == []
            assert told.letter.copies(far_end.taken()) == {bob: 1, dan: 1}

    @needs("defer")
    def test_a_deferred_recipient_is_tried_once(self, mode: Mode) -> None:
        """Whoever calls tries again; a retry inside would take time that the caller did not give."""
        with self.far_end() as far_end:
            bob = far_end.address("bob")
            far_end.defer(bob)
            self.send(mode, far_end, self.letter(far_end, "bob"))
            assert far_end.attempts(bob) == 1
