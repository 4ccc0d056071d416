"""Who a listener takes mail for, asked at RCPT: what is refused there needs no report to anybody."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from msgcore.base.records import record
from msgcore.base.status import EnhancedStatus, Reply
from msgcore.base.times import Deadline
from msgcore.model.address import Address
from msgcore.model.recipient import Recipient
from msgcore.mta.directory import Directory, brief_look_up
from msgcore.mta.routing.facts import MessageFacts
from msgcore.mta.routing.route import RouteTable
from msgcore.wire.smtp.server import MailFacts

__all__ = ["Arrival", "DirectoryCheck", "RecipientCheck"]


@record
class Arrival:
    """The mail that a recipient is named for: its sender, what stands in MAIL, and whether it may go elsewhere.

    ``arrived_by`` is the connector by which it does not go back, empty for none; the trace in ``facts`` is believed.
    """

    sender: Address | None
    facts: MailFacts
    may_relay: bool
    arrived_by: str = ""


class RecipientCheck(Protocol):
    """Says who gets mail through a listener."""

    async def check(self, recipient: Recipient, arrival: Arrival, deadline: Deadline) -> Reply | None:
        """Give the reply that refuses a recipient, or ``None`` to take it.

        Raises:
            MsgcoreError: nobody can tell now; the client is told to try again.
        """
        ...


class DirectoryCheck:
    """Takes whom the directory knows; for those who may relay, whom the table of routes has a way for, too.

    A table that gives an address to the gateway ``local_gateway`` says that it is one of this place: then it is the
    directory's, or nobody's. ``routes`` gives the table that is in force.
    """

    def __init__(
        self, directory: Directory, routes: Callable[[], RouteTable], *, local_gateway: str = "mailbox"
    ) -> None:
        self._look_up = brief_look_up(directory)
        self._routes = routes
        self._local_gateway = local_gateway

    async def check(self, recipient: Recipient, arrival: Arrival, deadline: Deadline) -> Reply | None:
        if await self._look_up(recipient.address, deadline) is not None:
            return None
        mail = arrival.facts
        facts = MessageFacts(
            mail.size_octets,
            arrival.sender,
            priority=mail.request.priority or 0,
            arrived_by=arrival.arrived_by,
            visited=mail.trace,
        )
        decision = self._routes().route(recipient.address, facts)
        if decision.gateway == self._local_gateway:
            return _UNKNOWN
        if not arrival.may_relay:
            return _NO_RELAY
        reason = decision.reason
        if reason is None:
            return None
        return Reply(550 if reason.is_permanent else 451, (reason.text,), reason.status)


_UNKNOWN = Reply(550, ("no such mailbox here",), EnhancedStatus(5, 1, 1))
_NO_RELAY = Reply(550, ("this host does not relay for you",), EnhancedStatus(5, 7, 1))
