"""What an IMAP server's session puts up with: time, lines, literals, and what is no IMAP at all."""

from __future__ import annotations

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from msgcore.runtime import run
from msgcore.wire.imap.server import USUAL_IMAP_EXTENSIONS, serve_session
from tests.wire.imap.server.talk import LETTER, LOGIN, NOON, SETTINGS, Keeper, account_with, ask, hear
from tests.wire.test_server import TLS, Talker

SMALL = attrs.evolve(SETTINGS, max_command_octets=200, max_literal_octets=50, max_append_octets=100, max_literals=3)
OPEN = LOGIN + b"s SELECT INBOX\r\n"


def last(*parts: bytes) -> list[bytes]:
    return hear(LOGIN, *parts, account=account_with(LETTER), settings=SMALL)[1:]


def test_a_line_without_end_ends_the_session() -> None:
    assert last(b"1 NOOP" + b" " * 500) == [b"* BAD line too long", b"* BYE what follows cannot be read"]


def test_a_command_is_bounded_over_all_its_lines() -> None:
    pieces = b"{1+}\r\n" + b"x" * 120
    heard = last(b"1 LOGIN " + pieces + pieces + b"\r\n")

    assert heard[-1] == b"* BYE what follows cannot be read"


def test_literals_are_bounded_in_number() -> None:
    assert last(b"1 LIST (" + b"{0+}\r\n " * 9 + b"\r\n")[-1] == b"* BYE what follows cannot be read"


@pytest.mark.parametrize("size", [51, 2**31 - 1, 2**32 - 1, 10**19])
def test_a_literal_that_is_too_large_is_not_waited_for(size: int) -> None:
    assert last(b"1 SELECT {%d}\r\n" % size, b"2 NOOP\r\n") == [b"1 NO [TOOBIG] at most 50 octets", b"2 OK done"]


def test_what_a_client_sends_unasked_though_it_is_too_large_is_never_read_as_commands() -> None:
    assert last(b"1 SELECT {51+}\r\n2 NOOP\r\n") == [
        b"1 NO [TOOBIG] at most 50 octets", b"* BYE what follows cannot be read",
    ]  # fmt: skip


def test_a_message_may_have_so_many_octets() -> None:
    assert last(b"1 APPEND INBOX {100}\r\n", b"x" * 100 + b"\r\n") == [
        b"+ go ahead", b"1 OK [APPENDUID 1001 2] appended",
    ]  # fmt: skip


def test_a_message_may_have_no_more_octets() -> None:
    assert last(b"1 APPEND INBOX {101}\r\n") == [b"1 NO [TOOBIG] at most 100 octets"]


def test_several_messages_in_one_command_share_that_limit() -> None:
    assert last(b"1 APPEND INBOX {60+}\r\n" + b"x" * 60 + b" {60+}\r\n")[0] == b"1 NO [TOOBIG] at most 40 octets"


def test_before_the_login_no_literal_is_as_large_as_a_message() -> None:
    assert hear(b"1 APPEND x {60}\r\n", settings=SMALL) == [b"1 NO [TOOBIG] at most 50 octets"]


@pytest.mark.parametrize("offers, word", [("LITERAL+", b"OK"), ("LITERAL-", b"OK"), ("", b"BAD")])
def test_literals_that_do_not_wait_have_to_be_offered(offers: str, word: bytes) -> None:
    settings = attrs.evolve(SETTINGS, offers=USUAL_IMAP_EXTENSIONS - {"LITERAL+"} | {offers} - {""})

    assert ask(account_with(), b"APPEND INBOX {4+}\r\nxxxx", settings=settings, is_open=False)[0].split()[1] == word


def test_literal_minus_is_for_short_ones() -> None:
    settings = attrs.evolve(SETTINGS, offers=USUAL_IMAP_EXTENSIONS - {"LITERAL+"} | {"LITERAL-"})
    heard = ask(account_with(), b"APPEND INBOX {4097+}\r\n" + b"x" * 4_097, settings=settings, is_open=False)

    assert heard == [b"1 BAD wait for the go-ahead", b"* BYE what follows cannot be read"]


@pytest.mark.parametrize(
    "line", [b"1 NOOP\n", b"1 NOOP\rx\r\n", b"1 NOOP\0\r\n", b"NOOP\r\n", b"\r\n", b"1\r\n", b"1 UID\r\n"]
)
def test_what_is_no_command_is_refused(line: bytes) -> None:
    assert hear(line)[0].split()[1] == b"BAD"


def test_too_many_errors_end_the_session() -> None:
    settings = attrs.evolve(SETTINGS, max_errors=3)

    assert hear(b"1 NOPE\r\n" * 9, settings=settings)[3:] == [
        b"1 BAD no such command here and now", b"* BYE too much of this",
    ]  # fmt: skip


def test_too_many_commands_end_the_session() -> None:
    settings = attrs.evolve(SETTINGS, max_commands=3)

    assert hear(b"1 NOOP\r\n" * 9, settings=settings)[3:] == [b"1 OK done", b"* BYE too much of this"]


def heard_by(client: Talker) -> bytes:
    run(serve_session(client, Keeper(), SETTINGS, now=lambda: NOON))
    return bytes(client.heard)


def test_a_client_that_says_nothing_is_cut() -> None:
    assert b"OK done" not in heard_by(Talker(b"1 NOOP\r\n", tls=TLS, seconds_a_part=1_801.0))


def test_a_literal_in_drips_gains_no_time() -> None:
    drips = [b"x"] * 50
    parts = [LOGIN + b"1 APPEND INBOX {50+}\r\n", *drips, b"\r\n"]

    assert b"APPENDUID" not in heard_by(Talker(*parts, tls=TLS, seconds_a_part=100.0))


def test_a_pattern_of_many_wildcards_is_answered() -> None:
    account = account_with()
    account.add(b"a" * 2_000)

    assert ask(account, b'LIST "" ' + b"*a" * 300 + b"b") == [b"1 OK listed"]


def test_a_pattern_that_is_too_long_is_refused() -> None:
    assert ask(account_with(), b'LIST "" ' + b"a" * 1_001) == [b"1 NO [LIMIT] this pattern is too long"]


def test_mailboxes_are_bounded_in_number() -> None:
    assert ask(account_with(max_mailboxes=2), b"CREATE a", b"CREATE b") == [b"2 NO [LIMIT] too many mailboxes"]


VERBS = [b"FETCH", b"UID FETCH", b"SEARCH", b"STORE", b"LIST", b"STATUS", b"APPEND", b"SELECT", b"COPY", b"ENABLE"]


@given(st.sampled_from(VERBS), st.binary(max_size=40) | st.text(' (){}[]<>*"\\1:,.+-FLAGSBODYRETUN', max_size=30))
def test_whatever_stands_behind_a_verb_gets_one_answer(verb: bytes, argument: bytes | str) -> None:
    octets = argument if isinstance(argument, bytes) else argument.encode()
    heard = hear(
        OPEN + b"1 " + verb + b" " + octets.replace(b"\n", b"").replace(b"{", b"[") + b"\r\n2 NOOP\r\n",
        account=account_with(LETTER),
    )

    assert [line.split()[0] for line in heard if line.startswith((b"1 ", b"2 ", b"* BAD"))][-1] == b"2"


@given(st.lists(st.binary(max_size=60), max_size=5))
def test_no_octets_break_a_session(parts: list[bytes]) -> None:
    assert hear(OPEN, *parts, account=account_with(LETTER))[0] == b"l OK welcome"
