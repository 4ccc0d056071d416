"""The spooler as a process of its own: what it sends, and what signals do to it."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import SimpleQueue
from threading import Thread

import attrs
import pytest

import msgcore
from msgcore import Message, NotificationKind, ProfileAdmin, Session
from msgcore.cli.main import run
from msgcore.testing.servers import LoopbackPop3Server, LoopbackSmtpServer
from tests.flow.folders import personal_folders
from tests.servers.server import free_ports

PATIENCE_SECONDS = 60.0
KILLS = 20


class Spooler:
    """A running ``python -m msgcore spool work``."""

    def __init__(self, admin: ProfileAdmin, *options: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "msgcore", "spool", "work", "--profiles", str(admin.folder), *options],
            stderr=subprocess.PIPE,
            text=True,
        )
        self._lines: SimpleQueue[str] = SimpleQueue()
        self._reader = Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self._process.stderr is not None
        for line in self._process.stderr:
            self._lines.put(line)

    def wait_for(self, text: str) -> None:
        """Wait for a line of its log."""
        while text not in self._lines.get(timeout=PATIENCE_SECONDS):
            pass

    def begun(self) -> Spooler:
        self.wait_for("work: spooling")
        return self

    def signal(self, number: int) -> None:
        self._process.send_signal(number)

    def status(self) -> int:
        return self._process.wait(PATIENCE_SECONDS)

    def close(self) -> None:
        self._process.kill()
        self._process.wait()
        self._reader.join()
        assert self._process.stderr is not None
        self._process.stderr.close()


@attrs.frozen
class Office:
    """A profile ``work`` with an outbox, and the server that its mail goes to."""

    admin: ProfileAdmin
    server: LoopbackSmtpServer
    folder: Path

    def route_to(self, server: LoopbackSmtpServer) -> None:
        account = {"service": "smtp", "url": server.url, "email": "ann@a.test"}
        self.admin.create("work", [personal_folders(self.folder), account], replace=True)

    def session(self) -> Session:
        return msgcore.logon("work", admin=self.admin)

    def submit(self, *subjects: str) -> None:
        with self.session() as session:
            for subject in subjects:
                session.submit(Message(to="bob@b.test", subject=subject))

    def wait_until_sent(self) -> None:
        with self.session() as session, session.notifications(kinds=[NotificationKind.QUEUE]) as told:
            while session.submissions():
                next(told)


def subjects(server: LoopbackSmtpServer) -> list[str]:
    return sorted(msgcore.read_message(one.octets).subject for one in server.received)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with LoopbackSmtpServer() as server:
        office = Office(ProfileAdmin(tmp_path / "profiles"), server, tmp_path)
        office.route_to(server)
        yield office


Start = Callable[..., Spooler]


@pytest.fixture
def start(office: Office) -> Iterator[Start]:
    running: list[Spooler] = []

    def begin(*options: str) -> Spooler:
        running.append(Spooler(office.admin, *options))
        return running[-1]

    yield begin
    for one in running:
        one.close()


def test_told_to_end_it_finishes_what_is_at_work_and_ends_with_0(office: Office, start: Start) -> None:
    spooler = start().begun()
    with office.server.hold(at="DATA") as held:
        office.submit("a")
        assert held.wait()
        spooler.signal(signal.SIGTERM)
        spooler.wait_for("ends what is at work")

    assert (spooler.status(), subjects(office.server)) == (0, ["a"])


def test_an_interval_without_end_is_no_fault(office: Office, start: Start) -> None:
    spooler = start("--interval", "1e12").begun()

    spooler.signal(signal.SIGTERM)

    assert spooler.status() == 0


def test_hung_up_it_reads_the_profile_anew(office: Office, start: Start) -> None:
    spooler = start().begun()
    office.admin.profile("work").file.write_text("[[services]]\nservice = 'smtp'\nurl = 7\n")  # type: ignore[union-attr]
    spooler.signal(signal.SIGHUP)
    spooler.wait_for("goes on as it was: ")
    with LoopbackSmtpServer() as other:
        office.route_to(other)
        spooler.signal(signal.SIGHUP)
        spooler.wait_for("logged on anew")
        office.submit("b")
        office.wait_until_sent()

        assert (subjects(office.server), subjects(other)) == ([], ["b"])


def test_a_service_that_stays_lost_cuts_nothing_that_is_at_work(office: Office, start: Start) -> None:
    account = {"service": "smtp", "url": office.server.url, "email": "ann@a.test"}
    lost = {"service": "smtp", "url": office.server.url, "name": "lost", "user": "ann", "password": "file:secret"}
    office.admin.create("work", [personal_folders(office.folder), account, lost], replace=True)
    spooler = start("--interval", "0.1", "--timeout", "0.1").begun()
    with office.server.hold(at="DATA") as held:
        office.submit("a")
        assert held.wait()
        for _ in range(3):
            spooler.wait_for("could not be opened again")
    office.wait_until_sent()

    assert subjects(office.server) == ["a"]


def test_killed_before_a_message_left_the_next_one_sends_all_once(office: Office, start: Start) -> None:
    names = [str(number) for number in range(5)]
    with office.server.hold(at="DATA") as held:
        spooler = start().begun()
        office.submit(*names)
        assert held.wait()
        spooler.signal(signal.SIGKILL)
        spooler.status()
    start()
    office.wait_until_sent()

    assert subjects(office.server) == names


@pytest.mark.soak
def test_killed_at_any_moment_it_loses_nothing_and_doubles_only_what_was_on_its_way(
    office: Office, start: Start
) -> None:
    names: list[str] = []
    chance = random.Random(7)
    for _ in range(KILLS):
        spooler = start().begun()
        batch = [f"{len(names) + number:04}" for number in range(chance.randint(1, 20))]
        names += batch
        office.submit(*batch)
        spooler.signal(signal.SIGKILL)
        spooler.status()
    start()
    office.wait_until_sent()
    sent = Counter(subjects(office.server))

    assert sorted(sent) == names
    # One message is on its way at a time: it may go again, rather than not at all.
    assert sum(sent.values()) - len(sent) <= KILLS


# Once


def test_once_sends_and_receives_and_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MSGCORE_TEST_PW", "pa ss")
    with LoopbackPop3Server({"ann": "pa ss"}) as pop3, LoopbackSmtpServer() as smtp:
        pop3.put("ann", b"Subject: in\r\n\r\nHello\r\n")
        admin = ProfileAdmin(tmp_path / "profiles")
        login = {"user": "ann", "password": "env:MSGCORE_TEST_PW", "allow_cleartext_login": True}
        accounts = [{"service": "smtp", "url": smtp.url, "email": "ann@a.test"}, {"service": "pop3", "url": pop3.url}]
        admin.create("work", [personal_folders(tmp_path), accounts[0], accounts[1] | login])
        with msgcore.logon("work", admin=admin) as session:
            session.submit(Message(to="bob@b.test", subject="out"))
        status = run(["spool", "work", "--once", "--profiles", str(admin.folder)])
        with msgcore.logon("work", admin=admin) as session:
            found = [item.subject for item in session.inbox.messages()]

        assert (status, found, subjects(smtp)) == (0, ["in"], ["out"])


def test_once_tells_of_what_waits(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    admin = ProfileAdmin(tmp_path / "profiles")
    closed = {"service": "smtp", "url": f"smtp://127.0.0.1:{free_ports(1)[0]}", "email": "ann@a.test"}
    admin.create("work", [personal_folders(tmp_path), closed])
    with msgcore.logon("work", admin=admin) as session:
        session.submit(Message(to="bob@b.test", subject="out"))

    status = run(["spool", "work", "--once", "--profiles", str(admin.folder)])

    assert (status, "bob@b.test: deferred" in caplog.text) == (1, True), caplog.text


@pytest.mark.parametrize("options", [["--once"], []])
def test_a_profile_that_is_not_there_is_told(
    tmp_path: Path, options: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    status = run(["spool", "none", "--profiles", str(tmp_path), *options])

    assert (status, "no such profile" in capsys.readouterr().err) == (4, True)


def test_once_needs_time(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ProfileAdmin(tmp_path).create("work", [personal_folders(tmp_path)])

    status = run(["spool", "work", "--profiles", str(tmp_path), "--once", "--timeout", "0"])

    assert (status, capsys.readouterr().err) == (2, "msgcore: --timeout: need seconds above 0, got 0\n")


@pytest.mark.parametrize(
    ("option", "seconds"),
    [("--interval", "0"), ("--interval", "nan"), ("--timeout", "nan"), ("--timeout", "-1")],
)
def test_what_is_no_time_is_refused_at_the_start(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], option: str, seconds: str
) -> None:
    ProfileAdmin(tmp_path).create("work", [personal_folders(tmp_path)])

    status = run(["spool", "work", "--profiles", str(tmp_path), option, seconds])

    assert (status, capsys.readouterr().err) == (2, f"msgcore: {option}: need seconds above 0, got {seconds}\n")


def test_a_store_that_could_not_be_opened_says_the_status(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "archive.db").write_bytes(b"no database" * 1_000)
    smtp = {"service": "smtp", "url": "smtp://127.0.0.1:9"}
    ProfileAdmin(tmp_path).create("work", [personal_folders(tmp_path), smtp])

    status = run(["spool", "work", "--profiles", str(tmp_path), "--once"])

    assert (status, "archive.db" in capsys.readouterr().err) == (4, True)
