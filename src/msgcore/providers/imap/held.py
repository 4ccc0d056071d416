"""Attachments that are read piece by piece: what was fetched is held in temporary files without a name."""

from __future__ import annotations

import tempfile
import weakref
from collections.abc import Generator, Iterator
from contextlib import contextmanager

import attrs

from msgcore.base.line_ends import has_only_crlf
from msgcore.codecs.mime.large_parts import LONGEST_LINE
from msgcore.codecs.mime.syntax.transfer import decode_base64_start, decode_content, only_base64
from msgcore.errors import StoreFull
from msgcore.providers.imap.skeleton import LeftPart
from msgcore.runtime.abc import Lock

__all__ = ["BLOCK_OCTETS", "Download", "Held", "HeldKey", "HeldOnes", "TemporaryOctets", "decode"]

BLOCK_OCTETS = 1 << 18
_AHEAD_OCTETS = 1 << 20
_MOST_HELD = 8
_AS_IT_IS = frozenset({"", "7bit", "8bit", "binary"})

HeldKey = tuple[int, int, int]
"""The tag of the folder, the unique id, and the number of the attachment."""


class TemporaryOctets:
    """Octets in a temporary file, which goes with this object; for one thread at a time.

    Raises:
        StoreFull: there is no room for them.
    """

    def __init__(self) -> None:
        self.size_octets = 0
        with _on_the_disk():
            self._file = tempfile.TemporaryFile()  # noqa: SIM115  # open as long as this object lives
        weakref.finalize(self, self._file.close)

    def add(self, octets: bytes) -> None:
        self.put(self.size_octets, octets)

    def put(self, start: int, octets: bytes) -> None:
        """Write octets at a place, also behind the end."""
        with _on_the_disk():
            self._file.seek(start)
            self._file.write(octets)
        self.size_octets = max(self.size_octets, start + len(octets))

    def read(self, start: int, count: int) -> bytes:
        """Give so many octets from there on, as many as there are."""
        with _on_the_disk():
            self._file.seek(min(start, self.size_octets))
            return self._file.read(min(count, self.size_octets))

    def clear(self) -> None:
        with _on_the_disk():
            self._file.truncate(0)
        self.size_octets = 0

    def blocks(self, block_octets: int) -> Iterator[bytes]:
        for start in range(0, self.size_octets, block_octets):
            yield self.read(start, block_octets)


@attrs.define(eq=False)
class Held:
    """An attachment's content, which whoever has the ``lock`` reads and adds to.

    All of it is there, or, of a ``part`` that is read in ranges, what was read so far.
    """

    lock: Lock
    size_octets: int
    octets: TemporaryOctets = attrs.field(factory=TemporaryOctets)
    part: LeftPart | None = None
    _had: list[tuple[int, int]] = attrs.field(factory=list[tuple[int, int]], init=False)

    def put(self, start: int, octets: bytes) -> None:
        """Write octets at a place."""
        self.octets.put(start, octets)
        end = start + len(octets)
        apart = [one for one in self._had if one[1] < start or one[0] > end]
        near = [one for one in self._had if one not in apart]
        grown = (min([start, *(one[0] for one in near)]), max([end, *(one[1] for one in near)]))
        self._had = sorted([*apart, grown])

    def missing(self, start: int, end: int) -> tuple[int, int] | None:
        """Give the first range that is to be fetched, so that these octets are there; ``None``: they are.

        Who reads on from what is there already gets more than he asked for.
        """
        if self.part is None:
            return None
        place = next((last for first, last in self._had if first <= start < last), start)
        end = min(end, self.size_octets)
        if place >= end:
            return None
        is_read_on = any(last == place for _, last in self._had)
        after = min([self.size_octets, *(first for first, _ in self._had if first > place)])
        return place, min(after, end + _AHEAD_OCTETS if is_read_on else end)


@attrs.define
class Download:
    """A body on its way, as it is encoded: where it was cut, it is taken up again, if the message has its size still.

    ``body_octets`` are expected.
    """

    message_octets: int
    section: str
    encoding: str
    body_octets: int
    body: TemporaryOctets = attrs.field(factory=TemporaryOctets)


class HeldOnes:
    """The contents that were read last, and what came of those that were cut. For threads: each step is one change."""

    def __init__(self) -> None:
        self._held: dict[HeldKey, Held] = {}
        self._cut: dict[HeldKey, Download] = {}

    def held(self, key: HeldKey) -> Held | None:
        return self._held.get(key)

    def hold(self, key: HeldKey, content: Held) -> None:
        others = [(one, octets) for one, octets in self._held.items() if one != key]
        self._held = dict([*others[1 - _MOST_HELD :], (key, content)])

    def take_cut(self, key: HeldKey) -> Download | None:
        """Give what came of a body before it was cut; whoever takes it has it alone."""
        return self._cut.pop(key, None)

    def keep_cut(self, key: HeldKey, download: Download) -> None:
        others = [(one, other) for one, other in self._cut.items() if one != key]
        self._cut = dict([*others[1 - _MOST_HELD :], (key, download)])

    def forget(self, tag: int, uid: int) -> None:
        """Forget what is held of a message."""
        self._held = {key: one for key, one in self._held.items() if key[:2] != (tag, uid)}
        self._cut = {key: one for key, one in self._cut.items() if key[:2] != (tag, uid)}


class _NeedsTheWhole(Exception):
    """What is encoded so cannot be decoded piece by piece."""


def decode(body: TemporaryOctets, encoding: str, block_octets: int = BLOCK_OCTETS) -> TemporaryOctets:
    """Decode a body as it is decoded when the message is read, in constant memory but for what is out of the ordinary.

    Raises:
        StoreFull: there is no room for it.
    """
    if encoding in _AS_IT_IS:
        return body
    found = TemporaryOctets()
    try:
        for piece in _pieces(body, encoding, block_octets):
            found.add(piece)
    except _NeedsTheWhole:
        found.clear()
        found.add(decode_content(body.read(0, body.size_octets), encoding))
    return found


def _pieces(body: TemporaryOctets, encoding: str, block_octets: int) -> Iterator[bytes]:
    match encoding:
        case "base64":
            return _pieces_of_base64(body.blocks(block_octets))
        case "quoted-printable":
            return _pieces_of_quoted_printable(body.blocks(block_octets))
        case _:
            raise _NeedsTheWhole


def _pieces_of_base64(blocks: Iterator[bytes]) -> Iterator[bytes]:
    rest = b""
    for block in blocks:
        data, padding, behind = block.partition(b"=")
        text = rest + only_base64(data)
        if padding:
            if only_base64(behind) or any(map(only_base64, blocks)):
                raise _NeedsTheWhole
            yield decode_base64_start(text)
            return
        cut = len(text) // 4 * 4
        yield decode_base64_start(text[:cut])
        rest = text[cut:]
    yield decode_base64_start(rest)


def _pieces_of_quoted_printable(blocks: Iterator[bytes]) -> Iterator[bytes]:
    rest = b""
    for block in blocks:
        text = rest + block
        cut = text.rfind(b"\r\n") + 2 if b"\r\n" in text else 0
        yield _lines(text[:cut])
        rest = text[cut:]
        if len(rest) > max(LONGEST_LINE, len(block)):
            raise _NeedsTheWhole
    yield _lines(rest)


def _lines(text: bytes) -> bytes:
    if not has_only_crlf(text):
        raise _NeedsTheWhole
    return decode_content(text, "quoted-printable")


@contextmanager
def _on_the_disk() -> Generator[None]:
    try:
        yield
    except OSError as error:
        raise StoreFull(f"temporary file of an attachment: {error.strerror}") from error
