"""What administers an organisation: the contract that ``open_organization`` gives."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Protocol, cast, runtime_checkable

import attrs

from msgcore.base.text import Secret
from msgcore.base.times import Deadline
from msgcore.errors import NotFound, NotSupported, UsageError
from msgcore.model.address import Address
from msgcore.model.recipient import RecipientsLike
from msgcore.mta.manager.settings import ManagerSettings
from msgcore.mta.nexthop.counting import CountedSessions
from msgcore.mta.nexthop.settings import OutboundSettings
from msgcore.mta.node import ListenOn, Node
from msgcore.mta.node_events import HopTurned, Watch, watch_nothing
from msgcore.mta.queue.changes import Change, Changed
from msgcore.mta.queue.contract import QueueDepth, WaitingRecipient, Where
from msgcore.mta.queue.tracking import TrackingEvent
from msgcore.mta.reports.settings import ReportSettings
from msgcore.mta.routing.decision import Decision
from msgcore.mta.routing.route import RouteTable
from msgcore.mta.trust.settings import NO_TRUST, TrustSettings
from msgcore.mta.trust.signer import KeyFinding
from msgcore.runtime.abc import Runtime
from msgcore.runtime.dns import DnsSettings
from msgcore.spi.registry import service
from msgcore.spi.secrets import resolve_secret
from msgcore.spi.url import Access, DatabaseUrl

__all__ = [
    "ListFacts",
    "MailboxFacts",
    "OpensOrganization",
    "Organization",
    "RedirectFacts",
    "RoutesEpoch",
    "given_password",
    "open_organization",
    "organization_service",
]


@attrs.frozen
class MailboxFacts:
    """A mailbox of an organisation, its primary address first."""

    name: str
    display_name: str
    addresses: tuple[Address, ...]


@attrs.frozen
class ListFacts:
    """A distribution list, its primary address first.

    ``owner`` becomes the return path of what is sent to it; ``only_from`` has patterns of who may send to it.
    """

    name: str
    display_name: str
    addresses: tuple[Address, ...]
    members: tuple[Address, ...]
    owner: Address | None = None
    only_from: tuple[str, ...] = ()


@attrs.frozen
class RedirectFacts:
    """An address, or a mailbox by its primary address, whose mail goes ``to`` others; a mailbox may keep a copy."""

    address: Address
    to: tuple[Address, ...]
    keep_copy: bool = False


@attrs.frozen
class RoutesEpoch:
    """A table that was put in force, and when."""

    epoch: int
    set_at: datetime
    routes: RouteTable


class Organization(Protocol):
    """Mailboxes, lists, redirects and routes of one organisation.

    An address is that of one mailbox, list or redirect; a name is that of one mailbox or list, whatever its case.
    """

    async def add_mailbox(
        self,
        name: str,
        *,
        addresses: RecipientsLike = (),
        display_name: str = "",
        exist_ok: bool = False,
        timeout_seconds: float = 60.0,
    ) -> MailboxFacts:
        """Make a mailbox; the first address is the primary one. With ``exist_ok`` one of that name is given as it is.

        Raises:
            UsageError: the name or an address is taken.
            InvalidAddress: an address is none.
        """
        ...

    async def mailboxes(self, *, timeout_seconds: float = 60.0) -> tuple[MailboxFacts, ...]:
        """List the mailboxes by name."""
        ...

    async def remove_mailbox(self, name: str, *, timeout_seconds: float = 60.0) -> None:
        """Remove a mailbox with all mail in it, for good, and its addresses, password and redirect.

        What waits in its outbox is never sent; what the queue has taken from it goes on. Lists and redirects that name
        its addresses keep them: what goes there is refused as to an unknown address until somebody else has it. A large
        mailbox goes in many transactions, the addresses first; a call that is cut short is finished by the next one.

        Raises:
            NotFound: there is no mailbox of this name.
        """
        ...

    async def set_password(self, name: str, password: str | Secret, *, timeout_seconds: float = 60.0) -> None:
        """Let the owner of a mailbox log in, under its name or any of its SMTP addresses.

        ``password`` is a reference (``env:NAME``, ``file:PATH``) or a ``Secret``. It is not kept: only keys are, by
        which it can be checked (SCRAM, RFC 5802).

        Raises:
            NotFound: there is no mailbox of this name.
            UsageError: the password is empty, or the reference is none.
            SecretMissing: there is nothing where it leads.
        """
        ...

    async def remove_password(self, name: str, *, timeout_seconds: float = 60.0) -> None:
        """Let nobody log in as this mailbox any more.

        Raises:
            NotFound: there is no mailbox of this name.
        """
        ...

    async def add_addresses(
        self, name: str, addresses: RecipientsLike, *, timeout_seconds: float = 60.0
    ) -> tuple[Address, ...]:
        """Give the mailbox or list of this name more addresses, behind those that it has; gives them all.

        Raises:
            NotFound: there is none.
            UsageError: an address is taken.
            InvalidAddress: an address is none.
        """
        ...

    async def remove_addresses(
        self, name: str, addresses: RecipientsLike, *, timeout_seconds: float = 60.0
    ) -> tuple[Address, ...]:
        """Take addresses from the mailbox or list of this name; gives those that are left.

        What is none of its addresses stays whose it is. Without its primary address, the next one is that.

        Raises:
            NotFound: there is none.
            UsageError: it is the last address of a mailbox that is redirected.
            InvalidAddress: an address is none.
        """
        ...

    async def add_list(
        self,
        name: str,
        *,
        addresses: RecipientsLike = (),
        members: RecipientsLike = (),
        owner: str | Address | None = None,
        only_from: Sequence[str] = (),
        display_name: str = "",
        exist_ok: bool = False,
        timeout_seconds: float = 60.0,
    ) -> ListFacts:
        """Make a distribution list; the first address is the primary one.

        ``members`` are addresses of any type, also those of other lists. With an ``owner``, who gets the reports of
        failures instead of the sender, it is a mailing list. ``only_from`` has patterns of the senders that may send to
        it, such as ``*@a.test``; empty: everybody. With ``exist_ok`` one of that name is given as it is.

        Raises:
            UsageError: the name or an address is taken, a pattern is none, or the list would own itself.
            InvalidAddress: an address is none.
        """
        ...

    async def lists(self, *, timeout_seconds: float = 60.0) -> tuple[ListFacts, ...]:
        """Give the distribution lists by name."""
        ...

    async def set_members(self, name: str, members: RecipientsLike, *, timeout_seconds: float = 60.0) -> None:
        """Give a list these members instead of those that it has.

        Raises:
            NotFound: there is no list of this name.
            InvalidAddress: an address is none.
        """
        ...

    async def add_members(self, name: str, members: RecipientsLike, *, timeout_seconds: float = 60.0) -> None:
        """Give a list more members; who is one already stays one.

        Raises:
            NotFound: there is no list of this name.
            InvalidAddress: an address is none.
        """
        ...

    async def remove_members(self, name: str, members: RecipientsLike, *, timeout_seconds: float = 60.0) -> None:
        """Take members off a list; who is none stays none.

        Raises:
            NotFound: there is no list of this name.
            InvalidAddress: an address is none.
        """
        ...

    async def remove_list(self, name: str, *, timeout_seconds: float = 60.0) -> None:
        """Remove a list and its addresses.

        Raises:
            NotFound: there is none of this name.
        """
        ...

    async def add_redirect(
        self, address: str | Address, *, to: RecipientsLike, keep_copy: bool = False, timeout_seconds: float = 60.0
    ) -> RedirectFacts:
        """Send the mail of an address to others, under the return path that it came with.

        An address that is nobody's becomes an alias. If it is a mailbox's, the mailbox is redirected with all its
        addresses, and with ``keep_copy`` gets its mail all the same.

        Raises:
            UsageError: it is redirected already, or to itself, or is a list's; or no mailbox is there for a copy.
            InvalidAddress: an address is none.
        """
        ...

    async def redirects(self, *, timeout_seconds: float = 60.0) -> tuple[RedirectFacts, ...]:
        """Give the redirects in the order in which they were made."""
        ...

    async def remove_redirect(self, address: str | Address, *, timeout_seconds: float = 60.0) -> None:
        """End a redirect; a mailbox's by any of its addresses.

        Raises:
            NotFound: the address is not redirected.
        """
        ...

    async def set_recipient_delimiter(self, delimiter: str, *, timeout_seconds: float = 60.0) -> None:
        """Say what stands between an address and its tag, as in ``ann+news@a.test`` (RFC 5233); at first a plus.

        Empty: addresses have no tags.

        Raises:
            UsageError: it is not one of the signs that may stand in an address.
        """
        ...

    # Routes

    async def set_routes(self, routes: RouteTable, *, timeout_seconds: float = 60.0) -> int:
        """Put a table of routes in force, and give its epoch; queued recipients follow it from their next try.

        Raises:
            UsageError: a connector's gateway is not installed, or its options are wrong; or ``check_table`` finds
                other errors, which are listed.
        """
        ...

    async def routes(self, *, timeout_seconds: float = 60.0) -> RouteTable:
        """Give the table in force, with its epoch and the connector of the organisation's own mailboxes."""
        ...

    async def route_history(self, *, limit: int = 100, timeout_seconds: float = 60.0) -> tuple[RoutesEpoch, ...]:
        """Give the tables that were put in force, the newest first."""
        ...

    async def restore_routes(self, epoch: int, *, timeout_seconds: float = 60.0) -> int:
        """Put the table of an earlier epoch in force again, under a new epoch, which is given.

        Raises:
            NotFound: there was no such epoch.
            UsageError: as :meth:`set_routes`.
        """
        ...

    async def route(
        self,
        recipient: str | Address,
        *,
        size_octets: int = 0,
        sender: str | Address | None = None,
        verdicts: Iterable[str] = (),
        timeout_seconds: float = 60.0,
    ) -> Decision:
        """Decide as the MTA would: the directory first, then the table, around next hops that are down.

        ``verdicts`` are what would be found of the message when it comes in, such as ``dmarc=fail``. Of a list or a
        redirect, the decision is an :class:`~msgcore.mta.expansion.preview.ExpandedDecision`.
        """
        ...

    # The queue

    async def deliver(
        self,
        *,
        names: DnsSettings | None = None,
        outbound: OutboundSettings | None = None,
        trust: TrustSettings = NO_TRUST,
        timeout_seconds: float = 60.0,
    ) -> None:
        """Work the queue until nothing is due, by the settings that a node has (:meth:`working`).

        Where the last node that began signs, or has a floor of TLS, sessions leave the queue to nodes.

        Raises:
            UsageError: that is so, and no keys, or no floor, are given.
            SecretMissing, SetupError: a key of ``trust`` or a file of ``names`` is not there, or is none.
            MissingExtra: what the settings demand is not installed.
        """
        ...

    async def retry(self, *, timeout_seconds: float = 60.0) -> None:
        """Make every waiting recipient due now."""
        ...

    async def queued(
        self, *, limit: int = 1_000, where: Where = None, timeout_seconds: float = 60.0
    ) -> tuple[WaitingRecipient, ...]:
        """List the recipients that wait: why, and when each is tried again.

        ``where`` asks for some of them, by properties such as ``PidTagEmailAddress``, ``PidTagSubject``,
        ``QueueState`` and ``QueueNextHop``, or as text: ``state = "held" and recipient:contains("@b.test")``.

        Raises:
            UsageError: the restriction names a property that no recipient in a queue has; the message has them all.
        """
        ...

    async def change_queue(self, change: Change, *, where: Where, timeout_seconds: float = 60.0) -> Changed:
        """Hold, release, retry, redirect or delete recipients that wait, and say how many that were.

        ``None`` is all of them. Those that a worker has just now are left alone: ``passed_over`` says how many.

        Raises:
            UsageError: as :meth:`queued`.
        """
        ...

    async def track(
        self,
        *,
        message_id: str = "",
        transfer_id: str = "",
        address: str | Address = "",
        sender: str | Address = "",
        since: datetime | None = None,
        after: int = 0,
        limit: int = 1_000,
        timeout_seconds: float = 60.0,
    ) -> tuple[TrackingEvent, ...]:
        """Tell what happened to a message, by Message-ID or transfer id, or to the mail for an address or of a sender.

        The first event is the first to be given; ``after`` the number of the last one come the next.

        Raises:
            UsageError: neither a message nor an address is named.
            InvalidAddress: an address is none.
        """
        ...

    async def queue_depth(self, *, timeout_seconds: float = 60.0) -> QueueDepth:
        """Say how full the queue is, and since when the first that is due has waited."""
        ...

    async def hops_down(self, *, timeout_seconds: float = 60.0) -> tuple[HopTurned, ...]:
        """List the next hops that are down, and until when nobody tries each."""
        ...

    async def tls_sessions(
        self, *, domain: str = "", limit: int = 1_000, timeout_seconds: float = 60.0
    ) -> tuple[CountedSessions, ...]:
        """Tell how sessions with other domains' hosts began, as nodes count it for TLS reports, the newest day first.

        Of days that are not reported yet, and of domains that want reports; a node writes down once a minute.
        """
        ...

    async def purge(self, ended_before: datetime, *, timeout_seconds: float = 60.0) -> int:
        """Forget messages whose last recipient ended before, with what happened to them; say how many.

        Raises:
            UsageError: the moment has no time zone.
        """
        ...

    async def waiting(self, *, timeout_seconds: float = 60.0) -> int:
        """Count the recipients that have not ended."""
        ...

    # The MTA

    async def set_reports(self, reports: ReportSettings, *, timeout_seconds: float = 60.0) -> None:
        """Say how the MTA reports, in whose name, and who its postmaster is; nodes heed it from their next start."""
        ...

    async def reports(self, *, timeout_seconds: float = 60.0) -> ReportSettings:
        """Give how the MTA reports: at first without a postmaster, and in the name of the organisation."""
        ...

    async def check_keys(
        self, trust: TrustSettings, *, names: DnsSettings | None = None, timeout_seconds: float = 60.0
    ) -> tuple[KeyFinding, ...]:
        """Ask DNS whether the keys that a node would sign with are published as they are, and say of which not.

        Raises:
            SecretMissing, SetupError: a key is not there, or is none.
            MissingExtra: the extra ``dkim`` is not installed.
        """
        ...

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
        """Give a node: within its context the MTA works the queue, and takes mail at the places of ``listen``.

        A new table of routes is in force there within ``settings.reload_seconds``; how it reports is not of the
        settings, but the organisation's (:meth:`set_reports`). ``watch`` is told what becomes of recipients, and of
        next hops that go down or are up again; see :class:`~msgcore.mta.node_events.Watch`. ``names`` says which name
        servers are asked, ``outbound`` how mail goes to other domains' hosts, ``trust`` what is signed and looked at.
        Of one database, as many nodes as like share the work.

        Starting it raises ``SecretMissing`` or ``SetupError`` when a key of ``trust`` or a file of ``names`` is not
        there or is none, and ``MissingExtra``.
        """
        ...

    async def close(self) -> None:
        """Close the database."""
        ...


