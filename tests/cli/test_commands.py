"""The commands for people, each over the real thing; what they print for programs is looked at as JSON."""

from __future__ import annotations

import builtins
import io
import json
import os
import re
import shlex
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Generator
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import attrs
import pytest

import msgcore
from msgcore import Attachment, Message
from msgcore.__main__ import main
from msgcore.cli.app import app_of
from msgcore.cli.main import CORE, WITH_EXTRA, run
from msgcore.cli.out import print_table, say
from msgcore.cli.places import entry_id_of
from msgcore.cli.wording import IN_COMMANDS
from msgcore.mta import AddressSpace, Connector, RouteTable, Schedule, write_routes
from msgcore.mta.nexthop.counting import CountedSessions
from msgcore.mta.nexthop.results import AppliedPolicy, SessionResult
from msgcore.mta.nexthop.schema import NEXTHOP_SCHEMA
from msgcore.mta.nexthop.sql_keeper import SqlKeeper
from msgcore.runtime import NEVER, BlockingRuntime, Database
from msgcore.testing.servers import LoopbackImapServer, LoopbackSmtpServer

LUNCH = b"From: a@a.test\nTo: b@b.test\nSubject: Lunch\nDate: Mon, 1 Jan 2024 10:00:00 +0000\n\nAt noon?\n"
REPORT = b"From: Carol <c@a.test>\nTo: b@b.test\nSubject: Report\nDate: Tue, 2 Jan 2024 10:00:00 +0000\n\nIt is done.\n"


@attrs.frozen
class Shell:
    """A folder in which commands are run."""

    output: pytest.CaptureFixture[str]

    def __call__(self, *arguments: str, status: int = 0) -> str:
        """Run a command that ends so, and give what it printed."""
        self.output.readouterr()
        ended = run(arguments)
        printed = self.output.readouterr()
        assert ended == status, printed.err
        return printed.out if status in {0, 1} and printed.out else printed.err

    def json(self, *arguments: str, status: int = 0) -> Any:
        return json.loads(self(*arguments, "--json", status=status))


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Shell:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MSGCORE_PROFILES", str(tmp_path / "profiles"))
    return Shell(capsys)


@pytest.fixture
def store(shell: Shell) -> str:
    Path("box.mbox").write_bytes(
        b"".join(b"From x Mon Jan  1 00:00:00 2024\n" + one + b"\n" for one in (LUNCH, REPORT))
    )
    assert shell("import", "box.mbox", "--into", "mail.db") == "2 new, 0 known, 0 deleted, 0 skipped\n"
    return "mail.db"


# Stores


def test_messages_are_listed_the_newest_first(shell: Shell, store: str) -> None:
    rows = shell.json("list", store)
    assert [(row["subject"], row["from"], row["is_read"]) for row in rows] == [
        ("Report", "Carol <c@a.test>", False),
        ("Lunch", "a@a.test", False),
    ]
    assert shell("list", store).splitlines()[1].startswith(rows[0]["id"])


def test_a_restriction_chooses(shell: Shell, store: str) -> None:
    assert [row["subject"] for row in shell.json("list", store, "--where", 'subject = "Lunch"')] == ["Lunch"]
    assert [row["subject"] for row in shell.json("search", store, 'body:has_words("done")')] == ["Report"]
    assert "need one of exists" in shell("search", store, "subject:(", status=2)
    assert shell("search", store, 'subject = "Dinner"', status=1) == ""


def test_folders_are_listed_with_what_is_in_them(shell: Shell, store: str) -> None:
    with msgcore.open_store(f"sqlite:///{Path(store).absolute()}") as opened:
        opened.root.create_folder("Projects").create_folder("2026").save(Message(subject="Plan"))
    counts = {row["folder"]: row["messages"] for row in shell.json("folders", store)}
    assert (counts["Inbox"], counts["Projects"], counts["Projects/2026"]) == (2, 0, 1)
    assert [row["subject"] for row in shell.json("list", store, "--folder", "Projects/2026")] == ["Plan"]
    assert "Nowhere" in shell("list", store, "--folder", "Nowhere", status=2)


@pytest.mark.parametrize("folder", ["", "//"])
def test_a_folder_that_is_no_name_is_a_wrong_call(shell: Shell, store: str, folder: str) -> None:
    assert "need a folder" in shell("list", store, "--folder", folder, status=2)
    assert "need a folder" in shell("import", "box.mbox", "--into", store, "--folder", folder, status=2)


