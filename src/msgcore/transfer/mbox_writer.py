"""Mbox files, written at their end under locks, so that they only ever have whole messages.

Of a writer that was killed the dot lock says how far the file was whole (:mod:`msgcore.transfer.mbox_lock`); the next
one cuts off what was begun and not ended.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from msgcore.errors import NotSupported, StoreBusy, UsageError
from msgcore.transfer.archive import ArchivedMessage
from msgcore.transfer.choices import check_path
from msgcore.transfer.files import file_errors, make_folders, sync_folder, write_all
from msgcore.transfer.framing import MboxVariant, frame, is_separator, unframe
from msgcore.transfer.mbox import Mbox
from msgcore.transfer.mbox_lock import DotLock, Turn, lock_for_writing

__all__ = ["MboxWriter"]

_LOOK = 2_000  # a separator and the line behind it


class MboxWriter:
    """Adds messages to an mbox file, which is made if it is not there. It has no folders.

    ``status_fields`` writes the flags into Status and X-Status; without it they are not kept, and messages come back
    octet for octet (but from :attr:`MboxVariant.MBOXO`).
    """

    def __init__(self, path: Path, variant: MboxVariant = MboxVariant.MBOXRD, *, status_fields: bool = False) -> None:
        check_path(path)
        self._path = path
        self._variant = variant
        self._status_fields = status_fields
        self._dot_lock = DotLock(path)
        self._turn = Turn()
        self._descriptor = -1
        self._is_whole = True

    @property
    def path(self) -> Path:
        return self._path

    def open(self) -> bool:
        """Make and lock the file; of a writer that was killed, cut off what it began.

        Raises:
            UsageError: this writer is open already, or the file is there and is no mbox; nothing was changed.
        """
        self._turn.take(self._path)
        try:
            with file_errors(self._path):
                self._descriptor = self._open()
        finally:
            if self._descriptor < 0:
                self._turn.give_back()
        return self._descriptor >= 0

    def _open(self) -> int:
        """Give the file's descriptor, or -1 where another program has it."""
        # Looked at first: to close a file of which this process holds a record lock would end that (POSIX).
        if self._dot_lock.is_there() and self._dot_lock.left_behind() is None:
            return -1
        if self._path.exists() and not self._path.is_file() and not self._path.is_dir():
            raise UsageError(f"{self._path}: is a pipe or a device, and no file that messages are added to")
        make_folders(self._path.parent)
        is_new = not self._path.exists()
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o600)
        is_held = False
        try:
            if is_new:
                sync_folder(self._path.parent)
            is_held = lock_for_writing(descriptor) and self._take(descriptor)
        finally:
            if not is_held:
                os.close(descriptor)
        return descriptor if is_held else -1

    def _take(self, descriptor: int) -> bool:
        self._dot_lock.clean()
        left = self._dot_lock.left_behind()
        size = os.fstat(descriptor).st_size
        if left is not None:
            whole, planned = left
            # Past what was planned somebody else has written on, without the lock: that is not ours to cut.
            if whole < size <= planned:
                _cut(descriptor, whole)
                size = whole
            self._dot_lock.drop()
        start = os.read(descriptor, _LOOK)
        if start and not is_separator(start, 0):
            raise UsageError(f"{self._path} is no mbox: it does not start with a separator; nothing was added to it")
        self._is_whole = True
        return self._dot_lock.take(size)

    def archive(self) -> Mbox:
        return Mbox(self._path, variant=self._variant)

    def as_read(self, message: ArchivedMessage) -> bytes:
        framed = frame(message, self._variant, status_fields=self._status_fields)
        return unframe(framed, self._variant, has_length=self._variant.has_length)[0]

    def check_folder(self, names: tuple[str, ...]) -> None:
        if names:
            raise NotSupported(f"{self._path}: an mbox has no folders; a Maildir has, and a folder of .eml files")

    def write(self, messages: Sequence[ArchivedMessage]) -> None:
        for message in messages:
            self.check_folder(message.folder)
        if self._descriptor < 0:
            raise UsageError(f"{self._path}: the writer is not open")
        framed = [frame(message, self._variant, status_fields=self._status_fields) for message in messages]
        with file_errors(self._path):
            # Whoever in this process opened and closed the file has ended the lock with that (POSIX).
            if not lock_for_writing(self._descriptor):
                raise StoreBusy(f"{self._path}: another program has locked it meanwhile")
            size = os.lseek(self._descriptor, 0, os.SEEK_END)
            octets = self._gap(size) + b"".join(framed)
            self._dot_lock.plan(size, size + len(octets))
            try:
                write_all(self._descriptor, octets)
                os.fsync(self._descriptor)
            except BaseException:
                self._is_whole = False
                _cut(self._descriptor, size)
                self._is_whole = True
                raise
            self._dot_lock.plan(size + len(octets), size + len(octets))

    def _gap(self, size: int) -> bytes:
        """Give what is missing of the blank line between messages, where another program wrote the last."""
        os.lseek(self._descriptor, max(0, size - 3), os.SEEK_SET)
        end = os.read(self._descriptor, 3)
        if not end or end.endswith((b"\n\n", b"\n\r\n")):
            return b""
        return b"\n" if end.endswith(b"\n") else b"\n\n"

    def close(self) -> None:
        """Unlock the file; twice does no harm."""
        if self._descriptor < 0:
            return
        try:
            with file_errors(self._path):
                # What could not be cut off is cut by the next writer, once this process is no more.
                if self._is_whole:
                    self._dot_lock.drop()
        finally:
            descriptor, self._descriptor = self._descriptor, -1
            os.close(descriptor)
            self._turn.give_back()


def _cut(descriptor: int, size: int) -> None:
    os.ftruncate(descriptor, size)
    os.fsync(descriptor)
