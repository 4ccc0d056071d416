"""A POP3 session by the server's side: its states, its commands, and how messages go over the wire."""

from __future__ import annotations

from collections.abc import Sequence

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from msgcore.base.status import StatusResponse
from msgcore.base.text import Secret
from msgcore.errors import (
    AuthenticationRefused,
    CommandRefused,
    ConnectionLost,
    LoginTooSoon,
    MaildropInUse,
    MsgcoreError,
    ServiceBusy,
    StoreBusy,
    StoreCorrupt,
    UsageError,
)
from msgcore.runtime import run
from msgcore.wire.pop3.server import EVERY_CAPABILITY, Answer, ServerSettings, serve_session
from msgcore.wire.pop3.server.answer import dotted, top_of, write_answer
from msgcore.wire.pop3.server.turn import Turn
from msgcore.wire.sasl import Passwords
from tests.wire.test_server import TLS, TLS_SETTINGS, Talker

LETTERS = (b"Subject: 1\r\n\r\none\r\n", b"Subject: 2\r\n\r\n.two\r\n..\r\nthree\r\n", b"Subject: 3\r\n\r\n\r\n")
USERS = Passwords({"ann": Secret("pa ss")})
SETTINGS = ServerSettings("pop.b.test", offers=EVERY_CAPABILITY, authenticator=USERS)
LOGIN = b"USER ann\r\nPASS pa ss\r\n"


class Keeper:
    """Has one maildrop, and raises what it is given at ``open``, ``octets`` or ``commit``."""

    def __init__(self, letters: Sequence[bytes] = LETTERS, **errors: Exception) -> None:
        self._letters = letters
        self._errors = errors
        self.unique_ids: list[bytes] | None = [b"id%d" % number for number in range(1, len(letters) + 1)]
        self.story: list[str] = []

    @property
    def sizes(self) -> list[int]:
        return [len(letter) for letter in self._letters]

    def _tell(self, what: str, at: str) -> None:
        self.story.append(what)
        if at in self._errors:
            raise self._errors[at]

    async def open_maildrop(self, user: str) -> Keeper:
        self._tell(f"opened by {user}", "open")
        return self

    async def octets(self, number: int) -> bytes:
        self._tell(f"gave {number}", "octets")
        return self._letters[number - 1]

    async def commit(self, numbers: Sequence[int]) -> None:
        self._tell(f"deleted {list(numbers)}", "commit")

    async def close(self) -> None:
        self._tell("closed", "close")


def heard(
    *parts: bytes, keeper: Keeper | None = None, settings: ServerSettings = SETTINGS, is_private: bool = True
) -> bytes:
    """Give what a client hears, behind the greeting, which says these parts."""
    client = Talker(*parts, tls=TLS if is_private else None)
    run(serve_session(client, keeper or Keeper(), settings))
    assert client.is_closed
    return bytes(client.heard).partition(b"\r\n")[2]


def after_login(said: bytes, keeper: Keeper | None = None, settings: ServerSettings = SETTINGS) -> list[str]:
    """Give the lines that a client hears which says this after it has logged in."""
    return heard(LOGIN + said, keeper=keeper, settings=settings).decode().split("\r\n")[2:-1]


