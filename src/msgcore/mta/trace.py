"""Trace fields (RFC 5321 section 4.4), put in front of a message: nothing else of it changes."""

from __future__ import annotations

from datetime import datetime
from email.utils import format_datetime

from msgcore.base.text import one_line
from msgcore.codecs import read_message
from msgcore.model.address import SMTP, Address
from msgcore.model.message import Message
from msgcore.props.table import PidTagTransportMessageHeaders
from msgcore.spi.gateway import Content

__all__ = ["delivery_trace", "traced_message"]


def delivery_trace(sender: Address | None, host: str, queue_id: str, now: datetime, line_end: bytes = b"\r\n") -> bytes:
    """Write Return-Path and Received as the MTA that makes final delivery adds them."""
    path = sender.email_address if sender is not None and sender.address_type == SMTP else ""
    received = f"Received: by {host} (msgcore) id {queue_id};"
    # Whatever a caller put into the envelope, it starts no field of its own.
    lines = (f"Return-Path: <{one_line(path)}>", one_line(received), f" {format_datetime(now)}")
    return b"".join(line.encode("utf-8", "replace") + line_end for line in lines)


def traced_message(content: Content, sender: Address | None, host: str, queue_id: str, now: datetime) -> Message:
    """Read a message as it is delivered, with its trace: of a form of properties, before the header it came with.

    Raises:
        LimitExceeded: it is larger than what can be read.
    """
    if content.form == "mime":
        octets = content.octets
        first_line = octets[: octets.find(b"\n") + 1]
        line_end = b"\r\n" if first_line.endswith(b"\r\n") or not first_line else b"\n"
        return read_message(delivery_trace(sender, host, queue_id, now, line_end) + octets, form="mime")
    message = read_message(content.octets, form=content.form)
    trace = delivery_trace(sender, host, queue_id, now).decode()
    message[PidTagTransportMessageHeaders] = trace + (message.said(PidTagTransportMessageHeaders) or "")
    return message
