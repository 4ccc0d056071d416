"""What was tolerated: every rule with an example and its offset, and strict reading, which raises for the first."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from msgcore.codecs import mime
from msgcore.codecs.mime import Limits, Strictness
from msgcore.codecs.mime.syntax.rules import RULES
from msgcore.errors import LimitExceeded, MalformedMessage, UsageError
from msgcore.model import Message
from msgcore.testing.strategies import composed_messages
from tests.codecs.mime.tnef_streams import holding, stream

MIXED = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
UTF_8 = b"Content-Type: text/plain; charset=utf-8\r\n"
SMALL = Limits(nesting=2, parts=3, header_octets=80, header_fields=3, parameters=2, addresses=2, encoded_words=2)


def base64(body: bytes) -> bytes:
    return b"Content-Transfer-Encoding: base64\r\n\r\n" + body


EXAMPLES: dict[str, tuple[bytes, int]] = {
    "line-end-lf": (b"Subject: x\n\r\n", 10),
    "line-end-cr": (b"A: b\r\n\r\na\rb", 9),
    "line-long": (b"A: b\r\n\r\nshort\r\n" + b"x" * 999 + b"\r\n", 15),
    "nul": (b"A: b\r\n\r\na\0b", 9),
    "mbox-separator": (b"From bob Thu Jan  1\r\nA: b\r\n\r\n", 0),
    "header-blank-line": (b"A: b\r\nbody begins\r\n", 6),
    "header-junk": (b"A: b\r\nno field\r\nSubject: x\r\n\r\n", 6),
    "header-eight-bit": (b"Subject: \xe5\r\n\r\n", 0),
    "header-repeated": (b"Subject: a\r\nSubject: b\r\n\r\n", 12),
    "address-missing": (b"To: Kalle\r\n\r\n", 0),
    "date-form": (b"Date: 2003-07-01 10:52:37 +0200\r\n\r\n", 0),
    "date-malformed": (b"Date: yesterday\r\n\r\n", 0),
    "content-type-malformed": (b"Content-Type: text\r\n\r\n", 0),
    "parameter-repeated": (b"Content-Type: a/b; n=1; n=2\r\n\r\n", 0),
    "parameter-continuation": (b"Content-Type: a/b; n*0=1; n*2=2\r\n\r\n", 0),
    "filename-differs": (b"Content-Type: a/b; name=a\r\nContent-Disposition: attachment; filename=b\r\n\r\n", 0),
    "transfer-encoding-unknown": (b"Content-Transfer-Encoding: x-own\r\n\r\n", 36),
    "transfer-encoding-of-multipart": (b"Content-Transfer-Encoding: base64\r\n" + MIXED + b"--b--", 0),
    "boundary-missing": (b"Content-Type: multipart/mixed\r\n\r\n", 0),
    "boundary-not-found": (MIXED + b"--c\r\n", 45),
    "boundary-unterminated": (MIXED + b"--b\r\n\r\nx", 45),
    "base64-truncated": (base64(b"QUJ"), 37),
    "base64-after-padding": (base64(b"QQ==QUJD"), 37),
    "base64-alphabet": (base64(b"QU*JD"), 37),
    "quoted-printable-escape": (b"Content-Transfer-Encoding: quoted-printable\r\n\r\na=zz", 47),
    "uuencode-malformed": (b"Content-Transfer-Encoding: x-uuencode\r\n\r\nbegin 644 a\r\n\x7f\x7f\x7f\r\nend\r\n", 41),
    "charset-unknown": (b"Subject: =?nonsense?q?x?=\r\n\r\n", 0),
    "charset-malformed": (UTF_8 + b"\r\n\xe5", 43),
    "text-eight-bit": (b"A: b\r\n\r\n\xe5", 8),
    "tnef-malformed": (b"Content-Type: application/ms-tnef\r\n\r\nnone", 0),
    "tnef-not-correlated": (holding(stream({}, files=[("a", b"1")]), text=None), 0),
    "limit-header-octets": (b"Subject: " + b"x" * 100 + b"\r\n\r\n", 80),
    "limit-header-fields": (b"A: b\r\n" * 4 + b"\r\n", 0),
    "limit-parameters": (b"Content-Type: a/b; n=1; m=2; o=3\r\n\r\n", 0),
    "limit-addresses": (b"To: a@b, c@d, e@f\r\n\r\n", 0),
    "limit-encoded-words": (b"Subject: =?utf-8?q?a?= =?utf-8?q?a?= =?utf-8?q?a?=\r\n\r\n", 0),
    "limit-nesting": (b"".join(MIXED.replace(b"=b", b"=%c" % c) + b"--%c\r\n" % c for c in b"bcd"), 100),
    "limit-parts": (MIXED + b"--b\r\n\r\nx\r\n" * 9 + b"--b--\r\n", 45 + 2 * 10),
}


def test_every_rule_has_an_example() -> None:
    assert EXAMPLES.keys() == RULES.keys()


@pytest.mark.parametrize("rule", RULES)
def test_check_lists_what_was_tolerated_with_its_place(rule: str) -> None:
    octets, offset = EXAMPLES[rule]
    limits = SMALL if rule.startswith("limit-") else Limits()

    found = [(finding.offset, finding.source) for finding in mime.check(octets, limits) if finding.rule == rule]

    assert (offset, RULES[rule]) in found


def test_what_keeps_the_rules_has_no_findings() -> None:
    assert mime.check(b"From: a@b.test\r\nDate: Tue, 1 Jul 2003 10:52:37 +0200\r\nSubject: x\r\n\r\nbody\r\n") == ()


def test_a_thousand_findings_are_listed_at_most() -> None:
    assert len(mime.check(MIXED + b"--b\r\n\r\n\xe5\r\n" * 2_000)) == 1_000


def test_strict_reading_takes_a_message_that_keeps_the_rules() -> None:
    octets = b"From: a@b.test\r\nSubject: x\r\n\r\nbody\r\n"

    assert mime.read(octets, strictness=Strictness.STRICT).subject == "x"


def test_strict_reading_names_offset_rule_and_section() -> None:
    with pytest.raises(MalformedMessage) as caught:
        mime.read(b"Subject: x\n\r\n", strictness=Strictness.STRICT)

    assert str(caught.value) == "octet 10: line-end-lf: a line that ends with LF alone (RFC 5322 section 2.1)"
    assert (caught.value.offset, caught.value.rule, caught.value.source) == (10, "line-end-lf", "RFC 5322 section 2.1")


def test_strict_reading_takes_fields_in_utf_8() -> None:
    """RFC 6532 section 3.2."""
    octets = "From: Zoë <zoë@b.test>\r\nSubject: Grüße\r\nX-Word: ä\r\n\r\n".encode()

    assert mime.read(octets, strictness=Strictness.STRICT).subject == "Grüße"


def test_strict_reading_raises_for_a_limit_as_such() -> None:
    with pytest.raises(LimitExceeded, match="limit-parts"):
        mime.read(EXAMPLES["limit-parts"][0], Limits(parts=3), Strictness.STRICT)


def test_what_is_no_limits_is_refused() -> None:
    given: Any = Strictness.STRICT
    for call in (mime.read, mime.check):
        with pytest.raises(UsageError, match="need Limits"):
            call(b"Subject: x\r\n\r\n", given)


@given(composed_messages())
def test_what_is_written_here_keeps_the_rules(message: Message) -> None:
    """But for bare names, and text attachments without a charset."""
    allowed = {"address-missing", "text-eight-bit"}

    assert [one for one in mime.check(mime.write(message)) if one.rule not in allowed] == []


@pytest.mark.parametrize("given_", [Path("letter.eml"), "text", 3, None])
def test_what_is_no_octets_is_refused(given_: object) -> None:
    with pytest.raises(UsageError, match="need the message's octets"):
        mime.read(given_)  # type: ignore[arg-type]


def test_a_strictness_by_another_name_is_refused() -> None:
    with pytest.raises(UsageError, match="need a Strictness"):
        mime.read(b"", strictness="strict")  # type: ignore[arg-type]
