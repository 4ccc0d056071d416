"""Commands as they are written."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msgcore.base.text import Secret
from msgcore.errors import InjectionRefused, UsageError
from msgcore.wire.imap.command import (
    ANY_LITERAL,
    LITERAL_MINUS_OCTETS,
    NO_LITERAL,
    Argument,
    Atom,
    Chunks,
    Command,
    Literal,
    flag,
    write_command,
)
from msgcore.wire.imap.uid_set import UidSet


def written(*arguments: Argument, free_octets: int = ANY_LITERAL, is_utf8: bool = False) -> bytes:
    """Give what is said for ``X`` with these arguments, without tag, name and line end."""
    pieces = write_command(Command(b"X", *arguments), b"A1", free_octets, is_utf8=is_utf8)
    octets = b"".join(b"".join(one.octets.parts) if isinstance(one.octets, Chunks) else one.octets for one in pieces)
    assert octets.startswith(b"A1 X ")
    assert octets.endswith(b"\r\n")
    return octets[5:-2]


@pytest.mark.parametrize(
    ("argument", "octets"),
    [
        (Atom(b"BODY.PEEK[]"), b"BODY.PEEK[]"),
        ("INBOX", b'"INBOX"'),
        ("", b'""'),
        ('a"b\\c', b'"a\\"b\\\\c"'),
        ("tab\there", b'"tab\there"'),
        ("{5+}", b'"{5+}"'),
        ("b\u00fccher", b"{7+}\r\nb\xc3\xbccher"),
        (b"\xff", b"{1+}\r\n\xff"),
        ("x" * 1_001, b"{1001+}\r\n" + b"x" * 1_001),
        (7, b"7"),
        (UidSet(((1, 3), (9, 9))), b"1:3,9"),
        ((), b"()"),
        ((Atom(b"a"), ("b", 1)), b'(a ("b" 1))'),
        (Literal(b"a\r\nb"), b"{4+}\r\na\r\nb"),
        (Literal(b"\0", is_binary=True), b"~{1+}\r\n\0"),
        (Literal(Chunks([b"ab", b"c"], 3)), b"{3+}\r\nabc"),
    ],
)
def test_arguments_are_written_as_the_grammar_has_them(argument: Argument, octets: bytes) -> None:
    assert written(argument) == octets


def test_utf_8_stands_in_quotes_where_the_server_takes_it() -> None:
    assert written("b\u00fccher", is_utf8=True) == '"b\u00fccher"'.encode()


def in_list(text: str) -> Argument:
    return (text,)


_STRINGS: Sequence[Callable[[str], Argument]] = [str, str.encode, Secret, in_list]


@pytest.mark.parametrize("forbidden", ["\r", "\n", "\0", "a\r\nA2 DELETE INBOX"])
@pytest.mark.parametrize("make", _STRINGS)
def test_a_string_in_which_a_command_could_begin_is_refused(make: Callable[[str], Argument], forbidden: str) -> None:
    """Security I18."""
    with pytest.raises(InjectionRefused):
        written(make(forbidden))


@pytest.mark.parametrize("forbidden", [b"a\r", b"a\n", b"\0", b"a{5}", b"a{5+}", b"{5-}"])
def test_an_atom_in_which_a_command_or_a_literal_could_begin_is_refused(forbidden: bytes) -> None:
    with pytest.raises(InjectionRefused):
        Atom(forbidden)


@pytest.mark.parametrize("name", [b"", b"UID  FETCH", b"NOOP\r\nA2 NOOP", b"noop", b"A B{3}"])
def test_a_name_that_is_none_is_refused(name: bytes) -> None:
    with pytest.raises(UsageError):
        Command(name)


@pytest.mark.parametrize("text", ["\\Seen", "$Forwarded", "a:b", "work"])
def test_a_flag_is_written_as_it_is(text: str) -> None:
    assert flag(text).octets == text.encode()


@pytest.mark.parametrize("text", ["", "\\", "a b", "a)", "\\Se\\en", '"', "a\r\n", "b\u00fc", "a]", "{3}", "\t"])
def test_a_flag_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        flag(text)


@pytest.mark.parametrize(
    ("free_octets", "size", "is_free"),
    [
        (NO_LITERAL, 0, False),
        (LITERAL_MINUS_OCTETS, 4_096, True),
        (LITERAL_MINUS_OCTETS, 4_097, False),
        (ANY_LITERAL, 5_000_000_000, True),
    ],
)
def test_a_literal_waits_unless_the_server_takes_it_at_once(free_octets: int, size: int, is_free: bool) -> None:
    pieces = write_command(Command(b"X", Literal(Chunks([], size))), b"A1", free_octets)

    head = (b"{%d+}\r\n" if is_free else b"{%d}\r\n") % size
    assert (pieces[0].octets, pieces[0].waits) == (b"A1 X " + head, False)
    assert pieces[1].waits is not is_free


def test_after_each_literal_that_waits_the_next_piece_does() -> None:
    pieces = write_command(Command(b"X", "\u00e4", "b", "\u00f6"), b"A1")

    assert [(one.octets, one.waits) for one in pieces] == [
        (b"A1 X {2}\r\n", False),
        (b'\xc3\xa4 "b" {2}\r\n', True),
        (b"\xc3\xb6\r\n", True),
    ]


@pytest.mark.parametrize("secret", ["correct horse", "p\u00e4ssword"])
def test_a_secret_is_hidden_in_a_transcript(secret: str) -> None:
    pieces = write_command(Command(b"LOGIN", "ann", Secret(secret)), b"A1", ANY_LITERAL)

    shown = b"".join(one.shown_as or b"" for one in pieces)
    assert re.sub(rb"\{\d+\+\}\r\n", b"", shown) == b'A1 LOGIN "ann" ***\r\n'


def test_what_is_no_text_is_refused_without_being_shown() -> None:
    with pytest.raises(UsageError) as caught:
        written(Secret("hunter2\ud800"))
    assert "hunter2" not in repr(caught.value)


_TEXT = st.text(st.characters(codec="utf-8")) | st.text(st.sampled_from('a"\\{}+0\r\n\0\t()* ]\u010d\u010a'))


def _strings_in(octets: bytes) -> list[bytes]:
    """Read strings as a server does: what it would run as further commands is an error here."""
    found: list[bytes] = []
    while octets:
        literal = re.match(rb"\{(\d+)\+\}\r\n", octets)
        quoted = re.match(rb'"((?:[^"\\\r\n]|\\["\\])*)"', octets)
        if literal is not None:
            end = literal.end() + int(literal[1])
            found.append(octets[literal.end() : end])
        else:
            assert quoted is not None
            found.append(re.sub(rb"\\(.)", rb"\1", quoted[1]))
            end = quoted.end()
        assert octets[end : end + 1] in {b" ", b""}
        octets = octets[end + 1 :]
    return found


@given(st.lists(_TEXT | st.binary(), min_size=1), st.booleans())
def test_strings_come_out_as_they_went_in_or_are_refused(texts: list[str | bytes], is_utf8: bool) -> None:
    """Security I18: whatever they hold, a server reads as many strings, and nothing behind them."""
    octets = [text.encode() if isinstance(text, str) else text for text in texts]
    try:
        said = written(*texts, is_utf8=is_utf8)
    except InjectionRefused:
        assert any(set(one) & {0, 10, 13} for one in octets)
    else:
        assert _strings_in(said) == octets
