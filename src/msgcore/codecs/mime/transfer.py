"""Content-Transfer-Encoding (RFC 2045 section 6): decoding that loses nothing it can have, and encoding."""

from __future__ import annotations

import binascii
import re
import struct
from collections.abc import Iterator

from msgcore.codecs.mime.tolerated import Note, ignore

__all__ = [
    "IDENTITIES",
    "base64_chunks",
    "decode_base64",
    "decode_content",
    "encode_base64",
    "encode_quoted_printable",
    "has_long_line",
    "is_mostly_ascii",
    "normalise_line_ends",
]

IDENTITIES = frozenset({"", "7bit", "8bit", "binary"})

_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_NOT_ALPHABET = bytes(set(range(256)) - set(_ALPHABET))
_SEVEN_BIT = bytes(range(128))
_WHITE = b" \t\r\n"
_BLANKS_AT_LINE_END = re.compile(rb"(?<![ \t])[ \t]+(?=\n)")
_BAD_ESCAPE = re.compile(rb"=(?![0-9A-Fa-f]{2}|\n|\Z)")

_LINE = 57  # octets that make a base64 line of 76
_BLOCK_LINES = 512
_BLOCK = struct.Struct("76s" * _BLOCK_LINES)


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


def decode_base64(octets: bytes, note: Note = ignore) -> bytes:
    """Decode base64: what is outside the alphabet is skipped, the first padding ends it, a cut end counts."""
    try:
        decoded = binascii.a2b_base64(octets)
    except binascii.Error:
        note("base64-truncated", "base64 whose length is wrong")
        data = octets.partition(b"=")[0].translate(None, _NOT_ALPHABET)
        if len(data) % 4 == 1:
            data = data[:-1]
        return binascii.a2b_base64(data + b"=" * (-len(data) % 4))
    if note is not ignore:
        _note_base64(octets, note)
    return decoded


def _note_base64(octets: bytes, note: Note) -> None:
    data, padding, rest = octets.partition(b"=")
    if padding and rest.translate(None, _WHITE + b"="):
        note("base64-after-padding", "octets behind the padding of base64")
    if data.translate(None, _ALPHABET + _WHITE):
        note("base64-alphabet", "octets outside the base64 alphabet")


def _decode_quoted_printable(octets: bytes, note: Note) -> bytes:
    """Decode quoted-printable: literal line ends become LF, blanks before them fall away (RFC 2045 section 6.7)."""
    if b"\r" in octets:
        octets = octets.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    if b" \n" in octets or b"\t\n" in octets:
        octets = _BLANKS_AT_LINE_END.sub(b"", octets)
    if note is not ignore and _BAD_ESCAPE.search(octets):
        note("quoted-printable-escape", "= that starts no escape")
    return binascii.a2b_qp(octets)


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
    """Encode in lines of 76 with CRLF, some 38 KB a chunk; the last line has its line end, too."""
    size = _LINE * _BLOCK_LINES
    whole = len(octets) - len(octets) % size
    for start in range(0, whole, size):
        encoded = binascii.b2a_base64(octets[start : start + size], newline=False)
        yield b"\r\n".join(_BLOCK.unpack(encoded)) + b"\r\n"
    for start in range(whole, len(octets), _LINE):
        yield binascii.b2a_base64(octets[start : start + _LINE], newline=False) + b"\r\n"


def encode_base64(octets: bytes) -> bytes:
    return b"".join(base64_chunks(octets))


def encode_quoted_printable(octets: bytes) -> bytes:
    """Encode text whose line ends are CRLF, and which has no other CR or LF, in lines of at most 76."""
    encoded = binascii.b2a_qp(octets.replace(b"\r\n", b"\n"))
    return encoded.replace(b"\n", b"\r\n")


def is_mostly_ascii(octets: bytes) -> bool:
    """Say whether quoted-printable is shorter than base64: fewer than one octet in six is not ASCII."""
    return len(octets.translate(None, _SEVEN_BIT)) * 6 < len(octets)


def normalise_line_ends(octets: bytes) -> bytes:
    """Make every line end CRLF: a bare CR and a bare LF become one each."""
    crlf = octets.count(b"\r\n")
    if crlf == octets.count(b"\n") == octets.count(b"\r"):
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
