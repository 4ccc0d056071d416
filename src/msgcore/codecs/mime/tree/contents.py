"""Which parts of a message are its bodies and which its attachments (reference: [MS-OXCMAIL] section 2.2.3.3).

The first text part that is not marked as an attachment is the body; when it stands in a multipart/alternative, the
other kind of text in there is the second body. A plain text goes on with the texts beside it in a multipart/mixed that
have no file name, as mail programs show it (RFC 8621 section 4.1.4): somebody wrote around a picture, or a list added
its lines. HTML never goes on, for what one part leaves open would swallow the next (EFAIL). All else that is a leaf, or
a message, is an attachment, in the order in which it stands.
"""

from __future__ import annotations

from collections.abc import Iterator

import attrs

from msgcore.codecs.mime.tree.entity import Entity
from msgcore.codecs.mime.tree.shown import may_be_hidden
from msgcore.codecs.mime.tree.tnef_kind import may_hold_tnef

__all__ = ["Contents", "contents_of", "starts_with_attachment"]

_LARGE, _FIRST = 65_536, 16_384

_ALTERNATIVE, _MIXED, _PLAIN = "multipart/alternative", "multipart/mixed", "text/plain"


@attrs.define
class Contents:
    """The parts of a message by their part in it; ``more_plain`` is how the plain text goes on."""

    plain: Entity | None
    html: Entity | None
    attachments: tuple[Entity, ...]
    more_plain: tuple[Entity, ...] = ()

    @property
    def texts(self) -> tuple[Entity, ...]:
        """All of the plain text."""
        return () if self.plain is None else (self.plain, *self.more_plain)


def contents_of(root: Entity) -> Contents:
    """Sort the leaves of a tree; messages inside are leaves here."""
    if not root.is_multipart:
        return _contents_of_leaf(root)
    first = plain = html = frame = None
    attachments: list[Entity] = []
    others: list[Entity] = []
    for leaf, around in _leaves(root):
        is_text = _is_text(leaf)
        if is_text and first is None:
            first, frame = leaf, around
        elif not is_text or frame is None or around is not frame:
            attachments.append(leaf)
            if is_text:
                others.append(leaf)
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
            others.append(leaf)
    if plain is not None and _is_empty_rest(plain):
        plain = None
    more = _more_of(plain, others, root) if plain is not None and others else ()
    if more:
        found = {id(one) for one in more}
        attachments = [one for one in attachments if id(one) not in found]
    return Contents(plain, html, tuple(attachments), more)


def _more_of(plain: Entity, others: list[Entity], root: Entity) -> tuple[Entity, ...]:
    """Give those of the other texts with which the plain text goes on."""
    beside = {id(child) for mixed in _mixed_around(plain, root) for child in mixed.children}
    return tuple([one for one in others if one.media_type == _PLAIN and one.filename is None and id(one) in beside])


def _mixed_around(leaf: Entity, root: Entity) -> tuple[Entity, ...]:
    """Give the multiparts of different things that a leaf stands in, but for those that give it in other forms, too."""
    waiting: list[tuple[Entity, tuple[Entity, ...]]] = [(root, ())]
    while waiting:
        entity, around = waiting.pop()
        if entity is leaf:
            return around
        if entity.is_multipart:
            if entity.media_type == _MIXED:
                around = (*around, entity)
            elif entity.media_type == _ALTERNATIVE:
                around = ()
            waiting.extend([(child, around) for child in entity.children])
    return ()


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
