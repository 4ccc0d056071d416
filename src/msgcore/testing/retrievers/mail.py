"""Mail that waits for the suite: letters, and octets that a protocol of lines may spoil."""

from __future__ import annotations

from collections.abc import Mapping

from hypothesis import strategies as st

__all__ = ["AWKWARD", "FIVE_MEBIBYTES", "any_messages", "header_of", "letter", "letters"]

_HEADER = b"From: ann@a.test\r\nDate: Thu, 1 Jan 2026 08:00:00 +0000\r\nSubject: lines\r\n\r\n"

AWKWARD: Mapping[str, bytes] = {
    "leading dots": _HEADER + b".one\r\n..two\r\n...three\r\nend\r\n",
    "lone dots": _HEADER + b".\r\n.\r\n..\r\nend\r\n",
    "a lone dot at the end": _HEADER + b"end\r\n.\r\n",
    "a dot at first": b".From: ann@a.test\r\n\r\nend\r\n",
    "empty lines": _HEADER + b"\r\n\r\nend\r\n\r\n\r\n",
    "no end of the last line": _HEADER + b"end",
    "a dot and no end of the line": _HEADER + b"end\r\n.",
    "no body": b"Subject: no body\r\n\r\n",
    "no empty line": b"Subject: no empty line\r\n",
    "no header": b"\r\nno header\r\n",
    "8-bit": _HEADER + bytes(range(0x80, 0x100)) + b"\r\n" + "Grüße\r\n".encode(),
    "a long line": _HEADER + b"x" * 100_000 + b"\r\nend\r\n",
    "words of a protocol": _HEADER + b"+OK\r\n-ERR no\r\nQUIT\r\n* OK\r\n)\r\n{5}\r\nFrom here\r\n",
    "nothing": b"",
}

FIVE_MEBIBYTES = _HEADER + b"".join(b"%078d\r\n" % number for number in range(5 * 1_048_576 // 80))


def letter(number: int) -> bytes:
    """Write a letter that is like no other."""
    return (
        b"From: ann@a.test\r\nTo: bob@b.test\r\nDate: Thu, 1 Jan 2026 08:00:00 +0000\r\n"
        b"Subject: letter %d\r\nMessage-ID: <%d@a.test>\r\n\r\nDear Bob,\r\nthis is %s %d.\r\n"
        % (number, number, b"letter " * (number % 7), number)
    )


def letters(count: int) -> list[bytes]:
    return [letter(number) for number in range(1, count + 1)]


def header_of(octets: bytes) -> bytes:
    """Give the header of a message, without the empty line and without the end of its last line."""
    if octets.startswith(b"\r\n"):
        return b""
    return octets.partition(b"\r\n\r\n")[0].removesuffix(b"\r\n")


def any_messages() -> st.SearchStrategy[bytes]:
    """Draw messages of a header and any lines, among them many that begin with a dot."""
    octets = st.binary(max_size=40).map(lambda line: line.translate(None, b"\r\n\0"))
    lines = st.lists(st.sampled_from([b"", b".", b"..", b".x", b"+OK", b"From "]) | octets, max_size=12)
    return lines.map(lambda given: _HEADER + b"".join(line + b"\r\n" for line in given))
