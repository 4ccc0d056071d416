"""Transports and gateways without a fault, for an operator in memory: from them the faulty ones are derived."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from concurrent.futures import Future

from msgcore.base.times import Deadline
from msgcore.codecs import mime
from msgcore.errors import AuthenticationRefused, ConnectionLost, OperationCancelled, TimedOut, UsageError
from msgcore.model import Accepted, Deferred, Envelope, Message, Outcome, Recipient, Refused, Unknown
from msgcore.runtime import Runtime
from msgcore.spi.gateway import Content
from tests.testing.operators import Lost, Operator, OperatorConfig, Request

__all__ = ["HonestGateway", "HonestTransport", "PlainTransport"]

log = logging.getLogger("tests.operators")


class _Line:
    """The line to the operator."""

    config_type = OperatorConfig

    def __init__(self, config: OperatorConfig, runtime: Runtime) -> None:
        self.config = config
        self.runtime = runtime
        self.is_closed = False

    @property
    def operator(self) -> Operator:
        return Operator.open[self.config.name]

    def reach(self) -> Operator:
        """Find the operator, ready to be asked."""
        if self.is_closed:
            raise UsageError("the line is closed")
        try:
            self.operator.check_up()
        except Lost as error:
            raise ConnectionLost("the operator is out of reach") from error
        if not self.operator.check_token(self.config.token):
            raise AuthenticationRefused("the operator knows no such token")
        log.debug("asking %s", self.config.name)
        return self.operator

    def ask(self, recipient: Recipient, octets: bytes, transfer_id: str) -> Future[int]:
        address = recipient.address.typed
        return self.operator.ask(Request(address, octets, f"{transfer_id} {address}"))

    def outcome(self, code: int) -> Outcome:
        kinds: Mapping[int, type[Outcome]] = {250: Accepted, 450: Deferred, 550: Refused}
        return kinds[code](code)

    def wait_failed(self, error: Exception) -> Outcome:
        return Unknown(text=f"no answer: {error}")


class _AsyncLine(_Line):
    async def hand_over(
        self, recipients: Sequence[Recipient], octets: bytes, transfer_id: str, deadline: Deadline
    ) -> dict[Recipient, Outcome]:
        self.reach()
        deadline.check("operator")
        return {one: await self.hand_over_to(one, octets, transfer_id, deadline) for one in recipients}

    async def hand_over_to(self, one: Recipient, octets: bytes, transfer_id: str, deadline: Deadline) -> Outcome:
        try:
            return self.outcome(await self.runtime.wait(self.ask(one, octets, transfer_id), deadline))
        except (Lost, TimedOut, OperationCancelled) as error:
            return self.wait_failed(error)

    async def close(self) -> None:
        self.is_closed = True


class HonestTransport(_AsyncLine):
    """A transport of ``async def`` methods."""

    @property
    def address_types(self) -> Sequence[str]:
        return ("SMS",)

    def render(self, message: Message) -> bytes:
        return mime.write_for_wire(message, allow_8bit=True, allow_utf8=True)

    async def submit(self, envelope: Envelope, message: Message, deadline: Deadline) -> Mapping[Recipient, Outcome]:
        return await self.hand_over(envelope.recipients, self.render(message), envelope.transfer_id, deadline)


class HonestGateway(_AsyncLine):
    """A gateway of ``async def`` methods."""

    async def deliver(
        self, envelope: Envelope, content: Content, next_hop: str, deadline: Deadline
    ) -> Mapping[Recipient, Outcome]:
        for recipient in envelope.recipients:
            if recipient.address_type != "SMS":
                raise UsageError(f"{recipient.address.typed}: is no number")
        return await self.hand_over(envelope.recipients, content.octets, envelope.transfer_id, deadline)


class PlainTransport(_Line):
    """A transport of plain ``def`` methods."""

    @property
    def address_types(self) -> Sequence[str]:
        return ("SMS",)

    def submit(self, envelope: Envelope, message: Message, deadline: Deadline) -> Mapping[Recipient, Outcome]:
        self.reach()
        deadline.check("operator")
        octets = mime.write_for_wire(message, allow_8bit=True, allow_utf8=True)
        return {one: self._submit_to(one, octets, envelope.transfer_id, deadline) for one in envelope.recipients}

    def _submit_to(self, one: Recipient, octets: bytes, transfer_id: str, deadline: Deadline) -> Outcome:
        try:
            return self.outcome(self.ask(one, octets, transfer_id).result(min(deadline.remaining_seconds(), 60)))
        except (Lost, TimeoutError) as error:
            return self.wait_failed(error)

    def close(self) -> None:
        self.is_closed = True
