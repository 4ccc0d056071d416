"""Replies and status codes of mail protocols (RFC 5321 section 4.2, RFC 3463, RFC 2449, RFC 5530)."""

from __future__ import annotations

import re

import attrs

from msgcore.errors import CommandRefused, MalformedMessage

__all__ = ["EnhancedStatus", "Reply", "StatusResponse"]

_ENHANCED = re.compile(r"([245])\.(\d{1,3})\.(\d{1,3})(?= |$)")


@attrs.frozen(order=True)
class EnhancedStatus:
    """An enhanced status code ``class.subject.detail`` (RFC 3463)."""

    klass: int
    subject: int
    detail: int

    @classmethod
    def parse(cls, text: str) -> EnhancedStatus:
        """Read ``"5.1.1"``.

        Raises:
            MalformedMessage: ``text`` is not of that form.
        """
        found = _ENHANCED.fullmatch(text)
        if found is None:
            raise MalformedMessage(f"{text!r} is no enhanced status code")
        return cls(int(found[1]), int(found[2]), int(found[3]))

    @classmethod
    def split(cls, text: str) -> tuple[EnhancedStatus | None, str]:
        """Take an enhanced status from the front of a reply's text (RFC 2034 section 4)."""
        found = _ENHANCED.match(text)
        if found is None:
            return None, text
        return cls(int(found[1]), int(found[2]), int(found[3])), text[found.end() :].lstrip()

    def __str__(self) -> str:
        return f"{self.klass}.{self.subject}.{self.detail}"


@attrs.frozen
class Reply:
    """One reply: the three-digit ``code``, its lines as text, and the enhanced status found in them."""

    code: int
    lines: tuple[str, ...] = ("",)
    enhanced: EnhancedStatus | None = None

    @property
    def text(self) -> str:
        """The lines joined by a space, as one printable line."""
        return self.lines[0] if len(self.lines) == 1 else " ".join(filter(None, self.lines))

    @property
    def is_positive(self) -> bool:
        return 200 <= self.code < 300

    @property
    def is_intermediate(self) -> bool:
        return 300 <= self.code < 400

    @property
    def is_temporary(self) -> bool:
        return 400 <= self.code < 500

    @property
    def is_permanent(self) -> bool:
        return self.code >= 500

    def raise_unless_positive(self) -> Reply:
        """Give the reply back when its code is 2yz.

        Raises:
            CommandRefused: it is not.
        """
        if not self.is_positive:
            raise CommandRefused(self)
        return self

    def __str__(self) -> str:
        status = "" if self.enhanced is None else f" {self.enhanced}"
        return f"{self.code}{status} {self.text}".rstrip()


@attrs.frozen
class StatusResponse:
    """A response of POP3 or IMAP: its ``word`` (``-ERR``, ``NO``, …), its text, and the response code before that.

    ``code`` is in upper case and without its brackets, such as ``IN-USE`` or ``SYS/TEMP``; empty when there is none.
    """

    word: str
    text: str = ""
    code: str = ""

    @property
    def is_temporary(self) -> bool:
        """Whether the server says that it may go another time (RFC 2449 section 8, RFC 3206, RFC 5530)."""
        return any(map(self.has_code, _TEMPORARY))

    @property
    def is_permanent(self) -> bool:
        return not self.is_temporary

    def has_code(self, code: str) -> bool:
        """Whether the response code is this one or one below it, as ``SYS/TEMP/DISK`` is (RFC 2449 section 8)."""
        return f"{self.code.partition(' ')[0]}/".startswith(f"{code}/")

    def __str__(self) -> str:
        code = f"[{self.code}]" if self.code else ""
        return " ".join(part for part in (self.word, code, self.text) if part)


_TEMPORARY = ("IN-USE", "INUSE", "LOGIN-DELAY", "SYS/TEMP", "UNAVAILABLE")
