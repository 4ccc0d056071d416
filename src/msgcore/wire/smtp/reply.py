"""Replies of an SMTP server (RFC 5321 section 4.2): read from octets, and written."""

from __future__ import annotations

import functools
import re

from msgcore.base.status import EnhancedStatus, Reply
from msgcore.base.text import one_line
from msgcore.errors import ProtocolBroken
from msgcore.wire.other_protocols import seems_to_be

__all__ = ["REPLY_OCTETS", "SHORT_OCTETS", "take_reply", "usual_reply", "write_reply"]

REPLY_OCTETS = 64 * 1024
"""The longest reply, all its lines together, that is read."""

_REPLY_LINES = 500

# Possessive, so that no input makes the engine go back. A line that is not the last has a hyphen behind its code.
_CONTINUED = re.compile(rb"(?:[2-5][0-9][0-9]-[^\n]*+\n|(?!))*+")
_LAST = re.compile(rb"[2-5][0-9][0-9](?: [^\n]*+|\r?)\n")


def take_reply(buffer: bytearray) -> Reply | None:
    """Take one whole reply off the front of the buffer; ``None`` when it has not all arrived.

    Tolerated: a last line without text or without its space, LF alone at a line's end, text that is not ASCII.
    The text is made printable, and an enhanced status code that agrees with the reply code is taken from it.

    Raises:
        ProtocolBroken: what arrived is no reply, its lines have different codes, or it is longer than 64 KiB.
    """
    last_start = 0
    last = _LAST.match(buffer)
    if last is None and (continued := _CONTINUED.match(buffer)) is not None:
        last_start = continued.end()
        last = _LAST.match(buffer, last_start)
    end = buffer.find(b"\n", last_start) + 1 if last is None else last.end()
    if last is None and buffer.count(b"\n") > _REPLY_LINES:
        raise ProtocolBroken.remote(f"a reply of more than {_REPLY_LINES} lines")
    if end > REPLY_OCTETS or (not end and len(buffer) > REPLY_OCTETS):
        raise ProtocolBroken.remote(f"a reply of more than {REPLY_OCTETS} octets")
    if last is None:
        if end:
            # Nothing of it is quoted: it may be a password that the server sends back.
            protocol = seems_to_be(buffer[last_start:end])
            buffer.clear()
            seems = f"; it seems to be {protocol}" if protocol else ""
            raise ProtocolBroken.remote(f"what came is no reply of an SMTP server{seems}")
        return None
    octets = bytes(buffer[:end])
    del buffer[:end]
    return _reply(octets)


def _reply(octets: bytes) -> Reply:
    lines = octets.split(b"\n")[:-1]
    code = int(lines[0][:3])
    other = next((int(line[:3]) for line in lines if line[:3] != lines[0][:3]), code)
    if other != code:
        raise ProtocolBroken.remote(f"a reply with two codes: {code}, {other}")
    enhanced: EnhancedStatus | None = None
    texts: list[str] = []
    for line in lines:
        text = _shown(line[4:].rstrip(b"\r"))
        status, rest = EnhancedStatus.split(text)
        if status is not None and status.klass == code // 100:
            enhanced, text = enhanced or status, rest
        texts.append(text)
    return Reply(code, tuple(texts), enhanced)


SHORT_OCTETS = 64
"""Lines under this are what servers say again and again."""


@functools.lru_cache(maxsize=256)
def usual_reply(line: bytes) -> Reply | None:
    """Read a reply of one short line, given without its LF; ``None`` for any other line."""
    whole = line + b"\n"
    return _reply(whole) if _LAST.fullmatch(whole) else None


def _shown(octets: bytes | bytearray) -> str:
    try:
        text = octets.decode("utf-8")
    except UnicodeDecodeError:
        text = octets.decode("latin-1")
    return text.strip() if text.isprintable() and len(text) < 1_000 else one_line(text)


def write_reply(reply: Reply, *, utf8: bool = False) -> bytes:
    """Give a reply as a server sends it, every line with its code and enhanced status."""
    if len(reply.lines) == 1 and len(line := reply.lines[0]) <= SHORT_OCTETS and line.isascii() and line.isprintable():
        status = "" if reply.enhanced is None else f"{reply.enhanced} "
        return f"{reply.code} {f'{status}{line.strip()}'.rstrip()}\r\n".encode()
    status = "" if reply.enhanced is None else f"{reply.enhanced} "
    lines = [f"{status}{one_line(line, 480)}".rstrip() for line in reply.lines] or [""]
    last = len(lines) - 1
    text = "".join(f"{reply.code}{' ' if n == last else '-'}{line}\r\n" for n, line in enumerate(lines))
    return text.encode("utf-8" if utf8 else "ascii", "replace")
