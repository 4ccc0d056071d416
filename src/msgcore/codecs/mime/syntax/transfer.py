"""Content-Transfer-Encoding (RFC 2045 section 6): decoding that loses nothing it can have, and encoding."""

from __future__ import annotations

import binascii
import enum
import importlib
import re
import struct
from collections.abc import Callable, Iterable, Iterator
from typing import cast

from msgcore.base.line_ends import has_only_crlf
from msgcore.codecs.mime.syntax.tolerated import Note, ignore

__all__ = [
    "BASE64_LINE_OCTETS",
    "BLOCK_OCTETS",
    "IDENTITIES",
    "Domain",
    "base64_chunks",
    "base64_engine",
    "decode_base64",
    "decode_base64_start",
    "decode_content",
    "decode_text",
    "domain_of",
    "encode_base64",
    "encode_base64_blocks",
    "encode_quoted_printable",
    "has_long_line",
    "is_mostly_ascii",
    "normalise_line_ends",
    "only_base64",
    "size_in_base64",
    "with_line_feeds",
]

IDENTITIES = frozenset({"", "7bit", "8bit", "binary"})


class Domain(enum.IntEnum):
    """What octets of a body may be (RFC 2045 section 2.7 to 2.9): the less, the more ways they can go."""

    SEVEN_BIT = 0
    EIGHT_BIT = 1
    BINARY = 2

    @property
    def label(self) -> str:
        """The name as a Content-Transfer-Encoding."""
        return ("7bit", "8bit", "binary")[self]


def domain_of(octets: bytes) -> Domain:
    """Say in which domain octets are as they stand: without NUL, bare CR or LF or a line over 998 octets, or binary."""
    is_text = _NUL not in octets and has_only_crlf(octets) and not has_long_line(octets)
    return Domain.BINARY if not is_text else Domain.SEVEN_BIT if octets.isascii() else Domain.EIGHT_BIT


_NUL, _CR, _LF = b"\0\r\n"  # as numbers, which are found many times faster than octets
_PADDING = b"= \t\r\n"
_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_NOT_ALPHABET = bytes(set(range(256)) - set(_ALPHABET))
_SEVEN_BIT = bytes(range(128))
_WHITE = b" \t\r\n"
_BARE_CR = re.compile(rb"\r(?!\n)")
_BLANKS_AT_LINE_END = re.compile(rb"(?<![ \t])[ \t]+(?=\n)")
# One that is not CRLF behind anything but a blank; an LF behind a blank.
_UNUSUAL_LINE_END, _UNUSUAL_LINE_FEED = re.compile(rb"\n(?<![^ \t]\r\n)"), re.compile(rb"\n(?<=[ \t]\n)")
_BAD_ESCAPE = re.compile(rb"=(?![0-9A-Fa-f]{2}|\r?\n|\Z)")

_LARGE = 65_536
_LINE = 57  # octets that make a base64 line of 76
BASE64_LINE_OCTETS = 76
"""The length of the lines that are written, without their line end."""

_MOST_LINES = 512
BLOCK_OCTETS = _LINE * _MOST_LINES
"""What is encoded at once; a file is read in such blocks."""
_LINES = [(count, struct.Struct("76s" * count)) for count in (512, 256, 128, 64, 32, 16, 8, 4, 2, 1)]


def decode_content(octets: bytes, encoding: str, note: Note = ignore) -> bytes:
    """Decode a body. An encoding that has no name here leaves the octets as they are, with a finding."""
    match encoding:
        case "" | "7bit" | "8bit" | "binary":
            return octets
        case "base64":
            return decode_base64(octets, note)
        case "quoted-printable":
            return _decode_quoted_printable(octets, note)
        case "x-uuencode" | "uuencode" | "x-uue":
            return _decode_uu(octets, note)
        case _:
            note("transfer-encoding-unknown", f"transfer encoding {encoding[:60]!r}")
            return octets


def decode_text(octets: bytes, encoding: str, note: Note = ignore) -> bytes:
    """Decode the body of a text in which CR and LF are octets of their own, with LF for every line end.

    A CR that was encoded is data and stays, but before an LF.
    """
    if encoding == "quoted-printable":
        decoded = _decode_quoted_printable(octets, note, line_end=b"\n")
        return with_line_feeds(decoded) if _CR in decoded else decoded
    is_as_it_stands = encoding in IDENTITIES
    decoded = octets if is_as_it_stands else decode_content(octets, encoding, note)
    if _CR not in decoded:
        return decoded
    decoded = with_line_feeds(decoded)
    return decoded.replace(b"\r", b"\n") if is_as_it_stands and _CR in decoded else decoded


