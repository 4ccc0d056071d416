"""What a test does to the disk, and sees on it."""

from __future__ import annotations

import resource
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from msgcore.transfer.files import host_name

__all__ = ["claim_of_the_dead", "is_lockable_by_another", "locked_by_another", "names_in", "no_file_larger_than"]

_HOLD = """
import fcntl, sys
file = open(sys.argv[1], "ab")
fcntl.lockf(file, fcntl.LOCK_EX)
print("held", flush=True)
sys.stdin.read()
"""
_TRY = """
import fcntl, sys
try:
    fcntl.lockf(open(sys.argv[1], "ab"), fcntl.LOCK_EX | fcntl.LOCK_NB)
except BlockingIOError:
    sys.exit(3)
"""


@contextmanager
def no_file_larger_than(octets: int) -> Generator[None]:
    """Have the system refuse what would make a file larger (EFBIG), as a full disk does."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (octets, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@contextmanager
def locked_by_another(path: Path) -> Generator[None]:
    """Have another process hold the record lock for writing; the file is made if it is not there."""
    command = [sys.executable, "-c", _HOLD, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "held\n"
        yield


def is_lockable_by_another(path: Path) -> bool:
    """Say whether another process can take the record lock for writing."""
    return {0: True, 3: False}[subprocess.run([sys.executable, "-c", _TRY, str(path)], check=False).returncode]


def claim_of_the_dead(path: Path, whole: int, planned: int) -> None:
    """Leave the dot lock of a process of this machine that is no more."""
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    path.with_name(f"{path.name}.lock").write_text(f"{child.pid}\n{host_name()}\n{whole:020} {planned:020}\n")
