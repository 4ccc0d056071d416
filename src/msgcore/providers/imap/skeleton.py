"""A large message without its large attachments: its own octets, but for those bodies, which are passed over.

The server says how large each body is. Where one begins is read from the octets, and that it is the one of which the
server speaks, and ends where it says, is seen from those at both ends. So what is left reads as the message does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import attrs

from msgcore.codecs.mime.large_parts import parts_at
from msgcore.codecs.mime.tree.entity import Entity, parse
from msgcore.providers.imap.even_body import END_OCTETS, EvenBody, even_body
from msgcore.providers.imap.folder_tree import Folder
from msgcore.providers.imap.front import Front, read_front
from msgcore.providers.imap.there import the_message
from msgcore.spi.limited import AttachmentPath
from msgcore.wire.imap.session import ImapSession
from msgcore.wire.imap.structure import BodyPart
from msgcore.wire.imap.uid_set import UidSet

__all__ = ["LARGE_PART_OCTETS", "LeftPart", "Skeleton", "fetch_behind", "fetch_skeleton"]

LARGE_PART_OCTETS = 64 * 1024
"""Attachments whose bodies are so large are left out."""

_MOST_LEFT_OUT = 100  # each costs a round trip,
_MOST_LEAVES_READ = 100_000  # a look at all leaves,
_MOST_OCTETS_READ = 512 << 20  # and at all octets that stay
_PART_OCTETS = 2_048  # what is expected to stand around a body


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
class _Large:
    """A large body: its number among the leaves of the message, and how it begins.

    Some ``octets_ahead`` stand between the large body before it and this one.
    """

    leaf: int
    part: LeftPart
    head: bytes
    octets_ahead: int


async def fetch_skeleton(
    session: ImapSession,
    folder: Folder,
    uid: int,
    beginning: bytes,
    size_octets: int | None = None,
    large_octets: int = LARGE_PART_OCTETS,
) -> Skeleton | None:
    """Fetch a message of the mailbox that is selected, without its large attachments; its first octets are had.

    ``size_octets`` is its size, if the server says it; ``large_octets`` is what makes a body large. ``None``: it has
    none, or is another than the server describes.

    Raises:
        ObjectDeleted: it is gone.
    """
    described = the_message(await session.fetch_all(UidSet.of([uid]), ["BODYSTRUCTURE"]), folder, uid)
    leaves = [] if described.structure is None else list(_described_leaves(described.structure))
    numbers = _large_leaves(leaves, large_octets)
    if not numbers:
        return None
    larges = await _with_ends(session, folder, uid, leaves, numbers)
    if larges is None:
        return None
    message = _Octets(session, uid, beginning)
    places: dict[int, LeftPart] = {}
    for large in larges:
        place = await _place(message, large)
        if place is None:
            return None
        message.cut(place, large.part.body_octets)
        places[place] = large.part
    # From the end on, some servers may give nothing, not even empty octets.
    if message.end != size_octets and not await message.fetch() and len(message.had) in places:
        return None  # what was cut may go beyond it
    return await _skeleton(session, uid, message.had, places)


def _described_leaves(part: BodyPart) -> Iterator[BodyPart]:
    if not part.parts:
        yield part
    for one in part.parts:
        yield from _described_leaves(one)


def _large_leaves(leaves: Sequence[BodyPart], large_octets: int) -> list[int]:
    """Give the numbers of the bodies to be left out: of many the largest."""
    if any(one.is_opaque for one in leaves):
        return []
    large = [number for number, one in enumerate(leaves) if _is_left_out(one, large_octets)]
    if not large:
        return []
    large.sort(key=lambda number: leaves[number].size_octets, reverse=True)
    sizes = [max(0, one.size_octets) for one in leaves]
    kept = sum(sizes) - sum(sizes[number] for number in large)
    most = min(_MOST_LEFT_OUT, _MOST_LEAVES_READ // len(leaves), 1 + _MOST_OCTETS_READ // (kept + 1))
    return sorted(large[:most])


def _is_left_out(part: BodyPart, large_octets: int) -> bool:
    if part.size_octets < large_octets or part.media_type in {"message", "multipart"}:
        return False
    return part.disposition == "attachment" or part.content_type not in {"text/plain", "text/html"}


async def _with_ends(
    session: ImapSession, folder: Folder, uid: int, leaves: Sequence[BodyPart], numbers: Sequence[int]
) -> list[_Large] | None:
    """Fetch how those bodies begin and end, which also tells their sizes where the description is not exact.

    ``None``: one of them does not end near where that says.
    """
    items: list[str] = []
    for number in numbers:
        section, size = leaves[number].section, leaves[number].size_octets
        items.append(f"BODY.PEEK[{section}]<0.{END_OCTETS}>")
        if size > END_OCTETS:
            items.append(f"BODY.PEEK[{section}]<{size - END_OCTETS}.{2 * END_OCTETS}>")
    fetch = the_message(await session.fetch_all(UidSet.of([uid]), items), folder, uid)
    found: list[_Large] = []
    last = 0
    for number in numbers:
        part = leaves[number]
        tail_start = max(0, part.size_octets - END_OCTETS)
        head = fetch.sections.get(f"BODY[{part.section}]<0>") or b""
        tail = fetch.sections.get(f"BODY[{part.section}]<{tail_start}>") or b""
        if not 0 < len(tail) < 2 * END_OCTETS:
            return None
        size = tail_start + len(tail)
        left = LeftPart(part.section, part.encoding, size, even_body(size, part.encoding, head, tail))
        between = leaves[last:number]
        ahead = sum(max(0, one.size_octets) for one in between) + _PART_OCTETS * (len(between) + 1)
        found.append(_Large(number, left, head, ahead))
        last = number + 1
    return found


async def fetch_behind(session: ImapSession, uid: int, start: int, octets: int | None = None) -> list[bytes]:
    """Fetch what is behind the first octets of a message, or so much of it; nothing, where nothing is.

    Raises:
        ObjectDeleted: it is gone.
    """
    pieces: list[bytes] = []
    await session.fetch_to(uid, "", pieces.append, start=start, octets=octets)
    return pieces


class _Octets:
    """The octets of a message as far as they are fetched, without those that were cut out."""

    def __init__(self, session: ImapSession, uid: int, beginning: bytes) -> None:
        self._session = session
        self._uid = uid
        self.end = len(beginning)
        self.had = beginning

    async def fetch(self, octets: int | None = None) -> bool:
        """Fetch so many more, or all; say whether there were any."""
        pieces = await fetch_behind(self._session, self._uid, self.end, octets)
        self.end += sum(map(len, pieces))
        self.had = b"".join([self.had, *pieces])
        return bool(pieces)

    def cut(self, place: int, octets: int) -> None:
        """Cut out so many octets at a place, and pass over those of them that are still to be fetched."""
        missing = max(0, place + octets - len(self.had))
        self.had = self.had[:place] + self.had[place + octets :]
        self.end += missing


async def _place(message: _Octets, large: _Large) -> int | None:
    """Find where a large body begins, in octets up to it at least; ``None``: it does not."""
    wanted = large.octets_ahead
    while True:
        starts = [one.body_start for one in _leaves(message.had)][large.leaf :]
        if starts and len(message.had) >= starts[0] + len(large.head):
            return starts[0] if message.had.startswith(large.head, starts[0]) else None
        if not await message.fetch(wanted):
            return None
        wanted *= 2


def _leaves(octets: bytes) -> Iterator[Entity]:
    """Give what has no other in it, as it stands in the octets."""
    root = parse(octets)
    for entity in root.walk():
        if entity.reading is root.reading and not any(one.reading is root.reading for one in entity.children):
            yield entity


async def _skeleton(session: ImapSession, uid: int, octets: bytes, places: Mapping[int, LeftPart]) -> Skeleton | None:
    """Give what is left, with those bodies that are no attachments in it."""
    empty = {one.body_start for one in _leaves(octets) if one.body_start == one.end}
    if not empty.issuperset(places):
        return None  # a body that the server describes does not end where that says
    paths = parts_at(octets, list(places))
    bodies = {place: await _body(session, uid, part) for place, part in places.items() if place not in paths}
    if bodies:
        octets, places = _put_back(octets, places, bodies)
        paths = parts_at(octets, list(places))
    front = read_front(octets)
    if not places or len(paths) < len(places) or front.patch is not None:
        return None
    return Skeleton(octets[front.size_octets :], front, {paths[place]: part for place, part in places.items()})


async def _body(session: ImapSession, uid: int, part: LeftPart) -> bytes:
    pieces: list[bytes] = []
    await session.fetch_to(uid, part.section, pieces.append)
    return b"".join(pieces)


def _put_back(
    octets: bytes, places: Mapping[int, LeftPart], bodies: Mapping[int, bytes]
) -> tuple[bytes, dict[int, LeftPart]]:
    """Put bodies in at their places; give the octets, and where the others are left out then."""
    pieces: list[bytes] = []
    moved: dict[int, LeftPart] = {}
    end = added = 0
    for place in sorted(places):
        pieces.append(octets[end:place])
        end = place
        if place in bodies:
            pieces.append(bodies[place])
            added += len(bodies[place])
        else:
            moved[place + added] = places[place]
    pieces.append(octets[end:])
    return b"".join(pieces), moved