def test_the_greeting_names_the_host() -> None:
    client = Talker()
    run(serve_session(client, Keeper(), SETTINGS))

    assert client.heard == b"+OK pop.b.test POP3\r\n"


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        (b"STAT\r\n", ["+OK 3 66"]),
        (b"LIST\r\n", ["+OK here they are", "1 19", "2 31", "3 16", "."]),
        (b"LIST 2\r\n", ["+OK 2 31"]),
        (b"UIDL\r\n", ["+OK here they are", "1 id1", "2 id2", "3 id3", "."]),
        (b"UIDL 3\r\n", ["+OK 3 id3"]),
        (b"RETR 1\r\n", ["+OK 19 octets", "Subject: 1", "", "one", "."]),
        (b"retr 2\r\n", ["+OK 31 octets", "Subject: 2", "", "..two", "...", "three", "."]),
        (b"TOP 2 0\r\n", ["+OK here it is", "Subject: 2", "", "."]),
        (b"TOP 2 1\r\n", ["+OK here it is", "Subject: 2", "", "..two", "."]),
        (b"TOP 1 99\r\n", ["+OK here it is", "Subject: 1", "", "one", "."]),
        (b"DELE 1\r\n", ["+OK marked as deleted"]),
        (b"NOOP\r\n", ["+OK done"]),
        (b"RSET\r\n", ["+OK nothing is marked any more"]),
        (b"QUIT\r\n", ["+OK pop.b.test closes"]),
        (b"LANG\r\n", ["+OK languages", "en English", "."]),
        (b"LANG EN\r\n", ["+OK en this is English"]),
        (b"LANG sv\r\n", ["-ERR no such language"]),
        (b"RETR 0\r\n", ["-ERR no such message"]),
        (b"RETR 4\r\n", ["-ERR no such message"]),
        (b"RETR\r\n", ["-ERR need a message's number"]),
        (b"RETR -1\r\n", ["-ERR need a message's number"]),
        (b"RETR 99999999999\r\n", ["-ERR need a message's number"]),
        ("RETR \u0663\r\n".encode(), ["-ERR need a message's number"]),
        (b"TOP 1\r\n", ["-ERR need a message's number, and how many lines"]),
        (b"TOP 1 -1\r\n", ["-ERR need a message's number, and how many lines"]),
        (b"USER ann\r\n", ["-ERR no such command here and now"]),
        (b"UTF8\r\n", ["-ERR no such command here and now"]),
        (b"\r\n", ["-ERR no such command here and now"]),
        (b"NOOP\n", ["-ERR a line ends with CR LF and holds no other CR, LF or NUL"]),
        (b"NO\0OP\r\n", ["-ERR a line ends with CR LF and holds no other CR, LF or NUL"]),
        (b"NOOP \xff\r\n", ["-ERR this is not UTF-8"]),
    ],
)
def test_each_command_has_its_answer(said: bytes, answer: list[str]) -> None:
    assert after_login(said) == answer


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        (b"STAT\r\n", ["+OK 2 35"]),
        (b"LIST\r\n", ["+OK here they are", "1 19", "3 16", "."]),
        (b"UIDL\r\n", ["+OK here they are", "1 id1", "3 id3", "."]),
        (b"LIST 2\r\n", ["-ERR no such message"]),
        (b"UIDL 2\r\n", ["-ERR no such message"]),
        (b"RETR 2\r\n", ["-ERR no such message"]),
        (b"TOP 2 0\r\n", ["-ERR no such message"]),
        (b"DELE 2\r\n", ["-ERR no such message"]),
        (b"RSET\r\nSTAT\r\n", ["+OK nothing is marked any more", "+OK 3 66"]),
    ],
)
def test_what_is_marked_as_deleted_is_not_there(said: bytes, answer: list[str]) -> None:
    assert after_login(b"DELE 2\r\n" + said)[1:] == answer


@pytest.mark.parametrize("said", [b"STAT\r\n", b"LIST\r\n", b"RETR 1\r\n", b"DELE 1\r\n", b"NOOP\r\n", b"RSET\r\n"])
def test_nobody_gets_at_a_maildrop_before_the_login(said: bytes) -> None:
    assert heard(said) == b"-ERR no such command here and now\r\n"


@pytest.mark.parametrize("said", [b"LANG\r\n", b"CAPA\r\n", b"UTF8\r\n"])
def test_some_commands_need_no_login(said: bytes) -> None:
    assert heard(said).startswith(b"+OK")


