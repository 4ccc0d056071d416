"""What is to become of each message at a server, as pure functions of the policy and of what the journal says.

The policy sets marks, and so do people; to be carried out they are the same: ``REMOTE_DOWNLOAD`` and ``REMOTE_DELETE``.
"""

from __future__ import annotations

import enum
from datetime import datetime, timedelta

from msgcore.spi.journal import JournalEntry
from msgcore.spi.retrieval import RetrievalPolicy
from msgcore.spi.store import NO_STATUS, MessageStatus

__all__ = ["MARKS", "Fate", "Task", "fate_of_known", "fate_of_new", "mark_when_stored"]

MARKS = MessageStatus.REMOTE_DOWNLOAD | MessageStatus.REMOTE_DELETE


class Task(enum.Enum):
    """What a session with a maildrop is for."""

    RECEIVE = "do as the policy says, and carry out marks"
    REFRESH = "retrieve the headers of all that waits and was not stored"
    PROCESS = "carry out marks, and nothing else"


class Fate(enum.IntEnum):
    """What is to become of a message in this session, or has become of it."""

    WAIT = 0
    """It stays at the server and was not stored."""
    HEADER = 1
    """Its header is to be noted."""
    DOWNLOAD = 2
    LEAVE = 3
    """It is stored, and a copy stays at the server."""
    REMOVE = 4
    """It is to be deleted at the server."""
    REMOVED = 5
    """The server was told so; it is gone when the session has ended well."""


def fate_of_new(task: Task, policy: RetrievalPolicy, size_octets: int) -> Fate:
    """Decide on a message that was never seen; a size of -1 is not known and no reason for anything."""
    if task is Task.PROCESS:
        return Fate.WAIT
    too_large = policy.skip_larger_than is not None and size_octets > policy.skip_larger_than
    return Fate.HEADER if task is Task.REFRESH or policy.headers_only or too_large else Fate.DOWNLOAD


def fate_of_known(task: Task, policy: RetrievalPolicy, entry: JournalEntry, now: datetime) -> Fate:
    """Decide on a message that has an entry; marks go before what the policy says of its kind."""
    if entry.stored is None:
        return _fate_of_unstored(task, policy, entry)
    if task is Task.REFRESH:
        return Fate.LEAVE
    is_due = task is Task.RECEIVE and _is_due(policy, entry, now)
    return Fate.REMOVE if MessageStatus.REMOTE_DELETE in entry.status or is_due else Fate.LEAVE


def _fate_of_unstored(task: Task, policy: RetrievalPolicy, entry: JournalEntry) -> Fate:
    if task is not Task.REFRESH:
        if MessageStatus.REMOTE_DOWNLOAD in entry.status:
            return Fate.DOWNLOAD
        if MessageStatus.REMOTE_DELETE in entry.status:
            return Fate.REMOVE
    fate = fate_of_new(task, policy, entry.origin.size_octets)
    return Fate.WAIT if fate is Fate.HEADER else fate


def _is_due(policy: RetrievalPolicy, entry: JournalEntry, now: datetime) -> bool:
    if _is_removed_at_once(policy, entry.origin.size_octets):
        return True
    days = policy.remove_after_days
    is_old = days is not None and now - entry.first_seen >= timedelta(days=days)
    return is_old or (policy.remove_when_deleted and entry.is_gone)


def _is_removed_at_once(policy: RetrievalPolicy, size_octets: int) -> bool:
    limit = policy.remove_larger_than
    return not policy.leave_on_server or (limit is not None and size_octets > limit)


def mark_when_stored(
    task: Task, policy: RetrievalPolicy, size_octets: int, marks: MessageStatus = NO_STATUS
) -> MessageStatus:
    """Say with which mark a message is stored that is downloaded now, for a person's ``marks`` or by the policy."""
    is_removed = task is Task.RECEIVE and _is_removed_at_once(policy, size_octets)
    return MessageStatus.REMOTE_DELETE if is_removed or MessageStatus.REMOTE_DELETE in marks else NO_STATUS
