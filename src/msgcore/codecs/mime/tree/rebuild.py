"""Building the octets of a tree from its parts."""

from __future__ import annotations

from collections.abc import Callable

from msgcore.codecs.mime.tree.entity import Entity

__all__ = ["line_end_of", "raw_body_of", "raw_header_of", "rebuild"]


def raw_header_of(entity: Entity) -> bytes:
    """Give the header as it stands; a blank line that is missing behind it is added, or the body could join it."""
    header = entity.raw_header
    if entity.has_blank_line:
        return header
    line_end = line_end_of(entity)
    is_open = bool(header) and not header.endswith(line_end[-1:])
    return header + line_end * (1 + is_open)


def raw_body_of(entity: Entity) -> bytes | None:
    """Give the body of a leaf; ``None`` for what is built from its children."""
    children = entity.children
    if not children or children[0].reading is not entity.reading:
        return entity.body
    return None


def rebuild(
    entity: Entity,
    header_of: Callable[[Entity], bytes] = raw_header_of,
    body_of: Callable[[Entity], bytes | None] = raw_body_of,
    comment_of: Callable[[bytes], bytes] = bytes,
    line_end: bytes | None = None,
) -> bytes:
    """Build the octets of a tree from its parts: headers, delimiters, children.

    ``header_of`` gives an entity's header with its blank line; ``body_of`` gives a body, or ``None`` to build it from
    the children. ``comment_of`` gives the text before the first and behind the last part, which readers ignore.
    ``line_end`` stands around delimiters; ``None``: the message's own. What is built parses to the same tree again.
    """
    pieces: list[bytes] = []
    waiting: list[Entity | bytes] = [entity]
    while waiting:
        item = waiting.pop()
        if isinstance(item, bytes):
            pieces.append(item)
            continue
        pieces.append(header_of(item))
        body = body_of(item)
        if body is not None:
            pieces.append(body)
        elif item.is_message:
            waiting.append(item.children[0])
        else:
            waiting.extend(reversed(_multipart_pieces(item, comment_of, line_end or line_end_of(item))))
    return b"".join(pieces)


def _multipart_pieces(entity: Entity, comment_of: Callable[[bytes], bytes], line_end: bytes) -> list[Entity | bytes]:
    octets, parts, delimiter = entity.reading.octets, entity.parts, entity.delimiter
    preamble = comment_of(octets[entity.body_start : parts.preamble_end])
    pieces: list[Entity | bytes] = [preamble, delimiter, line_end]
    before = line_end
    for number, child in enumerate(entity.children):
        if number:
            pieces.extend((before, delimiter, line_end))
        pieces.append(child)
        # A CR that ends a body must not become one line end with the LF of the delimiter.
        before = b"\r\n" if line_end == b"\n" and octets[child.end - 1 : child.end] == b"\r" else line_end
    pieces.extend((before, delimiter, b"--"))
    if not parts.is_closed and parts.epilogue_start < entity.end:
        pieces.append(line_end)
    pieces.append(comment_of(octets[parts.epilogue_start : entity.end]))
    return pieces


def line_end_of(entity: Entity) -> bytes:
    """Give the line end that the message uses, so that what is built does not mix them."""
    octets = entity.reading.octets
    end = octets.find(b"\n")
    if end < 0:
        return b"\r" if b"\r" in octets else b"\r\n"
    return b"\r\n" if octets[end - 1 : end] == b"\r" else b"\n"