@pytest.mark.parametrize(
    ("said", "ends"),
    [
        (b"QUIT\r\n", ["deleted []", "closed"]),
        (b"DELE 3\r\nDELE 1\r\nQUIT\r\n", ["deleted [1, 3]", "closed"]),
        (b"DELE 1\r\nRSET\r\nDELE 2\r\nQUIT\r\n", ["deleted [2]", "closed"]),
        (b"DELE 1\r\n", ["closed"]),
        (b"DELE 1\r\nQUI", ["closed"]),
        (b"DELE 1\r\nQUIT", ["closed"]),
    ],
)
def test_only_a_whole_quit_deletes(said: bytes, ends: list[str]) -> None:
    keeper = Keeper()
    heard(LOGIN + said, keeper=keeper)

    assert keeper.story == ["opened by ann", *ends]


def test_a_quit_without_a_login_touches_no_maildrop() -> None:
    keeper = Keeper()
    answer = heard(b"QUIT\r\n", keeper=keeper)

    assert (answer, keeper.story) == (b"+OK pop.b.test closes\r\n", [])


def test_what_lies_behind_a_quit_is_not_obeyed() -> None:
    assert after_login(b"QUIT\r\nNOOP\r\n") == ["+OK pop.b.test closes"]


@given(st.data())
def test_a_session_is_the_same_at_every_cut(data: st.DataObject) -> None:
    said = LOGIN + b"STAT\r\nLIST\r\nRETR 2\r\nTOP 1 0\r\nDELE 1\r\nNOPE\r\nQUIT\r\n"
    places = sorted(data.draw(st.sets(st.integers(1, len(said) - 1))))
    parts = [said[start:end] for start, end in zip([0, *places], [*places, len(said)], strict=True)]

    assert heard(*parts) == heard(said)


def test_answers_to_one_batch_go_out_together() -> None:
    writes: list[bytes] = []

    class Counting(Talker):
        async def write(self, octets: bytes, shown_as: bytes | None = None) -> None:
            writes.append(octets)

    run(serve_session(Counting(LOGIN, b"RETR 1\r\nRETR 2\r\nRETR 3\r\n", tls=TLS), Keeper(), SETTINGS))
    assert [octets.count(b"+OK") for octets in writes] == [1, 2, 3]


def test_large_answers_do_not_wait_for_the_end_of_a_batch() -> None:
    writes: list[bytes] = []

    class Counting(Talker):
        async def write(self, octets: bytes, shown_as: bytes | None = None) -> None:
            writes.append(octets)

    letter = b"x" * 70_000 + b"\r\n"
    run(serve_session(Counting(LOGIN, b"RETR 1\r\n" * 9, tls=TLS), Keeper([letter]), SETTINGS))
    assert [octets.count(b"+OK") for octets in writes] == [1, 2, *[1] * 9]


# Multi-line answers.

LINES = st.lists(st.sampled_from([b"", b".", b"..", b".x", b"x", b"x.\n.y", b"\r.", b"a" * 70]), max_size=8)


@given(LINES)
def test_dots_are_doubled_at_the_start_of_lines_and_nowhere_else(lines: list[bytes]) -> None:
    octets = b"".join(b"%b\r\n" % line for line in lines)
    slowly = b"".join(b"%b%b\r\n" % (b"." if line.startswith(b".") else b"", line) for line in lines)

    assert dotted(octets) == slowly + b".\r\n"


def test_a_last_line_without_end_gets_one() -> None:
    assert dotted(b"x\r\n.y") == b"x\r\n..y\r\n.\r\n"


@given(LINES, LINES, st.integers(0, 9))
def test_the_top_of_a_message_is_its_header_and_so_many_lines(
    header: list[bytes], body: list[bytes], count: int
) -> None:
    fields = [line for line in header if line]
    octets = b"".join(b"%b\r\n" % line for line in [*fields, b"", *body])
    first = b"".join(b"%b\r\n" % line for line in [*fields, b""])
    lines = [line + b"\n" for line in octets[len(first) :].split(b"\n")[:-1]]

    assert top_of(octets, count) == first + b"".join(lines[:count])


