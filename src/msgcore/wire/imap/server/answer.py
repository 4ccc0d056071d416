"""What an IMAP server answers, and how that goes over the wire (RFC 9051 sections 7 and 7.1, RFC 5530)."""

from __future__ import annotations

import re

import attrs

from msgcore.base.status import StatusResponse
from msgcore.errors import (
    AuthenticationRefused,
    CommandRefused,
    MsgcoreError,
    QuotaReached,
    StoreBusy,
    StoreError,
)

__all__ = ["Answer", "Refusal", "bad", "bye", "no", "ok", "refusal_of", "write_answer", "write_status"]

_UNPRINTABLE = re.compile("[^ -~]")
_TEXT_OCTETS = 4_000


@attrs.frozen
class Answer:
    """The status of a command, and the untagged responses ahead of it, each whole and with its CR LF."""

    status: StatusResponse
    data: tuple[bytes, ...] = attrs.field(default=(), repr=False)

    @property
    def is_positive(self) -> bool:
        return self.status.word in {"OK", "PREAUTH"}


class Refusal(Exception):
    """A command that is not carried out, and the answer that says so."""

    def __init__(self, word: str, text: str, code: str = "") -> None:
        super().__init__(text)
        self.answer = Answer(StatusResponse(word, text, code))


def ok(text: str, *data: bytes, code: str = "") -> Answer:
    return Answer(StatusResponse("OK", text, code), data)


def no(text: str, code: str = "") -> Refusal:
    """Refuse what the server does not do."""
    return Refusal("NO", text, code)


def bad(text: str, code: str = "") -> Refusal:
    """Refuse what is no command, or cannot be said here."""
    return Refusal("BAD", text, code)


def bye(text: str, code: str = "") -> bytes:
    return write_status(b"*", StatusResponse("BYE", text, code))


def refusal_of(error: MsgcoreError) -> Refusal:
    """Say what a client hears of an error."""
    match error:
        case CommandRefused(reply=StatusResponse() as reply):
            return Refusal(reply.word, reply.text, reply.code)
        case AuthenticationRefused():
            return no("wrong user or password", "AUTHENTICATIONFAILED")
        case QuotaReached():
            return no("there is no room for it", "OVERQUOTA")
        case StoreError() if not isinstance(error, StoreBusy):
            return no("the server has to be repaired first", "SERVERBUG")
        case _:
            return no("this does not work now; try again later", "UNAVAILABLE")


def write_answer(tag: bytes, answer: Answer) -> bytes:
    return b"".join((*answer.data, write_status(tag, answer.status)))


def write_status(tag: bytes, status: StatusResponse) -> bytes:
    text = _UNPRINTABLE.sub("?", str(status))[:_TEXT_OCTETS]
    return b"%b %b\r\n" % (tag, text.encode("ascii"))
