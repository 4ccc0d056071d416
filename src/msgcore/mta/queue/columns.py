"""How the queue's values stand in its columns."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import attrs

from msgcore.base.times import datetime_from_filetime, filetime_from_datetime
from msgcore.model.address import Address
from msgcore.model.delivery import NO_REQUEST, DeliveryRequest, Notify, ReturnedContent
from msgcore.model.outcome import Outcome, outcome_of_fields
from msgcore.model.recipient import Recipient, RecipientKind
from msgcore.mta.queue.contract import QueuedMessage, State, Urgency, WaitingRecipient
from msgcore.runtime import Row, SqlValue
from msgcore.spi.overlay import is_kept, overlay_from_json, overlay_to_json
from msgcore.wire.domain import address_key

__all__ = [
    "MESSAGE",
    "NEW_MESSAGE",
    "RECIPIENT",
    "SELECT_WAITING",
    "by_connector",
    "hop_of",
    "lane_of",
    "older_sender_key",
    "read_attempts",
    "read_message",
    "read_recipient",
    "read_waiting",
    "recipient_values",
    "request_text",
    "sender_key",
    "storable",
    "written_attempts",
]

MESSAGE = (
    "id, transfer_id, sender_type, sender_address, sender_name, size_octets, accepted_at, expires_at, message_id,"
    " subject, message_class, request, received_from, verdicts, trace, arrived_by"
)
NEW_MESSAGE = f"{MESSAGE}, sender_key"
RECIPIENT = "kind, address_type, address, display_name, notify, original, properties"
SELECT_WAITING = (
    f"select {RECIPIENT}, number, state, reason, due_at, tries, connector, next_hop, outcome, code, enhanced, reply,"
    " stage, note, transfer_id, sender_type, sender_address, sender_name, size_octets, accepted_at, message_id,"
    " subject, message_class from mta_recipient join mta_message on mta_message.id = mta_message_id"
)


# An index of PostgreSQL's takes no more than 2,704 octets.
_LONGEST_KEY = 500


def sender_key(sender: Address) -> str:
    """Give the form in which senders are compared and indexed: that of addresses, as far as an index takes it."""
    return storable(address_key(sender.address_type, sender.email_address)[:_LONGEST_KEY])


def older_sender_key(sender: Address) -> str:
    """Give what version 5 of the schema made the key of a sender who was there already, spelled in lower case."""
    return storable(sender.email_address.lower()[:_LONGEST_KEY])


def lane_of(urgency: Urgency, hop: str) -> str:
    """Name the lane of recipients of one grade that wait for one next hop: the urgent ones sort first."""
    return f"{int(urgency)}{hop}"


def hop_of(lane: str) -> str:
    return lane[1:]


def storable(text: str) -> str:
    """Text that every database can hold: a lone surrogate becomes a question mark, NUL is left out."""
    if not text or (text.isascii() and "\0" not in text):
        return text
    return text.encode("utf-8", "replace").decode().replace("\0", "")


def recipient_values(recipient: Recipient) -> tuple[SqlValue, ...]:
    """Give the columns ``RECIPIENT``."""
    address = recipient.address
    return (
        int(recipient.kind),
        address.address_type,
        address.email_address,
        storable(address.display_name),
        None if recipient.notify is None else recipient.notify.value,
        None if recipient.original is None else recipient.original.typed,
        overlay_to_json([(tag, value) for tag, value in recipient.properties if is_kept(tag)])
        if recipient.properties
        else None,
    )


def read_recipient(row: Row) -> Recipient:
    kind, address_type, address, name, notify, original, properties = row
    return Recipient(
        Address(address_type, address, name),
        RecipientKind(kind),
        None if notify is None else Notify(notify),
        None if original is None else _untyped(original),
        overlay_from_json(properties),
    )


def read_message(row: Row) -> QueuedMessage:
    """Read the columns ``MESSAGE``."""
    return QueuedMessage(
        row[0],
        row[1],
        _sender(row[2], row[3], row[4]),
        row[5],
        datetime_from_filetime(row[6]),
        datetime_from_filetime(row[7]),
        row[8],
        row[9],
        row[10],
        _read_request(row[11]),
        row[12],
        frozenset(row[13].split()),
        tuple(row[14].split("\n")) if row[14] else (),
        row[15],
    )


def _sender(address_type: str | None, address: str | None, name: str | None) -> Address | None:
    return None if address_type is None or address is None else Address(address_type, address, name or "")


def read_waiting(row: Row) -> WaitingRecipient:
    """Read a row of ``SELECT_WAITING``."""
    recipient = read_recipient(row[:7])
    (number, state, reason, due_at, tries, connector, next_hop) = row[7:14]
    outcome = outcome_of_fields(*row[14:20])
    (transfer_id, kind, address, name, size_octets, accepted_at, message_id, subject, message_class) = row[20:]
    return WaitingRecipient(
        recipient,
        subject,
        datetime_from_filetime(accepted_at),
        datetime_from_filetime(due_at),
        tries,
        by_connector(connector, outcome),
        State(state),
        reason,
        _sender(kind, address, name),
        transfer_id,
        message_id,
        message_class,
        size_octets,
        connector,
        next_hop,
        number,
    )


def by_connector(connector: str, outcome: Outcome) -> Outcome:
    """Note which connector an outcome came through."""
    if not connector:
        return outcome
    return attrs.evolve(outcome, note="; ".join(filter(None, (f"connector {connector}", outcome.note))))


def written_attempts(attempts: Mapping[str, int]) -> str:
    return json.dumps(dict(attempts)) if attempts else ""


def read_attempts(text: str) -> dict[str, int]:
    return json.loads(text) if text else {}


def _untyped(typed: str) -> Address:
    address_type, _, value = typed.partition(":")
    return Address(address_type, value)


def request_text(request: DeliveryRequest) -> str:
    """Write what a request says as JSON; most say nothing."""
    if request is NO_REQUEST or request == NO_REQUEST:
        return ""
    said = {
        field.name: _plain(value)
        for field in attrs.fields(DeliveryRequest)
        if (value := getattr(request, field.name)) != field.default
    }
    return json.dumps(said)


def _plain(value: object) -> object:
    match value:
        case Notify() | ReturnedContent():
            return value.value
        case datetime():
            return filetime_from_datetime(value)
        case _:
            return value


# What is no plain value of JSON.
_KINDS: Mapping[str, Callable[[Any], object]] = {
    "notify": Notify,
    "returned_content": ReturnedContent,
    "hold_until": datetime_from_filetime,
}


def _read_request(text: str) -> DeliveryRequest:
    if not text:
        return NO_REQUEST
    data: dict[str, Any] = json.loads(text)
    said: dict[str, Any] = {key: _KINDS[key](value) if key in _KINDS else value for key, value in data.items()}
    return DeliveryRequest(**said)
