"""Attachments added to a message that was read, or taken out of it: all its other parts stay, to the last octet.

So what was signed in a part that nobody touched can be verified, and no field, charset or encoding of it is lost. A
part is cut out with a delimiter beside it. What is added stands at the end of the outermost multipart/mixed; around
any other message there is a new one. What does not read back as it was meant has to be composed anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

import attrs

from msgcore.codecs.mime.body_parts import Part, Segment, encoding_field, join_segments, multipart
from msgcore.codecs.mime.source import MimeSource
from msgcore.codecs.mime.syntax.transfer import Domain, domain_of
from msgcore.codecs.mime.tree.contents import Contents, contents_of
from msgcore.codecs.mime.tree.editing import NO_LIMITS, body_without_blind_fields, crlf_field, kept_fields
from msgcore.codecs.mime.tree.entity import Entity, parse
from msgcore.codecs.mime.write_form import WriteForm
from msgcore.model.attachment import Attachment
from msgcore.model.message import Message
from msgcore.model.shown import location_of
from msgcore.props.table import PidTagMessageClass

__all__ = ["edited_parts"]

_GROWING = frozenset({"multipart/mixed", "multipart/report"})
_SHRINKING = frozenset({"multipart/mixed", "multipart/related"})
_WHOLE = frozenset({"multipart/signed", "multipart/encrypted", "multipart/report"})
"""Multiparts of which every part counts."""

_OF_NO_PART = frozenset({b"content-length", b"content-class", b"content-language"})
"""About the message or about how it was stored, whatever they are called."""

_OF_LEAVES = frozenset({b"content-transfer-encoding", b"content-md5"})
"""About octets that are others once a part is added or cut out."""

_PLACEHOLDER = Part(b"Content-Type: application/octet-stream\r\nContent-Disposition: attachment\r\n", (b"x",))


def edited_parts(message: Message, root: Entity, form: WriteForm, part_of: Callable[[Attachment], Part]) -> Part | None:
    """Give the body of a message whose attachments alone have changed, or ``None`` where it has to be composed.

    ``root`` is what it was read from, ``part_of`` makes the part of an attachment that was added.
    """
    contents = contents_of(root)
    edit = _edit_of(message, contents)
    if edit is None or not _is_whole(root) or not _leaves_blind(root, form):
        return None
    cuts = list(_cuts(root, edit.removed))
    if len(cuts) != len(edit.removed):
        return None
    if not _reads_as_meant(root, cuts, contents, edit):
        return None
    return _put_together(root, cuts, [part_of(one) for one in edit.added])


@attrs.frozen
class _Edit:
    removed: frozenset[int]
    """The ``id`` of each part that is taken out."""
    added: tuple[Attachment, ...]


def _edit_of(message: Message, contents: Contents) -> _Edit | None:
    """Say what was taken out and added, when all else is as it was read and in its order."""
    source, given = message.source, message.attachments
    if not isinstance(source, MimeSource) or source.streams or source.files_in_text:
        return None
    kept, parts = source.attachments(), contents.attachments
    if len(kept) != len(parts) or message.properties_set.was_changed(PidTagMessageClass):
        return None
    place = {id(one): number for number, one in enumerate(kept)}
    stayed = [place[id(one)] for one in given if id(one) in place]
    added = given[len(stayed) :]
    is_in_order = all(one < other for one, other in pairwise(stayed))
    if not is_in_order or any(id(one) in place for one in added) or any(kept[number].is_changed for number in stayed):
        return None
    if contents.html is not None and any(one.content_id or location_of(one) for one in added):
        return None  # the HTML may show it
    left = set(stayed)
    return _Edit(frozenset(id(part) for number, part in enumerate(parts) if number not in left), added)


def _is_whole(root: Entity) -> bool:
    """Whether it is plain where the header ends, and no line ends with CR alone."""
    octets = root.reading.octets
    return root.has_blank_line and not root.has_junk and octets.count(b"\r") == octets.count(b"\r\n")


def _leaves_blind(root: Entity, form: WriteForm) -> bool:
    """Whether the body may go out as it is: no message in it names blind recipients whom nobody may see."""
    return form.bcc or body_without_blind_fields(root) == root.body


def _cuts(root: Entity, removed: frozenset[int]) -> Iterator[tuple[int, int]]:
    """Give what is cut out for each part that can be taken out, as offsets into the octets."""
    waiting = [root] if removed else []
    while waiting:
        entity = waiting.pop()
        if not entity.is_multipart or entity.media_type in _WHOLE:
            continue
        children = entity.children
        waiting.extend(children)
        kept = [number for number, child in enumerate(children) if id(child) not in removed]
        if entity.media_type not in _SHRINKING or not kept or not entity.parts.is_closed:
            continue
        for child, behind in pairwise(children[: kept[-1] + 1]):
            if id(child) in removed:
                yield child.start, behind.start
        for child, before in zip(children[kept[-1] + 1 :], children[kept[-1] :], strict=False):
            yield _delimiter_behind(before), _delimiter_behind(child)


def _delimiter_behind(part: Entity) -> int:
    """Say where the delimiter behind a part starts; behind an empty part no line end comes first."""
    octets, end = part.reading.octets, part.end
    return end + 2 if octets.startswith(b"\r\n", end) else end + octets.startswith(b"\n", end)


def _put_together(root: Entity, cuts: Sequence[tuple[int, int]], added: Sequence[Part]) -> Part | None:
    if not added:
        return _labelled(root, (_without(root, cuts, root.body_start, root.end),))
    if root.media_type not in _GROWING:
        whole = _labelled(root, (_without(root, cuts, root.body_start, root.end),))
        return multipart("mixed", [whole, *added])
    delimiter, children = root.delimiter, root.children
    segments = [segment for part in added for segment in part.segments]
    if not children or not root.parts.is_closed or any(delimiter in one for one in segments if isinstance(one, bytes)):
        return None
    end = _delimiter_behind(children[-1])
    body: list[Segment] = [_without(root, cuts, root.body_start, end)]
    for part in added:
        body += [b"%b\r\n" % delimiter, *part.segments, b"\r\n"]
    body.append(_without(root, cuts, end, root.end))
    return _labelled(root, tuple(body))


def _without(root: Entity, cuts: Sequence[tuple[int, int]], start: int, end: int) -> bytes:
    """Give the octets from ``start`` to ``end`` without what is cut out."""
    whole, pieces = root.reading.octets, list[bytes]()
    for cut, behind in sorted(cuts):
        if start <= cut < end:
            pieces.append(whole[start:cut])
            start = behind
    return b"".join([*pieces, whole[start:end]])


def _labelled(root: Entity, body: tuple[Segment, ...]) -> Part:
    """Give a body the Content fields that the message came with."""
    others = {name: None for name in root.header.names() if not name.startswith(b"content-")}
    is_composite = bool(root.children) and not root.is_message
    left_out = _OF_NO_PART | _OF_LEAVES if is_composite else _OF_NO_PART
    fields = b"".join(crlf_field(one) for one in kept_fields(root, {**others, **dict.fromkeys(left_out)}) if one)
    domain = max(domain_of(one) if isinstance(one, bytes) else Domain.SEVEN_BIT for one in body)
    if is_composite and domain > Domain.SEVEN_BIT:
        fields += encoding_field(domain.label)
    return Part(fields, body, domain)


def _reads_as_meant(root: Entity, cuts: Sequence[tuple[int, int]], before: Contents, edit: _Edit) -> bool:
    """Whether a trial is read as the parts that stayed, to the last octet, and as many more as were added."""
    trial = _put_together(root, cuts, [_PLACEHOLDER] * len(edit.added))
    if trial is None:
        return False
    octets = join_segments((trial.fields, b"\r\n", *trial.body))
    del trial  # which may be large
    found = contents_of(parse(octets, NO_LIMITS))
    stayed = [part for part in before.attachments if id(part) not in edit.removed]
    if len(found.attachments) != len(stayed) + len(edit.added) or len(found.texts) != len(before.texts):
        return False
    now, then = ((*one.texts, one.html) for one in (found, before))
    return all(map(_is_same, (*now, *found.attachments), (*then, *stayed)))


def _is_same(part: Entity | None, other: Entity | None) -> bool:
    if part is None or other is None:
        return part is other
    length = other.end - other.body_start
    return part.end - part.body_start == length and part.reading.octets.startswith(other.body, part.body_start)
