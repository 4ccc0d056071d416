"""A transport that tracks, previews, flushes and reads its types again, and the same with a fault in each of that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgcore.base.times import Deadline
from msgcore.model import Address, Delivered, Envelope, Message, Outcome, Pending, Recipient
from msgcore.runtime import Runtime
from msgcore.spi.transport import RoutePreview
from tests.testing.honest import HonestTransport
from tests.testing.operators import OperatorConfig

__all__ = ["TALKATIVE_FAULTS", "Talkative"]


class Talkative(HonestTransport):
    """Without a fault."""

    def __init__(self, config: OperatorConfig, runtime: Runtime) -> None:
        super().__init__(config, runtime)
        self.known: dict[str, Mapping[Recipient, Outcome]] = {}

    @property
    def identity(self) -> Address | None:
        return Address("SMTP", "ann@a.test")

    async def submit(self, envelope: Envelope, message: Message, deadline: Deadline) -> Mapping[Recipient, Outcome]:
        outcomes = await super().submit(envelope, message, deadline)
        self.known[envelope.transfer_id] = outcomes
        return outcomes

    async def track(
        self, transfer_id: str, recipients: Sequence[Recipient], deadline: Deadline
    ) -> Mapping[Recipient, Outcome]:
        known = self.known.get(transfer_id, {})
        return {one: known.get(one, Pending()) for one in recipients}

    async def preview(
        self, envelope: Envelope, message: Message, deadline: Deadline
    ) -> Mapping[Recipient, RoutePreview]:
        return dict.fromkeys(envelope.recipients, RoutePreview("operator", "it takes all numbers"))

    async def flush(self, deadline: Deadline) -> None:
        deadline.check("flush")

    async def read_address_types(self, deadline: Deadline) -> Sequence[str]:
        return self.address_types


class TracksEverybody(Talkative):
    async def track(
        self, transfer_id: str, recipients: Sequence[Recipient], deadline: Deadline
    ) -> Mapping[Recipient, Outcome]:
        return self.known.get(transfer_id, {})


class TracksWhatNeverWas(Talkative):
    async def track(
        self, transfer_id: str, recipients: Sequence[Recipient], deadline: Deadline
    ) -> Mapping[Recipient, Outcome]:
        return dict.fromkeys(recipients, Delivered(250))


class PreviewsOne(Talkative):
    async def preview(
        self, envelope: Envelope, message: Message, deadline: Deadline
    ) -> Mapping[Recipient, RoutePreview]:
        return {envelope.recipients[0]: RoutePreview("operator", "it takes all numbers")}


class PreviewsWithoutReason(Talkative):
    async def preview(
        self, envelope: Envelope, message: Message, deadline: Deadline
    ) -> Mapping[Recipient, RoutePreview]:
        return dict.fromkeys(envelope.recipients, RoutePreview(None, ""))


class PreviewsBySending(Talkative):
    async def preview(
        self, envelope: Envelope, message: Message, deadline: Deadline
    ) -> Mapping[Recipient, RoutePreview]:
        await self.submit(envelope, message, deadline)
        return await super().preview(envelope, message, deadline)


class FlushesAgain(Talkative):
    def __init__(self, config: OperatorConfig, runtime: Runtime) -> None:
        super().__init__(config, runtime)
        self.sent: list[tuple[Envelope, Message]] = []

    async def submit(self, envelope: Envelope, message: Message, deadline: Deadline) -> Mapping[Recipient, Outcome]:
        self.sent.append((envelope, message))
        return await super().submit(envelope, message, deadline)

    async def flush(self, deadline: Deadline) -> None:
        for envelope, message in self.sent:
            again = f"{envelope.transfer_id} flushed"
            await self.hand_over(envelope.recipients, self.render(message), again, deadline)


class OtherTypesWhenReadAgain(Talkative):
    async def read_address_types(self, deadline: Deadline) -> Sequence[str]:
        return ("FAX",)


class NewIdentity(Talkative):
    @property
    def identity(self) -> Address | None:
        return Address("SMTP", f"ann{len(self.known)}@a.test")


TALKATIVE_FAULTS: Mapping[type[object], set[str]] = {
    TracksEverybody: {"test_tracking_answers_for_the_recipients_asked"},
    TracksWhatNeverWas: {"test_tracking_claims_nothing_of_a_transfer_that_never_was"},
    PreviewsOne: {"test_a_preview_answers_for_the_recipients_asked"},
    PreviewsWithoutReason: {"test_a_preview_gives_a_route_or_a_reason"},
    PreviewsBySending: {"test_a_preview_sends_nothing"},
    FlushesAgain: {"test_flushing_sends_what_was_submitted_once"},
    OtherTypesWhenReadAgain: {"test_address_types_are_read_again_as_they_are"},
    NewIdentity: {"test_the_identity_is_an_address_that_stays_the_same"},
}
