"""Single messages in files, and folders of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from msgcore.base.octets import Limits
from msgcore.transfer.archive import ImportedMessage, read_file

__all__ = ["EmlFile", "EmlFolder", "eml_files"]


def eml_files(folder: Path) -> Iterator[Path]:
    """Give the .eml files in and below a folder, in the order of their paths."""
    yield from (path for path in sorted(folder.rglob("*")) if path.suffix.lower() == ".eml" and path.is_file())


class EmlFile:
    """One message in one file."""

    def __init__(self, path: Path, limits: Limits | None = None) -> None:
        self._path = path
        self._limits = limits or Limits()

    @property
    def total_octets(self) -> int:
        return self._path.stat().st_size

    def __iter__(self) -> Iterator[ImportedMessage]:
        octets = read_file(self._path, self._limits)
        yield ImportedMessage(octets, position_octets=len(octets))


class EmlFolder:
    """The .eml files in and below a folder; a folder below is a folder of messages."""

    def __init__(self, path: Path, limits: Limits | None = None) -> None:
        self._path = path
        self._limits = limits or Limits()
        self._files = tuple(eml_files(path))

    @property
    def total_octets(self) -> int:
        return sum(path.stat().st_size for path in self._files)

    def __iter__(self) -> Iterator[ImportedMessage]:
        position = 0
        for path in self._files:
            octets = read_file(path, self._limits)
            position += len(octets)
            folder = path.parent.relative_to(self._path).parts
            yield ImportedMessage(octets, folder=folder, position_octets=position)
