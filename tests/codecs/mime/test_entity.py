"""The tree of entities: boundaries, headers without an end, limits."""

from __future__ import annotations

import pytest

from msgcore.base.octets import Limits
from msgcore.codecs.mime.syntax.tolerated import Findings
from msgcore.codecs.mime.tree.entity import Entity, parse
from msgcore.codecs.mime.tree.rebuild import rebuild
from msgcore.errors import LimitExceeded


def shape(entity: Entity) -> str:
    """Write a tree as one line: ``mixed(plain "a", rfc822(plain "b"))``."""
    kind = entity.media_type.partition("/")[2]
    if entity.children:
        return f"{kind}({', '.join(shape(child) for child in entity.children)})"
    return f"{kind} {entity.content.decode('latin-1')!r}"


def found(octets: bytes, limits: Limits | None = None) -> set[str]:
    findings = Findings(is_wanted=True)
    for entity in parse(octets, limits, findings).walk():
        assert entity.content is not None
    return {finding.rule for finding in findings}


MIXED = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"

TREES = [
    pytest.param(b"A: b\r\n\r\ntext", "plain 'text'", id="plain"),
    pytest.param(b"A: b\n\ntext\n", "plain 'text\\n'", id="line feeds"),
    pytest.param(b"A: b\r\rtext\r", "plain 'text\\r'", id="carriage returns"),
    pytest.param(b"", "plain ''", id="nothing"),
    pytest.param(b"\r\nno header", "plain 'no header'", id="blank line first"),
    pytest.param(
        b"just text without any header\r\n\r\nmore", "plain 'just text without any header\\r\\n\\r\\nmore'", id="text"
    ),
    pytest.param(b"Subject: a\r\nHello Bob,\r\n\r\nbye", "plain 'Hello Bob,\\r\\n\\r\\nbye'", id="no blank line"),
    pytest.param(b"A: b\r\njunk without colon\r\nSubject: x\r\n\r\nbody", "plain 'body'", id="junk in the header"),
    pytest.param(b"From a@b Mon Jan 1\r\nA: b\r\n\r\nbody", "plain 'body'", id="mbox separator"),
    pytest.param(b"\xef\xbb\xbfA: b\r\n\r\nbody", "plain 'body'", id="byte order mark"),
    pytest.param(
        MIXED + b"--b\r\n\r\none\r\n--b\r\n\r\ntwo\r\n--b--\r\n", "mixed(plain 'one', plain 'two')", id="two parts"
    ),
    pytest.param(MIXED + b"pre\r\n--b\r\n\r\none\r\n--b--\r\nepi", "mixed(plain 'one')", id="preamble and epilogue"),
    pytest.param(MIXED + b"--b\r\n\r\none\r\n--b", "mixed(plain 'one')", id="unterminated delimiter"),
    pytest.param(MIXED + b"--b\r\n\r\none", "mixed(plain 'one')", id="unterminated part"),
    pytest.param(
        MIXED + b"--b \t\r\n\r\none\r\n--b--  \r\n", "mixed(plain 'one')", id="white space behind the boundary"
    ),
    pytest.param(
        MIXED + b"--b\r\n\r\n--bb\r\n --b\r\nx--b\r\n--b--", "mixed(plain '--bb\\r\\n --b\\r\\nx--b')", id="near misses"
    ),
    pytest.param(MIXED + b"--b\n\none\n--b\n\ntwo\n--b--\n", "mixed(plain 'one', plain 'two')", id="bare line feeds"),
    pytest.param(
        MIXED + b"--b\r\n\r\none\r--b\r\n\r\ntwo\r\n--b--\r\n",
        "mixed(plain 'one', plain 'two')",
        id="bare CR before one",
    ),
    pytest.param(MIXED + b"no boundary here", "mixed 'no boundary here'", id="boundary not found"),
    pytest.param(b"Content-Type: multipart/mixed\r\n\r\n--b\r\n", "mixed '--b\\r\\n'", id="boundary missing"),
    pytest.param(b'Content-Type: multipart/mixed; boundary=""\r\n\r\n--\r\n', "mixed '--\\r\\n'", id="boundary empty"),
    pytest.param(
        b'Content-Type: multipart/mixed; boundary="a.*[b "\r\n\r\n--a.*[b\r\n\r\none\r\n--a.*[b--',
        "mixed(plain 'one')",
        id="boundary with signs and a space behind",
    ),
    pytest.param(
        MIXED + b"--b\r\nContent-Type: multipart/mixed; boundary=bb\r\n\r\n--bb\r\n\r\none\r\n--b\r\n\r\ntwo\r\n--b--",
        "mixed(mixed(plain 'one'), plain 'two')",
        id="outer boundary ends inner part",
    ),
    pytest.param(
        b"Content-Type: multipart/digest; boundary=b\r\n\r\n--b\r\n\r\nSubject: x\r\n\r\none\r\n--b--",
        "digest(rfc822(plain 'one'))",
        id="digest",
    ),
    pytest.param(
        b"Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\nQTogYg0KDQpoaQ==",
        "rfc822(plain 'hi')",
        id="encoded message",
    ),
    pytest.param(
        b"Content-Type: message/global\r\n\r\nContent-Type: text/html\r\n\r\nx", "global(html 'x')", id="global message"
    ),
    pytest.param(
        b"Content-Type: message/external-body; access-type=URL; url=x\r\n\r\nContent-Type: a/b\r\n\r\n",
        "external-body 'Content-Type: a/b\\r\\n\\r\\n'",
        id="external body is not fetched",
    ),
    pytest.param(b"Content-Type: message/partial; total=1000000000\r\n\r\nx", "partial 'x'", id="partial"),
    pytest.param(b"Content-Type: text\r\n\r\nx", "plain 'x'", id="type without subtype"),
    pytest.param(
        b"Content-Type: text/html\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n",
        "html '--b\\r\\n'",
        id="the first of two types counts",
    ),
]


