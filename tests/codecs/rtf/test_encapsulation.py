"""HTML and text written as RTF come back exactly, and RTF readers see text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msgcore.codecs.rtf import (
    RtfKind,
    check_rtf,
    compress,
    decompress,
    encapsulate_html,
    encapsulate_text,
    html_of,
    kind_of,
    text_of,
)

_characters = st.characters(exclude_categories=["Cs"])
_tags = st.sampled_from(["<p>", "</p>", "<br>", "<", ">", "<!--", "-->", "<style>", "</style", "<head >", "&", "&#0;"])
_line_ends = st.sampled_from(["\r\n", "\n", "\r", "\t", " "])
_telling = st.sampled_from(["\\", "{", "}", "\\par ", "\\'e4", "1", "-", "?", "é", "日", "😀", "\0", "\x7f"])
_fragments = _tags | _line_ends | _telling
_texts = st.one_of(st.text(_characters), st.lists(_fragments | st.text(_characters, max_size=3)).map("".join))


@given(_texts)
def test_html_comes_back_exactly(html: str) -> None:
    rtf = encapsulate_html(html)
    assert html_of(rtf) == html
    assert kind_of(rtf) is RtfKind.HTML
    assert check_rtf(rtf) == ()


@given(_texts)
def test_text_comes_back_exactly(text: str) -> None:
    rtf = encapsulate_text(text)
    assert text_of(rtf) == text
    assert kind_of(rtf) is RtfKind.TEXT
    assert check_rtf(rtf) == ()


@given(_texts)
def test_what_is_written_is_ascii_and_survives_compression(html: str) -> None:
    rtf = encapsulate_html(html)
    assert rtf.isascii()
    assert decompress(compress(rtf)) == rtf


def test_half_a_surrogate_pair_becomes_a_replacement_character() -> None:
    assert text_of(encapsulate_text("a\ud83db")) == "a\ufffdb"
    assert html_of(encapsulate_html("a\ud83db")) == "a\ufffdb"


@pytest.mark.parametrize(
    ("html", "seen"),
    [
        ("<html><head><title>T</title></head><body><p>One</p>\r\n<p>two</p></body></html>", "One\r\ntwo\r\n"),
        ("<style>p {}</style><!-- no -->a<script>b</script>c", "ac"),
        ("a &lt;b&gt; &amp;&nbsp;&euro; 1 < 2 & 3 > 2", "a <b> &\xa0€ 1 < 2 & 3 > 2"),
        ("one\r\ntwo\nthree", "one two three"),
        ("<tr><td>a</td><td>b</td></tr>", "a\tb\t\r\n"),
        ("a<br>b<hr>c", "a\r\nb\r\nc"),
        ("<!-- never ends", ""),
    ],
)
def test_an_rtf_reader_sees_the_text_of_html(html: str, seen: str) -> None:
    assert text_of(encapsulate_html(html)) == seen


def test_every_reader_breaks_the_line_at_a_bare_line_feed() -> None:
    rtf = encapsulate_text("a\nb\rc\r\nd")
    assert rtf.count(rb"\par") == 3 + rtf.count(rb"\pard")
