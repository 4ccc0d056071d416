"""Hostile messages of any size, in the order of the security reference; the last ones multiply two quantities."""

from __future__ import annotations

import base64
import random
from collections.abc import Callable

import attrs

__all__ = ["CASES", "Case"]


@attrs.frozen
class Case:
    """A kind of message, and the size n to begin with: octets, levels, parts or whatever is many in it."""

    name: str
    size: int
    make: Callable[[int], bytes]


_MIXED = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
_BLOCK = 250_000
"""Four of them stay below the limit of a header."""


def _nested(depth: int, boundary: Callable[[int], bytes], core: bytes = b"core") -> bytes:
    heads = (
        b"Content-Type: multipart/mixed; boundary=%b\r\n\r\n--%b\r\n" % (boundary(n), boundary(n)) for n in range(depth)
    )
    tail = b"".join(b"--%b--\r\n" % boundary(n) for n in reversed(range(depth)))
    return b"".join(heads) + b"\r\n" + core + b"\r\n" + tail


def _own_mark(level: int) -> bytes:
    return b"b%d." % level


def _field(name: bytes, value: bytes) -> bytes:
    return name + b": " + value + b"\r\n\r\nbody\r\n"


def _folded(name: bytes, piece: bytes, count: int) -> bytes:
    return _field(name, b"\r\n ".join([piece] * count))


def _typed(value: bytes, body: bytes = b"body\r\n") -> bytes:
    return b"Content-Type: " + value + b"\r\n\r\n" + body


def _text(charset: bytes, body: bytes) -> bytes:
    return _typed(b"text/plain; charset=" + charset, body)


def _html(body: bytes) -> bytes:
    return _typed(b"text/html; charset=utf-8", body)


def _encoded(encoding: bytes, body: bytes) -> bytes:
    return b"Content-Transfer-Encoding: " + encoding + b"\r\n\r\n" + body


def _wrapped(size: int) -> bytes:
    octets = b"Subject: core\r\n\r\n" + b"x" * size
    for _ in range(8):
        octets = b"Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\n" + base64.b64encode(octets)
    return octets


def _mutated(count: int) -> bytes:
    """Messages in one, each with a few random octets changed; the seed is fixed."""
    source = random.Random(22)
    core = _MIXED + b"--b\r\nSubject: =?utf-8?q?=C3=A5?=\r\n\r\nx\r\n" * 3
    whole = _nested(5, lambda n: b"x%d" % n, core)
    parts = [b"Content-Type: multipart/digest; boundary=digest\r\n\r\n"]
    for _ in range(count):
        octets = bytearray(whole)
        for _ in range(source.randrange(20)):
            octets[source.randrange(len(octets))] = source.randrange(256)
        parts.append(b"--digest\r\n\r\n" + octets + b"\r\n")
    return b"".join(parts)


def _parts(count: int) -> bytes:
    return _MIXED + b"--b\r\n\r\nx\r\n" * count


def _different_fields(count: int) -> bytes:
    return b"".join(b"X%d: y\r\n" % n for n in range(count)) + b"\r\n"


def _continuations(count: int) -> bytes:
    return _typed(b"a/b" + b"".join(b"; n*%d=x" % n for n in range(count)))


def _parameters(count: int) -> bytes:
    return _typed(b"a/b" + b"".join(b"; n%d=x" % n for n in range(count)))


def _spaces_before_colons(size: int) -> bytes:
    return b"A" + b" " * size + b"\r\n" + b"A" + b" " * size + b": x\r\n\r\n"


# Quantities that multiply


def _pictures(count: int, html: bytes) -> bytes:
    """HTML and pictures whose Content-IDs it may show."""
    picture = b"--b\r\nContent-Type: image/png\r\nContent-ID: <a%d>\r\n\r\nx\r\n"
    return (
        _MIXED.replace(b"mixed", b"related")
        + b"--b\r\nContent-Type: text/html\r\n\r\n"
        + html
        + b"\r\n"
        + b"".join([picture % n for n in range(count)])
    )


def _delivery_report(recipients: int) -> bytes:
    groups = b"".join(
        b"Final-Recipient: rfc822; a%d@b.test\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n" % n for n in range(recipients)
    )
    head = b"Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n"
    return head + b"--b\r\n\r\ntext\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n" + groups + b"--b--\r\n"


def _parts_with_types(count: int) -> bytes:
    return _MIXED + b"".join(b"--b\r\nContent-Type: a/b%d; name=c%d\r\n\r\nx\r\n" % (n, n) for n in range(count))


