"""The conformance suite for gateways."""

from __future__ import annotations

from typing import Any, ClassVar, cast

import attrs

from msgcore.base.times import Deadline
from msgcore.errors import UsageError
from msgcore.mta.routing.nexthop import next_hop
from msgcore.runtime.abc import Runtime
from msgcore.spi.gateway import Content, Gateway
from msgcore.spi.plugin import Plugin
from msgcore.testing.conformance import needs
from msgcore.testing.delivery import DeliveryConformance
from msgcore.testing.delivery.letters import Letter, letter_to
from msgcore.testing.delivery.opened import Opened
from msgcore.testing.delivery.suite import F
from msgcore.testing.modes import Mode

__all__ = ["GatewayConformance"]

_LINES = b"\r\n".join((b".", b"..", b".hidden", b"", b" indented", b"tab\there", b"x" * 900, b"From here", b""))


class GatewayConformance(DeliveryConformance[F]):
    """Tests of a gateway, in front of a far end that says what it was given::

    class TestSmsGateway(GatewayConformance[Operator]):
        gateway_class = SmsGateway
        far_end_class = Operator
        secret = "a long token"

        def config(self, far_end: Operator) -> SmsConfig:
            return SmsConfig(url=far_end.url, token=Secret(self.secret))
    """

    gateway_class: ClassVar[type[object]]

    undeliverable: ClassVar[str] = "NOSUCH:nobody"
    """An address that the gateway can never deliver to."""

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

    def test_what_can_never_be_delivered_is_not_sent(self, mode: Mode) -> None:
        with self.far_end() as far_end:
            letter = letter_to(self.from_address(), [self.undeliverable])
            self.try_to_send(mode, self.config_for(far_end), letter)
            assert list(far_end.taken()) == []
