"""MIME messages that are right, built from a drawn tree, each with what a right reader finds in it.

Theory of operation: entities are drawn from the leaves up, as octets with LF for line ends. No CR stands in them: what
has one is encoded. A multipart gets its boundary last, when its parts are known, so that no line of theirs starts with
it (RFC 2046 section 5.1.1). At the very end every LF becomes the message's own line end.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator

import attrs
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from msgcore.testing.strategies.mime_fields import draw_field, draw_filename, draw_other_fields, draw_parameter
from msgcore.testing.strategies.mime_leaves import Leaf, draw_octets, draw_text

__all__ = ["MimeEntity", "MimeTree", "mime_trees"]


@attrs.frozen
class MimeEntity:
    """What a right reader finds in one entity.

    A leaf of ``text/*`` has a ``text``, its line ends LF; any other leaf its decoded ``content``. A multipart has its
    parts as ``children``, a message/rfc822 the message in it as its only child.
    """

    media_type: str
    text: str | None = None
    content: bytes | None = None
    filename: str | None = None
    children: tuple[MimeEntity, ...] = ()

    def walk(self) -> Iterator[MimeEntity]:
        """Give this entity and all below it, in the order in which they stand."""
        yield self
        for child in self.children:
            yield from child.walk()


@attrs.frozen
class MimeTree:
    """A right message: its ``octets``, the ``root`` of what stands in them, and the one kind of ``line_end``."""

    octets: bytes
    root: MimeEntity
    line_end: bytes


@attrs.frozen
class _Written:
    """An entity with how it is written: Content-Type (empty: left out), the other Content fields, the body."""

    entity: MimeEntity
    type_field: bytes
    fields: tuple[bytes, ...]
    body: bytes

    @property
    def octets(self) -> bytes:
        return b"".join((self.type_field, *self.fields, b"\n", self.body))


@st.composite
def mime_trees(draw: st.DrawFn, depth: int = 3, line_ends: tuple[bytes, ...] = (b"\r\n", b"\n", b"\r")) -> MimeTree:
    """Messages that keep every rule of MIME but for the kind of line end, with entities up to ``depth`` below the root.

    Multiparts of several subtypes, digests among them, with preambles and epilogues; message/rfc822; every transfer
    encoding; texts in a dozen charsets; file names plain, extended and in pieces; fields folded and in any case;
    boundaries with specials and of 60 characters. ``line_ends`` are those to choose from, one for a whole message.

    Not generated: what is right but disputed, such as message/partial, external bodies, UTF-16 text, encoded
    multiparts, and line ends of two kinds in one message. Most lack From and Date. For broken
    rules there is :func:`damaged_mime`.
    """
    written = draw(_messages(depth))
    line_end = draw(st.sampled_from(line_ends))
    octets = b"MIME-Version: 1.0\n" + written.octets
    return MimeTree(octets.replace(b"\n", line_end), written.entity, line_end)


_SUBTYPES = ["mixed", "alternative", "related", "signed", "report", "x-own"]
_KINDS = st.sampled_from(["text", "octets", "multipart", "message"])
_KINDS_OF_LEAF = st.sampled_from(["text", "octets"])
_MULTIPARTS = st.sampled_from([*_SUBTYPES, "digest"])
_FLAT_MULTIPARTS = st.sampled_from(_SUBTYPES)
_BOUNDARIES = st.sampled_from([b"b", b"bb", b"B", b"-", b"=_x", b"a b", b"'()+_,-./:=?", b"0" * 60])
_MARGINS = st.sampled_from([b"", b"--", b"a", b"text\n\n", b" --b\n", b"Subject: no\n"])
_PADDINGS = st.sampled_from([b"", b" ", b" \t"])
_FILENAMES = st.none() | st.text("aB1 .-_()';=å😀\\\"", min_size=1, max_size=12)
_DISPOSITIONS = st.sampled_from([b"attachment", b"inline"])
_YES_OR_NO = st.booleans()


@functools.cache
def _messages(depth: int) -> SearchStrategy[_Written]:
    """An entity with the fields of a message before its own."""
    return st.composite(_draw_message)(depth)


def _draw_message(draw: st.DrawFn, depth: int) -> _Written:
    fields = draw_other_fields(draw)
    entity = draw(_entities(depth))
    return attrs.evolve(entity, type_field=fields + entity.type_field)


@functools.cache
def _entities(depth: int) -> SearchStrategy[_Written]:
    return st.composite(_draw_entity)(depth)


def _draw_entity(draw: st.DrawFn, depth: int) -> _Written:
    match draw(_KINDS if depth else _KINDS_OF_LEAF):
        case "text":
            return _draw_name(draw, draw_text(draw))
        case "octets":
            return _draw_name(draw, draw_octets(draw))
        case "multipart":
            return _draw_multipart(draw, depth)
        case _:
            return _draw_around(draw, draw(_messages(depth - 1)))


def _draw_name(draw: st.DrawFn, leaf: Leaf) -> _Written:
    """Give a leaf a file name, or none."""
    name = draw(_FILENAMES)
    fields: tuple[bytes, ...] = (leaf.encoding_field,)
    if name is not None:
        tokens = [draw(_DISPOSITIONS), *draw_filename(draw, name)]
        fields = (draw_field(draw, b"Content-Disposition", tokens), *fields)
    return _Written(MimeEntity(leaf.media_type, leaf.text, leaf.content, name), leaf.type_field, fields, leaf.body)


def _draw_around(draw: st.DrawFn, message: _Written) -> _Written:
    """Put a message into a message/rfc822."""
    type_field = draw_field(draw, b"Content-Type", [b"message/rfc822"])
    entity = MimeEntity("message/rfc822", children=(message.entity,))
    return _Written(entity, type_field, _draw_identity(draw, message.octets), message.octets)


def _draw_identity(draw: st.DrawFn, octets: bytes) -> tuple[bytes, ...]:
    """Name the transfer encoding of what holds other entities; for 7 bits it may be left out."""
    if not octets.isascii():
        return (draw_field(draw, b"Content-Transfer-Encoding", [b"8bit"]),)
    return (draw_field(draw, b"Content-Transfer-Encoding", [b"7bit"]),) if draw(_YES_OR_NO) else ()


def _draw_multipart(draw: st.DrawFn, depth: int) -> _Written:
    subtype = draw(_MULTIPARTS if depth > 1 else _FLAT_MULTIPARTS)
    parts = draw(_several_digested(depth) if subtype == "digest" else _several(depth))
    preamble, epilogue = draw(_MARGINS), draw(_MARGINS)
    boundary = _unused(draw(_BOUNDARIES), [preamble, epilogue, *(part.octets for part in parts)])
    delimiter, padding = b"--" + boundary, draw(_PADDINGS)
    body = preamble + (b"\n" if preamble and not preamble.endswith(b"\n") else b"")
    for part in parts:
        body += delimiter + padding + b"\n" + part.octets + b"\n"
    body += delimiter + b"--" + padding + (b"\n" + epilogue if epilogue else b"")
    tokens = [b"multipart/" + subtype.encode(), draw_parameter(draw, b"boundary", boundary)]
    type_field = draw_field(draw, b"Content-Type", tokens)
    entity = MimeEntity(f"multipart/{subtype}", children=tuple(part.entity for part in parts))
    return _Written(entity, type_field, _draw_identity(draw, body), body)


@functools.cache
def _several(depth: int) -> SearchStrategy[list[_Written]]:
    return st.lists(_entities(depth - 1), min_size=1, max_size=3)


@functools.cache
def _several_digested(depth: int) -> SearchStrategy[list[_Written]]:
    return st.lists(st.composite(_draw_digested)(depth), min_size=1, max_size=3)


def _draw_digested(draw: st.DrawFn, depth: int) -> _Written:
    """Draw a message without a Content-Type around it, which is what a part of a digest is (RFC 2046 section 5.1.5)."""
    return attrs.evolve(_draw_around(draw, draw(_messages(depth - 2))), type_field=b"")


def _unused(boundary: bytes, pieces: list[bytes]) -> bytes:
    """Make a boundary longer until no line of the pieces starts with its delimiter."""
    lines = {line for piece in pieces for line in piece.split(b"\n") if line.startswith(b"--")}
    number = 0
    unused = boundary
    while any(line.startswith(b"--" + unused) for line in lines):
        unused = boundary + b"%d" % number
        number += 1
    return unused
