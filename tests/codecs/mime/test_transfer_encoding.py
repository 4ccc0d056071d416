"""Transfer encodings and character sets."""

from __future__ import annotations

import base64
import binascii
import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msgcore.codecs.mime.syntax.charsets import code_page_of_charset, codec_of_charset, decode
from msgcore.codecs.mime.syntax.transfer import (
    Domain,
    base64_chunks,
    decode_base64,
    decode_content,
    domain_of,
    encode_base64,
    encode_quoted_printable,
    normalise_line_ends,
    size_in_base64,
)

DECODED = [
    ("base64", b"QUJD", b"ABC"),
    ("base64", b"QU JD\r\nRA==", b"ABCD"),
    ("base64", b"QUJ", b"AB"),
    ("base64", b"QUJDR", b"ABC"),
    ("base64", b"Q!U?J\xffD", b"ABC"),
    ("base64", b"QQ==QUJD", b"A"),  # the padding ends it
    ("base64", b"QUJD\r\n\r\n-- \r\nlist footer", b"ABC" + base64.b64decode("listfooter==")),
    ("base64", b"", b""),
    ("quoted-printable", b"a=3Db=\r\nc", b"a=bc"),
    ("quoted-printable", b"a=\nb", b"ab"),
    ("quoted-printable", b"a=\rb\rc", b"ab\nc"),
    ("quoted-printable", b"a \t\r\nb", b"a\r\nb"),
    ("quoted-printable", b"=zz=4", b"=zz=4"),
    ("quoted-printable", b"=e5", b"\xe5"),
    ("quoted-printable", b"a=20\r\n", b"a \r\n"),
    ("x-uuencode", b"begin 644 f\n#86)C\n`\nend\n", b"abc"),
    ("x-uuencode", b"begin 644 f\nM!!!\nend\n", b"\x04\x10"),
    ("x-uuencode", b"not uuencoded \xff\xff\n", b""),
    ("8bit", b"\xff\r\n", b"\xff\r\n"),
    ("unheard-of", b"a=3D", b"a=3D"),
]


@pytest.mark.parametrize(("encoding", "octets", "decoded"), DECODED)
def test_content_decodes(encoding: str, octets: bytes, decoded: bytes) -> None:
    assert decode_content(octets, encoding) == decoded


_LINES = st.lists(
    st.sampled_from([b"ab", b" ", b"\t", b"=", b"=0D", b"\r\n", b"\r\n\r\n", b"\n", b"\r"]), max_size=9
).map(b"".join)


@given(_LINES)
def test_quoted_printable_of_any_line_ends_decodes_as_a_large_one_does(octets: bytes) -> None:
    """A large one is not cut into lines."""
    large = b"x" * 70_000 + b"\r\n"

    assert (
        decode_content(large + octets, "quoted-printable")[70_002:]
        == decode_content(b"\r\n" + octets, "quoted-printable")[2:]
    )


@given(st.binary(max_size=300) | st.integers(0, 100_000).map(bytes))
def test_base64_reads_back(octets: bytes) -> None:
    assert decode_content(encode_base64(octets), "base64") == octets


_BASE64_PIECES = st.lists(st.sampled_from([b"QUJD", b"Q", b"==", b"=", b"\r\n", b"!", b"\xff"]), max_size=6).map(
    b"".join
)


@given(_BASE64_PIECES, _BASE64_PIECES, _BASE64_PIECES)
def test_base64_decodes_the_same_inside_other_octets(before: bytes, octets: bytes, behind: bytes) -> None:
    start = len(before)

    inside = decode_base64(before + octets + behind, start=start, end=start + len(octets))

    assert inside == decode_base64(octets)


@given(st.integers(0, 70_000).map(bytes))
def test_base64_is_in_lines_of_76(octets: bytes) -> None:
    assert b"".join(base64_chunks(octets)).split(b"\r\n") == [
        *(base64.b64encode(octets[start : start + 57]) for start in range(0, len(octets), 57)),
        b"",
    ]


@given(st.integers(0, 100_000))
def test_the_size_in_base64_is_known_without_encoding(size: int) -> None:
    assert size_in_base64(size) == len(encode_base64(bytes(size)))


CLEAN = st.sampled_from([b"QUJD", b"QQ", b"/w+", b"\r\n", b"\n"])
JUNK = st.sampled_from([b"=", b"==", b"===", b" ", b"\xff", b"-_", b"\0", b"\r", b"Q"])


