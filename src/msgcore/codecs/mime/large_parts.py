"""The large attachments of a message: where their bodies stand, and the message without those bodies.

What is left when they are cut out is the message's skeleton. It reads as the message does, but for their content.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

import attrs

from msgcore.codecs.mime.syntax.base64_lines import lines_of_base64
from msgcore.codecs.mime.syntax.transfer import decode_base64, decode_base64_start, decode_content, has_long_line
from msgcore.codecs.mime.tree.entity import Entity, parse
from msgcore.codecs.mime.tree.tnef_kind import may_hold_tnef
from msgcore.codecs.mime.tree.view import MimeView

__all__ = ["LONGEST_LINE", "LargePart", "cut_out", "large_parts", "parts_at"]

LONGEST_LINE = 32_768
"""Quoted-printable with a longer line is not cut: a line has to be held to be decoded."""

_NEEDS_THE_WHOLE = frozenset({"x-uuencode", "uuencode", "x-uue"})


@attrs.frozen
class LargePart:
    """The body of an attachment in the octets of its message, from ``start`` to ``end``.

    ``path`` is the number of the attachment; of one in an attached message that one's number, and then its own, and so
    on. ``encoding`` is ``"base64"``, ``"quoted-printable"`` or empty: as it is. ``size_octets`` is the size of the
    content. Where base64 stands in lines that are all alike, ``line_octets`` is their length without the line end, and
    ``line_end_octets`` the length of that; else both are 0.
    """

    path: tuple[int, ...]
    start: int
    end: int
    encoding: str
    size_octets: int
    line_octets: int = 0
    line_end_octets: int = 0


def large_parts(octets: bytes, least_octets: int) -> tuple[LargePart, ...]:
    """Find the attachments whose bodies have at least so many octets and can be decoded piece by piece.

    They are in the order in which they stand.

    Raises:
        LimitExceeded: the message is larger than the usual limit.
    """
    found: list[LargePart] = []
    for path, entity in _attachments(parse(octets)):
        is_leaf = not entity.is_multipart and not entity.is_message
        if is_leaf and entity.end - entity.body_start >= least_octets:
            part = _large_part(path, entity)
            if part is not None:
                found.append(part)
    return tuple(sorted(found, key=lambda part: part.start))


def cut_out(octets: bytes, parts: Sequence[LargePart]) -> bytes | None:
    """Give a message's skeleton; ``None`` when it would not read as the message does."""
    ends = [0, *(end for part in parts for end in (part.start, part.end)), len(octets)]
    skeleton = b"".join([octets[start:end] for start, end in list(pairwise(ends))[::2]])
    return skeleton if _outline(skeleton) == [_moved(one, parts) for one in _outline(octets)] else None


def parts_at(skeleton: bytes, places: Sequence[int]) -> dict[int, tuple[int, ...]]:
    """Say which attachments have their bodies at those places of a skeleton, where nothing is left of them.

    A place where the empty body of none stands is left out.
    """
    wanted = set(places)
    return {
        entity.body_start: path
        for path, entity in _attachments(parse(skeleton))
        if entity.body_start == entity.end and entity.body_start in wanted and not entity.is_multipart
    }


def _attachments(root: Entity) -> Iterator[tuple[tuple[int, ...], Entity]]:
    """Give the attachments with their paths, those in attached messages too, where these stand as they are."""
    for path, view in _messages(root):
        for number, entity in enumerate(view.contents.attachments):
            yield (*path, number), entity


def _messages(root: Entity) -> Iterator[tuple[tuple[int, ...], MimeView]]:
    waiting: list[tuple[tuple[int, ...], Entity]] = [((), root)]
    while waiting:
        path, message = waiting.pop()
        view = MimeView(message)
        if any(map(may_hold_tnef, view.contents.attachments)):
            continue  # attachments that are in the octets of another count among its own
        yield path, view
        for number, entity in enumerate(view.contents.attachments):
            inner = entity.message
            # One that was encoded has offsets of its own.
            if inner is not None and inner.reading is root.reading:
                waiting.append(((*path, number), inner))


_Outline = tuple[tuple[int, ...], str, int, int]


def _outline(octets: bytes) -> list[_Outline]:
    """Say what stands where: for each body and attachment its path, kind, start and end."""
    outline: list[_Outline] = []
    for path, view in _messages(parse(octets)):
        outline += [(path, "plain", body.body_start, body.end) for body in view.contents.texts]
        html = view.contents.html
        if html is not None:
            outline.append((path, "html", html.body_start, html.end))
        for number, entity in enumerate(view.contents.attachments):
            outline.append(((*path, number), entity.media_type, entity.body_start, entity.end))
    return outline


def _moved(one: _Outline, parts: Sequence[LargePart]) -> _Outline:
    path, kind, start, end = one
    return path, kind, _shifted(start, parts), _shifted(end, parts)


def _shifted(offset: int, parts: Sequence[LargePart]) -> int:
    return offset - sum(max(0, min(part.end, offset) - part.start) for part in parts)


def _large_part(path: tuple[int, ...], entity: Entity) -> LargePart | None:
    start, end, encoding = entity.body_start, entity.end, entity.transfer_encoding
    octets = entity.reading.octets
    if encoding == "base64":
        return _in_base64(path, octets, start, end)
    if encoding == "quoted-printable":
        body = octets[start:end]
        if not _has_uniform_lines(body):
            return None
        return LargePart(path, start, end, encoding, len(decode_content(body, encoding)))
    return None if encoding in _NEEDS_THE_WHOLE else LargePart(path, start, end, "", end - start)


def _in_base64(path: tuple[int, ...], octets: bytes, start: int, end: int) -> LargePart | None:
    lines = lines_of_base64(octets, start, end)
    if lines is not None:
        return LargePart(path, start, end, "base64", lines.size_octets, lines.line_octets, lines.line_end_octets)
    content = decode_base64(octets, start=start, end=end)
    # Where padding in the middle does not end it, it is decoded as a whole only.
    if decode_base64_start(octets[start:end].partition(b"=")[0]) != content:
        return None
    return LargePart(path, start, end, "base64", len(content))


def _has_uniform_lines(body: bytes) -> bool:
    """Say whether lines decode one by one as they do together: their ends are alike, and none is too long."""
    pairs = body.count(b"\r\n")
    is_uniform = pairs == body.count(b"\r") and pairs in {0, body.count(b"\n")}
    return is_uniform and not has_long_line(body, LONGEST_LINE)
