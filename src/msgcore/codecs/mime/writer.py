"""Writing a message in its storage form.

What was read and not changed is written octet for octet. When only fields of the header changed, those are replaced and
all else stays as it was, the body too. Attachments are added and taken out in place (``edited_parts``). Otherwise the
body is composed anew; fields that nobody touched still stay. A message with a TNEF stream that belongs to it is
composed anew when anything changed: the stream says it all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import attrs

from msgcore.base.memo import Memo
from msgcore.codecs.mime.body_parts import Part, Segment, chunks_of, join_segments, size_of
from msgcore.codecs.mime.came_with import CONTENT_FIELDS, fields_over_header, header_of
from msgcore.codecs.mime.compose import Written, compose_body, part_of
from msgcore.codecs.mime.edited_parts import edited_parts
from msgcore.codecs.mime.mapping.own_fields import (
    OWN_FIELDS,
    RECIPIENTS,
    REPLY_TO,
    OwnField,
    fields_of_source,
    named_fields,
)
from msgcore.codecs.mime.source import MimeSource, came_with_stream
from msgcore.codecs.mime.syntax.fold import text_field
from msgcore.codecs.mime.syntax.transfer import Domain, domain_of
from msgcore.codecs.mime.tnef_part.composing import compose_with_tnef
from msgcore.codecs.mime.tree.editing import (
    BLIND_FIELDS,
    NO_LIMITS,
    body_without_blind_fields,
    crlf_field,
    edited_header,
    kept_fields,
)
from msgcore.codecs.mime.tree.entity import parse
from msgcore.codecs.mime.write_form import STORAGE, WriteForm
from msgcore.codecs.nested import messages_in, write_nested
from msgcore.model.address import Address
from msgcore.model.message import Message, check_message
from msgcore.model.recipient import Recipient
from msgcore.model.source import MessageSource
from msgcore.props.key import BagKey, PropertyKey
from msgcore.props.table import PidTagBody, PidTagHtml, PidTagInternetCodepage

__all__ = [
    "changed_fields",
    "chunks_in_form",
    "goes_as_read",
    "keeps_body",
    "segments_in_form",
    "size_when_written",
    "write",
    "write_chunks",
]

_BODY = {tag.bag_key for tag in (PidTagBody, PidTagHtml, PidTagInternetCodepage)}


def write(message: Message, *, bcc: bool = True, flowed: bool = False, tnef: bool | None = None) -> bytes:
    """Write a message as it is stored; without ``bcc`` the Bcc field is left out, also of attached messages.

    With ``flowed`` a text that is composed is written as format=flowed (RFC 3676), if it reads back the same. With
    ``tnef`` all properties go along: beside the plain text stands a TNEF stream, winmail.dat, in which no blind
    recipient is named; a message that came with one and was changed has one again, unless ``tnef`` is ``False``. An
    attachment that is a file which nobody has loaded is read now; that blocks. Without TNEF an OLE object goes out as a
    file of its octets.

    Raises:
        InjectionRefused: a value that becomes part of a header field holds CR, LF or NUL.
        NotLoaded: an attachment is larger than the load limit under which the message was loaded from its store.
        UsageError: it is no message; a named property is no header field; a message is attached to itself; the file of
            an attachment cannot be read any more, or has changed its size.
    """
    return join_segments(segments_in_form(message, _form(message, bcc=bcc, flowed=flowed, tnef=tnef)))


def write_chunks(
    message: Message, *, bcc: bool = True, flowed: bool = False, tnef: bool | None = None
) -> Iterator[bytes]:
    """Write a message piece by piece, of some 40 KB or as they are in memory.

    Attachments are encoded as the pieces are taken, and files that nobody has loaded are read then, a block at a time;
    that blocks.

    Raises:
        InjectionRefused: a value that becomes part of a header field holds CR, LF or NUL.
        NotLoaded: an attachment is larger than the load limit under which the message was loaded from its store.
        UsageError: as :func:`write` raises it; all but what is wrong with a file shows before the first piece.
    """
    return chunks_in_form(message, _form(message, bcc=bcc, flowed=flowed, tnef=tnef))


def _form(message: Message, *, bcc: bool, flowed: bool, tnef: bool | None) -> WriteForm:
    check_message(message)
    if tnef is None:
        tnef = message.is_changed and came_with_stream(message)
    is_usual = bcc and not flowed and not tnef
    return STORAGE if is_usual else WriteForm(bcc=bcc, flowed=flowed, tnef=tnef)


def chunks_in_form(message: Message, form: WriteForm) -> Iterator[bytes]:
    return chunks_of(segments_in_form(message, form))


def segments_in_form(message: Message, form: WriteForm) -> tuple[Segment, ...]:
    return _write_all(message, form).segments


def size_when_written(message: Message, *, bcc: bool = True) -> int:
    """Say how many octets :func:`write` gives; no file is read and no attachment encoded for that.

    Raises:
        InjectionRefused: a value that becomes part of a header field holds CR, LF or NUL.
        NotLoaded: an attachment is larger than the load limit under which the message was loaded from its store.
        UsageError: as :func:`write` raises it.
    """
    check_message(message)
    return size_of(_write_all(message, WriteForm(bcc=bcc)).segments)


def _write_all(message: Message, form: WriteForm) -> Written:
    """Compose a message and the messages in it."""
    # RFC 6532 section 3.7: a message/rfc822 has no UTF-8 in its header fields, where it can be helped.
    inner_form = attrs.evolve(form, utf8=False, tnef=False) if form.utf8 or form.tnef else form

    def write_one(one: Message, written: Callable[[Message], Written]) -> Written:
        return _written(one, form if one is message else inner_form, written)

    def messages_to_write(one: Message) -> list[Message]:
        if _is_kept(one, form) or (form.tnef and one is message):
            return []
        return messages_in(one)

    return write_nested(message, write_one, messages_to_write)


@attrs.frozen
class _Changes:
    """What differs from the source: header fields by what they depend on, and whether the body has to be composed."""

    keys: frozenset[BagKey | str]
    is_body_changed: bool


def _is_kept(message: Message, form: WriteForm) -> bool:
    """Whether the body goes out as it was read."""
    source = message.source
    if source is None or source.form != "mime":
        return False
    if isinstance(source, MimeSource) and source.joined is not None:
        return not message.is_changed and (form.bcc or not source.joined.names_blind)
    return not _changes(message).is_body_changed


def keeps_body(message: Message) -> bool:
    """Say whether the body of a message is that which it was read with as MIME."""
    return _is_kept(message, STORAGE)


def changed_fields(message: Message) -> frozenset[str]:
    """Name the fields, in lower case, of which the header that a message came with no longer tells the truth.

    In a form of Outlook's the header is what once came: of its fields only Content-Type, which MIME is made of, counts,
    and what was taken away, which would come back.
    """
    source = message.source
    if source is None or not message.is_changed:
        return frozenset()
    changes = _changes(message)
    changed = [own for own in OWN_FIELDS if not own.depends_on.isdisjoint(changes.keys)]
    if source.form != "mime":
        changed = [own for own in changed if own.write(message, False) is None]
    names = {own.name.decode() for own in changed}
    return frozenset(names | {"content-type"} if changes.is_body_changed else names)


def goes_as_read(message: Message, source: MessageSource, *, tnef: bool) -> bool:
    """Say whether a message that was read from MIME goes to a next hop in its octets, but for fields of its header."""
    if message.is_changed:
        return False
    joined = source.joined if isinstance(source, MimeSource) else None
    return not tnef if joined is None else not joined.names_blind


def _changes(message: Message) -> _Changes:
    source = message.source
    assert source is not None
    keys: set[BagKey | str] = {tag.bag_key for tag in message.properties_set.changed()}
    if _named(message.reply_to) != _named(source.reply_to()):
        keys.add(REPLY_TO)
    is_body_changed = not keys.isdisjoint(_BODY)
    if message.has_changed_content:
        told, told_before = _told(message.recipients), _told(source.recipients())
        if told != told_before:
            keys.update(key for kind, key in RECIPIENTS.items() if _of_kind(kind, told) != _of_kind(kind, told_before))
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


def _of_kind(kind: int, told: Sequence[tuple[int, str, str]]) -> list[tuple[int, str, str]]:
    return [one for one in told if one[0] == kind]


def _named(addresses: Sequence[Address]) -> list[tuple[str, str]]:
    return [(address.typed, address.display_name) for address in addresses]


def _written(message: Message, form: WriteForm, written: Callable[[Message], Written]) -> Written:
    source = message.source
    if source is None or source.form != "mime":
        return _composed(message, form, written)
    if not message.is_changed and form.bcc and not form.tnef:
        return _kept(source.octets)
    is_joined = came_with_stream(message)
    if (is_joined and not _is_kept(message, form)) or (form.tnef and not is_joined):
        return _composed(message, form, written)
    changes = _changes(message)
    root = parse(source.octets, NO_LIMITS)
    replacements = _replacements(message, changes.keys, form)
    if not form.bcc:
        seen = {name for name in BLIND_FIELDS if root.header.raw(name) is not None}
        replacements.update(dict.fromkeys(seen | (BLIND_FIELDS & replacements.keys())))
    body = source.octets[root.body_start :] if form.bcc else body_without_blind_fields(root)
    if not (changes.is_body_changed or replacements or message.own_headers):
        return _kept(source.octets[: root.body_start], body)
    added = _added_fields(message, form)
    if not changes.is_body_changed:
        return _kept(edited_header(root, replacements, added), body)
    fields = [crlf_field(one) for one in (*kept_fields(root, replacements, CONTENT_FIELDS), *added)]
    edited = None
    if changes.keys.isdisjoint(_BODY):
        edited = edited_parts(message, root, form, lambda one: part_of(one, form, written))
    return _put_together(fields, compose_body(message, form, written) if edited is None else edited)


def _composed(message: Message, form: WriteForm, written: Callable[[Message], Written]) -> Written:
    """Write a message anew, but for fields of a header that it came with."""
    root = header_of(message)
    if root is None:
        fields = _composed_fields(message, form)
    else:
        fields = fields_over_header(root, message, form, _changes(message).keys) + _added_fields(message, form)
    if not form.tnef:
        return _put_together(fields, compose_body(message, form, written))
    correlator, part = compose_with_tnef(message, form)
    return _put_together([*fields, correlator], part)


def _kept(*octets: bytes) -> Written:
    """What was read goes out as it is: any octets."""
    return Written(octets, lambda: domain_of(b"".join(octets)))


def _put_together(fields: list[bytes], part: Part | None) -> Written:
    if part is not None:
        fields += (b"MIME-Version: 1.0\r\n", part.fields)
    header = b"".join((*fields, b"\r\n"))
    domain = Domain.SEVEN_BIT if part is None or part.domain is None else part.domain
    body = () if part is None else part.body
    return Written((header, *body), lambda: max(domain, domain_of(header)))


def _composed_fields(message: Message, form: WriteForm) -> list[bytes]:
    """Write every field of a message that has no MIME header yet; a field that the application added replaces ours."""
    added = {header.name.lower().encode("utf-8", "replace") for header in message.own_headers}
    tags = message.tags()
    fields: list[bytes | None] = [
        own.write(message, form.utf8)
        for own in _fields_for(message, tags)
        if own.name not in added and (form.bcc or own.name not in BLIND_FIELDS)
    ]
    named = named_fields(message, tags, utf8=form.utf8)
    fields += [field for name, field in named if name not in added]
    return [*filter(None, fields), *_added_fields(message, form)]


def _fields_for(message: Message, tags: Sequence[PropertyKey]) -> Sequence[OwnField]:
    """Give the fields that there can be."""
    if message.source is not None:
        return fields_of_source(tags)
    return _FIELDS_FOR[tuple([key for tag in tags if (key := tag.bag_key) in _NUMBERS])]


def _fields_of_keys(keys: tuple[BagKey, ...]) -> Sequence[OwnField]:
    numbers = set(_ALWAYS)
    for key in keys:
        numbers.update(_NUMBERS[key])
    return [OWN_FIELDS[number] for number in sorted(numbers)]


def _numbers_of(key: BagKey | str) -> tuple[int, ...]:
    return tuple(number for number, own in enumerate(OWN_FIELDS) if key in own.depends_on)


_ALWAYS = tuple(number for key in (*RECIPIENTS.values(), REPLY_TO) for number in _numbers_of(key))
_NUMBERS = {key: _numbers_of(key) for own in OWN_FIELDS for key in own.depends_on}
# Messages set the same few properties.
_FIELDS_FOR = Memo(_fields_of_keys, 200)


def _added_fields(message: Message, form: WriteForm) -> list[bytes]:
    return [
        text_field(header.name, header.value, utf8=form.utf8)
        for header in message.own_headers
        if form.bcc or header.name.lower().encode("utf-8", "replace") not in BLIND_FIELDS
    ]


def _replacements(message: Message, keys: frozenset[BagKey | str], form: WriteForm) -> dict[bytes, bytes | None]:
    """Write the fields that depend on ``keys``; ``None`` for a field that goes away."""
    replacements = {
        own.name: own.write(message, form.utf8) for own in OWN_FIELDS if not own.depends_on.isdisjoint(keys)
    }
    replacements.update(named_fields(message, message.properties_set.changed(), utf8=form.utf8))
    return replacements
