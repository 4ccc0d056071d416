"""Transports with exactly one fault each, and for each fault the tests of the suite that have to find it."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from typing import Any, ClassVar

import attrs

from msgcore.base.status import Reply
from msgcore.base.text import Secret
from msgcore.base.times import Deadline
from msgcore.codecs import mime
from msgcore.errors import AuthenticationRefused, CommandRefused, ConnectionLost
from msgcore.model import (
    Accepted,
    Deferred,
    Envelope,
    Message,
    Outcome,
    Recipient,
    Refused,
)
from msgcore.runtime import NEVER, Runtime
from msgcore.spi.capability import Capability
from msgcore.testing.modes import Mode
from msgcore.testing.transports import TransportConformance
from tests.testing.honest import HonestTransport, log
from tests.testing.operators import TOKEN, Lost, Operator, OperatorConfig
from tests.testing.talkative import TALKATIVE_FAULTS, Talkative

__all__ = ["FAULTS", "OperatorTransport", "TalkativeTransport"]


class OperatorTransport(TransportConformance[Operator]):
    """The suite, as a plug-in writer would set it up."""

    service_class: ClassVar[type[object]] = HonestTransport
    far_end_class = Operator
    secret = TOKEN

    def config(self, far_end: Operator) -> object:
        return OperatorConfig(far_end.name, Secret(TOKEN))


class TalkativeTransport(OperatorTransport):
    service_class: ClassVar[type[object]] = Talkative
    capabilities = frozenset(
        {
            Capability.IDENTITY,
            Capability.TRACKING,
            Capability.PREVIEW,
            Capability.FLUSH,
            Capability.CONFIG_CHANGES,
        }
    )


# What becomes of recipients.


class DeferredAsRefused(HonestTransport):
    def outcome(self, code: int) -> Outcome:
        return Refused(code) if code == 450 else super().outcome(code)


class RefusedAsAccepted(HonestTransport):
    def outcome(self, code: int) -> Outcome:
        return Accepted(code) if code == 550 else super().outcome(code)


class LostAsDeferred(HonestTransport):
    def wait_failed(self, error: Exception) -> Outcome:
        return Deferred(text=str(error))


class NoOutcomeForTheLast(HonestTransport):
    async def submit(self, envelope: Envelope, message: Message, deadline: Deadline) -> Mapping[Recipient, Outcome]:
        outcomes = dict(await super().submit(envelope, message, deadline))
        if len(outcomes) > 1:
            outcomes.popitem()
        return outcomes


class OnlyTwentyRecipients(HonestTransport):
    async def submit(self, envelope: Envelope, message: Message, deadline: Deadline) -> Mapping[Recipient, Outcome]:
        some = attrs.evolve(envelope, recipients=envelope.recipients[:20])
        outcomes = await super().submit(some, message, deadline)
        return {one: outcomes.get(one, Accepted(250)) for one in envelope.recipients}


class RaisesForOne(HonestTransport):
    def outcome(self, code: int) -> Outcome:
        if code == 550:
            raise CommandRefused(Reply(550, ("no such number",)))
        return super().outcome(code)


class RaisesForOneDeferred(HonestTransport):
    def outcome(self, code: int) -> Outcome:
        if code == 450:
            raise ConnectionLost("busy")
        return super().outcome(code)


class AsksTwice(HonestTransport):
    async def hand_over_to(self, one: Recipient, octets: bytes, transfer_id: str, deadline: Deadline) -> Outcome:
        await super().hand_over_to(one, octets, transfer_id, deadline)
        return await super().hand_over_to(one, octets, transfer_id, deadline)


class ForgetsTheTransferId(HonestTransport):
    number: ClassVar[int] = 0

    async def hand_over_to(self, one: Recipient, octets: bytes, transfer_id: str, deadline: Deadline) -> Outcome:
        ForgetsTheTransferId.number += 1
        return await super().hand_over_to(one, octets, f"{self.number}", deadline)


class RetriesTheDeferred(HonestTransport):
    async def hand_over_to(self, one: Recipient, octets: bytes, transfer_id: str, deadline: Deadline) -> Outcome:
        first = await super().hand_over_to(one, octets, transfer_id, deadline)
        if not isinstance(first, Deferred):
            return first
        return await super().hand_over_to(one, octets, transfer_id, deadline)


class RetriesTheRefused(HonestTransport):
    async def hand_over_to(self, one: Recipient, octets: bytes, transfer_id: str, deadline: Deadline) -> Outcome:
        first = await super().hand_over_to(one, octets, transfer_id, deadline)
        if not isinstance(first, Refused):
            return first
        return await super().hand_over_to(one, octets, transfer_id, deadline)


class RetriesTheLost(HonestTransport):
    was_lost = False

    async def hand_over_to(self, one: Recipient, octets: bytes, transfer_id: str, deadline: Deadline) -> Outcome:
        first = await super().hand_over_to(one, octets, transfer_id, deadline)
        if not self.was_lost:
            return first
        return await super().hand_over_to(one, octets, transfer_id, deadline)

    def wait_failed(self, error: Exception) -> Outcome:
        self.was_lost = isinstance(error, Lost)
        return super().wait_failed(error)


class OneLetterAtATime(HonestTransport):
    """One letter's recipients stand where the next letter's do; tasks always meet there, threads seldom."""

    found_in = Mode.ASYNCIO

    async def submit(self, envelope: Envelope, message: Message, deadline: Deadline) -> Mapping[Recipient, Outcome]:
        self.recipients = envelope.recipients
        for _ in range(20):  # so that the other task has its turn, however busy the machine is
            await self.runtime.in_thread(lambda: None)
        return await self.hand_over(self.recipients, self.render(message), envelope.transfer_id, deadline)


class NoThirdLetter(HonestTransport):
    letters = 0

    async def submit(self, envelope: Envelope, message: Message, deadline: Deadline) -> Mapping[Recipient, Outcome]:
        self.letters += 1
        if self.letters > 2:
            return dict.fromkeys(envelope.recipients, Accepted(250))
        return await super().submit(envelope, message, deadline)


# Trouble.


class IgnoresTheDeadline(HonestTransport):
    async def submit(self, envelope: Envelope, message: Message, deadline: Deadline) -> Mapping[Recipient, Outcome]:
        return await super().submit(envelope, message, NEVER)


class IgnoresCancelling(HonestTransport):
    async def submit(self, envelope: Envelope, message: Message, deadline: Deadline) -> Mapping[Recipient, Outcome]:
        with self.runtime.shielded():
            return await super().submit(envelope, message, deadline)


class LiesWhenCancelled(HonestTransport):
    def wait_failed(self, error: Exception) -> Outcome:
        if isinstance(error, Lost):
            return super().wait_failed(error)
        return Deferred(text=str(error))


class LostAsAccepted(HonestTransport):
    def wait_failed(self, error: Exception) -> Outcome:
        if isinstance(error, Lost):
            return Accepted(250)
        return super().wait_failed(error)


class RaisesOnceLost(HonestTransport):
    """The line is broken when the second recipient's turn comes."""

    was_lost = False

    async def hand_over_to(self, one: Recipient, octets: bytes, transfer_id: str, deadline: Deadline) -> Outcome:
        if self.was_lost:
            raise ConnectionLost("the line is broken")
        return await super().hand_over_to(one, octets, transfer_id, deadline)

    def wait_failed(self, error: Exception) -> Outcome:
        self.was_lost = isinstance(error, Lost)
        return super().wait_failed(error)


