"""Files as archives use them: read whole, written to last, and their errors as msgcore's."""

from __future__ import annotations

import errno
import os
import platform
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from msgcore.base.octets import Limits
from msgcore.errors import LimitExceeded, NotFound, StoreFull, UsageError

__all__ = [
    "file_errors",
    "folders_below",
    "host_name",
    "is_running",
    "make_folders",
    "read_file",
    "read_found_file",
    "reading_errors",
    "refuse_link",
    "sync_folder",
    "write_all",
    "write_new",
]

_FULL = frozenset({errno.ENOSPC, errno.EFBIG, errno.EDQUOT, errno.EIO})


@contextmanager
def file_errors(path: Path) -> Generator[None]:
    """Turn the system's errors into msgcore's.

    Raises:
        NotFound: the file is not there (any more).
        StoreFull: no space is left, or an error of the disk.
        UsageError: it cannot be read or written.
    """
    try:
        yield
    except FileNotFoundError as error:
        raise NotFound(f"{error.filename or path}: no such file") from error
    except OSError as error:
        kind = StoreFull if error.errno in _FULL else UsageError
        raise kind(f"{error.filename or path}: {error.strerror}") from error


@contextmanager
def reading_errors(path: Path) -> Generator[None]:
    """Turn the system's errors into msgcore's where nothing is written: no disk is full that cannot be read.

    Raises:
        NotFound: the file is not there (any more).
        UsageError: it cannot be read.
    """
    try:
        with file_errors(path):
            yield
    except StoreFull as error:
        raise UsageError(str(error)) from error


def folders_below(
    path: Path, unreadable: Callable[[UsageError], object]
) -> Iterator[tuple[Path, list[str], list[str]]]:
    """Walk as ``os.walk`` does; a folder that cannot be looked into is told, and not taken for an empty one."""

    def tell(error: OSError) -> None:
        unreadable(UsageError(f"{error.filename or path}: {error.strerror}"))

    for parent, children, names in os.walk(path, onerror=tell):
        yield Path(parent), children, names


def read_file(path: Path, limits: Limits) -> bytes:
    """Read a file that holds one message; raises as :func:`reading_errors` does.

    Raises:
        LimitExceeded: it is larger than ``limits.total_octets``; the text names the file.
    """
    with reading_errors(path):
        size = path.stat().st_size
        if size > limits.total_octets:
            raise LimitExceeded(f"{path}: {size} octets; the limit is {limits.total_octets}")
        return path.read_bytes()


def read_found_file(path: Path, limits: Limits) -> bytes:
    """Read a file as :func:`read_file` does that nobody named: it was found in a folder, and may not lead out of it.

    Raises:
        UsageError: it is a link.
    """
    refuse_link(path)
    return read_file(path, limits)


def refuse_link(path: Path) -> None:
    """Go on if a path that was found in a folder is no link.

    Raises:
        UsageError: it is one.
    """
    if path.is_symlink():
        raise UsageError(f"{path}: a link, which is not followed; what it leads to may be no mail")


def write_all(descriptor: int, octets: bytes) -> None:
    """Write all octets where the file stands."""
    rest = memoryview(octets)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def write_new(path: Path, octets: bytes) -> None:
    """Write a file that was not there, to the disk; it is there no more if that fails."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
    try:
        write_all(descriptor, octets)
        os.fsync(descriptor)
    except BaseException:
        with suppress(OSError):
            path.unlink()
        raise
    finally:
        os.close(descriptor)


def make_folders(path: Path) -> None:
    """Make a folder and those above it, on the disk."""
    missing = [one for one in (path, *path.parents) if not one.exists()]
    for one in reversed(missing):
        one.mkdir(mode=0o700, exist_ok=True)
        sync_folder(one.parent)


def sync_folder(path: Path) -> None:
    """Bring the names in a folder to the disk, where the system can."""
    if os.name == "nt":
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def host_name() -> str:
    """Name this machine in the names of files, as Maildirs do."""
    return platform.node().replace("/", r"\057").replace(":", r"\072") or "localhost"


def is_running(process: int) -> bool:
    """Say whether a process of this machine lives; of one that cannot be asked about, that it does."""
    if os.name == "nt":
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    return True
