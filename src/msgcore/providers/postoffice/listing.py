"""What is in a folder, as the file system lists it.

A listing is not of one moment: a file that is renamed while the folder is read may show under both names, or under
none. So a folder is read until two readings in a row agree. One whose time of change has been the same for a while is
read once, and then not again before that time changes; how long a while is goes by the coarsest clocks of file systems.
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import attrs

from msgcore.providers.postoffice.names import Entry, FolderMark

__all__ = ["FOLDER_PREFIX", "Lister", "Listing"]

FOLDER_PREFIX = "f."
_TRIES = 6
_SETTLED_SECONDS = 3.0
_MOST_FOLDERS = 10_000


@attrs.frozen
class Listing:
    """The folder's mark, all entries in it by number, those that people see, and the names of the folders in it."""

    mark: FolderMark | None
    entries: Mapping[int, Entry]
    messages: Mapping[int, Entry]
    below: tuple[str, ...]


@attrs.frozen
class _Known:
    changed_ns: int
    since: float
    is_settled: bool
    names: frozenset[str]
    listing: Listing


class Lister:
    """Lists folders, and remembers what they had. May be shared by threads."""

    def __init__(self) -> None:
        self._known: dict[Path, _Known] = {}

    def look(self, path: Path) -> Listing:
        """List a folder as it is now.

        Raises:
            FileNotFoundError: it is gone.
        """
        known = self._known.get(path)
        folder = _OpenFolder(path)
        try:
            changed_ns = folder.changed_ns()
            since = time.monotonic()
            if known is not None and known.changed_ns == changed_ns:
                if known.is_settled:
                    return known.listing
                since = known.since
            is_settled = time.monotonic() - since > _SETTLED_SECONDS
            names = folder.names()
            is_settled = is_settled and folder.changed_ns() == changed_ns
            if not is_settled:
                names = _agreed(folder, names)
        finally:
            folder.close()
        listing = known.listing if known is not None and known.names == names else _listing(names, known)
        if len(self._known) > _MOST_FOLDERS:
            self._known.clear()
        self._known[path] = _Known(changed_ns, since, is_settled, names, listing)
        return listing

    def remembered(self, path: Path) -> Listing | None:
        """Give what a folder had when it was last listed."""
        known = self._known.get(path)
        return None if known is None else known.listing

    def forget(self, path: Path) -> None:
        """List a folder anew when it is looked at again, however long it has not changed."""
        self._known.pop(path, None)


class _OpenFolder:
    """A folder that is open, which a client of NFS asks its server about; where there is no such thing, its path."""

    def __init__(self, path: Path) -> None:
        can_open = os.scandir in os.supports_fd
        self._at: int | Path = os.open(path, os.O_RDONLY | getattr(os, "O_DIRECTORY", 0)) if can_open else path

    def changed_ns(self) -> int:
        return (os.fstat(self._at) if isinstance(self._at, int) else self._at.stat()).st_mtime_ns

    def names(self) -> frozenset[str]:
        with os.scandir(self._at) as found:
            return frozenset([one.name for one in found])

    def close(self) -> None:
        if isinstance(self._at, int):
            os.close(self._at)


def _agreed(folder: _OpenFolder, names: frozenset[str]) -> frozenset[str]:
    before = names
    for _ in range(_TRIES):
        names = folder.names()
        if names == before:
            return names
        before = names
    # Somebody is busy here: better a name that is gone again than one left out.
    return names | folder.names()


def _listing(names: frozenset[str], known: _Known | None) -> Listing:
    before = {one.name: one for one in known.listing.entries.values()} if known is not None else {}
    marks: list[FolderMark] = []
    entries: dict[int, Entry] = {}
    below: list[str] = []
    for name in names:
        if name.startswith("m."):
            entry = before.get(name) or Entry.parse(name)
            if entry is not None:
                entries[entry.id] = entry
        elif name.startswith(FOLDER_PREFIX):
            below.append(name)
        else:
            mark = FolderMark.parse(name)
            if mark is not None:
                marks.append(mark)
    last = max(marks, key=lambda one: (one.count, one.tag), default=None)
    hides_any = any(one.is_hidden for one in entries.values())
    seen = {number: one for number, one in entries.items() if not one.is_hidden} if hides_any else entries
    return Listing(last, MappingProxyType(entries), MappingProxyType(seen), tuple(below))
