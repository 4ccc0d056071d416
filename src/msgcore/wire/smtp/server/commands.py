"""The commands that a server hears, read from lines (RFC 5321 section 4.1)."""

from __future__ import annotations

import re
from datetime import datetime

import attrs

from msgcore.base.records import record
from msgcore.base.status import EnhancedStatus, Reply
from msgcore.base.times import Clock
from msgcore.errors import InvalidAddress
from msgcore.model.address import SMTP, Address
from msgcore.wire.smtp.path import check_path, needs_utf8
from msgcore.wire.smtp.server.handler import MailFacts

__all__ = [
    "Command",
    "MailFacts",
    "Refusal",
    "Terms",
    "read_bdat",
    "read_command",
    "read_ehlo_name",
    "read_path",
    "reply_of",
    "smtp_address",
]

_PATH = re.compile(r'(FROM|TO): ?<((?:[^<>"]++|"(?:[^"\\]++|\\.|(?!))*+"|(?!))*+)>(?: ++(.*))?', re.IGNORECASE)
_USUAL = re.compile(rb"([A-Za-z]++)(?: ([!-~]++(?: [!-~]++|(?!))*+))?\r\n")
_BLANKS = re.compile("[ \t]++")
_EHLO_NAME = re.compile(r"[!-~]{1,255}")
_BDAT = re.compile(r"(\d{1,18})( ++LAST)?", re.IGNORECASE | re.ASCII)


def reply_of(code: int, enhanced: str, *lines: str) -> Reply:
    return Reply(code, lines, EnhancedStatus.parse(enhanced))


class Refusal(Exception):
    """A command that is not carried out, and the reply that says so."""

    def __init__(self, code: int, enhanced: str, text: str) -> None:
        super().__init__(text)
        self.reply = reply_of(code, enhanced, text)


@record
class Command:
    """A verb in upper case, and the text behind it."""

    verb: str
    argument: str = ""


@attrs.frozen
class Terms:
    """What a session takes: the extensions that it offered, by keyword, and its bounds."""

    offered: frozenset[str]
    max_message_octets: int
    max_hold_seconds: int
    clock: Clock

    @property
    def now(self) -> datetime:
        return self.clock.now()


def read_command(line: bytes) -> Command:
    """Read one line, with its line end."""
    usual = _USUAL.fullmatch(line)
    if usual is not None:
        return Command(usual[1].decode("ascii").upper(), (usual[2] or b"").decode("ascii"))
    if not line.endswith(b"\r\n") or line.count(b"\r") > 1 or b"\0" in line:
        raise Refusal(500, "5.5.2", "a line ends with CR LF and holds no other CR, LF or NUL")
    try:
        text = line[:-2].decode("utf-8")
    except UnicodeDecodeError:
        raise Refusal(500, "5.5.2", "this is not UTF-8") from None
    text = text.strip(" \t")
    if "\t" in text:
        verb, *rest = _BLANKS.split(text, maxsplit=1)
        return Command(verb.upper(), "".join(rest))
    verb, _, argument = text.partition(" ")
    return Command(verb.upper(), argument.lstrip(" "))


def read_ehlo_name(argument: str) -> str:
    if not _EHLO_NAME.fullmatch(argument):
        raise Refusal(501, "5.5.4", "need a host name or an address literal")
    return argument


def read_bdat(argument: str) -> tuple[int, bool] | None:
    """Read how many octets follow, and whether they are the last (RFC 3030); ``None`` when nobody can tell."""
    found = _BDAT.fullmatch(argument)
    return None if found is None else (int(found[1]), found[2] is not None)


def read_path(argument: str, word: str) -> tuple[str, list[str]]:
    """Split what stands behind MAIL or RCPT into the path and the parameters."""
    found = _PATH.fullmatch(argument)
    if found is None or found[1].upper() != word:
        raise Refusal(501, "5.5.4", f"need {word}:<address>")
    path, parameters = found[2], found[3]
    if path.startswith("@") and ":" in path:  # a source route says nothing any more (RFC 5321 appendix C)
        path = path.partition(":")[2]
    return path, parameters.split() if parameters else []


def smtp_address(text: str, facts: MailFacts, status: str) -> Address:
    try:
        check_path(text)
    except InvalidAddress:
        raise Refusal(501, status, "this is no address") from None
    if not text.isascii() and needs_utf8(text) and not facts.is_utf8:
        raise Refusal(553, "5.6.7", "this address needs SMTPUTF8")
    return Address(SMTP, text)
