"""format=flowed (RFC 3676): joining soft line breaks, making them, and when it is not used."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msgcore.codecs import mime
from msgcore.codecs.mime.syntax.flowed import flow, unflow
from msgcore.codecs.mime.tree.entity import parse
from msgcore.model import Message

LONG = "word " * 30 + "end"

JOINED = [
    ("a \nb", "a b"),
    ("a \nb \nc\nd", "a b c\nd"),
    ("a\n\nb", "a\n\nb"),
    ("a \n", "a \n"),
    ("", ""),
    (" >not quoted", ">not quoted"),
    (" From x", "From x"),
    ("  two", " two"),
    ("a \n b", "a b"),
    ("> a \n> b", "> a b"),
    (">a \n>b", ">a b"),
    (">> a \n>> b", ">> a b"),
    ("> > a", "> > a"),  # one mark, and a text that starts with another
    ("> a \n>> b", "> a \n>> b"),  # another depth ends a paragraph (section 4.5)
    ("> a \nb", "> a \nb"),
    ("a \n-- \nb", "a \n-- \nb"),  # a signature is never joined (section 4.3)
    ("> -- \n> b", "> -- \n> b"),
]


@pytest.mark.parametrize(("text", "joined"), JOINED)
def test_soft_line_breaks_are_joined(text: str, joined: str) -> None:
    assert unflow(text, delsp=False) == joined


@pytest.mark.parametrize(
    ("text", "joined"), [("a \nb", "ab"), ("a  \nb", "a b"), ("日 \n本", "日本"), ("a \n-- ", "a \n-- ")]
)
def test_with_delsp_the_blank_goes_too(text: str, joined: str) -> None:
    assert unflow(text, delsp=True) == joined


FLOWED = [
    ("short", "short"),
    (" indented", "  indented"),
    (">quoted", ">quoted"),
    ("From me", " From me"),
    ("-- ", "-- "),
    ("", ""),
    ("x" * 200, "x" * 200),
    ("a" * 60 + " " + "b" * 60, "a" * 60 + " \n" + "b" * 60),
    ("a" * 60 + " >" + "b" * 60, "a" * 60 + " \n >" + "b" * 60),
    ("> " + "a" * 60 + " " + "b" * 60, "> " + "a" * 60 + " \n> " + "b" * 60),
]


@pytest.mark.parametrize(("text", "flowed"), FLOWED)
def test_long_lines_are_broken_at_blanks(text: str, flowed: str) -> None:
    assert flow(text) == flowed


def words(characters: str) -> st.SearchStrategy[str]:
    return st.lists(st.text(characters, min_size=1, max_size=30), max_size=30).map(" ".join)


LINES = st.tuples(st.sampled_from(["", "> ", ">> ", " ", "From "]), words("a>-=å")).map("".join)


@given(st.lists(LINES.map(str.rstrip), max_size=6).map("\n".join))
def test_text_without_blanks_at_line_ends_reads_back_the_same(text: str) -> None:
    assert unflow(flow(text), delsp=False) == text


@given(st.lists(words("ab"), max_size=5).map("\n".join))
def test_no_line_of_words_is_longer_than_78(text: str) -> None:
    assert max(map(len, flow(text).split("\n"))) <= 78


@given(st.text(st.sampled_from("ab >-\n\r\0å") | st.characters(codec="utf-8"), max_size=300))
def test_any_text_that_is_written_flowed_reads_back_the_same(text: str) -> None:
    flowed = parse(mime.write(Message(text=text), flowed=True))
    written = flowed.content.decode().replace("\r\n", "\n")
    joined = unflow(written, delsp=False) if flowed.content_type.get("format") == "flowed" else written

    assert joined in {text.replace("\r\n", "\n"), text.replace("\r\n", "\n") + "\n"}


@pytest.mark.parametrize(
    "text", [LONG, "short", "> " + LONG, ">" + LONG, "-- \nAnn", "", "å " * 100 + "end", "a ", "a \n> b"]
)
def test_ordinary_text_is_written_flowed(text: str) -> None:
    octets = mime.write(Message(text=text), flowed=True)

    assert parse(octets).content_type.get("format") == "flowed"


@pytest.mark.parametrize("text", ["a \nb", "> a \n> b", LONG + " \n" + LONG])
def test_text_that_would_read_back_otherwise_is_written_as_it_is(text: str) -> None:
    assert mime.write(Message(text=text), flowed=True) == mime.write(Message(text=text))


def test_flowed_is_not_used_unless_wished() -> None:
    assert b"flowed" not in mime.write(Message(text=LONG))


def test_a_hop_gets_flowed_text_on_wish() -> None:
    octets = mime.write_for_wire(Message(text=LONG), allow_8bit=True, allow_utf8=True, flowed=True)

    assert unflow(octets.decode().replace("\r\n", "\n"), delsp=False).endswith(f"\n\n{LONG}\n")


@pytest.mark.parametrize("line", [" " * 500_000, "> " * 250_000, "a " * 250_000, ">" * 500_000, "-- " * 150_000])
def test_any_line_is_written_in_time(line: str) -> None:
    """Each takes milliseconds when time grows with the size, and minutes when with its square."""
    assert unflow(flow(line), delsp=False).replace(" ", "").replace("\n", "") == line.replace(" ", "")
