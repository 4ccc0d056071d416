"""Restrictions over the queue: which properties a recipient in it has, and whether it matches."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID

from msgcore.base.nearest import there_are
from msgcore.errors import UsageError
from msgcore.mta.queue.contract import State, WaitingRecipient, Where
from msgcore.props.check import check_restriction, parts_of, tags_of
from msgcore.props.match import matcher
from msgcore.props.restriction import Comparison, Relation, Restriction
from msgcore.props.table import (
    PidTagAddressType,
    PidTagCreationTime,
    PidTagDeferredSendTime,
    PidTagDisplayName,
    PidTagEmailAddress,
    PidTagInternetMessageId,
    PidTagMessageClass,
    PidTagMessageSize,
    PidTagRecipientType,
    PidTagSenderAddressType,
    PidTagSenderEmailAddress,
    PidTagSubject,
)
from msgcore.props.tags import NamedProperty, Property
from msgcore.props.text_form import parse_restriction
from msgcore.props.types import PT_LONG, PT_UNICODE

__all__ = [
    "QueueConnector",
    "QueueNextHop",
    "QueueReason",
    "QueueState",
    "QueueTransferId",
    "QueueTries",
    "selector",
]

_QUEUE = UUID("6d736763-6f72-6551-8000-000000000001")

QueueState: NamedProperty[str] = NamedProperty(_QUEUE, "state", PT_UNICODE, "QueueState")
"""``ready``, ``leased``, ``held`` or ``dead``."""
QueueTries: NamedProperty[int] = NamedProperty(_QUEUE, "tries", PT_LONG, "QueueTries")
"""How often it was tried."""
QueueConnector: NamedProperty[str] = NamedProperty(_QUEUE, "connector", PT_UNICODE, "QueueConnector")
"""The connector that it waits for, by the last routing."""
QueueNextHop: NamedProperty[str] = NamedProperty(_QUEUE, "next-hop", PT_UNICODE, "QueueNextHop")
"""Where that connector leads."""
QueueReason: NamedProperty[str] = NamedProperty(_QUEUE, "reason", PT_UNICODE, "QueueReason")
"""What came of the last try, or why the recipient is held."""
QueueTransferId: NamedProperty[str] = NamedProperty(_QUEUE, "transfer-id", PT_UNICODE, "QueueTransferId")
"""The id that its message has in the queue and in tracking."""

_Read = Callable[[WaitingRecipient], object]

_READ: list[tuple[Property[Any], _Read]] = [
    (PidTagSubject, lambda one: one.subject),
    (PidTagMessageClass, lambda one: one.message_class),
    (PidTagInternetMessageId, lambda one: one.message_id or None),
    (PidTagMessageSize, lambda one: one.size_octets),
    (PidTagSenderAddressType, lambda one: None if one.sender is None else one.sender.address_type),
    (PidTagSenderEmailAddress, lambda one: None if one.sender is None else one.sender.email_address),
    (PidTagAddressType, lambda one: one.recipient.address_type),
    (PidTagEmailAddress, lambda one: one.recipient.email_address),
    (PidTagDisplayName, lambda one: one.recipient.display_name),
    (PidTagRecipientType, lambda one: int(one.recipient.kind)),
    (PidTagCreationTime, lambda one: one.accepted_at),
    (PidTagDeferredSendTime, lambda one: one.due_at),
    (QueueState, lambda one: one.state.name.lower()),
    (QueueTries, lambda one: one.tries),
    (QueueConnector, lambda one: one.connector),
    (QueueNextHop, lambda one: one.next_hop),
    (QueueReason, lambda one: one.reason or one.outcome.text),
    (QueueTransferId, lambda one: one.transfer_id),
]
"""Each property that a recipient in a queue has, and how it is read."""

_NAMES: dict[str, Property[Any]] = {
    "recipient": PidTagEmailAddress,
    "address_type": PidTagAddressType,
    "sender": PidTagSenderEmailAddress,
    "subject": PidTagSubject,
    "message_class": PidTagMessageClass,
    "message_id": PidTagInternetMessageId,
    "size": PidTagMessageSize,
    "accepted": PidTagCreationTime,
    "due": PidTagDeferredSendTime,
    "state": QueueState,
    "tries": QueueTries,
    "connector": QueueConnector,
    "next_hop": QueueNextHop,
    "reason": QueueReason,
    "transfer_id": QueueTransferId,
}
"""What properties are called in the text of a restriction; who gives another name is told of these."""

_STATES = tuple(state.name.lower() for state in State if state is not State.ENDED)

_LABELS = sorted(tag.label for tag, _ in _READ)
_VALUES = {tag.bag_key: (tag, read) for tag, read in _READ}


class _Row:
    """A recipient that waits, as a source of properties."""

    __slots__ = ("_waiting",)

    def __init__(self, waiting: WaitingRecipient) -> None:
        self._waiting = waiting

    def get(self, tag: Property[Any], /) -> object:
        known = _VALUES.get(tag.bag_key)
        return None if known is None else known[1](self._waiting)


def _check_tags(where: Restriction, known: Iterable[str]) -> None:
    waiting = [where]
    while waiting:
        one = waiting.pop()
        waiting += parts_of(one)
        for tag in tags_of(one):
            if tag.bag_key not in _VALUES:
                raise UsageError(f"{tag.label}: no recipient in a queue has it; there are {', '.join(known)}")
        if isinstance(one, Comparison) and one.tag == QueueState:
            _check_state(one)


def _check_state(one: Comparison) -> None:
    """Refuse a state that there is not: nobody would be found, and that would look like an answer."""
    if one.relation in {Relation.EQ, Relation.NE} and one.value not in _STATES:
        raise UsageError(f"{one.value!r} is no state of a recipient in a queue; {there_are(one.value, _STATES)}")


def selector(where: Where) -> Callable[[WaitingRecipient], bool]:
    """Give a function that says whether a recipient is asked for.

    Raises:
        UsageError: the restriction names a property that no recipient in a queue has, or cannot be evaluated; its text
            is none.
    """
    if where is None:
        return lambda _: True
    known: Iterable[str] = _LABELS
    if isinstance(where, str):
        where, known = parse_restriction(where, _NAMES), _NAMES
    check_restriction(where)
    _check_tags(where, known)
    matches = matcher(where)
    return lambda waiting: matches(_Row(waiting))
