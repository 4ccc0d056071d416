"""Removing what nobody needs any more: what killed processes left half written, and old delivery keys.

How old something is goes by the clock that stamps files on the share. A file beside goes only when no entry names it:
when the whole mailbox was listed twice in a row and was the same, so that no message was on its way from one folder
to another while nobody looked.
"""

from __future__ import annotations

import random
from collections.abc import Collection, Iterator
from contextlib import suppress
from pathlib import Path

from msgcore.providers.postoffice.mailbox import Mailbox
from msgcore.providers.postoffice.names import is_new_name
from msgcore.providers.postoffice.share import names_in, remove, share_time

__all__ = ["tidy"]

_LEFT_SECONDS = 24 * 3600.0
_KEYS_SECONDS = 90 * 24 * 3600.0
_BUCKETS = 256
_BESIDE = ("contents", "submissions")


def tidy(mailbox: Mailbox) -> None:
    """Remove what has been left for a day, and of the delivery keys, in one bucket of many, those of 90 days.

    Of the post office, too: there is the mail of mailboxes whose removal did not end.
    """
    now = share_time(mailbox.place / "tmp")
    for folder in (mailbox.place, mailbox.place.parent.parent):
        for path in _older(folder / "tmp", now - _LEFT_SECONDS):
            remove(path)
    _remove_unnamed(mailbox, now - _LEFT_SECONDS)
    bucket = mailbox.place / "keys" / f"{random.randrange(_BUCKETS):02x}"
    for path in _older(bucket, now - _KEYS_SECONDS):
        if not any(name.startswith("m.") for name in names_in(path)):
            remove(path)


def _remove_unnamed(mailbox: Mailbox, moment: float) -> None:
    before = frozenset(_entries(mailbox))
    named = {name for _, *names in before for name in names}
    beside = [path for kind in _BESIDE for path in _older(mailbox.place / kind, moment, named)]
    left = [path for path in beside if is_new_name(path.name)]
    if left and frozenset(_entries(mailbox)) == before:
        for path in left:
            remove(path)


def _older(folder: Path, moment: float, but_for: Collection[str] = ()) -> Iterator[Path]:
    with suppress(FileNotFoundError):
        for name in names_in(folder):
            if name not in but_for:
                with suppress(FileNotFoundError):
                    if (folder / name).stat().st_mtime < moment:
                        yield folder / name


def _entries(mailbox: Mailbox) -> Iterator[tuple[str, str, str]]:
    for _, listing in mailbox.tree.walk():
        for entry in listing.entries.values():
            yield entry.name, entry.content, entry.submission
