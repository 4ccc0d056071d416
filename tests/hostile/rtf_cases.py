"""Hostile RTF: the cases F05 to F07 and F12 of the security reference, and the job that each is given, in a child.

``python -m tests.hostile.rtf_cases`` serves them.
"""

from __future__ import annotations

import random
import struct
from collections.abc import Callable, Mapping

from msgcore.base.octets import Limits
from msgcore.codecs.rtf import check_compressed, check_rtf, decompress, encapsulate_html, html_of, text_of
from msgcore.errors import LimitExceeded
from tests.hostile.forks import serve

_SMALL = Limits(total_octets=16_000_000)


def _compressed(contents: bytes, raw_octets: int = 10) -> bytes:
    return struct.pack("<II4sI", len(contents) + 12, raw_octets, b"LZFu", 0) + contents


def _references(octets: int, back: int) -> bytes:
    """Nothing but references of 17 octets, each ``back`` octets back, and never the end mark."""
    period = 4096  # of 17 octets each: then the ring is where it was
    places = (207 + 17 * count - back & 4095 for count in range(period))
    words = [struct.pack(">H", place << 4 | 15) for place in places]
    steps = b"".join(b"\xff" + b"".join(words[start : start + 8]) for start in range(0, period, 8))
    return _compressed(steps * (octets // len(steps)))


def read_compressed(octets: bytes) -> None:
    decompress(octets)
    check_compressed(octets)


def expect_limit(octets: bytes) -> None:
    try:
        decompress(octets, _SMALL)
    except LimitExceeded:
        return
    raise AssertionError("no limit")


def read_rtf(octets: bytes) -> None:
    text_of(octets)
    rtf = b"{\\rtf1\\ansi\\fromhtml1 " + octets
    html_of(rtf)
    check_rtf(rtf)


def write_html(octets: bytes) -> None:
    html = octets.decode()
    assert html_of(encapsulate_html(html)) == html


def mutate(octets: bytes) -> None:
    source = random.Random(7)
    for _ in range(2_000):
        changed = bytearray(octets)
        for _ in range(source.randint(1, 30)):
            changed[source.randrange(len(changed))] = source.choice(b"{}\\'u0 \r\xff")
        read_rtf(bytes(changed[: source.randrange(len(changed))]))


Job = Callable[[bytes], None]

_TYPICAL = encapsulate_html("<p class='x'>a &amp; b é 日 😀 </p>\r\n" * 10)

CASES: Mapping[str, tuple[Job, Callable[[], bytes]]] = {
    "F05 literals without an end": (read_compressed, lambda: _compressed(bytes(4_000_000))),
    "F05 ends at once": (read_compressed, lambda: _compressed(b"\x01\x0c\xf0" * 1_000_000)),
    "F05 sizes of 4 GiB": (read_compressed, lambda: struct.pack("<II4sI", 2**32 - 1, 2**32 - 1, b"LZFu", 0)),
    "F05 stored, of 4 GiB": (read_compressed, lambda: struct.pack("<II4sI", 2**32 - 1, 2**32 - 1, b"MELA", 0)),
    "F06 all that 4 MB give": (read_compressed, lambda: _references(4_000_000, back=17)),
    "F06 more than the limit": (expect_limit, lambda: _references(3_000_000, back=2_000)),
    "F06 references to themselves": (read_compressed, lambda: _references(200_000, back=1)),
    "F07 groups": (read_rtf, lambda: b"{" * 1_000_000),
    "F07 groups that end": (read_rtf, lambda: b"{" * 100_000 + b"}" * 100_000),
    "F07 groups that never began": (read_rtf, lambda: b"}" * 250_000),
    "F07 empty documents": (read_rtf, lambda: b"{}" * 100_000),
    "F07 destinations": (read_rtf, lambda: b"{\\*\\x" * 100_000),
    "F07 destinations that end": (read_rtf, lambda: b"{\\*\\x}" * 50_000),
    "F07 fragments": (read_rtf, lambda: b"{\\*\\htmltag64 " * 60_000),
    "F07 fragments that end": (read_rtf, lambda: b"{\\*\\htmltag64 \\'e4}\\'e4" * 25_000),
    "F07 pictures in pictures": (read_rtf, lambda: b"{\\pict" * 100_000),
    "F07 font tables": (read_rtf, lambda: b"{\\fonttbl\\f1\\fcharset128" * 50_000),
    "F07 fonts": (read_rtf, lambda: b"{\\fonttbl" + b"{\\f1\\fcharset128 x;}" * 50_000 + b"}"),
    "F07 fonts to and fro": (read_rtf, lambda: b"{\\fonttbl\\f1\\fcharset128}" + b"\\f1 \xe4\\f0 \xe4" * 50_000),
    "F07 binary of 4 GiB": (read_rtf, lambda: b"\\bin4294967295 " + b"x" * 250_000),
    "F07 binary of less than nothing": (read_rtf, lambda: b"\\bin-5 " * 100_000),
    "F07 binary of nothing": (read_rtf, lambda: b"\\bin0 " * 100_000),
    "F07 a milliard fallbacks": (read_rtf, lambda: b"\\uc999999999 " + b"\\u1 " * 100_000),
    "F07 fallbacks": (read_rtf, lambda: b"\\uc255 " + b"\\u1 " + b"?" * 100_000),
    "F07 units": (read_rtf, lambda: b"\\u8364?" * 100_000),
    "F07 halves": (read_rtf, lambda: b"\\u-10179?" * 100_000),
    "F07 bad units": (read_rtf, lambda: b"\\u99999999999999999999 " * 100_000),
    "F07 bad escapes": (read_rtf, lambda: b"\\'" * 250_000),
    "F07 escapes": (read_rtf, lambda: b"\\'e4" * 250_000),
    "F07 backslashes": (read_rtf, lambda: b"\\" * 500_001),
    "F07 a long word": (read_rtf, lambda: b"\\" + b"a" * 1_000_000),
    "F07 a long number": (read_rtf, lambda: b"\\f" + b"1" * 250_000),
    "F07 line ends": (read_rtf, lambda: b"{\r\n" + b"\r\n" * 250_000),
    "F07 short lines": (read_rtf, lambda: b"ab\n" * 250_000),
    "F07 hidden": (read_rtf, lambda: b"\\htmlrtf a\\v b" * 60_000),
    "F07 footnotes": (read_rtf, lambda: b"{\\footnote" * 60_000),
    "F07 rows": (read_rtf, lambda: b"\\cell\\row" * 60_000),
    "F12 mutations": (mutate, lambda: _TYPICAL),
    "HTML of open tags": (write_html, lambda: b"<a " * 60_000),
    "HTML of open comments": (write_html, lambda: b"<!--" * 60_000),
    "HTML of open styles": (write_html, lambda: b"<style></style " * 100_000),
    "HTML of references": (write_html, lambda: b"&amp;&lt" * 50_000),
}


def prepare(name: str) -> tuple[Callable[[], None], int]:
    job, made = CASES[name]
    octets = made()
    return lambda: job(octets), len(octets)


if __name__ == "__main__":
    read_rtf(b"{\\rtf1 warm}")
    write_html(b"<p>warm")
    read_compressed(_compressed(b""))
    serve(prepare)
