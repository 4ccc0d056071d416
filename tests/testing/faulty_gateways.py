"""Gateways with exactly one fault each, and for each fault the tests of the suite that have to find it."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import attrs

from msgcore.base.text import Secret
from msgcore.base.times import Deadline
from msgcore.errors import ConnectionLost, TimedOut, UsageError
from msgcore.model import Accepted, Deferred, Envelope, Outcome, Recipient, Refused
from msgcore.runtime import NEVER
from msgcore.spi.gateway import Content, Tell
from msgcore.testing.gateways import GatewayConformance
from tests.testing.honest import HonestGateway
from tests.testing.operators import TOKEN, Lost, Operator, OperatorConfig

__all__ = ["FAULTS", "OperatorGateway"]


class OperatorGateway(GatewayConformance[Operator]):
    """The suite, as a plug-in writer would set it up."""

    gateway_class: ClassVar[type[object]] = HonestGateway
    far_end_class = Operator
    secret = TOKEN

    def config(self, far_end: Operator) -> object:
        return OperatorConfig(far_end.name, Secret(TOKEN))


class LostAsDeferred(HonestGateway):
    def wait_failed(self, error: Exception) -> Outcome:
        if isinstance(error, Lost):
            return Deferred(text=str(error))
        return super().wait_failed(error)


class LostRecipient(HonestGateway):
    async def deliver(
        self, envelope: Envelope, content: Content, next_hop: str, deadline: Deadline
    ) -> Mapping[Recipient, Outcome]:
        first = attrs.evolve(envelope, recipients=envelope.recipients[:4])
        outcomes = await super().deliver(first, content, next_hop, deadline)
        return {one: outcomes.get(one, Accepted(250)) for one in envelope.recipients}


class RaisesForOne(HonestGateway):
    def outcome(self, code: int) -> Outcome:
        if code == 550:
            raise ConnectionLost("550")
        return super().outcome(code)


class HiddenRetry(HonestGateway):
    async def hand_over_to(self, one: Recipient, octets: bytes, transfer_id: str, deadline: Deadline) -> Outcome:
        first = await super().hand_over_to(one, octets, transfer_id, deadline)
        if not isinstance(first, Deferred):
            return first
        return await super().hand_over_to(one, octets, transfer_id, deadline)


class SecretInRepr(HonestGateway):
    def __repr__(self) -> str:
        return f"<gateway {self.config.token.reveal()}>"


class IgnoresTheDeadline(HonestGateway):
    async def deliver(
        self, envelope: Envelope, content: Content, next_hop: str, deadline: Deadline
    ) -> Mapping[Recipient, Outcome]:
        return await super().deliver(envelope, content, next_hop, NEVER)


class SendsAfterClose(HonestGateway):
    async def close(self) -> None:
        return


class BlocksTheLoop(HonestGateway):
    async def deliver(
        self, envelope: Envelope, content: Content, next_hop: str, deadline: Deadline
    ) -> Mapping[Recipient, Outcome]:
        time.sleep(0.001)  # noqa: ASYNC251  # the fault
        return await super().deliver(envelope, content, next_hop, deadline)


class TidiesTheContent(HonestGateway):
    async def deliver(
        self, envelope: Envelope, content: Content, next_hop: str, deadline: Deadline
    ) -> Mapping[Recipient, Outcome]:
        tidy = Content(content.octets.replace(b"\r\n.\r\n", b"\r\n"))
        return await super().deliver(envelope, tidy, next_hop, deadline)


class NeedsASender(HonestGateway):
    async def deliver(
        self, envelope: Envelope, content: Content, next_hop: str, deadline: Deadline
    ) -> Mapping[Recipient, Outcome]:
        if envelope.sender is None:
            raise TimedOut("nobody sent this")
        return await super().deliver(envelope, content, next_hop, deadline)


class DefersTheUndeliverable(HonestGateway):
    async def deliver(
        self, envelope: Envelope, content: Content, next_hop: str, deadline: Deadline
    ) -> Mapping[Recipient, Outcome]:
        if any(one.address_type != "SMS" for one in envelope.recipients):
            return dict.fromkeys(envelope.recipients, Deferred(text="no number"))
        return await super().deliver(envelope, content, next_hop, deadline)


class TakesTheUndeliverable(HonestGateway):
    async def deliver(
        self, envelope: Envelope, content: Content, next_hop: str, deadline: Deadline
    ) -> Mapping[Recipient, Outcome]:
        return await self.hand_over(envelope.recipients, content.octets, envelope.transfer_id, deadline)


class LooksAtTheAddressAlone(HonestGateway):
    async def deliver(
        self, envelope: Envelope, content: Content, next_hop: str, deadline: Deadline
    ) -> Mapping[Recipient, Outcome]:
        if any(one.email_address == "nobody" for one in envelope.recipients):
            raise UsageError("nobody: is no number")
        return await self.hand_over(envelope.recipients, content.octets, envelope.transfer_id, deadline)


class CannotBeConfigured(HonestGateway):
    config_type: Any = None


class NamesNoProfile(HonestGateway):
    content_profile = "TNEF"


class TakesTnefForMail(HonestGateway):
    content_forms = ("tnef",)


class InARow(HonestGateway):
    """Without a fault, and with batches."""

    async def deliver_all(
        self, batch: Sequence[tuple[Envelope, Content]], next_hop: str, deadline: Deadline, tell: Tell
    ) -> None:
        for number, (envelope, content) in enumerate(batch):
            try:
                outcomes = await self.deliver(envelope, content, next_hop, deadline)
            except UsageError as error:
                outcomes = dict.fromkeys(envelope.recipients, Refused(text=str(error)))
            tell(number, outcomes)


class TellsTwice(InARow):
    async def deliver_all(
        self, batch: Sequence[tuple[Envelope, Content]], next_hop: str, deadline: Deadline, tell: Tell
    ) -> None:
        await super().deliver_all(batch, next_hop, deadline, tell)
        tell(0, {one: Accepted(250) for one in batch[0][0].recipients})


class StopsAtARefusal(InARow):
    async def deliver_all(
        self, batch: Sequence[tuple[Envelope, Content]], next_hop: str, deadline: Deadline, tell: Tell
    ) -> None:
        for number, (envelope, content) in enumerate(batch):
            outcomes = await self.deliver(envelope, content, next_hop, deadline)
            tell(number, outcomes)
            if not all(isinstance(one, Accepted) for one in outcomes.values()):
                raise ConnectionLost("the operator said no")


FAULTS: Mapping[type[object], set[str]] = {
    NamesNoProfile: {"test_it_names_forms_and_a_profile_that_there_are"},
    TakesTnefForMail: {"test_content_in_tnef_arrives_too"},
    InARow: set(),
    TellsTwice: {
        "test_each_message_of_a_batch_arrives_once_and_is_told_of_once",
        "test_a_refused_message_of_a_batch_harms_no_other",
    },
    StopsAtARefusal: {
        "test_a_refused_message_of_a_batch_harms_no_other",
        "test_what_can_never_be_delivered_harms_no_other_of_a_batch",
    },
    LostAsDeferred: {
        "test_what_may_have_been_taken_is_told_as_unknown",
        "test_what_is_told_of_several_whose_answers_were_lost_is_no_lie",
    },
    LostRecipient: {"test_each_of_many_recipients_gets_the_message_once"},
    RaisesForOne: {
        "test_a_refused_recipient_is_told_as_refused",
        "test_a_refused_recipient_harms_no_other",
        "test_a_refused_recipient_is_not_tried_again",
    },
    HiddenRetry: {"test_a_deferred_recipient_is_tried_once"},
    SecretInRepr: {"test_nothing_that_is_opened_shows_the_secret"},
    IgnoresTheDeadline: {"test_the_deadline_is_kept_when_the_far_end_says_nothing"},
    SendsAfterClose: {"test_sending_after_close_raises_usage_error", "test_sending_after_close_sends_nothing"},
    BlocksTheLoop: {"test_nothing_blocks_the_event_loop"},
    TidiesTheContent: {"test_the_content_arrives_as_it_was"},
    NeedsASender: {"test_a_report_without_sender_is_taken"},
    LooksAtTheAddressAlone: {"test_an_address_of_another_type_is_refused"},
    CannotBeConfigured: {"test_a_connector_can_configure_it"},
    DefersTheUndeliverable: {
        "test_what_can_never_be_delivered_is_refused",
        "test_an_address_of_another_type_is_refused",
    },
    TakesTheUndeliverable: {
        "test_an_address_of_another_type_is_refused",
        "test_what_can_never_be_delivered_is_refused",
        "test_what_can_never_be_delivered_is_not_sent",
    },
}
