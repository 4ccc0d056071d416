"""Text from HTML and HTML from text."""

from __future__ import annotations

import html as html_names

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msgcore.model.body import html_from_octets, html_from_text, text_from_html
from msgcore.model.html_fragment import fragment_of
from msgcore.model.html_nesting import DEEPEST, VOID, nested_cuts
from msgcore.model.html_tokens import END, START

_PIECES = [
    *("<", ">", "</", "/>", "<!", "<!--", "-->", "<![CDATA[", "]]>", "<?", "&", "&lt;", "&#", "&#60;", "&nbsp;", ";"),
    *("<p>", "</p>", "<div>", "</div>", "<b>", "</b>", "<a href='https://x.test'>", "</a>", "<br>", "<pre>", "</pre>"),
    *("<ul>", "<ol start=3>", "<li>", "</li>", "</ul>", "</ol>", "<blockquote>", "</blockquote>", "<svg>", "</svg>"),
    *("<table>", "<tr>", "<td>", "</td>", "</tr>", "</table>", "<style>", "</style>", "<script>", "<body text=red>"),
    *(
        "<div hidden>",
        "<img alt='dog' src=cid:x>",
        "<p style='display:none'>",
        "='",
        '"',
        "'",
        "=",
        "a",
        "1",
        " ",
        "\n",
        "\0",
    ),
]
markup = st.lists(st.sampled_from(_PIECES) | st.text(max_size=3), max_size=40).map("".join)


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("Hello <b>you</b>", "Hello you"),
        ("<p>One<p>Two", "One\n\nTwo"),
        ("<div>One</div><div>Two</div>", "One\nTwo"),
        ("One<br>Two<br><br>Three", "One\nTwo\n\nThree"),
        ("<div>One</div><div><br></div><div>Two<br></div><div>Three</div>", "One\n\nTwo\nThree"),
        ("  many \n\t spaces  ", "many spaces"),
        ("<h1>Title</h1>Text<hr>Rest", "Title\n\nText\n\nRest"),
        ("<pre>\n  kept\n\n\n   as is\n</pre>then", "  kept\n\n\n   as is\n\nthen"),
    ],
)
def test_words_are_laid_out_in_lines(html: str, text: str) -> None:
    assert text_from_html(html) == text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<ul><li>one<li>two</ul>", "- one\n- two"),
        ("<ol><li>one</li><li>two</li></ol>", "1. one\n2. two"),
        ("<ol start=9><li>nine<li>ten<li value=20>twenty</ol>", "9. nine\n10. ten\n20. twenty"),
        ("<ul><li>one<ol><li>a<li>b</ol><li>two</ul>", "- one\n  1. a\n  2. b\n- two"),
        ("<ul><li><p>one</p><p>more</p></li></ul>", "- one\n\n  more"),
        ("<p>List:<ul><li></li><li>one</li></ul>end", "List:\n\n- one\n\nend"),
    ],
)
def test_lists_are_marked(html: str, text: str) -> None:
    assert text_from_html(html) == text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("Hi<blockquote>One<p>Two</blockquote>Bye", "Hi\n\n> One\n>\n> Two\n\nBye"),
        ("<blockquote>a<blockquote>b</blockquote>c</blockquote>", "> a\n>\n> > b\n>\n> c"),
        ("<blockquote><ul><li>x<br>y</ul></blockquote>", "> - x\n>   y"),
    ],
)
def test_quotes_are_prefixed(html: str, text: str) -> None:
    assert text_from_html(html) == text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<table><tr><th>Item<th>Price<tr><td>Tea<td>3</table>", "Item\tPrice\nTea\t3"),
        ("<table><tr><td><p>Tea</p></td><td><p>3</p></td></tr></table>", "Tea\t3"),
        ("<table><tr><td>a<td><td>c</table>", "a\t\tc"),
        ("<table><tr><td>a<br>b<td>c</table>", "a\nb\nc"),
        ("<table><tr><td><table><tr><td>in<td>ner</table><td>out</table>", "in\tner\tout"),
        ("<div><table><tr><td>x</div>y</table>z</div>", "xy\n\nz"),
    ],
)
def test_a_row_stands_on_one_line_where_its_cells_do(html: str, text: str) -> None:
    assert text_from_html(html) == text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ('<a href="https://x.test/a?b=1&amp;c=2">here</a>.', "here <https://x.test/a?b=1&c=2>."),
        ('<a href="https://x.test/">x.test</a>', "x.test"),
        ('<a href="https://x.test">https://x.test/</a>', "https://x.test/"),
        ('<a href="mailto:b@x.test">b@x.test</a>', "b@x.test"),
        ('<a href="https://x.test/?a=1&copy=2">k</a>', "k <https://x.test/?a=1&copy=2>"),
        ('<a href="https://x.test/ a>b">k</a>', "k <https://x.test/%20a%3Eb>"),
        ('<a href="#top">up</a> <a href="javascript:alert(1)">run</a> <a name=n>name</a>', "up run name"),
        ('<a href="https://x.test/"><img src=x></a>', ""),
    ],
)
def test_a_link_is_followed_by_its_address_when_that_says_more(html: str, text: str) -> None:
    assert text_from_html(html) == text


