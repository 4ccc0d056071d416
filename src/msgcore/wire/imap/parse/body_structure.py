"""BODYSTRUCTURE and BODY (RFC 9051 section 7.5.2), as servers send them: a part that makes no sense is opaque."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from msgcore.wire.imap.lexer import NotUnderstood, TooDeep, at, text_of
from msgcore.wire.imap.parse.envelope import envelope
from msgcore.wire.imap.parse.numbers import number
from msgcore.wire.imap.responses import Value
from msgcore.wire.imap.structure import BodyPart, Envelope

__all__ = ["body_structure"]

_TOP_LEVEL = {b"application", b"audio", b"font", b"image", b"message", b"model", b"multipart", b"text", b"video"}
_OF_MULTIPARTS = {
    b"alternative", b"appledouble", b"digest", b"form-data", b"mixed", b"parallel", b"related", b"report", b"signed",
}  # fmt: skip
_MESSAGES = {"rfc822", "global"}


def body_structure(value: Value, defects: list[str]) -> BodyPart:
    """Make the tree of parts.

    Raises:
        NotUnderstood: it is no list, or an empty one.
    """
    if not isinstance(value, tuple) or not value:
        raise NotUnderstood("a body structure that is no list")
    return _Structure(defects).whole(value, "")


class _Structure:
    def __init__(self, defects: list[str]) -> None:
        self._defects = defects

    def whole(self, value: Value, section: str) -> BodyPart:
        """Make the body of a message; a single part is number 1 of it."""
        if isinstance(value, tuple) and (_is_multipart(value) or _is_empty_multipart(value)):
            return self.part(value, section)
        return self.part(value, _below(section, 1))

    def part(self, value: Value, section: str) -> BodyPart:
        if not isinstance(value, tuple) or not value:
            self._defects.append(f"part {section} is no list")
            return BodyPart(section, is_opaque=True)
        if _is_multipart(value):
            return self._multipart(value, section)
        if _is_empty_multipart(value):
            self._defects.append(f"multipart {section or '(whole)'} has no parts")
            return self._multipart_of((), value[1:] if value[0] is None else value, section)
        return self._single(value, section)

    def _multipart(self, value: tuple[Value, ...], section: str) -> BodyPart:
        count = next((place for place, one in enumerate(value) if not isinstance(one, tuple | TooDeep)), len(value))
        parts = tuple(self.part(one, _below(section, place)) for place, one in enumerate(value[:count], start=1))
        return self._multipart_of(parts, value[count:], section)

    def _multipart_of(self, parts: tuple[BodyPart, ...], rest: tuple[Value, ...], section: str) -> BodyPart:
        subtype = self._token(rest[0] if rest else None) or "mixed"
        parameters, *extension = rest[1:] or (None,)
        return BodyPart(
            section, "multipart", subtype, self._parameters(parameters), parts=parts, **self._placed(extension)
        )

    def _single(self, value: tuple[Value, ...], section: str) -> BodyPart:
        if len(value) > 1 and isinstance(value[1], tuple):
            self._defects.append(f"part {section} has no subtype, or no type")
            is_type = isinstance(value[0], bytes) and value[0].lower() in _TOP_LEVEL
            value = (value[0], None, *value[1:]) if is_type else (b"application", *value)
        if len(value) < 7:
            self._defects.append(f"part {section} has {len(value)} fields")
            value = (*value, *[None] * (7 - len(value)))
        media_type = self._token(value[0])
        subtype = self._token(value[1])
        if not media_type:
            self._defects.append(f"part {section} has no type")
        held: dict[str, Any] = {}
        rest = value[7:]
        if media_type == "message" and subtype in _MESSAGES and _is_message(rest):
            held, rest = self._message(rest, section)
        elif media_type == "text" or (rest and _is_number(rest[0])):
            held, rest = {"lines": self._lines(rest[0] if rest else None)}, rest[1:]
        md5, *extension = rest or (None,)
        return BodyPart(
            section,
            media_type or "application",
            subtype or ("plain" if media_type == "text" else "octet-stream"),
            self._parameters(value[2]),
            self._text(value[3]),
            self._text(value[4]),
            self._token(value[5]) or "7bit",
            self._size(value[6]),
            md5=self._text(md5),
            **held,
            **self._placed(extension),
        )

    def _message(self, rest: tuple[Value, ...], section: str) -> tuple[dict[str, Any], tuple[Value, ...]]:
        held = {
            "envelope": self._envelope(at(rest, 0)),
            "parts": (self.whole(at(rest, 1), section),),
            "lines": self._lines(at(rest, 2)),
        }
        return held, rest[3:]

    def _envelope(self, value: Value) -> Envelope | None:
        try:
            return None if value is None else envelope(value, self._defects)
        except NotUnderstood as error:
            self._defects.append(str(error))
            return None

    def _placed(self, extension: list[Value]) -> dict[str, Any]:
        """Read what a basic part and a multipart both may have at their ends."""
        disposition, languages, location, *_ = *extension, None, None, None
        name, parameters = self._disposition(disposition)
        return {
            "disposition": name,
            "disposition_parameters": parameters,
            "languages": self._languages(languages),
            "location": self._text(location),
        }

    def _disposition(self, value: Value) -> tuple[str, Mapping[str, bytes]]:
        if not isinstance(value, tuple):
            word = self._token(value)  # Exchange: a word alone, or in multiparts a description
            return word if word in {"inline", "attachment"} else "", {}
        if value and isinstance(value[0], tuple):  # the word is missing
            return "", self._parameters(value[0])
        return self._token(value[0] if value else None), self._parameters(value[1] if len(value) > 1 else None)

    def _languages(self, value: Value) -> tuple[bytes, ...]:
        if isinstance(value, tuple):
            return tuple(one for one in value if isinstance(one, bytes))
        return () if value is None else (value,)

    def _parameters(self, value: Value) -> Mapping[str, bytes]:
        while isinstance(value, tuple) and len(value) == 1 and isinstance(value[0], tuple):
            value = value[0]
        if not value:
            return {}
        if isinstance(value, bytes) or len(value) % 2:
            self._defects.append("parameters that are no pairs")
        if isinstance(value, bytes):
            return {}
        pairs = zip(value[::2], value[1::2], strict=False)
        return {_lower(name): self._text(one) or b"" for name, one in pairs if isinstance(name, bytes)}

    def _text(self, value: Value) -> bytes | None:
        if isinstance(value, tuple):
            if value:
                self._defects.append("a list in place of text in a body structure")
            return None
        return value

    def _token(self, value: Value) -> str:
        return _lower(value if isinstance(value, bytes) else self._text(value) or b"")

    def _size(self, value: Value) -> int:
        try:
            return number(value)
        except NotUnderstood as error:
            self._defects.append(f"the size of a part: {error}")
            return -1

    def _lines(self, value: Value) -> int | None:
        try:
            return number(value)
        except NotUnderstood as error:
            self._defects.append(f"the lines of a part: {error}")
            return None


def _lower(octets: bytes) -> str:
    return _short_lower(octets) if len(octets) <= _SHORT else text_of(octets).strip().lower()


_SHORT = 64


@lru_cache(1024)
def _short_lower(octets: bytes) -> str:
    return text_of(octets).strip().lower()


def _is_multipart(value: tuple[Value, ...]) -> bool:
    return bool(value) and isinstance(value[0], tuple | TooDeep)


def _is_empty_multipart(value: tuple[Value, ...]) -> bool:
    """Whether it is such as Gmail's ``("ALTERNATIVE" ("BOUNDARY" "x") NIL NIL)``, or has NIL for the parts."""
    first, second = at(value, 0), at(value, 1)
    if first is None:
        return isinstance(second, bytes) and second.lower() in _OF_MULTIPARTS
    is_type = isinstance(first, bytes) and first.lower() in _TOP_LEVEL
    return len(value) < 6 and not is_type and not isinstance(second, bytes)


def _is_message(rest: tuple[Value, ...]) -> bool:
    """Whether an envelope and a structure come next: Gmail has neither where a letter is in base64."""
    if len(rest) < 2 or not isinstance(rest[1], tuple) or not rest[1]:
        return False
    return isinstance(rest[0], tuple) or (rest[0] is None and len(rest[1]) >= 7)


def _is_number(value: Value) -> bool:
    return isinstance(value, bytes) and value.isdigit()


def _below(section: str, place: int) -> str:
    return f"{section}.{place}" if section else str(place)
