"""Receiving from the command line."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

import msgcore
from msgcore.cli.main import run
from msgcore.testing.servers import LoopbackPop3Server, Pop3Quirks

LETTER = b"Subject: x\r\n\r\nHello\r\n"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[LoopbackPop3Server]:
    monkeypatch.setenv("MSGCORE_TEST_PW", "pa ss")
    monkeypatch.chdir(tmp_path)
    with LoopbackPop3Server({"ann": "pa ss"}) as server:
        server.put("ann", LETTER)
        yield server


def command(server: LoopbackPop3Server, *more: str) -> list[str]:
    login = ["--user", "ann", "--password", "env:MSGCORE_TEST_PW", "--allow-cleartext-login"]
    return ["fetch", server.url, "--into", "sqlite:///mail.db", *login, *more]


def test_all_mail_comes_into_the_store(server: LoopbackPop3Server) -> None:
    run(command(server))

    with msgcore.open_store("sqlite:///mail.db") as store:
        assert [item.subject for item in store.inbox.messages()] == ["x"]


def test_the_report_is_printed(server: LoopbackPop3Server, capsys: pytest.CaptureFixture[str]) -> None:
    status = run(command(server))

    assert (status, capsys.readouterr().out) == (
        0,
        f"pop3: 1 received ({len(LETTER)} octets), 1 removed from the server\n",
    )


def test_the_policy_is_given_by_options(server: LoopbackPop3Server) -> None:
    run(command(server, "--leave-on-server", "--remove-after-days", "14"))

    assert len(server.maildrop("ann")) == 1


def test_a_retrieval_that_ended_early_is_told_by_the_status(
    server: LoopbackPop3Server, capsys: pytest.CaptureFixture[str]
) -> None:
    server.answer("-ERR [AUTH] wrong password", at="PASS")
    server.answer("-ERR [AUTH] wrong password", at="AUTH")

    assert (run(command(server)), "0 received; stopped: " in capsys.readouterr().out) == (4, True)


@pytest.mark.parametrize("into", ["mail.db", "sqlite:///mail.db"])
def test_an_account_that_cannot_be_logged_in_to_makes_no_store(server: LoopbackPop3Server, into: str) -> None:
    server.answer("-ERR [AUTH] wrong password", at="PASS")
    server.answer("-ERR [AUTH] wrong password", at="AUTH")

    assert run([*command(server), "--into", into]) == 4
    assert list(Path().iterdir()) == []


def test_a_server_that_wants_time_between_two_logins_gives_its_mail_to_a_new_store(server: LoopbackPop3Server) -> None:
    server.quirks = Pop3Quirks(login_delay_seconds=900)

    assert run(command(server)) == 0
    assert len(server.transcripts) == 1


def test_a_server_that_wants_to_be_asked_later_makes_no_store(server: LoopbackPop3Server) -> None:
    server.answer("-ERR [SYS/TEMP] later", at="PASS")
    server.answer("-ERR [SYS/TEMP] later", at="AUTH")

    assert run(command(server)) == 3
    assert list(Path().iterdir()) == []


def test_mail_stays_at_the_server_when_its_store_cannot_be_made(server: LoopbackPop3Server) -> None:
    assert run([*command(server), "--into", "not-there/mail.db"]) == 4
    assert len(server.maildrop("ann")) == 1


def test_a_server_that_is_not_there_makes_no_store(server: LoopbackPop3Server) -> None:
    assert run([*command(server)[:1], "pop3s://127.0.0.1:9", *command(server)[2:]]) == 3
    assert list(Path().iterdir()) == []


def test_a_policy_that_is_none_makes_no_store(server: LoopbackPop3Server) -> None:
    assert run(command(server, "--remove-after-days", "14")) == 2
    assert list(Path().iterdir()) == []


def test_a_password_may_come_by_a_pipe(server: LoopbackPop3Server) -> None:
    reading, writing = os.pipe()
    os.write(writing, b"pa ss")
    os.close(writing)

    assert run(command(server, "--password", f"file:/dev/fd/{reading}")) == 0
    os.close(reading)


def test_the_status_says_whether_to_try_again(server: LoopbackPop3Server) -> None:
    assert run([*command(server)[:1], "pop3s://127.0.0.1:9", *command(server)[2:]]) == 3


def test_a_profile_takes_the_mail_into_its_store(
    server: LoopbackPop3Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("MSGCORE_PROFILES", str(tmp_path / "profiles"))
    msgcore.ProfileAdmin().create("work", services=[{"service": "personal-folders", "path": "own.db"}])
    run([*command(server), "--into", "work"])

    with msgcore.open_store("sqlite:///own.db") as store:
        assert [item.subject for item in store.inbox.messages()] == ["x"]


def test_a_name_that_is_neither_profile_nor_file_takes_no_mail(server: LoopbackPop3Server) -> None:
    assert run([*command(server), "--into", "wrok"]) == 2
    assert len(server.maildrop("ann")) == 1 and not Path("wrok").exists()


def test_a_message_that_could_not_be_had_is_told(
    server: LoopbackPop3Server, capsys: pytest.CaptureFixture[str]
) -> None:
    server.answer("-ERR not this one", at="RETR")

    assert (run(command(server)), "msgcore: message 1" in capsys.readouterr().err) == (1, True)


def test_what_is_no_policy_is_refused(server: LoopbackPop3Server, capsys: pytest.CaptureFixture[str]) -> None:
    status = run(command(server, "--remove-after-days", "14"))

    assert (status, capsys.readouterr().err.startswith("msgcore: remove_after_days goes with leave_on_server")) == (
        2,
        True,
    )


@pytest.mark.parametrize("seconds", ["0", "-1", "nan"])
def test_no_time_at_all_is_refused_before_anything_is_made(
    server: LoopbackPop3Server, capsys: pytest.CaptureFixture[str], seconds: str
) -> None:
    status = run(command(server, "--timeout", seconds))

    told = capsys.readouterr().err
    assert (status, told) == (2, f"msgcore: --timeout: need seconds above 0, got {seconds}\n")
    assert not Path("mail.db").exists()
