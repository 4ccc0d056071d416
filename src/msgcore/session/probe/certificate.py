"""The few facts of an X.509 certificate (RFC 5280) that a person asks for.

Python decodes a certificate only when it was verified, and those that were not are the ones worth looking at.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from datetime import UTC, datetime

import attrs

from msgcore.base.text import one_line
from msgcore.errors import MalformedMessage

__all__ = ["Certificate"]

_ATTRIBUTES = {
    "2.5.4.3": "CN",
    "2.5.4.6": "C",
    "2.5.4.7": "L",
    "2.5.4.8": "ST",
    "2.5.4.10": "O",
    "2.5.4.11": "OU",
}
_TEXTS = {0x0C: "utf-8", 0x13: "ascii", 0x14: "latin-1", 0x16: "ascii", 0x1C: "utf-32-be", 0x1E: "utf-16-be"}
_TIMES = {0x17: "%y%m%d%H%M%SZ", 0x18: "%Y%m%d%H%M%SZ"}
_VERSION, _EXTENSIONS = 0xA0, 0xA3
_DNS_NAME, _IP_ADDRESS = 0x82, 0x87
_ALTERNATIVE_NAMES = "2.5.29.17"


@attrs.frozen
class Certificate:
    """Whom a certificate is for, who signed it, and when it holds; ``names`` are those that clients compare."""

    subject: str
    issuer: str
    names: tuple[str, ...]
    not_before: datetime
    not_after: datetime

    @classmethod
    def parse(cls, der: bytes) -> Certificate:
        """Read a certificate's DER octets; its signature is not looked at.

        Raises:
            MalformedMessage: they are none.
        """
        try:
            return _parse(der)
        except (ValueError, IndexError, StopIteration, OverflowError) as error:
            raise MalformedMessage(f"this is no X.509 certificate: {error}") from error

    def days_left(self, now: datetime) -> int:
        """Count the whole days from ``now`` until it ends; negative when it has."""
        return (self.not_after - now).days


def _parse(der: bytes) -> Certificate:
    (_, certificate), *_ = _elements(der)
    (_, signed), *_ = _elements(certificate)
    fields = [field for field in _elements(signed) if field[0] != _VERSION]
    _serial, _algorithm, issuer, validity, subject, _key, *rest = [content for _, content in fields]
    not_before, not_after = [_time(*one) for one in _elements(validity)]
    extensions = next((content for tag, content in fields[6:] if tag == _EXTENSIONS), b"") if rest else b""
    return Certificate(_name(subject), _name(issuer), tuple(_names(extensions)), not_before, not_after)


def _elements(octets: bytes) -> Iterator[tuple[int, bytes]]:
    """Give tag and content of each element that stands in ``octets`` one behind the other."""
    start = 0
    while start < len(octets):
        tag, length = octets[start], octets[start + 1]
        start += 2
        if length & 0x80:
            count = length & 0x7F
            length = int.from_bytes(octets[start : start + count], "big")
            start += count
        if start + length > len(octets):
            raise ValueError("an element is cut off")
        yield tag, octets[start : start + length]
        start += length


def _name(octets: bytes) -> str:
    parts: list[str] = []
    for _, group in _elements(octets):
        for _, pair in _elements(group):
            (_, kind), (tag, value) = _elements(pair)
            key = _ATTRIBUTES.get(_oid(kind))
            if key is not None:
                parts.append(f"{key}={one_line(value.decode(_TEXTS.get(tag, 'latin-1'), 'replace'))}")
    return ", ".join(parts)


def _oid(octets: bytes) -> str:
    numbers = [octets[0] // 40, octets[0] % 40] if octets[0] < 80 else [2, octets[0] - 80]
    number = 0
    for octet in octets[1:]:
        number = number << 7 | octet & 0x7F
        if not octet & 0x80:
            numbers.append(number)
            number = 0
    return ".".join(map(str, numbers))


def _time(tag: int, octets: bytes) -> datetime:
    return datetime.strptime(octets.decode("ascii"), _TIMES.get(tag, "")).replace(tzinfo=UTC)


def _names(extensions: bytes) -> Iterator[str]:
    for _, sequence in _elements(extensions):
        for _, extension in _elements(sequence):
            (_, kind), *_, (_, value) = _elements(extension)
            if _oid(kind) == _ALTERNATIVE_NAMES:
                (_, names), *_ = _elements(value)
                yield from filter(None, map(_alternative_name, _elements(names)))


def _alternative_name(name: tuple[int, bytes]) -> str | None:
    tag, octets = name
    if tag == _DNS_NAME:
        return one_line(octets.decode("latin-1"))
    return str(ipaddress.ip_address(octets)) if tag == _IP_ADDRESS else None
