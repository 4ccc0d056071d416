"""Status lines of a POP3 server, read from octets (RFC 1939 section 3, RFC 2449 section 8, RFC 5034 section 4)."""

from __future__ import annotations

import re

from msgcore.base.status import StatusResponse
from msgcore.base.text import one_line
from msgcore.errors import ProtocolBroken
from msgcore.wire.other_protocols import seems_to_be

__all__ = ["GO_ON", "NO", "STATUS_OCTETS", "YES", "read_status"]

STATUS_OCTETS = 2_048
"""The longest status line that is read, with its end; RFC 2449 section 4 allows 512."""

YES, NO, GO_ON = "+OK", "-ERR", "+"

_STATUS = re.compile(r"(\+OK|-ERR|\+)(.*)", re.IGNORECASE | re.DOTALL)
_CODE = re.compile(r"\[([A-Z][A-Z0-9/_-]*+(?: [^\]]*+)?)\](?: |$)", re.IGNORECASE)


def read_status(line: bytes, *, is_greeting: bool = False) -> StatusResponse:
    """Read a status line with or without its end; a response code is taken from the text before which it stands.

    The word is ``+OK``, ``-ERR`` or, for a challenge, ``+``; in other letter case it is the same.

    Raises:
        ProtocolBroken: it is none; the message says what protocol it looks like. It quotes a greeting only, for later
            a server may send a password back.
    """
    found = _STATUS.match(_text_of(line))
    if found is None:
        shown = repr(one_line(_text_of(line[:200]))) if is_greeting else "what came"
        protocol = seems_to_be(line)
        seems = f"; it seems to be {protocol}" if protocol else ""
        raise ProtocolBroken.remote(f"{shown} is no answer of a POP3 server{seems}")
    word, text = found[1].upper(), found[2]
    if word == GO_ON:
        return StatusResponse(GO_ON, one_line(text, STATUS_OCTETS))
    text = one_line(text)
    code = _CODE.match(text)
    if code is None:
        return StatusResponse(word, text)
    return StatusResponse(word, text[code.end() :].strip(), code[1].upper())


def _text_of(line: bytes) -> str:
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return line.decode("latin-1")
