"""What one recipient stands for."""

from __future__ import annotations

import attrs

from msgcore.model.address import Address
from msgcore.model.recipient import Recipient
from msgcore.mta.directory import DirectoryEntry, DirectoryObject
from msgcore.mta.routing.reasons import Reason

__all__ = ["Expansion", "ExpansionLimits", "OwnerGroup"]


@attrs.frozen
class ExpansionLimits:
    """How far one recipient may be expanded: levels of lists in lists, and addresses in all."""

    levels: int = 32
    addresses: int = 250_000


@attrs.frozen
class OwnerGroup:
    """Recipients of a mailing list: they get a copy of the message under the list's own return path, ``owner``.

    ``list_address`` is the list's distinguished name, the same whatever address the list was found by. The copy asks
    nothing of what the original asked (RFC 3461 section 5.2.7.1).
    """

    owner: Address
    list_address: Address
    recipients: tuple[Recipient, ...]


@attrs.frozen
class Expansion:
    """What ``recipient`` stands for: itself, or others.

    - ``entry``: the object in the directory whose address it has, if any.
    - ``recipients`` take its place under the same return path. Expanded again, each stands for itself, or is refused
      by itself, as an empty list is; so one that cannot be reached stops none of the others.
    - ``under_owner``: those whose return path changes, by list.
    - ``refusal``: why it stands for nobody, neither itself nor others.
    - ``action``: what a sender who asked about success is told of it now (RFC 3464 section 2.3.3): ``expanded`` or, of
      a mailing list, ``delivered``. Empty: nothing, as the recipients carry the question on, or none was asked.
    - ``loops``: each list or redirect through which the way led back, and where to. They were not followed.
    """

    recipient: Recipient
    entry: DirectoryObject | None
    recipients: tuple[Recipient, ...] = ()
    under_owner: tuple[OwnerGroup, ...] = ()
    refusal: Reason | None = None
    action: str = ""
    loops: tuple[tuple[Address, Address], ...] = ()

    @property
    def is_unchanged(self) -> bool:
        """Whether it stands for itself: a mailbox, or nobody's address here. ``recipients`` are then itself."""
        return self.entry is None or isinstance(self.entry, DirectoryEntry)

    @property
    def address(self) -> Address:
        """What is routed when it stands for itself: the mailbox's distinguished name, or its own address."""
        return self.recipient.address if self.entry is None else self.entry.address