def with_line_feeds(octets: bytes) -> bytes:
    """Make every CRLF an LF."""
    # To see that no CR stands alone, and to leave all of them out, is faster than to search for two octets.
    return octets.replace(b"\r\n", b"\n") if _BARE_CR.search(octets) else octets.replace(b"\r", b"")


def decode_base64(octets: bytes, note: Note = ignore, start: int = 0, end: int | None = None) -> bytes:
    """Decode base64: what is outside the alphabet is skipped, the first padding ends it, a cut end counts.

    Between ``start`` and ``end`` it is decoded without a copy of it being made.
    """
    try:
        decoded = _decode(octets, start, len(octets) if end is None else end)
    except binascii.Error:
        octets = octets[start:end]
        note("base64-truncated", "base64 whose length is wrong")
        return decode_base64_start(octets.partition(b"=")[0])
    if note is not ignore:
        _note_base64(octets[start:end], note)
    return decoded


def decode_base64_start(octets: bytes) -> bytes:
    """Decode base64 without padding, which may be cut anywhere; what is outside the alphabet is skipped."""
    data = only_base64(octets)
    if len(data) % 4 == 1:
        data = data[:-1]
    return binascii.a2b_base64(data + b"=" * (-len(data) % 4))


def only_base64(octets: bytes) -> bytes:
    """Leave out what is not of the base64 alphabet; the padding, too."""
    return octets.translate(None, _NOT_ALPHABET)


def _note_base64(octets: bytes, note: Note) -> None:
    data, padding, rest = octets.partition(b"=")
    if padding and rest.translate(None, _WHITE + b"="):
        note("base64-after-padding", "octets behind the padding of base64")
    if data.translate(None, _ALPHABET + _WHITE):
        note("base64-alphabet", "octets outside the base64 alphabet")


def _decode_quoted_printable(octets: bytes, note: Note, line_end: bytes | None = None) -> bytes:
    """Decode quoted-printable; blanks before literal line ends fall away (RFC 2045 section 6.7).

    Line ends stay as they are, or become ``line_end``; when they are of more than one kind, or CR alone, LF.
    """
    octets = _without_blanks_at_line_ends(octets, line_end)
    if note is not ignore and _BAD_ESCAPE.search(octets):
        note("quoted-printable-escape", "= that starts no escape")
    return binascii.a2b_qp(octets)


def _without_blanks_at_line_ends(octets: bytes, line_end: bytes | None) -> bytes:
    if _CR not in octets and _UNUSUAL_LINE_FEED.search(octets) is None:
        return octets
    if _UNUSUAL_LINE_END.search(octets) is None:
        lines = octets.replace(b"\r", b"")
        if len(octets) - len(lines) == _count_of_line_feeds(lines):
            return octets if line_end is None else lines
    found = b"\r\n" if b"\r\n" in octets else b"\n"
    if len(octets) <= _LARGE:  # the list of its lines is several times as large
        *pieces, last = octets.split(found)
        pieces = [piece.rstrip(b" \t") for piece in pieces]
        pieces.append(last)
        bare = b"".join(pieces) if _CR in octets else b""
        if _CR not in bare and _LF not in bare:
            return (line_end or found).join(pieces)
    normal = octets.replace(b"\r\n", b"\n")
    is_uniform = b"\r" not in normal and (found == b"\n" or octets.count(b"\n") == octets.count(b"\r\n"))
    normal = normal.replace(b"\r", b"\n")
    if b" \n" in normal or b"\t\n" in normal:
        normal = _BLANKS_AT_LINE_END.sub(b"", normal)
    return normal.replace(b"\n", line_end or found) if is_uniform else normal


def _count_of_line_feeds(octets: bytes) -> int:
    # To leave them out and see what is missing is faster, so long as a copy is small.
    return octets.count(b"\n") if len(octets) > _LARGE else len(octets) - len(octets.replace(b"\n", b""))