class RaisesWhenOutOfReach(HonestTransport):
    async def hand_over_to(self, one: Recipient, octets: bytes, transfer_id: str, deadline: Deadline) -> Outcome:
        self.reach()
        return await super().hand_over_to(one, octets, transfer_id, deadline)


class RaisesWhenTimeIsUp(HonestTransport):
    async def hand_over_to(self, one: Recipient, octets: bytes, transfer_id: str, deadline: Deadline) -> Outcome:
        deadline.check("operator")
        return await super().hand_over_to(one, octets, transfer_id, deadline)


class DownAsRefused(HonestTransport):
    async def submit(self, envelope: Envelope, message: Message, deadline: Deadline) -> Mapping[Recipient, Outcome]:
        try:
            return await super().submit(envelope, message, deadline)
        except ConnectionLost as error:
            return dict.fromkeys(envelope.recipients, Refused(text=str(error)))


class LosesHeart(HonestTransport):
    """Once out of reach, it never tries the operator again."""

    has_failed = False

    def reach(self) -> Operator:
        if self.has_failed:
            raise ConnectionLost("it was out of reach before")
        try:
            return super().reach()
        except ConnectionLost:
            self.has_failed = True
            raise


class ReachesWhenMade(HonestTransport):
    def __init__(self, config: OperatorConfig, runtime: Runtime) -> None:
        super().__init__(config, runtime)
        self.reach()


