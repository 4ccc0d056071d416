"""Recognising an archive by looking at it."""

from __future__ import annotations

import re
from pathlib import Path

from msgcore.base.octets import Limits
from msgcore.codecs.forms import form_of_octets
from msgcore.errors import MalformedMessage, NotFound, UsageError
from msgcore.transfer.archive import Archive
from msgcore.transfer.choices import check_path
from msgcore.transfer.eml import EmlFile, EmlFilesBesides, EmlFolder, message_files
from msgcore.transfer.framing import is_separator
from msgcore.transfer.maildir import MAILDIR_PLACES, Maildir, is_maildir, maildir_folders
from msgcore.transfer.mbox import Mbox
from msgcore.transfer.mixed import MixedFolder, Part, mbox_files, mbox_names

__all__ = ["open_archive"]

_LOOK = 64 * 1024
_FIRST_FIELD = re.compile(rb"\s*[A-Za-z][A-Za-z0-9-]*[ \t]*:")
_FIELD = re.compile(
    rb"^(?:from|to|cc|subject|date|received|message-id|return-path|delivered-to|mime-version|x-[a-z0-9-]+)[ \t]*:",
    re.IGNORECASE | re.MULTILINE,
)


def open_archive(path: Path, limits: Limits | None = None) -> Archive:
    """Open an .eml, .msg or TNEF file, an mbox, a Maildir, or a folder of such files; what is there shows which it is.

    A folder is a Maildir where it, or a folder in it, has both ``cur`` and ``new``; with one of them, as copies that
    leave empty folders out have it, where there is no file of a message. One with archives of several kinds, or with
    mbox files, in it or below, is all of them: an mbox is a folder then.

    Raises:
        NotFound: there is nothing at ``path``.
        MalformedMessage: it is none of these.
        UsageError: it cannot be read, or ``path`` is no Path.
    """
    check_path(path)
    try:
        if path.is_dir():
            return _open_folder(path, limits)
        if path.exists() and not path.is_file():
            raise UsageError(f"{path}: is a pipe or a device; an archive is read more than once: save it first")
        with path.open("rb") as file:
            start = file.read(_LOOK)
    except FileNotFoundError as error:
        raise NotFound(f"{path}: no such file or folder") from error
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from error
    return _open_file(path, start, limits)


def _open_folder(path: Path, limits: Limits | None) -> Archive:
    unreadable: list[UsageError] = []
    folders = [folder for folder, _ in maildir_folders(path, unreadable.append)]
    of_maildirs = {folder / place for folder in folders for place in MAILDIR_PLACES}
    messages = message_files(path, unreadable.append)
    if messages and not any(map(is_maildir, folders)):
        of_maildirs.clear()
    parts: list[Part] = []
    if of_maildirs:
        parts.append(Part(Maildir(path, limits)))
    if any(of_maildirs.isdisjoint(file.parents) for file in messages):
        beside = EmlFilesBesides(path, limits, of_maildirs) if of_maildirs else EmlFolder(path, limits)
        parts.append(Part(beside))
    boxes = mbox_files(path, of_maildirs, unreadable.append)
    parts.extend(Part(Mbox(box, limits), mbox_names(path, box)) for box in boxes)
    if not parts:
        raise [*unreadable, _unrecognised(path)][0]
    told = tuple({str(error): error for error in unreadable}.values())  # each walk comes by the same folders
    return MixedFolder(path, parts, told) if boxes or told or len(parts) > 1 else parts[0].archive


def _open_file(path: Path, start: bytes, limits: Limits | None) -> Archive:
    suffix = path.suffix.lower()
    if suffix != ".eml" and form_of_octets(start) != "mime":
        return EmlFile(path, limits)
    is_mbox = is_separator(start, 0) if start else suffix == ".mbox"
    if is_mbox and suffix != ".eml":
        return Mbox(path, limits)
    if suffix == ".eml" or (_FIRST_FIELD.match(start) and _FIELD.search(start)):
        return EmlFile(path, limits)
    raise _unrecognised(path)


def _unrecognised(path: Path) -> MalformedMessage:
    return MalformedMessage(f"{path} is no mbox, Maildir, .eml, .msg or TNEF")
