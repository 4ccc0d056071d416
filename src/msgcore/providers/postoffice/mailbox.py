"""A mailbox on the share: its messages found, read, put in, changed and taken out."""

from __future__ import annotations

import itertools
import operator
import os
import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import attrs

from msgcore.errors import NotFound, ObjectDeleted, StoreBusy, StoreCorrupt, UsageError
from msgcore.providers.postoffice.folders import Folder, FolderTree, folder_path, write_folder, write_mark
from msgcore.providers.postoffice.listing import Listing
from msgcore.providers.postoffice.message_file import Prepared, StoredContent, read_content
from msgcore.providers.postoffice.names import Entry, FolderMark, new_id, new_name
from msgcore.providers.postoffice.plans import Arrive, Carry, Plan, Plans, Publish, Rename, Step, make
from msgcore.providers.postoffice.share import (
    bring_to_disk,
    make_folder,
    names_in,
    publish_folder,
    read_file,
    remove,
    rename,
    write_file,
)

__all__ = ["Change", "Found", "Mailbox", "NewEntry"]

_TRIES = 100
_MOST_HINTS = 200_000
_KEY_MARK = re.compile("d\\.([0-9a-f]{16})")
_NOWHERE = 0


@attrs.frozen
class Found:
    """A message, and where it is."""

    folder: Folder
    entry: Entry

    @property
    def path(self) -> Path:
        return self.folder.path / self.entry.name


Change = Callable[[Found], Found]
"""Says what becomes of a message: in which folder it then is, under which name. The same when nothing does."""


@attrs.frozen
class NewEntry:
    """A new message that has been written, under its number or a delivery key, and the steps that make it appear."""

    number: int
    steps: tuple[Step, ...]
    drafts: tuple[Path, ...]
    key: str | None = None