class WrongTokenAsDeferred(HonestTransport):
    async def submit(self, envelope: Envelope, message: Message, deadline: Deadline) -> Mapping[Recipient, Outcome]:
        try:
            return await super().submit(envelope, message, deadline)
        except AuthenticationRefused as error:
            return dict.fromkeys(envelope.recipients, Deferred(text=str(error)))


# Secrets.


class SecretInRepr(HonestTransport):
    def __repr__(self) -> str:
        return f"SecretInRepr({self.config.name!r}, {self.config.token.reveal()!r})"


class SecretInTheLog(HonestTransport):
    def reach(self) -> Operator:
        log.debug("Authorization: Bearer %s", self.config.token.reveal())
        return super().reach()


class SecretInTheError(HonestTransport):
    def reach(self) -> Operator:
        try:
            return super().reach()
        except AuthenticationRefused as error:
            raise AuthenticationRefused(f"no such token: {self.config.token.reveal()}") from error


class SecretInTheCause(HonestTransport):
    def reach(self) -> Operator:
        try:
            return super().reach()
        except ConnectionLost:
            raise ConnectionLost("out of reach") from OSError(f"https://{self.config.token.reveal()}@operator.test")


@attrs.frozen
class OpenConfig(OperatorConfig):
    token_as_text: str = TOKEN


class OpenHandedTransport(OperatorTransport):
    """The suite of a plug-in whose configuration keeps its token as text."""

    def config(self, far_end: Operator) -> object:
        return OpenConfig(far_end.name, Secret(TOKEN))


# Its life.


class SendsAfterClose(HonestTransport):
    async def close(self) -> None:
        return


class FailsToCloseTwice(HonestTransport):
    async def close(self) -> None:
        assert not self.is_closed
        await super().close()


class OneInALife(HonestTransport):
    """What it closes is its class's, not its own."""

    closed: ClassVar[set[str]] = set()

    def reach(self) -> Operator:
        self.is_closed = self.config.name in self.closed
        return super().reach()

    async def close(self) -> None:
        self.closed.add(self.config.name)


class BlocksTheLoop(HonestTransport):
    async def submit(self, envelope: Envelope, message: Message, deadline: Deadline) -> Mapping[Recipient, Outcome]:
        time.sleep(0.001)  # noqa: ASYNC251  # the fault
        return await super().submit(envelope, message, deadline)


# The message, and what it says of itself.


class MarksTheMessage(HonestTransport):
    def render(self, message: Message) -> bytes:
        message.subject = f"[sent] {message.subject}"
        return super().render(message)


class NamesBcc(HonestTransport):
    def render(self, message: Message) -> bytes:
        return mime.write(message, bcc=True)


class LeavesBccOut(HonestTransport):
    async def submit(self, envelope: Envelope, message: Message, deadline: Deadline) -> Mapping[Recipient, Outcome]:
        outcomes = dict.fromkeys(envelope.recipients, Accepted(250))
        shown = tuple(one for one in envelope.recipients if one.address in message.to)
        return {**outcomes, **await super().submit(attrs.evolve(envelope, recipients=shown), message, deadline)}


class NeedsText(HonestTransport):
    def render(self, message: Message) -> bytes:
        assert message.text
        return super().render(message)


class NeedsShortAddresses(HonestTransport):
    def ask(self, recipient: Recipient, octets: bytes, transfer_id: str) -> Future[int]:
        if len(recipient.email_address) > 1_000:
            raise OSError("file name too long")
        return super().ask(recipient, octets, transfer_id)


class ReadsTheMessage(HonestTransport):
    async def submit(self, envelope: Envelope, message: Message, deadline: Deadline) -> Mapping[Recipient, Outcome]:
        everybody = attrs.evolve(envelope, recipients=message.recipients)
        outcomes = await super().submit(everybody, message, deadline)
        return {one: outcomes[one] for one in envelope.recipients}


