"""Writing a message in its storage form.

What was read and not changed is written octet for octet. When only fields of the header changed, those are replaced and
all else stays as it was, the body too. Otherwise the body is composed anew; fields that nobody touched still stay.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

import attrs

from msgcore.codecs.mime.body_parts import Part, Segment, chunks_of
from msgcore.codecs.mime.compose import compose_body
from msgcore.codecs.mime.editing import NO_LIMITS, crlf_field, edited_header, kept_fields
from msgcore.codecs.mime.entity import parse
from msgcore.codecs.mime.fold import text_field
from msgcore.codecs.mime.own_fields import BLIND_FIELDS, OWN_FIELDS, RECIPIENTS, REPLY_TO, named_fields
from msgcore.errors import UsageError
from msgcore.model.address import Address
from msgcore.model.message import Message
from msgcore.model.recipient import Recipient
from msgcore.props.key import BagKey
from msgcore.props.table import PidTagBody, PidTagHtml, PidTagInternetCodepage

__all__ = ["segments_of_message", "write", "write_chunks"]

_BODY = {tag.bag_key for tag in (PidTagBody, PidTagHtml, PidTagInternetCodepage)}


def write(message: Message, *, bcc: bool = True) -> bytes:
    """Write a message as it is stored; without ``bcc`` the Bcc field is left out, also of attached messages.

    Raises:
        InjectionRefused: a value that becomes part of a header field holds CR, LF or NUL.
        NotLoaded: an attachment is a file that has not been read (``message.load_files()`` reads them).
        UsageError: a named property is no header field; a message is attached to itself.
    """
    return b"".join(write_chunks(message, bcc=bcc))


def write_chunks(message: Message, *, bcc: bool = True) -> Iterator[bytes]:
    """Write a message piece by piece: attachments are encoded as the pieces are taken.

    Raises:
        As :func:`write` does, before the first piece.
    """
    return chunks_of(segments_of_message(message, bcc=bcc))


def segments_of_message(message: Message, *, bcc: bool) -> tuple[Segment, ...]:
    """Compose a message and the messages in it, innermost first: however deep they nest, nothing recurses."""
    done: dict[int, tuple[Segment, ...]] = {}
    started: set[int] = set()
    waiting = [message]
    while waiting:
        one = waiting[-1]
        inner = [] if _is_kept(one) else [a.message for a in one.attachments if a.message is not None]
        missing = [m for m in inner if id(m) not in done]
        if not missing:
            waiting.pop()
            done[id(one)] = _segments(one, bcc=bcc, segments_of=lambda inside: done[id(inside)])
        elif id(one) in started:
            raise UsageError("a message is attached to itself")
        else:
            started.add(id(one))
            waiting.extend(missing)
    return done[id(message)]


@attrs.frozen
class _Changes:
    """What differs from the source: header fields by what they depend on, and whether the body has to be composed."""

    keys: frozenset[BagKey | str]
    is_body_changed: bool


def _is_kept(message: Message) -> bool:
    """Whether the body goes out as it was read."""
    return message.source is not None and message.source.form == "mime" and not _changes(message).is_body_changed


def _changes(message: Message) -> _Changes:
    source = message.source
    assert source is not None
    keys: set[BagKey | str] = {tag.bag_key for tag in message.properties_set.changed()}
    if _named(message.reply_to) != _named(source.reply_to()):
        keys.add(REPLY_TO)
    is_body_changed = not keys.isdisjoint(_BODY)
    if message.has_changed_content:
        if _told(message.recipients) != _told(source.recipients()):
            keys.add(RECIPIENTS)
        kept = source.attachments()
        given = message.attachments
        is_body_changed = is_body_changed or (
            len(kept) != len(given)
            or any(one is not other for one, other in zip(kept, given, strict=True))
            or any(one.is_changed for one in given)
        )
    return _Changes(frozenset(keys), is_body_changed)


def _told(recipients: Sequence[Recipient]) -> list[tuple[int, str, str]]:
    return [(int(r.kind), r.address.typed, r.address.display_name) for r in recipients]


def _named(addresses: Sequence[Address]) -> list[tuple[str, str]]:
    return [(address.typed, address.display_name) for address in addresses]


def _segments(
    message: Message, *, bcc: bool, segments_of: Callable[[Message], tuple[Segment, ...]]
) -> tuple[Segment, ...]:
    source = message.source
    if source is None or source.form != "mime":
        return _put_together(_composed_fields(message, bcc=bcc), compose_body(message, segments_of))
    if not message.is_changed and bcc:
        return (source.octets,)
    changes = _changes(message)
    root = parse(source.octets, NO_LIMITS)
    replacements = _replacements(message, changes.keys)
    if not bcc:
        seen = {name for name in BLIND_FIELDS if root.header.raw(name) is not None}
        replacements.update(dict.fromkeys(seen | (BLIND_FIELDS & replacements.keys())))
    if not (changes.is_body_changed or replacements or message.own_headers):
        return (source.octets,)
    added = list(_added_fields(message, bcc=bcc))
    if not changes.is_body_changed:
        return (edited_header(root, replacements, added), source.octets[root.body_start :])
    fields = [*kept_fields(root, replacements, _CONTENT_FIELDS), *added]
    return _put_together((crlf_field(one) for one in fields), compose_body(message, segments_of))


_CONTENT_FIELDS = (b"content-", b"mime-version")


def _put_together(fields: Iterable[bytes], part: Part | None) -> tuple[Segment, ...]:
    header = b"".join(fields)
    if part is None:
        return (header + b"\r\n",)
    return (header + b"MIME-Version: 1.0\r\n" + part.fields + b"\r\n", *part.body)


def _composed_fields(message: Message, *, bcc: bool) -> Iterator[bytes]:
    """Write every field of a message that has no MIME header yet; a field that the application added replaces ours."""
    added = {header.name.lower().encode("utf-8", "replace") for header in message.own_headers}
    for own in OWN_FIELDS:
        written = None if own.name in added or (own.name in BLIND_FIELDS and not bcc) else own.write(message)
        if written is not None:
            yield written
    for name, written in named_fields(message, message.tags()):
        if written is not None and name not in added:
            yield written
    yield from _added_fields(message, bcc=bcc)


def _added_fields(message: Message, *, bcc: bool) -> Iterator[bytes]:
    for header in message.own_headers:
        if bcc or header.name.lower().encode("utf-8", "replace") not in BLIND_FIELDS:
            yield text_field(header.name, header.value)


def _replacements(message: Message, keys: frozenset[BagKey | str]) -> dict[bytes, bytes | None]:
    """Write the fields that depend on ``keys``; ``None`` for a field that goes away."""
    replacements = {own.name: own.write(message) for own in OWN_FIELDS if not own.depends_on.isdisjoint(keys)}
    replacements.update(named_fields(message, message.properties_set.changed()))
    return replacements
