"""What becomes of mail, a line for each message taken, each refusal, and each try to deliver to a recipient.

Each line has what it says as ``facts``, too, for a log of JSON.
"""

from __future__ import annotations

import logging

from msgcore.base.text import one_line
from msgcore.model.address import Address
from msgcore.mta.node_events import LoginRefused, MailRefused, MessageTaken, NodeEvent, RecipientSettled
from msgcore.wire.smtp.server import Client

__all__ = ["log_mail"]

_log = logging.getLogger("msgcore.mta.mail")


def log_mail(event: NodeEvent) -> None:
    """Log an event, if it is about mail."""
    match event:
        case MessageTaken(service, client, sender, reply, size, recipients, _, message_id, verdicts):
            found = sorted(verdicts)
            more = ", ".join(filter(None, (f"{size:,} octets", message_id, " ".join(found))))
            whose = f"{_named(sender)} for {recipients:,}, {more}"
            _say(
                f"taken by {service} of {_who(client)}: from {whose}: {reply.text}",
                event="taken",
                service=service,
                client=client.address,
                user=client.user,
                sender=_named(sender),
                recipients=recipients,
                size_octets=size,
                message_id=message_id,
                verdicts=found,
                reply=reply.text,
            )
        case MailRefused(service, client, command, address, reply):
            said = f"{reply.code} {reply.enhanced or ''} {reply.text}"
            _say(
                f"refused by {service} to {_who(client)}: {command} {_named(address)}: {said}",
                event="refused",
                service=service,
                client=client.address,
                user=client.user,
                command=command,
                address=_named(address),
                reply=said,
            )
        case LoginRefused(service, address, user):
            name = one_line(user, 200)
            _say(
                f"refused by {service} to {address}: AUTH {name or 'of nobody'}: 535 5.7.8",
                event="refused",
                service=service,
                client=address,
                user=name,
                command="AUTH",
                reply="535 5.7.8",
            )
        case RecipientSettled(message, settlement):
            way = f" through {settlement.connector}" if settlement.connector else ""
            whom, outcome = _named(settlement.queued.recipient.address), settlement.outcome
            _say(
                f"{message.transfer_id}: to {whom}{way}: {outcome}",
                event="tried",
                transfer_id=message.transfer_id,
                message_id=message.message_id,
                recipient=whom,
                connector=settlement.connector,
                next_hop=settlement.next_hop,
                outcome=type(outcome).__name__.lower(),
                reply=settlement.text,
                note=outcome.note,
            )
        case _:
            pass


def _say(text: str, **facts: object) -> None:
    """Log a line; what is empty is no fact."""
    if _log.isEnabledFor(logging.INFO):
        _log.info("%s", text, extra={"facts": {name: value for name, value in facts.items() if value}})


def _named(address: Address | None) -> str:
    return "<>" if address is None else address.typed


def _who(client: Client) -> str:
    user = f" as {client.user}" if client.user else ""
    return f"{client.address} ({client.name}){user}"
