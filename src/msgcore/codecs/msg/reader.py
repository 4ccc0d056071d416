"""Reading .msg files, leniently or strictly, and listing what was tolerated."""

from __future__ import annotations

from msgcore.base.findings import Finding, Strictness
from msgcore.base.octets import USUAL_LIMITS, Limits
from msgcore.codecs.compound import Storage, read_compound
from msgcore.codecs.msg.msg_object import MsgObject
from msgcore.codecs.msg.name_map import read_name_map
from msgcore.codecs.msg.property_bag import SharedFacts
from msgcore.codecs.objects.notes import Note, Notes, ignore
from msgcore.codecs.objects.source import ObjectSource, read_all
from msgcore.codecs.reading import is_strict, octets_of, refuse_departures
from msgcore.model.message import Message

__all__ = ["check", "read"]

_SOURCE = "[MS-OXMSG] section 2"


def read(octets: bytes, limits: Limits = USUAL_LIMITS, strictness: Strictness = Strictness.LENIENT) -> Message:
    """Read a .msg file lazily: nothing is decoded until it is asked for, and the octets are kept as they are.

    Raises:
        MalformedMessage: it is no compound file; or strict, and it breaks a rule.
        LimitExceeded: it is larger than ``limits.total_octets``; or strict, and it goes past some limit.
        UsageError: ``octets`` are none, or ``strictness`` is no Strictness.
    """
    whole = octets_of(octets)
    if is_strict(strictness):
        refuse_departures(check(whole, limits))
    return Message.from_source(ObjectSource(_open(whole, read_compound(whole, limits), limits, ignore)))


def check(octets: bytes, limits: Limits = USUAL_LIMITS) -> tuple[Finding, ...]:
    """Read all of a file and give what was tolerated (the first thousand findings of each kind).

    Offsets are those of the file where its sectors are damaged; what is wrong in a stream has none, and says where.

    Raises:
        MalformedMessage, LimitExceeded, UsageError: as lenient reading does.
    """
    whole = octets_of(octets)
    notes = Notes(_SOURCE)
    root = read_compound(whole, limits)
    waiting = [_open(whole, root, limits, notes.note)]
    while waiting:
        one = waiting.pop()
        waiting += read_all(one)
        for attachment in one.attachments():
            if attachment.message is None:
                attachment.data  # noqa: B018
    return (*root.findings, *notes.found())


def _open(whole: bytes, root: Storage, limits: Limits, note: Note) -> MsgObject:
    return MsgObject(whole, root, SharedFacts(read_name_map(root, note), limits, note))
