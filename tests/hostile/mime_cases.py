"""Hostile messages (cases M01 to M24 of the security reference), and the job that each must end within its bounds.

``python -m tests.hostile.mime_cases`` serves them.
"""

from __future__ import annotations

import base64
import contextlib
import copy
import random
from collections.abc import Callable

from msgcore.codecs import mime
from msgcore.errors import CapabilityMissing
from msgcore.model import Message, compare
from tests.hostile.forks import serve

_MIXED = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"


def _nested(depth: int, boundary: Callable[[int], bytes]) -> bytes:
    heads = (
        b"Content-Type: multipart/mixed; boundary=%b\r\n\r\n--%b\r\n" % (boundary(n), boundary(n)) for n in range(depth)
    )
    return b"".join(heads) + b"\r\ncore\r\n" + b"".join(b"--%b--\r\n" % boundary(n) for n in reversed(range(depth)))


def _field(name: bytes, value: bytes) -> bytes:
    return name + b": " + value + b"\r\n\r\nbody\r\n"


def _folded(name: bytes, pieces: list[bytes]) -> bytes:
    return _field(name, b"\r\n ".join(pieces))


def _encoded(encoding: bytes, body: bytes) -> bytes:
    return b"Content-Transfer-Encoding: " + encoding + b"\r\n\r\n" + body


def _mutated() -> bytes:
    """A few hundred messages in one, each with a few random octets changed; the seed is fixed."""
    source = random.Random(22)
    whole = _nested(5, lambda n: b"x%d" % n).replace(
        b"core", _MIXED + b"--b\r\nSubject: =?utf-8?q?=C3=A5?=\r\n\r\nx\r\n" * 3
    )
    parts = [b"Content-Type: multipart/digest; boundary=digest\r\n\r\n"]
    for _ in range(500):
        octets = bytearray(whole)
        for _ in range(source.randrange(20)):
            octets[source.randrange(len(octets))] = source.randrange(256)
        parts.append(b"--digest\r\n\r\n" + octets + b"\r\n")
    return b"".join(parts)


