"""The locks of an mbox file, by which programs keep off each other: a record lock, and the dot lock ``NAME.lock``.

The dot lock is also what makes a crash harmless: it says how long the file was when all in it was whole, and how long
it was to become. Who finds that its maker is no more knows what was begun and not ended.
"""

from __future__ import annotations

import errno
import glob
import importlib
import os
import re
from collections import deque
from contextlib import suppress
from pathlib import Path
from typing import Any

from msgcore.errors import StoreBusy, UsageError
from msgcore.transfer.files import host_name, is_running, sync_folder, write_all, write_new

__all__ = ["DotLock", "Turn", "lock_for_reading", "lock_for_writing"]

# Who holds it, as other programs write it; then what is whole, and how long the file was to become.
_CLAIM = re.compile(r"(\d{1,9})\n([^\n]+)\n(\d{20}) (\d{20})\n")
_NO_LOCKS = frozenset({errno.ENOLCK, errno.EINVAL, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP})


class DotLock:
    """The dot lock of the mbox at ``path``: who writes, and how far the file is whole."""

    def __init__(self, path: Path) -> None:
        self._path = Path(f"{path}.lock")

    def is_there(self) -> bool:
        return os.path.lexists(self._path)

    def left_behind(self) -> tuple[int, int] | None:
        """Give the lengths, whole and planned, that a writer of this machine noted which is no more."""
        try:
            claim = _CLAIM.fullmatch(self._path.read_text("utf-8", "surrogateescape"))
        except FileNotFoundError:
            return None
        if claim is None or claim[2] != host_name() or is_running(int(claim[1])):
            return None
        return int(claim[3]), int(claim[4])

    def clean(self) -> None:
        """Remove what writers left who were killed while they made the lock."""
        begun = f"{self._path.name}.{host_name()}."
        for path in self._path.parent.glob(glob.escape(begun) + "*"):
            process = path.name.removeprefix(begun).partition(".")[0]
            if process.isdecimal() and not is_running(int(process)):
                path.unlink(missing_ok=True)

    def take(self, whole: int) -> bool:
        """Make the lock, unless there is one."""
        mine = self._path.with_name(f"{self._path.name}.{host_name()}.{os.getpid()}.{id(self)}")
        write_new(mine, self._text(whole, whole))
        try:
            os.link(mine, self._path)
        except FileExistsError:
            return False
        except OSError:  # a file system without links; there it appears before it is written
            try:
                write_new(self._path, self._text(whole, whole))
            except FileExistsError:
                return False
        finally:
            mine.unlink()
        sync_folder(self._path.parent)
        return True

    def plan(self, whole: int, planned: int) -> None:
        """Note what will be written, before it is."""
        try:
            descriptor = os.open(self._path, os.O_WRONLY | getattr(os, "O_BINARY", 0))
        except FileNotFoundError as error:
            raise StoreBusy(f"{self._path}: another program has removed the lock") from error
        try:
            write_all(descriptor, self._text(whole, planned))
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def drop(self) -> None:
        with suppress(FileNotFoundError):
            self._path.unlink()

    def _text(self, whole: int, planned: int) -> bytes:
        return f"{os.getpid()}\n{host_name()}\n{whole:020} {planned:020}\n".encode("utf-8", "surrogateescape")


class Turn:
    """Lets one user in at a time, whichever thread comes first."""

    def __init__(self) -> None:
        self._free = deque([None])  # whose pop is atomic

    def take(self, path: Path) -> None:
        try:
            self._free.pop()
        except IndexError:
            raise UsageError(f"{path}: the writer is open already; give each export a writer of its own") from None

    def give_back(self) -> None:
        self._free.append(None)


def lock_for_writing(descriptor: int) -> bool:
    """Lock a file as other programs do, where the system has such locks; ``False``: another program has."""
    return _lock(descriptor, "LOCK_EX")


def lock_for_reading(descriptor: int) -> bool:
    """Keep writers off a file as other programs do, where its file system can; ``False``: one has it."""
    try:
        return _lock(descriptor, "LOCK_SH")
    except OSError as error:
        if error.errno not in _NO_LOCKS:
            raise
        return True


def _lock(descriptor: int, kind: str) -> bool:
    try:
        fcntl: Any = importlib.import_module("fcntl")
    except ImportError:
        return True
    try:
        fcntl.lockf(descriptor, getattr(fcntl, kind) | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    return True