def _decode_uu(octets: bytes, note: Note) -> bytes:
    """Decode uuencoded lines. A line gives what its characters hold, whatever longer length it claims."""
    decoded: list[bytes] = []
    for line in octets.splitlines():
        if line.startswith(b"begin ") or not line:
            continue
        if line.strip() in {b"end", b"`"}:
            break
        claimed = (line[0] - 32) & 63
        held = (len(line) - 1) * 3 // 4
        try:
            # Encoders pad lines wrongly, too; what is behind the claimed length is left out.
            decoded.append(binascii.a2b_uu(line[: 1 + (claimed + 2) // 3 * 4])[:held])
        except binascii.Error:
            note("uuencode-malformed", "a line that is not uuencoded")
    return b"".join(decoded)


def base64_chunks(octets: bytes) -> Iterator[bytes]:
    """Encode in lines of 76 with CRLF, some 40 KB a chunk; the last line has its line end, too."""
    if len(octets) <= BLOCK_OCTETS:
        return iter((_encode_block(octets),) if octets else ())
    return encode_base64_blocks(octets[at : at + BLOCK_OCTETS] for at in range(0, len(octets), BLOCK_OCTETS))


def encode_base64_blocks(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """Encode content in blocks, each of which but the last has :data:`BLOCK_OCTETS`."""
    return map(_encode_block, blocks)


def _encode_block(octets: bytes) -> bytes:
    encoded = _encode(octets)
    at, left = 0, len(encoded) // 76
    pieces: list[bytes] = []
    for count, lines in _LINES:
        if left >= count:
            pieces.extend(lines.unpack_from(encoded, at))
            at += lines.size
            left -= count
    pieces.append(encoded[at:])
    if pieces[-1]:
        pieces.append(b"")
    return b"\r\n".join(pieces)


def size_in_base64(size_octets: int) -> int:
    """Say how many octets content has in base64, with its line ends."""
    lines, rest = divmod(size_octets, _LINE)
    return lines * 78 + ((rest + 2) // 3 * 4 + 2 if rest else 0)


def encode_base64(octets: bytes) -> bytes:
    return b"".join(base64_chunks(octets))


def encode_quoted_printable(octets: bytes) -> bytes:
    """Encode text whose line ends are LF, and which has no CR, in lines of at most 76 that end with CRLF."""
    return binascii.b2a_qp(octets).replace(b"\n", b"\r\n")


def is_mostly_ascii(octets: bytes) -> bool:
    """Say whether quoted-printable is shorter than base64: fewer than one octet in six is not ASCII."""
    return len(octets.translate(None, _SEVEN_BIT)) * 6 < len(octets)


def normalise_line_ends(octets: bytes) -> bytes:
    """Make every line end CRLF: a bare CR and a bare LF become one each."""
    if has_only_crlf(octets):
        return octets
    return octets.replace(b"\r\n", b"\n").replace(b"\r", b"\n").replace(b"\n", b"\r\n")


def has_long_line(octets: bytes, limit: int = 998) -> bool:
    """Say whether some line has more than ``limit`` octets before its CRLF or LF (RFC 5322 section 2.1.1)."""
    position, size = 0, len(octets)
    while size - position > limit:
        end = octets.rfind(b"\n", position, position + limit + 2)
        if end < 0 or (end == position + limit + 1 and octets[end - 1] != 0x0D):
            # Either no line end is near enough, or the nearest closes a line one octet too long.
            end = octets.rfind(b"\n", position, position + limit + 1)
            if end < 0:
                return True
        position = end + 1
    return False


# Base64 by the extra ``speed`` when it is there, else by the standard library


def _encode_slowly(octets: bytes) -> bytes:
    return binascii.b2a_base64(octets, newline=False)


def _decode_slowly(octets: bytes, start: int, end: int) -> bytes:
    return binascii.a2b_base64(memoryview(octets)[start:end])


def _decode_fast(octets: bytes, start: int, end: int) -> bytes:
    """Decode as binascii does. The fast decoder goes on behind padding in the middle; in all else they are alike."""
    at = octets.find(b"=", start, end)
    if at < 0 or not octets[at:end].strip(_PADDING):
        try:
            return _fast_b64decode(memoryview(octets)[start:end])
        except binascii.Error:
            pass
    return _decode_slowly(octets, start, end)


_encode: Callable[[bytes], bytes] = _encode_slowly
_decode: Callable[[bytes, int, int], bytes] = _decode_slowly
try:
    _pybase64 = importlib.import_module("pybase64")
except ImportError:
    base64_engine = "binascii"
else:
    base64_engine = "pybase64"
    _encode = cast("Callable[[bytes], bytes]", _pybase64.b64encode)
    _fast_b64decode = cast("Callable[[memoryview], bytes]", _pybase64.b64decode)
    _decode = _decode_fast
