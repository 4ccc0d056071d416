"""The conformance suite for gateways."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, cast

import attrs

from msgcore.base.times import Deadline
from msgcore.codecs import tnef
from msgcore.errors import MsgcoreError, TryAgain, UsageError
from msgcore.model.address import parse_address
from msgcore.model.outcome import Outcome
from msgcore.model.recipient import Recipient
from msgcore.mta.routing.nexthop import next_hop
from msgcore.runtime.abc import Runtime
from msgcore.spi.gateway import Content, Gateway, SupportsBatches, content_forms_of, content_profile_of
from msgcore.spi.plugin import Plugin
from msgcore.testing.conformance import Ability, needs, see_that_it_can_be_configured, unsaid
from msgcore.testing.delivery import DeliveryConformance
from msgcore.testing.delivery.letters import Letter, Told, letter_to
from msgcore.testing.delivery.opened import Opened
from msgcore.testing.delivery.suite import F
from msgcore.testing.far_ends import AbleFarEnd
from msgcore.testing.modes import Mode, call

__all__ = ["GatewayConformance"]

_LINES = b"\r\n".join((b".", b"..", b".hidden", b"", b" indented", b"tab\there", b"x" * 900, b"From here", b""))

_NOBODY = "NOSUCH:nobody"


class GatewayConformance(DeliveryConformance[F]):
    """Tests of a gateway, in front of a far end that says what it was given.

    One class is all that is written::

        class TestSmsGateway(GatewayConformance[Operator]):
            gateway_class = SmsGateway
            far_end_class = Operator
            secret = "a long token"

            def config(self, far_end: Operator) -> SmsConfig:
                return SmsConfig(url=far_end.url, token=Secret(self.secret))
    """

    gateway_class: ClassVar[type[object]]

    undeliverable: ClassVar[str] = _NOBODY
    """An address that the gateway can never deliver to: this one, unless it takes addresses of every type."""

    @classmethod
    def abilities(cls) -> frozenset[Ability]:
        """Add what the gateway's class declares, ``"tnef"`` and ``"batches"``, and that it looks at address types."""
        gateway_class: object = getattr(cls, "gateway_class", None)
        takes_tnef = "tnef" in getattr(gateway_class, "content_forms", ())
        sends_batches = hasattr(gateway_class, "deliver_all")
        refuses_by_type = cls.undeliverable == _NOBODY
        more = {"tnef": takes_tnef, "batches": sends_batches, "refuses by type": refuses_by_type}
        return super().abilities() | {ability for ability, is_there in more.items() if is_there}

    @classmethod
    def _left_out(cls) -> Sequence[str]:
        return [
            *unsaid(cls, gateway_class="the class that the entry point names"),
            *super()._left_out(),
        ]

    def next_hop(self, letter: Letter) -> str:
        """Name the next hop, as the MTA does for a connector without ``relay``."""
        return next_hop(letter.envelope.recipients[0].address, {})

    def make(self, config: object, runtime: Runtime) -> Plugin:
        return Plugin.make(f"gateway {self.gateway_class.__name__}", cast(Any, self.gateway_class), config, runtime)

    async def open(self, plugin: Plugin, deadline: Deadline) -> Opened:
        deliver = cast(Gateway, plugin.target).deliver
        return Opened(plugin, deliver, lambda letter: (letter.envelope, letter.content, self.next_hop(letter)))

    # Content and envelope.

    @needs("octets")
    def test_the_content_arrives_as_it_was(self, mode: Mode) -> None:
        with self.far_end() as far_end:
            letter = self.letter(far_end, "bob")
            letter = attrs.evolve(letter, content=Content(letter.content.octets + _LINES))
            self.send(mode, far_end, letter)
            [arrived] = far_end.octets()
            assert arrived.endswith(letter.content.octets), f"{arrived!r}"

    def test_a_report_without_sender_is_taken(self, mode: Mode) -> None:
        """Reports have the null return path, so that nobody reports on a report (RFC 5321 section 4.5.5)."""
        with self.far_end() as far_end:
            letter = letter_to(None, [far_end.address("bob")])
            self.send(mode, far_end, letter)
            assert letter.copies(far_end.taken()) == {far_end.address("bob"): 1}

    def test_what_can_never_be_delivered_is_refused(self, mode: Mode) -> None:
        """Deferred, it would wait for days before its sender is told."""
        with self.far_end() as far_end:
            letter = letter_to(self.from_address(), [self.undeliverable])
            told = self.try_to_send(mode, self.config_for(far_end), letter)
            if told.error is None:
                assert set(told.by_address.values()) == {"Refused"}, repr(told)
            else:
                assert isinstance(told.error, UsageError), repr(told.error)

    @needs("refuses by type")
    def test_an_address_of_another_type_is_refused(self, mode: Mode) -> None:
        """Who is known there by an address of one type is nobody by another's: a route may lead anybody here."""
        with self.far_end() as far_end:
            known = parse_address(far_end.address("bob"))
            letter = letter_to(self.from_address(), [f"NOSUCH:{known.email_address}"])
            told = self.try_to_send(mode, self.config_for(far_end), letter)
            assert list(far_end.taken()) == [], "it looks at the address and not at its type"
            assert isinstance(told.error, UsageError) or {*told.by_address.values()} == {"Refused"}, repr(told)

    def test_what_can_never_be_delivered_is_not_sent(self, mode: Mode) -> None:
        with self.far_end() as far_end:
            letter = letter_to(self.from_address(), [self.undeliverable])
            self.try_to_send(mode, self.config_for(far_end), letter)
            assert list(far_end.taken()) == []

    # What it says of itself.

    def test_a_connector_can_configure_it(self) -> None:
        see_that_it_can_be_configured(self.gateway_class)

    def test_it_names_forms_and_a_profile_that_there_are(self) -> None:
        with self.far_end() as far_end:

            async def main(runtime: Runtime) -> None:
                plugin = self.make(self.config_for(far_end), runtime)
                content_forms_of(plugin.target)
                content_profile_of(plugin.target)
                await plugin.close()

            call(Mode.BLOCKING.runtime(), main)

    @needs("tnef")
    def test_content_in_tnef_arrives_too(self, mode: Mode) -> None:
        with self.far_end() as far_end:
            letter = self.letter(far_end, "bob")
            letter = attrs.evolve(letter, content=Content(tnef.write(letter.message, bcc=False), "tnef"))
            self.send(mode, far_end, letter)
            assert letter.copies(far_end.taken()) == {far_end.address("bob"): 1}

    # Several at once.

    @needs("batches")
    def test_each_message_of_a_batch_arrives_once_and_is_told_of_once(self, mode: Mode) -> None:
        with self.far_end() as far_end:
            letters = [self.letter(far_end, *names) for names in (("bob",), ("cia", "dan"), ("bob",))]
            told, error = self._deliver_all(mode, far_end, letters)
            assert (sorted(number for number, _ in told), error) == ([0, 1, 2], None)
            assert [one.contradictions(far_end.taken()) for _, one in told] == [[], [], []]
            assert [letter.copies(far_end.taken()).total() for letter in letters] == [1, 2, 1]

    @needs("batches", "refuse")
    def test_a_refused_message_of_a_batch_harms_no_other(self, mode: Mode) -> None:
        with self.far_end() as far_end:
            far_end.refuse(far_end.address("cia"))
            letters = [self.letter(far_end, name) for name in ("bob", "cia", "dan")]
            told, _ = self._deliver_all(mode, far_end, letters)
            assert {number: "Refused" in one.by_address.values() for number, one in told} == {
                0: False,
                1: True,
                2: False,
            }
            assert [one.contradictions(far_end.taken()) for _, one in told] == [[], [], []]

    @needs("batches")
    def test_what_can_never_be_delivered_harms_no_other_of_a_batch(self, mode: Mode) -> None:
        with self.far_end() as far_end:
            never = letter_to(self.from_address(), [self.undeliverable])
            letters = [self.letter(far_end, "bob"), never, self.letter(far_end, "dan")]
            told, error = self._deliver_all(mode, far_end, letters)
            assert ({number: {*one.by_address.values()} for number, one in told}[1], error) == ({"Refused"}, None)
            assert [letter.copies(far_end.taken()).total() for letter in letters] == [1, 0, 1]

    @needs("batches", "lose")
    def test_what_is_told_of_a_batch_whose_connection_was_lost_is_no_lie(self, mode: Mode) -> None:
        with self.far_end() as far_end:
            far_end.lose()
            letters = [self.letter(far_end, "bob") for _ in range(3)]
            told, error = self._deliver_all(mode, far_end, letters)
            assert [one.contradictions(far_end.taken()) for _, one in told] == [[]] * len(told)
            silent = [letter for number, letter in enumerate(letters) if number not in dict(told)]
            assert not silent or error is not None, "it says nothing of some"
            assert [letter.copies(far_end.taken()).total() for letter in silent] == [0] * len(silent)

    @needs("batches", "down")
    def test_of_a_far_end_that_is_down_a_batch_tells_nothing(self, mode: Mode) -> None:
        with self.far_end() as far_end, far_end.down():
            told, error = self._deliver_all(mode, far_end, [self.letter(far_end, "bob") for _ in range(2)])
            assert told == []
            assert isinstance(error, TryAgain), repr(error)

    def _deliver_all(
        self, mode: Mode, far_end: AbleFarEnd, letters: Sequence[Letter]
    ) -> tuple[list[tuple[int, Told]], MsgcoreError | None]:
        """Hand letters over in one call; give what was told, with its number, and what was raised."""
        told: list[tuple[int, Told]] = []

        def tell(number: int, outcomes: Mapping[Recipient, Outcome]) -> None:
            told.append((number, Told(letters[number], outcomes)))

        async def story(opened: Opened) -> MsgcoreError | None:
            target = cast(SupportsBatches, opened.plugin.target)
            deadline = opened.within(None)
            batch = [(letter.envelope, letter.content) for letter in letters]
            try:
                await opened.plugin.call(
                    target.deliver_all, batch, self.next_hop(letters[0]), deadline, tell, deadline=deadline
                )
            except MsgcoreError as error:
                return error
            return None

        return told, self.at_work(mode, self.config_for(far_end), story)
