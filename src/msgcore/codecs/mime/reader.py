"""Reading a message, leniently or strictly, and listing what was tolerated."""

from __future__ import annotations

import re
from typing import cast

from msgcore.base.findings import Finding, Strictness
from msgcore.base.octets import USUAL_LIMITS, Limits
from msgcore.codecs.mime.source import MimeSource, source_of
from msgcore.codecs.mime.syntax.tolerated import Findings
from msgcore.codecs.mime.syntax.transfer import has_long_line
from msgcore.codecs.mime.tnef_part.stream import first_finding
from msgcore.codecs.mime.tree.bodies import text_of
from msgcore.codecs.mime.tree.entity import Entity, parse
from msgcore.codecs.mime.tree.tnef_kind import may_hold_tnef
from msgcore.codecs.reading import is_strict, octets_of, refuse_departures
from msgcore.errors import LimitExceeded, MalformedMessage, UsageError
from msgcore.model.message import Message

__all__ = ["check", "read"]

_LENIENT = Strictness.LENIENT  # before Python 3.12 a member is looked up by a function


def read(octets: bytes, limits: Limits = USUAL_LIMITS, strictness: Strictness = Strictness.LENIENT) -> Message:
    """Read a message lazily: nothing is decoded until it is asked for, and the octets are kept as they are.

    What breaks the rules is tolerated; past a structural limit the rest stays opaque.

    Raises:
        LimitExceeded: the message is larger than ``limits.total_octets``; or strict, and it goes past some limit.
        UsageError: ``octets`` are none, or ``limits`` are none.
        MalformedMessage: strict, and the message breaks a rule; the text names the offset and the rule.
    """
    whole = octets if type(octets) is bytes else octets_of(octets)
    if limits is not USUAL_LIMITS:
        _refuse_other(limits)
    if strictness is not _LENIENT and is_strict(strictness):
        refuse_departures(check(whole, limits))
    return Message.from_source(source_of(parse(whole, limits)))


def _refuse_other(limits: Limits) -> None:
    if not isinstance(cast(object, limits), Limits):
        raise UsageError(f"limits: need Limits, such as Limits(parts=100), got {limits!r}")


def check(octets: bytes, limits: Limits = USUAL_LIMITS) -> tuple[Finding, ...]:
    """Read all of a message and give what was tolerated, in the order of the octets (the first thousand findings).

    Raises:
        LimitExceeded: the message is larger than ``limits.total_octets``.
    """
    octets = octets_of(octets)
    _refuse_other(limits)
    findings = Findings(is_wanted=True)
    root = parse(octets, limits, findings)
    _check_line_ends(octets, findings)
    _check_lines(octets, findings)
    waiting = [source_of(root)]
    for entity in root.walk():
        _check_entity(entity, findings)
        if entity.message is not None:
            waiting.append(source_of(entity.message))
    for source in waiting:
        for tag in source.tags():
            source.value(tag)
        source.recipients()
        source.reply_to()
        _check_streams(source, findings)
    return tuple(sorted(dict.fromkeys(findings), key=lambda finding: finding.offset))


def _check_streams(source: MimeSource, findings: Findings) -> None:
    for part in source.contents.attachments:
        if may_hold_tnef(part):
            try:
                finding = first_finding(part)
            except (MalformedMessage, LimitExceeded) as error:
                findings.add(part.start, "tnef-malformed", str(error))
            else:
                if finding is not None:
                    findings.add(part.start, "tnef-malformed", str(finding))
    for stream in source.streams:
        findings.add(stream.part.start, "tnef-not-correlated", "a TNEF stream that does not belong to the message")


def _check_line_ends(octets: bytes, findings: Findings) -> None:
    pairs = octets.count(b"\r\n")
    if octets.count(b"\n") > pairs:
        findings.add(_first_bare(octets, b"\n"), "line-end-lf", "a line that ends with LF alone")
    if octets.count(b"\r") > pairs:
        findings.add(_first_bare(octets, b"\r"), "line-end-cr", "a CR that no LF follows")
    if b"\0" in octets:
        findings.add(octets.index(b"\0"), "nul", "a NUL octet")


def _first_bare(octets: bytes, end: bytes) -> int:
    # Pairs blanked out in place keep the offsets.
    return octets.replace(b"\r\n", b"  ").index(end)


def _check_lines(octets: bytes, findings: Findings) -> None:
    if has_long_line(octets):
        found = _LONG_LINE.search(octets)
        assert found is not None
        findings.add(found.start(), "line-long", "a line of more than 998 octets")


_LONG_LINE = re.compile(rb"(?:(?<=\n)|\A)(?:[^\n]{1000}|[^\n]{998}[^\r\n])")

_SINGLE = (b"content-type", b"content-transfer-encoding", b"content-disposition")
_SINGLE_IN_MESSAGE = (
    b"from",
    b"sender",
    b"subject",
    b"date",
    b"message-id",
    b"to",
    b"cc",
    b"reply-to",
    b"mime-version",
)


def _check_entity(entity: Entity, findings: Findings) -> None:
    header = entity.header
    names = (*_SINGLE, *_SINGLE_IN_MESSAGE) if entity.is_whole_message else _SINGLE
    for name in names:
        values = header.raw_all(name)
        if len(values) > 1:
            again = [field for field in header.each_field() if field.name == name][1]
            findings.add(
                entity.header_start + again.start, "header-repeated", f"{name.decode()} again; the first one counts"
            )
    header.headers()  # decoding notes what it tolerates
    if not entity.children:
        if entity.media_type.startswith("text/"):
            text_of(entity)
        else:
            entity.content  # noqa: B018
        filenames = {entity.disposition.get("filename"), entity.content_type.get("name")} - {None}
        if len(filenames) > 1:
            findings.add(entity.header_start, "filename-differs", "two names of a file; that of the disposition counts")
