"""Removing what nobody needs any more: what killed processes left half written, and old delivery keys.

How old something is goes by the clock that stamps files on the share. A file beside goes only when no entry names it:
when the whole mailbox was listed twice in a row and was the same, so that no message was on its way from one folder
to another while nobody looked.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from msgcore.providers.postoffice.mailbox import Mailbox
from msgcore.providers.postoffice.names import new_name
from msgcore.providers.postoffice.share import names_in, remove, write_file

__all__ = ["tidy"]

_LEFT_SECONDS = 24 * 3600.0
_KEYS_SECONDS = 90 * 24 * 3600.0
_BUCKETS = 256
_BESIDE = ("contents", "submissions")


def tidy(mailbox: Mailbox) -> None:
    """Remove what has been left for a day, and of the delivery keys, in one bucket of many, those of 90 days."""
    now = _share_time(mailbox.place / "tmp")
    for path in _older(mailbox.place / "tmp", now - _LEFT_SECONDS):
        remove(path)
    left = [path for kind in _BESIDE for path in _older(mailbox.place / kind, now - _LEFT_SECONDS)]
    named = _named(mailbox) if left else None
    if named is not None:
        for path in left:
            if path.name not in named:
                remove(path)
    bucket = mailbox.place / "keys" / f"{random.randrange(_BUCKETS):02x}"
    for path in _older(bucket, now - _KEYS_SECONDS):
        if not any(name.startswith("m.") for name in names_in(path)):
            remove(path)


def _older(folder: Path, moment: float) -> Iterator[Path]:
    with suppress(FileNotFoundError):
        for name in names_in(folder):
            with suppress(FileNotFoundError):
                if (folder / name).stat().st_mtime < moment:
                    yield folder / name


def _named(mailbox: Mailbox) -> frozenset[str] | None:
    """List all that entries name beside; ``None`` when the mailbox changed meanwhile."""
    before, after = ([*_entries(mailbox)] for _ in range(2))
    if sorted(before) != sorted(after):
        return None
    return frozenset(name for _, content, submission in after for name in (content, submission))


def _entries(mailbox: Mailbox) -> Iterator[tuple[str, str, str]]:
    for folder in mailbox.tree.all():
        for entry in mailbox.messages(folder).values():
            yield entry.name, entry.content, entry.submission


def _share_time(folder: Path) -> float:
    path = folder / new_name()
    write_file(path)
    try:
        return path.stat().st_mtime
    finally:
        remove(path)
