"""A reader of the little XML that reports are: elements with text, no more.

Real reports are often not well-formed, and what a person reads in them is plain all the same: an angle bracket that
starts no tag is text, an end tag closes what it names, and what is never closed ends with the document. Each such thing
is a finding. A document type declaration is refused, so there are no entities but the five that XML has, and characters
by number; nothing is ever fetched. Time and memory are in proportion to the octets.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import attrs

from msgcore.base.findings import Finding
from msgcore.codecs.mime.syntax.charsets import decode
from msgcore.codecs.mime.syntax.tolerated import Note
from msgcore.errors import LimitExceeded, MalformedMessage

__all__ = ["Element", "parse_elements"]

_DECLARATION = re.compile(rb"""\s*<\?xml[^<>]{0,200}?encoding\s{0,9}=\s{0,9}["']([A-Za-z0-9._-]{1,40})""")
_MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_MARKUP = re.compile(
    rb"<!--(?:[^-]++|-(?!->)|(?!))*+(?:-->|\Z)"
    rb"|<!\[CDATA\[(?P<data>(?:[^\]]++|\](?!\]>)|(?!))*+)(?:\]\]>|\Z)"
    rb"|<\?[^<>]*+>"
    rb"|(?P<declaration><!(?:DOCTYPE|ENTITY)\b)"
    rb"|</(?:[\w.-]*+:)?(?P<end>[\w.-]++)\s*+>"
    rb"|<(?:[A-Za-z_][\w.-]*+:)?(?P<start>[A-Za-z_][\w.-]*+)(?P<rest>(?:[\s/][^<>]*+)?)>"
)
_REFERENCE = re.compile(r"&(?:#(\d{1,7})|#[xX]([0-9A-Fa-f]{1,6})|(amp|lt|gt|quot|apos));")
_ENTITIES = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}
_MOST_ELEMENTS = 500_000
_DEEPEST = 50
_MOST_FINDINGS = 1_000
_SOURCES = {
    "xml-bracket": "XML 1.0 section 2.4",
    "xml-end-tag": "XML 1.0 section 3.1",
    "xml-unclosed": "XML 1.0 section 3.1",
    "charset-unknown": "XML 1.0 section 4.3.3",
    "charset-malformed": "XML 1.0 section 4.3.3",
}


@attrs.define
class Element:
    """An element: its name in lower case and without a prefix, its own text, its children in order."""

    name: str
    text: str = ""
    children: list[Element] = attrs.field(factory=list["Element"])

    def all(self, name: str) -> Iterator[Element]:
        return (child for child in self.children if child.name == name)

    def child(self, name: str) -> Element:
        """Give the first child called ``name``; an empty one when there is none."""
        return next(self.all(name), _MISSING)

    def value(self, name: str) -> str:
        """Give the text of the first child called ``name``; empty when there is none."""
        return next((child.text for child in self.children if child.name == name), "")

    def word(self, name: str) -> str:
        """Give the same of a word from a fixed set: in lower case."""
        return self.value(name).lower()

    def find(self, name: str) -> Element | None:
        """Find the first element called ``name`` here or below."""
        waiting: list[Element] = [self]
        while waiting:
            element = waiting.pop()
            if element.name == name:
                return element
            waiting.extend(reversed(element.children))
        return None


_MISSING = Element("")


def parse_elements(octets: bytes) -> tuple[Element, tuple[Finding, ...]]:
    """Read a document: an element without a name that holds what stands at the top, and what was tolerated.

    Raises:
        MalformedMessage: it declares a document type or an entity.
        LimitExceeded: there are too many elements, or they are nested too deep.
    """
    octets, charset = _as_ascii_superset(octets)
    document = Element("")
    reader = _Reader(document, charset)
    position = 0
    for markup in _MARKUP.finditer(octets):
        reader.take_text(octets[position : markup.start()], position)
        reader.take_markup(markup)
        position = markup.end()
    reader.take_text(octets[position:], position)
    reader.close(0, len(octets))
    return document, tuple(reader.findings)


