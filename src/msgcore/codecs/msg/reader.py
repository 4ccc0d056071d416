"""Reading .msg files, leniently or strictly, and listing what was tolerated."""

from __future__ import annotations

from msgcore.base.findings import Finding, Strictness
from msgcore.base.octets import USUAL_LIMITS, Limits
from msgcore.codecs.compound import Storage, read_compound
from msgcore.codecs.msg.msg_object import MsgObject
from msgcore.codecs.msg.name_map import Note, ignore, read_name_map
from msgcore.codecs.msg.property_bag import SharedFacts
from msgcore.codecs.objects.source import ObjectSource
from msgcore.codecs.reading import is_strict, octets_of, refuse_departures
from msgcore.model.message import Message

__all__ = ["check", "read"]

_MOST = 1_000
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
    found: list[Finding] = []

    def note(offset: int, rule: str, text: str) -> None:
        if len(found) < _MOST:
            found.append(Finding(offset, rule, text, "" if rule.startswith("limit-") else _SOURCE))

    root = read_compound(whole, limits)
    waiting = [_open(whole, root, limits, note)]
    while waiting:
        waiting += _read_all(waiting.pop())
    return (*root.findings, *dict.fromkeys(found))


def _open(whole: bytes, root: Storage, limits: Limits, note: Note) -> MsgObject:
    return MsgObject(whole, root, SharedFacts(read_name_map(root, note), limits, note))


def _read_all(one: MsgObject) -> list[MsgObject]:
    """Read all of one message, and give those in it."""
    one.properties.tags()
    for row in one.rows():
        row.tags()
    inner: list[MsgObject] = []
    for attachment in one.attachments():
        attachment.properties.tags()
        source = None if attachment.message is None else attachment.message.source
        if isinstance(source, ObjectSource) and isinstance(source.content, MsgObject):
            inner.append(source.content)
        else:
            attachment.data  # noqa: B018
    return inner
