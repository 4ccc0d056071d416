"""The commands that a server hears, read from lines (RFC 5321 section 4.1)."""

from __future__ import annotations

import re

import attrs

from msgcore.base.status import EnhancedStatus, Reply
from msgcore.base.text import one_line
from msgcore.errors import InvalidAddress
from msgcore.model.address import SMTP, Address
from msgcore.wire.smtp.path import check_path, needs_utf8

__all__ = ["Command", "MailFacts", "Refusal", "read_command", "read_ehlo_name", "read_mail", "read_rcpt", "reply_of"]

_PATH = re.compile(r'(FROM|TO): ?<((?:"(?:[^"\\]|\\.)*"|[^<>"])*)>(?: +(.*))?', re.IGNORECASE)
_PARAMETER = re.compile(r"([A-Za-z0-9][A-Za-z0-9-]*)(?:=([^\s=]+))?")
_EHLO_NAME = re.compile(r"[!-~]{1,255}")


def reply_of(code: int, enhanced: str, *lines: str) -> Reply:
    return Reply(code, lines, EnhancedStatus.parse(enhanced))


class Refusal(Exception):
    """A command that is not carried out, and the reply that says so."""

    def __init__(self, code: int, enhanced: str, text: str) -> None:
        super().__init__(text)
        self.reply = reply_of(code, enhanced, text)


@attrs.frozen
class Command:
    """A verb in upper case, and the text behind it."""

    verb: str
    argument: str = ""


@attrs.frozen
class MailFacts:
    """What a client said of itself and of the message, apart from the addresses.

    ``protocol`` is what a Received field calls it: ``SMTP``, ``ESMTP`` or ``UTF8SMTP``. ``size_octets`` is the size
    that was declared, 0 when none was.
    """

    ehlo_name: str
    protocol: str
    size_octets: int = 0
    is_8bit: bool = False
    is_utf8: bool = False


def read_command(line: bytes) -> Command:
    """Read one line, with its line end."""
    if not line.endswith(b"\r\n") or b"\r" in line[:-2] or b"\0" in line:
        raise Refusal(500, "5.5.2", "a line ends with CR LF and holds no other CR, LF or NUL")
    try:
        text = line[:-2].decode("utf-8")
    except UnicodeDecodeError:
        raise Refusal(500, "5.5.2", "this is not UTF-8") from None
    verb, _, argument = text.strip(" \t").partition(" ")
    return Command(verb.upper(), argument.strip(" \t"))


def read_ehlo_name(argument: str) -> str:
    if not _EHLO_NAME.fullmatch(argument):
        raise Refusal(501, "5.5.4", "need a host name or an address literal")
    return argument


def read_mail(argument: str, facts: MailFacts, max_octets: int) -> tuple[Address | None, MailFacts]:
    """Read what stands behind MAIL; ``facts`` are those of the session."""
    text, parameters = _path_and_parameters(argument, "FROM")
    facts = _with_parameters(facts, parameters, max_octets)
    return (None if not text else _address(text, facts, "5.1.7")), facts


def read_rcpt(argument: str, facts: MailFacts, host_name: str) -> Address:
    """Read what stands behind RCPT; the bare ``postmaster`` is this host's (RFC 5321 section 4.5.1)."""
    text, parameters = _path_and_parameters(argument, "TO")
    if parameters:
        raise Refusal(555, "5.5.4", f"no such parameter: {one_line(' '.join(parameters))}")
    if text.lower() == "postmaster":
        text = f"{text}@{host_name}"
    return _address(text, facts, "5.1.3")


def _path_and_parameters(argument: str, word: str) -> tuple[str, list[str]]:
    found = _PATH.fullmatch(argument)
    if found is None or found[1].upper() != word:
        raise Refusal(501, "5.5.4", f"need {word}:<address>")
    path = found[2]
    if path.startswith("@") and ":" in path:  # a source route says nothing any more (RFC 5321 appendix C)
        path = path.partition(":")[2]
    return path, (found[3] or "").split()


def _address(text: str, facts: MailFacts, status: str) -> Address:
    try:
        check_path(text)
    except InvalidAddress:
        raise Refusal(501, status, "this is no address") from None
    if needs_utf8(text) and not facts.is_utf8:
        raise Refusal(553, "5.6.7", "this address needs SMTPUTF8")
    return Address(SMTP, text)


def _with_parameters(facts: MailFacts, parameters: list[str], max_octets: int) -> MailFacts:
    seen: set[str] = set()
    for parameter in parameters:
        found = _PARAMETER.fullmatch(parameter)
        key, value = (found[1].upper(), found[2]) if found else ("", None)
        if facts.protocol == "SMTP" or key in seen:
            raise Refusal(501, "5.5.4", f"{one_line(parameter)}: not here")
        seen.add(key)
        facts = _with_parameter(facts, key, value, max_octets)
    return facts


def _with_parameter(facts: MailFacts, key: str, value: str | None, max_octets: int) -> MailFacts:
    match key, value:
        case "SIZE", str() if value.isascii() and value.isdecimal() and len(value) <= 20:
            if int(value) > max_octets:
                raise Refusal(552, "5.3.4", f"a message may have {max_octets} octets")
            return attrs.evolve(facts, size_octets=int(value))
        case "BODY", str() if value.upper() in {"7BIT", "8BITMIME"}:
            return attrs.evolve(facts, is_8bit=value.upper() == "8BITMIME")
        case "SMTPUTF8", None:
            return attrs.evolve(facts, is_utf8=True)
        case "SIZE" | "BODY" | "SMTPUTF8", _:
            raise Refusal(501, "5.5.4", f"{key}: wrong value")
        case _:
            raise Refusal(555, "5.5.4", f"no such parameter: {key or 'unreadable'}")
