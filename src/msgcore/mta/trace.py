"""Trace fields (RFC 5321 section 4.4), put in front of a message as octets: nothing else of it changes."""

from __future__ import annotations

from datetime import datetime
from email.utils import format_datetime

from msgcore.base.text import one_line
from msgcore.model.address import SMTP, Address

__all__ = ["delivery_trace"]


def delivery_trace(sender: Address | None, host: str, queue_id: str, now: datetime, line_end: bytes = b"\r\n") -> bytes:
    """Write Return-Path and Received as the MTA that makes final delivery adds them."""
    path = sender.email_address if sender is not None and sender.address_type == SMTP else ""
    received = f"Received: by {host} (msgcore) id {queue_id};"
    # Whatever a caller put into the envelope, it starts no field of its own.
    lines = (f"Return-Path: <{one_line(path)}>", one_line(received), f" {format_datetime(now)}")
    return b"".join(line.encode("utf-8", "replace") + line_end for line in lines)