async def open_organization(
    url: str,
    runtime: Runtime,
    *,
    password: str | Secret | None = None,
    ca_file: Path | str | None = None,
    create: bool = False,
    timeout_seconds: float = 60.0,
) -> Organization:
    """Open an organisation for administration; ``create`` makes it when it is not there.

    ``password`` is that of a PostgreSQL user: a reference (``env:NAME``, ``file:PATH``) or a ``Secret``; ``ca_file``
    has the authorities that vouch for the server (PEM), instead of the system's.

    Raises:
        NotFound: there is none, and it is not to be made.
        UsageError: the URL or the reference is none.
        StoreError, StoreCorrupt: the database cannot be used, or holds personal folders.
    """
    folder = Path.cwd()
    where = DatabaseUrl.parse(url, folder)
    access = Access(
        resolve_secret(password, folder) if isinstance(password, str) else password,
        None if ca_file is None else folder / ca_file,
    )
    deadline = runtime.deadline(timeout_seconds)
    try:
        return await organization_service().open_organization(
            where, access=access, create=create, runtime=runtime, deadline=deadline
        )
    except NotFound as error:
        raise NotFound(f"{error}; open_organization(..., create=True) makes it") from error


def organization_service() -> type[OpensOrganization]:
    """Give the service that opens organisations.

    Raises:
        NotSupported: what is registered as that opens none for administration.
    """
    service_class = service("organization")
    if not isinstance(service_class, OpensOrganization):
        raise NotSupported("the service that is registered as 'organization' opens none for administration")
    return cast("type[OpensOrganization]", service_class)


@runtime_checkable
class OpensOrganization(Protocol):
    """A service whose class opens its organisation for administration."""

    @classmethod
    async def open_organization(
        cls, url: DatabaseUrl, *, access: Access, create: bool, runtime: Runtime, deadline: Deadline
    ) -> Organization: ...

    @classmethod
    async def is_up_to_date(
        cls, url: DatabaseUrl, *, access: Access, create: bool, runtime: Runtime, deadline: Deadline
    ) -> bool:
        """Say whether opening it would change nothing: it is there, and of this version.

        Raises:
            NotFound: it is not there, and would not be made.
            StoreError, SetupError, TryAgain: its database cannot be used.
        """
        ...


def given_password(password: str | Secret, folder: Path) -> str:
    """Give the password that a reference or a ``Secret`` means.

    Raises:
        UsageError: it is empty, or the reference is none.
        SecretMissing: there is nothing where it leads.
    """
    secret = resolve_secret(password, folder) if isinstance(password, str) else password
    if not secret.reveal():
        raise UsageError("a password has at least one character")
    return secret.reveal()
