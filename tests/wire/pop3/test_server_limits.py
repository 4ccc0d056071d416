"""What a POP3 server's session puts up with: time, lines, and commands."""

from __future__ import annotations

import attrs
import pytest

from msgcore.runtime import run
from msgcore.wire.pop3.server import ServerSettings, serve_session
from tests.wire.pop3.test_server import LOGIN, SETTINGS, Keeper
from tests.wire.test_server import TLS, Talker


def words(client: Talker, settings: ServerSettings = SETTINGS, keeper: Keeper | None = None) -> list[bytes]:
    """Give the first word of each line that the client hears, without the greeting's."""
    run(serve_session(client, keeper or Keeper(), settings))
    assert client.is_closed
    return [line.partition(b" ")[0] for line in bytes(client.heard).splitlines()[1:]]


def test_a_client_within_its_time_is_served() -> None:
    assert words(Talker(LOGIN, b"NOOP\r\n", tls=TLS, seconds_a_part=599.0)) == [b"+OK"] * 3


def test_a_client_that_says_nothing_is_cut() -> None:
    assert words(Talker(LOGIN, b"NOOP\r\n", tls=TLS, seconds_a_part=601.0)) == []


def test_a_command_in_drips_gains_no_time() -> None:
    drips = [b"CAPA\r\n"[place : place + 1] for place in range(6)]

    assert words(Talker(*drips, seconds_a_part=200.0)) == []


def test_a_session_is_cut_however_busy_it_is() -> None:
    assert len(words(Talker(LOGIN, *[b"NOOP\r\n"] * 999, tls=TLS, seconds_a_part=500.0))) == 2 + 171  # in a day


def test_a_session_that_is_cut_deletes_nothing() -> None:
    keeper = Keeper()
    settings = attrs.evolve(SETTINGS, session_seconds=500.0)
    words(Talker(LOGIN + b"DELE 1\r\n", b"QUIT\r\n", tls=TLS, seconds_a_part=300.0), settings, keeper)

    assert keeper.story == ["opened by ann", "closed"]


@pytest.mark.parametrize("end", [b"", b"\r\nNOOP\r\n"])
def test_a_line_that_is_too_long_ends_the_session(end: bytes) -> None:
    assert words(Talker(LOGIN + b"x" * 2_000 + end, tls=TLS)) == [b"+OK", b"+OK", b"-ERR"]


def test_the_longest_line_is_obeyed() -> None:
    line = b"NOOP" + b" " * 1_018 + b"\r\n"

    assert words(Talker(LOGIN + line, tls=TLS))[2:] == [b"+OK"]


def test_too_many_commands_end_the_session() -> None:
    settings = attrs.evolve(SETTINGS, max_commands=4)

    assert words(Talker(LOGIN + b"NOOP\r\n" * 9, tls=TLS), settings) == [b"+OK"] * 5


@pytest.mark.parametrize("said", [b"NOPE\r\n", b"\0\r\n"])
def test_too_many_errors_end_the_session(said: bytes) -> None:
    settings = attrs.evolve(SETTINGS, max_errors=3)

    assert words(Talker(LOGIN + said * 9, tls=TLS), settings)[2:] == [b"-ERR"] * 4


def test_a_message_that_is_not_there_is_no_error() -> None:
    settings = attrs.evolve(SETTINGS, max_errors=3)

    assert words(Talker(LOGIN + b"RETR 9\r\n" * 9, tls=TLS), settings)[2:] == [b"-ERR"] * 9
