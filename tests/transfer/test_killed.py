"""A process is killed with SIGKILL while it imports or exports; the next one completes it, and nothing comes twice."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path

import pytest

from msgcore.codecs import mime
from msgcore.spi.store import Incoming
from msgcore.transfer import ArchivedMessage, MboxWriter
from tests.shared import REPOSITORY
from tests.transfer.child import BATCH, writer_of
from tests.transfer.desk import sqlite_desk

KINDS = ["mboxrd", "mboxcl2", "Maildir", "eml"]
COUNT = 120

# The same message stands in it again and again.
LETTERS = [b"Subject: %d\n\n%b\n" % (number % 50, b"From x\n" * (number % 50) * 20) for number in range(COUNT)]


def killed(*arguments: str, after: int) -> bool:
    """Start a child and kill it when it has told of this many batches; ``False``: it had ended before."""
    command = [sys.executable, "-m", "tests.transfer.child", *arguments]
    with subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        for _ in range(after):
            child.stdout.readline()
        child.kill()
        return child.wait() < 0


def run(*arguments: str) -> None:
    subprocess.run(
        [sys.executable, "-m", "tests.transfer.child", *arguments], cwd=REPOSITORY, stdout=subprocess.PIPE, check=True
    )


def check_import(folder: Path, kills: int, chance: random.Random) -> None:
    store, box = folder / "mail.db", folder / "box"
    writer = MboxWriter(box)
    writer.open()
    writer.write([ArchivedMessage(one) for one in LETTERS])
    writer.close()
    for _ in range(kills):
        killed("import", str(store), "", str(box), after=chance.randrange(COUNT // BATCH))
    run("import", str(store), "", str(box))

    with sqlite_desk(store) as desk:
        assert sorted(desk.octets()) == sorted(LETTERS)


def check_export(folder: Path, kind: str, kills: int, chance: random.Random) -> None:
    store, archive = folder / "mail.db", folder / "archive"
    with sqlite_desk(store) as desk:
        desk.save(*(Incoming(mime.read(one)) for one in LETTERS))
    for _ in range(kills):
        killed("export", str(store), kind, str(archive), after=chance.randrange(COUNT // BATCH))
    run("export", str(store), kind, str(archive))

    assert sorted(one.octets for one in writer_of(kind, archive).archive()) == sorted(LETTERS)


def test_an_import_that_was_killed_is_completed_by_the_next(tmp_path: Path) -> None:
    check_import(tmp_path, 1, random.Random(7))


@pytest.mark.parametrize("kind", KINDS)
def test_an_export_that_was_killed_is_completed_by_the_next(tmp_path: Path, kind: str) -> None:
    check_export(tmp_path, kind, 1, random.Random(7))


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(60))
def test_an_import_that_was_killed_again_and_again_is_completed(tmp_path: Path, seed: int) -> None:
    check_import(tmp_path, 5, random.Random(seed))


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(60))
@pytest.mark.parametrize("kind", KINDS)
def test_an_export_that_was_killed_again_and_again_is_completed(tmp_path: Path, kind: str, seed: int) -> None:
    check_export(tmp_path, kind, 5, random.Random(seed))


# Memory


def memory_of_import(folder: Path, octets: int) -> int:
    """Import an mbox of this size into a store that keeps nothing, and give the octets of memory that it took."""
    box = folder / "box"
    writer = MboxWriter(box)
    writer.open()
    size, body = 0, (b"x" * 70 + b"\n") * 40
    while size < octets:
        writer.write([ArchivedMessage(b"Subject: %d\n\n%b" % (size + n, body)) for n in range(5_000)])
        size = box.stat().st_size
    writer.close()
    done = subprocess.run(
        [sys.executable, "-m", "tests.transfer.child", "read", "", "", str(box)],
        cwd=REPOSITORY,
        capture_output=True,
        check=True,
    )
    box.unlink()
    return int(done.stdout.split()[1]) * 1024


def test_an_import_of_50_megabytes_takes_less_than_24_of_memory(tmp_path: Path) -> None:
    assert memory_of_import(tmp_path, 50_000_000) < 24_000_000


@pytest.mark.soak
def test_an_import_of_a_gigabyte_takes_less_than_64_megabytes_of_memory(tmp_path: Path) -> None:
    """It counts equal messages: some 100 octets for each of 300,000."""
    assert memory_of_import(tmp_path, 1_000_000_000) < 64_000_000
