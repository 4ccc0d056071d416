"""Files on a share: written whole and brought to the disk, then made visible by one rename.

Nothing here relies on more than NFS and SMB give: a rename is atomic, a folder that has something in it is never
replaced by another, and a name that nobody else can have chosen is nobody else's. A server may carry out a rename and
lose its answer; the client asks again and is told that there is no such file. So what is not there any more counts as
renamed where the new name is there: new names are never used twice.
"""

from __future__ import annotations

import errno
import os
import secrets
import shutil
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

from msgcore.errors import ConnectionLost, MsgcoreError, StoreCorrupt, StoreError, StoreFull

__all__ = [
    "bring_to_disk",
    "carry_folder",
    "make_folder",
    "names_in",
    "publish_folder",
    "read_file",
    "remove",
    "rename",
    "share_errors",
    "share_time",
    "unless_unwritable",
    "write_file",
]

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO})
_AWAY = frozenset(
    {
        errno.ESTALE,
        errno.ENOTCONN,
        errno.ECONNREFUSED,
        errno.ECONNRESET,
        errno.ECONNABORTED,
        errno.EHOSTDOWN,
        errno.EHOSTUNREACH,
        errno.ENETDOWN,
        errno.ENETUNREACH,
        errno.ETIMEDOUT,
        errno.ENODEV,
        errno.ENXIO,
        errno.EBUSY,
        errno.EAGAIN,
    }
)
_LARGEST_FILE = 1 << 30
_UNWRITABLE = frozenset({errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC, errno.EDQUOT})
# What systems say of a folder that they cannot bring to the disk by itself.
_NO_FSYNC = frozenset({errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EACCES, errno.EPERM, errno.EBADF})
_TAKEN = frozenset({errno.EEXIST, errno.ENOTEMPTY, errno.ENOTDIR, errno.EACCES, errno.EPERM})


@contextmanager
def share_errors(place: Path, mark: Path) -> Generator[None]:
    """Raise what the system says of files below ``place`` as an error of msgcore; ``mark`` is always there.

    Raises:
        ConnectionLost: the share, or what is on it, is not there.
        StoreFull: no space is left, or an error of the disk.
        StoreError: anything else, such as a missing permission.
    """
    try:
        yield
    except MsgcoreError:
        raise
    except OSError as error:
        if error.errno in _AWAY or not os.path.lexists(mark):
            raise ConnectionLost(f"{place}: is not there: is its share?") from error
        kind = StoreFull if error.errno in _FULL else StoreError
        raise kind(f"{place}: {error.strerror or error} ({Path(str(error.filename or place)).name})") from error


@contextmanager
def unless_unwritable() -> Generator[None]:
    """Do something if it can be done, and pass it by for whoever may not write, or has no room to."""
    try:
        yield
    except OSError as error:
        if error.errno not in _UNWRITABLE:
            raise


def write_file(path: Path, *chunks: bytes) -> None:
    """Write a file that was not there before, down to the disk; its name may still be lost."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666)
    try:
        for chunk in chunks:
            with memoryview(chunk) as view:
                written = 0
                while written < len(view):
                    written += os.write(descriptor, view[written:])
        if chunks:
            os.fsync(descriptor)
    except BaseException:
        os.close(descriptor)
        remove(path)
        raise
    os.close(descriptor)


def names_in(folder: Path) -> list[str]:
    """List the names in a folder that nobody changes much."""
    return [path.name for path in folder.iterdir()]


def read_file(path: Path) -> bytes | None:
    """Read a whole file; ``None`` when it is not there, or was removed while it was read.

    Raises:
        StoreCorrupt: it is larger than anything that is written here.
    """
    try:
        return _read_at_once(path)
    except FileNotFoundError:
        return None
    except OSError as error:
        if error.errno != errno.ESTALE:
            raise
    # What a client of NFS knew of the name has changed: there may be another file of that name by now.
    try:
        return _read_at_once(path)
    except FileNotFoundError:
        return None


def _read_at_once(path: Path) -> bytes:
    with path.open("rb") as file:
        if os.fstat(file.fileno()).st_size > _LARGEST_FILE:
            raise StoreCorrupt(f"{path}: is larger than a message can be")
        return file.read()


def bring_to_disk(*folders: Path) -> None:
    """Bring the names in folders to the disk, where the system can; a folder that is gone needs none."""
    if os.name == "nt":
        return
    for folder in dict.fromkeys(folders):
        with suppress(FileNotFoundError):
            descriptor = os.open(folder, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            except OSError as error:
                if error.errno not in _NO_FSYNC:
                    raise
            finally:
                os.close(descriptor)


def rename(source: Path, target: Path) -> bool:
    """Give a file a name that nothing ever had, and say whether it has it now.

    False: the file was not there any more under its old name, as somebody else was faster.

    Raises:
        FileNotFoundError: the new name's folder is gone.
    """
    try:
        source.rename(target)
    except FileNotFoundError:
        if os.path.lexists(target):
            return True
        if os.path.lexists(source):
            raise
        return False
    return True


def publish_folder(source: Path, target: Path) -> None:
    """Give a folder that has something in it a name, unless that is taken; then it is removed again."""
    try:
        source.rename(target)
    except FileNotFoundError:
        if not os.path.lexists(target):
            raise
    except OSError as error:
        if error.errno not in _TAKEN or not os.path.lexists(target):
            raise
        remove(source)


def carry_folder(source: Path, target: Path, mark: str) -> None:
    """Give a folder another place, if it still is the one with ``mark`` in it, and nobody has that place.

    Raises:
        FileNotFoundError: the folder that it should go into is gone.
    """
    if not os.path.lexists(source / mark):
        return
    try:
        source.rename(target)
    except FileNotFoundError:
        if os.path.lexists(source / mark):
            raise
    except OSError as error:
        if error.errno not in _TAKEN or not os.path.lexists(target):
            raise


def make_folder(path: Path) -> None:
    """Make a folder if it is not there."""
    with suppress(FileExistsError):
        path.mkdir()


def remove(path: Path) -> None:
    """Remove a file, or a folder with all in it, that nobody needs any more; what cannot be removed stays."""
    with suppress(OSError):
        path.unlink()
        return
    shutil.rmtree(path, ignore_errors=True)


def share_time(folder: Path) -> float:
    """Ask the share what time it is, in seconds, by a file that it stamps."""
    path = folder / f"t.{secrets.token_hex(8)}"
    write_file(path)
    try:
        return path.stat().st_mtime
    finally:
        remove(path)
