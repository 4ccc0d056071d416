"""What has changed in a store since a moment that a token stands for: the base of synchronisation."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from typing import Protocol, runtime_checkable

import attrs

from msgcore.base.ids import EntryId
from msgcore.base.times import Deadline
from msgcore.spi.answer import Answer

__all__ = ["Change", "ChangeKind", "Changes", "SupportsChanges"]


class ChangeKind(enum.Enum):
    """What has become of a message or folder since the token. A folder is created, changed or deleted."""

    CREATED = "created"
    MOVED = "moved"
    """It is in another folder; its read flag and its status may be others, too."""
    CHANGED = "changed"
    """What it says, and perhaps its read flag and its status; of a folder its name, parent, properties or search."""
    READ_STATE = "read state"
    """Its read flag or its status, and nothing else."""
    DELETED = "deleted"


@attrs.frozen
class Change:
    """One object's change. ``entry_id`` says whether it is a message or a folder (of a store's changes only).

    ``folder`` is where it is now, or was last; a folder's is its parent. ``number`` is the change number of its state.
    """

    kind: ChangeKind
    entry_id: EntryId
    folder: EntryId
    number: int
    is_read: bool = False
    is_associated: bool = False


@attrs.frozen
class Changes:
    """Changes in the order of their numbers, and the token to ask with for what comes after them.

    ``has_more`` says that there are more already, beyond the limit; whoever asks then asks again at once, so that there
    has to be a change before each of them: a session takes no change and ``has_more`` for a fault of the store.
    """

    changes: Sequence[Change]
    token: bytes
    has_more: bool = False


@runtime_checkable
class SupportsChanges(Protocol):
    """A store that numbers every change ([MS-OXCFXICS] section 3.1.5.3)."""

    def changes_since(
        self, folder: EntryId | None, token: bytes | None, limit: int, deadline: Deadline
    ) -> Answer[Changes]:
        """Give what has changed in a folder, or the whole store, since ``token``; ``None`` is before everything.

        Each state is given once: an object that changed twice is given as it is now, and one that came and went in
        between not at all. A message that moved and changed is given twice with one number, as ``MOVED`` and as
        ``CHANGED``. In a folder's changes what moves in is ``CREATED`` and what moves out ``DELETED``; so is, in both,
        what is restored and what is deleted with the chance to be restored. What goes with a folder is given, too. The
        root folder, and how many messages a folder has, are not.

        There are ``limit`` changes at most, or the two of one message. Kinds are relative to the token that the first
        of several pages was asked with. What goes between two pages may be given though it never was before.

        Raises:
            InvalidToken: it is another store's or folder's, or deletions since it are forgotten.
            UsageError: ``limit`` is below 1, or the folder is a search folder.
        """
        ...
