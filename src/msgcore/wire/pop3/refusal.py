"""What a refusal of a POP3 server means to who was refused (RFC 2449 section 8, RFC 3206)."""

from __future__ import annotations

import re

from msgcore.base.status import StatusResponse
from msgcore.errors import (
    AuthenticationRefused,
    CommandRefused,
    LoginTooSoon,
    MaildropInUse,
    MsgcoreError,
    QuotaReached,
    ServiceBusy,
)

__all__ = ["is_quota", "login_refused", "quota_reached", "refused"]

# Old servers have no codes. A lock of the maildrop passes, one of the account does not.
_IN_USE = re.compile(r"\bin use\b|\balready (?:open|logged|connected|active)|\banother session\b", re.IGNORECASE)
_LOCK = re.compile(r"(?<![bcn])lock|\b(?:maildrop|mailbox) (?:is )?busy\b", re.IGNORECASE)
_OF_ACCOUNT = re.compile(r"\baccount|locked out|too many|fail(?!(?:ed|ure|s)? to (?:\w+ )?lock)", re.IGNORECASE)
_OF_CREDENTIALS = re.compile(r"password|credential", re.IGNORECASE)
_BUSY = re.compile(r"\bbusy\b|\btoo many (?:\w+ ){0,2}(?:connection|session)s", re.IGNORECASE)

_QUOTA = re.compile(
    r"quota|\b(?:download|bandwidth|traffic|daily|hourly|day|hour)\b.*(?:exceed|limit|reach)"
    r"|(?:exceed|limit|reach).*\b(?:download|bandwidth|traffic|daily|hourly|day|hour)",
    re.IGNORECASE,
)


def refused(what: str, status: StatusResponse, login_delay_seconds: int | None = None) -> MsgcoreError:
    """Give the error that a refusal is; ``what`` was refused, with the server's name before it.

    It is a ``ServiceBusy`` where the server says that it may go another time, else a ``CommandRefused``.
    """
    error: MsgcoreError
    text = f"{what}: {status}"
    if status.has_code("LOGIN-DELAY"):
        error = LoginTooSoon(text, login_delay_seconds)
    elif status.has_code("IN-USE"):
        error = MaildropInUse(text)
    elif status.is_temporary:
        error = ServiceBusy(text)
    elif status.code or _OF_CREDENTIALS.search(status.text):
        return CommandRefused(status, what)
    elif _is_in_use(status.text):
        error = MaildropInUse(text)
    elif _BUSY.search(status.text):
        error = ServiceBusy(text)
    else:
        return CommandRefused(status, what)
    error.__cause__ = CommandRefused(status, what)
    return error


def _is_in_use(text: str) -> bool:
    is_locked = _LOCK.search(text) is not None and not _OF_ACCOUNT.search(text)
    return is_locked or _IN_USE.search(text) is not None


def login_refused(what: str, status: StatusResponse, login_delay_seconds: int | None = None) -> MsgcoreError:
    """Give the error that the refusal of a login is: of the credentials, unless the server says otherwise."""
    error = refused(what, status, login_delay_seconds)
    if not isinstance(error, CommandRefused) or status.has_code("SYS"):
        return error
    refusal = AuthenticationRefused(f"{what}: {status}")
    refusal.__cause__ = error
    return refusal


def is_quota(status: StatusResponse) -> bool:
    """Say whether a message is refused because too much has been retrieved already."""
    return _QUOTA.search(status.text) is not None


def quota_reached(what: str, status: StatusResponse) -> QuotaReached:
    error = QuotaReached(f"{what}: {status}")
    error.__cause__ = CommandRefused(status, what)
    return error
