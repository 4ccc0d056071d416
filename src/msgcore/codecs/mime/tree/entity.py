"""The tree of entities of a message (RFC 2045, RFC 2046), lazy over one bytes object.

An entity is four offsets: where its header starts and ends, where its body starts and ends. Children are looked for
when they are asked for, with ``find`` for the boundary; content is decoded when it is asked for. Nothing recurses:
trees are walked with a list, and an entity past the limit of nesting or of parts stays opaque, with a finding.

Line ends may be CRLF, LF or CR. In a body each of the three ends a line, so that a boundary means the same before and
after line ends are made CRLF. In a header a bare CR is data (the ``clean`` text has a space for it), unless the message
has no LF at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import attrs

from msgcore.base.octets import USUAL_LIMITS, Limits
from msgcore.codecs.mime.syntax.parameters import NOTHING, Parameterised
from msgcore.codecs.mime.syntax.tolerated import NO_FINDINGS, Findings
from msgcore.codecs.mime.syntax.transfer import IDENTITIES, decode_base64, decode_content
from msgcore.codecs.mime.syntax.uuencode import may_hold_files
from msgcore.codecs.mime.tree.header_block import LONGEST_SHARED, SHARED_HEADER_BLOCKS, HeaderBlock
from msgcore.codecs.mime.tree.multipart import Parts, find_parts

__all__ = ["Entity", "Reading", "parse"]

_BLANK_LINE = re.compile(rb"\n\r?\n")
# For a message whose lines end so. An expression finds so few octets sooner than ``find``, which weighs each it passes.
_CRLF, _BARE_LF = (2, re.compile(rb"\r\n\r\n")), (1, re.compile(rb"\n\n"))
_FIELDS = re.compile(rb"(?:[!-9;-~]++[ \t]*+:[^\n]*+(?:\n[ \t][^\n]*+|(?!))*+(?:\n|\Z)|(?!))*+")
# A line that nobody would take for a body's, behind a line that is no field.
_KNOWN_FIELD = re.compile(
    rb"\n(?:received|return-path|from|to|cc|bcc|subject|date|message-id|reply-to|sender|in-reply-to|references|"
    rb"mime-version|content-[a-z-]+|x-[a-z0-9-]+|list-[a-z-]+|precedence|dkim-signature|user-agent)[ \t]*:",
    re.IGNORECASE,
)
_LF, _CR = b"\n\r"
_LINE_ENDS = (b"\n", b"\r\n")
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_BEFORE, _BEFORE_STARTS = (b"From ", b">From ", _BYTE_ORDER_MARK), b"F>\xef"

_TEXT = Parameterised("text/plain", NOTHING.parameters)
_RFC822 = Parameterised("message/rfc822", NOTHING.parameters)


class Reading:
    """What the entities of one message share: its octets, its limits, what was met so far."""

    __slots__ = ("blank_line", "findings", "is_usual", "limits", "line_end_octets", "octets", "parts", "scan")

    def __init__(self, octets: bytes, limits: Limits, findings: Findings, parts: int = 1) -> None:
        self.octets = octets
        # Old Macs ended lines with CR alone. With LF in its place every offset stays the same.
        self.scan = scan = octets if _LF in octets or _CR not in octets else octets.replace(b"\r", b"\n")
        first = scan.find(b"\n")
        is_crlf = first > 0 and scan[first - 1] == _CR
        self.line_end_octets, self.blank_line = _CRLF if is_crlf else _BARE_LF
        self.limits = limits
        self.findings = findings
        self.parts = parts
        # Nobody wants the findings, and no limit is another than usual.
        self.is_usual = findings is NO_FINDINGS and limits is USUAL_LIMITS

    def header_block(self, start: int, end: int) -> HeaderBlock:
        limits = self.limits
        if end - start > limits.header_octets:
            end = start + limits.header_octets
            self.findings.add(end, "limit-header-octets", "the header is longer than the limit")
        return HeaderBlock(self.scan[start:end], limits, self.findings.at(start))


class Entity:
    """A message or a part of one: its header, its body, and its children when it is a multipart or a message.

    ``header_start``, ``header_end``, ``body_start`` and ``end`` are offsets into ``reading.octets``.
    ``is_whole_message``: it is a message, be it inside another, and no part of a multipart. An entity knows its
    children only, so that a message is freed at once when nobody holds it.
    """

    __slots__ = (
        "_children",
        "_may_hold_files",
        "_parts",
        "body_start",
        "content_type",
        "depth",
        "end",
        "has_blank_line",
        "has_junk",
        "header",
        "header_end",
        "header_start",
        "is_multipart",
        "is_whole_message",
        "media_type",
        "reading",
        "start",
    )

    _children: tuple[Entity, ...] | None
    _may_hold_files: bool | None
    _parts: Parts | None

    def __init__(
        self,
        reading: Reading,
        start: int,
        end: int,
        depth: int = 0,
        is_message: bool = True,
        default_type: Parameterised = _TEXT,
    ) -> None:
        scan = reading.scan
        self.reading = reading
        self.start = start
        self.end = end
        self.depth = depth
        self.is_whole_message = is_message
        self.has_junk = False
        self.has_blank_line = True
        self._may_hold_files = self._children = self._parts = None
        if is_message and start < end and scan[start] in _BEFORE_STARTS and scan.startswith(_BEFORE, start, end):
            start = self._past_what_is_no_header()
        self.header_start = start
        if start < end and scan[start] <= _CR and scan.startswith(_LINE_ENDS, start, end):
            header = self._settle(start, scan.index(b"\n", start) + 1)
        else:
            # Any other blank line before this one shows as junk among the fields.
            blank = reading.blank_line.search(scan, start, end)
            if blank is None:
                header = self._look_for_the_blank_line()
            else:
                self.body_start = body_start = blank.end()
                self.header_end = header_end = body_start - reading.line_end_octets
                # The headers of messages do not come again.
                if is_message or header_end - start > LONGEST_SHARED or not reading.is_usual:
                    header = reading.header_block(start, header_end)
                else:
                    header = SHARED_HEADER_BLOCKS[scan[start:header_end]]
                self.header = header
                if not header.is_usual:
                    header = self._look_for_the_blank_line()
        given = header.content_type
        if given is NOTHING:
            given = default_type
        elif not given.kind.is_type:  # RFC 2045 section 5.2
            given = self._default(given, default_type)
        self.content_type = given
        self.media_type = given.value
        self.is_multipart = given.kind.is_multipart

    # Header

    def _default(self, given: Parameterised, default: Parameterised) -> Parameterised:
        self._note("content-type-malformed", f"content type {given.value[:60]!r}")
        return attrs.evolve(default, parameters=given.parameters)

    @property
    def disposition(self) -> Parameterised:
        return self.header.disposition

    @property
    def transfer_encoding(self) -> str:
        """The Content-Transfer-Encoding in lower case; empty when there is none."""
        return self.header.transfer_encoding

    @property
    def filename(self) -> str | None:
        """The name that the sender gave the part: Content-Disposition's, else Content-Type's."""
        given, other = self.disposition.get("filename"), self.content_type.get("name")
        return given or (given if other is None else other)

    # Body

    @property
    def octets(self) -> bytes:
        """The entity as it stands: header, blank line and body."""
        return self.reading.octets[self.start : self.end]

    @property
    def raw_header(self) -> bytes:
        """The header block and the blank line behind it, with what stands before it, if anything does."""
        return self.reading.octets[self.start : self.body_start]

    @property
    def body(self) -> bytes:
        """The body, still encoded."""
        return self.reading.octets[self.body_start : self.end]

    @property
    def content(self) -> bytes:
        """The body, decoded."""
        note, encoding = self.reading.findings.at(self.body_start), self.transfer_encoding
        if encoding == "base64":  # which may be large
            return decode_base64(self.reading.octets, note, self.body_start, self.end)
        return decode_content(self.body, encoding, note)

    @property
    def may_hold_files(self) -> bool:
        """Whether the body is a plain text in which uuencoded files may stand."""
        found = self._may_hold_files
        if found is None:
            found = self.media_type == "text/plain" and may_hold_files(self.reading.octets, self.body_start, self.end)
            self._may_hold_files = found
        return found

    # Tree

    @property
    def is_message(self) -> bool:
        """Whether the body is a message."""
        return self.content_type.kind.is_message

    @property
    def children(self) -> tuple[Entity, ...]:
        """The parts of a multipart, or the message in a message; ``()`` for a leaf and for what stays opaque."""
        if self._children is None:
            self._children = self._find_children()
        return self._children

    @property
    def message(self) -> Entity | None:
        """The message in a message."""
        if not self.content_type.kind.is_message:
            return None
        return self.children[0] if self.children else None

    def walk(self, *, into_messages: bool = True) -> Iterator[Entity]:
        """Give this entity and all below it, in the order in which they stand."""
        waiting: list[Entity] = [self]
        while waiting:
            entity = waiting.pop()
            yield entity
            if into_messages or not entity.is_message:
                waiting.extend(reversed(entity.children))

    @property
    def parts(self) -> Parts:
        if self._parts is None:
            self._parts = self._find_parts()
        return self._parts

    @property
    def delimiter(self) -> bytes:
        """Two hyphens and the boundary; empty when there is no boundary."""
        boundary = self.content_type.parameters.get("boundary", "").rstrip()
        return b"--" + boundary.encode("utf-8", "replace") if boundary else b""

    def _find_children(self) -> tuple[Entity, ...]:
        is_multipart = self.is_multipart
        if not is_multipart and not self.content_type.kind.is_message:
            return ()
        if self.depth >= self.reading.limits.nesting:
            self._note("limit-nesting", f"nested deeper than {self.reading.limits.nesting}")
            return ()
        if is_multipart:
            if not self.reading.is_usual and self.transfer_encoding not in IDENTITIES:
                self._note("transfer-encoding-of-multipart", f"{self.transfer_encoding[:60]!r} on a multipart")
            return self._parts_at(self.parts.spans)
        if self.reading.parts >= self.reading.limits.parts:
            self._note("limit-parts", f"more than {self.reading.limits.parts} parts")
            return ()
        self.reading.parts += 1
        if self.transfer_encoding in IDENTITIES:
            return (Entity(self.reading, self.body_start, self.end, self.depth + 1),)
        # RFC 2046 section 5.2.1 forbids it for rfc822; RFC 6532 allows it for global. The offsets are then its own.
        reading = self.reading
        inner = Reading(self.content, reading.limits, reading.findings, reading.parts)
        return (Entity(inner, 0, len(inner.octets), self.depth + 1),)

    def first_children(self, size_octets: int) -> tuple[Entity, ...]:
        """Give the parts that start in so many octets; the last may be cut, and ``children`` are made apart."""
        delimiter, reading = self.delimiter, self.reading
        end = min(self.end, self.body_start + size_octets)
        if not delimiter or not self.is_multipart or not reading.is_usual:
            return ()
        return self._parts_at(find_parts(reading.scan, self.body_start, end, delimiter, reading.limits.parts).spans)

    def _parts_at(self, spans: list[tuple[int, int]]) -> tuple[Entity, ...]:
        reading, depth = self.reading, self.depth + 1
        default = _RFC822 if self.media_type == "multipart/digest" else _TEXT
        return tuple([Entity(reading, start, end, depth, False, default) for start, end in spans])

    def _find_parts(self) -> Parts:
        delimiter, reading, end = self.delimiter, self.reading, self.end
        if delimiter:
            found = find_parts(reading.scan, self.body_start, end, delimiter, reading.limits.parts - reading.parts)
        else:
            found = Parts([], end, end, (self.start, "boundary-missing", "a multipart without a boundary"))
        reading.parts += len(found.spans)
        if found.problem is not None:
            reading.findings.add(*found.problem)
        return found

    # Where the header ends

    def _past_what_is_no_header(self) -> int:
        """Step over an mbox separator, or the mark that some editors put before UTF-8."""
        self.has_junk = True
        if self.reading.scan.startswith(_BYTE_ORDER_MARK, self.start, self.end):
            self._note("header-junk", "a byte order mark before the header")
            return self.start + len(_BYTE_ORDER_MARK)
        self._note("mbox-separator", "an mbox separator before the header")
        end = self.reading.scan.find(b"\n", self.start, self.end)
        return self.end if end < 0 else end + 1

    def _settle(self, header_end: int, body_start: int) -> HeaderBlock:
        self.header_end = header_end
        self.body_start = body_start
        self.header = self.reading.header_block(self.header_start, header_end)
        return self.header

    def _look_for_the_blank_line(self) -> HeaderBlock:
        """Find where the header ends when it is not plain to see: a blank line of any kind, or where fields end."""
        start, end = self.header_start, self.end
        blank = _BLANK_LINE.search(self.reading.scan, start, end)
        header_end, body_start = (end, end) if blank is None else (blank.start() + 1, blank.end())
        fields_end = self._end_of_fields(start, header_end)
        self.has_blank_line = blank is not None and fields_end == header_end
        if fields_end < header_end:
            self._note("header-blank-line", "no blank line between header and body", fields_end)
            body_start = fields_end
        return self._settle(fields_end, body_start)

    def _end_of_fields(self, start: int, end: int) -> int:
        """Say where the fields end: before ``end`` when behind a line that is no field none of the known ones comes."""
        scan = self.reading.scan
        limit = min(end, start + self.reading.limits.header_octets)
        match = _FIELDS.match(scan, start, limit)
        assert match is not None
        position = match.end()
        while position < limit:
            next_field = self._next_field(position, limit, end)
            if next_field < 0:
                return position
            self._note("header-junk", "a line in the header that is no field", position)
            self.has_junk = True
            match = _FIELDS.match(scan, next_field, limit)
            assert match is not None
            position = match.end()
        return end

    def _next_field(self, junk: int, limit: int, end: int) -> int:
        """Find the field with which the header goes on behind a line that is none; -1 when the body starts there.

        It goes on with a field that everybody knows, or when all other lines up to the blank one are fields.
        """
        scan = self.reading.scan
        if scan.startswith(b"--", junk):  # a delimiter
            return -1
        known = _KNOWN_FIELD.search(scan, max(junk - 1, self.header_start), limit)
        if known is not None:
            return known.start() + 1
        following = scan.find(b"\n", junk, limit) + 1
        rest = _FIELDS.match(scan, following, limit) if following else None
        is_header = rest is not None and following < rest.end() == end < self.end and b":" in scan[junk:following]
        return following if is_header else -1

    def _note(self, rule: str, text: str, offset: int | None = None) -> None:
        self.reading.findings.add(self.start if offset is None else offset, rule, text)


def parse(octets: bytes, limits: Limits | None = None, findings: Findings | None = None) -> Entity:
    """Make the root of a message's tree; nothing but the end of its header has been looked for.

    Raises:
        LimitExceeded: there are more octets than ``limits.total_octets``.
    """
    limits = USUAL_LIMITS if limits is None else limits
    limits.check_total(len(octets))
    reading = Reading(octets, limits, NO_FINDINGS if findings is None else findings)
    return Entity(reading, 0, len(octets))
