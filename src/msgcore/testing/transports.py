"""The conformance suite for transports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar, cast

from msgcore.base.times import Deadline
from msgcore.errors import MsgcoreError
from msgcore.model.compare import compare
from msgcore.model.outcome import Accepted, Delivered, Outcome, Refused
from msgcore.model.recipient import Recipient
from msgcore.runtime.abc import Runtime
from msgcore.session.services import providers_of
from msgcore.spi.capability import Capability, capabilities_of
from msgcore.spi.guarded_transport import GuardedTransport
from msgcore.spi.plugin import Plugin
from msgcore.spi.service import ServiceClass
from msgcore.spi.transport import (
    RoutePreview,
    SupportsConfigChanges,
    SupportsFlush,
    SupportsIdentity,
    SupportsPreview,
    SupportsTracking,
    TransportProvider,
)
from msgcore.testing.conformance import needs, see_that_it_can_be_configured, see_that_there_is_one, unsaid
from msgcore.testing.delivery import DeliveryConformance
from msgcore.testing.delivery.letters import Letter, Told
from msgcore.testing.delivery.opened import Opened
from msgcore.testing.delivery.suite import F
from msgcore.testing.delivery.trouble import cancel_when_held
from msgcore.testing.modes import Mode

__all__ = ["OpenedTransport", "TransportConformance"]


class OpenedTransport(Opened):
    """The first transport of a service, as a session has it."""

    def __init__(self, plugin: Plugin, provider: TransportProvider) -> None:
        super().__init__(plugin, provider.submit, lambda letter: (letter.envelope, letter.message))
        self.provider = provider
        self.guarded = GuardedTransport(plugin, provider)

    @property
    def shown(self) -> tuple[object, ...]:
        return (self.plugin.target, self.provider)

    async def submit(self, letter: Letter, seconds: float) -> Told:
        """Submit as a session does: what was cut short or cancelled is told as unknown."""
        try:
            handed = await self.guarded.submit(letter.envelope, letter.message, self.runtime.deadline(seconds))
        except MsgcoreError as error:
            return Told(letter, {}, error)
        return Told(letter, handed.outcomes)

    async def submit_all(self, letters: Sequence[Letter]) -> list[Told]:
        """Submit letters as a session does, batch by batch until all are told of."""
        told: list[Told] = []
        while len(told) < len(letters):
            left = letters[len(told) :]
            batch = [(letter.envelope, letter.message) for letter in left]
            handed = await self.guarded.submit_all(batch, self.within(None))
            told += [Told(letter, one) for letter, one in zip(left, handed, strict=False)]
        return told


class TransportConformance(DeliveryConformance[F]):
    """Tests of a transport, in front of a far end that says what it was given.

    One class is all that is written::

        class TestSmsTransport(TransportConformance[Operator]):
            service_class = SmsService
            far_end_class = Operator
            secret = "a long token"

            def config(self, far_end: Operator) -> SmsConfig:
                return SmsConfig(url=far_end.url, token=Secret(self.secret))
    """

    service_class: ClassVar[type[object]]
    """The message service; its first transport is tested."""

    @classmethod
    def _left_out(cls) -> Sequence[str]:
        return [
            *unsaid(cls, service_class="the class that the entry point names"),
            *super()._left_out(),
        ]

    def make(self, config: object, runtime: Runtime) -> Plugin:
        return Plugin.make(self.service_class.__name__, cast(ServiceClass, self.service_class), config, runtime)

    async def open(self, plugin: Plugin, deadline: Deadline) -> OpenedTransport:
        await plugin.logon(deadline)
        found = [one for one in providers_of(plugin) if isinstance(one, TransportProvider)]
        see_that_there_is_one(found, plugin, "transport", "address_types", "submit")
        return OpenedTransport(plugin, found[0])

    # What it says of itself.

    def test_a_profile_can_configure_it(self) -> None:
        see_that_it_can_be_configured(self.service_class)

    def test_it_declares_the_abilities_that_it_has(self, mode: Mode) -> None:
        with self.far_end() as far_end:

            async def story(opened: Opened) -> frozenset[Capability]:
                return capabilities_of(_transport(opened).provider)

            assert self.at_work(mode, self.config_for(far_end), story) == self.capabilities

    def test_address_types_are_in_capitals(self, mode: Mode) -> None:
        with self.far_end() as far_end:

            async def story(opened: Opened) -> list[str]:
                return list(_transport(opened).provider.address_types)

            types = self.at_work(mode, self.config_for(far_end), story)
            assert types == [one.upper() for one in types]
            assert types, "it takes no address type at all"

    def test_it_takes_the_addresses_of_its_far_end(self, mode: Mode) -> None:
        with self.far_end() as far_end:
            [recipient] = self.letter(far_end, "bob").envelope.recipients

            async def story(opened: Opened) -> list[str]:
                return list(_transport(opened).provider.address_types)

            types = self.at_work(mode, self.config_for(far_end), story)
            assert recipient.address_type in types or "*" in types, f"{recipient.address.typed} is none of {types}"

    def test_address_types_stay_the_same(self, mode: Mode) -> None:
        with self.far_end() as far_end:
            letter = self.letter(far_end, "bob")

            async def story(opened: Opened) -> tuple[list[str], list[str]]:
                before = list(_transport(opened).provider.address_types)
                await opened.send(letter)
                return before, list(_transport(opened).provider.address_types)

            before, after = self.at_work(mode, self.config_for(far_end), story)
            assert before == after

    @needs(Capability.CONFIG_CHANGES)
    def test_address_types_are_read_again_as_they_are(self, mode: Mode) -> None:
        with self.far_end() as far_end:

            async def story(opened: Opened) -> tuple[object, list[str]]:
                provider = _transport(opened).provider
                found = await opened.call(cast(SupportsConfigChanges, provider).read_address_types)
                return found, list(provider.address_types)

            found, types = self.at_work(mode, self.config_for(far_end), story)
            assert list(cast("Sequence[str]", found)) == types

    @needs(Capability.IDENTITY)
    def test_the_identity_is_an_address_that_stays_the_same(self, mode: Mode) -> None:
        with self.far_end() as far_end:
            letter = self.letter(far_end, "bob")

            async def story(opened: Opened) -> tuple[object, object]:
                provider = cast(SupportsIdentity, _transport(opened).provider)
                before = provider.identity
                await opened.send(letter)
                return before, provider.identity

            before, after = self.at_work(mode, self.config_for(far_end), story)
            assert before == after

    # The message.

    def test_the_message_is_as_it_was(self, mode: Mode) -> None:
        with self.far_end() as far_end:
            letter = self.letter(far_end, "bob", bcc=["eva"])
            before = letter.message.copy()
            self.send(mode, far_end, letter)
            assert compare(before, letter.message) == ()

    def test_bcc_recipients_get_the_message(self, mode: Mode) -> None:
        with self.far_end() as far_end:
            letter = self.letter(far_end, "bob", bcc=["eva"])
            self.send(mode, far_end, letter)
            assert letter.copies(far_end.taken())[far_end.address("eva")] == 1

    @needs("octets")
    def test_bcc_recipients_are_not_named_to_the_others(self, mode: Mode) -> None:
        with self.far_end() as far_end:
            letter = self.letter(far_end, "bob", bcc=["eva"])
            self.send(mode, far_end, letter)
            eva = letter.envelope.recipients[1].email_address.encode()
            assert [octets for octets in far_end.octets() if eva in octets] == []

    # Cancelling.

    @needs("hold")
    def test_what_is_told_of_a_cancelled_call_is_no_lie(self, mode: Mode) -> None:
        with self.far_end() as far_end:
            config, letter = self.config_for(far_end), self.letter(far_end, "bob")
            with far_end.hold() as held:

                async def story(opened: Opened) -> Told:
                    cancel_when_held(held, opened.runtime, self.ample_seconds)
                    return await _transport(opened).submit(letter, self.cancel_seconds)

                told = self.at_work(mode, config, story)
            assert told.contradictions(far_end.taken()) == []

    # Optional abilities.

    @needs(Capability.BATCHES)
    def test_each_message_of_a_batch_arrives_once_and_is_told_of(self, mode: Mode) -> None:
        with self.far_end() as far_end:
            letters = [self.letter(far_end, "bob"), self.letter(far_end, "cia", "dan"), self.letter(far_end, "bob")]
            told = self.at_work(mode, self.config_for(far_end), lambda opened: _transport(opened).submit_all(letters))
            taken = far_end.taken()
            assert [one.contradictions(taken) for one in told] == [[], [], []]
            assert [letter.copies(taken).total() for letter in letters] == [1, 2, 1]

    @needs(Capability.BATCHES, "refuse")
    def test_a_refused_message_of_a_batch_harms_no_other(self, mode: Mode) -> None:
        with self.far_end() as far_end:
            far_end.refuse(far_end.address("cia"))
            letters = [self.letter(far_end, "bob"), self.letter(far_end, "cia"), self.letter(far_end, "dan")]
            told = self.at_work(mode, self.config_for(far_end), lambda opened: _transport(opened).submit_all(letters))
            assert [isinstance(outcome, Refused) for one in told for outcome in one.outcomes.values()] == [
                False,
                True,
                False,
            ]
            assert [one.contradictions(far_end.taken()) for one in told] == [[], [], []]

    @needs(Capability.BATCHES, "lose")
    def test_what_is_told_of_a_batch_whose_connection_was_lost_is_no_lie(self, mode: Mode) -> None:
        with self.far_end() as far_end:
            far_end.lose()
            letters = [self.letter(far_end, "bob") for _ in range(3)]
            told = self.at_work(mode, self.config_for(far_end), lambda opened: _transport(opened).submit_all(letters))
            assert [one.contradictions(far_end.taken()) for one in told] == [[], [], []]

    @needs(Capability.TRACKING)
    def test_tracking_answers_for_the_recipients_asked(self, mode: Mode) -> None:
        with self.far_end() as far_end:
            letter = self.letter(far_end, "bob", "cia", "dan")
            asked = letter.envelope.recipients[:2]

            async def story(opened: Opened) -> Mapping[Recipient, Outcome]:
                await opened.send(letter)
                return await _tracked(opened, letter.envelope.transfer_id, asked)

            assert set(self.at_work(mode, self.config_for(far_end), story)) == set(asked)

    @needs(Capability.TRACKING)
    def test_tracking_claims_nothing_of_a_transfer_that_never_was(self, mode: Mode) -> None:
        with self.far_end() as far_end:
            recipients = self.letter(far_end, "bob").envelope.recipients
            found = self.at_work(
                mode, self.config_for(far_end), lambda opened: _tracked(opened, "no-such-transfer", recipients)
            )
            assert [one for one in found.values() if isinstance(one, Accepted | Delivered | Refused)] == []

    @needs(Capability.PREVIEW)
    def test_a_preview_answers_for_the_recipients_asked(self, mode: Mode) -> None:
        with self.far_end() as far_end:
            letter = self.letter(far_end, "bob", "cia")
            found = self.at_work(mode, self.config_for(far_end), lambda opened: _previewed(opened, letter))
            assert set(found) == set(letter.envelope.recipients)

    @needs(Capability.PREVIEW)
    def test_a_preview_gives_a_route_or_a_reason(self, mode: Mode) -> None:
        with self.far_end() as far_end:
            letter = self.letter(far_end, "bob", "cia")
            found = self.at_work(mode, self.config_for(far_end), lambda opened: _previewed(opened, letter))
            assert [one for one in found.values() if not isinstance(one, RoutePreview) or not one.reason] == []

    @needs(Capability.PREVIEW)
    def test_a_preview_sends_nothing(self, mode: Mode) -> None:
        with self.far_end() as far_end:
            letter = self.letter(far_end, "bob")
            self.at_work(mode, self.config_for(far_end), lambda opened: _previewed(opened, letter))
            assert list(far_end.taken()) == []

    @needs(Capability.FLUSH)
    def test_flushing_sends_what_was_submitted_once(self, mode: Mode) -> None:
        with self.far_end() as far_end:
            letter = self.letter(far_end, "bob", "cia")

            async def story(opened: Opened) -> None:
                flush = cast(SupportsFlush, _transport(opened).provider).flush
                await opened.send(letter)
                await opened.call(flush)
                await opened.call(flush)

            self.at_work(mode, self.config_for(far_end), story)
            assert letter.copies(far_end.taken()) == {far_end.address("bob"): 1, far_end.address("cia"): 1}


def _transport(opened: Opened) -> OpenedTransport:
    assert isinstance(opened, OpenedTransport)
    return opened


async def _tracked(opened: Opened, transfer_id: str, recipients: tuple[Recipient, ...]) -> Mapping[Recipient, Outcome]:
    track = cast(SupportsTracking, _transport(opened).provider).track
    given = opened.plugin.mapping(Recipient, track, await opened.call(track, transfer_id, recipients))
    return cast("Mapping[Recipient, Outcome]", given)


async def _previewed(opened: Opened, letter: Letter) -> Mapping[Recipient, object]:
    preview = cast(SupportsPreview, _transport(opened).provider).preview
    return opened.plugin.mapping(Recipient, preview, await opened.call(preview, letter.envelope, letter.message))
