"""The frame of a report that is written: its header, and a multipart/report around its parts (RFC 3462)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from msgcore.base.text import one_line
from msgcore.codecs.mime.body_parts import Part, chunks_of, multipart, text_part
from msgcore.codecs.mime.reports.original import original_part
from msgcore.codecs.mime.syntax.address_writing import address_field
from msgcore.codecs.mime.syntax.dates import format_date
from msgcore.codecs.mime.syntax.fold import field, text_field
from msgcore.model.address import SMTP, Address

__all__ = ["fields_part", "report_message", "report_parts", "shown"]


def report_parts(
    readable: str, kind: str, fields: bytes, original: bytes | None, *, return_full: bool, most: int, utf8: bool = False
) -> list[Part]:
    """Make the parts of a report: a text for people, the fields for programs, and the message it is about."""
    parts = [text_part(readable), fields_part(kind, fields)]
    if original is not None:
        parts.append(original_part(original, return_full=return_full, most=most, utf8=utf8))
    return parts


def fields_part(kind: str, fields: bytes) -> Part:
    """Make the part that programs read."""
    encoding = "7bit" if fields.isascii() else "8bit"
    label = f"Content-Type: message/{kind}\r\nContent-Transfer-Encoding: {encoding}\r\n"
    return Part(label.encode("ascii"), (fields,))


def report_message(
    kind: str,
    parts: Sequence[Part],
    *,
    to: Address,
    from_: Address,
    subject: str,
    original_message_id: str | None,
    message_id: str,
    date: datetime,
) -> bytes:
    """Write a whole report, marked so that nobody answers it by a program.

    Raises:
        InjectionRefused: ``message_id`` or an address holds CR, LF or NUL.
    """
    body = multipart("report", parts, {"report-type": kind})
    original_id = one_line(original_message_id or "")
    fields = [
        address_field("From", (from_,)) or b"",
        address_field("To", (to,)) or b"",
        text_field("Subject", subject),
        field("Date", format_date(date).split(b" ")),
        text_field("Message-ID", message_id),
        *[text_field(name, original_id) for name in ("In-Reply-To", "References") if original_id],
        text_field("Auto-Submitted", "auto-replied"),
        b"MIME-Version: 1.0\r\n",
    ]
    return b"".join((*fields, *chunks_of(body.segments)))


def shown(address: Address) -> str:
    """Name an address to a person."""
    return address.email_address if address.address_type == SMTP else address.typed or address.display_name
