"""The folders of a mailbox: a folder in the file system for each, one in the other as MAPI has them.

A folder's name in the file system is made of what people call it, so that no parent can have two of one name; it
appears by one rename, with the file inside that says what it is, and goes by one rename with all that is in it.
Special folders are known by their place, and need no such file.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import NoReturn

import attrs

from msgcore.base.text import fold
from msgcore.errors import ObjectDeleted, StoreCorrupt
from msgcore.providers.postoffice.listing import FOLDER_PREFIX, Lister, Listing
from msgcore.providers.postoffice.names import Entry, FolderMark, file_name_of, new_id
from msgcore.providers.postoffice.share import read_file, write_file
from msgcore.spi.store import SpecialFolder

__all__ = [
    "SPECIAL",
    "Folder",
    "FolderTree",
    "folder_path",
    "special_path",
    "write_folder",
    "write_mark",
    "write_special_folders",
]

_ROOT = "root"
_SUBTREE = "Top of Information Store"
_NAMES: Mapping[SpecialFolder, str] = MappingProxyType(
    {
        SpecialFolder.INBOX: "Inbox",
        SpecialFolder.OUTBOX: "Outbox",
        SpecialFolder.SENT_ITEMS: "Sent Items",
        SpecialFolder.DELETED_ITEMS: "Deleted Items",
        SpecialFolder.DRAFTS: "Drafts",
        SpecialFolder.JUNK_EMAIL: "Junk E-mail",
    }
)
SPECIAL = (SpecialFolder.ROOT, SpecialFolder.IPM_SUBTREE, *_NAMES)
"""The special folders that a mailbox has, each behind the one it is in; their places here are their numbers."""

_ABOVE: Mapping[SpecialFolder, SpecialFolder] = MappingProxyType(
    {SpecialFolder.IPM_SUBTREE: SpecialFolder.ROOT, **dict.fromkeys(_NAMES, SpecialFolder.IPM_SUBTREE)}
)
_MOST_NAMES = 100_000


@attrs.frozen
class Folder:
    """One folder, where it is on the share, and the number of the one that it is in."""

    id: int
    path: Path
    name: str
    role: SpecialFolder | None = None
    parent: int | None = None
    mark: FolderMark | None = None


def folder_path(parent: Path, name: str) -> Path:
    """Say where the folder of that name in a folder is."""
    return parent / f"{FOLDER_PREFIX}{file_name_of(name)}"


def special_path(place: Path, role: SpecialFolder) -> Path:
    """Say where a mailbox has a special folder."""
    root = place / _ROOT
    if role is SpecialFolder.ROOT:
        return root
    subtree = folder_path(root, _SUBTREE)
    return subtree if role is SpecialFolder.IPM_SUBTREE else folder_path(subtree, _NAMES[role])


def write_folder(path: Path, name: str) -> int:
    """Write a new folder where nobody looks yet, and give its number."""
    mark = FolderMark(new_id())
    path.mkdir()
    write_mark(path / mark.name, name)
    return mark.id


def write_mark(path: Path, name: str) -> None:
    """Write a mark where nobody looks yet."""
    write_file(path, json.dumps({"name": name}).encode())


def write_special_folders(place: Path) -> list[Path]:
    """Write the folders of a new mailbox, and give those that have something in them, the innermost first."""
    for role in SPECIAL:
        special_path(place, role).mkdir()
    return [special_path(place, role) for role in (SpecialFolder.IPM_SUBTREE, SpecialFolder.ROOT)]


class FolderTree:
    """Finds the folders of the mailbox at ``place``. May be shared by threads."""

    def __init__(self, place: Path) -> None:
        self._root = place / _ROOT
        self._lister = Lister()
        self._special = _special_folders(place)
        self._special_at = {one.path: one for one in self._special.values()}
        self._names: dict[str, str] = {}
        self._hints: dict[int, Folder] = {}

    def look(self, folder: Folder) -> Listing:
        """List what a folder has; nothing when it is gone."""
        return self._look(folder.path) or Listing(None, MappingProxyType({}), MappingProxyType({}), ())

    def _look(self, path: Path) -> Listing | None:
        try:
            return self._lister.look(path)
        except (FileNotFoundError, NotADirectoryError):
            if path == self._root:
                raise
            return None

    def remembered(self, number: int) -> Iterator[tuple[Folder, Entry]]:
        """Say where a message was when folders were last listed."""
        for folder in (*self._special.values(), *list(self._hints.values())):
            listing = self._lister.remembered(folder.path)
            entry = None if listing is None else listing.entries.get(number)
            if entry is not None:
                yield folder, entry

    def forget(self, folder: Folder) -> None:
        """Look at a folder anew."""
        self._lister.forget(folder.path)

    def walk(self) -> Iterator[tuple[Folder, Listing]]:
        """Give all folders with what they have now, each behind the one it is in."""
        waiting: list[tuple[Path, int | None]] = [(self._root, None)]
        while waiting:
            path, parent = waiting.pop(0)
            listing = self._look(path)
            folder = None if listing is None else self._folder(path, listing, parent)
            if folder is not None and listing is not None:
                yield folder, listing
                waiting += [(path / name, folder.id) for name in listing.below]

    def special(self, role: SpecialFolder) -> Folder:
        """Give a special folder; that it is there shows when something is done with it."""
        return self._special[role]

    def find(self, number: int) -> Folder:
        """Find a folder.

        Raises:
            ObjectDeleted: it is not there.
        """
        if number <= len(SPECIAL):
            found = [one for one in self._special.values() if one.id == number]
            return found[0] if found else self._gone(number)
        known = self._hints.get(number)
        if known is not None and known.mark is not None and os.path.lexists(known.path / known.mark.name):
            return known
        for folder, _ in self.walk():
            if folder.id == number:
                return folder
        self._hints.pop(number, None)
        return self._gone(number)

    def _gone(self, number: int) -> NoReturn:
        raise ObjectDeleted(f"folder {number:x} is deleted")

    def inside(self, folder: Folder) -> list[Folder]:
        """List the folders in a folder by name."""
        found: list[Folder] = []
        for name in self.look(folder).below:
            path = folder.path / name
            listing = self._look(path)
            below = None if listing is None else self._folder(path, listing, folder.id)
            if below is not None:
                found.append(below)
        return sorted(found, key=lambda one: fold(one.name))

    def at(self, path: Path, parent: Folder) -> Folder | None:
        """Give the folder at a path, if there is one."""
        listing = self._look(path)
        return None if listing is None else self._folder(path, listing, parent.id)

    def _folder(self, path: Path, listing: Listing, parent: int | None) -> Folder | None:
        if path in self._special_at:
            return self._special_at[path]
        mark = listing.mark
        name = None if mark is None else self._names.get(mark.name) or self._read(path / mark.name)
        if mark is None or name is None:
            return None
        folder = Folder(mark.id, path, name, None, parent, mark)
        if self._hints.get(mark.id) != folder:
            self._hints[mark.id] = folder
        return folder

    def _read(self, path: Path) -> str | None:
        octets = read_file(path)
        if octets is None:
            return None
        try:
            name = json.loads(octets)["name"]
            if not isinstance(name, str):
                raise TypeError("has no name")
        except (ValueError, TypeError, LookupError, RecursionError) as error:
            raise StoreCorrupt(f"{path}: does not say what folder it is: {error}") from error
        if len(self._names) > _MOST_NAMES:
            self._names.clear()
        self._names[path.name] = name
        return name


def _special_folders(place: Path) -> Mapping[SpecialFolder, Folder]:
    numbers = {role: number for number, role in enumerate(SPECIAL, start=1)}
    named = {SpecialFolder.ROOT: "", SpecialFolder.IPM_SUBTREE: _SUBTREE, **_NAMES}
    found: dict[SpecialFolder, Folder] = {}
    for role in SPECIAL:
        above = _ABOVE.get(role)
        parent = None if above is None else numbers[above]
        found[role] = Folder(numbers[role], special_path(place, role), named[role], role, parent)
    return MappingProxyType(found)
