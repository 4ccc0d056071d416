"""A large message without its large attachments: put together from what the server gives of its parts.

The header, the fields of each part and the small bodies are fetched, and set together with the boundaries between
them. That reads as the message does, but for what is left out; what was no attachment after all is fetched, too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import attrs

from msgcore.codecs.mime.large_parts import parts_at
from msgcore.codecs.mime.tree.entity import parse
from msgcore.providers.imap.even_body import END_OCTETS, EvenBody, even_body
from msgcore.providers.imap.folder_tree import Folder
from msgcore.providers.imap.front import Front, read_front
from msgcore.providers.imap.there import the_message
from msgcore.spi.limited import AttachmentPath
from msgcore.wire.imap.session import ImapSession
from msgcore.wire.imap.structure import BodyPart
from msgcore.wire.imap.uid_set import UidSet

__all__ = ["LARGE_PART_OCTETS", "LeftPart", "Skeleton", "fetch_skeleton"]

LARGE_PART_OCTETS = 64 * 1024
"""Attachments whose bodies are so large are left out."""

_STREAMED_OCTETS = 4 << 20  # what is larger does not come as one string
_MOST_PARTS = 10_000


@attrs.frozen
class LeftPart:
    """An attachment that was left out: where it is, how it is encoded, and how large it is so.

    ``even`` is how it can be read in ranges, if it looks as if it could.
    """

    section: str
    encoding: str
    body_octets: int
    even: EvenBody | None

    @property
    def size_octets(self) -> int:
        """Say how large it is decoded; only who decodes it knows for sure."""
        if self.even is not None:
            return self.even.size_octets
        return self.body_octets * 3 // 4 if self.encoding == "base64" else self.body_octets


@attrs.frozen
class Skeleton:
    """A message without what is in front of it, nor the bodies of what is ``left_out``; that is not empty."""

    octets: bytes
    front: Front
    left_out: Mapping[AttachmentPath, LeftPart]


@attrs.frozen
class _Get:
    """A header, or the fields of a part."""

    section: str


_Token = bytes | _Get | BodyPart
"""Octets as they are, what is fetched, or a part whose body is fetched if it is not left out."""


class _NotInParts(Exception):
    """The server's description of the message does not do."""


async def fetch_skeleton(
    session: ImapSession, folder: Folder, uid: int, beginning: bytes, large_octets: int = LARGE_PART_OCTETS
) -> Skeleton | None:
    """Fetch a message of the mailbox that is selected, without its large attachments.

    ``None``: it has none, or cannot be put together from its parts. Its first octets have its header as it is: what
    servers give as the header may lack lines that make no sense. ``large_octets`` is what makes a body large.

    Raises:
        ObjectDeleted: it is gone.
    """
    described = the_message(await session.fetch_all(UidSet.of([uid]), ["BODYSTRUCTURE"]), folder, uid)
    try:
        tokens = [] if described.structure is None else list(_tokens(described.structure, "HEADER", large_octets))
    except _NotInParts:
        return None
    left_out = {one.section: one for one in tokens if isinstance(one, BodyPart) and _is_left_out(one, large_octets)}
    if not left_out or len(tokens) > _MOST_PARTS:
        return None
    had = await _fetched(session, folder, uid, tokens, left_out)
    header = beginning[: parse(beginning).body_start]
    if len(header) == len(beginning):
        header = had["HEADER"]
    elif not set(had["HEADER"].splitlines()) <= set(header.splitlines()):
        return None  # the server takes for header what is read as parts
    front = read_front(header)
    if front.patch is not None:
        return None
    had["HEADER"] = header[front.size_octets :]
    octets, places = _put_together(tokens, left_out, had)
    paths = parts_at(octets, list(places))
    texts = [part for place, part in places.items() if place not in paths]
    if texts:
        for part in texts:
            del left_out[part.section]
            had[part.section] = await _body(session, uid, part.section)
        octets, places = _put_together(tokens, left_out, had)
        paths = parts_at(octets, list(places))
        if len(paths) < len(places):
            return None
    if not left_out:
        return None
    return Skeleton(octets, front, {paths[place]: _left_part(part, had) for place, part in places.items()})