def test_addresses_of_links_are_left_out_on_wish() -> None:
    assert text_from_html('see <a href="https://x.test/">this</a>', links=False) == "see this"


def test_the_mark_of_a_signature_keeps_its_space() -> None:
    assert text_from_html("<div>Hi</div><div>-- <br></div><div>Ann</div>") == "Hi\n-- \nAnn"


def test_a_picture_is_its_alternative_text() -> None:
    assert text_from_html("a<img alt='the  dog' src=x>b<img src=y>") == "a the dog b"


@pytest.mark.parametrize(
    "html",
    [
        "<head><title>T</title><style>p {}</style></head>",
        "<script>if (a < b) { '</p>' }</script>",
        "<!-- no --><!--[if mso]><p>no</p><![endif]-->",
        "<div style='DISPLAY : none'>no<div>no</div></div>",
        "<p style='visibility:hidden'>no</p>",
        "<p hidden>no</p><img hidden alt=no>",
        "<svg><text>no</text></svg><template>no</template><iframe>no</iframe>",
    ],
)
def test_what_is_not_shown_is_left_out(html: str) -> None:
    assert text_from_html(f"a {html} b") == "a b"


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("&lt;b&gt; &amp; &eacute; &#8364; &#x20AC; &copy", "<b> & é € € ©"),
        ("&#" + "9" * 5_000 + "; x", "\ufffd x"),
        ("&#" + "0" * 5_000 + "65; x", "A x"),
        ("a&nbsp;b", "a b"),
        ("1 < 2 <3", "1 < 2 <3"),
    ],
)
def test_character_references_are_read(html: str, text: str) -> None:
    assert text_from_html(html) == text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("a<b", "a"),
        ("a<!-- b", "a"),
        ("a<script>b", "a"),
        ("a</>b</ c>d", "abd"),
        ("<p title='a>b'>c", "c"),
        ('<p title="a>b', "b"),
        ("<p title=it's>c</p>", "c"),
        ("a<![CDATA[b]]>c", "ac"),
        ("<!DOCTYPE html><html><body>a</body></html>b", "ab"),
        ("<b>a<i>b</b>c</i>", "abc"),
    ],
)
def test_broken_html_reads_as_browsers_read_it(html: str, text: str) -> None:
    assert text_from_html(html) == text


# Each of these took the standard library's parser minutes, or raised.
@pytest.mark.parametrize(
    ("piece", "text"),
    [
        ("<!", ""),
        ("<![", ""),
        ("<a ", ""),
        ("<!--", ""),
        ("</", ""),
        ('</a b="x>"', ""),
        ("<a b=", ""),
        ("<a b='", ""),
        ("<p><script>", ""),
        ("<div>", ""),
        ("<table><tr><td>", ""),
        ("<b><p>", ""),
        ("<li>", ""),
        ("</div>", ""),
        ("&#", "&#" * 100_000),
        ("< ", "< " * 99_999 + "<"),
    ],
)
def test_much_of_one_piece_is_read_in_one_pass(piece: str, text: str) -> None:
    assert text_from_html(piece * 100_000) == text


def test_deep_quotes_do_not_multiply_the_text() -> None:
    assert len(text_from_html("<blockquote>x<br>" * 10_000)) < 10_000 * 50


@given(markup)
def test_text_is_made_of_any_input(html: str) -> None:
    text = text_from_html(html)
    assert "\0" not in text
    assert text == text.strip("\n")


