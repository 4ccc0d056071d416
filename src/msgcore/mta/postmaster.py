"""Whose mail for ``postmaster`` is: every domain that gets mail here has one (RFC 5321 section 4.5.1)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from msgcore.base.times import Deadline
from msgcore.model.address import SMTP, Address
from msgcore.mta.directory import Directory, DirectoryObject, Redirect, brief_look_up, look_up_all
from msgcore.mta.reports.settings import ReportSettings
from msgcore.wire.domain import ascii_domain, typed_key

__all__ = ["PostmasterDirectory", "postmaster_domain"]


def postmaster_domain(address: Address) -> str:
    """Give the domain whose postmaster an address is, in ASCII and lower case; empty if it is nobody's."""
    local, _, domain = typed_key(address)[1].rpartition("@")
    return ascii_domain(domain) if address.address_type == SMTP and local == "postmaster" else ""


class PostmasterDirectory:
    """A directory in which ``postmaster`` leads to the postmaster of the reports, where that address is nobody's.

    So it is at the host of the reports, and at each domain in which somebody has an address (``has_domain``).
    """

    def __init__(
        self,
        directory: Directory,
        reports: Callable[[Deadline], Awaitable[ReportSettings]],
        has_domain: Callable[[str, Deadline], Awaitable[bool]],
    ) -> None:
        self._directory = directory
        self._look_up_briefly = brief_look_up(directory)
        self._reports = reports
        self._has_domain = has_domain

    async def look_up(self, address: Address, deadline: Deadline) -> DirectoryObject | None:
        return await self._directory.look_up(address, deadline) or await self._postmaster(address, deadline)

    async def look_up_many(self, addresses: Sequence[Address], deadline: Deadline) -> Sequence[DirectoryObject | None]:
        found = await look_up_all(self._directory, addresses, deadline)
        return [one or await self._postmaster(address, deadline) for address, one in zip(addresses, found, strict=True)]

    async def look_up_briefly(self, address: Address, deadline: Deadline) -> DirectoryObject | None:
        return await self._look_up_briefly(address, deadline) or await self._postmaster(address, deadline)

    async def _postmaster(self, address: Address, deadline: Deadline) -> Redirect | None:
        domain = postmaster_domain(address)
        if not domain:
            return None
        reports = await self._reports(deadline)
        known = reports.postmaster
        if known is None or typed_key(known) == typed_key(address):
            return None
        is_ours = domain == ascii_domain(reports.host.lower()) or await self._has_domain(domain, deadline)
        return Redirect(address, (known,)) if is_ours else None