class Mailbox:
    """The mailbox at ``place``. May be shared by threads; any number of processes may have it open."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.tree = FolderTree(place)
        self.plans = Plans(place)
        self._tmp = place / "tmp"
        self._hints: dict[int, Found] = {}

    # Finding

    def find(self, number: int) -> Found:
        """Find a message.

        Raises:
            ObjectDeleted: it is not there.
        """
        known = self._hints.get(number)
        if known is not None and os.path.lexists(known.path):
            return known
        for found in itertools.starmap(Found, self.tree.remembered(number)):
            if os.path.lexists(found.path):
                return self._noted(found)
        # While it is looked for it may move from where nobody has looked yet to where somebody has: it is not there
        # when it is in none of all the folders, and these are the same as before.
        before: list[Listing] = []
        for _ in range(_TRIES):
            seen: list[Listing] = []
            for folder, listing in self.tree.walk():
                entry = listing.entries.get(number)
                if entry is not None:
                    return self._noted(Found(folder, entry))
                seen.append(listing)
            if len(seen) == len(before) and all(map(operator.is_, seen, before)):
                self._hints.pop(number, None)
                raise ObjectDeleted(f"message {number:x} is deleted")
            before = seen
        raise StoreBusy(f"{self.place}: messages come and go all the time")

    def find_all(self, numbers: Sequence[int]) -> list[Found]:
        """Find messages, each once; raises as :meth:`find` does."""
        return [self.find(one) for one in dict.fromkeys(numbers)]

    def look_again(self, found: Found) -> None:
        """Forget where a message was: a client of a share may say for a while that a file is there when it is not."""
        self._hints.pop(found.entry.id, None)
        self.tree.forget(found.folder)

    def messages(self, folder: Folder) -> Mapping[int, Entry]:
        """Give the messages of a folder by number, those that people see."""
        return self.tree.look(folder).messages

    def _noted(self, found: Found) -> Found:
        if len(self._hints) > _MOST_HINTS:
            self._hints.clear()
        if found.folder.id != _NOWHERE:
            self._hints[found.entry.id] = found
        return found

    # Reading

    def read(self, found: Found) -> StoredContent:
        """Read a message's content.

        Raises:
            ObjectDeleted: it is gone.
            StoreCorrupt: it is damaged, or a file is missing.
        """
        for _ in range(_TRIES):
            path = self._content_path(found)
            octets = read_file(path)
            if octets is not None:
                return read_content(octets, str(path))
            self.look_again(found)
            before, found = found, self.find(found.entry.id)
            if before.entry == found.entry and before.path == found.path and os.path.lexists(found.path):
                raise StoreCorrupt(f"{path}: is missing")
        raise StoreBusy(f"{self.place}: message {found.entry.id:x} changes all the time")

    def _content_path(self, found: Found) -> Path:
        return found.path if found.entry.content == "0" else self.place / "contents" / found.entry.content

    # Putting in

    def write_new(self, folder: Folder, prepared: Prepared, submission: str = "0") -> NewEntry:
        """Write a message that is to appear in a folder; of one with a delivery key that is known, nothing."""
        entry = Entry(new_id(), submission=submission, flags=prepared.flags, status=prepared.status)
        if prepared.key is None:
            draft = self._tmp / entry.name
            write_file(draft, *prepared.chunks)
            return NewEntry(entry.id, (Rename(draft, folder.path / entry.name),), (draft,))
        known, arrive = self._key_path(prepared.key), Arrive(self._key_path(prepared.key), folder.path)
        if os.path.lexists(known):
            return NewEntry(entry.id, (arrive,), (), prepared.key)
        draft = self._tmp / new_name()
        draft.mkdir()
        try:
            write_file(draft / f"d.{entry.id:016x}")
            write_file(draft / entry.name, *prepared.chunks)
            bring_to_disk(draft)
            self._make_bucket(known.parent)
        except BaseException:
            remove(draft)
            raise
        return NewEntry(entry.id, (Publish(draft, known), arrive), (draft,), prepared.key)

    def _make_bucket(self, path: Path) -> None:
        if not os.path.lexists(path):
            make_folder(path)
            bring_to_disk(path.parent)

    def save(self, folder: Folder, prepared: Sequence[Prepared]) -> list[int]:
        """Put messages into a folder, all or none, and give their numbers."""
        new: list[NewEntry] = []
        plan: Plan | None = None
        try:
            for one in prepared:
                new.append(self.write_new(folder, one))
            if len(new) == 1:  # whoever delivers it again makes the steps that are left
                make(new[0].steps)
            elif new:
                plan = self.plans.write([step for one in new for step in one.steps])
        except BaseException:
            self.drop(new)
            raise
        if plan is not None:
            plan.carry_out()
        return [self.number_of(one) for one in new]

    def drop(self, new: Sequence[NewEntry]) -> None:
        """Remove what was written of messages that are not to appear."""
        for one in new:
            for draft in one.drafts:
                remove(draft)

    def number_of(self, new: NewEntry) -> int:
        """Give the number of a message that has appeared: of one that was delivered before, the number it has."""
        return new.number if new.key is None else self.delivered(new.key) or new.number

    def delivered(self, key: str) -> int | None:
        """Give the number of the message that was delivered under a key."""
        try:
            names = names_in(self._key_path(key))
        except FileNotFoundError:
            return None
        marks = [_KEY_MARK.fullmatch(name) for name in names]
        return next((int(one.group(1), 16) for one in marks if one is not None), None)

    def _key_path(self, key: str) -> Path:
        return self.place / "keys" / key[:2] / key

    # Changing

    def change(self, numbers: Sequence[int], change: Change) -> list[Found]:
        """Change messages, all or none, and give them as they were before.

        Raises:
            ObjectDeleted: one is not there; then none is changed.
        """
        for _ in range(_TRIES):
            found = self.find_all(numbers)
            if not self.plans.finish():
                break
        else:
            raise StoreBusy(f"{self.place}: there are plans to carry out all the time")
        changes = [(one, change(one)) for one in found]
        changes = [(before, after) for before, after in changes if before != after]
        steps = [Rename(before.path, after.path) for before, after in changes]
        if len(found) == 1:
            return [self.change_one(found[0].entry.id, change)]
        if steps:
            self.plans.write(steps).carry_out()
        for before, after in changes:
            if os.path.lexists(after.path):
                self._noted(after)
            else:
                # Somebody else has changed it between: in whatever order, both changes are to hold.
                self.look_again(before)
                with suppress(ObjectDeleted):
                    self.change_one(before.entry.id, change)
        return found

    def change_one(self, number: int, change: Change) -> Found:
        """Change a message, and give it as it was before; raises as :meth:`change` does."""
        for _ in range(_TRIES):
            before = self.find(number)
            if self.plans.finish():
                continue
            after = change(before)
            if after == before:
                return before
            try:
                is_made = rename(before.path, after.path)
            except FileNotFoundError:
                raise ObjectDeleted(f"folder {after.folder.name!r} is deleted") from None
            if is_made:
                self._noted(after)
                bring_to_disk(after.folder.path, before.folder.path)
                return before
            self.look_again(before)
        raise StoreBusy(f"{self.place}: message {number:x} changes all the time")

    # Files beside

    def write_beside(self, kind: str, *chunks: bytes) -> str:
        """Write a file that an entry is to name, ``contents`` or ``submissions``, and give its name."""
        name = new_name()
        write_file(self.place / kind / name, *chunks)
        bring_to_disk(self.place / kind)
        return name

    def read_beside(self, kind: str, name: str) -> bytes | None:
        return read_file(self.place / kind / name)

    def remove_beside(self, kind: str, name: str) -> None:
        """Remove a file that no entry names any more."""
        if name != "0":
            remove(self.place / kind / name)

    # Taking out

    def delete(self, numbers: Sequence[int], check: Change) -> None:
        """Delete messages, all or none; ``check`` may refuse one.

        Raises:
            ObjectDeleted: one is not there; then none is deleted.
        """
        nowhere = Folder(_NOWHERE, self._tmp, "")
        self._clear(self.change(numbers, lambda one: Found(nowhere, attrs.evolve(check(one).entry, tag=new_name()))))

    def replace(self, number: int, steps: Sequence[Step], check: Change) -> None:
        """Delete a message and make steps, both or neither; ``check`` may refuse it.

        Raises:
            ObjectDeleted: the message is not there; then no step is made.
        """
        for _ in range(_TRIES):
            found = check(self.find(number))
            if self.plans.finish():
                continue
            gone = self._tmp / attrs.evolve(found.entry, tag=new_name()).name
            if self.plans.write(steps, Rename(found.path, gone)).carry_out():
                self.look_again(found)
                self._clear([found])
                return
            self.look_again(found)
        raise StoreBusy(f"{self.place}: message {number:x} changes all the time")

    def _clear(self, done: Sequence[Found]) -> None:
        """Remove what is left of messages that were deleted."""
        for one in done:
            self._hints.pop(one.entry.id, None)
            self.remove_beside("contents", one.entry.content)
            self.remove_beside("submissions", one.entry.submission)
        self._empty_tmp({one.entry.id for one in done})

    def _empty_tmp(self, numbers: set[int]) -> None:
        for name in names_in(self._tmp):
            entry = Entry.parse(name)
            if entry is not None and entry.id in numbers:
                remove(self._tmp / name)

    # Folders

    def create_folder(self, parent: Folder, name: str) -> Folder:
        """Make a folder, or find the one of that name.

        Raises:
            ObjectDeleted: the parent is gone.
        """
        path = folder_path(parent.path, name)
        known = self.tree.at(path, parent)
        if known is None:
            draft = self._tmp / new_name()
            try:
                write_folder(draft, name)
                bring_to_disk(draft)
                publish_folder(draft, path)
            except FileNotFoundError:
                remove(draft)
                raise ObjectDeleted(f"folder {parent.name!r} is deleted") from None
            except BaseException:
                remove(draft)
                raise
            bring_to_disk(parent.path)
            known = self.tree.at(path, parent)
        if known is None:
            raise NotFound(f"folder {name!r} was deleted at this moment")
        return known

    def move_folder(self, folder: Folder, parent: Folder, name: str) -> None:
        """Put a folder into another one, under a name.

        Raises:
            UsageError: the name is taken.
            ObjectDeleted: one of them is gone.
        """
        if folder.mark is None:
            raise UsageError(f"{folder.name!r} is a special folder")
        path = folder_path(parent.path, name)
        self._need_free(path, parent, folder.id)
        steps: list[Step] = []
        mark = folder.mark
        if name != folder.name:
            mark = folder.mark.next()
            draft = self._tmp / new_name()
            write_mark(draft, name)
            steps.append(Rename(draft, folder.path / mark.name))
        if path != folder.path:
            steps.append(Carry(folder.path, path, mark.name))
        if len(steps) == 1:
            make(steps)
        elif steps:
            self.plans.write(steps).carry_out()
        now = self.tree.at(path, parent)
        if now is None or now.id != folder.id:  # somebody else took the name at this moment
            if mark != folder.mark:
                self._rename_back(folder, mark)
            raise UsageError(f"there is a folder {name!r} already, or {folder.name!r} is deleted")
        if mark != folder.mark:
            remove(path / folder.mark.name)

    def _rename_back(self, folder: Folder, mark: FolderMark) -> None:
        draft = self._tmp / new_name()
        write_mark(draft, folder.name)
        with suppress(FileNotFoundError):
            rename(draft, folder.path / mark.next().name)

    def copy_folder(self, folder: Folder, parent: Folder, name: str) -> int:
        """Copy a folder with all that is in it, and give the number of the copy; raises as :meth:`move_folder` does."""
        path = folder_path(parent.path, name)
        self._need_free(path, parent)
        draft = self._tmp / new_name()
        try:
            number = self._copy_tree(folder, draft, name)
            publish_folder(draft, path)
        except FileNotFoundError:
            remove(draft)
            raise ObjectDeleted(f"folder {parent.name!r} is deleted") from None
        except BaseException:
            remove(draft)
            raise
        bring_to_disk(parent.path)
        made = self.tree.at(path, parent)
        if made is None or made.id != number:
            raise UsageError(f"there is a folder {name!r} already")
        return number

    def _need_free(self, path: Path, parent: Folder, besides: int | None = None) -> None:
        known = self.tree.at(path, parent)
        if known is not None and known.id != besides:
            raise UsageError(f"there is a folder {known.name!r} already")

    def _copy_tree(self, folder: Folder, draft: Path, name: str) -> int:
        number = write_folder(draft, name)
        for entry in self.messages(folder).values():
            try:
                content = self.read(Found(folder, entry))
            except ObjectDeleted:
                continue
            write_file(draft / entry.copied().name, content.facts.to_line(), content.octets)
        for one in self.tree.inside(folder):
            self._copy_tree(one, draft / one.path.name, one.name)
        bring_to_disk(draft)
        return number

    def empty_folder(self, folder: Folder, check: Change) -> None:
        """Delete the messages of a folder, all or none, and then the folders in it.

        Raises:
            UsageError: one of those is special; then nothing is deleted.
        """
        inside = self.tree.inside(folder)
        for one in inside:
            if one.role is not None:
                raise UsageError(f"the folder {one.name!r} in it is special")
        numbers = list(self.messages(folder))
        if numbers:
            self.delete(numbers, check)
        for one in inside:
            self.delete_folder(one)

    def delete_folder(self, folder: Folder) -> None:
        """Delete a folder with all that is in it."""
        gone = self._tmp / new_name()
        if not rename(folder.path, gone):
            raise ObjectDeleted(f"folder {folder.name!r} is deleted")
        taken = self.tree.at(gone, folder)
        if taken is None or taken.id != folder.id:  # another one has its place by now
            rename(gone, folder.path)
            raise ObjectDeleted(f"folder {folder.name!r} is deleted")
        bring_to_disk(folder.path.parent)
        remove(gone)
