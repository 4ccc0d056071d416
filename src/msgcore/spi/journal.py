"""The journal of what was retrieved: which messages of an account are known, and what is to become of them.

A store that mail is retrieved into keeps it. That a message was stored, and whether it is to be deleted at the server,
is written in the transaction that stores it: nothing is stored twice or deleted too early, wherever a session breaks.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol, runtime_checkable

import attrs

from msgcore.base.ids import EntryId
from msgcore.base.times import Deadline
from msgcore.errors import UsageError
from msgcore.spi.answer import Answer
from msgcore.spi.origin import JournalKey, Origin
from msgcore.spi.store import NO_STATUS, MessageStatus, check_status

__all__ = ["JournalEntry", "SupportsJournal"]


@attrs.frozen
class JournalEntry:
    """What is known of one message of an account.

    ``status`` says what is to be done with it on the server: ``REMOTE_DOWNLOAD``, ``REMOTE_DELETE``, or both, which
    moves it here. ``stored`` is the message that it became, ``None`` as long as it was not retrieved; ``is_gone`` says
    that this message was deleted since. ``header`` holds the header fields of one that was looked at and not retrieved.
    ``missing_since`` is when the server was first seen without it. Times are in UTC.

    Raises:
        UsageError: a time has no zone, or the status more than 32 bits.
    """

    origin: Origin
    first_seen: datetime
    status: MessageStatus = NO_STATUS
    header: bytes = attrs.field(default=b"", repr=False)
    missing_since: datetime | None = None
    stored: EntryId | None = None
    is_gone: bool = False

    def __attrs_post_init__(self) -> None:
        check_status(self.status, "JournalEntry: status")
        for moment in (self.first_seen, self.missing_since):
            if moment is not None and moment.tzinfo is None:
                raise UsageError("JournalEntry: need times with a zone")


@runtime_checkable
class SupportsJournal(Protocol):
    """A store that keeps journals, each by its account.

    ``save`` makes an entry for each message that has an ``origin``, with its ``remote_status``. One that was stored
    with the same origin before (account, unique id, fingerprint) is not stored again: its entry id is given, also when
    it is gone, and its entry has the new status and size. An entry that waited is stored from then on; its header goes.
    None is missing any more. A message that is there by its delivery key gets an entry, too.
    """

    def journal(
        self, account: str, after: JournalKey | None, limit: int, deadline: Deadline
    ) -> Answer[Sequence[JournalEntry]]:
        """Give entries of an account by rising key, octet by octet, the first one behind ``after``; at most ``limit``.

        Raises:
            UsageError: ``limit`` is below 1.
        """
        ...

    def note(self, entries: Sequence[JournalEntry], deadline: Deadline) -> Answer[None]:
        """Write entries, all or none. One that is there gets the size, status, header and ``missing_since`` given.

        ``first_seen`` stays what it was, and ``stored`` and ``is_gone`` are the store's to say.
        """
        ...

    def forget(self, account: str, keys: Sequence[JournalKey], deadline: Deadline) -> Answer[None]:
        """Take entries out, all or none; what is not there is no error. Messages stay."""
        ...
