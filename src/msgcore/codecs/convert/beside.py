"""Losses of what is no property: wishes for the transport, header fields under one name, signatures that break."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Set

from msgcore.codecs.convert.loss import Loss, LossReason
from msgcore.codecs.convert.wording import value_in_words
from msgcore.codecs.mime.mapping.fields import is_named_property
from msgcore.codecs.mime.source import MimeSource
from msgcore.model.headers import Header
from msgcore.model.message import Message
from msgcore.props.key import PropertyKey
from msgcore.props.tags import PS_INTERNET_HEADERS, NamedProperty

__all__ = ["beside_properties"]

_SIGNED = "multipart/signed"
_OF_OCTETS = {"content-type", "content-transfer-encoding", "content-disposition", "mime-version"}
_OF_SERVERS = ("x-ms-exchange-organization-", "x-ms-exchange-forest-")


def beside_properties(message: Message, written: Message, form: str, told: Set[PropertyKey | None]) -> Iterator[Loss]:
    """Give them for one message; ``told`` are the properties of which a loss is told already."""
    for number, recipient in enumerate(message.recipients):
        if recipient.notify is not None or recipient.original is not None:
            text = "what is asked of the transport for it (notify, original) goes into no message"
            yield Loss(f"recipients[{number}]", LossReason.ENVELOPE, text)
    if form != "mime":
        yield from _broken_signatures(message, written)
    names = {
        tag.lid_or_name for tag in told if isinstance(tag, NamedProperty) and tag.property_set == PS_INTERNET_HEADERS
    }
    kept = Counter(map(_squeezed, written.headers))
    kept_names = {name for name, _ in kept}
    for header in (*message.headers, *_added(message)):
        key = _squeezed(header)
        if kept[key]:
            kept[key] -= 1
        elif key[0] not in names and (form != "mime" or _is_own(key[0])):
            yield _lost(header, key[0] in kept_names)


def _broken_signatures(message: Message, written: Message) -> Iterator[Loss]:
    """Give those of a mail that Outlook's forms have as files, where what is signed is not kept as one attachment."""
    source = message.source
    if not isinstance(source, MimeSource) or any(one.content_type == _SIGNED for one in written.attachments):
        return
    whole = (one for one in source.root.walk(into_messages=False) if one.media_type == _SIGNED)
    kinds = {signature.media_type for one in whole for signature in one.children[1:]}
    for number, attachment in enumerate(message.attachments):
        if attachment.content_type in kinds:
            text = "the signature no longer holds: what it signs is not kept to the last octet, as it is in MIME"
            yield Loss(f"attachments[{number}]", LossReason.CHANGED, text)


def _added(message: Message) -> tuple[Header, ...]:
    """Give the fields that the application added to what was read; ``headers`` has those of a composed message."""
    return () if message.source is None else message.own_headers


def _squeezed(header: Header) -> tuple[str, str]:
    return header.name.lower(), " ".join(header.value.split())


def _is_own(name: str) -> bool:
    """Whether a field has nothing to do with what the writer of MIME says itself."""
    return is_named_property(name) or name.startswith(_OF_SERVERS)


def _lost(header: Header, is_repeated: bool) -> Loss:
    field = f"{header.name}: {value_in_words(header.value)}"
    if is_repeated:
        return Loss("headers", LossReason.REPEATED, f"{field} is not kept, another field of this name is")
    if header.name.lower() in _OF_OCTETS:
        return Loss("headers", LossReason.CHANGED, f"{field} tells of octets that are written anew")
    return Loss("headers", LossReason.ENVELOPE, f"{field} is for the servers on the way, and not kept")
