"""The conformance suite for content checks of listeners."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, cast

from msgcore.base.status import Reply
from msgcore.base.times import Deadline
from msgcore.errors import CutShort, MsgcoreError
from msgcore.model.address import SMTP, Address
from msgcore.model.envelope import Envelope
from msgcore.model.recipient import Recipient
from msgcore.mta.listener.content import ArrivingMail, ContentCheck, Marked
from msgcore.mta.listener.guarded_content import checked_answer
from msgcore.runtime.abc import Runtime
from msgcore.spi.plugin import Plugin
from msgcore.testing.conformance import Ability, Conformance, needs, see_that_it_can_be_configured, unsaid
from msgcore.testing.modes import Mode
from msgcore.wire.smtp.server import Client

__all__ = ["ContentCheckConformance"]

_TRACE = (
    b"Received: from client.a.test ([192.0.2.1])\r\n"
    b"\tby mx.b.test with ESMTP id 1;\r\n"
    b"\tTue, 01 Jan 2030 12:00:00 +0000\r\n"
)
_LETTER = b"From: ann@a.test\r\nTo: bob@b.test\r\nSubject: Lunch\r\nMessage-ID: <1@a.test>\r\n\r\nAt noon?\r\n"
_PARTS = (
    b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n"
)
_CLIENT = Client("192.0.2.1", "client.a.test", "EHLO")
# What strangers send, and a listener takes.
_ODD = (
    b"",
    b"\r\n",
    b"no header at all\r\n",
    b"Subject: no body\r\n",
    b"Subject: \xff\xfe\r\n\r\n\xff\xfe\r\n",
    b"Subject: =?utf-8?q?=FF?= =?x?x?x?=\r\nFrom: \r\nFrom: a\r\n\r\n",
    b"Content-Type: text/plain; charset=nobody-s\r\nContent-Transfer-Encoding: base64\r\n\r\n=\r\n",
    _PARTS * 3,
    b"X: " + b"x" * 100_000 + b"\r\n\r\n" + b"y" * 1_000_000,
)


class ContentCheckConformance(Conformance):
    """Tests of a content check that a configuration names.

    One class is all that is written::

        class TestScanner(ContentCheckConformance):
            check_class = ScannerCheck
            bad = b"Subject: test\\r\\n\\r\\nfree money\\r\\n"

            def config(self) -> ScannerConfig:
                return ScannerConfig(address="127.0.0.1:3310")

    ``clean`` is a message that has to be taken. ``bad`` is one that has to be refused, deferred or marked, if any has.
    A listener works on an event loop, so there is one kind of callers.
    """

    check_class: ClassVar[type[object]]
    clean: ClassVar[bytes] = _LETTER
    bad: ClassVar[bytes] = b""

    def config(self) -> object:
        """Give the configuration of a check that works."""
        raise NotImplementedError

    @classmethod
    def abilities(cls) -> frozenset[Ability]:
        return super().abilities() | ({"bad"} if cls.bad else set[Ability]())

    @classmethod
    def _left_out(cls) -> Sequence[str]:
        return [*unsaid(cls, check_class="the class that the entry point names"), *super()._left_out()]

    def answers(self, *messages: bytes, seconds: float | None = None) -> list[Marked | Reply | None]:
        """Give what one check says of messages, all at a time."""

        async def main(runtime: Runtime) -> list[Marked | Reply | None]:
            deadline = runtime.deadline(self.ample_seconds if seconds is None else seconds)
            plugin = Plugin.make("content check", cast(Any, self.check_class), self.config(), runtime)
            try:
                await plugin.logon(runtime.deadline(self.ample_seconds))
                return await _all_of(runtime, plugin, messages, deadline)
            finally:
                await plugin.close()

        return Mode.ASYNCIO.run(main)

    def test_it_can_be_configured(self) -> None:
        see_that_it_can_be_configured(self.check_class)

    def test_it_has_a_method_for_content(self) -> None:
        assert hasattr(self.check_class, "check_content"), f"{self.check_class.__qualname__} has no check_content"

    def test_a_clean_message_is_taken(self) -> None:
        [answer] = self.answers(self.clean)
        assert not isinstance(answer, Reply), f"it is refused: {answer}"

    @needs("bad")
    def test_a_bad_message_is_not_taken_as_it_is(self) -> None:
        [answer] = self.answers(self.bad)
        assert isinstance(answer, Reply) or (answer is not None and (answer.fields or answer.verdicts)), repr(answer)

    def test_odd_messages_have_an_answer(self) -> None:
        """What fails defers the message, for days: its sender only hears then."""
        for octets in _ODD:
            self.answers(octets)

    def test_messages_that_come_together_do_not_get_mixed_up(self) -> None:
        messages = [self.clean, self.bad or self.clean] * 10
        alone = [self.answers(one)[0] for one in messages[:2]]
        together = self.answers(*messages)
        assert [type(one) for one in together] == [type(one) for one in alone * 10], f"{together}, alone {alone}"

    def test_it_keeps_to_its_deadline(self) -> None:
        """It is cut a second later, and what it did is not known then."""
        try:
            self.answers(self.clean, seconds=0.2)
        except CutShort as error:
            raise AssertionError(str(error)) from error
        except MsgcoreError:
            pass  # it says itself that it is late


async def _all_of(
    runtime: Runtime, plugin: Plugin, messages: Sequence[bytes], deadline: Deadline
) -> list[Marked | Reply | None]:
    found: list[Marked | Reply | None] = [None] * len(messages)
    method = cast(ContentCheck, plugin.target).check_content

    async def ask(number: int, octets: bytes) -> None:
        mail = ArrivingMail(_envelope(number), _TRACE + octets, _CLIENT, "smtp", frozenset({"origin=outside"}))
        found[number] = checked_answer(plugin, method, await plugin.call(method, mail, deadline, deadline=deadline))

    async with runtime.group() as group:
        for number, octets in enumerate(messages):
            group.start(ask(number, octets))
    return found


def _envelope(number: int) -> Envelope:
    recipients = tuple(Recipient(Address(SMTP, f"{name}@b.test")) for name in ("bob", "dan"))
    return Envelope(Address(SMTP, "ann@a.test"), recipients, f"{number:032x}")
