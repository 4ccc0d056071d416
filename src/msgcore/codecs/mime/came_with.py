"""Header fields of a message that came with a header of its own: from TNEF, a .msg file, or MIME with TNEF in it.

What properties say is written in the place of the field that said it; where that says just the same it stays as it
stands, with its time zone and its quotes. So do fields that no property writes, in their order, repeated ones too
(Received, DKIM-Signature). What described the old body goes.
"""

from __future__ import annotations

from collections.abc import Set

from msgcore.codecs.mime.mapping.own_fields import fields_of_source, named_fields
from msgcore.codecs.mime.reports.in_properties import tells_of_rows
from msgcore.codecs.mime.source import MimeSource
from msgcore.codecs.mime.tnef_part.correlation import CORRELATOR
from msgcore.codecs.mime.tree.editing import BLIND_FIELDS, NO_LIMITS, crlf_field, kept_fields
from msgcore.codecs.mime.tree.entity import Entity, parse
from msgcore.codecs.mime.write_form import WriteForm
from msgcore.model.message import Message
from msgcore.props.key import BagKey
from msgcore.props.table import PidTagTransportMessageHeaders

__all__ = ["CONTENT_FIELDS", "fields_over_header", "header_of"]

CONTENT_FIELDS = (
    b"mime-version",
    *(b"content-type", b"content-transfer-encoding", b"content-disposition", b"content-description"),
    *(b"content-id", b"content-location", b"content-base", b"content-md5", b"content-length"),
    CORRELATOR,
)
"""Fields about the body that was read. Content-Class and Content-Language are about the message."""

_RECIPIENTS = frozenset({b"to", b"cc"})


def header_of(message: Message) -> Entity | None:
    """Give the header that a message came with, as the header of a message without a body; ``None``: with none."""
    source = message.source
    if source is None:
        return None
    if source.form == "mime":
        return parse(source.octets, NO_LIMITS)
    text = message.said(PidTagTransportMessageHeaders)
    if not text:
        return None
    octets = text.encode("utf-8", "replace").rstrip(b"\r\n")
    return parse(octets + b"\r\n\r\n", NO_LIMITS)


def fields_over_header(root: Entity, message: Message, form: WriteForm, changed: Set[BagKey | str]) -> list[bytes]:
    """Write the fields of a message over the header that it came with; ``changed`` names what was set since.

    Raises:
        As ``mime.write`` does.
    """
    header = root.header
    replacements: dict[bytes, bytes | None] = dict.fromkeys(() if form.bcc else BLIND_FIELDS)
    tags = (*message.tags(), *message.properties_set.changed())
    is_report = tells_of_rows(message)
    as_it_came = Message.from_source(MimeSource(root))
    for own in fields_of_source(tags):
        is_changed = not own.depends_on.isdisjoint(changed)
        if own.name in replacements or (
            not is_changed
            and header.raw(own.name) is not None
            and (_is_said_by_header(message, own.depends_on) or (is_report and own.name in _RECIPIENTS))
        ):
            continue
        written = own.write(message, form.utf8)
        if not is_changed and header.raw(own.name) is not None and written == own.write(as_it_came, form.utf8):
            continue
        if written is not None or is_changed:
            replacements[own.name] = written
    named_changed = {str(key[1]).encode("utf-8", "replace") for key in changed if isinstance(key, tuple)}
    for name, written in named_fields(message, tags, utf8=form.utf8):
        if name in named_changed or header.raw(name) is None:
            replacements[name] = written
    for added in message.own_headers:
        replacements[added.name.lower().encode("utf-8", "replace")] = None
    return [field for one in kept_fields(root, replacements, CONTENT_FIELDS) if (field := crlf_field(one))]


def _is_said_by_header(message: Message, keys: frozenset[BagKey | str]) -> bool:
    """Whether the field that was read is where the properties come from, so that it says no less than they do."""
    source = message.source
    if source is None or source.form != "mime":
        return False
    joined = source.joined if isinstance(source, MimeSource) else None
    return joined is None or not joined.is_of_stream(keys)
