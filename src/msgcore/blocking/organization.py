"""Organisations for blocking code."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path

from msgcore.base.text import Secret
from msgcore.blocking.closing import Closing
from msgcore.blocking.node import Node
from msgcore.blocking.twin import twin_of
from msgcore.model.address import Address
from msgcore.model.recipient import RecipientsLike
from msgcore.mta.manager.settings import ManagerSettings
from msgcore.mta.nexthop.counting import CountedSessions
from msgcore.mta.nexthop.settings import OutboundSettings
from msgcore.mta.node import ListenOn
from msgcore.mta.node_events import HopTurned, Watch, watch_nothing
from msgcore.mta.organization import ListFacts, MailboxFacts, RedirectFacts, RoutesEpoch
from msgcore.mta.organization import Organization as _Organization
from msgcore.mta.organization import open_organization as _open_organization
from msgcore.mta.queue.changes import Change, Changed
from msgcore.mta.queue.contract import QueueDepth, WaitingRecipient, Where
from msgcore.mta.queue.tracking import TrackingEvent
from msgcore.mta.reports.settings import ReportSettings
from msgcore.mta.routing.decision import Decision
from msgcore.mta.routing.route import RouteTable
from msgcore.mta.trust.settings import NO_TRUST, TrustSettings
from msgcore.mta.trust.signer import KeyFinding
from msgcore.runtime.blocking import BlockingRuntime
from msgcore.runtime.dns import DnsSettings
from msgcore.session.opening import DEFAULT_TIMEOUT_SECONDS

__all__ = ["Organization", "open_organization"]


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

    def remove_mailbox(self, name: str, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS) -> None:
        self._runtime.run(self._inner.remove_mailbox(name, timeout_seconds=timeout_seconds))

    def set_password(
        self, name: str, password: str | Secret, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS
    ) -> None:
        self._runtime.run(self._inner.set_password(name, password, timeout_seconds=timeout_seconds))

    def remove_password(self, name: str, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS) -> None:
        self._runtime.run(self._inner.remove_password(name, timeout_seconds=timeout_seconds))

    def add_addresses(
        self, name: str, addresses: RecipientsLike, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS
    ) -> tuple[Address, ...]:
        return self._runtime.run(self._inner.add_addresses(name, addresses, timeout_seconds=timeout_seconds))

    def remove_addresses(
        self, name: str, addresses: RecipientsLike, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS
    ) -> tuple[Address, ...]:
        return self._runtime.run(self._inner.remove_addresses(name, addresses, timeout_seconds=timeout_seconds))

    def add_list(
        self,
        name: str,
        *,
        addresses: RecipientsLike = (),
        members: RecipientsLike = (),
        owner: str | Address | None = None,
        only_from: Sequence[str] = (),
        display_name: str = "",
        exist_ok: bool = False,
        timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS,
    ) -> ListFacts:
        return self._runtime.run(
            self._inner.add_list(
                name,
                addresses=addresses,
                members=members,
                owner=owner,
                only_from=only_from,
                display_name=display_name,
                exist_ok=exist_ok,
                timeout_seconds=timeout_seconds,
            )
        )

    def lists(self, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS) -> tuple[ListFacts, ...]:
        return self._runtime.run(self._inner.lists(timeout_seconds=timeout_seconds))

    def set_members(
        self, name: str, members: RecipientsLike, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS
    ) -> None:
        self._runtime.run(self._inner.set_members(name, members, timeout_seconds=timeout_seconds))

    def add_members(
        self, name: str, members: RecipientsLike, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS
    ) -> None:
        self._runtime.run(self._inner.add_members(name, members, timeout_seconds=timeout_seconds))

    def remove_members(
        self, name: str, members: RecipientsLike, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS
    ) -> None:
        self._runtime.run(self._inner.remove_members(name, members, timeout_seconds=timeout_seconds))

    def remove_list(self, name: str, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS) -> None:
        self._runtime.run(self._inner.remove_list(name, timeout_seconds=timeout_seconds))

    def add_redirect(
        self,
        address: str | Address,
        *,
        to: RecipientsLike,
        keep_copy: bool = False,
        timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS,
    ) -> RedirectFacts:
        return self._runtime.run(
            self._inner.add_redirect(address, to=to, keep_copy=keep_copy, timeout_seconds=timeout_seconds)
        )

    def redirects(self, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS) -> tuple[RedirectFacts, ...]:
        return self._runtime.run(self._inner.redirects(timeout_seconds=timeout_seconds))

    def remove_redirect(self, address: str | Address, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS) -> None:
        self._runtime.run(self._inner.remove_redirect(address, timeout_seconds=timeout_seconds))

    def set_recipient_delimiter(self, delimiter: str, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS) -> None:
        self._runtime.run(self._inner.set_recipient_delimiter(delimiter, timeout_seconds=timeout_seconds))

    # Routes

    def set_routes(self, routes: RouteTable, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS) -> int:
        return self._runtime.run(self._inner.set_routes(routes, timeout_seconds=timeout_seconds))

    def routes(self, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS) -> RouteTable:
        return self._runtime.run(self._inner.routes(timeout_seconds=timeout_seconds))

    def route_history(
        self, *, limit: int = 100, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS
    ) -> tuple[RoutesEpoch, ...]:
        return self._runtime.run(self._inner.route_history(limit=limit, timeout_seconds=timeout_seconds))

    def restore_routes(self, epoch: int, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS) -> int:
        return self._runtime.run(self._inner.restore_routes(epoch, timeout_seconds=timeout_seconds))

    def route(
        self,
        recipient: str | Address,
        *,
        size_octets: int = 0,
        sender: str | Address | None = None,
        verdicts: Iterable[str] = (),
        timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS,
    ) -> Decision:
        return self._runtime.run(
            self._inner.route(
                recipient, size_octets=size_octets, sender=sender, verdicts=verdicts, timeout_seconds=timeout_seconds
            )
        )

    # The queue

    def deliver(
        self,
        *,
        names: DnsSettings | None = None,
        outbound: OutboundSettings | None = None,
        trust: TrustSettings = NO_TRUST,
        timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS,
    ) -> None:
        self._runtime.run(
            self._inner.deliver(names=names, outbound=outbound, trust=trust, timeout_seconds=timeout_seconds)
        )

    def retry(self, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS) -> None:
        self._runtime.run(self._inner.retry(timeout_seconds=timeout_seconds))

    def queued(
        self, *, limit: int = 1_000, where: Where = None, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS
    ) -> tuple[WaitingRecipient, ...]:
        return self._runtime.run(self._inner.queued(limit=limit, where=where, timeout_seconds=timeout_seconds))

    def change_queue(
        self, change: Change, *, where: Where, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS
    ) -> Changed:
        return self._runtime.run(self._inner.change_queue(change, where=where, timeout_seconds=timeout_seconds))

    def track(
        self,
        *,
        message_id: str = "",
        transfer_id: str = "",
        address: str | Address = "",
        sender: str | Address = "",
        since: datetime | None = None,
        after: int = 0,
        limit: int = 1_000,
        timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS,
    ) -> tuple[TrackingEvent, ...]:
        return self._runtime.run(
            self._inner.track(
                message_id=message_id,
                transfer_id=transfer_id,
                address=address,
                sender=sender,
                since=since,
                after=after,
                limit=limit,
                timeout_seconds=timeout_seconds,
            )
        )

    def queue_depth(self, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS) -> QueueDepth:
        return self._runtime.run(self._inner.queue_depth(timeout_seconds=timeout_seconds))

    def hops_down(self, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS) -> tuple[HopTurned, ...]:
        return self._runtime.run(self._inner.hops_down(timeout_seconds=timeout_seconds))

    def tls_sessions(
        self, *, domain: str = "", limit: int = 1_000, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS
    ) -> tuple[CountedSessions, ...]:
        return self._runtime.run(self._inner.tls_sessions(domain=domain, limit=limit, timeout_seconds=timeout_seconds))

    def purge(self, ended_before: datetime, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS) -> int:
        return self._runtime.run(self._inner.purge(ended_before, timeout_seconds=timeout_seconds))

    def waiting(self, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS) -> int:
        return self._runtime.run(self._inner.waiting(timeout_seconds=timeout_seconds))

    # The MTA

    def set_reports(self, reports: ReportSettings, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS) -> None:
        self._runtime.run(self._inner.set_reports(reports, timeout_seconds=timeout_seconds))

    def reports(self, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS) -> ReportSettings:
        return self._runtime.run(self._inner.reports(timeout_seconds=timeout_seconds))

    def check_keys(
        self,
        trust: TrustSettings,
        *,
        names: DnsSettings | None = None,
        timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS,
    ) -> tuple[KeyFinding, ...]:
        return self._runtime.run(self._inner.check_keys(trust, names=names, timeout_seconds=timeout_seconds))

    def working(
        self,
        listen: Sequence[ListenOn] = (),
        *,
        settings: ManagerSettings | None = None,
        watch: Watch = watch_nothing,
        grace_seconds: float = 30.0,
        names: DnsSettings | None = None,
        outbound: OutboundSettings | None = None,
        trust: TrustSettings = NO_TRUST,
    ) -> Node:
        inner = self._inner.working(
            listen,
            settings=settings,
            watch=watch,
            grace_seconds=grace_seconds,
            names=names,
            outbound=outbound,
            trust=trust,
        )
        return Node(self._runtime, inner)

    def close(self) -> None:
        self._runtime.run(self._inner.close())


def open_organization(
    url: str,
    *,
    password: str | Secret | None = None,
    ca_file: Path | str | None = None,
    create: bool = False,
    timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS,
) -> Organization:
    """Open an organisation for administration; ``create`` makes it when it is not there.

    ``password`` (a reference or a ``Secret``) and ``ca_file`` (PEM) are for a PostgreSQL server.

    Raises:
        NotFound: there is none, and it is not to be made.
        StoreError, StoreCorrupt: the database cannot be used, or holds personal folders.
    """
    runtime = BlockingRuntime()
    opening = _open_organization(
        url, runtime, password=password, ca_file=ca_file, create=create, timeout_seconds=timeout_seconds
    )
    return Organization(runtime, runtime.run(opening))
