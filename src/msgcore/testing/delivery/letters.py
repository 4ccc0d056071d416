"""Letters that the suites send, what was told of them, and whether that agrees with what the far end has."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Mapping, Sequence

import attrs

from msgcore.codecs import mime
from msgcore.errors import MsgcoreError
from msgcore.model.address import Address
from msgcore.model.envelope import Envelope
from msgcore.model.message import Message
from msgcore.model.outcome import Accepted, Deferred, Delivered, Outcome, Pending, Refused, Unknown
from msgcore.model.recipient import Recipient
from msgcore.spi.gateway import Content
from msgcore.testing.far_ends import Taken

__all__ = ["Letter", "Told", "letter_to"]

_numbers = itertools.count(1)


@attrs.frozen
class Letter:
    """A message with its envelope; ``addresses`` are as the far end gave them, ``words`` stand in its body alone."""

    envelope: Envelope
    message: Message
    content: Content
    addresses: Mapping[Recipient, str]
    words: str

    def copies(self, taken: Sequence[Taken]) -> Counter[str]:
        """Count how often each address has got it."""
        return Counter(address for one in taken if self.words in one.text for address in one.addresses)


def letter_to(sender: Address | None, to: Sequence[str], bcc: Sequence[str] = ()) -> Letter:
    """Write a letter that no other is like, ready to be sent."""
    number = next(_numbers)
    words = f"this is letter {number}, as sent"
    author = sender or Address("SMTP", "postmaster@a.test")
    message = Message(from_=author, to=to, bcc=bcc, subject=f"Letter {number}", text=f"Hello, {words}.\n")
    message.message_id = f"<letter-{number}@msgcore.test>"
    recipients = message.recipients
    addresses = dict(zip(recipients, (*to, *bcc), strict=True))
    envelope = Envelope(sender, recipients, f"transfer-{number}")
    content = Content(mime.write_for_wire(message, allow_8bit=False, allow_utf8=False))
    return Letter(envelope, message, content, addresses, words)


@attrs.frozen
class Told:
    """What a transport or gateway said of one letter: an outcome for each recipient, or the error that it raised."""

    letter: Letter
    outcomes: Mapping[Recipient, Outcome]
    error: MsgcoreError | None = None

    @property
    def by_address(self) -> dict[str, str]:
        """The kind of each outcome, by the far end's address."""
        return {self.letter.addresses[one]: type(outcome).__name__ for one, outcome in self.outcomes.items()}

    def contradictions(self, taken: Sequence[Taken]) -> list[str]:
        """Say where it does not agree with what the far end has taken."""
        copies = self.letter.copies(taken)
        if self.error is not None:
            return [f"{self.error!r} was raised, and {one} has the message" for one in copies]
        found = [
            _contradiction(address, self.outcomes.get(recipient), copies[address])
            for recipient, address in self.letter.addresses.items()
        ]
        return [one for one in found if one]


def _contradiction(address: str, outcome: Outcome | None, copies: int) -> str:
    match outcome:
        case Accepted() | Delivered():
            is_true = copies == 1
        case Refused() | Deferred() | Pending():
            is_true = copies == 0
        case Unknown():
            is_true = copies <= 1
        case _:
            return f"{address}: {outcome!r} is no outcome"
    return "" if is_true else f"{address}: {outcome!r}, and the far end has {copies} of the message"
