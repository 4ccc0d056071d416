"""What PostgreSQL and its driver say, as msgcore's errors."""

from __future__ import annotations

import psycopg

from msgcore.errors import (
    AuthenticationRefused,
    ConnectionLost,
    MsgcoreError,
    NameNotResolved,
    NotFound,
    StoreBusy,
    StoreCorrupt,
    StoreError,
    StoreFull,
    TimedOut,
    TlsFailed,
    UsageError,
)

__all__ = ["FOREIGN", "connect_error", "is_lost", "ours"]

FOREIGN = (psycopg.Error, OverflowError, UnicodeError)

# By class or whole code (PostgreSQL, appendix A); the longest that fits counts.
_KINDS: dict[str, type[MsgcoreError]] = {
    "08": ConnectionLost,
    "08P01": UsageError,  # a wrong count of parameters
    "25P03": ConnectionLost,  # idle in a transaction for too long
    "57P": ConnectionLost,  # the server is shut down, crashed or starts up
    "57014": TimedOut,  # statement_timeout
    "40001": StoreBusy,
    "40P01": StoreBusy,
    "55P03": StoreBusy,  # lock_timeout
    "53300": StoreBusy,  # too many connections
    "53100": StoreFull,
    "58030": StoreFull,
    "XX001": StoreCorrupt,
    "XX002": StoreCorrupt,
    "28": AuthenticationRefused,
    "3D000": NotFound,
    "22021": UsageError,  # a NUL in text
}

# A server that refuses a connection gives no code that libpq tells, only words.
_REFUSALS: tuple[tuple[str, type[MsgcoreError]], ...] = (
    ("failed to resolve host", NameNotResolved),
    ("could not translate host name", NameNotResolved),
    ("certificate", TlsFailed),
    ("SSL", TlsFailed),
    ("too many clients", StoreBusy),
    ("remaining connection slots", StoreBusy),
    ("authentication failed", AuthenticationRefused),
    ("no password supplied", AuthenticationRefused),
    ("no pg_hba.conf entry", AuthenticationRefused),
    ('role "', AuthenticationRefused),
    ('database "', NotFound),
)


def is_lost(error: BaseException) -> bool:
    """Say whether the connection is gone with it."""
    if not isinstance(error, psycopg.OperationalError | psycopg.InterfaceError):
        return False
    return error.sqlstate is None or _kind(error.sqlstate) is ConnectionLost


def ours(error: Exception, name: str) -> MsgcoreError:
    """Make msgcore's error of one that a statement raised."""
    text = f"{name}: {error}"
    if is_lost(error):
        return ConnectionLost(text)
    code = error.sqlstate if isinstance(error, psycopg.Error) else None
    if code is None:  # the driver's own: a value that it cannot send, a wrong count of parameters
        return UsageError(text)
    return _kind(code)(text)


def connect_error(error: psycopg.Error, name: str) -> MsgcoreError:
    """Make msgcore's error of one that connecting raised."""
    text = str(error)
    kind = next((kind for words, kind in _REFUSALS if words in text), ConnectionLost)
    if kind is ConnectionLost and error.pgconn is not None and error.pgconn.used_password and "FATAL" in text:
        kind = AuthenticationRefused  # in another language
    return kind(f"{name}: {text}")


def _kind(code: str) -> type[MsgcoreError]:
    return next((_KINDS[code[:length]] for length in (5, 3, 2) if code[:length] in _KINDS), StoreError)
