"""Content checks with exactly one fault each, and for each fault the tests of the suite that have to find it."""

from __future__ import annotations

import asyncio
from typing import Any, ClassVar

import attrs

from msgcore.base.times import Deadline
from msgcore.model import Refused
from msgcore.mta.listener.content import ArrivingMail, ContentAnswer
from msgcore.runtime import Runtime
from msgcore.testing.content_checks import ContentCheckConformance

__all__ = ["FAULTS", "WordCheckSuite"]

_WORD = b"free money"


@attrs.frozen
class WordConfig:
    word: bytes = _WORD


class HonestCheck:
    config_type: ClassVar[type[object]] = WordConfig

    def __init__(self, config: WordConfig, runtime: Runtime) -> None:
        self.word = config.word

    async def check_content(self, mail: ArrivingMail, deadline: Deadline) -> Any:
        await asyncio.sleep(0)
        return self.answer(mail.octets)

    def answer(self, octets: bytes) -> ContentAnswer:
        return Refused(text="not this") if self.word in octets else None


class WordCheckSuite(ContentCheckConformance):
    """The suite, as a plug-in writer would set it up."""

    check_class: ClassVar[type[object]] = HonestCheck
    bad = b"Subject: hello\r\n\r\nfree money\r\n"

    def config(self) -> object:
        return WordConfig()


class NoConfiguration(HonestCheck):
    config_type = object


class TakesAll(HonestCheck):
    def answer(self, octets: bytes) -> ContentAnswer:
        return None


class RefusesAll(HonestCheck):
    def answer(self, octets: bytes) -> ContentAnswer:
        return Refused(text="nothing at all")


class ReadsUtf8Only(HonestCheck):
    def answer(self, octets: bytes) -> ContentAnswer:
        return Refused() if self.word.decode() in octets.decode() else None


class RemembersTheLast(HonestCheck):
    """Keeps in itself what it looks at while it waits."""

    octets = b""

    async def check_content(self, mail: ArrivingMail, deadline: Deadline) -> Any:
        self.octets = mail.octets
        await asyncio.sleep(0.01)
        return self.answer(self.octets)


class HeedsNoDeadline(HonestCheck):
    async def check_content(self, mail: ArrivingMail, deadline: Deadline) -> Any:
        if deadline.remaining_seconds() < 1:
            await asyncio.sleep(5)
        return self.answer(mail.octets)


_BAD = "test_a_bad_message_is_not_taken_as_it_is"
_MIXED = "test_messages_that_come_together_do_not_get_mixed_up"

FAULTS: dict[type[object], set[str]] = {
    NoConfiguration: {"test_it_can_be_configured"},
    TakesAll: {_BAD},
    RefusesAll: {"test_a_clean_message_is_taken"},
    ReadsUtf8Only: {"test_odd_messages_have_an_answer"},
    RemembersTheLast: {_MIXED},
    HeedsNoDeadline: {"test_it_keeps_to_its_deadline"},
}
