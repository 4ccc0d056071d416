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

from msgcore.base.octets import Limits
from msgcore.codecs.mime.header_block import HeaderBlock
from msgcore.codecs.mime.parameters import NOTHING, Parameterised, parse_parameters
from msgcore.codecs.mime.tolerated import Findings
from msgcore.codecs.mime.transfer import IDENTITIES, decode_content

__all__ = ["Entity", "Reading", "parse"]

_BLANK_LINE = re.compile(rb"\n\r?\n")
_FIELDS = re.compile(rb"(?:[!-9;-~]++[ \t]*+:[^\n]*+(?:\n[ \t][^\n]*+)*+(?:\n|\Z))*+")
# A line that nobody would take for a body's, behind a line that is no field.
_KNOWN_FIELD = re.compile(
    rb"\n(?:received|return-path|from|to|cc|bcc|subject|date|message-id|reply-to|sender|in-reply-to|references|"
    rb"mime-version|content-[a-z-]+|x-[a-z0-9-]+|list-[a-z-]+|precedence|dkim-signature|user-agent)[ \t]*:",
    re.IGNORECASE,
)
_USUAL_HEADER = 1_000
_DELIMITER_END = re.compile(rb"(--)?[ \t]*+(?:\r?\n|\r|\Z)")
_TOKEN = re.compile(rb"[\s;\"']*([^\s;\"'()]*)")

_TEXT = Parameterised("text/plain", NOTHING.parameters)
_RFC822 = Parameterised("message/rfc822", NOTHING.parameters)
_MESSAGES = frozenset({"message/rfc822", "message/global"})


@attrs.define
class Reading:
    """What the entities of one message share: its octets, its limits, what was met so far."""

    octets: bytes
    scan: bytes
    limits: Limits
    findings: Findings
    parts: int = 1

    @classmethod
    def of(cls, octets: bytes, limits: Limits, findings: Findings) -> Reading:
        # Old Macs ended lines with CR alone. With LF in its place every offset stays the same.
        scan = octets.replace(b"\r", b"\n") if b"\n" not in octets and b"\r" in octets else octets
        return cls(octets, scan, limits, findings)


@attrs.frozen
class _Parts:
    """Where the parts of a multipart stand, the end of its preamble, and the start of what follows the last part."""

    spans: tuple[tuple[int, int], ...]
    preamble_end: int
    epilogue_start: int
    is_closed: bool


