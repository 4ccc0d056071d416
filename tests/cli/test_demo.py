"""The demonstration, as a newcomer runs it: in a process of its own, with an empty home folder.

All but the first are forks of a process that has loaded msgcore.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from msgcore import Message, write_message
from tests.examples.host import Done, Host


def run(home: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "HOME": str(home), "XDG_CONFIG_HOME": "", "COLUMNS": "120"}
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", "msgcore", *arguments],
        env=environment,
        cwd=home,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.fixture(scope="module")
def host() -> Iterator[Host]:
    with Host() as host:
        yield host


def fork(host: Host, home: Path, *arguments: str | Path) -> Done:
    return host.command(list(map(str, arguments)), home)


def test_the_demo_shows_the_whole_way(tmp_path: Path) -> None:
    done = run(tmp_path, "demo")
    assert (done.returncode, done.stderr) == (0, "")
    for promise in (
        "goes to mailboxes (gateway mailbox)",
        "goes to partner-line (gateway smtp) by SMTP:*@partner.test, cost 10",
        "no route: 5.4.4",
        "Delivered",
        "Accepted",
        "Refused",
        "bridge.png: 126 octets, image/png",
        "REPORT.IPM.Note.NDR: Undeliverable: The bridge at Øresund",
    ):
        assert promise in done.stdout
    assert list(tmp_path.iterdir()) == [], "the demo leaves nothing behind"


def test_a_folder_is_kept_and_may_be_used_again(host: Host, tmp_path: Path) -> None:
    for _ in range(2):
        done = fork(host, tmp_path, "demo", "--folder", tmp_path / "kept")
        assert (done.status, done.stderr) == (0, "")
    assert (tmp_path / "kept" / "athena.db").is_file()


@pytest.mark.parametrize(
    ("archive", "count"),
    [
        ("mbox/sisimai/mbox-0", 37),
        ("mbox/james-mime4j/mbox.rlug", 5),
        ("mime/notmuch/lkml", 210),
        ("mime/stalwart-mail-parser/eml/rfc/001.eml", 1),
    ],
)
def test_mail_of_ones_own_is_imported_and_queried(
    host: Host, tmp_path: Path, corpus: Path, archive: str, count: int
) -> None:
    done = fork(host, tmp_path, "demo", "--mail", corpus / archive)
    assert (done.status, done.stderr) == (0, "")
    assert f"imported {count} messages" in done.stdout
    assert f"{count} messages, " in done.stdout


def test_a_file_of_outlooks_is_imported_too(host: Host, tmp_path: Path) -> None:
    (tmp_path / "plan.msg").write_bytes(write_message(Message(subject="The plan for May", text="Hello"), form="msg"))
    done = fork(host, tmp_path, "demo", "--mail", tmp_path / "plan.msg")
    assert (done.status, done.stderr) == (0, "")
    assert "The plan for May" in done.stdout


def test_mail_of_ones_own_is_imported_once(host: Host, tmp_path: Path) -> None:
    (tmp_path / "a.eml").write_bytes(b"From: ann@a.test\r\nSubject: once\r\n\r\nHello\r\n")
    command = ("demo", "--folder", tmp_path / "kept", "--mail", tmp_path / "a.eml")
    first, again = fork(host, tmp_path, *command), fork(host, tmp_path, *command)
    assert "1 messages, 0 with attachments" in first.stdout
    assert "1 messages, 0 with attachments" in again.stdout


@pytest.mark.parametrize(("name", "status"), [("none", 2), ("text.txt", 1)])
def test_what_is_no_mail_is_refused_by_name(host: Host, tmp_path: Path, name: str, status: int) -> None:
    (tmp_path / "text.txt").write_bytes(bytes(range(256)))
    done = fork(host, tmp_path, "demo", "--mail", tmp_path / name)
    assert done.status == status
    assert name in done.stderr
    assert "Traceback" not in done.stderr


def test_a_wrong_command_is_a_matter_of_arguments(host: Host, tmp_path: Path) -> None:
    assert fork(host, tmp_path, "dance").status == 2
    assert fork(host, tmp_path, "--version").stdout.startswith("msgcore ")
