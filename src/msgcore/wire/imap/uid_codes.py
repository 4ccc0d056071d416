"""Unique ids in response codes: of RFC 4315 section 3, MODIFIED (RFC 7162 section 3.1.3), MESSAGELIMIT (RFC 9738)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import attrs

from msgcore.errors import ProtocolBroken
from msgcore.wire.imap.responses import Code
from msgcore.wire.imap.uid_set import MAX_UID, UidSet

__all__ = ["AppendUid", "CopyUid", "read_append_uid", "read_copy_uid", "read_lowest_done", "read_modified"]


@attrs.frozen
class CopyUid:
    """Where copies are: the message ``source`` names first is what ``target`` names first, and so on."""

    uid_validity: int
    source: UidSet
    target: UidSet


@attrs.frozen
class AppendUid:
    """The unique ids of what was appended, in order."""

    uid_validity: int
    uids: UidSet


def read_copy_uid(codes: Iterable[Code | None]) -> CopyUid | None:
    """Put together what was said of copying, or say ``None`` where that gives no unique ids that are sure."""
    found = [one for code in codes if (one := _copy_uid(code)) is not None]
    if not found or len({one.uid_validity for one in found}) > 1:
        return None
    source = UidSet(tuple(pair for one in found for pair in one.source.ranges))
    return CopyUid(found[0].uid_validity, source, UidSet(tuple(pair for one in found for pair in one.target.ranges)))


def _copy_uid(code: Code | None) -> CopyUid | None:
    validity, sets = _read(code, "COPYUID", 2)
    if validity is None or len(sets[0]) != len(sets[1]):
        return None
    return CopyUid(validity, sets[0], sets[1])


def read_append_uid(codes: Sequence[Code | None], counts: Sequence[int]) -> AppendUid | None:
    """Put together what was said of appending, when each of ``codes`` names as many messages as its command had."""
    ranges: list[tuple[int, int]] = []
    validities: set[int] = set()
    for code, count in zip(codes, counts, strict=True):
        validity, sets = _read(code, "APPENDUID", 1)
        if validity is None or len(sets[0]) != count:
            return None
        validities.add(validity)
        ranges += sets[0].ranges
    return AppendUid(validities.pop(), UidSet(tuple(ranges))) if len(validities) == 1 else None


def read_modified(code: Code | None) -> UidSet:
    """Give the messages that were not changed, because somebody else has changed them."""
    if code is None or code.name != "MODIFIED":
        return UidSet()
    return UidSet.parse(code.text.strip())


def read_lowest_done(code: Code | None) -> int:
    """Give the lowest unique id that a command came to, from the last one down, or 0: it did not stop at a limit."""
    words = [] if code is None or code.name != "MESSAGELIMIT" else code.text.split()
    return int(words[1]) if len(words) == 2 and words[1].isdigit() and len(words[1]) < 11 else 0


def _read(code: Code | None, name: str, count: int) -> tuple[int | None, Sequence[UidSet]]:
    """Give the UIDVALIDITY and so many sets. A server that gets them wrong is taken for one that says nothing."""
    if code is None or code.name != name:
        return None, ()
    words = code.text.split()
    if len(words) != count + 1 or not words[0].isdigit() or not 0 < int(words[0][:12]) <= MAX_UID:
        return None, ()
    try:
        return int(words[0]), [UidSet.parse(one) for one in words[1:]]
    except ProtocolBroken:
        return None, ()
