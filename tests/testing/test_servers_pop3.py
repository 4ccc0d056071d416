"""The loopback POP3 server: each of its faults and quirks, as plain sockets and poplib see them."""

from __future__ import annotations

import poplib
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from msgcore.errors import MaildropInUse, UsageError
from msgcore.testing.clock import ManualClock
from msgcore.testing.servers import USUAL_CAPABILITIES, LoopbackPop3Server, Pop3Quirks

USERS = {"ann": "pa ss", "bob": "word"}
LETTERS = (b"Subject: 1\r\n\r\none\r\n", b"Subject: 2\r\n\r\n.two\r\n", b"Subject: 3\r\n\r\nthree\r\n")
LOGIN = b"USER ann\r\nPASS pa ss\r\n"


def filled(**options: object) -> LoopbackPop3Server:
    server = LoopbackPop3Server(USERS, **options)  # type: ignore[arg-type]  # one of several kinds
    for letter in LETTERS:
        server.put("ann", letter)
    return server


@pytest.fixture
def server() -> Iterator[LoopbackPop3Server]:
    with filled() as server:
        yield server


def say(server: LoopbackPop3Server, octets: bytes) -> list[bytes]:
    """Say all of it in one go behind the greeting, and give the lines that the server says until it closes."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as client:
        heard = client.recv(1_000)
        client.sendall(octets)
        client.shutdown(socket.SHUT_WR)
        try:
            while more := client.recv(100_000):
                heard += more
        except ConnectionResetError:
            pass
    return heard.splitlines(keepends=True)[1:]


def after_login(server: LoopbackPop3Server, octets: bytes) -> list[bytes]:
    return [line.rstrip(b"\r\n") for line in say(server, LOGIN + octets)[2:]]


def statuses(server: LoopbackPop3Server, octets: bytes) -> list[bytes]:
    return [line for line in after_login(server, octets) if line.startswith((b"+OK", b"-ERR"))]


def numbers_left(server: LoopbackPop3Server) -> list[int]:
    return [LETTERS.index(octets) + 1 for _, octets in server.maildrop("ann")]


def test_without_faults_a_session_does_what_it_should(server: LoopbackPop3Server) -> None:
    after_login(server, b"RETR 1\r\nDELE 1\r\nQUIT\r\n")

    assert numbers_left(server) == [2, 3]


def test_each_message_has_a_unique_id_of_its_own(server: LoopbackPop3Server) -> None:
    assert len({unique_id for unique_id, _ in server.maildrop("ann")}) == 3


def test_a_unique_id_is_not_used_again(server: LoopbackPop3Server) -> None:
    [*_, (last, _)] = server.maildrop("ann")
    server.remove("ann", last)

    assert server.put("ann", LETTERS[0]) != last


def test_a_unique_id_may_be_given_twice(server: LoopbackPop3Server) -> None:
    server.put("bob", LETTERS[0], b"same")
    server.put("bob", LETTERS[1], b"same")

    assert say(server, b"USER bob\r\nPASS word\r\nUIDL\r\n")[3:5] == [b"1 same\r\n", b"2 same\r\n"]


def test_a_message_is_deleted_and_its_double_stays(server: LoopbackPop3Server) -> None:
    server.put("bob", LETTERS[0], b"same")
    server.put("bob", LETTERS[0], b"same")
    say(server, b"USER bob\r\nPASS word\r\nDELE 1\r\nQUIT\r\n")

    assert server.maildrop("bob") == ((b"same", LETTERS[0]),)


def test_a_session_does_not_see_what_comes_meanwhile(server: LoopbackPop3Server) -> None:
    client = poplib.POP3("127.0.0.1", server.port, timeout=30)
    client.user("ann")
    client.pass_("pa ss")
    server.put("ann", LETTERS[0])
    count, _ = client.stat()
    client.dele(3)
    client.quit()

    assert (count, numbers_left(server)) == (3, [1, 2, 1])


def test_a_user_who_is_not_there_has_no_maildrop(server: LoopbackPop3Server) -> None:
    with pytest.raises(UsageError):
        server.maildrop("cid")


# Locks and logins.

IN_USE = b"-ERR [IN-USE] somebody has the maildrop open"


def test_a_maildrop_is_open_once_at_a_time(server: LoopbackPop3Server) -> None:
    client = poplib.POP3("127.0.0.1", server.port, timeout=30)
    client.user("ann")
    client.pass_("pa ss")
    answer = say(server, LOGIN)[1]
    client.quit()

    assert answer.strip() == IN_USE


def test_another_users_maildrop_is_another(server: LoopbackPop3Server) -> None:
    with server.lock("bob"):
        assert after_login(server, b"NOOP\r\n") == [b"+OK done"]


def test_a_test_locks_a_maildrop(server: LoopbackPop3Server) -> None:
    with server.lock("ann"):
        assert say(server, LOGIN)[1].strip() == IN_USE


def test_a_lock_ends_with_its_context(server: LoopbackPop3Server) -> None:
    with server.lock("ann"):
        pass

    assert after_login(server, b"NOOP\r\n") == [b"+OK done"]


def test_what_is_locked_cannot_be_locked(server: LoopbackPop3Server) -> None:
    with server.lock("ann"), pytest.raises(MaildropInUse), server.lock("ann"):
        pass


def test_a_maildrop_is_free_again_when_the_farewell_is_heard(server: LoopbackPop3Server) -> None:
    assert [after_login(server, b"QUIT\r\n")[0][:3] for _ in range(50)] == [b"+OK"] * 50


@pytest.mark.parametrize("octets", range(30, 200, 20))
def test_a_maildrop_is_free_again_when_a_connection_has_broken(server: LoopbackPop3Server, octets: int) -> None:
    server.break_after(sent=octets)
    say(server, LOGIN + b"RETR 1\r\nDELE 1\r\nRETR 2\r\n")
    server.break_after()

    assert after_login(server, b"STAT\r\n") == [b"+OK 3 60"]


def test_logins_are_kept(server: LoopbackPop3Server) -> None:
    say(server, LOGIN)
    say(server, b"USER bob\r\nPASS word\r\nQUIT\r\n")
    say(server, b"USER bob\r\nPASS no\r\nQUIT\r\n")

    assert server.logins == ("ann", "bob")


def test_a_login_may_come_too_soon() -> None:
    clock = ManualClock()
    with filled(clock=clock, quirks=Pop3Quirks(login_delay_seconds=900)) as server:
        answers = [say(server, LOGIN)[1][:17], say(server, LOGIN)[1][:17]]
        clock.move(900)
        answers.append(say(server, LOGIN)[1][:17])

    assert answers == [b"+OK welcome\r\n", b"-ERR [LOGIN-DELAY", b"+OK welcome\r\n"]


def test_a_login_delay_is_told() -> None:
    with filled(quirks=Pop3Quirks(login_delay_seconds=900)) as server:
        assert b"LOGIN-DELAY 900\r\n" in say(server, b"CAPA\r\n")


# Faults.


def test_an_answer_strikes_one_message(server: LoopbackPop3Server) -> None:
    server.answer("-ERR [SYS/TEMP] not now", at="RETR", about="2")

    assert statuses(server, b"RETR 1\r\nRETR 2\r\nRETR 3\r\n") == [
        b"+OK 19 octets",
        b"-ERR [SYS/TEMP] not now",
        b"+OK 21 octets",
    ]


@pytest.mark.parametrize(("about", "strikes"), [("1", True), ("1 0", True), ("0", False), ("", True)])
def test_an_argument_is_told_by_its_first_words(server: LoopbackPop3Server, about: str, strikes: bool) -> None:
    server.answer("-ERR no", at="TOP", about=about)

    assert (after_login(server, b"TOP 1 0\r\n")[0] == b"-ERR no") is strikes


def test_number_one_is_not_number_eleven(server: LoopbackPop3Server) -> None:
    for _ in range(8):
        server.put("ann", LETTERS[0])
    server.answer("-ERR no", at="DELE", about="1")

    assert after_login(server, b"DELE 11\r\n") == [b"+OK marked as deleted"]


@pytest.mark.parametrize(("is_done", "left"), [(True, [2, 3]), (False, [1, 2, 3])])
def test_a_quit_is_answered_with_no_when_it_is_done_or_not(
    server: LoopbackPop3Server, is_done: bool, left: list[int]
) -> None:
    server.answer("-ERR [SYS/TEMP] some are left", at="QUIT", is_done=is_done)
    answer = after_login(server, b"DELE 1\r\nQUIT\r\n")[1]

    assert (answer, numbers_left(server)) == (b"-ERR [SYS/TEMP] some are left", left)


@pytest.mark.parametrize(("is_done", "left"), [(True, [2, 3]), (False, [1, 2, 3])])
def test_a_connection_is_cut_at_quit_when_it_is_done_or_not(
    server: LoopbackPop3Server, is_done: bool, left: list[int]
) -> None:
    server.cut(at="QUIT", is_done=is_done)
    heard = after_login(server, b"DELE 1\r\nQUIT\r\n")

    assert (heard, numbers_left(server)) == ([b"+OK marked as deleted"], left)


@pytest.mark.parametrize(("is_done", "left"), [(True, [2, 3]), (False, [1, 2, 3])])
def test_a_quit_may_find_silence(server: LoopbackPop3Server, is_done: bool, left: list[int]) -> None:
    server.say(b"", at="QUIT", is_done=is_done)
    heard = after_login(server, b"DELE 1\r\nQUIT\r\n")

    assert (heard, numbers_left(server)) == ([b"+OK marked as deleted"], left)


def test_a_connection_ends_behind_the_beginning_of_an_answer(server: LoopbackPop3Server) -> None:
    server.cut(at="RETR", says=b"+OK\r\nSubject: 2\r\n\r\n..")

    assert after_login(server, b"RETR 2\r\nRETR 3\r\n") == [b"+OK", b"Subject: 2", b"", b".."]


def test_an_answer_that_says_yes_has_what_follows_it(server: LoopbackPop3Server) -> None:
    server.answer("+OK -1 octets", at="RETR", is_done=True)

    assert after_login(server, b"RETR 1\r\n") == [b"+OK -1 octets", b"Subject: 1", b"", b"one", b"."]


def test_an_answer_may_stand_alone(server: LoopbackPop3Server) -> None:
    server.answer("+OK 3 -60", at="STAT")

    assert after_login(server, b"STAT\r\n") == [b"+OK 3 -60"]


def test_a_greeting_may_say_no(server: LoopbackPop3Server) -> None:
    server.answer("-ERR [SYS/TEMP] down", at="greeting")
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as client:
        assert client.recv(1_000) == b"-ERR [SYS/TEMP] down\r\n"


def test_something_else_is_said(server: LoopbackPop3Server) -> None:
    server.say(b"250 this is no POP3\r\n", at="STAT")

    assert after_login(server, b"STAT\r\nNOOP\r\n") == [b"250 this is no POP3", b"+OK done"]


def test_something_is_said_ahead(server: LoopbackPop3Server) -> None:
    server.say_ahead(b"+OK so\r\n", at="STAT")

    assert after_login(server, b"NOOP\r\nSTAT\r\n") == [b"+OK done", b"+OK so", b"+OK 3 60"]


def test_who_is_held_goes_on_when_the_hold_ends(server: LoopbackPop3Server) -> None:
    with ThreadPoolExecutor(1) as pool:
        with server.hold(at="RETR", about="2") as held:
            heard = pool.submit(after_login, server, b"RETR 2\r\n")
            assert held.wait()
        assert heard.result(30)[0] == b"+OK 20 octets"


def test_answers_in_drips_are_whole(server: LoopbackPop3Server) -> None:
    whole = after_login(server, b"RETR 2\r\nQUIT\r\n")
    server.drip(3, pause_seconds=0)

    assert after_login(server, b"RETR 2\r\nQUIT\r\n") == whole


@pytest.mark.parametrize("at", ["end of data", "RETR 1", "retr", ""])
def test_a_fault_at_no_stage_is_a_mistake(server: LoopbackPop3Server, at: str) -> None:
    with pytest.raises(UsageError):
        server.answer("-ERR no", at=at)


@pytest.mark.parametrize("answer", ["550 no", "no", "", "+ OK"])
def test_an_answer_that_is_none_is_a_mistake(server: LoopbackPop3Server, answer: str) -> None:
    with pytest.raises(UsageError):
        server.answer(answer, at="RETR")


# Quirks.


def test_sizes_lie(server: LoopbackPop3Server) -> None:
    server.quirks = Pop3Quirks(size_error=-5)

    assert after_login(server, b"STAT\r\nLIST 1\r\n") == [b"+OK 3 45", b"+OK 1 14"]


def test_unique_ids_are_numbers(server: LoopbackPop3Server) -> None:
    after_login(server, b"DELE 1\r\nQUIT\r\n")
    server.quirks = Pop3Quirks(ids_are_numbers=True)

    assert after_login(server, b"UIDL\r\n")[1:] == [b"1 1", b"2 2", b"."]


def test_dots_are_not_doubled(server: LoopbackPop3Server) -> None:
    server.quirks = Pop3Quirks(is_unstuffed=True)

    assert after_login(server, b"RETR 2\r\n")[3:] == [b".two", b"."]


def test_lines_end_with_lf(server: LoopbackPop3Server) -> None:
    server.quirks = Pop3Quirks(ends_lines_with_lf=True)

    assert say(server, LOGIN + b"RETR 1\r\n")[2:] == [b"+OK 19 octets\n", b"Subject: 1\n", b"\n", b"one\n", b".\n"]


def test_a_maildrop_looks_empty_for_a_while(server: LoopbackPop3Server) -> None:
    server.quirks = Pop3Quirks(looks_empty=True)
    while_it_does = after_login(server, b"STAT\r\nQUIT\r\n")[0]
    server.quirks = Pop3Quirks()

    assert (while_it_does, after_login(server, b"STAT\r\n")) == (b"+OK 0 0", [b"+OK 3 60"])


@pytest.mark.parametrize(
    ("said", "left"),
    [
        (b"RETR 1\r\nQUIT\r\n", [2, 3]),
        (b"RETR 1\r\nRSET\r\nQUIT\r\n", [1, 2, 3]),
        (b"RETR 1\r\nDELE 3\r\nQUIT\r\n", [2]),
        (b"TOP 1 0\r\nQUIT\r\n", [1, 2, 3]),
        (b"RETR 1\r\n", [1, 2, 3]),
    ],
)
def test_what_was_retrieved_is_deleted(server: LoopbackPop3Server, said: bytes, left: list[int]) -> None:
    server.quirks = Pop3Quirks(deletes_retrieved=True)
    after_login(server, said)

    assert numbers_left(server) == left


def test_a_quota_is_reached_and_the_next_session_goes_on(server: LoopbackPop3Server) -> None:
    server.quirks = Pop3Quirks(quota_octets=40)

    assert [statuses(server, said) for said in (b"RETR 1\r\nRETR 2\r\nRETR 3\r\nSTAT\r\n", b"RETR 3\r\n")] == [
        [b"+OK 19 octets", b"+OK 20 octets", b"-ERR Download exceed the limit of today", b"+OK 3 60"],
        [b"+OK 21 octets"],
    ]


@pytest.mark.parametrize(("missing", "said"), [("UIDL", b"UIDL\r\n"), ("TOP", b"TOP 1 0\r\n"), ("CAPA", b"CAPA\r\n")])
def test_a_server_may_lack_a_command(missing: str, said: bytes) -> None:
    with filled(capabilities=USUAL_CAPABILITIES - {missing}) as server:
        assert after_login(server, said)[0].startswith(b"-ERR")


# What CAPA tells, and what is seen.


def offered(server: LoopbackPop3Server, said: bytes = b"") -> set[bytes]:
    return {line.split()[0] for line in say(server, said + b"CAPA\r\n")[1:]}


def test_what_is_left_out_is_not_told_but_served(server: LoopbackPop3Server) -> None:
    server.leave_out("uidl")

    assert (b"UIDL" in offered(server), after_login(server, b"UIDL 1\r\n")[0][:3]) == (False, b"+OK")


def test_what_is_left_out_before_the_login_is_told_after_it(server: LoopbackPop3Server) -> None:
    server.leave_out("UIDL", before_login=True)

    assert (b"UIDL" in offered(server), b"UIDL" in offered(server, LOGIN)) == (False, True)


def test_what_was_left_out_is_told_again(server: LoopbackPop3Server) -> None:
    server.leave_out("UIDL", "TOP")
    server.leave_out()

    assert {b"UIDL", b"TOP"} <= offered(server)


def test_what_is_said_of_expiring_is_told() -> None:
    with filled(expire="NEVER") as server:
        assert b"EXPIRE NEVER\r\n" in say(server, b"CAPA\r\n")


@pytest.mark.parametrize("mechanism", [b"PLAIN", b"SCRAM-SHA-256", b"CRAM-MD5"])
def test_every_mechanism_is_offered_in_clear(server: LoopbackPop3Server, mechanism: bytes) -> None:
    [line] = [line for line in say(server, b"CAPA\r\n") if line.startswith(b"SASL")]

    assert mechanism in line.split()


def test_commands_are_kept_by_session(server: LoopbackPop3Server) -> None:
    after_login(server, b"top 1 0\r\nQUIT\r\n")
    say(server, b"QUIT\r\n")

    assert server.sessions == (("USER ann", "PASS pa ss", "TOP 1 0", "QUIT"), ("QUIT",))


def test_what_comes_after_a_quit_is_counted(server: LoopbackPop3Server) -> None:
    say(server, b"QUIT\r\nNOOP\r\n")

    assert server.octets_after_quit == 6


def test_what_is_said_ahead_of_an_answer_is_counted(server: LoopbackPop3Server) -> None:
    say(server, LOGIN + b"STAT\r\nQUIT\r\n")

    assert server.commands_ahead == 3


def test_who_waits_for_each_answer_is_never_ahead(server: LoopbackPop3Server) -> None:
    client = poplib.POP3("127.0.0.1", server.port, timeout=30)
    client.user("ann")
    client.pass_("pa ss")
    client.quit()

    assert server.commands_ahead == 0


def test_a_transcript_tells_a_connection_from_the_clients_side(server: LoopbackPop3Server) -> None:
    say(server, b"QUIT\r\n")

    assert [str(one).splitlines() for one in server.transcripts] == [
        ["S: +OK pop.loopback.test POP3", "C: QUIT", "S: +OK pop.loopback.test closes"]
    ]


def test_a_server_that_is_not_recorded_keeps_no_transcripts() -> None:
    with filled(recorded=False) as server:
        say(server, b"QUIT\r\n")

        assert (server.transcripts, server.sessions) == ((), (("QUIT",),))


@pytest.mark.parametrize("module", ["pytest", "hypothesis"])
def test_a_server_runs_where_no_test_tools_are_installed(module: str) -> None:
    story = (
        f"import sys; sys.modules[{module!r}] = None; import msgcore.testing.servers as s; s.LoopbackPop3Server({{}})"
    )

    assert subprocess.run([sys.executable, "-c", story], check=False, timeout=60).returncode == 0


def test_ten_thousand_messages_are_listed_and_deleted() -> None:
    with LoopbackPop3Server(USERS, recorded=False) as server:
        for _ in range(10_000):
            server.put("ann", LETTERS[0])
        listed = after_login(server, b"UIDL\r\n" + b"".join(b"DELE %d\r\n" % n for n in range(1, 10_000)) + b"QUIT\r\n")

        assert (listed[10_000], len(server.maildrop("ann"))) == (b"10000 00010000", 1)