def _as_ascii_superset(octets: bytes) -> tuple[bytes, str]:
    """Give octets in which markup can be looked for, and the charset of the text between."""
    for mark, codec in _MARKS:
        if octets.startswith(mark):
            body = octets[len(mark) :]
            return (body, codec) if codec == "utf-8" else (body.decode(codec, "replace").encode("utf-8"), "utf-8")
    declared = _DECLARATION.match(octets)
    charset = "utf-8" if declared is None else declared[1].decode("ascii").lower()
    return octets, "utf-8" if charset.startswith(("utf-16", "ucs", "utf-32")) else charset


class _Reader:
    """The elements that are open, the innermost last, each with the pieces of its text."""

    def __init__(self, document: Element, charset: str) -> None:
        self._open: list[tuple[Element, list[str]]] = [(document, [])]
        self._charset = charset
        self.findings: list[Finding] = []
        self._left = _MOST_ELEMENTS

    def _add(self, offset: int, rule: str, text: str) -> None:
        if len(self.findings) < _MOST_FINDINGS:
            self.findings.append(Finding(offset, rule, text, _SOURCES.get(rule, "")))

    def _notes_at(self, offset: int) -> Note:
        return lambda rule, text: self._add(offset, rule, text)

    def take_text(self, octets: bytes, offset: int) -> None:
        text = octets.strip()
        if not text:
            return
        if b"<" in text:
            self._add(offset + octets.index(b"<"), "xml-bracket", "an angle bracket that starts no tag")
        self._open[-1][1].append(_with_characters(decode(octets, self._charset, self._notes_at(offset))))

    def take_markup(self, markup: re.Match[bytes]) -> None:
        if markup["start"] is not None:
            self._start(markup)
        elif markup["end"] is not None:
            self._end(markup["end"].decode("ascii").lower(), markup.start())
        elif markup["data"] is not None:
            self._open[-1][1].append(decode(markup["data"], self._charset, self._notes_at(markup.start())))
        elif markup["declaration"] is not None:
            raise MalformedMessage(f"octet {markup.start()}: a document type or entity declaration, which is refused")

    def _start(self, markup: re.Match[bytes]) -> None:
        self._left -= 1
        if self._left < 0 or len(self._open) > _DEEPEST:
            raise LimitExceeded(f"more than {_MOST_ELEMENTS} elements, or nested deeper than {_DEEPEST}")
        element = Element(markup["start"].decode("ascii").lower())
        self._open[-1][0].children.append(element)
        if not markup["rest"].endswith(b"/"):
            self._open.append((element, []))

    def _end(self, name: str, offset: int) -> None:
        depth = next((n for n in range(len(self._open) - 1, 0, -1) if self._open[n][0].name == name), 0)
        if depth:
            self.close(depth + 1, offset)
            self._close_one()
        else:
            self._add(offset, "xml-end-tag", f"</{name[:60]}> closes nothing")

    def close(self, depth: int, offset: int) -> None:
        """Close what is open from ``depth`` on and has no end tag."""
        while len(self._open) > max(depth, 1):
            self._add(offset, "xml-unclosed", f"<{self._open[-1][0].name[:60]}> is not closed")
            self._close_one()

    def _close_one(self) -> None:
        element, pieces = self._open.pop()
        element.text = "".join(pieces).strip()


def _with_characters(text: str) -> str:
    return _REFERENCE.sub(_character, text) if "&" in text else text


def _character(reference: re.Match[str]) -> str:
    decimal, hexadecimal, name = reference.groups()
    if name:
        return _ENTITIES[name]
    code = int(decimal) if decimal else int(hexadecimal, 16)
    is_character = 0x20 <= code < 0xD800 or 0xE000 <= code < 0x110000
    return chr(code) if is_character else " "
