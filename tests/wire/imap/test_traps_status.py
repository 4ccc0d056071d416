"""Status responses and their codes, in the ways that servers write them."""

from __future__ import annotations

import pytest

from msgcore.wire.imap.responses import Bye, Code, Response, Status
from tests.wire.imap.reading import one


@pytest.mark.parametrize(
    ("octets", "response"),
    [
        (b"A1 OK [ALERT] look", Status(b"A1", "OK", "look", Code("ALERT"))),
        (b"A1 OK [alert]look", Status(b"A1", "OK", "look", Code("ALERT"))),
        (b"A1 OK [ALERT ] look", Status(b"A1", "OK", "look", Code("ALERT"))),
        (
            b'A1 OK [X-NEW a (b "c]") {d}] text',
            Status(b"A1", "OK", "text", Code("X-NEW", b'a (b "c]") {d}', (b"a", (b"b", b"c]"), b"{d}"))),
        ),
        (
            b"* OK [PERMANENTFLAGS (\\Seen \\[Gmail] \\*)] ok",
            Status(
                b"", "OK", "ok", Code("PERMANENTFLAGS", b"(\\Seen \\[Gmail] \\*)", ((b"\\Seen", b"\\[Gmail]", b"\\*"),))
            ),
        ),
        (
            b"A1 OK [APPENDUID 7 1:4294967295] ok",
            Status(b"A1", "OK", "ok", Code("APPENDUID", b"7 1:4294967295", (b"7", b"1:4294967295"))),
        ),
        (b"A1 OK [COPYUID 7  1:2] ok", Status(b"A1", "OK", "ok", Code("COPYUID", b"7  1:2", (b"7", b"1:2")))),
        (b"A1 NO [BADCHARSET ({5}] no", Status(b"A1", "NO", "no", Code("BADCHARSET", b"({5}"))),
        (b"A1 NO [TRYCREATE", Status(b"A1", "NO", "[TRYCREATE")),
        (b"A1 NO [] no", Status(b"A1", "NO", "[] no")),
        (b"A1 OK Success [THROTTLED]", Status(b"A1", "OK", "Success [THROTTLED]")),
        (
            b"A1 BAD throttled. Suggested Backoff Time: 5 milliseconds",
            Status(b"A1", "BAD", "throttled. Suggested Backoff Time: 5 milliseconds"),
        ),
        (
            b"* PREAUTH [CAPABILITY IMAP4rev1] hi",
            Status(b"", "PREAUTH", "hi", Code("CAPABILITY", b"IMAP4rev1", (b"IMAP4rev1",))),
        ),
        (b"* BYE [UNAVAILABLE] later", Bye("later", Code("UNAVAILABLE"))),
        (b"A1 NO Gr\xc3\xbc\xc3\x9fe", Status(b"A1", "NO", "Grüße")),
        (b"A1 NO Gr\xfc\xdfe", Status(b"A1", "NO", "Grüße")),
        (b"A1 NO \0\x1b", Status(b"A1", "NO", "\0\x1b")),
        (b"] OK x", Status(b"]", "OK", "x")),
    ],
)
def test_a_status_is_read(octets: bytes, response: Response) -> None:
    assert one(octets + b"\r\n") == response


def test_a_code_of_a_million_brackets_is_read_at_once() -> None:
    found = one(b"A1 OK [X " + b"([" * 1_000_000 + b"\r\n")

    assert isinstance(found, Status) and found.code is None
