"""What FETCH may be asked for (RFC 9051 section 6.4.5), and which capability each item needs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from msgcore.errors import UsageError
from msgcore.wire.imap.command import Atom

__all__ = ["extension_of", "header_fields", "item_atoms", "without_binary"]

_ITEM = re.compile(r"[A-Z0-9.-]+(?:\[[^\[\]\x00-\x1f\x7f-\U0010ffff]*\](?:<\d{1,19}(?:\.\d{1,19})?>)?)?(?: \(LAZY\))?")
_FIELD_NAME = re.compile(r"[!#$&'+./0-9;<=>?@A-Z^_`a-z|~-]+")
_EXTENSIONS = {
    "BINARY": "BINARY",
    "BINARY.PEEK": "BINARY",
    "BINARY.SIZE": "BINARY",
    "EMAILID": "OBJECTID",
    "MODSEQ": "CONDSTORE",
    "PREVIEW": "PREVIEW",
    "SAVEDATE": "SAVEDATE",
    "THREADID": "OBJECTID",
    "X-GM-LABELS": "X-GM-EXT-1",
    "X-GM-MSGID": "X-GM-EXT-1",
    "X-GM-THRID": "X-GM-EXT-1",
}


def item_atoms(items: Iterable[str]) -> tuple[Atom, ...]:
    """Write items, the unique id first.

    Raises:
        UsageError: one is none.
    """
    names = list(dict.fromkeys(["UID", *(_checked(item) for item in items)]))
    return tuple(Atom(name.encode()) for name in names)


def header_fields(names: Iterable[str]) -> str:
    """Give the item for these fields of the header, which does not mark the message as read.

    Raises:
        UsageError: one is no field's name.
    """
    found = list(names)
    wrong = next((name for name in found if not _FIELD_NAME.fullmatch(name)), None)
    if wrong is not None or not found:
        raise UsageError(f"{wrong!r} is no name of a header field")
    return f"BODY.PEEK[HEADER.FIELDS ({' '.join(found).upper()})]"


def extension_of(item: str) -> str | None:
    """Name the capability that an item needs."""
    return _EXTENSIONS.get(re.split(r"[\[ ]", item, maxsplit=1)[0].upper())


def without_binary(items: Sequence[str]) -> list[str]:
    """Ask for parts as they are encoded where they were to come decoded; there is no such size."""
    plain = [item for item in items if not item.upper().startswith("BINARY.SIZE")]
    return [re.sub(r"^BINARY", "BODY", item, flags=re.IGNORECASE) for item in plain]


def _checked(item: str) -> str:
    name = item.upper()
    if not _ITEM.fullmatch(name):
        raise UsageError(f"{item[:100]!r} is nothing that FETCH has")
    return name