class OnceForATransfer(HonestTransport):
    """As a key of idempotency does that is the transfer's id alone."""

    def __init__(self, config: OperatorConfig, runtime: Runtime) -> None:
        super().__init__(config, runtime)
        self.done: set[str] = set()

    async def submit(self, envelope: Envelope, message: Message, deadline: Deadline) -> Mapping[Recipient, Outcome]:
        if envelope.transfer_id in self.done:
            return dict.fromkeys(envelope.recipients, Accepted(250))
        self.done.add(envelope.transfer_id)
        return await super().submit(envelope, message, deadline)


class CountsTheSeconds(HonestTransport):
    async def submit(self, envelope: Envelope, message: Message, deadline: Deadline) -> Mapping[Recipient, Outcome]:
        log.debug("%d seconds are left", int(deadline.remaining_seconds()))
        return await super().submit(envelope, message, deadline)


class SecretInARefusal(HonestTransport):
    def outcome(self, code: int) -> Outcome:
        outcome = super().outcome(code)
        token = self.config.token.reveal()
        return attrs.evolve(outcome, text=f"/send?token={token}") if isinstance(outcome, Refused) else outcome


class SecretInADeferral(HonestTransport):
    def outcome(self, code: int) -> Outcome:
        outcome = super().outcome(code)
        token = self.config.token.reveal()
        return attrs.evolve(outcome, text=f"/send?token={token}") if isinstance(outcome, Deferred) else outcome


class CodesAsText(HonestTransport):
    def outcome(self, code: int) -> Outcome:
        return attrs.evolve(super().outcome(code), code=f"{code}")  # type: ignore[arg-type]


class NoAttrsClass:
    """What is no configuration."""


class CannotBeConfigured(HonestTransport):
    config_type: Any = NoAttrsClass


class SmallTypes(HonestTransport):
    @property
    def address_types(self) -> Sequence[str]:
        return ("SMS", "fax")


class OtherTypes(HonestTransport):
    @property
    def address_types(self) -> Sequence[str]:
        return ("FAX",)


class ChangingTypes(HonestTransport):
    is_used = False

    @property
    def address_types(self) -> Sequence[str]:
        return ("SMS", "FAX") if self.is_used else ("SMS",)

    def reach(self) -> Operator:
        self.is_used = True
        return super().reach()


class SecretAbility(HonestTransport):
    def flush(self, deadline: Deadline) -> None:
        return


_REFUSED = {"test_a_refused_recipient_is_told_as_refused", "test_a_refused_recipient_harms_no_other"}
_DEFERRED = {"test_a_deferred_recipient_is_told_as_deferred", "test_a_deferred_recipient_harms_no_other"}
_AT_THE_DEADLINE = "test_what_is_told_at_the_deadline_is_no_lie"
_AFTER_THE_FIRST = "test_what_is_told_when_the_far_end_goes_down_after_the_first_recipient_is_no_lie"
_OF_SEVERAL_LOST = "test_what_is_told_of_several_whose_answers_were_lost_is_no_lie"
_TIME_IS_UP = "test_what_is_told_when_time_is_up_after_the_first_recipient_is_no_lie"
_CANCELLED = "test_what_is_told_of_a_cancelled_call_is_no_lie"
_DOWN = {"test_a_far_end_that_is_down_means_later", "test_a_far_end_that_goes_down_between_letters_means_later"}
_TELLING = {
    "test_outcomes_agree_with_what_the_far_end_has",
    "test_a_refused_recipient_harms_no_other",
    "test_a_deferred_recipient_harms_no_other",
    _TIME_IS_UP,
    _AFTER_THE_FIRST,
}
_AFTER_CLOSE = {"test_sending_after_close_raises_usage_error", "test_sending_after_close_sends_nothing"}