@given(st.lists(CLEAN | JUNK | CLEAN.map(lambda piece: piece * 200)).map(b"".join))
def test_base64_decodes_as_the_standard_library_does_it(octets: bytes) -> None:
    """Whichever module is at work: ``pybase64`` of the extra ``speed`` goes on behind padding, for one."""
    try:
        expected = binascii.a2b_base64(octets)
    except binascii.Error:
        return
    assert decode_content(octets, "base64") == expected


DOMAINS = [
    (b"a\r\n", Domain.SEVEN_BIT),
    (b"", Domain.SEVEN_BIT),
    (b"\xe5\r\n", Domain.EIGHT_BIT),
    (b"a\n", Domain.BINARY),
    (b"a\r", Domain.BINARY),
    (b"a\0", Domain.BINARY),
    (b"x" * 999, Domain.BINARY),
]


@pytest.mark.parametrize(("octets", "domain"), DOMAINS)
def test_the_domain_of_octets(octets: bytes, domain: Domain) -> None:
    assert domain_of(octets) is domain


lines = st.text(st.characters(codec="utf-8", exclude_characters="\r")).map(str.encode)


@given(lines)
def test_quoted_printable_reads_back(octets: bytes) -> None:
    decoded = decode_content(encode_quoted_printable(octets), "quoted-printable")

    assert decoded == octets.replace(b"\n", b"\r\n")


@given(st.lists(st.sampled_from([b"a", b" ", b"\t", b"\r\n", b"\n", b"\r", b"=", b"=3D"]), max_size=20).map(b"".join))
def test_quoted_printable_of_any_size_decodes_the_same(octets: bytes) -> None:
    """Small and large content is decoded in two ways."""
    filler = b"x" * 70_000

    assert (
        decode_content(filler + octets, "quoted-printable")
        == filler + decode_content(b"x" + octets, "quoted-printable")[1:]
    )


@given(lines)
def test_quoted_printable_is_ascii_in_lines_of_at_most_76(octets: bytes) -> None:
    encoded = encode_quoted_printable(octets)

    assert encoded.isascii() and max(map(len, encoded.split(b"\r\n"))) <= 76


@given(st.sampled_from(["base64", "quoted-printable", "x-uuencode", "x"]), st.binary(max_size=200))
def test_any_octets_decode_in_any_encoding(encoding: str, octets: bytes) -> None:
    assert len(decode_content(octets, encoding)) <= len(octets)


@given(st.binary(max_size=50))
def test_normal_line_ends_are_all_crlf(octets: bytes) -> None:
    normal = normalise_line_ends(octets)

    assert normal.count(b"\r\n") == normal.count(b"\r") == normal.count(b"\n")


@given(st.binary(max_size=50))
def test_normalising_twice_changes_nothing_more(octets: bytes) -> None:
    normal = normalise_line_ends(octets)

    assert normalise_line_ends(normal) is normal


HOSTILE = [
    "zlib",
    "zlib_codec",
    "bz2",
    "hex",
    "rot13",
    "base64",
    "uu",
    "idna",
    "punycode",
    "unicode_escape",
    "mbcs",
    "oem",
    "raw_unicode_escape",
    "undefined",
    "this",
    "../../x",
    "utf-8\0",
    "x" * 1_000_000,
    "",
]


@pytest.mark.parametrize("charset", HOSTILE, ids=lambda name: repr(name[:20]))
def test_a_name_outside_the_table_has_no_codec(charset: str) -> None:
    assert codec_of_charset(charset) is None


@pytest.mark.parametrize(
    "charset", ["UTF-8", "utf8", "Latin1", "ISO_8859-15", "Windows-1252", "GB2312", "'utf-8'", "iso-2022-jp"]
)
def test_the_names_that_mail_uses_have_a_codec(charset: str) -> None:
    assert codecs.lookup(codec_of_charset(charset) or "")


@given(
    st.sampled_from(["utf-8", "utf-7", "utf-16", "iso-2022-jp", "hz-gb-2312", "gb18030", "unheard-of", ""]), st.binary()
)
def test_any_octets_decode_in_any_charset(charset: str, octets: bytes) -> None:
    assert isinstance(decode(octets, charset), str)


@pytest.mark.parametrize(
    ("charset", "code_page"), [("utf-8", 65001), ("Shift_JIS", 932), ("macintosh", None), ("x", None)]
)
def test_the_code_page_of_a_charset(charset: str, code_page: int | None) -> None:
    assert code_page_of_charset(charset) == code_page