def test_the_top_of_a_header_without_end_is_all_of_it() -> None:
    assert top_of(b"Subject: x\r\n", 0) == b"Subject: x\r\n"


@pytest.mark.parametrize(
    ("text", "octets"),
    [("a\r\nb", b"-ERR a??b\r\n"), ("å", b"-ERR ?\r\n"), ("x" * 600, b"-ERR " + b"x" * 505 + b"\r\n")],
)
def test_a_status_is_one_line_whatever_its_text(text: str, octets: bytes) -> None:
    assert write_answer(Answer(StatusResponse("-ERR", text))) == octets


# What the handler says.


@pytest.mark.parametrize(
    ("error", "answer"),
    [
        (MaildropInUse("x"), "-ERR [IN-USE] somebody has the maildrop open"),
        (LoginTooSoon("x"), "-ERR [LOGIN-DELAY] the last login was not long ago"),
        (AuthenticationRefused("x"), "-ERR [AUTH] wrong user or password"),
        (ServiceBusy("x"), "-ERR [SYS/TEMP] this does not work now; try again later"),
        (StoreBusy("x"), "-ERR [SYS/TEMP] this does not work now; try again later"),
        (ConnectionLost("the database's"), "-ERR [SYS/TEMP] this does not work now; try again later"),
        (StoreCorrupt("x"), "-ERR [SYS/PERM] the server has to be repaired first"),
        (CommandRefused(StatusResponse("-ERR", "tomorrow", "X")), "-ERR [X] tomorrow"),
    ],
)
def test_a_maildrop_that_does_not_open_says_why(error: MsgcoreError, answer: str) -> None:
    assert heard(LOGIN + b"STAT\r\n", keeper=Keeper(open=error)).decode().splitlines()[1:] == [
        answer,
        "-ERR no such command here and now",
    ]


def test_a_message_that_cannot_be_read_leaves_the_session_as_it_was() -> None:
    assert after_login(b"RETR 1\r\nSTAT\r\n", Keeper(octets=StoreBusy("x"))) == [
        "-ERR [SYS/TEMP] this does not work now; try again later",
        "+OK 3 66",
    ]


def test_a_quit_that_deletes_nothing_says_no_and_closes() -> None:
    keeper = Keeper(commit=StoreBusy("x"))

    assert after_login(b"DELE 1\r\nQUIT\r\nNOOP\r\n", keeper)[1:] == [
        "-ERR [SYS/TEMP] this does not work now; try again later"
    ]
    assert keeper.story[-1] == "closed"


def test_a_handler_that_breaks_has_its_maildrop_closed() -> None:
    keeper = Keeper(octets=ZeroDivisionError())
    with pytest.raises(ZeroDivisionError):
        heard(LOGIN + b"RETR 1\r\n", keeper=keeper)

    assert keeper.story[-1] == "closed"


# What is offered.


def capabilities(settings: ServerSettings, said: bytes = b"CAPA\r\n", *, is_private: bool = True) -> set[str]:
    return set(heard(said, settings=settings, is_private=is_private).decode().split("\r\n")[-20:]) - {"", "."}


@pytest.mark.parametrize(
    "offer", ["TOP", "UIDL", "PIPELINING", "RESP-CODES", "AUTH-RESP-CODE", "LANG", "UTF8 USER", "USER"]
)
def test_what_is_offered_is_told(offer: str) -> None:
    assert offer in capabilities(SETTINGS)


@pytest.mark.parametrize("offer", ["TOP", "UIDL", "LANG", "PIPELINING", "CAPA"])
def test_what_is_not_offered_is_not_told(offer: str) -> None:
    assert offer not in capabilities(attrs.evolve(SETTINGS, offers=EVERY_CAPABILITY - {offer}))


