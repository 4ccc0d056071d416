"""What an RTF document carries."""

from __future__ import annotations

import enum
import re

from msgcore.codecs.rtf.given import given_octets
from msgcore.codecs.rtf.tokens import SIGNATURE

__all__ = ["RtfKind", "kind_of"]

_HEADER_OCTETS = 1024
_FROM = re.compile(r"(?<!\\)\\from(?:(html)(?:1|(?![0-9A-Za-z]))|text(?![0-9A-Za-z]))")


class RtfKind(enum.Enum):
    """HTML or plain text in the form of RTF ([MS-OXRTFEX] section 2.1.1), RTF of its own, or no RTF."""

    HTML = "html"
    TEXT = "text"
    NATIVE = "native"
    NONE = "none"


def kind_of(rtf: bytes) -> RtfKind:
    r"""Say what the document carries, by ``\fromhtml1`` or ``\fromtext`` in its header, before the font table."""
    text = given_octets(rtf)[:_HEADER_OCTETS].decode("latin-1")
    if SIGNATURE.match(text) is None:
        return RtfKind.NONE
    found = _FROM.search(text.partition(r"{\fonttbl")[0])
    if found is None:
        return RtfKind.NATIVE
    return RtfKind.HTML if found[1] else RtfKind.TEXT