class Entity:
    """A message or a part of one: its header, its body, and its children when it is a multipart or a message.

    ``header_start``, ``header_end``, ``body_start`` and ``end`` are offsets into ``reading.octets``.
    """

    __slots__ = (
        "_children",
        "_content_type",
        "_parts",
        "body_start",
        "depth",
        "end",
        "has_blank_line",
        "has_junk",
        "header",
        "header_end",
        "header_start",
        "parent",
        "reading",
        "start",
    )

    header: HeaderBlock

    def __init__(self, reading: Reading, start: int, end: int, parent: Entity | None, *, is_message: bool) -> None:
        self.reading = reading
        self.start = start
        self.end = end
        self.parent = parent
        self.depth: int = 0 if parent is None else parent.depth + 1
        self.has_junk = False
        self.has_blank_line = True
        self.header_start = start
        self._content_type: Parameterised | None = None
        self._children: tuple[Entity, ...] | None = None
        self._parts: _Parts | None = None
        if is_message and reading.scan.startswith((b"From ", b">From "), start, end):
            self._skip_mbox_line()
        self._read_header()

    # Header

    def parameterised(self, name: bytes) -> Parameterised | None:
        """Give a field with parameters, or ``None`` when there is no such field."""
        header = self.header
        raw = header.raw(name)
        return None if raw is None else parse_parameters(raw, header.note, self.reading.limits.parameters)

    @property
    def content_type(self) -> Parameterised:
        """The Content-Type; what is missing or has no slash reads as the default (RFC 2045 section 5.2)."""
        if self._content_type is None:
            given = self.parameterised(b"content-type")
            if given is None or given.value.count("/") != 1:
                default = _RFC822 if self.parent and self.parent.media_type == "multipart/digest" else _TEXT
                if given is not None:
                    self._note("content-type-malformed", f"content type {given.value[:60]!r}")
                    default = attrs.evolve(default, parameters=given.parameters)
                given = default
            self._content_type = given
        return self._content_type

    @property
    def media_type(self) -> str:
        return (self._content_type or self.content_type).value

    @property
    def disposition(self) -> Parameterised:
        return self.parameterised(b"content-disposition") or NOTHING

    @property
    def transfer_encoding(self) -> str:
        """The Content-Transfer-Encoding in lower case; empty when there is none."""
        raw = self.header.raw(b"content-transfer-encoding")
        found = None if raw is None else _TOKEN.match(raw)
        return "" if found is None else found[1].decode("latin-1").lower()

    @property
    def filename(self) -> str | None:
        """The name that the sender gave the part: Content-Disposition's, else Content-Type's."""
        given = self.disposition.get("filename")
        return self.content_type.get("name") if given is None else given

    # Body

    @property
    def octets(self) -> bytes:
        """The entity as it stands: header, blank line and body."""
        return self.reading.octets[self.start : self.end]

    @property
    def raw_header(self) -> bytes:
        """The header block and the blank line behind it, with an mbox separator before it if there is one."""
        return self.reading.octets[self.start : self.body_start]

    @property
    def body(self) -> bytes:
        """The body, still encoded."""
        return self.reading.octets[self.body_start : self.end]

    @property
    def content(self) -> bytes:
        """The body, decoded."""
        note = self.reading.findings.at(self.body_start)
        return decode_content(self.body, self.transfer_encoding, note)

    # Tree

    @property
    def is_multipart(self) -> bool:
        return self.media_type.startswith("multipart/")

    @property
    def is_message(self) -> bool:
        """Whether the body is a message."""
        return self.media_type in _MESSAGES

    @property
    def is_whole_message(self) -> bool:
        """Whether it is a message, be it inside another, and no part of a multipart."""
        return self.parent is None or self.parent.is_message

    @property
    def children(self) -> tuple[Entity, ...]:
        """The parts of a multipart, or the message in a message; ``()`` for a leaf and for what stays opaque."""
        if self._children is None:
            self._children = self._find_children()
        return self._children

    @property
    def message(self) -> Entity | None:
        """The message in a message."""
        return self.children[0] if self.is_message and self.children else None

    def walk(self, *, into_messages: bool = True) -> Iterator[Entity]:
        """Give this entity and all below it, in the order in which they stand."""
        waiting: list[Entity] = [self]
        while waiting:
            entity = waiting.pop()
            yield entity
            if into_messages or not entity.is_message:
                waiting.extend(reversed(entity.children))

    @property
    def parts(self) -> _Parts:
        if self._parts is None:
            self._parts = self._find_parts()
        return self._parts

    @property
    def delimiter(self) -> bytes:
        """Two hyphens and the boundary; empty when there is no boundary."""
        boundary = (self.content_type.get("boundary") or "").rstrip()
        return b"--" + boundary.encode("utf-8", "replace") if boundary else b""

    def _find_children(self) -> tuple[Entity, ...]:
        kind = self.media_type
        is_multipart = kind.startswith("multipart/")
        if not is_multipart and kind not in _MESSAGES:
            return ()
        if self.depth >= self.reading.limits.nesting:
            self._note("limit-nesting", f"nested deeper than {self.reading.limits.nesting}")
            return ()
        if is_multipart:
            if self.transfer_encoding not in IDENTITIES:
                self._note("transfer-encoding-of-multipart", f"{self.transfer_encoding[:60]!r} on a multipart")
            return tuple(Entity(self.reading, *span, self, is_message=False) for span in self.parts.spans)
        if self.reading.parts >= self.reading.limits.parts:
            self._note("limit-parts", f"more than {self.reading.limits.parts} parts")
            return ()
        self.reading.parts += 1
        if self.transfer_encoding in IDENTITIES:
            return (Entity(self.reading, self.body_start, self.end, self, is_message=True),)
        # RFC 2046 section 5.2.1 forbids it for rfc822; RFC 6532 allows it for global. The offsets are then its own.
        inner = Reading.of(self.content, self.reading.limits, self.reading.findings)
        inner.parts = self.reading.parts
        return (Entity(inner, 0, len(inner.octets), self, is_message=True),)

    def _find_parts(self) -> _Parts:
        delimiter = self.delimiter
        reading, body_start, end = self.reading, self.body_start, self.end
        scan = reading.scan
        if not delimiter:
            self._note("boundary-missing", "a multipart without a boundary")
            return _Parts((), end, end, is_closed=False)
        spans: list[tuple[int, int]] = []
        preamble_end, start = end, -1
        at = scan.find(delimiter, body_start, end)
        while at >= 0:
            position = at + len(delimiter)
            found = _DELIMITER_END.match(scan, position, end)
            if found is not None and (at == body_start or scan[at - 1] in b"\r\n"):
                if start < 0:
                    preamble_end = at
                else:
                    spans.append((start, self._before_line_end(start, at)))
                if found[1] and start >= 0:
                    return _Parts(tuple(spans), preamble_end, position + 2, is_closed=True)
                if reading.parts >= reading.limits.parts:
                    reading.findings.add(at, "limit-parts", f"more than {reading.limits.parts} parts")
                    return _Parts(tuple(spans), preamble_end, at, is_closed=False)
                reading.parts += 1
                start = position = found.end()
                position = self._past_header(delimiter, position)
            at = scan.find(delimiter, position, end)
        if start < 0:
            self._note("boundary-not-found", "the boundary does not occur")
            return _Parts((), end, end, is_closed=False)
        self._note("boundary-unterminated", "the last boundary is missing")
        spans.append((start, end))
        return _Parts(tuple(spans), preamble_end, end, is_closed=False)

    def _past_header(self, delimiter: bytes, position: int) -> int:
        """Step over what cannot hold ``delimiter``: a header, and behind it all up to the first hyphen.

        There is none in base64, and one character is found many times faster than a delimiter.
        """
        scan, end = self.reading.scan, self.end
        blank = _BLANK_LINE.search(scan, position, min(end, position + _USUAL_HEADER))
        if blank is None or scan.find(delimiter, position, blank.end()) >= 0:
            return position
        hyphen = scan.find(b"-", blank.end(), end)
        return end if hyphen < 0 else hyphen

    def _before_line_end(self, start: int, at: int) -> int:
        """Step back over the line end before ``at``: it belongs to the delimiter (RFC 2046 section 5.1.1)."""
        scan = self.reading.scan
        if at > start and scan[at - 1] == 0x0A:
            at -= 1
            if at > start and scan[at - 1] == 0x0D:
                at -= 1
        elif at > start and scan[at - 1] == 0x0D:
            at -= 1
        return max(start, at)

    # Where the header ends

    def _skip_mbox_line(self) -> None:
        self._note("mbox-separator", "an mbox separator before the header")
        end = self.reading.scan.find(b"\n", self.start, self.end)
        self.header_start = self.end if end < 0 else end + 1
        self.has_junk = True

    def _read_header(self) -> None:
        """Find the end of the last field and the start of the body."""
        scan, start, end = self.reading.scan, self.header_start, self.end
        if scan.startswith((b"\n", b"\r\n"), start, end):
            self._settle(start, scan.index(b"\n", start) + 1)
            return
        blank = _BLANK_LINE.search(scan, start, end)
        if blank is None:
            self.has_blank_line = False
            header_end = end
            self._settle(end, end)
        else:
            header_end = blank.start() + 1
            self._settle(header_end, blank.end())
        if self.header.has_junk or not self.header.is_kept:
            fields_end = self._end_of_fields(start, header_end)
            if fields_end < header_end:
                self._note("header-blank-line", "no blank line between header and body", fields_end)
                self.has_blank_line = False
                self._settle(fields_end, fields_end)

    def _settle(self, header_end: int, body_start: int) -> None:
        reading, start = self.reading, self.header_start
        self.header_end = end = header_end
        self.body_start = body_start
        if end - start > reading.limits.header_octets:
            end = start + reading.limits.header_octets
            reading.findings.add(end, "limit-header-octets", "the header is longer than the limit")
        self.header = HeaderBlock(reading.scan[start:end], start, reading.limits, reading.findings)

    def _end_of_fields(self, start: int, end: int) -> int:
        """Say where the fields end: before ``end`` when behind a line that is no field none of the known ones comes."""
        scan = self.reading.scan
        limit = min(end, start + self.reading.limits.header_octets)
        match = _FIELDS.match(scan, start, limit)
        assert match is not None
        position = match.end()
        while position < limit:
            known = _KNOWN_FIELD.search(scan, max(position - 1, start), limit)
            if known is None:
                return position
            self._note("header-junk", "a line in the header that is no field", position)
            self.has_junk = True
            match = _FIELDS.match(scan, known.start() + 1, limit)
            assert match is not None
            position = match.end()
        return end

    def _note(self, rule: str, text: str, offset: int | None = None) -> None:
        self.reading.findings.add(self.start if offset is None else offset, rule, text)


def parse(octets: bytes, limits: Limits | None = None, findings: Findings | None = None) -> Entity:
    """Make the root of a message's tree; nothing but the end of its header has been looked for.

    Raises:
        LimitExceeded: there are more octets than ``limits.total_octets``.
    """
    limits = limits or Limits()
    limits.check_total(len(octets))
    reading = Reading.of(octets, limits, Findings() if findings is None else findings)
    return Entity(reading, 0, len(octets), None, is_message=True)
