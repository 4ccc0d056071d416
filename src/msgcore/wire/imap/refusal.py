"""What a refusal of an IMAP server means to who was refused (RFC 5530, RFC 9051 section 7.1)."""

from __future__ import annotations

import re

from msgcore.errors import (
    AuthenticationRefused,
    CommandRefused,
    MsgcoreError,
    QuotaReached,
    ServiceBusy,
    TlsRequired,
)
from msgcore.wire.imap.responses import Bye, Status

__all__ = ["login_refused", "refused"]

_LATER_CODES = frozenset({"INUSE", "UNAVAILABLE", "THROTTLED", "SERVERBUSY"})

# Exchange: how long to wait, in milliseconds.
_BACKOFF = re.compile(r"Backoff Time: (\d{1,9}) ?milliseconds", re.IGNORECASE)
# Servers without response codes.
_THROTTLED = re.compile(r"\bthrottl(?:ed|ing)\b", re.IGNORECASE)
_BANDWIDTH = re.compile(r"\b(?:exceeded command or bandwidth limits|bandwidth limit exceeded)", re.IGNORECASE)
# Exchange says OK to a login, and then this to all commands: the user has no mailbox, or it may not be reached so.
_NO_MAILBOX = re.compile(r"\bauthenticated but not connected\b", re.IGNORECASE)
_BUSY = re.compile(
    r"\btoo many (?:\w+ ){0,3}(?:connections|sessions|logins|requests)"
    r"|\b(?:server|service) (?:is )?(?:busy|unavailable)"
    r"|\b(?:maximum number of connections|connection limit exceeded)|\b(?:try again later|temporary failure)",
    re.IGNORECASE,
)


def refused(what: str, status: Status | Bye, *, is_opening: bool = False) -> MsgcoreError:
    """Give the error that a refusal is; ``what`` was refused, with the server's name before it.

    It is a ``ServiceBusy`` where the server says that it may go another time, ``AuthenticationRefused`` where it has no
    mailbox for who has logged in, else a ``CommandRefused``. The code
    LIMIT is of a limit that lasts; but one of connections, which sessions meet that open (``is_opening``), passes.
    """
    said = _status_of(status)
    refusal = CommandRefused(said.response, what)
    if _NO_MAILBOX.search(said.text):
        no_mailbox = AuthenticationRefused(
            f"{what}: {said.response}: the login was granted, but there is no mailbox for it (of another user, or "
            "IMAP is not allowed)"
        )
        no_mailbox.__cause__ = refusal
        return no_mailbox
    error = _later(f"{what}: {said.response}", said, is_opening)
    if error is None:
        return refusal
    error.__cause__ = refusal
    return error


def _status_of(status: Status | Bye) -> Status:
    return Status(b"", "BYE", status.text, status.code) if isinstance(status, Bye) else status


def _later(text: str, status: Status, is_opening: bool) -> ServiceBusy | None:
    backoff = _BACKOFF.search(status.text)
    if backoff is not None:
        return ServiceBusy(text, int(backoff[1]) / 1_000)
    if _BANDWIDTH.search(status.text):
        return QuotaReached(text)
    code = "" if status.code is None else status.code.name
    if code in _LATER_CODES or (code == "LIMIT" and is_opening) or _THROTTLED.search(status.text):
        return ServiceBusy(text)
    if code in {"", "ALERT"} and _BUSY.search(status.text):
        return ServiceBusy(text)
    return None


def login_refused(what: str, status: Status | Bye) -> MsgcoreError:
    """Give the error that the refusal of a login is: of the credentials, unless the server says otherwise."""
    error = refused(what, status, is_opening=True)
    if not isinstance(error, CommandRefused):
        return error
    is_private = status.code is not None and status.code.name == "PRIVACYREQUIRED"
    refusal = (TlsRequired if is_private else AuthenticationRefused)(str(error))
    refusal.__cause__ = error
    return refusal
