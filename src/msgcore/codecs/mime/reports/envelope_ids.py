"""Envelope ids in reports: the ENVID of the MAIL command, without its xtext (RFC 3461 section 4.4).

Some servers leave the xtext as it came, so what looks like it is decoded; and an id that would look like it is written
as xtext.
"""

from __future__ import annotations

import re

from msgcore.base.text import one_line
from msgcore.codecs.mime.reports.typed_fields import line_field
from msgcore.codecs.mime.syntax.fold import field

__all__ = ["envelope_id_field", "read_envelope_id"]

_XTEXT = re.compile(r"(?:[!-*,-<>-~]++|\+[0-9A-F]{2}|(?!))++")
_ESCAPE = re.compile(r"\+([0-9A-F]{2})")
_UNSAFE = re.compile(r"[^!-*,-<>-~]")


def read_envelope_id(text: str) -> str:
    if not _XTEXT.fullmatch(text):
        return text
    decoded = _ESCAPE.sub(lambda escape: chr(int(escape[1], 16)), text)
    # The id itself is printable ASCII (section 4.4).
    return decoded if decoded.isascii() and decoded.isprintable() else text


def envelope_id_field(name: str, envelope_id: str) -> bytes:
    """Write an envelope id, or nothing when it is empty."""
    line = one_line(envelope_id, 300)
    if read_envelope_id(line) == line or not line.isascii():
        return line_field(name, line)
    return field(name, [_UNSAFE.sub(lambda found: f"+{ord(found[0]):02X}", line).encode("ascii")])