def test_on_a_narrow_terminal_an_id_is_whole(
    shell: Shell, store: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ids = [row["id"] for row in shell.json("list", store)]
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    run(["list", store])
    lines = re.sub(r"\x1b\[\d*m", "", capsys.readouterr().out).splitlines()
    assert [line.split()[0] for line in lines[-2:]] == ids
    assert max(map(len, lines)) <= 80


def test_what_an_encoding_lacks_is_escaped(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("letter.eml").write_bytes(msgcore.write_message(Message(from_="a@a.test", subject="Grüße", text="x")))
    shown: list[str] = []
    for more in ([], ["--json"]):
        octets = io.BytesIO()
        monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(octets, encoding="ascii"))
        assert run(["show", "letter.eml", *more]) == 0
        shown.append(octets.getvalue().decode())
    assert "Subject: Gr\\xfc\\xdfe" in shown[0] and json.loads(shown[1])["subject"] == "Grüße"


def test_without_standard_streams_a_command_does_its_work(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("letter.eml").write_bytes(LUNCH)
    for name in ("stdin", "stdout", "stderr"):
        monkeypatch.setattr(sys, name, None)
    assert [run(["show", "letter.eml"]), run(["convert", "letter.eml", "--to", "msg", "--out", "x.msg"])] == [0, 0]
    assert run(["send", "--to", "b@b.test", "--from", "a@a.test", "--via", "smtp://127.0.0.1:9"]) == 3
    for name in ("stdin", "stdout", "stderr"):
        getattr(sys, name).close()


@pytest.mark.skipif(os.name != "posix", reason="needs a shell")
def test_who_is_started_without_standard_streams_gives_some_to_its_children() -> None:
    program = (
        "import os; from msgcore.cli.main import run; run(['--version']); "
        "os._exit(any(not os.get_inheritable(number) for number in (0, 1, 2)))"
    )
    command = f"exec {shlex.quote(sys.executable)} -c {shlex.quote(program)} <&- >&- 2>&-"
    assert subprocess.run(command, shell=True, check=False).returncode == 0


def test_a_file_that_is_no_store_or_is_damaged_is_not_told_as_nothing_found(shell: Shell, store: str) -> None:
    Path("letter.eml").write_bytes(LUNCH)
    assert "`msgcore show letter.eml`" in shell("search", "letter.eml", "subject:exists()", status=2)
    Path(store).write_bytes(Path(store).read_bytes()[:100] + b"\xff" * 8_000)
    told = shell("search", store, "subject:exists()", status=4)
    assert "sqlite:///PATH?read_only=true" in told


def test_a_folder_and_an_account_are_no_stores(shell: Shell) -> None:
    Path("Maildir").mkdir()
    assert "`msgcore import` brings the mail" in shell("list", "Maildir", status=2)
    assert "`msgcore fetch` brings its mail" in shell("list", "pop3s://mail.a.test", status=2)


def test_a_message_is_shown_for_people_for_programs_and_as_it_came(shell: Shell, store: str) -> None:
    lunch = shell.json("search", store, 'subject = "Lunch"')[0]["id"]
    assert shell("show", store, lunch).splitlines()[-1] == "At noon?"
    assert shell.json("show", store, lunch)["text"] == "At noon?\n"
    shown = subprocess.run(
        [sys.executable, "-m", "msgcore", "show", store, lunch, "--source"], capture_output=True, check=True
    )
    assert shown.stdout.replace(b"\r\n", b"\n") == LUNCH


def test_blind_recipients_and_subjects_of_attached_messages_are_shown(shell: Shell) -> None:
    inner = Attachment(Message(subject="Plan", text="x"))
    Path("letter.msg").write_bytes(
        msgcore.write_message(Message(from_="a@a.test", bcc="b@b.test", attachments=[inner], text="y"), "msg")
    )
    shown = shell("show", "letter.msg").splitlines()
    assert "Bcc: b@b.test" in shown and any(line.startswith("Attachment: Plan (") for line in shown)
    told = shell.json("show", "letter.msg")
    assert (told["bcc"], told["attachments"][0]["subject"]) == (["b@b.test"], "Plan")


def test_an_import_tells_what_was_read_only_in_part(shell: Shell, capsys: pytest.CaptureFixture[str]) -> None:
    octets = msgcore.write_message(Message(subject="hello"), form="msg")
    Path("cut.msg").write_bytes(octets[:3_000])
    assert run(["import", "cut.msg", "--into", "mail.db"]) == 1
    told = capsys.readouterr()

    assert told.out == "1 new, 0 known, 0 deleted, 0 skipped, 1 incomplete\n"
    assert "cut.msg: read only in part: octet" in told.err
    assert shell.json("import", "cut.msg", "--into", "mail.db", status=1)["incomplete"] == 1


def test_an_import_that_is_run_again_brings_what_is_new(shell: Shell, store: str) -> None:
    assert shell("import", "box.mbox", "--into", store) == "0 new, 2 known, 0 deleted, 0 skipped\n"
    assert len(shell.json("list", store)) == 2


@pytest.mark.parametrize(("form", "path"), [("mbox", "out.mbox"), ("maildir", "out"), ("eml", "out")])
def test_what_is_exported_comes_back(shell: Shell, store: str, form: str, path: str) -> None:
    assert shell.json("export", store, "--to", path, "--form", form)["written"] == 2
    shell("import", path, "--into", "again.db")
    assert sorted(row["subject"] for row in shell.json("list", "again.db")) == ["Lunch", "Report"]


def test_a_store_that_is_not_there_is_not_made_by_looking(shell: Shell) -> None:
    assert "no profile and no file" in shell("list", "other.db", status=2)
    assert not Path("other.db").exists()


def test_a_whole_store_goes_into_files_and_comes_back(shell: Shell, store: str) -> None:
    shell("import", "box.mbox", "--into", store, "--folder", "Projects/2026")
    whole = ("--folder", "/", "--form", "eml")
    assert shell("export", store, "--to", "all", *whole, "--recursive") == "4 written, 0 present, 0 skipped\n"
    assert shell("import", "all", "--into", "new.db", "--folder", "/") == "4 new, 0 known, 0 deleted, 0 skipped\n"

    assert shell.json("folders", "new.db") == shell.json("folders", store)


# Looking after a store


def test_what_a_restriction_says_is_deleted_and_may_come_back(shell: Shell, store: str) -> None:
    (report,) = shell.json("list", store, "--where", 'subject = "Report"')

    assert shell("delete", store, 'subject = "Report"') == "1 deleted\n"
    assert [row["subject"] for row in shell.json("list", store)] == ["Lunch"]
    with msgcore.open_store(f"sqlite:///{Path(store).absolute()}") as opened:
        opened.restore(entry_id_of(opened, report["id"]))
    assert shell("delete", store, 'subject = "absent"', status=1) == "nothing is deleted\n"


def test_nothing_is_left_of_what_was_deleted_for_good_and_compacted(shell: Shell, store: str) -> None:
    assert shell("delete", store, 'subject = "Lunch"', "--for-good") == "1 deleted for good\n"
    assert shell("store", "compact", store) == "mail.db: is compact\n"

    assert b"noon" not in Path(store).read_bytes()
    assert [row["subject"] for row in shell.json("list", store)] == ["Report"]


def test_nothing_is_deleted_when_a_person_says_no(shell: Shell, store: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)

    def no(question: str) -> str:
        assert question == "Delete 2 messages? [y/N] "
        return "n"

    monkeypatch.setattr(builtins, "input", no)

    assert shell("delete", store, "all()", status=1) == "nothing is deleted\n"
    assert len(shell.json("list", store)) == 2


def test_what_somebody_else_has_deleted_meanwhile_holds_up_no_other(
    shell: Shell, store: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)

    def yes(_: str) -> str:
        with msgcore.open_store(f"sqlite:///{Path(store).absolute()}") as opened:
            opened.delete(opened.inbox.messages('subject = "Lunch"')[0].entry_id)
        return "y"

    monkeypatch.setattr(builtins, "input", yes)

    assert shell("delete", store, "all()") == "1 deleted\n"
    assert shell.json("list", store) == []


def test_what_a_server_would_not_keep_is_asked_about_so(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)

    def yes(question: str) -> str:
        asked.append(question)
        return "y"

    monkeypatch.setattr(builtins, "input", yes)
    monkeypatch.setenv("PW", "pw")
    with LoopbackImapServer({"ann": "pw"}) as server:
        login = ("--user", "ann", "--password", "env:PW", "--allow-cleartext-login")
        for option in ([], ["--for-good"]):
            server.put("ann", LUNCH)
            assert shell("delete", server.url, 'subject = "Lunch"', *login, *option) == "1 deleted for good\n"
    assert asked == ["Delete 1 messages for good? [y/N] "] * 2


def test_a_store_is_backed_up_and_the_copy_is_whole(shell: Shell, store: str) -> None:
    assert shell("store", "backup", store, "--to", "copy.db").startswith("copy.db: ")
    assert shell("store", "check", "copy.db") == "no faults\n"
    assert len(shell.json("list", "copy.db")) == 2
    assert "copy.db" in shell("store", "backup", store, "--to", "copy.db", status=2)


def test_a_store_that_is_opened_read_only_is_checked_and_not_compacted(shell: Shell, store: str) -> None:
    read_only = f"sqlite:///{Path(store).absolute()}?read_only=true"

    assert shell("store", "check", read_only) == "no faults\n"
    assert "opened to be read only" in shell("store", "compact", read_only, status=2)


def test_what_is_not_whole_in_a_store_is_listed(shell: Shell, store: str) -> None:
    with closing(sqlite3.connect(store)) as database, database:
        database.execute("update folder set message_count = 7 where role = 'inbox'")

    (fault,) = shell.json("store", "check", store, status=1)
    assert (fault["where"].split()[0], fault["text"]) == ("folder", "the number of its messages is wrong")


# Messages


def test_a_message_is_converted_and_its_losses_told(shell: Shell) -> None:
    Path("letter.eml").write_bytes(LUNCH)
    shell("convert", "letter.eml", "--to", "msg", "--out", "letter.msg")
    assert shell.json("show", "letter.msg")["subject"] == "Lunch"
    assert isinstance(shell.json("convert", "letter.msg", "--to", "tnef", "--out", "winmail.dat")["losses"], list)
    assert shell.json("show", "winmail.dat")["subject"] == "Lunch"


def test_a_conversion_tells_of_damage_in_what_it_reads(shell: Shell) -> None:
    whole = msgcore.write_message(
        Message(subject="x", text="y" * 9_000, attachments=[Attachment(b"z" * 20_000, filename="a.bin")]), "msg"
    )
    Path("cut.msg").write_bytes(whole[: len(whole) // 2])
    count = len(shell.json("check", "cut.msg", status=1))
    done = shell.json("convert", "cut.msg", "--to", "mime", "--out", "cut.eml", status=1)
    assert done["findings"] == count > 0
    told = f"{count} findings in the input: msgcore check cut.msg lists them"
    assert told in shell("convert", "cut.msg", "--to", "mime", "--out", "cut.eml", status=1)
    Path("unix.eml").write_bytes(LUNCH)
    assert shell.json("convert", "unix.eml", "--to", "msg", "--out", "unix.msg")["findings"] == 1


@pytest.mark.parametrize("octets", [b"SQLite format 3\0" + bytes(99) + b"\nSubject: x\n\n", b"<svg a='b:c'>\n</svg>\n"])
def test_what_has_no_header_field_is_no_message_to_convert(shell: Shell, octets: bytes) -> None:
    Path("x").write_bytes(octets)
    assert "x is no message" in shell("convert", "x", "--to", "msg", "--out", "y", status=1)
    assert not Path("y").exists()


def test_faults_of_a_message_are_found(shell: Shell) -> None:
    Path("good.eml").write_bytes(LUNCH.replace(b"\n", b"\r\n"))
    assert shell.json("check", "good.eml") == []
    Path("bad.eml").write_bytes(b"Subject: one\r\nSubject: two\r\n\r\n")
    assert "header-repeated" in {row["rule"] for row in shell.json("check", "bad.eml", "good.eml", status=1)}


# Sending and profiles


def test_errors_propose_what_a_shell_can_do(shell: Shell) -> None:
    sent = shell("send", "--to", "b@b.test", "--via", "smtp://127.0.0.1:9", "--text", "x", status=2)
    assert sent.rstrip().endswith("give --from")
    for name in ("work", "home", "farm"):
        shell("profile", "create", name, "personal-folders", "path=mail.db")
    shell("profile", "delete", "work")
    assert "msgcore profile default NAME" in shell("send", "--to", "b@b.test", "--text", "x", status=4)
    secret = ("profile", "create", "third", "smtp", "url=smtps://mail.a.test", "user=ann", "password=hunter2")
    told = shell(*secret, status=4)
    assert "env:NAME, file:PATH or keyring:SERVICE/USER" in told
    assert not any(one in told for one in ("Secret(", "callable:"))
    shell("profile", "create", "fourth", "smtp", "url=smtps://mail.a.test", "user=ann", "password=callable:x")
    told = shell("send", "--to", "b@b.test", "--from", "a@a.test", "--text", "x", "--profile", "fourth", status=4)
    assert "a command cannot give it: take env:NAME" in told


@pytest.mark.parametrize("python", IN_COMMANDS)
def test_what_is_put_into_words_of_the_command_line_is_what_the_library_says(python: str) -> None:
    sources = (path for path in Path(msgcore.__file__).parent.rglob("*.py") if path.name != "wording.py")
    assert any(python.strip() in path.read_text(encoding="utf-8") for path in sources)


def test_a_message_is_sent_without_a_profile(shell: Shell) -> None:
    Path("plan.csv").write_text("a;b\n")
    with LoopbackSmtpServer() as server:
        sent = shell.json(
            "send", "--from", "ann@a.test", "--to", "bob@b.test", "--cc", "carol@c.test", "--subject", "Plan",
            "--text", "See the file.", "--attach", "plan.csv", "--via", server.url,
        )  # fmt: skip
        [received] = server.received
    assert [(row["recipient"], row["outcome"]) for row in sent] == [
        ("bob@b.test", "accepted"),
        ("carol@c.test", "accepted"),
    ]
    assert msgcore.read_message(received.octets).attachments[0].data == b"a;b\n"


LETTER = (
    b"From: ann@a.test\r\nTo: bob@b.test\r\nMessage-ID: <1@a.test>\r\nDate: Tue, 01 Jul 2003 10:52:37 +0200\r\n"
    b"X-Odd:  kept \r\n\r\nHello\r\n"
)


def test_a_message_in_a_file_is_sent_as_it_is(shell: Shell) -> None:
    Path("letter.eml").write_bytes(LETTER)
    with LoopbackSmtpServer() as server:
        sent = shell.json("send", "--message", "letter.eml", "--via", server.url)
        other = shell.json("send", "--message", "letter.eml", "--to", "eva@e.test", "--via", server.url)
        assert [one.octets for one in server.received] == [LETTER, LETTER]
    assert [row["recipient"] for row in (*sent, *other)] == ["bob@b.test", "eva@e.test"]


@pytest.mark.parametrize(
    "options",
    [
        ["--via", "smtp://127.0.0.1:9"],
        ["--message", "letter.eml", "--subject", "Hi", "--via", "smtp://127.0.0.1:9"],
        ["--message", "letter.eml", "--to", "b@b.test"],
    ],
    ids=["to nobody", "another subject", "to others by a profile"],
)
def test_what_stands_beside_a_message_in_a_file_is_told(shell: Shell, options: list[str]) -> None:
    Path("letter.eml").write_bytes(LETTER)
    assert "--message" in shell("send", *options, status=2)


def test_a_profile_that_cannot_be_read_hides_no_other(shell: Shell) -> None:
    shell("profile", "create", "work", "personal-folders", "path=mail.db")
    broken = Path("profiles/home.toml")
    broken.write_text('[[services]]\nservice = "personal-folders\n')
    broken.chmod(0o600)
    Path(f"profiles/{'a' * 65}.toml").touch()
    nameless, home, work = shell.json("profile", "list")
    assert "a profile's name has" in nameless["faults"][0]
    assert (work["services"], work["faults"]) == (["personal-folders"], [])
    assert (home["services"], len(home["faults"])) == ([], 1)
    assert ":2: is no TOML" in home["faults"][0]


def test_a_message_is_sent_by_a_profile_that_was_just_made(shell: Shell) -> None:
    with LoopbackSmtpServer() as server:
        shell(
            "profile",
            "create",
            "work",
            "personal-folders",
            "path=mail.db",
            "smtp",
            f"url={server.url}",
            "email=ann@a.test",
        )
        assert [(row["name"], row["default"], row["faults"]) for row in shell.json("profile", "list")] == [
            ("work", True, [])
        ]
        assert shell.json("profile", "test", "work")["faults"] == []
        [row] = shell.json("send", "--to", "bob@b.test", "--from", "ann@a.test", "--text", "Hello", "--subject", "Hi")
        assert row["outcome"] == "accepted"
    assert [one["subject"] for one in shell.json("list", "work", "--folder", "sent")] == ["Hi"]


def test_what_another_account_met_does_not_say_that_nothing_was_sent(shell: Shell) -> None:
    """Who is told so gives the command again, and the message is sent twice."""
    with LoopbackSmtpServer() as server:
        shell(
            "profile", "create", "work", "personal-folders", "path=mail.db", "smtp", f"url={server.url}",
            "email=ann@a.test", "pop3", "url=pop3://127.0.0.1:9", "user=ann", "password=env:MSGCORE_NO_SUCH",
        )  # fmt: skip
        [row] = shell.json("send", "--to", "bob@b.test", "--text", "Hello")
        assert row["outcome"] == "accepted"


@pytest.fixture
def interruptible() -> Generator[None]:
    """Let SIGINT interrupt, as at a terminal: what a script starts in its background ignores it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def _interrupt_when(wait: Callable[[], bool]) -> None:
    assert wait()
    os.kill(os.getpid(), signal.SIGINT)


def test_who_stops_a_command_while_it_is_loaded_sees_no_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    class Interrupting:
        def find_spec(self, name: str, *_: object) -> None:
            if name == "msgcore.cli.main":
                raise KeyboardInterrupt

    monkeypatch.delitem(sys.modules, "msgcore.cli.main")
    monkeypatch.setattr(sys, "meta_path", [Interrupting(), *sys.meta_path])
    assert main() == 130


@pytest.mark.usefixtures("interruptible")
def test_who_stops_a_submission_is_told_that_it_stays(shell: Shell, capsys: pytest.CaptureFixture[str]) -> None:
    with LoopbackSmtpServer() as server:
        shell("profile", "create", "work", "personal-folders", "path=mail.db", "smtp", f"url={server.url}")
        with server.hold() as held:
            stopper = threading.Thread(target=_interrupt_when, args=(held.wait,))
            stopper.start()
            told = shell("send", "--from", "ann@a.test", "--to", "bob@b.test", "--text", "Hello", status=130)
            stopper.join()
        assert "the message stays submitted" in told
        assert [row["subject"] for row in shell.json("list", "work", "--folder", "outbox")] == [""]


def test_a_file_that_is_no_text_or_cannot_be_written_is_told(shell: Shell) -> None:
    Path("octets").write_bytes(b"\xff")
    Path("letter.eml").write_bytes(LUNCH)
    letter = ("send", "--from", "a@a.test", "--to", "b@b.test", "--via", "smtp://127.0.0.1:9", "--text", "x")
    assert "octets: is no text" in shell(*letter, "--html", "octets", status=2)
    assert "nowhere/x.msg: No such file" in shell(
        "convert", "letter.eml", "--to", "msg", "--out", "nowhere/x.msg", status=4
    )


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is full")
def test_an_output_that_is_full_is_not_told_as_nothing_found(
    shell: Shell, store: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(OSError, match="No space"), Path("/dev/full").open("w", encoding="utf-8") as full:
        monkeypatch.setattr(sys, "stdout", full)
        assert run(["search", store, "subject:exists()"]) == 4


def test_a_flag_of_a_service_is_true_or_false(shell: Shell) -> None:
    told = shell("profile", "create", "work", "personal-folders", "path=mail.db", "default_store=yes", status=2)
    assert "default_store=yes: need true or false" in told


def test_the_status_tells_whether_trying_again_may_help(shell: Shell) -> None:
    letter = ("send", "--from", "a@a.test", "--to", "b@b.test", "--text", "x", "--via")
    assert "refused" in shell(*letter, "smtp://127.0.0.1:9", status=3)
    assert "no such host" in shell(*letter, "smtp://nowhere.invalid", status=4)
    assert "not both" in shell(*letter, "smtp://127.0.0.1:9", "--profile", "work", status=2)


def test_a_profile_that_cannot_be_is_told(shell: Shell) -> None:
    assert "before its settings" in shell("profile", "create", "work", "path=mail.db", status=2)
    assert "colour" in shell("profile", "create", "work", "personal-folders", "colour=red", status=4)
    mistyped = shell("profile", "create", "work", "imap", "connections=five", "imap", "connections=4", status=2)
    assert "connections: imap: need int, got 'five'" in mistyped
    shell("profile", "create", "work", "personal-folders", "path=mail.db", "smtp", "url=smtp://127.0.0.1:9")
    assert [len(one["faults"]) for one in shell.json("profile", "test", "work", status=1)["services"]] == [0, 1]


def test_a_profile_is_copied_renamed_deleted_and_taken_elsewhere(shell: Shell) -> None:
    shell("profile", "create", "work", "smtp", "url=smtp://127.0.0.1:9", "user=ann", "password=env:MSGCORE_NO_SUCH")
    shell("profile", "copy", "work", "home")
    shell("profile", "rename", "home", "farm")
    exported = shell("profile", "export", "work")
    shell("profile", "delete", "work")
    Path("work.toml").write_text(exported, encoding="utf-8")
    needs = shell("profile", "import", "office", "work.toml", status=1)

    assert [one["name"] for one in shell.json("profile", "list")] == ["farm", "office"]
    assert "smtp: password: env:MSGCORE_NO_SUCH: the environment has no variable" in needs
    assert "did you mean farm?" in shell("profile", "delete", "farn", status=4)
    Path("octets.toml").write_bytes(b"\xff")
    assert "octets.toml: is no text" in shell("profile", "import", "third", "octets.toml", status=2)


# Routes and queues


@pytest.fixture
def tables() -> tuple[str, str]:
    internet = Connector("internet", "smtp", [AddressSpace("SMTP", "*", 10)], {"relay": "smtp://127.0.0.1:9"})
    partner = Connector("partner", "smtp", [AddressSpace("SMTP", "*@p.test")], {"relay": "smtp://127.0.0.1:9"})
    Path("old.toml").write_text(write_routes(RouteTable([internet])))
    Path("new.toml").write_text(write_routes(RouteTable([internet, partner])))
    return "old.toml", "new.toml"


def test_routes_are_explained_checked_compared_and_simulated(shell: Shell, tables: tuple[str, str]) -> None:
    old, new = tables
    assert shell.json("route", "explain", new, "bob@p.test")["connector"] == "partner"
    assert shell.json("route", "explain", new, "FAX:+4670", status=1)["connector"] is None
    assert "--size" in shell("route", "explain", new, "bob@p.test", "--size", "-5", status=2)
    assert shell.json("route", "check", old) == []
    assert shell.json("route", "compare", old, new, status=1) == ["connector 'partner': added"]
    assert shell("route", "compare", old, old) == ""
    Path("sample").write_text("bob@p.test 1000\nann@a.test\n")
    done = shell.json("route", "simulate", old, new, "sample")
    assert (done["recipients"], [one["recipient"] for one in done["moved"]]) == (2, ["bob@p.test"])
    shell("route", "draw", new, "--out", "new.svg")
    assert Path("new.svg").read_text().startswith("<svg")


def test_a_table_with_schedules_is_asked_for_a_time(shell: Shell, tables: tuple[str, str]) -> None:
    nightly = Connector(
        "nightly",
        "smtp",
        [AddressSpace("SMTP", "*")],
        {"relay": "smtp://127.0.0.1:9"},
        schedule=Schedule(["22:00-06:00"]),
    )
    Path("nightly.toml").write_text(write_routes(RouteTable([nightly])))
    explain = ("route", "explain", "nightly.toml", "bob@b.test")
    assert "2030-01-01 22:00:00 UTC on" in shell(*explain, "--at", "2030-01-01T12:00Z")
    assert "UTC on" not in shell(*explain, "--at", "2030-01-01T23:00Z") + shell(*explain)
    Path("sample").write_text("bob@b.test\n")
    simulated = ("route", "simulate", tables[0], "nightly.toml", "sample", "--at", "2030-01-01T12:00Z")
    assert "2030-01-01 22:00:00 UTC on" in shell(*simulated)
    assert "2030-01-31T22:30" in shell(*explain, "--at", "noon", status=2)
    assert "--at is for a table in a file" in shell(
        "route", "explain", "sqlite:///x.db", "bob@b.test", "--at", "2030-01-01", status=2
    )


def test_the_queue_is_looked_at_and_changed_and_mail_is_followed(shell: Shell, tables: tuple[str, str]) -> None:
    url = "sqlite:///office.db"
    with msgcore.open_organization(url, create=True) as office:
        office.add_mailbox("ann", addresses=["SMTP:ann@a.test"])
        office.set_routes(msgcore.mta.load_routes(tables[0]))
        admin = msgcore.ProfileAdmin()
        admin.create("ann", [{"service": "organization", "url": url, "mailbox": "ann"}])
    with msgcore.logon("ann") as session:
        session.submit(Message(from_="ann@a.test", to=["bob@b.test", "carol@c.test"], subject="Hi", text="x"))
        session.flush_queues()
    assert sorted(row["recipient"] for row in shell.json("queue", "list", url)) == ["bob@b.test", "carol@c.test"]
    assert "--all" in shell("queue", "hold", url, status=2)
    assert shell("queue", "hold", url, "--where", 'recipient = "bob@b.test"', "--reason", "why not") == "1 recipients\n"
    assert [row["outcome"] for row in shell.json("queue", "list", url, "--where", 'state = "held"')] == ["why not"]
    assert shell.json("queue", "depth", url)["recipients"]["held"] == 1
    for change in ("release", "retry", "delete"):
        shell("queue", change, url, "--all")
    assert shell.json("queue", "list", url) == []
    assert {"deferred", "held", "released", "deleted"} <= {
        row["event"] for row in shell.json("track", url, "--address", "bob@b.test")
    }
    assert shell.json("track", url, "--address", "eve@b.test", status=1) == []


def test_mail_is_not_redirected_to_a_bare_name_nor_followed_by_nothing(shell: Shell) -> None:
    msgcore.open_organization("sqlite:///athena.db", create=True).close()
    url = "sqlite:///athena.db"
    assert "bob: need an address" in shell("queue", "redirect", url, "--all", "--to", "bob", status=2)
    assert "give --message-id, --transfer-id, --address" in shell("track", url, status=2)


def test_how_tls_went_is_told_before_it_is_reported(shell: Shell) -> None:
    url, runtime = "sqlite:///office.db", BlockingRuntime()
    shell("mailbox", "add", url, "ann", "--address", "ann@a.test", "--create")
    policy = AppliedPolicy("b.test", "tlsa", ("3 1 1 ab",))
    failed = SessionResult(policy, "certificate-expired", "mx.b.test", "192.0.2.1", "it has expired")
    other = SessionResult(AppliedPolicy("c.test", "no-policy-found"))
    database = Database.open(Path("office.db"), NEXTHOP_SCHEMA, create=False)
    counted = [CountedSessions(date(2030, 1, day), one, day) for day, one in ((2, failed), (1, other), (3, other))]
    runtime.run(SqlKeeper(runtime, database).add_counts(counted, NEVER))
    runtime.run(database.close(runtime))

    with msgcore.open_organization(url) as office:
        assert office.tls_sessions() == tuple(counted[at] for at in (2, 0, 1))
    [told] = shell.json("queue", "tls", url, "--domain", "B.test")
    assert (told["day"], told["result"], told["sessions"]) == ("2030-01-02", "certificate-expired", 2)


def test_mailboxes_are_made_listed_and_given_passwords(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    url = "sqlite:///office.db"
    shell("mailbox", "add", url, "ann", "--address", "ann@a.test", "--address", "FAX:+4670", "--create")
    assert shell.json("mailbox", "list", url) == [
        {"name": "ann", "display_name": "ann", "addresses": ["SMTP:ann@a.test", "FAX:+4670"]}
    ]
    monkeypatch.setenv("NEW_PASSWORD", "open sesame")
    assert shell("mailbox", "password", url, "ann", "--new", "env:NEW_PASSWORD") == "ann: has a new password\n"
    assert shell("mailbox", "password", url, "ann", "--remove") == "ann: has no password now\n"
    assert "bob" in shell("mailbox", "password", url, "bob", "--new", "env:NEW_PASSWORD", status=2)
    assert "give --new" in shell("mailbox", "password", url, "ann", status=2)
    assert "no mailbox 'bob'" in shell("mailbox", "password", url, "bob", status=2)
    assert shell("mailbox", "remove", url, "ann") == "ann: is removed, with its mail\n"
    assert shell.json("mailbox", "list", url) == []


def test_a_wrong_address_leaves_no_organisation_behind(shell: Shell) -> None:
    told = shell("mailbox", "add", "sqlite:///office.db", "ann", "--address", "ann@@a.test", "--create", status=2)
    assert "ann@@a.test" in told
    assert not Path("office.db").exists()


@pytest.mark.parametrize(
    ("name", "display_name", "told"),
    [(" ", "", "needs a name"), ("a\nb", "", "mailbox name"), ("x" * 3_000, "", "too long"), ("a", "a\rb", "display")],
)
def test_a_wrong_name_leaves_no_organisation_behind(shell: Shell, name: str, display_name: str, told: str) -> None:
    command = ("mailbox", "add", "sqlite:///office.db", name, "--address", "ann@a.test", "--create")

    assert told in shell(*command, "--display-name", display_name, status=2)
    assert not Path("office.db").exists()


def test_personal_folders_are_not_made_an_organisation(shell: Shell, store: str) -> None:
    url = f"sqlite:///{store}"
    tables = _tables(store)
    for told in (
        shell("mailbox", "add", url, "ann", "--address", "ann@a.test", "--create", status=4),
        shell("queue", "list", url, status=4),
    ):
        assert "holds personal folders" in told
    configuration = Path("mta.toml")
    for create in ("true", "false"):
        configuration.write_text(f'[organization]\nurl = "{url}"\ncreate = {create}\n[node]\nhost_name = "a.test"\n')
        assert "holds personal folders" in shell("mta", str(configuration), "--check", status=1)
    assert _tables(store) == tables
    assert shell.json("list", store)


def _tables(file: str) -> set[str]:
    with closing(sqlite3.connect(file)) as connection:
        return {name for (name,) in connection.execute("select name from sqlite_master")}


def test_at_a_terminal_it_is_asked_before_a_mailbox_is_removed(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    url = "sqlite:///office.db"
    shell("mailbox", "add", url, "ann", "--address", "ann@a.test", "--create")
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)

    def no(_question: str) -> str:
        return "n"

    monkeypatch.setattr(builtins, "input", no)
    assert shell("mailbox", "remove", url, "ann", status=1) == "nothing is removed\n"
    assert shell("mailbox", "remove", url, "ann", "--yes") == "ann: is removed, with its mail\n"


def test_a_store_is_no_message_to_be_shown(shell: Shell, store: str) -> None:
    assert f"msgcore list {store}" in shell("show", store, status=2)


@pytest.mark.parametrize("octets", [b"", b"\x89PNG\r\n\x1a\n\0\0"])
def test_what_is_no_message_is_not_shown_as_one(shell: Shell, octets: bytes) -> None:
    Path("x").write_bytes(octets)
    assert "x is no message" in shell("show", "x", status=1)
    assert shell.json("check", "x", status=1)


# The whole


def test_help_and_wrong_commands(shell: Shell) -> None:
    assert shell("search", "--help").startswith("Usage: msgcore search [OPTIONS] STORE RESTRICTION\n")
    shown = shell("--help")
    assert all(command in shown for command in ("send", "search", "profile", "route", "queue", "demo", "spool"))
    assert shell("search", "-h") == shell("search", "--help")
    assert "list" in shell("lst", status=2)


def test_the_commands_that_need_the_extra_are_known_without_it() -> None:
    app = app_of(CORE, lambda _: 0)
    commands = {one.name or getattr(one.callback, "__name__", "") for one in app.registered_commands}
    assert commands | {one.name for one in app.registered_groups} == {*CORE, *WITH_EXTRA}


def test_without_the_extra_a_command_names_it(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "msgcore.cli.app", None)
    monkeypatch.setitem(sys.modules, "typer", None)
    for name in [name for name in sys.modules if name.startswith("msgcore.cli.")]:
        if name not in {"msgcore.cli.main", "msgcore.cli.app"}:
            monkeypatch.delitem(sys.modules, name)
    monkeypatch.delitem(sys.modules, "msgcore.cli.app")
    assert "pip install 'msgcore[cli]'" in shell("list", "mail.db", status=4)
    assert "smtp" in shell("services", "smtp")
    assert "'lst'" in shell("lst", status=2) and all(one in shell("--help") for one in WITH_EXTRA)


def test_nothing_that_a_stranger_wrote_reaches_the_terminal_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    hostile = "[red]\x1b]0;owned\x07\x9b31m\r\nSubject: [/]"
    print_table(("subject",), [{"subject": hostile}])
    say(hostile)
    printed = capsys.readouterr().out
    assert not set("\x1b\x07\x9b\r") & set(printed)
    assert "[red]" in printed


def test_attachments_are_shown_by_name(shell: Shell) -> None:
    letter = Message(from_="a@a.test", subject="x", text="y", attachments=[Attachment(b"12", filename="a.txt")])
    Path("letter.eml").write_bytes(msgcore.write_message(letter))
    assert "Attachment: a.txt (2 octets)" in shell("show", "letter.eml")


def test_a_dash_is_standard_input(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    def piped(octets: bytes) -> None:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(octets)))

    piped(LUNCH)
    assert shell.json("show", "-")["subject"] == "Lunch"
    piped(LUNCH)
    assert shell("convert", "-", "--to", "mime").startswith("From: a@a.test")
    piped(LUNCH)
    assert {one["file"] for one in shell.json("check", "-", status=1)} == {"standard input"}
    piped(b"no message")
    assert "standard input is no message" in shell("show", "-", status=1)
    with LoopbackSmtpServer() as server:
        piped(LUNCH)
        shell("send", "--message", "-", "--via", server.url)
        assert [one.octets.count(b"Subject: Lunch") for one in server.received] == [1]


@pytest.mark.parametrize(
    "wrong", [["none.mbox"], ["empty.mbox"], ["letter.eml", "--folder", "//"], ["folder"]], ids=" ".join
)
def test_an_import_that_cannot_be_makes_no_store(shell: Shell, wrong: list[str]) -> None:
    Path("letter.eml").write_bytes(LUNCH)
    Path("empty.mbox").write_bytes(b"text")
    Path("folder").mkdir()
    assert run(["import", *wrong, "--into", "new.db"]) in {1, 2}
    assert not Path("new.db").exists()


@pytest.mark.skipif(os.name != "posix", reason="needs pipes in the file system")
def test_a_pipe_is_no_archive_and_holds_up_nobody(shell: Shell, store: str) -> None:
    os.mkfifo("pipe")
    assert "is a pipe or a device" in shell("export", store, "--to", "pipe", status=2)
    assert "is a pipe or a device" in shell("import", "pipe", "--into", store, status=2)
    assert "--to -: need a file" in shell("export", store, "--to", "-", status=2)


@pytest.mark.parametrize("command", [["show"], ["check"], ["convert", "--to", "msg"], ["send", "--message"]])
def test_a_file_that_is_not_there_or_a_folder_is_a_wrong_call(shell: Shell, command: list[str]) -> None:
    assert "none.eml: no such file" in shell(*command, "none.eml", status=2)
    assert ".: is a folder" in shell(*command, ".", status=2)


def test_an_empty_text_replaces_no_profile(shell: Shell) -> None:
    shell("profile", "create", "work", "personal-folders", "path=mail.db")
    Path("empty.toml").write_text("\n")
    assert "empty.toml: is empty" in shell("profile", "import", "--replace", "work", "empty.toml", status=2)
    assert shell.json("profile", "list")[0]["services"] == ["personal-folders"]
