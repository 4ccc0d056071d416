"""Organisations for blocking code."""

from __future__ import annotations

from msgcore.blocking.closing import Closing
from msgcore.blocking.twin import twin_of
from msgcore.model.address import Address
from msgcore.model.recipient import RecipientsLike
from msgcore.mta.organization import MailboxFacts
from msgcore.mta.organization import Organization as _Organization
from msgcore.mta.queue.contract import WaitingRecipient
from msgcore.mta.routing.decision import Decision
from msgcore.mta.routing.route import RouteTable
from msgcore.runtime.blocking import BlockingRuntime
from msgcore.session.opening import DEFAULT_TIMEOUT_SECONDS

__all__ = ["Organization"]


@twin_of(_Organization)
class Organization(Closing):
    """:class:`msgcore.mta.organization.Organization` for blocking code; leaving its context closes the database."""

    def __init__(self, runtime: BlockingRuntime, inner: _Organization) -> None:
        """Use :func:`msgcore.open_organization`."""
        self._runtime = runtime
        self._inner = inner

    def add_mailbox(
        self,
        name: str,
        *,
        addresses: RecipientsLike = (),
        display_name: str = "",
        exist_ok: bool = False,
        timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS,
    ) -> MailboxFacts:
        return self._runtime.run(
            self._inner.add_mailbox(
                name,
                addresses=addresses,
                display_name=display_name,
                exist_ok=exist_ok,
                timeout_seconds=timeout_seconds,
            )
        )

    def mailboxes(self, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS) -> tuple[MailboxFacts, ...]:
        return self._runtime.run(self._inner.mailboxes(timeout_seconds=timeout_seconds))

    def set_routes(self, routes: RouteTable, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS) -> None:
        self._runtime.run(self._inner.set_routes(routes, timeout_seconds=timeout_seconds))

    def routes(self, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS) -> RouteTable:
        return self._runtime.run(self._inner.routes(timeout_seconds=timeout_seconds))

    def route(
        self,
        recipient: str | Address,
        *,
        size_octets: int = 0,
        timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS,
    ) -> Decision:
        return self._runtime.run(self._inner.route(recipient, size_octets=size_octets, timeout_seconds=timeout_seconds))

    def deliver(self, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS) -> None:
        self._runtime.run(self._inner.deliver(timeout_seconds=timeout_seconds))

    def retry(self, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS) -> None:
        self._runtime.run(self._inner.retry(timeout_seconds=timeout_seconds))

    def queued(
        self, *, limit: int = 1_000, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS
    ) -> tuple[WaitingRecipient, ...]:
        return self._runtime.run(self._inner.queued(limit=limit, timeout_seconds=timeout_seconds))

    def waiting(self, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS) -> int:
        return self._runtime.run(self._inner.waiting(timeout_seconds=timeout_seconds))

    def close(self) -> None:
        self._runtime.run(self._inner.close())
