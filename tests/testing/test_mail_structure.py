"""The parts of messages as the loopback IMAP server gives them."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msgcore.testing.mail_addresses import read_fields, read_imap_addresses
from msgcore.testing.mail_structure import MailContent
from msgcore.wire.imap.server.write_data import write_envelope, write_structure
from msgcore.wire.imap.structure import BodyPart, ImapAddress
from tests import shared

MULTIPART = b"Content-Type: multipart/mixed; boundary=%b\r\n\r\n"


def parts_of(octets: bytes) -> list[str]:
    return [f"{one.section} {one.content_type} {one.size_octets}" for one in _below(MailContent(octets).structure)]


def _below(part: BodyPart) -> Iterator[BodyPart]:
    yield part
    for one in part.parts:
        yield from _below(one)


@pytest.mark.parametrize(
    "value, expected",
    [
        (b"ann@a.test", [ImapAddress(None, b"ann", b"a.test")]),
        (b"Ann B <ann@a.test>", [ImapAddress(b"Ann B", b"ann", b"a.test")]),
        (b'"B, \\"Ann\\"" <ann@a.test>', [ImapAddress(b'B, "Ann"', b"ann", b"a.test")]),
        (b"ann@a.test (Ann (B))", [ImapAddress(b"Ann (B)", b"ann", b"a.test")]),
        (b"<@r,@s:ann@a.test>", [ImapAddress(None, b"ann", b"a.test", b"@r,@s")]),
        (
            b"g: a@a, b@b;, c@c",
            [
                ImapAddress(None, b"g", None), ImapAddress(None, b"a", b"a"), ImapAddress(None, b"b", b"b"),
                ImapAddress(None, None, None), ImapAddress(None, b"c", b"c"),
            ],
        ),
        (b"", []),
        (b" , ,", []),
        (b"ann", [ImapAddress(None, b"ann", b"")]),
    ],
)  # fmt: skip
def test_addresses_are_read(value: bytes, expected: list[ImapAddress]) -> None:
    assert list(read_imap_addresses(value)) == expected


def test_fields_are_unfolded() -> None:
    assert read_fields(b"A: 1\r\n 2\r\nB:3\r\nnonsense\r\n\r\n") == [(b"a", b"1 2"), (b"b", b"3")]


@pytest.mark.parametrize(
    "octets, expected",
    [
        (b"", ["1 text/plain 0"]),
        (b"\r\nx", ["1 text/plain 1"]),
        (b"A: b", ["1 text/plain 0"]),
        (MULTIPART % b"b", [" multipart/mixed 0", "1 text/plain 0"]),
        (
            MULTIPART % b"b" + b"--b\r\n\r\none\r\n--b \r\nA: b\r\n\r\n--b--\r\n--b\r\n\r\nno",
            [" multipart/mixed 42", "1 text/plain 3", "2 text/plain 0"],
        ),
        (
            MULTIPART % b"b" + b"--b\r\n" + MULTIPART % b"bb" + b"--bb\r\n\r\n1\r\n--b\r\n\r\n22",
            [" multipart/mixed 71", "1 multipart/mixed 9", "1.1 text/plain 1", "2 text/plain 2"],
        ),
        (
            b"Content-Type: message/rfc822\r\n\r\nContent-Type: text/html\r\n\r\nx",
            ["1 message/rfc822 28", "1.1 text/html 1"],
        ),
    ],
)
def test_the_parts_of_a_message(octets: bytes, expected: list[str]) -> None:
    assert parts_of(octets) == expected


def test_parts_are_only_so_deep() -> None:
    inner = b"".join(MULTIPART % b"%d" % depth + b"--%d\r\n" % depth for depth in range(200))

    assert len(parts_of(inner)) == 51


@given(st.lists(st.sampled_from([b"--b", b"--c--", b"--b--", b"\r\n", b"\n", b"x", MULTIPART % b"b", MULTIPART % b"c",
                                 b"Content-Type: message/rfc822\r\n\r\n", b"A: b\r\n"]), max_size=30))  # fmt: skip
def test_each_part_is_given_with_the_octets_that_its_structure_says(pieces: list[bytes]) -> None:
    content = MailContent(b"".join(pieces))
    single = [one for one in _below(content.structure) if not one.parts]
    given = [content.section(tuple(map(int, one.section.split("."))), "") or b"" for one in single]

    assert [len(octets) for octets in given] == [one.size_octets for one in single]


@given(st.binary(max_size=300))
def test_header_and_text_are_the_message(octets: bytes) -> None:
    content = MailContent(octets)

    assert (content.section((), "HEADER") or b"") + (content.section((), "TEXT") or b"") == octets


@pytest.mark.parametrize("name", ["fetch-envelope", "fetch-bodystructure"])
def test_the_script_of_imaptest_is_kept(name: str) -> None:
    """The expected lines of Dovecot's imaptest, but for the case of letters and blanks between words."""
    folder = shared.corpus() / "mbox" / "dovecot-imaptest"
    script = (folder / name).read_bytes()
    letters = re.split(rb"(?:\A|\n)From [^\n]*\n", (folder / f"{name}.mbox").read_bytes())[1:]
    contents = [MailContent(letter.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")) for letter in letters]
    expected = re.findall(rb"(?m)^\* \d+ FETCH \((?:ENVELOPE|BODY) (.*)\)$", script)

    if name == "fetch-envelope":
        said = [write_envelope(one.envelope) for one in contents]
    else:
        said = [write_structure(one.structure, is_extended=False) for one in contents]

    assert [one.upper() for one in said] == [one.upper() for one in expected]
