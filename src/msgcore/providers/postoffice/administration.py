"""Administering a post office: what ``open_post_office`` gives."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from msgcore.base.text import fold
from msgcore.base.times import Deadline
from msgcore.errors import Closed, UsageError
from msgcore.providers.postoffice.office import MailboxOnShare, Office, create_office, open_office
from msgcore.runtime.abc import Runtime
from msgcore.spi.post_office import PostOfficeMailbox

__all__ = ["OfficeOnShare"]

T = TypeVar("T")


class OfficeOnShare:
    """An open post office; keeps the contract of :class:`msgcore.spi.post_office.PostOffice`."""

    def __init__(self, office: Office, runtime: Runtime) -> None:
        self._office = office
        self._runtime = runtime
        self._is_closed = False

    @classmethod
    async def open(
        cls, path: Path, *, network: str, name: str, create: bool, runtime: Runtime, deadline: Deadline
    ) -> OfficeOnShare:
        def work() -> Office:
            return create_office(path, network, name) if create else open_office(path)

        office = await runtime.in_thread(work, deadline)
        for given, known in ((network, office.network), (name, office.name)):
            if given and fold(given) != fold(known):
                raise UsageError(f"{path}: is post office {office.network}/{office.name}, not {network}/{name}")
        return cls(office, runtime)

    @property
    def network(self) -> str:
        return self._office.network

    @property
    def name(self) -> str:
        return self._office.name

    async def add_mailbox(
        self, name: str, *, display_name: str = "", exist_ok: bool = False, timeout_seconds: float = 60.0
    ) -> PostOfficeMailbox:
        made = await self._run(lambda: self._office.add_mailbox(name, display_name, exist_ok=exist_ok), timeout_seconds)
        return self._facts(made)

    async def mailboxes(self, *, timeout_seconds: float = 60.0) -> tuple[PostOfficeMailbox, ...]:
        found = await self._run(self._office.mailboxes, timeout_seconds)
        return tuple(self._facts(one) for one in found)

    async def remove_mailbox(self, name: str, *, timeout_seconds: float = 60.0) -> None:
        await self._run(lambda: self._office.remove_mailbox(name), timeout_seconds)

    async def close(self) -> None:
        self._is_closed = True

    def _facts(self, mailbox: MailboxOnShare) -> PostOfficeMailbox:
        return PostOfficeMailbox(mailbox.name, mailbox.display_name, self._office.address(mailbox))

    async def _run(self, work: Callable[[], T], timeout_seconds: float) -> T:
        if self._is_closed:
            raise Closed("the post office has been closed")
        return await self._runtime.in_thread(work, self._runtime.deadline(timeout_seconds))
