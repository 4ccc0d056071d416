"""One entrance to all reports that a message may be."""

from __future__ import annotations

from msgcore.codecs.mime.reports.aggregate import aggregate_report_of
from msgcore.codecs.mime.reports.delivery import delivery_report_of
from msgcore.codecs.mime.reports.disposition import read_report_of
from msgcore.codecs.mime.reports.feedback import feedback_report_of
from msgcore.codecs.mime.reports.in_properties import (
    REPORT_CLASSES,
    delivery_report_in_properties,
    read_report_in_properties,
)
from msgcore.codecs.mime.reports.tls import tls_report_of
from msgcore.codecs.mime.reports.wrapped import wrapped_delivery_report
from msgcore.codecs.mime.source import MimeSource
from msgcore.codecs.mime.tree.editing import NO_LIMITS
from msgcore.codecs.mime.tree.entity import Entity, parse
from msgcore.codecs.mime.writer import write
from msgcore.model.aggregate_report import AggregateReport
from msgcore.model.feedback_report import FeedbackReport
from msgcore.model.message import Message, check_message
from msgcore.model.read_report import ReadReport
from msgcore.model.report import DeliveryReport
from msgcore.model.tls_report import TlsReport
from msgcore.props.table import PidTagTnefCorrelationKey

__all__ = ["Report", "read_delivery_report", "read_feedback_report", "read_read_report", "read_report"]

Report = DeliveryReport | ReadReport | FeedbackReport | AggregateReport | TlsReport
"""What :func:`read_report` gives: a delivery or read report, a complaint, a DMARC or a TLS report."""


def read_report(message: Message) -> Report | None:
    """Read the report that a message is, whatever kind it is of; ``None`` when it is none.

    Never raises on bad input: a report that cannot be read is none.

    Raises:
        UsageError: it is no ``Message``; so it is with the others.
    """
    check_message(message)
    said = read_report_in_properties(message) or delivery_report_in_properties(message)
    if said is not None:
        return said
    root = _root_of(message)
    return (
        read_report_of(root)
        or feedback_report_of(root)
        or tls_report_of(root)
        or aggregate_report_of(root)
        # Last, because bounces are also known by their words.
        or _delivery_report(root)
    )


def read_delivery_report(message: Message) -> DeliveryReport | None:
    """Read the delivery report that a message carries, or ``None`` when it carries none. Never raises on bad input."""
    check_message(message)
    return delivery_report_in_properties(message) or _delivery_report(_root_of(message))


def _delivery_report(root: Entity) -> DeliveryReport | None:
    return delivery_report_of(root) or wrapped_delivery_report(root)


def read_read_report(message: Message) -> ReadReport | None:
    """Read the read or non-read report that a message carries, or ``None``. Never raises on bad input."""
    check_message(message)
    return read_report_in_properties(message) or read_report_of(_root_of(message))


def read_feedback_report(message: Message) -> FeedbackReport | None:
    """Read the feedback report that a message carries, or ``None``. Never raises on bad input."""
    check_message(message)
    return feedback_report_of(_root_of(message))


def _root_of(message: Message) -> Entity:
    source = message.source
    if source is None:  # a composed message is no report
        return parse(b"")
    joined = source.joined if isinstance(source, MimeSource) else None
    if isinstance(source, MimeSource) and not message.is_changed:
        is_in_stream = joined is not None and message.message_class.lower().startswith(REPORT_CLASSES)
        if not is_in_stream or source.root.media_type == "multipart/report":
            return source.root
        message = message.copy()
        del message[PidTagTnefCorrelationKey]  # changed, it is put together from all that it holds
    # In a stream no part would be found.
    return parse(write(message, tnef=False), NO_LIMITS)
