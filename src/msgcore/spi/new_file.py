"""A file that a message is written into as it comes."""

from __future__ import annotations

import errno
import os
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

from msgcore.errors import StoreFull, UsageError

__all__ = ["NewFile"]

_FULL = frozenset({errno.ENOSPC, errno.EFBIG, errno.EDQUOT, errno.EIO})


class NewFile:
    """A file that was not there before, for its owner only: :meth:`keep` it or :meth:`discard` it. Methods block.

    Raises (when it is made, and from :meth:`write` and :meth:`keep`):
        UsageError: it is there already, or cannot be made.
        StoreFull: no space is left, or an error of the disk.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        with _errors(path):
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
            self._descriptor: int | None = os.open(path, flags, 0o600)

    def write(self, octets: bytes) -> None:
        assert self._descriptor is not None
        with _errors(self._path), memoryview(octets) as view:
            written = 0
            while written < len(view):
                written += os.write(self._descriptor, view[written:])

    def keep(self) -> None:
        """Bring it to the disk, its name included where the system can, and close it."""
        assert self._descriptor is not None
        with _errors(self._path):
            os.fsync(self._descriptor)
            self._close()
            if os.name != "nt":
                folder = os.open(self._path.parent, os.O_RDONLY)
                try:
                    os.fsync(folder)
                finally:
                    os.close(folder)

    def discard(self) -> None:
        """Delete it."""
        with suppress(OSError):
            self._close()
        with suppress(OSError):
            self._path.unlink()

    def _close(self) -> None:
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            os.close(descriptor)


@contextmanager
def _errors(path: Path) -> Generator[None]:
    try:
        yield
    except OSError as error:
        kind = StoreFull if error.errno in _FULL else UsageError
        raise kind(f"{path}: {error.strerror}") from error
