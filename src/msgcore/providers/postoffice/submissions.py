"""The record of a submission: a file that never changes, which the message's entry names; a new state is a new file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

import attrs

from msgcore.base.ids import EntryId
from msgcore.base.times import datetime_from_filetime, filetime_from_datetime
from msgcore.errors import StoreCorrupt
from msgcore.model.address import Address
from msgcore.model.outcome import Outcome, outcome_fields, outcome_of_fields
from msgcore.model.recipient import Recipient, RecipientKind
from msgcore.providers.internal.recipient_details import details_to_json, with_details
from msgcore.spi.outgoing import SubmitTerms
from msgcore.spi.outgoing_queue import OutgoingItem, OutgoingState

__all__ = ["Hold", "Record", "read_record", "write_record"]


@attrs.frozen
class Hold:
    """A lock: which process has it, for how long, and when the share's clock said that it was taken."""

    holder: str
    lease_seconds: float
    taken_at: float


@attrs.frozen
class Record:
    """A submission as it stands, who holds it, and the Message-ID that it was submitted with."""

    item: OutgoingItem
    hold: Hold | None = None
    message_id: str = ""


def write_record(record: Record) -> bytes:
    """Write a record; its entry id is not in it."""
    item = record.item
    said = {
        "transfer_id": item.transfer_id,
        "state": item.state.value,
        "submitted": filetime_from_datetime(item.submitted_at),
        "due": filetime_from_datetime(item.due_at),
        "tries": item.tries,
        "reason": item.reason,
        "token": item.token,
        "sender": None if item.sender is None else _address(item.sender),
        "recipients": [
            [
                *(int(one.kind), *_address(one.address), details_to_json(one)),
                *(item.transports.get(one, ""), *outcome_fields(outcome)),
            ]
            for one, outcome in item.outcomes.items()
        ],
        "message_id": record.message_id,
        "not_before": _filetime(item.terms.not_before),
        "expires_at": _filetime(item.terms.expires_at),
        "at_least_once": item.terms.at_least_once,
        "preprocessed": None if item.preprocessed is None else item.preprocessed.number,
        "hold": None if record.hold is None else list(attrs.astuple(record.hold)),
    }
    return json.dumps(said, separators=(",", ":")).encode()


def read_record(octets: bytes, entry_id: EntryId, where: str) -> Record:
    """Read what :func:`write_record` wrote.

    Raises:
        StoreCorrupt: it did not write this.
    """
    try:
        said: Mapping[str, Any] = json.loads(octets)
        outcomes: dict[Recipient, Outcome] = {}
        transports: dict[Recipient, str] = {}
        for kind, address_type, address, name, details, transport, *fields in said["recipients"]:
            recipient = with_details(Recipient(Address(address_type, address, name), RecipientKind(kind)), details)
            outcomes[recipient] = outcome_of_fields(*fields)
            if transport:
                transports[recipient] = transport
        item = OutgoingItem(
            entry_id,
            said["transfer_id"],
            OutgoingState(said["state"]),
            submitted_at=datetime_from_filetime(said["submitted"]),
            due_at=datetime_from_filetime(said["due"]),
            tries=said["tries"],
            sender=None if said["sender"] is None else Address(*said["sender"]),
            outcomes=MappingProxyType(outcomes),
            transports=MappingProxyType(transports),
            reason=said["reason"],
            token=said["token"],
            terms=SubmitTerms(
                not_before=_moment(said["not_before"]),
                expires_at=_moment(said["expires_at"]),
                at_least_once=said["at_least_once"],
            ),
            preprocessed=None if said["preprocessed"] is None else attrs.evolve(entry_id, number=said["preprocessed"]),
        )
        return Record(item, None if said["hold"] is None else _hold(*said["hold"]), said["message_id"])
    except (ValueError, TypeError, LookupError, ArithmeticError, RecursionError) as error:
        raise StoreCorrupt(f"{where}: is no record of a submission: {error}") from error


def _filetime(moment: datetime | None) -> int | None:
    return None if moment is None else filetime_from_datetime(moment)


def _moment(filetime: int | None) -> datetime | None:
    return None if filetime is None else datetime_from_filetime(filetime)


def _hold(holder: str, lease_seconds: Any, taken_at: Any) -> Hold:
    return Hold(holder + "", float(lease_seconds), float(taken_at))


def _address(address: Address) -> tuple[str, str, str]:
    return address.address_type, address.email_address, address.display_name
