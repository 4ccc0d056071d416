"""The directory contract: whose an address is: a mailbox's, a distribution list's, or a redirect's."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol, runtime_checkable

import attrs

from msgcore.base.times import Clock, Deadline
from msgcore.model.address import SMTP, Address

__all__ = [
    "EX",
    "Directory",
    "DirectoryEntry",
    "DirectoryObject",
    "DistributionList",
    "RecentDirectory",
    "Redirect",
    "SupportsLookUpBriefly",
    "SupportsLookUpMany",
    "brief_look_up",
    "look_up_all",
    "without_tag",
]

_MOST_REMEMBERED = 10_000
_REMEMBERED_SECONDS = 1.0

EX = "EX"
"""The address type of the organisation's own mailboxes and lists; its addresses are distinguished names."""


@attrs.frozen
class DirectoryEntry:
    """A mailbox: its distinguished name as an ``EX`` address, and its name.

    The distinguished name is the mailbox itself: looked up, it is never a redirect.
    """

    address: Address
    mailbox: str


@attrs.frozen
class DistributionList:
    """A list: its distinguished name as an ``EX`` address, and the addresses of its members, in their order.

    With an ``owner`` it is a mailing list, whose return path that becomes; without one it is an exploder, and reports
    go to the sender of the message (RFC 5321 section 3.9). ``only_from`` has patterns of the senders that may send to
    it; empty: everybody. The null sender matches none.
    """

    address: Address
    members: tuple[Address, ...]
    owner: Address | None = None
    only_from: tuple[str, ...] = ()


@attrs.frozen
class Redirect:
    """An address whose mail goes to others, under the same return path: an alias, or a mailbox that is redirected.

    ``keeps`` is the mailbox that gets a copy all the same. ``address`` names the redirect and is no ``EX`` address.
    """

    address: Address
    targets: tuple[Address, ...]
    keeps: DirectoryEntry | None = None


DirectoryObject = DirectoryEntry | DistributionList | Redirect


class Directory(Protocol):
    """Resolves proxy addresses, as Exchange's directory did, before anything is routed."""

    async def look_up(self, address: Address, deadline: Deadline) -> DirectoryObject | None:
        """Find whose address it is; ``None`` when it is nobody's here.

        An address with a tag (``ann+news@a.test``, RFC 5233) is that of the address without it, unless it is somebody's
        as it stands.
        """
        ...


@runtime_checkable
class SupportsLookUpMany(Protocol):
    """A directory that finds many addresses faster than one by one."""

    async def look_up_many(self, addresses: Sequence[Address], deadline: Deadline) -> Sequence[DirectoryObject | None]:
        """Do for each of the addresses what ``look_up`` does."""
        ...


@runtime_checkable
class SupportsLookUpBriefly(Protocol):
    """A directory that finds whose an address is without reading who stands behind it."""

    async def look_up_briefly(self, address: Address, deadline: Deadline) -> DirectoryObject | None:
        """Do what ``look_up`` does, but for the members of a list and the targets of a redirect, which may be left out.

        A listener asks so at each RCPT: a client must not have a list's 100,000 members read by naming it.
        """
        ...


def brief_look_up(directory: Directory) -> Callable[[Address, Deadline], Awaitable[DirectoryObject | None]]:
    """Give what finds whose an address is, in any directory; members and targets may be missing."""
    return directory.look_up_briefly if isinstance(directory, SupportsLookUpBriefly) else directory.look_up


async def look_up_all(
    directory: Directory, addresses: Sequence[Address], deadline: Deadline
) -> Sequence[DirectoryObject | None]:
    """Look up addresses in any directory."""
    if isinstance(directory, SupportsLookUpMany):
        return await directory.look_up_many(addresses, deadline)
    return [await directory.look_up(address, deadline) for address in addresses]


class RecentDirectory:
    """A directory that remembers for a moment what was said: mail comes in bursts, and everybody is looked up twice.

    What changes is seen after a second at most. Belongs to one loop.
    """

    def __init__(self, directory: Directory, clock: Clock) -> None:
        self._directory = directory
        self._look_up_briefly = brief_look_up(directory)
        self._clock = clock
        self._known: dict[Address, DirectoryObject | None] = {}
        self._known_briefly: dict[Address, DirectoryObject] = {}
        self._since = clock.monotonic()

    async def look_up(self, address: Address, deadline: Deadline) -> DirectoryObject | None:
        self._forget_old()
        if address not in self._known:
            [self._known[address]] = await look_up_all(self._directory, [address], deadline)
        return self._known[address]

    async def look_up_many(self, addresses: Sequence[Address], deadline: Deadline) -> Sequence[DirectoryObject | None]:
        self._forget_old()
        known = self._known
        missing = [one for one in dict.fromkeys(addresses) if one not in known]
        if missing:
            known |= zip(missing, await look_up_all(self._directory, missing, deadline), strict=True)
        return [known[one] for one in addresses]

    async def look_up_briefly(self, address: Address, deadline: Deadline) -> DirectoryObject | None:
        self._forget_old()
        if address in self._known:
            return self._known[address]
        if address not in self._known_briefly:
            found = await self._look_up_briefly(address, deadline)
            if found is None or isinstance(found, DirectoryEntry):  # that is all of it
                self._known[address] = found
                return found
            self._known_briefly[address] = found
        return self._known_briefly[address]

    def _forget_old(self) -> None:
        now = self._clock.monotonic()
        count = len(self._known) + len(self._known_briefly)
        if now - self._since >= _REMEMBERED_SECONDS or count > _MOST_REMEMBERED:
            self._known, self._known_briefly, self._since = {}, {}, now


def without_tag(address: Address, delimiter: str) -> Address | None:
    """Give the address without its tag: what stands behind the first delimiter of the local part.

    ``None`` when it has none. A quoted local part has none, and neither has one that begins with the delimiter.
    """
    if not delimiter or address.address_type != SMTP:
        return None
    local, _, domain = address.email_address.rpartition("@")
    found = local.find(delimiter)
    if found < 1 or local.startswith('"'):
        return None
    return attrs.evolve(address, email_address=f"{local[:found]}@{domain}")
