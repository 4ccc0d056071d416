"""Which parts of a message are its bodies and which its attachments (reference: [MS-OXCMAIL] section 2.2.3.3).

The first text part that is not marked as an attachment is the body; when it stands in a multipart/alternative, the
other kind of text in there is the second body. All else that is a leaf, or a message, is an attachment, in the order in
which it stands.
"""

from __future__ import annotations

from collections.abc import Iterator

import attrs

from msgcore.codecs.mime.tree.entity import Entity
from msgcore.codecs.mime.tree.shown import may_be_hidden
from msgcore.codecs.mime.tree.tnef_kind import may_hold_tnef

__all__ = ["Contents", "contents_of", "starts_with_attachment"]

_LARGE, _FIRST = 65_536, 16_384

_ALTERNATIVE = "multipart/alternative"


@attrs.define
class Contents:
    """The parts of a message by their part in it."""

    plain: Entity | None
    html: Entity | None
    attachments: tuple[Entity, ...]


def contents_of(root: Entity) -> Contents:
    """Sort the leaves of a tree; messages inside are leaves here."""
    if not root.is_multipart:
        return _contents_of_leaf(root)
    first = plain = html = frame = None
    attachments: list[Entity] = []
    for leaf, around in _leaves(root):
        is_text = _is_text(leaf)
        if is_text and first is None:
            first, frame = leaf, around
        elif not is_text or frame is None or around is not frame:
            attachments.append(leaf)
            continue
        if leaf.media_type == "text/html":
            if html is None:
                html = leaf
            else:
                attachments.append(leaf)
        elif plain is None:
            plain = leaf
        else:
            attachments.append(leaf)
    if plain is not None and _is_empty_rest(plain):
        plain = None
    return Contents(plain, html, tuple(attachments))


def starts_with_attachment(root: Entity) -> bool:
    """Say whether the header of one of the first parts of a large message makes it an attachment that nothing shows.

    So the end of a file of many megabytes need not be found to know that there is one.
    """
    if root.end - root.body_start < _LARGE:
        return False
    return any(_is_plain_attachment(part) for part in root.first_children(_FIRST))


def _is_plain_attachment(part: Entity) -> bool:
    is_leaf = part.has_blank_line and not part.has_junk and not part.is_multipart
    if not is_leaf or _is_text(part) or may_be_hidden(part):
        return False
    return not may_hold_tnef(part)  # in which there may be none


def _contents_of_leaf(root: Entity) -> Contents:
    if not _is_text(root):
        return Contents(None, None, (root,))
    if root.media_type == "text/html":
        return Contents(None, root, ())
    return Contents(None if _is_empty_rest(root) else root, None, ())


def _leaves(root: Entity) -> list[tuple[Entity, Entity | None]]:
    """Give the leaves in order, each with the outermost multipart/alternative that it stands in.

    A multipart inside with nothing in it is none.
    """
    found = root.children
    if not found:
        return [(root, None)]
    frame = root if root.media_type == _ALTERNATIVE else None
    leaves: list[tuple[Entity, Entity | None]] = []
    children = iter(found)
    waiting: list[tuple[Iterator[Entity], Entity | None]] = []
    while True:
        for child in children:
            if not child.is_multipart:
                leaves.append((child, frame))
            elif child.children:
                waiting.append((children, frame))
                children = iter(child.children)
                if frame is None and child.media_type == _ALTERNATIVE:
                    frame = child
                break
            elif child.body_start < child.end:
                leaves.append((child, frame))
        else:
            if not waiting:
                return leaves
            children, frame = waiting.pop()


def _is_text(leaf: Entity) -> bool:
    kind = leaf.content_type.kind
    if not kind.is_body and not (kind.is_other_text and leaf.is_whole_message):
        return False
    return leaf.header.disposition.value != "attachment"


def _is_empty_rest(leaf: Entity) -> bool:
    """Say whether a message has no body at all, rather than an empty text."""
    return leaf.is_whole_message and leaf.body_start == leaf.end and leaf.header.raw(b"content-type") is None
