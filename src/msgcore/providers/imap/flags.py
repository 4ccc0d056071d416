"""Flags and keywords of IMAP (RFC 9051 section 2.3.2) as message flags, message status and categories, and back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgcore.spi.kept import flags_set
from msgcore.spi.store import Incoming, MessageFlag, MessageStatus

__all__ = [
    "COPIED",
    "MESSAGE_FLAGS",
    "SEEN",
    "categories_in",
    "flags_of",
    "message_flags_in",
    "status_flags",
    "status_in",
]

SEEN = "\\Seen"
COPIED = "$msgcore-copied"
"""Marks a copy of a message that was delivered: it has the delivery's key in its header, and is not that delivery."""

_STATUS = "$msgcore-status-"
MESSAGE_FLAGS: Mapping[MessageFlag, str] = {
    MessageFlag.READ: SEEN,
    MessageFlag.UNSENT: "\\Draft",
    MessageFlag.FROM_ME: "$msgcore-from-me",
    MessageFlag.RESEND: "$msgcore-resend",
}
"""The message flags that a server keeps."""

_STATUSES: Mapping[int, str] = {
    MessageStatus.TAGGED: "\\Flagged",
    MessageStatus.ANSWERED: "\\Answered",
    MessageStatus.DELETE_MARKED: "\\Deleted",
}
_STATUS_BITS = tuple(1 << place for place in range(32))
_BIT_OF = {_STATUSES.get(bit, f"{_STATUS}{bit:x}").lower(): bit for bit in _STATUS_BITS}
_FLAG_OF = {text.lower(): flag for flag, text in MESSAGE_FLAGS.items()}
# What programs say to each other; those of RFC 5788 begin with a dollar sign.
_NO_CATEGORIES = frozenset({"junk", "nonjunk", "notjunk", "forwarded", "mdnsent", "submitted", "submitpending"})


def message_flags_in(flags: Iterable[str]) -> MessageFlag:
    """Give the message flags among the flags of IMAP, which are compared without case."""
    found = MessageFlag(0)
    for one in flags:
        found |= _FLAG_OF.get(one.lower(), MessageFlag(0))
    return found


def status_in(flags: Iterable[str]) -> MessageStatus:
    """Give the bits of the message status among the flags."""
    found = 0
    for one in flags:
        found |= _BIT_OF.get(one.lower(), 0)
    return MessageStatus(found)


def categories_in(flags: Iterable[str]) -> tuple[str, ...]:
    """Give the keywords that are a person's: what is no flag, and nothing that programs tell each other."""
    return tuple(one for one in flags if one[:1] not in {"\\", "$", ""} and one.lower() not in _NO_CATEGORIES)


def status_flags(status: int) -> tuple[str, ...]:
    """Give the flags and keywords that stand for the bits of a message status."""
    return tuple(_STATUSES.get(bit, f"{_STATUS}{bit:x}") for bit in _STATUS_BITS if status & bit)


def flags_of(incoming: Incoming) -> tuple[str, ...]:
    """Give the flags with which a message is appended."""
    flags = flags_set(incoming.message)
    if incoming.is_read:
        flags |= MessageFlag.READ
    if incoming.is_unsent:
        flags |= MessageFlag.UNSENT
    return (*(text for flag, text in MESSAGE_FLAGS.items() if flags & flag), *status_flags(incoming.status))
