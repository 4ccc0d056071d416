"""What a session tells of what happens in it."""

from __future__ import annotations

import enum

import attrs

from msgcore.spi.store import EventKind, StoreEvent

__all__ = ["LOOK_AGAIN", "Notification", "NotificationKind", "notification_of"]


class NotificationKind(enum.Enum):
    """What has happened ([MS-OXCNOTIF] section 2.2.1.1, and MAPI's notifications of status and outgoing queue)."""

    NEW_MAIL = "new mail"
    """A message was created, unread, in a folder that mail is received in."""
    CREATED = "created"
    MODIFIED = "modified"
    MOVED = "moved"
    DELETED = "deleted"
    STATUS = "status"
    """A row of the status table has changed."""
    QUEUE = "queue"
    """A submission came into the outgoing queue, changed, or left it."""
    LOOK_AGAIN = "look again"
    """More happened than was kept; whoever shows something reads it again."""


@attrs.frozen
class Notification:
    """One thing that has happened. By the time it is told more may have happened: it is a hint to look.

    ``entry_id`` is the message or folder, or the submission of ``QUEUE``; ``folder`` where it is now, or was last (of a
    folder its parent). ``service`` is the one whose status changed: the row's ``PidTagProviderDisplay``.
    """

    kind: NotificationKind
    entry_id: bytes = b""
    folder: bytes = b""
    service: str = ""


LOOK_AGAIN = Notification(NotificationKind.LOOK_AGAIN)

_KINDS = {one: NotificationKind(one.value) for one in EventKind}


def notification_of(event: StoreEvent) -> Notification:
    """Say what a store told."""
    return Notification(_KINDS[event.kind], bytes(event.entry_id), bytes(event.folder))