CASES = (
    Case("M01 multipart, levels", 24, lambda n: _nested(n, _own_mark)),
    Case("M01 multipart, levels beyond", 12_500, lambda n: _nested(n, _own_mark)),
    Case("M01 multipart, one boundary beyond", 12_500, lambda n: _nested(n, lambda _: b"b")),
    Case("M01 multipart, boundaries prefix of the next", 500, lambda n: _nested(n, lambda n: b"b" * (n % 60 + 1))),
    Case("M01 multipart, 99 levels around octets", _BLOCK, lambda n: _nested(99, _own_mark, b"x" * n)),
    Case("M01 multipart, 99 levels around lines", _BLOCK // 10, lambda n: _nested(99, _own_mark, b"--b\r\n" * n)),
    Case("M01 rfc822, levels", 24, lambda n: b"Content-Type: message/rfc822\r\n\r\n" * n),
    Case("M01 rfc822, levels beyond", 25_000, lambda n: b"Content-Type: message/rfc822\r\n\r\n" * n),
    Case("M01 rfc822, 8 levels of base64", _BLOCK, _wrapped),
    Case("M03 parts", 2_400, _parts),
    Case("M03 parts beyond", _BLOCK, lambda n: _MIXED + b"--b\r\n" * n),
    Case("M03 parts, each of a type of its own", 2_400, _parts_with_types),
    Case("M04 near misses", _BLOCK, lambda n: _MIXED + b"--bx\r\n" * n),
    Case("M04 long boundary", _BLOCK, lambda n: _typed(b"multipart/mixed; boundary=" + b"x" * n, b"--x")),
    Case(
        "M04 long boundary and its near misses",
        1_000,
        lambda n: _typed(b"multipart/mixed; boundary=" + b"-" * n, b"-" * 50 * n),
    ),
    Case("M06 NUL", 5_000_000, lambda n: b"A: b\r\n\r\n" + bytes(n)),
    Case("M06 0xFF", 5_000_000, lambda n: b"A: b\r\n\r\n" + b"\xff" * n),
    Case("M06 CR", 1_250_000, lambda n: b"\r" * n),
    Case("M06 LF", 1_250_000, lambda n: b"\n" * n),
    Case("M06 CR in a body", 1_250_000, lambda n: b"A: b\r\n\r\n" + b"\r" * n),
    Case("M06 lines of two octets", 400_000, lambda n: b"A: b\r\n\r\n" + b"ab\r\n" * n),
    Case("M06 no line end", 5_000_000, lambda n: b"x" * n),
    Case("M07 fields", 2_400, lambda n: b"X: y\r\n" * n + b"\r\n"),
    Case("M07 fields beyond", _BLOCK, lambda n: b"X: y\r\n" * n + b"\r\n"),
    Case("M07 different fields", 2_400, _different_fields),
    Case("M07 different fields beyond", 125_000, _different_fields),
    Case("M07 addresses", 20_000, lambda n: _folded(b"To", b"a@b.test,", n)),
    Case("M07 addresses with names", 10_000, lambda n: _folded(b"To", b'"A, B" <a@b.test>,', n)),
    Case("M07 address fields", 2_400, lambda n: b"To: a@b.test\r\n" * n + b"\r\n"),
    Case("M07 long field", _BLOCK, lambda n: _field(b"Subject", b"x" * n)),
    Case("M07 long field beyond", 5_000_000, lambda n: _field(b"Subject", b"x" * n)),
    Case("M07 folds", 60_000, lambda n: _folded(b"Subject", b"x", n)),
    Case("M07 folds beyond", _BLOCK, lambda n: _folded(b"Subject", b"x", n)),
    Case("M07 blank folds", 60_000, lambda n: _folded(b"Subject", b"", n)),
    Case("M07 long name", _BLOCK, lambda n: b"x" * n + b": y\r\n\r\n"),
    Case("M07 junk between fields", 2_400, lambda n: b"junk\r\nX-A: b\r\n" * n + b"\r\n"),
    Case("M07 junk between fields beyond", 75_000, lambda n: b"junk\r\nX-A: b\r\n" * n + b"\r\n"),
    Case("M07 spaces before a colon", 120_000, _spaces_before_colons),
    Case("M09 encoded words", 2_500, lambda n: _folded(b"Subject", b"=?utf-8?q?x?=", n)),
    Case("M09 encoded words beyond", 17_500, lambda n: _folded(b"Subject", b"=?utf-8?q?x?=", n)),
    Case(
        "M09 encoded words of two charsets", 1_250, lambda n: _folded(b"Subject", b"=?utf-8?b?w6U=?= =?big5?q?x?=", n)
    ),
    Case("M09 encoded words in To", 2_500, lambda n: _folded(b"To", b"=?utf-8?q?x?= <a@b.test>,", n)),
    Case("M09 =?", _BLOCK // 2, lambda n: _field(b"Subject", b"=?" * n)),
    Case("M09 words that do not end", 40_000, lambda n: _field(b"Subject", b"=?u?Q?" * n)),
    Case("M09 long word", _BLOCK, lambda n: _field(b"Subject", b"=?utf-8?q?" + b"x" * n)),
    Case("M10 long charset", _BLOCK, lambda n: _text(b"x" * n, b"body")),
    Case("M10 idna", _BLOCK, lambda n: _text(b"idna", b"a" * n)),
    Case("M10 punycode", _BLOCK // 4, lambda n: _text(b"punycode", b"a-b" * n)),
    Case("M11 zlib", 25_000, lambda n: _text(b"zlib_codec", b"x\x9c" * n)),
    Case("M12 iso-2022 escapes", 200_000, lambda n: _text(b"iso-2022-jp", b"\x1b$B" * n)),
    Case("M12 utf-7 pluses", _BLOCK, lambda n: _text(b"utf-7", b"+" * n)),
    Case("M13 continuations", 240, _continuations),
    Case("M13 continuations beyond", 22_500, _continuations),
    Case("M13 percent signs", 225_000, lambda n: _typed(b"a/b; n*=utf-8''" + b"%" * n)),
    Case("M14 semicolons", _BLOCK, lambda n: _typed(b"a/b" + b";" * n)),
    Case("M14 parameters", 240, _parameters),
    Case("M14 parameters beyond", 25_000, _parameters),
    Case("M14 open quotes", 25_000, lambda n: _typed(b'a/b; n="' * n)),
    Case("M14 open parentheses", 225_000, lambda n: _typed(b"a/b" + b"(" * n)),
    Case("M14 words without a value", 100_000, lambda n: _typed(b"a/b; n=x" + b" x" * n)),
    Case("M14 parentheses in To", 225_000, lambda n: _field(b"To", b"(" * n)),
    Case("M14 quotes in To", 225_000, lambda n: _field(b"To", b'"' * n)),
    Case("M14 backslashes in To", 225_000, lambda n: _field(b"To", b'"' + b"\\" * n)),
    Case("M14 commas in To", 225_000, lambda n: _field(b"To", b"," * n)),
    Case("M14 colons in To", 225_000, lambda n: _field(b"To", b"a:" * (n // 2))),
    Case("M14 angles in To", 225_000, lambda n: _field(b"To", b"<" * n)),
    Case("M14 brackets in To", 225_000, lambda n: _field(b"To", b"a@[" * (n // 3))),
    Case("M14 words in To", 100_000, lambda n: _field(b"To", b"a " * n)),
    Case("M14 route in To", 60_000, lambda n: _field(b"To", b"<" + b"@a," * n + b":x@y.test>")),
    Case("M16 padding inside", _BLOCK, lambda n: _encoded(b"base64", b"QQ==" * n)),
    Case("M16 base64", 2_500_000, lambda n: _encoded(b"base64", base64.encodebytes(bytes(n)))),
    Case("M16 junk", _BLOCK, lambda n: _encoded(b"base64", b"\xff-_" * n)),
    Case("M17 soft line breaks", _BLOCK, lambda n: _encoded(b"quoted-printable", b"=\r\n" * n)),
    Case("M17 equal signs", 2_500_000, lambda n: _encoded(b"quoted-printable", b"=" * n)),
    Case("M17 blanks", 750_000, lambda n: _encoded(b"quoted-printable", b" " * n + b"x \n")),
    Case("M17 uuencode", 125_000, lambda n: _encoded(b"x-uuencode", b"begin 644 x\n" + b"M" * 61 + b"\n" + b"!\n" * n)),
    Case("M17 uuencode in text, begins", 50_000, lambda n: b"A: b\r\n\r\n" + b"begin 644 x\r\n" * n),
    Case("M17 uuencode in text, begins and lines", 50_000, lambda n: b"A: b\r\n\r\n" + b"begin 644 x\r\n#86)C\r\n" * n),
    Case("M18 date of parentheses", 125_000, lambda n: _field(b"Date", b"(" * n)),
    Case("M18 date of digits", 225_000, lambda n: _field(b"Date", b"1" * n)),
    Case("M18 date of blanks", 100_000, lambda n: _field(b"Date", b"1 Jan" + b" \t" * n + b"x")),
    Case("M19 open message ids", 225_000, lambda n: _field(b"References", b"<" * n)),
    Case("M19 message ids", 30_000, lambda n: _folded(b"References", b"<a@b>", n)),
    Case("M22 mutations", 125, _mutated),
    Case("delivery report, recipients", 1_000, _delivery_report),
    Case(
        "delivery report, blank lines",
        100_000,
        lambda n: _delivery_report(1).replace(b"Action", b"\r\n" * n + b"Action"),
    ),
    Case("HTML, tags that do not end", _BLOCK, lambda n: _html(b"<a " * n)),
    Case("HTML, comments that do not end", _BLOCK // 4, lambda n: _html(b"<!--" * n)),
    Case("HTML, styles that do not end", _BLOCK // 4, lambda n: _html(b"<style>" * n)),
    Case("HTML, nested lists", _BLOCK // 10, lambda n: _html(b"<ul><li>" * n)),
    Case("HTML, ampersands", _BLOCK, lambda n: _html(b"&" * n)),
    Case("HTML, blanks", _BLOCK, lambda n: _html(b"a" + b" " * n + b"b")),
    Case("HTML, cid and as many pictures", 1_000, lambda n: _pictures(n, b"cid:b" * n)),
    Case("HTML, cid that all begin alike, and as many pictures", 1_000, lambda n: _pictures(n, b"cid:a1x" * n)),
    Case("HTML of 500 octets a picture", 1_000, lambda n: _pictures(n, b"x" * 500 * n)),
    Case("mbox separators", 50_000, lambda n: b"From a@b Thu Jan  1 00:00:00 1970\r\n" * n + b"A: b\r\n\r\n"),
)
