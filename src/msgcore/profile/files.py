"""The files of profiles: read only when nobody else can read them, and written whole or not at all.

Programs that change profiles take turns by a lock on a file of the folder. A person's editor knows nothing of that: so
what is to be replaced is looked at again in the moment before, and stays when it is not what was read.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import stat
import tempfile
import time
from collections.abc import Generator
from pathlib import Path
from typing import Any

from msgcore.base.plain_files import open_plain
from msgcore.errors import ProfileChanged, ProfileError, StoreError

__all__ = ["locked", "read_private", "write_private"]

_MAX_OCTETS = 1024 * 1024
_LOCK_SECONDS = 10.0
_LOOK_SECONDS = 0.01


def read_private(file: Path) -> str:
    """Read a file that only its owner can; the check is made on the open file, so that nobody changes it between.

    Raises:
        ProfileError: it is not there, open to others, somebody else's, too large, or not UTF-8.
    """
    try:
        with open_plain(file) as opened:
            facts = os.fstat(opened.fileno())
            if os.name == "posix":
                if facts.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
                    mode = stat.S_IMODE(facts.st_mode)
                    raise ProfileError(f"is open to others (mode {mode:04o}); chmod 600 it", file=file)
                if facts.st_uid not in {os.geteuid(), 0}:
                    raise ProfileError("belongs to another user", file=file)
            octets = opened.read(_MAX_OCTETS + 1)
    except FileNotFoundError as error:
        raise ProfileError("there is no such profile", file=file) from error
    except OSError as error:
        raise ProfileError(f"cannot be read: {error.strerror}", file=file) from error
    if len(octets) > _MAX_OCTETS:
        raise ProfileError(f"is larger than {_MAX_OCTETS} octets", file=file)
    try:
        return octets.decode()
    except UnicodeDecodeError as error:
        raise ProfileError(f"is not UTF-8 at octet {error.start}", file=file) from error


def write_private(file: Path, text: str, *, instead_of: str | None = None) -> None:
    """Write through a temporary file (mode 0600 from its first octet) and rename it; a link to a file stays one.

    ``instead_of`` is what has to stand there until then.

    Raises:
        ProfileChanged: something else stands there, which stays.
        ProfileError: it is too large.
        StoreError: it cannot be written.
    """
    octets = text.encode()
    if len(octets) > _MAX_OCTETS:
        raise ProfileError(f"would be larger than {_MAX_OCTETS} octets", file=file)
    temporary = None
    try:
        target = Path(os.path.realpath(file))
        descriptor, temporary = tempfile.mkstemp(dir=target.parent, prefix=".", suffix=".new")
        with os.fdopen(descriptor, "wb") as opened:
            opened.write(octets)
            opened.flush()
            os.fsync(opened.fileno())
        if instead_of is not None and _now(file) != instead_of:
            raise ProfileChanged("was changed since it was read, and is left as it is: read it again", file=file)
        Path(temporary).replace(target)
        temporary = None
    except OSError as error:
        raise StoreError(f"{file}: {error.strerror}") from error
    finally:
        if temporary is not None:
            Path(temporary).unlink(missing_ok=True)


def _now(file: Path) -> str | None:
    try:
        return read_private(file)
    except ProfileError:
        return None


@contextlib.contextmanager
def locked(folder: Path) -> Generator[None, None, None]:
    """Change the profiles of a folder, which is made if it is not there, while no other program or thread does.

    Raises:
        ProfileError: another one has been at it for ten seconds.
        StoreError: the folder cannot be written to.
    """
    file = folder / ".lock"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise StoreError(f"{file}: {error.strerror}") from error
    try:
        end = time.monotonic() + _LOCK_SECONDS
        while not _lock(descriptor):
            if time.monotonic() > end:
                raise ProfileError("another program is changing the profiles of this folder", file=file)
            time.sleep(_LOOK_SECONDS)
        yield
    finally:
        os.close(descriptor)  # which ends the lock


def _lock(descriptor: int) -> bool:
    """Lock a file where the system has such locks; ``False``: somebody else has."""
    try:
        if os.name == "nt":
            windows: Any = importlib.import_module("msvcrt")
            windows.locking(descriptor, windows.LK_NBLCK, 1)
        else:
            posix: Any = importlib.import_module("fcntl")
            posix.flock(descriptor, posix.LOCK_EX | posix.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    except OSError as error:
        raise StoreError(f"the folder of the profiles cannot be locked: {error.strerror}") from error
    return True
