"""Which recipient and which attachment of one message is which of another.

People are found by their address. Attachments are found by name and content id, since MIME may put those that HTML
shows before the others; of those that are left, where there are as many on both sides, the first is the first.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Hashable, Iterator, Sequence
from typing import TypeVar

from msgcore.model.address import Address
from msgcore.model.attachment import Attachment
from msgcore.model.message import Message
from msgcore.model.recipient import Recipient

__all__ = ["address_and_name", "each_pair", "paired_attachments", "paired_recipients", "person"]

T = TypeVar("T")
Pairs = list[tuple[int, int]]


def each_pair(left: Message, right: Message) -> Iterator[tuple[str, Message, Message]]:
    """Give two messages and the messages in them, at any depth, with the path to each: ``attachments[0].``"""
    waiting = [("", left, right)]
    for path, one, other in waiting:
        yield path, one, other
        mine, its = one.attachments, other.attachments
        for number, place in paired_attachments(mine, its):
            inner = mine[number].message, its[place].message
            if inner[0] is not None and inner[1] is not None:
                waiting.append((f"{path}attachments[{number}].", inner[0], inner[1]))


def paired_attachments(left: Sequence[Attachment], right: Sequence[Attachment]) -> Pairs:
    """Give the numbers of those that are the same one, in the order of the left ones."""
    found = _paired(left, right, _what)
    if len(left) == len(right) != len(found):
        mine, its = {number for number, _ in found}, {place for _, place in found}
        rest = (place for place in range(len(right)) if place not in its)
        found += [(number, next(rest)) for number in range(len(left)) if number not in mine]
    return sorted(found)


def paired_recipients(left: Sequence[Recipient], right: Sequence[Recipient]) -> Pairs:
    """Give the numbers of those with the same address in the same role, in the order of the left ones."""
    return _paired(left, right, lambda one: (one.kind, one.address.typed))


def _paired(left: Sequence[T], right: Sequence[T], key: Callable[[T], Hashable]) -> Pairs:
    places: dict[Hashable, deque[int]] = {}
    for place, one in enumerate(right):
        places.setdefault(key(one), deque()).append(place)
    return [(number, waiting.popleft()) for number, one in enumerate(left) if (waiting := places.get(key(one)))]


def _what(attachment: Attachment) -> Hashable:
    return attachment.message is None, attachment.filename, attachment.content_id


def address_and_name(address: Address) -> tuple[str, str]:
    return address.typed, address.display_name or address.email_address


def person(recipient: Recipient) -> tuple[int, str, str]:
    """Give role, address and name."""
    return int(recipient.kind), *address_and_name(recipient.address)