FAULTS: Mapping[type[object], set[str]] = {
    DeferredAsRefused: {"test_a_deferred_recipient_is_told_as_deferred"},
    RefusedAsAccepted: _REFUSED,
    LostAsDeferred: {
        "test_what_may_have_been_taken_is_told_as_unknown",
        _OF_SEVERAL_LOST,
        _AT_THE_DEADLINE,
        _CANCELLED,
    },
    NoOutcomeForTheLast: {
        "test_every_recipient_has_an_outcome",
        "test_outcomes_agree_with_what_the_far_end_has",
        "test_a_refused_recipient_harms_no_other",
        "test_a_deferred_recipient_harms_no_other",
        _AT_THE_DEADLINE,
        _TIME_IS_UP,
        _OF_SEVERAL_LOST,
        _AFTER_THE_FIRST,
    },
    OnlyTwentyRecipients: {"test_each_of_many_recipients_gets_the_message_once"},
    RaisesForOne: {*_REFUSED, "test_a_refused_recipient_is_not_tried_again"},
    RaisesForOneDeferred: {*_DEFERRED, "test_a_deferred_recipient_is_tried_once"},
    AsksTwice: {
        "test_nobody_is_tried_twice",
        "test_a_refused_recipient_is_not_tried_again",
        "test_a_deferred_recipient_is_tried_once",
        "test_what_may_have_been_taken_is_not_sent_again",
    },
    ForgetsTheTransferId: {"test_a_transfer_that_is_tried_again_arrives_once"},
    RetriesTheDeferred: {"test_a_deferred_recipient_is_tried_once"},
    RetriesTheRefused: {"test_a_refused_recipient_is_not_tried_again"},
    RetriesTheLost: {"test_what_may_have_been_taken_is_not_sent_again"},
    OneLetterAtATime: {"test_two_letters_at_once_both_arrive"},
    NoThirdLetter: {"test_letters_in_a_row_all_arrive", "test_it_works_again_once_the_far_end_is_back"},
    IgnoresTheDeadline: {"test_the_deadline_is_kept_when_the_far_end_says_nothing"},
    IgnoresCancelling: {"test_cancelling_ends_the_call"},
    LiesWhenCancelled: {_AT_THE_DEADLINE, _CANCELLED},
    LostAsAccepted: {"test_what_may_have_been_taken_is_told_as_unknown", _AFTER_THE_FIRST},
    RaisesOnceLost: {_OF_SEVERAL_LOST, _AFTER_THE_FIRST},
    RaisesWhenOutOfReach: {_AFTER_THE_FIRST},
    RaisesWhenTimeIsUp: {_TIME_IS_UP, _AT_THE_DEADLINE},
    DownAsRefused: _DOWN,
    LosesHeart: {"test_it_works_again_once_the_far_end_is_back"},
    ReachesWhenMade: {"test_making_it_reaches_for_nothing"},
    WrongTokenAsDeferred: {"test_wrong_credentials_raise_authentication_refused"},
    SecretInRepr: {"test_nothing_that_is_opened_shows_the_secret"},
    SecretInTheLog: {"test_no_log_shows_the_secret"},
    SecretInTheError: {"test_the_error_for_wrong_credentials_does_not_show_them"},
    SecretInTheCause: {"test_the_error_for_a_far_end_that_is_down_shows_no_secret"},
    SendsAfterClose: _AFTER_CLOSE,
    FailsToCloseTwice: {
        *_AFTER_CLOSE,
        "test_closing_twice_is_harmless",
        "test_closing_before_the_first_letter_is_harmless",
    },
    OneInALife: {
        "test_a_second_one_works_after_the_first_was_closed",
        "test_a_transfer_that_is_tried_again_arrives_once",
    },
    BlocksTheLoop: {"test_nothing_blocks_the_event_loop"},
    MarksTheMessage: {"test_the_message_is_as_it_was"},
    NamesBcc: {"test_bcc_recipients_are_not_named_to_the_others"},
    LeavesBccOut: {"test_bcc_recipients_get_the_message"},
    NeedsText: {"test_a_message_of_any_kind_has_an_outcome"},
    NeedsShortAddresses: {"test_an_address_of_any_text_has_an_outcome"},
    ReadsTheMessage: {"test_who_is_not_in_the_envelope_gets_nothing"},
    OnceForATransfer: {"test_a_transfer_that_is_tried_again_reaches_those_who_were_deferred"},
    CountsTheSeconds: {"test_without_a_deadline_it_sends"},
    SecretInARefusal: {"test_what_is_told_of_a_refused_recipient_shows_no_secret"},
    SecretInADeferral: {"test_what_is_told_of_a_deferred_recipient_shows_no_secret"},
    CodesAsText: _TELLING,
    CannotBeConfigured: {"test_a_profile_can_configure_it"},
    SmallTypes: {"test_address_types_are_in_capitals"},
    OtherTypes: {"test_it_takes_the_addresses_of_its_far_end"},
    ChangingTypes: {"test_address_types_stay_the_same"},
    SecretAbility: {"test_it_declares_the_abilities_that_it_has"},
    **TALKATIVE_FAULTS,
}
