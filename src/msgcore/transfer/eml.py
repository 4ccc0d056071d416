"""Single messages in files, and folders of them. A file's time is that of delivery.

Those that are called .eml are MIME. Others may be Outlook's .msg files, or TNEF (.tnef, and winmail.dat), as their
first octets say; these are read and never written.

Of the flags an .eml file holds one: a field ``X-Unsent: 1``, which Outlook writes and knows, says that a message is a
draft. It is a mark on the file, no part of the message: writing puts it first, and reading takes it off.
"""

from __future__ import annotations

import errno
import itertools
import os
import re
import stat
from collections.abc import Callable, Generator, Iterator, Set
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from msgcore.base.octets import Limits
from msgcore.codecs import form_of_octets, mime
from msgcore.errors import LimitExceeded, MalformedMessage, NotFound, UsageError
from msgcore.transfer.archive import Archive, ArchivedMessage, Skipped
from msgcore.transfer.choices import check_path
from msgcore.transfer.file_writer import FileWriter
from msgcore.transfer.files import (
    file_errors,
    folders_below,
    host_name,
    is_running,
    make_folders,
    read_file,
    read_found_file,
    reading_errors,
    write_new,
)
from msgcore.transfer.fingerprint import cut_header, fingerprint
from msgcore.transfer.folder_names import safe_name, shown_name

__all__ = ["EmlFile", "EmlFilesBesides", "EmlFolder", "EmlWriter", "is_message_name", "message_files"]

_WORDS = re.compile(r"[A-Za-z0-9]+")
_PART = re.compile(r"\.msgcore-(.+)-(\d{1,9})-\d+\.part")
_UNSENT = re.compile(rb"^X-Unsent:[ \t]*1[ \t]*\r?\n", re.IGNORECASE | re.MULTILINE)
_NO_LINKS = frozenset({errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS})


_SUFFIXES = frozenset({".eml", ".msg", ".tnef"})
_WINMAIL = "winmail.dat"


def message_files(folder: Path, unreadable: Callable[[UsageError], object]) -> list[Path]:
    """Give the files of single messages in and below a folder, by their paths, and tell what cannot be looked into."""
    found = (
        parent / name
        for parent, children, names in folders_below(folder, unreadable)
        for name in (*children, *names)
        if is_message_name(Path(name))
    )
    return sorted(path for path in found if _is_read(path, unreadable))


def _is_read(path: Path, unreadable: Callable[[UsageError], object]) -> bool:
    try:
        with file_errors(path):
            mode = path.lstat().st_mode
    except NotFound:  # gone meanwhile
        return False
    except UsageError as error:  # its folder may be listed, and no more
        unreadable(error)
        return False
    # Links, too: reading them says that they are not followed.
    return stat.S_ISREG(mode) or stat.S_ISLNK(mode)


def is_message_name(path: Path) -> bool:
    """Say whether a file in a folder is read as a single message."""
    return path.suffix.lower() in _SUFFIXES or path.name.lower() == _WINMAIL


# Some programs give files of mail the names of Outlook's.
_FIELD = re.compile(rb"[!-9;-~]++[ \t]*+:")

_Read = Callable[[Path, Limits], bytes]


def _read(
    path: Path, limits: Limits, folder: tuple[str, ...] = (), position: int = 0, *, read: _Read
) -> ArchivedMessage | Skipped:
    try:
        octets = read(path, limits)
        changed = _time_of(path.stat().st_mtime)
    except (LimitExceeded, NotFound, UsageError) as error:
        return Skipped(str(path), error)
    except OSError:  # gone meanwhile
        return Skipped(str(path), NotFound(f"{path}: no such file"))
    position += len(octets)
    # What came by mail may begin with any octets, and is not trusted as TNEF is.
    form = "mime" if path.suffix.lower() == ".eml" else form_of_octets(octets)
    if form == "mime" and path.suffix.lower() != ".eml" and not _FIELD.match(octets):
        return Skipped(str(path), MalformedMessage(f"{path}: no message of any form"))
    is_draft = False
    if form == "mime":
        octets, is_draft = _unmarked(octets)
    return ArchivedMessage(
        octets,
        is_draft=is_draft,
        received_at=changed,
        folder=folder,
        position_octets=position,
        form=form,
        where=str(path),
    )


