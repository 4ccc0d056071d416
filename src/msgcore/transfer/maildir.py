"""Maildir and Maildir++: one message a file, in ``cur`` and ``new``, with its flags in its name.

The rules are those of cr.yp.to/proto/maildir.html: a message is written in ``tmp`` under a name that nothing else ever
has, brought to the disk, and then moved to ``new``, or with its flags to ``cur``. Programs go on moving and marking
messages while others are read: a file that is not there any more is looked for by the part of its name that stays.
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import attrs

from msgcore.base.octets import Limits
from msgcore.errors import LimitExceeded, NotFound, UsageError
from msgcore.transfer.archive import Archive, ArchivedMessage, Skipped
from msgcore.transfer.choices import check_path
from msgcore.transfer.file_writer import FileWriter
from msgcore.transfer.files import (
    file_errors,
    folders_below,
    host_name,
    make_folders,
    read_found_file,
    reading_errors,
    write_new,
)
from msgcore.transfer.folder_names import maildir_name, names_of_maildir

__all__ = ["MAILDIR_PLACES", "Maildir", "MaildirWriter", "is_maildir", "maildir_folders"]

# ``:2,`` is the rule; systems that cannot have a colon in a name write ``;`` or ``!``.
_FLAGS = re.compile(r"[:;!]2,([A-Za-z]*)")
_TIME = re.compile(r"(\d{1,11})\.")
_MARK = ";2," if os.name == "nt" else ":2,"
MAILDIR_PLACES = ("cur", "new", "tmp")


def maildir_folders(path: Path, unreadable: Callable[[UsageError], object]) -> Iterator[tuple[Path, tuple[str, ...]]]:
    """Give the folders at and below ``path`` that hold messages, each with its names; links are not followed.

    Maildir++ writes the path of a folder as one name, ``.Archive.2026``; other programs nest the folders. What cannot
    be looked into is told.
    """
    for parent, children, _ in folders_below(path, unreadable):
        if "cur" in children or "new" in children:
            yield parent, names_of_maildir(parent.relative_to(path).parts)
        children[:] = sorted(child for child in children if child not in MAILDIR_PLACES)


def is_maildir(folder: Path) -> bool:
    """Say whether a folder is a Maildir by itself, and no folder that happens to have one of the names."""
    return (folder / "cur").is_dir() and (folder / "new").is_dir()


@attrs.frozen
class _File:
    """A file of a message, in ``cur`` or ``new`` of a Maildir; ``names`` are those of the folder."""

    path: Path
    names: tuple[str, ...]

    @property
    def key(self) -> tuple[Path, str]:
        """What stays when a program moves it to ``cur`` or notes other flags."""
        return self.path.parent.parent, _FLAGS.split(self.path.name)[0]

    @property
    def size_octets(self) -> int:
        with suppress(OSError):
            return self.path.lstat().st_size
        return 0

    def message(self, octets: bytes, position: int) -> ArchivedMessage:
        found = _FLAGS.search(self.path.name)
        flags = "" if found is None else found[1]
        return ArchivedMessage(
            octets,
            is_read="S" in flags and self.path.parent.name != "new",
            is_flagged="F" in flags,
            is_answered="R" in flags,
            is_forwarded="P" in flags,
            is_draft="D" in flags,
            is_deleted="T" in flags,
            received_at=_received_at(self.path.name),
            folder=self.names,
            position_octets=position,
        )


class Maildir(Archive):
    """The messages of a Maildir and of the folders in it; what is a link, or gone since, is skipped."""

    def __init__(self, path: Path, limits: Limits | None = None) -> None:
        check_path(path)
        self.path = path
        self._limits = limits or Limits()
        self._unreadable: list[UsageError] = []
        with reading_errors(path):
            folders = maildir_folders(path, self._unreadable.append)
            self._files = tuple(
                file for folder, names in folders for file in _files_of(folder, names, self._unreadable.append)
            )

    @property
    def total_octets(self) -> int:
        return sum(file.size_octets for file in self._files)

    def entries(self) -> Generator[ArchivedMessage | Skipped]:
        yield from (Skipped(str(self.path), error) for error in self._unreadable)
        position = 0
        read: set[tuple[Path, str]] = set()
        waiting: Sequence[_File] = self._files
        while waiting:
            gone: list[tuple[_File, NotFound]] = []
            for file in waiting:
                try:
                    octets = read_found_file(file.path, self._limits)
                except NotFound as error:
                    gone.append((file, error))
                    continue
                except (LimitExceeded, UsageError) as error:
                    position += file.size_octets
                    yield Skipped(str(file.path), error)
                else:
                    position += len(octets)
                    yield file.message(octets, position)
                read.add(file.key)
            # What was listed by both of its names is gone by one, and was read by the other.
            missed = {file.key: (file, why) for file, why in gone if file.key not in read}
            there = _looked_for({key: file for key, (file, _) in missed.items()})
            for key, (file, why) in missed.items():
                if key not in there:
                    yield Skipped(str(file.path), why)
            waiting = list(there.values())


def _files_of(folder: Path, names: tuple[str, ...], unreadable: Callable[[UsageError], object]) -> list[_File]:
    """Give the messages of one folder: what is moved meanwhile goes from ``new`` to ``cur``, and is in one of them."""
    found: list[Path] = []
    for place in ("new", "cur"):
        try:
            with reading_errors(folder / place):
                found = [*_files_in(folder / place), *found]
        except NotFound:  # gone meanwhile
            continue
        except UsageError as error:
            unreadable(error)
    return [_File(path, names) for path in found]


def _looked_for(gone: Mapping[tuple[Path, str], _File]) -> dict[tuple[Path, str], _File]:
    """Find, by their keys, the files that have other names now."""
    folders = {file.path.parent.parent: file.names for file in gone.values()}
    unreadable: list[UsageError] = []  # then its files are told, as gone
    there = [file for folder, names in folders.items() for file in _files_of(folder, names, unreadable.append)]
    return {file.key: file for file in there if file.key in gone}


def _files_in(folder: Path) -> list[Path]:
    """Give the files, with the links among them, and the folder itself if it is one: reading them says so."""
    if folder.is_symlink():
        return [folder]
    if not folder.is_dir():
        return []
    return sorted(one for one in folder.iterdir() if one.name[0] != "." and (one.is_symlink() or one.is_file()))


def _received_at(name: str) -> datetime | None:
    """Read the time of delivery, in seconds since 1970, that a unique name starts with; early ones are counters."""
    found = _TIME.match(name)
    seconds = 0 if found is None else int(found[1])
    return datetime.fromtimestamp(seconds, UTC) if seconds >= 100_000_000 else None


class MaildirWriter(FileWriter):
    """Adds messages to a Maildir, which is made if it is not there; folders below it as Maildir++ has them."""

    _remedy = "A folder of .eml files nests them; or export that folder by itself"

    def open(self) -> bool:
        """Make the Maildir; it needs no lock."""
        with file_errors(self._path):
            self._folder(())
        return True

    def archive(self) -> Maildir:
        return Maildir(self._path)

    def _names_of(self, names: tuple[str, ...]) -> tuple[str, ...]:
        return (maildir_name(names),)

    def _write(self, message: ArchivedMessage) -> Path:
        maildir = self._folder(message.folder)
        name = self._unique_name(message)
        written = maildir / "tmp" / name
        write_new(written, message.octets)
        flags = _flags_of(message)
        place = maildir / ("cur" if flags else "new")
        if message.received_at is not None:
            # What Dovecot shows as the time of delivery.
            seconds = message.received_at.timestamp()
            os.utime(written, (seconds, seconds))
        try:
            written.rename(place / (name + _MARK + flags if flags else name))
        except BaseException:
            with suppress(OSError):
                written.unlink()
            raise
        return place

    def _folder(self, names: tuple[str, ...]) -> Path:
        maildir = self._path / maildir_name(names) if names else self._path
        if maildir not in self._made:
            for place in MAILDIR_PLACES:
                make_folders(maildir / place)
            if names:
                (maildir / "maildirfolder").touch(mode=0o600)
            self._made.add(maildir)
        return maildir

    def _unique_name(self, message: ArchivedMessage) -> str:
        """Make a name of the time of delivery, this process, a counter and chance, the host, and the size."""
        seconds = 0 if message.received_at is None else max(0, int(message.received_at.timestamp()))
        unique = f"R{secrets.token_hex(8)}P{os.getpid()}Q{next(self._numbers)}"
        return f"{seconds}.{unique}.{host_name()},S={len(message.octets)}"


def _flags_of(message: ArchivedMessage) -> str:
    """Give the flags in the order of their letters; without one a message is new."""
    flags = {
        "D": message.is_draft,
        "F": message.is_flagged,
        "P": message.is_forwarded,
        "R": message.is_answered,
        "S": message.is_read,
        "T": message.is_deleted,
    }
    return "".join(flag for flag, is_set in flags.items() if is_set)
