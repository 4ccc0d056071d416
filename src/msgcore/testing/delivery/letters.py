"""Letters that the suites send, what was told of them, and whether that agrees with what the far end has."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TypedDict

import attrs

from msgcore.codecs import mime
from msgcore.errors import MsgcoreError
from msgcore.model.address import Address
from msgcore.model.envelope import Envelope
from msgcore.model.message import Message
from msgcore.model.outcome import Accepted, Deferred, Delivered, Outcome, Pending, Refused, Unknown
from msgcore.model.recipient import Recipient
from msgcore.spi.gateway import Content
from msgcore.spi.outcomes import has_its_fields
from msgcore.testing.far_ends import Taken

__all__ = ["Letter", "Told", "letter_to", "letters_of_every_kind", "letters_to_odd_addresses"]

_ODD = (
    "..",
    "../..",
    "/",
    ".",
    "*",
    "?",
    "%00",
    "-f",
    "a/../b",
    "' or '1'='1",
    '"',
    "$(x)",
    "\\",
    "å\u200b😀",
    "x" * 5_000,
)

_numbers = itertools.count(1)
_transfers = itertools.count(1)


class _Written(TypedDict, total=False):
    subject: str
    text: str
    html: str
    attachments: Sequence[bytes | Message]


@attrs.frozen
class Letter:
    """A message with its envelope; ``addresses`` are as the far end gave them, ``words`` stand in its body alone."""

    envelope: Envelope
    message: Message
    content: Content
    addresses: Mapping[Recipient, str]
    words: str

    def only_to(self, *addresses: str) -> Letter:
        """Give the same message in the same transfer, on its way to some of its recipients."""
        some = {one: address for one, address in self.addresses.items() if address in addresses}
        return attrs.evolve(self, envelope=attrs.evolve(self.envelope, recipients=tuple(some)), addresses=some)

    def copies(self, taken: Sequence[Taken]) -> Counter[str]:
        """Count how often each address has got it."""
        return Counter(address for one in taken if self.words in one.text for address in one.addresses)


def letter_to(sender: Address | None, to: Sequence[str], bcc: Sequence[str] = ()) -> Letter:
    """Write a letter that no other is like, ready to be sent."""
    number = next(_numbers)
    words = f"this is letter {number}, as sent"
    author = sender or Address("SMTP", "postmaster@a.test")
    message = Message(from_=author, to=to, bcc=bcc, subject=f"Letter {number}", text=f"Hello, {words}.\n")
    return _letter(message, sender, (*to, *bcc), words)


def _letter(message: Message, sender: Address | None, to: Sequence[str], words: str = "") -> Letter:
    number = next(_transfers)
    message.message_id = f"<letter-{number}@msgcore.test>"
    recipients = message.recipients
    envelope = Envelope(sender, recipients, f"transfer-{number}")
    content = Content(mime.write_for_wire(message, allow_8bit=False, allow_utf8=False))
    return Letter(envelope, message, content, dict(zip(recipients, to, strict=True)), words)


def letters_of_every_kind(sender: Address, to: str) -> dict[str, Letter]:
    """Write letters as people send them, beyond a subject and a text of ASCII, and say what each is."""
    kinds: dict[str, _Written] = {
        "not in ASCII": {"subject": "Grüße, 你好 😀", "text": "Zu spät: 明日 😀\n"},
        "without subject": {"text": "Hello\n"},
        "without text": {"subject": "Hello"},
        "HTML alone": {"subject": "Hello", "html": "<p>Grüße &amp; Küsse"},
        "an attachment alone": {"attachments": [b"\0\xff"]},
        "a long line": {"subject": "long " * 400, "text": "long " * 400},
        "with a message": {"subject": "Fwd", "attachments": [Message(subject="inner", text="Hello")]},
    }
    return {kind: _letter(Message(from_=sender, to=to, **written), sender, (to,)) for kind, written in kinds.items()}


def letters_to_odd_addresses(sender: Address, address_type: str) -> list[Letter]:
    """Write to nobody: by addresses that are a path, a pattern, a command or far too long."""
    return [
        _letter(Message(from_=sender, to=Address(address_type, odd), text="Hello\n"), sender, (odd,)) for odd in _ODD
    ]


@attrs.frozen(repr=False)
class Told:
    """What a transport or gateway said of one letter: an outcome for each recipient, or the error that it raised."""

    letter: Letter = attrs.field(repr=False)
    outcomes: Mapping[Recipient, Outcome]
    error: MsgcoreError | None = None

    def __repr__(self) -> str:
        return f"Told({self.by_address})" if self.error is None else f"Told({self.error!r})"

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
    if isinstance(outcome, Outcome) and not has_its_fields(outcome):
        return f"{address}: {outcome!r}: a code is an int, its texts are str"
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