@pytest.mark.parametrize(("octets", "expected"), TREES)
def test_tree(octets: bytes, expected: str) -> None:
    assert shape(parse(octets)) == expected


@pytest.mark.parametrize(("octets", "expected"), TREES)
def test_rebuilt_tree(octets: bytes, expected: str) -> None:
    assert shape(parse(rebuild(parse(octets)))) == expected


FINDINGS = [
    (b"Subject: a\r\nHello Bob,\r\n\r\nbye", "header-blank-line"),
    (b"A: b\r\njunk\r\nSubject: x\r\n\r\n", "header-junk"),
    (b"From a@b\r\nA: b\r\n\r\n", "mbox-separator"),
    (b"\xef\xbb\xbfA: b\r\n\r\n", "header-junk"),
    (MIXED + b"x", "boundary-not-found"),
    (MIXED + b"--b\r\n\r\none", "boundary-unterminated"),
    (b"Content-Type: multipart/mixed\r\n\r\nx", "boundary-missing"),
    (b"Content-Type: multipart/mixed; boundary=a; boundary=b\r\n\r\n--a--", "parameter-repeated"),
    (b"Content-Type: text\r\n\r\nx", "content-type-malformed"),
    (
        b"Content-Type: multipart/mixed; boundary=b\r\nContent-Transfer-Encoding: base64\r\n\r\n--b\r\n--b--",
        "transfer-encoding-of-multipart",
    ),
    (b"Content-Transfer-Encoding: base64\r\n\r\nQQ=\r\n", "base64-truncated"),
    (b"Content-Transfer-Encoding: base64\r\n\r\nQQ==QQ==", "base64-after-padding"),
    (b"Content-Transfer-Encoding: base64\r\n\r\nQ.Q==", "base64-alphabet"),
    (b"Content-Transfer-Encoding: quoted-printable\r\n\r\na=zz", "quoted-printable-escape"),
    (b"Content-Transfer-Encoding: rot13\r\n\r\na", "transfer-encoding-unknown"),
]


@pytest.mark.parametrize(("octets", "rule"), FINDINGS)
def test_what_is_tolerated_is_noted(octets: bytes, rule: str) -> None:
    assert rule in found(octets)


def nested(depth: int) -> bytes:
    """Multiparts in multiparts, each with a boundary of its own."""
    head = b"".join(b"Content-Type: multipart/mixed; boundary=b%d.\r\n\r\n--b%d.\r\n" % (n, n) for n in range(depth))
    return head + b"\r\ncore\r\n" + b"".join(b"--b%d.--\r\n" % n for n in reversed(range(depth)))


def test_a_tree_within_the_limit_of_nesting_is_whole() -> None:
    deepest = list(parse(nested(100)).walk())[-1]

    assert (deepest.depth, deepest.content) == (100, b"core")


def test_past_the_limit_of_nesting_the_rest_stays_opaque() -> None:
    deepest = list(parse(nested(150)).walk())[-1]

    assert (deepest.depth, deepest.is_multipart, b"core" in deepest.body) == (100, True, True)


def test_the_limit_of_nesting_is_noted() -> None:
    assert "limit-nesting" in found(nested(150))


def test_past_the_limit_of_parts_the_rest_stays_opaque() -> None:
    root = parse(MIXED + b"--b\r\n\r\nx\r\n" * 50 + b"--b--", Limits(parts=10))

    assert len(root.children) == 9


def test_the_limit_of_parts_is_noted() -> None:
    assert "limit-parts" in found(MIXED + b"--b\r\n\r\nx\r\n" * 50 + b"--b--", Limits(parts=10))


def test_fields_past_the_limit_of_header_octets_are_left_out_and_the_body_is_found() -> None:
    octets = b"X: y\r\n" * 100 + b"Subject: late\r\n\r\nbody"
    root = parse(octets, Limits(header_octets=60))

    assert (root.header.raw(b"subject"), root.content) == (None, b"body")


def test_the_total_size_is_the_one_limit_that_raises() -> None:
    with pytest.raises(LimitExceeded, match="11 octets; the limit is 10"):
        parse(b"12345678901", Limits(total_octets=10))
