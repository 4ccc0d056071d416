"""Any form in, any form out."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from typing import Protocol, cast

from msgcore.base.findings import Finding
from msgcore.errors import UsageError
from msgcore.model.message import Message

__all__ = ["form_of_octets", "missing_from", "read_message", "write_message"]

_FORMS = ("mime", "tnef", "msg")
_TNEF = b"\x78\x9f\x3e\x22"  # 0x223E9F78 ([MS-OXTNEF] section 2.1.3.1.1)
_COMPOUND_FILE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # [MS-CFB] section 2.2

# Departures that take nothing from the message.
_WHOLE = frozenset(
    {
        "entry-name",
        "entry-repeated",
        "header-byte-order",
        "header-cutoff",
        "header-version",
        "msg-name-repeated",
        "property-repeated",
        "root-kind",
        "streams-overlap",
        "tnef-attribute-unknown",
        "tnef-checksum",
        "tnef-level",
        "tnef-repeated",
        "tnef-version",
    }
)


def form_of_octets(octets: bytes) -> str:
    """Recognise the form of a message by its first octets: ``"tnef"``, ``"msg"``, and ``"mime"`` for all else."""
    if octets.startswith(_TNEF):
        return "tnef"
    return "msg" if octets.startswith(_COMPOUND_FILE) else "mime"


def read_message(octets: bytes, form: str | None = None) -> Message:
    """Read a message in the given form, or in the one that its octets show.

    Raises:
        UsageError: there is no such form.
        MalformedMessage: the octets are none of this form.
        LimitExceeded: the message is larger than the default limit; the form's own ``read`` takes another.
    """
    if not isinstance(cast(object, octets), bytes):
        raise UsageError(f"need the message's octets, got {type(octets).__name__}; of a file: Path(...).read_bytes()")
    return _codec(form or form_of_octets(octets)).read(octets)


def missing_from(octets: bytes, form: str) -> Finding | None:
    """Say of octets that are read as TNEF or a .msg file why some of their message is missing: the first finding.

    ``None``: nothing is; nor is it known of MIME, whose messages may end anywhere.

    Raises:
        MalformedMessage, LimitExceeded: as reading does.
    """
    if form == "mime":
        return None
    return next((one for one in _codec(form).check(octets) if one.rule not in _WHOLE), None)


def write_message(message: Message, form: str = "mime") -> bytes:
    """Write a message in the given form.

    Raises:
        UsageError: there is no such form.
    """
    return _codec(form).write(message)


class _Codec(Protocol):
    def read(self, octets: bytes, /) -> Message: ...

    def write(self, message: Message, /) -> bytes: ...

    def check(self, octets: bytes, /) -> Sequence[Finding]: ...


def _codec(form: str) -> _Codec:
    """Load the codec of a form when it is first needed: most programs only meet Internet mail."""
    if form not in _FORMS:
        raise UsageError(f"{form!r} is no form of a message; there are {', '.join(_FORMS)}")
    return cast("_Codec", importlib.import_module(f"msgcore.codecs.{form}"))
