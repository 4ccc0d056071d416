"""Maildir and Maildir++: one message a file, in ``cur`` and ``new``, with its flags in its name."""

from __future__ import annotations

import binascii
import os
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from msgcore.base.octets import Limits
from msgcore.transfer.archive import ImportedMessage, read_file

__all__ = ["Maildir", "maildir_folders"]

# ``:2,`` is the rule; systems that cannot have a colon in a name write ``;`` or ``!``.
_FLAGS = re.compile(r"[:;!]2,([A-Za-z]*)")
_TIME = re.compile(r"(\d{9,11})\.")
_MODIFIED_UTF_7 = re.compile(r"&([A-Za-z0-9+,]*)-")


def maildir_folders(path: Path) -> Iterator[tuple[Path, tuple[str, ...]]]:
    """Give the folders at and below ``path`` that hold messages, each with its names; links are not followed.

    Maildir++ writes the path of a folder as one name, ``.Archive.2026``; other programs nest the folders.
    """
    for parent, children, _ in os.walk(path):
        if "cur" in children or "new" in children:
            names: list[str] = []
            for part in Path(parent).relative_to(path).parts:
                names.extend(name for name in part.split(".") if name) if part.startswith(".") else names.append(part)
            yield Path(parent), tuple(_decoded(name) for name in names)
        children[:] = sorted(child for child in children if child not in {"cur", "new", "tmp"})


class Maildir:
    """The messages of a Maildir and of the folders in it."""

    def __init__(self, path: Path, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()
        self._files = tuple(
            (file, names, kind == "new")
            for folder, names in maildir_folders(path)
            for kind in ("cur", "new")
            if (folder / kind).is_dir()
            for file in sorted((folder / kind).iterdir())
            if not file.name.startswith(".") and file.is_file()
        )

    @property
    def total_octets(self) -> int:
        return sum(file.stat().st_size for file, _, _ in self._files)

    def __iter__(self) -> Iterator[ImportedMessage]:
        position = 0
        for file, names, is_new in self._files:
            octets = read_file(file, self._limits)
            position += len(octets)
            found = _FLAGS.search(file.name)
            flags = "" if found is None else found[1]
            yield ImportedMessage(
                octets,
                is_read="S" in flags and not is_new,
                is_flagged="F" in flags,
                is_answered="R" in flags,
                is_draft="D" in flags,
                is_deleted="T" in flags,
                received_at=_received_at(file.name),
                folder=names,
                position_octets=position,
            )


def _received_at(name: str) -> datetime | None:
    """Read the time of delivery, in seconds since 1970, that a unique name starts with."""
    found = _TIME.match(name)
    return None if found is None else datetime.fromtimestamp(int(found[1]), UTC)


def _decoded(name: str) -> str:
    """Decode a folder name in modified UTF-7 (RFC 3501 section 5.1.3); one that is not stays as it is."""
    try:
        return _MODIFIED_UTF_7.sub(_decoded_run, name)
    except (binascii.Error, UnicodeDecodeError):
        return name


def _decoded_run(run: re.Match[str]) -> str:
    text = run[1].replace(",", "/")
    if not text:
        return "&"
    return binascii.a2b_base64(text + "=" * (-len(text) % 4)).decode("utf-16-be")
