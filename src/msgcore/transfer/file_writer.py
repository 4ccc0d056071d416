"""What the writers of Maildirs and of .eml files have in common: a file a message, under a name that is given once."""

from __future__ import annotations

import itertools
from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path

from msgcore.errors import NotSupported
from msgcore.transfer.archive import Archive, ArchivedMessage
from msgcore.transfer.choices import check_path
from msgcore.transfer.files import file_errors, sync_folder

__all__ = ["FileWriter"]

_NAME_OCTETS = 255  # of ext4, XFS, APFS, NTFS (in characters) and others


class FileWriter(ABC):
    """Adds one file a message. It needs no lock; what was begun and not ended never has a message's name."""

    def __init__(self, path: Path) -> None:
        check_path(path)
        self._path = path
        self._made: set[Path] = set()
        self._numbers = itertools.count()

    @property
    def path(self) -> Path:
        return self._path

    @abstractmethod
    def open(self) -> bool: ...

    @abstractmethod
    def archive(self) -> Archive: ...

    def as_read(self, message: ArchivedMessage) -> bytes:
        return message.octets

    def check_folder(self, names: tuple[str, ...]) -> None:
        for name in self._names_of(names):
            octets = len(name.encode("utf-8", "surrogatepass"))
            if octets > _NAME_OCTETS:
                raise NotSupported(
                    f"{self._path}: the folder {'/'.join(names)[:60]!r} needs a name of {octets} octets; file systems"
                    f" take {_NAME_OCTETS}. {self._remedy}"
                )

    def write(self, messages: Sequence[ArchivedMessage]) -> None:
        for names in {message.folder for message in messages}:
            self.check_folder(names)
        changed: dict[Path, None] = {}
        with file_errors(self._path):
            try:
                for message in messages:
                    changed[self._write(message)] = None
            finally:
                for folder in changed:
                    sync_folder(folder)

    def close(self) -> None:  # noqa: B027  # nothing is held
        """Nothing is held."""

    _remedy: str
    """What can be done about a folder whose name is too long."""

    @abstractmethod
    def _names_of(self, names: tuple[str, ...]) -> tuple[str, ...]:
        """Give the names of files that a folder's path is written as."""

    @abstractmethod
    def _write(self, message: ArchivedMessage) -> Path:
        """Write one message and give the folder that its file is in."""
