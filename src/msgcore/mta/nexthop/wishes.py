"""What a message itself says of TLS on its way (RFC 8689), and whether it is a report about that."""

from __future__ import annotations

import re

import attrs

from msgcore.model.envelope import Envelope
from msgcore.spi.gateway import Content

__all__ = ["MessageWishes", "wishes_of"]

_HEADER_OCTETS = 64 * 1024
_END = re.compile(rb"\r?\n\r?\n")
_FIELD = re.compile(rb"^(tls-required|tls-report-domain)[ \t]*:([^\n]*)", re.MULTILINE | re.IGNORECASE)


@attrs.frozen
class MessageWishes:
    """What a message says of TLS (RFC 8689), and whether its sessions are counted for reports."""

    requires_tls: bool = False
    waives_tls: bool = False
    is_counted: bool = True


def wishes_of(envelope: Envelope, content: Content) -> MessageWishes:
    """Read what a message wants; REQUIRETLS goes before the field ``TLS-Required: No`` (RFC 8689 section 4.1).

    Sessions of a report about TLS are not counted: else its failure would make tomorrow's report.
    """
    requires_tls = envelope.request.require_tls
    if content.form != "mime":
        return MessageWishes(requires_tls)
    start = content.octets[:_HEADER_OCTETS]
    if b"tls-re" not in start.lower():
        return MessageWishes(requires_tls)
    end = _END.search(start)
    fields = {name.lower(): value.strip().lower() for name, value in _FIELD.findall(start[: end and end.start()])}
    waives_tls = fields.get(b"tls-required") == b"no" and not requires_tls
    return MessageWishes(requires_tls, waives_tls, b"tls-report-domain" not in fields)
