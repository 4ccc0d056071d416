"""Any form in, any form out."""

from __future__ import annotations

from typing import cast

from msgcore.codecs import mime
from msgcore.errors import NotSupported, UsageError
from msgcore.model.message import Message

__all__ = ["form_of_octets", "read_message", "write_message"]

_FORMS = ("mime", "tnef", "msg")
_TNEF = b"\x78\x9f\x3e\x22"  # 0x223E9F78 ([MS-OXTNEF] section 2.1.3.1.1)
_COMPOUND_FILE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # [MS-CFB] section 2.2


def form_of_octets(octets: bytes) -> str:
    """Recognise the form of a message by its first octets: ``"tnef"``, ``"msg"``, and ``"mime"`` for all else."""
    if octets.startswith(_TNEF):
        return "tnef"
    return "msg" if octets.startswith(_COMPOUND_FILE) else "mime"


def read_message(octets: bytes, form: str | None = None) -> Message:
    """Read a message in the given form, or in the one that its octets show.

    Raises:
        NotSupported: this form cannot be read yet.
        UsageError: there is no such form.
        LimitExceeded: the message is larger than the default limit; the form's own ``read`` takes another.
    """
    if not isinstance(cast(object, octets), bytes):
        raise UsageError(f"need the message's octets, got {type(octets).__name__}; of a file: Path(...).read_bytes()")
    _check(form or form_of_octets(octets), "read")
    return mime.read(octets)


def write_message(message: Message, form: str = "mime") -> bytes:
    """Write a message in the given form.

    Raises:
        NotSupported: this form cannot be written yet.
        UsageError: there is no such form.
    """
    _check(form, "write")
    return mime.write(message)


def _check(form: str, verb: str) -> None:
    if form not in _FORMS:
        raise UsageError(f"{form!r} is no form of a message; there are {', '.join(_FORMS)}")
    if form != "mime":
        raise NotSupported(f"msgcore cannot {verb} {form} yet, only mime")