@given(markup)
def test_tags_nest_whatever_the_input(html: str) -> None:
    open_tags: list[str] = []
    for _, kind, name, _ in nested_cuts(html):
        if kind == END:
            assert open_tags.pop() == name
        elif kind == START and name not in VOID:
            open_tags.append(name)
            assert len(open_tags) <= DEEPEST
    assert open_tags == []


@given(markup)
def test_a_fragment_stays_as_it_is_when_made_again(html: str) -> None:
    once = fragment_of(html)
    assert fragment_of(once) == once


@pytest.mark.parametrize(
    ("html", "fragment"),
    [
        ("<html><head><meta charset=x><title>T</title></head><body><p>a</body></html>", "<div><p>a</p></div>"),
        (
            "<body bgcolor=#fff text=black style='margin:0'>a",
            '<div style="background-color: #fff; color: black; margin:0">a</div>',
        ),
        ("a</div></blockquote>b<div>c", "ab<div>c</div>"),
        ("<p onclick=x title='a\"b'>c<script>d</script>", '<p title="a&quot;b">c</p>'),
        ("<a href=' java\nscript:x'>y</a>", "<a>y</a>"),
        ("<style>p {}</style><form><input>a</form>", "<style>p {}</style>a"),
        ('a<img src="http://evil.test/', "a"),
    ],
)
def test_a_fragment_can_stand_in_other_html(html: str, fragment: str) -> None:
    assert fragment_of(html) == fragment


# HTML from text


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("", ""),
        ("a\nb\n\nc", "<p>a<br>b</p><p>c</p>"),
        ('<b> & "q"', "<p>&lt;b&gt; &amp; &quot;q&quot;</p>"),
        (" a  b", "<p>&nbsp;a&nbsp; b</p>"),
        (
            "> a\n>> b\nc",
            '<blockquote type="cite"><p>a</p><blockquote type="cite"><p>b</p></blockquote></blockquote><p>c</p>',
        ),
        (
            "see https://x.test/a_(b)?c&d.",
            '<p>see <a href="https://x.test/a_(b)?c&amp;d">https://x.test/a_(b)?c&amp;d</a>.</p>',
        ),
        ("(http://x.test)", '<p>(<a href="http://x.test">http://x.test</a>)</p>'),
        ("mailto:b@x.test", '<p><a href="mailto:b@x.test">mailto:b@x.test</a></p>'),
        (
            "javascript:alert(1) ftp://x.test http:// www.x.test",
            "<p>javascript:alert(1) ftp://x.test http:// www.x.test</p>",
        ),
        (
            'https://x.test/"onclick=alert(1)',
            '<p><a href="https://x.test/">https://x.test/</a>&quot;onclick=alert(1)</p>',
        ),
    ],
)
def test_text_becomes_html(text: str, html: str) -> None:
    assert html_from_text(text) == html


@given(st.text(st.characters(exclude_characters="<>\0", exclude_categories=("Cc", "Cs"))))
def test_no_word_is_lost_between_text_and_html(text: str) -> None:
    assert text_from_html(html_from_text(text)).split() == text.split()


@given(st.text())
def test_no_markup_of_the_text_is_markup_in_the_html(text: str) -> None:
    tags = {name for _, kind, name, _ in nested_cuts(html_from_text(text)) if kind in {START, END}}
    assert tags <= {"p", "br", "blockquote", "a"}


def test_more_than_enough_text_is_not_read() -> None:
    assert len(text_from_html("<p>word" * 10_000, enough=100)) < 200


def test_names_are_unescaped_as_the_standard_library_does() -> None:
    assert text_from_html("&notit; &ampx &NotEqualTilde;") == html_names.unescape("&notit; &ampx &NotEqualTilde;")


def test_halves_of_characters_in_utf_7_are_replaced() -> None:
    """Its decoder lets them through, and nothing could write them."""
    assert html_from_octets(b"<p>+2AA-x", 65000) == "<p>\ufffdx"


def test_html_that_says_ascii_and_has_eight_bits_is_read() -> None:
    assert html_from_octets(b"<p>\xe4\x80", 20127) == "<p>ä€"
    assert html_from_octets("<p>ä€".encode(), 20127) == "<p>ä€"