def _time_of(seconds: float) -> datetime | None:
    """Give a file's time; some file systems keep any number, and so do the archives that files come from."""
    try:
        return datetime.fromtimestamp(int(seconds), UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _marked(message: ArchivedMessage) -> bytes:
    """Write a message, a draft with its mark, whose line ends as the message's first does."""
    if not message.is_draft:
        return message.octets
    line_end = b"\r\n" if message.octets.partition(b"\n")[0].endswith(b"\r") else b"\n"
    return b"X-Unsent: 1" + line_end + message.octets


def _unmarked(octets: bytes) -> tuple[bytes, bool]:
    """Take the first mark of a draft off, and say whether there was one."""
    header, body = cut_header(octets)
    mark = _UNSENT.search(header)
    return (octets, False) if mark is None else (header[: mark.start()] + header[mark.end() :] + body, True)


class EmlFile(Archive):
    """One message in one file."""

    def __init__(self, path: Path, limits: Limits | None = None) -> None:
        check_path(path)
        self.path = path
        self._limits = limits or Limits()

    @property
    def total_octets(self) -> int:
        with reading_errors(self.path):
            return self.path.stat().st_size

    def entries(self) -> Generator[ArchivedMessage | Skipped]:
        yield _read(self.path, self._limits, read=read_file)


class EmlFolder(Archive):
    """The files of single messages in and below a folder; a folder below is a folder of messages."""

    def __init__(self, path: Path, limits: Limits | None = None) -> None:
        check_path(path)
        self.path = path
        self._limits = limits or Limits()
        self._unreadable: list[UsageError] = []
        with reading_errors(path):
            files = message_files(path, self._unreadable.append)
            self._files = tuple((file, file.lstat().st_size) for file in files)

    @property
    def total_octets(self) -> int:
        return sum(size for _, size in self._files)

    def entries(self) -> Generator[ArchivedMessage | Skipped]:
        yield from (Skipped(str(self.path), error) for error in self._unreadable)
        position = 0
        for file, size in self._files:
            names = tuple(shown_name(part) for part in file.parent.relative_to(self.path).parts)
            yield _read(file, self._limits, names, position, read=read_found_file)
            position += size


class EmlFilesBesides(EmlFolder):
    """The files of an :class:`EmlFolder` that are in no folder of ``others``, which belong to another archive."""

    def __init__(self, path: Path, limits: Limits | None, others: Set[Path]) -> None:
        super().__init__(path, limits)
        self._files = tuple((file, size) for file, size in self._files if others.isdisjoint(file.parents))


class EmlWriter(FileWriter):
    """Adds one file a message to a folder, named by time, subject and content; no file is ever written over."""

    _remedy = "Give it a shorter name, or export it by itself"

    def open(self) -> bool:
        """Make the folder, and remove what a process that is no more left unfinished; it needs no lock."""
        with file_errors(self._path):
            self._folder(())
            for part in self._path.rglob(".msgcore-*.part"):
                named = _PART.fullmatch(part.name)
                if named is not None and named[1] == host_name() and not is_running(int(named[2])):
                    part.unlink(missing_ok=True)
        return True

    def archive(self) -> EmlFolder:
        return EmlFolder(self._path)

    def as_read(self, message: ArchivedMessage) -> bytes:
        return _unmarked(_marked(message))[0]

    def _names_of(self, names: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(map(safe_name, names))

    def _write(self, message: ArchivedMessage) -> Path:
        folder = self._folder(message.folder)
        part = folder / f".msgcore-{host_name()}-{os.getpid()}-{next(self._numbers)}.part"
        write_new(part, _marked(message))
        try:
            if message.received_at is not None:
                seconds = message.received_at.timestamp()
                os.utime(part, (seconds, seconds))
            for name in _names(message):
                if _give_name(part, folder / name):
                    return folder
        except BaseException:
            with suppress(OSError):
                part.unlink()
            raise
        raise AssertionError("numbers do not end")

    def _folder(self, names: tuple[str, ...]) -> Path:
        folder = self._path.joinpath(*self._names_of(names))
        if folder not in self._made:
            make_folders(folder)
            self._made.add(folder)
        return folder


def _names(message: ArchivedMessage) -> Iterator[str]:
    """Give names that every system takes: time in UTC, words of the subject, a mark of the content; and numbered."""
    at = "" if message.received_at is None else f"{message.received_at.astimezone(UTC):%Y%m%d-%H%M%S}-"
    words = "-".join(_WORDS.findall(mime.read(message.octets).subject or ""))[:40]
    name = f"{at}{words}-{fingerprint(message.octets).hex()[:12]}"
    yield f"{name}.eml"
    for number in itertools.count(2):
        yield f"{name}-{number}.eml"


def _give_name(part: Path, path: Path) -> bool:
    """Give a written file its name, unless there is one of that name."""
    try:
        os.link(part, path)
    except FileExistsError:
        return False
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        # A file system without links: nobody else makes names with this content's mark.
        if path.exists():
            return False
        part.rename(path)
        return True
    part.unlink()
    return True
