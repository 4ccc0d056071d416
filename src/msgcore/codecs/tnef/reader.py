"""Reading TNEF, leniently or strictly, and listing what was tolerated."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from msgcore.base.findings import Finding, Strictness
from msgcore.base.octets import USUAL_LIMITS, Limits
from msgcore.codecs.objects.notes import Note, Notes, ignore
from msgcore.codecs.objects.source import ObjectSource, read_all
from msgcore.codecs.reading import is_strict, octets_of, refuse_departures
from msgcore.codecs.tnef.attributes import VERSION, Attribute, Level
from msgcore.codecs.tnef.stream import Found, check_sums
from msgcore.codecs.tnef.tnef_object import Reading, TnefObject
from msgcore.model.message import Message

__all__ = ["check", "read"]

_SOURCE = "[MS-OXTNEF] section 2.1.3"


def read(octets: bytes, limits: Limits = USUAL_LIMITS, strictness: Strictness = Strictness.LENIENT) -> Message:
    """Read a TNEF stream lazily: nothing is decoded until it is asked for, and the octets are kept as they are.

    What breaks the rules is tolerated; checksums are looked at by :func:`check` and by strict reading only.

    Raises:
        MalformedMessage: it does not begin as TNEF does; or strict, and it breaks a rule.
        LimitExceeded: it is larger than ``limits.total_octets``; or strict, and it goes past some limit.
        UsageError: ``octets`` are none, or ``strictness`` is no Strictness.
    """
    whole = octets_of(octets)
    limits.check_total(len(whole))
    if is_strict(strictness):
        refuse_departures(check(whole, limits))
    return Message.from_source(ObjectSource(_open(whole, limits, ignore)))


def check(octets: bytes, limits: Limits = USUAL_LIMITS) -> tuple[Finding, ...]:
    """Read all of a stream and give what was tolerated, in the order of the octets (the first thousand findings).

    Raises:
        MalformedMessage, LimitExceeded, UsageError: as lenient reading does.
    """
    whole = octets_of(octets)
    limits.check_total(len(whole))
    notes = Notes(_SOURCE)
    waiting = [_open(whole, limits, notes.note)]
    while waiting:
        one = waiting.pop()
        _check_attributes(one, notes.note)
        waiting += read_all(one)
    return tuple(sorted(notes.found(), key=lambda finding: finding.offset))


def _open(whole: bytes, limits: Limits, note: Note) -> TnefObject:
    return TnefObject(whole, Reading(limits, note), 0, len(whole))


def _check_attributes(one: TnefObject, note: Note) -> None:
    for offset, said, right in check_sums(one.whole, one.attributes, one.end):
        note(offset, "tnef-checksum", f"0x{said:04X}, and the content adds up to 0x{right:04X}")
    for attribute in one.attributes:
        if _LEVELS.get(attribute.attribute, attribute.level) != attribute.level:
            note(attribute.header, "tnef-level", f"0x{attribute.attribute:08X} on level {attribute.level}")
        if attribute.attribute == Attribute.TNEF_VERSION:
            _check_version(one.whole[attribute.start : attribute.end], attribute.start, note)
    for attribute in _repeated(one.attributes):
        note(attribute.header, "tnef-repeated", f"0x{attribute.attribute:08X} again; what the first one says counts")


def _check_version(content: bytes, at: int, note: Note) -> None:
    if content != VERSION.to_bytes(4, "little"):
        note(at, "tnef-version", f"version {content[:4].hex()}; there is 1.0 only")


def _repeated(found: Iterable[Found]) -> Iterator[Found]:
    """Give the attributes that their message or attachment has already."""
    seen: dict[int, set[int]] = {level: set() for level in Level}
    for one in found:
        if one.attribute == Attribute.ATTACH_REND_DATA:
            seen[one.level] = set()
        if one.attribute in seen[one.level]:
            yield one
        seen[one.level].add(one.attribute)


_LEVELS: Mapping[int, Level] = {
    one: Level.ATTACHMENT if one.name.startswith("ATTACH") else Level.MESSAGE for one in Attribute
}