CASES: dict[str, Callable[[], bytes]] = {
    "M01 multipart depth 1000": lambda: _nested(1_000, lambda n: b"b%d." % n),
    "M01 multipart depth 50000": lambda: _nested(50_000, lambda n: b"b%d." % n),
    "M01 depth 50000, one boundary": lambda: _nested(50_000, lambda _: b"b"),
    "M01 depth 20000, each boundary a prefix of the next": lambda: _nested(2_000, lambda n: b"b" * (n % 60 + 1)),
    "M01 rfc822 depth 100000": lambda: b"Content-Type: message/rfc822\r\n\r\n" * 100_000,
    "M01 rfc822 in base64, depth 30": lambda: _wrapped(30),
    "M03 a million parts": lambda: _MIXED + b"--b\r\n" * 1_000_000,
    "M04 a million near misses": lambda: _MIXED + b"--bx\r\n" * 1_000_000,
    "M04 boundary of a megabyte": lambda: (
        b"Content-Type: multipart/mixed; boundary=" + b"x" * 1_000_000 + b"\r\n\r\n--x"
    ),
    "M06 20 MB of NUL": lambda: b"A: b\r\n\r\n" + bytes(20_000_000),
    "M06 20 MB of 0xFF": lambda: b"A: b\r\n\r\n" + b"\xff" * 20_000_000,
    "M06 5 MB of CR": lambda: b"\r" * 5_000_000,
    "M06 5 MB of LF": lambda: b"\n" * 5_000_000,
    "M06 20 MB without a line end": lambda: b"x" * 20_000_000,
    "M07 a million header fields": lambda: b"X: y\r\n" * 1_000_000 + b"\r\n",
    "M07 a million different fields": lambda: b"".join(b"X%d: y\r\n" % n for n in range(500_000)) + b"\r\n",
    "M07 200000 addresses": lambda: _folded(b"To", [b"a@b.test,"] * 200_000),
    "M07 a header of 20 MB": lambda: _field(b"Subject", b"x" * 20_000_000),
    "M07 a million folds": lambda: _folded(b"Subject", [b"x"] * 1_000_000),
    "M07 a name of 10 MB": lambda: b"x" * 10_000_000 + b": y\r\n\r\n",
    "M07 a million lines of junk": lambda: b"junk\r\nX-A: b\r\n" * 300_000 + b"\r\n",
    "M07 spaces before a colon": lambda: b"A" + b" " * 900_000 + b"\r\n" + b"A" + b" " * 900_000 + b": x\r\n\r\n",
    "M09 200000 encoded words": lambda: _folded(b"Subject", [b"=?utf-8?q?x?="] * 70_000),
    "M09 =? a million times": lambda: _field(b"Subject", b"=?" * 500_000),
    "M09 words that do not end": lambda: _field(b"Subject", b"=?u?Q?" * 160_000),
    "M09 one word of a megabyte": lambda: _field(b"Subject", b"=?utf-8?q?" + b"x" * 1_000_000),
    "M10 a charset name of a megabyte": lambda: _field(b"Content-Type", b"text/plain; charset=" + b"x" * 1_000_000),
    "M10 idna": lambda: _field(b"Content-Type", b"text/plain; charset=idna") + b"a" * 1_000_000,
    "M10 punycode": lambda: _field(b"Content-Type", b"text/plain; charset=punycode") + b"a-b" * 300_000,
    "M11 zlib": lambda: _field(b"Content-Type", b"text/plain; charset=zlib_codec") + b"x\x9c" * 100_000,
    "M12 iso-2022 escapes": lambda: _field(b"Content-Type", b"text/plain; charset=iso-2022-jp") + b"\x1b$B" * 800_000,
    "M12 utf-7 pluses": lambda: _field(b"Content-Type", b"text/plain; charset=utf-7") + b"+" * 1_000_000,
    "M13 100000 continuations": lambda: _field(
        b"Content-Type", b"a/b" + b"".join(b"; n*%d=x" % n for n in range(90_000))
    ),
    "M13 percent signs": lambda: _field(b"Content-Type", b"a/b; n*=utf-8''" + b"%" * 900_000),
    "M14 semicolons": lambda: _field(b"Content-Type", b"a/b" + b";" * 1_000_000),
    "M14 100000 parameters": lambda: _field(b"Content-Type", b"a/b" + b"".join(b"; n%d=x" % n for n in range(100_000))),
    "M14 open quotes": lambda: _field(b"Content-Type", b'a/b; n="' * 100_000),
    "M14 open parentheses": lambda: _field(b"Content-Type", b"a/b" + b"(" * 900_000),
    "M14 words without a value": lambda: _field(b"Content-Type", b"a/b; n=x" + b" x" * 400_000),
    "M14 parentheses in To": lambda: _field(b"To", b"(" * 900_000),
    "M14 quotes in To": lambda: _field(b"To", b'"' * 900_000),
    "M16 base64 with padding inside": lambda: _encoded(b"base64", b"QQ==" * 1_000_000),
    "M16 base64 of 14 MB": lambda: _encoded(b"base64", base64.encodebytes(bytes(10_000_000))),
    "M16 base64 of junk": lambda: _encoded(b"base64", b"\xff-_" * 1_000_000),
    "M17 soft line breaks": lambda: _encoded(b"quoted-printable", b"=\r\n" * 1_000_000),
    "M17 equal signs": lambda: _encoded(b"quoted-printable", b"=" * 10_000_000),
    "M17 blanks": lambda: _encoded(b"quoted-printable", b" " * 3_000_000 + b"x \n"),
    "M17 uuencode": lambda: _encoded(b"x-uuencode", b"begin 644 x\n" + b"M" * 61 + b"\n" + b"!\n" * 500_000),
    "M18 date of parentheses": lambda: _field(b"Date", b"(" * 500_000),
    "M18 date of digits": lambda: _field(b"Date", b"1" * 900_000),
    "M18 date of blanks": lambda: _field(b"Date", b"1 Jan" + b" \t" * 400_000 + b"x"),
    "M19 message ids": lambda: _field(b"References", b"<" * 900_000),
    "M21 a partial message of a milliard": lambda: b"Content-Type: message/partial; total=1000000000\r\n\r\nx",
    "M22 mutations": _mutated,
    "M21 pictures that refer to each other's names": lambda: (
        _MIXED
        + b"--b\r\nContent-Type: text/html\r\n\r\n"
        + b"cid:aa " * 20_000
        + b"\r\n--b\r\nContent-Id: <a>\r\n\r\nx" * 9_000
    ),
    "M17 uuencode that never ends": lambda: b"A: b\r\n\r\n" + b"begin 644 x\r\n#86)C\r\n" * 50_000,
}


def _wrapped(depth: int) -> bytes:
    octets = b"Subject: core\r\n\r\n"
    for _ in range(depth):
        octets = b"Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\n" + base64.b64encode(octets)
    return octets


def job(octets: bytes) -> None:
    """Read, ask for everything, check, write back, change, and bring into the wire form."""
    message = mime.read(octets)
    _ask(message)
    assert compare(message, message) == ()
    mime.check(octets)
    assert mime.write(message) == octets
    message.subject = "changed"
    mime.write(message)
    with contextlib.suppress(CapabilityMissing):  # an answer that the caller can act on
        mime.octets_for_wire(octets, allow_8bit=False, allow_utf8=False)
    copy.copy(message)
    del message


def _ask(message: Message) -> None:
    for tag in message.tags():
        message.get(tag)  # type: ignore[call-overload]  # the keys of a bag carry no value type
    assert isinstance(repr(message), str)
    assert len(message.headers) + len(message.recipients) + len(message.reply_to) >= 0
    for attachment in message.attachments:
        assert len(attachment.data) + len(attachment.filename or "") >= 0
    mime.read_delivery_report(message)


def prepare(name: str) -> tuple[Callable[[], None], int]:
    octets = CASES[name]()
    return lambda: job(octets), len(octets)


if __name__ == "__main__":
    job(b"Subject: warm\r\n\r\n")
    serve(prepare)