def _tokens(part: BodyPart, header: str, large_octets: int) -> Iterator[_Token]:
    if part.is_opaque:
        raise _NotInParts
    yield _Get(header)
    if part.is_multipart:
        boundary = part.parameters.get("boundary")
        # Of one without delimiters, which is read as text, servers say that it has an empty part.
        if not boundary or not any(one.is_multipart or one.size_octets for one in part.parts):
            raise _NotInParts
        for one in part.parts:
            yield b"--" + boundary + b"\r\n"
            yield from _tokens(one, f"{one.section}.MIME", large_octets)
            yield b"\r\n"
        yield b"--" + boundary + b"--\r\n"
    elif part.parts and part.size_octets >= large_octets:
        yield from _tokens(part.parts[0], f"{part.section}.HEADER", large_octets)
    else:
        yield part


def _is_left_out(part: BodyPart, large_octets: int) -> bool:
    if part.size_octets < large_octets or part.media_type in {"message", "multipart"}:
        return False
    return part.disposition == "attachment" or part.content_type not in {"text/plain", "text/html"}


async def _fetched(
    session: ImapSession, folder: Folder, uid: int, tokens: Sequence[_Token], left_out: Mapping[str, BodyPart]
) -> dict[str, bytes]:
    """Fetch by section what is not left out, and of that the beginning and the end, as ``<`` and ``>`` before it."""
    items: dict[str, str] = {}
    streamed: list[str] = []
    for token in tokens:
        if isinstance(token, _Get):
            items[token.section] = f"BODY.PEEK[{token.section}]"
        elif isinstance(token, BodyPart) and token.section in left_out:
            last = max(0, token.size_octets - END_OCTETS)
            items["<" + token.section] = f"BODY.PEEK[{token.section}]<0.{END_OCTETS}>"
            items[">" + token.section] = f"BODY.PEEK[{token.section}]<{last}.{2 * END_OCTETS}>"
        elif isinstance(token, BodyPart) and 0 <= token.size_octets <= _STREAMED_OCTETS:
            items[token.section] = f"BODY.PEEK[{token.section}]"
        elif isinstance(token, BodyPart):
            streamed.append(token.section)
    fetch = the_message(await session.fetch_all(UidSet.of([uid]), list(items.values())), folder, uid)
    had = {name: fetch.sections.get(_said_as(item)) or b"" for name, item in items.items()}
    for section in streamed:
        had[section] = await _body(session, uid, section)
    return had


def _said_as(item: str) -> str:
    """Give what a server calls an item that it was asked for: of a range, where that begins."""
    name = item.replace(".PEEK", "")
    return name.rpartition(".")[0] + ">" if name.endswith(">") else name


async def _body(session: ImapSession, uid: int, section: str) -> bytes:
    pieces: list[bytes] = []
    await session.fetch_to(uid, section, pieces.append)
    return b"".join(pieces)


def _put_together(
    tokens: Sequence[_Token], left_out: Mapping[str, BodyPart], had: Mapping[str, bytes]
) -> tuple[bytes, dict[int, BodyPart]]:
    """Give the octets, and by their places in them the parts whose bodies are left out."""
    pieces: list[bytes] = []
    places: dict[int, BodyPart] = {}
    size = 0
    for token in tokens:
        if isinstance(token, BodyPart) and token.section in left_out:
            places[size] = token
            continue
        pieces.append(token if isinstance(token, bytes) else had[token.section])
        size += len(pieces[-1])
    return b"".join(pieces), places


def _left_part(part: BodyPart, had: Mapping[str, bytes]) -> LeftPart:
    even = even_body(part.size_octets, part.encoding, had["<" + part.section], had[">" + part.section])
    return LeftPart(part.section, part.encoding, part.size_octets, even)