@pytest.mark.parametrize(
    ("offer", "said"), [("TOP", b"TOP 1 0\r\n"), ("UIDL", b"UIDL\r\n"), ("LANG", b"LANG\r\n"), ("CAPA", b"CAPA\r\n")]
)
def test_what_is_not_offered_is_not_served(offer: str, said: bytes) -> None:
    settings = attrs.evolve(SETTINGS, offers=EVERY_CAPABILITY - {offer})

    assert after_login(said, settings=settings) == ["-ERR no such command here and now"]


def test_a_maildrop_without_unique_ids_says_so() -> None:
    keeper = Keeper()
    keeper.unique_ids = None

    assert after_login(b"UIDL\r\n", keeper) == ["-ERR no unique ids here"]


@pytest.mark.parametrize(
    ("setting", "line"),
    [
        ({"expire": "NEVER"}, "EXPIRE NEVER"),
        ({"login_delay_seconds": 900}, "LOGIN-DELAY 900"),
        ({"implementation": "msgcore"}, "IMPLEMENTATION msgcore"),
    ],
)
def test_what_the_server_says_of_itself_is_told(setting: dict[str, object], line: str) -> None:
    assert line in capabilities(attrs.evolve(SETTINGS, **setting))  # type: ignore[arg-type]  # one of several kinds


@pytest.mark.parametrize("word", ["USER", "SASL", "STLS"])
def test_who_has_logged_in_is_offered_no_login(word: str) -> None:
    settings = attrs.evolve(SETTINGS, tls=TLS_SETTINGS)
    said = capabilities(settings, LOGIN + b"CAPA\r\n")

    assert not any(line.split()[0] == word for line in said)


@pytest.mark.parametrize(("is_private", "expected"), [(True, False), (False, True)])
def test_stls_is_offered_in_clear(is_private: bool, expected: bool) -> None:
    said = capabilities(attrs.evolve(SETTINGS, tls=TLS_SETTINGS), is_private=is_private)

    assert ("STLS" in said) is expected


@pytest.mark.parametrize(
    ("left_out", "error", "answer"),
    [
        ("RESP-CODES", MaildropInUse("x"), "-ERR somebody has the maildrop open"),
        ("AUTH-RESP-CODE", StoreBusy("x"), "-ERR this does not work now; try again later"),
        ("AUTH-RESP-CODE", MaildropInUse("x"), "-ERR [IN-USE] somebody has the maildrop open"),
    ],
)
def test_response_codes_are_said_where_they_are_offered(left_out: str, error: MsgcoreError, answer: str) -> None:
    settings = attrs.evolve(SETTINGS, offers=EVERY_CAPABILITY - {left_out})

    assert heard(LOGIN, keeper=Keeper(open=error), settings=settings).decode().splitlines()[1] == answer


@pytest.mark.parametrize("tag", ["XTND", "top", ""])
def test_a_capability_that_is_not_known_cannot_be_offered(tag: str) -> None:
    with pytest.raises(UsageError):
        ServerSettings("pop.b.test", offers=frozenset({"TOP", tag}))


# Turns.


def test_who_stands_around_sees_each_turn() -> None:
    turns: list[str] = []

    async def around(turn: Turn) -> Answer | None:
        turns.append(f"{turn.stage} {turn.argument} by {turn.user}")
        return await turn.carry_out()

    run(serve_session(Talker(LOGIN + b"RETR 1\r\nQUIT\r\n", tls=TLS), Keeper(), SETTINGS, around))
    assert turns == ["greeting  by ", "USER ann by ", "PASS pa ss by ", "RETR 1 by ann", "QUIT  by ann"]


def test_a_turn_that_is_not_carried_out_changes_nothing() -> None:
    async def around(turn: Turn) -> Answer | None:
        return Answer(StatusResponse("+OK", "yes")) if turn.stage == "DELE" else await turn.carry_out()

    keeper = Keeper()
    run(serve_session(Talker(LOGIN + b"DELE 1\r\nQUIT\r\n", tls=TLS), keeper, SETTINGS, around))
    assert "deleted []" in keeper.story
