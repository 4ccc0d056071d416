"""What a POP3 server answers, and how that goes over the wire (RFC 1939 section 3, RFC 2449 section 8, RFC 3206)."""

from __future__ import annotations

import re

import attrs

from msgcore.base.status import StatusResponse
from msgcore.errors import (
    AuthenticationRefused,
    CommandRefused,
    LoginTooSoon,
    MaildropInUse,
    MsgcoreError,
    StoreBusy,
    StoreError,
)

__all__ = ["Answer", "Refusal", "dotted", "ok", "refusal_of", "top_of", "write_answer"]

# RFC 2449 section 4: a first line has at most 512 octets, with its CR LF.
_STATUS_OCTETS = 510
_UNPRINTABLE = re.compile("[^ -~]")


@attrs.frozen
class Answer:
    """A status, and the ``octets`` of a multi-line answer behind it as they go over the wire, with the dot at the end.

    The answer has one line where they are empty.
    """

    status: StatusResponse
    octets: bytes = attrs.field(default=b"", repr=False)

    @property
    def is_positive(self) -> bool:
        return self.status.word == "+OK"


class Refusal(Exception):
    """A command that is not carried out, and the answer that says so."""

    def __init__(self, text: str, code: str = "") -> None:
        super().__init__(text)
        self.answer = Answer(StatusResponse("-ERR", text, code))


def ok(text: str, octets: bytes = b"") -> Answer:
    return Answer(StatusResponse("+OK", text), octets)


def refusal_of(error: MsgcoreError) -> Refusal:
    """Say what a client hears of an error."""
    match error:
        case CommandRefused(reply=StatusResponse() as reply):
            return Refusal(reply.text, reply.code)
        case MaildropInUse():
            return Refusal("somebody has the maildrop open", "IN-USE")
        case LoginTooSoon():
            return Refusal("the last login was not long ago", "LOGIN-DELAY")
        case AuthenticationRefused():
            return Refusal("wrong user or password", "AUTH")
        case StoreError() if not isinstance(error, StoreBusy):
            return Refusal("the server has to be repaired first", "SYS/PERM")
        case _:
            return Refusal("this does not work now; try again later", "SYS/TEMP")


def write_answer(answer: Answer) -> bytes:
    status = _UNPRINTABLE.sub("?", str(answer.status))[:_STATUS_OCTETS]
    return b"%b\r\n%b" % (status.encode("ascii"), answer.octets)


def dotted(octets: bytes) -> bytes:
    """Write lines as a multi-line answer: a dot at the start of one is doubled, and one by itself is the end."""
    if b"\r\n." in octets:
        octets = octets.replace(b"\r\n.", b"\r\n..")
    first = b"." if octets.startswith(b".") else b""
    end = b".\r\n" if not octets or octets.endswith(b"\r\n") else b"\r\n.\r\n"
    return b"".join((first, octets, end))


def top_of(octets: bytes, lines: int) -> bytes:
    """Give a message's header, the empty line, and so many lines of its body."""
    end = 2 if octets.startswith(b"\r\n") else octets.find(b"\r\n\r\n") + 4
    if end == 3:  # all of it is header
        return octets
    for _ in range(lines):
        end = octets.find(b"\n", end) + 1
        if not end:
            return octets
    return octets[:end]
