"""Where a retrieved message comes from."""

from __future__ import annotations

from typing import cast

import attrs

from msgcore.errors import UsageError

__all__ = ["ACCOUNT_CHARACTERS", "UNIQUE_ID_OCTETS", "JournalKey", "Origin"]

ACCOUNT_CHARACTERS = 500
UNIQUE_ID_OCTETS = 1_000
"""A server's unique id is not longer; POP3 allows 70 octets (RFC 1939 section 7)."""

JournalKey = tuple[bytes, bytes]
"""What names an entry of an account's journal: the unique id, and the fingerprint."""


@attrs.frozen
class Origin:
    """Where a message comes from: which message it was, of which account.

    ``account`` names the maildrop and stays the same as long as that does. ``unique_id`` is what the server calls the
    message, empty where the server has no unique ids; ``fingerprint`` tells messages apart to which a server gives one
    unique id, at the same time or one after the other. ``size_octets`` is what the server said, -1 where it did not.

    Raises:
        UsageError: one of them is of another type, too long, or out of bounds.
    """

    account: str
    unique_id: bytes
    fingerprint: bytes
    size_octets: int = -1

    def __attrs_post_init__(self) -> None:
        kinds = ((self.account, str), (self.unique_id, bytes), (self.fingerprint, bytes), (self.size_octets, int))
        for given, kind in kinds:
            if not isinstance(cast(object, given), kind):
                raise UsageError(f"Origin: need {kind.__name__}, got {type(given).__name__}")
        if len(self.unique_id) > UNIQUE_ID_OCTETS or len(self.fingerprint) > UNIQUE_ID_OCTETS:
            raise UsageError(f"Origin: a unique id has at most {UNIQUE_ID_OCTETS} octets")
        if not 0 < len(self.account) <= ACCOUNT_CHARACTERS:
            raise UsageError(f"Origin: an account's name has 1 to {ACCOUNT_CHARACTERS} characters")
        if not -1 <= self.size_octets < 1 << 63:
            raise UsageError(f"Origin: size_octets is {self.size_octets}; need one of 63 bits, or -1")

    @property
    def key(self) -> JournalKey:
        return self.unique_id, self.fingerprint
