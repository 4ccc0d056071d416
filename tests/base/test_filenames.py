"""Names for files on disk, from whatever came in."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msgcore.base.filenames import extension_of, safe_name, short_name

ANY_NAMES = st.one_of(
    st.text(),
    st.text(st.sampled_from('ab./\\:<>"|?* \t\0\r\n\u202e\u200d\u0301å😀'), max_size=400),
    st.sampled_from(["con", "NUL", "lpt1", "aux .txt", "com²"]).flatmap(lambda d: st.text().map(lambda t: d + t)),
)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("report.pdf", "report.pdf"),
        ("Årsredovisning 2026.pdf", "Årsredovisning 2026.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\ann\\a.txt", "a.txt"),
        ("a/b\\", "b"),
        ("..", "attachment"),
        ("", "attachment"),
        ("/", "attachment"),
        (".bashrc", "bashrc"),
        ("a.txt. . ", "a.txt"),
        ("a\0b\r\nc.txt", "abc.txt"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("\ufeffa\u200b.txt", "a.txt"),
        ('a<b>c:"d"|e?.txt', "a_b_c__d__e_.txt"),
        ("a\u2028b.txt", "a b.txt"),
        ("CON", "_CON"),
        ("nul.txt", "_nul.txt"),
        ("com1 .txt", "_com1 .txt"),
        ("lpt\u00b2.txt", "_lpt\u00b2.txt"),
        ("console.txt", "console.txt"),
        ("a\u030a.txt", "å.txt"),
        ("\ud800a.txt", "a.txt"),
        ("x" * 300 + ".pdf", "x" * 251 + ".pdf"),
        ("å" * 200 + ".pdf", "å" * 125 + ".pdf"),
        ("a." + "x" * 300, "a." + "x" * 253),
    ],
)
def test_a_name_is_made_safe(given: str, expected: str) -> None:
    assert safe_name(given) == expected


@given(ANY_NAMES)
def test_a_safe_name_stays_as_it_is(name: str) -> None:
    assert safe_name(safe_name(name)) == safe_name(name)


@given(ANY_NAMES)
def test_a_safe_name_has_1_to_255_octets(name: str) -> None:
    assert 1 <= len(safe_name(name).encode()) <= 255


@given(ANY_NAMES)
def test_a_safe_name_holds_nothing_that_a_file_system_or_a_terminal_takes_amiss(name: str) -> None:
    assert [
        c for c in safe_name(name) if c in '/\\<>:"|?*' or unicodedata.category(c) in {"Cc", "Cs", "Zl", "Zp"}
    ] == []


@given(ANY_NAMES)
def test_a_safe_name_has_no_dot_or_space_at_its_ends(name: str) -> None:
    assert safe_name(name).strip(" .") == safe_name(name)


@pytest.mark.parametrize(
    ("given", "expected"),
    [("a.txt", ".txt"), ("a.tar.gz", ".gz"), ("a", ""), (".bashrc", ""), ("a.", ""), ("", "")],
)
def test_the_extension_is_what_stands_behind_the_last_dot(given: str, expected: str) -> None:
    assert extension_of(given) == expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("report.pdf", "report.pdf"),
        ("annual report.docx", "ANNUAL~1.DOC"),
        ("image001.jpeg", "IMAGE0~1.JPE"),
        ("a.b.txt", "AB~1.TXT"),
        ("åäö.txt", "FILE~1.TXT"),
        ("README", "README"),
    ],
)
def test_a_short_name_has_eight_characters_and_three(given: str, expected: str) -> None:
    assert short_name(given) == expected
