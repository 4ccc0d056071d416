"""What becomes of mail, a line for each message taken, each refusal, and each try to deliver to a recipient."""

from __future__ import annotations

import logging

from msgcore.base.text import one_line
from msgcore.model.address import Address
from msgcore.mta.node_queue import LoginRefused, MailRefused, MessageTaken, NodeEvent, RecipientSettled
from msgcore.wire.smtp.server import Client

__all__ = ["log_mail"]

_log = logging.getLogger("msgcore.mta.mail")


def log_mail(event: NodeEvent) -> None:
    """Log an event, if it is about mail."""
    match event:
        case MessageTaken(service, client, sender, reply, size, recipients, _):
            whose = f"{_named(sender)} for {recipients:,}, {size:,} octets"
            _log.info("taken by %s of %s: from %s: %s", service, _who(client), whose, reply.text)
        case MailRefused(service, client, command, address, reply):
            said = f"{reply.code} {reply.enhanced or ''} {reply.text}"
            _log.info("refused by %s to %s: %s %s: %s", service, _who(client), command, _named(address), said)
        case LoginRefused(service, address, user):
            _log.info("refused by %s to %s: AUTH %s: 535 5.7.8", service, address, one_line(user, 200) or "of nobody")
        case RecipientSettled(message, settlement):
            way = f" through {settlement.connector}" if settlement.connector else ""
            whom = _named(settlement.queued.recipient.address)
            _log.info("%s: to %s%s: %s", message.transfer_id, whom, way, settlement.outcome)
        case _:
            pass


def _named(address: Address | None) -> str:
    return "<>" if address is None else address.typed


def _who(client: Client) -> str:
    user = f" as {client.user}" if client.user else ""
    return f"{client.address} ({client.name}){user}"
