"""Every error that msgcore raises, sorted by what the caller can do next.

- Fix the call: :class:`UsageError` and its kin.
- Fix the input: ``MalformedMessage``, ``LimitExceeded``, ``NotLoaded``, ``PropertyNotFound``.
- Fix the set-up: :class:`SetupError` and its kin.
- Try again: :class:`TryAgain` and its kin.
- Carry on or give up: :class:`CommandRefused` (the connection is good).
- Drop the connection: :class:`ProtocolBroken`.
- Call a person: :class:`StoreCorrupt`, :class:`StoreFull`.
- Somebody got no message: :class:`NotAccepted`.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # the values that errors carry live above this floor
    from collections.abc import Sequence

    from msgcore.base.status import Reply, StatusResponse
    from msgcore.model.address import Address
    from msgcore.model.outcome import Outcomes

__all__ = [
    "AmbiguousName",
    "AuthenticationRefused",
    "CapabilityMissing",
    "Closed",
    "CommandRefused",
    "CommitUnknown",
    "ConfigError",
    "ConfigurationError",
    "ConnectionLost",
    "CutShort",
    "DnssecFailed",
    "ForeignEntryId",
    "InjectionRefused",
    "InvalidAddress",
    "InvalidBookmark",
    "InvalidToken",
    "LimitExceeded",
    "LoginTooSoon",
    "MaildropInUse",
    "MalformedMessage",
    "MissingExtra",
    "MsgcoreError",
    "NameNotResolved",
    "NotAccepted",
    "NotFound",
    "NotLoaded",
    "NotSupported",
    "ObjectChanged",
    "ObjectDeleted",
    "OperationCancelled",
    "PluginBroken",
    "ProfileChanged",
    "ProfileError",
    "PropertyNotFound",
    "ProtocolBroken",
    "QuotaReached",
    "ResolverFailed",
    "RestrictionSyntax",
    "SecretMissing",
    "ServiceBusy",
    "SetupError",
    "StarttlsInjection",
    "StoreBusy",
    "StoreClosed",
    "StoreCorrupt",
    "StoreError",
    "StoreFull",
    "SuspendedError",
    "TimedOut",
    "TlsFailed",
    "TlsRequired",
    "TooComplex",
    "TryAgain",
    "UidlUnsupported",
    "UnknownProperty",
    "UnresolvedName",
    "UsageError",
    "WrongType",
]


class MsgcoreError(Exception):
    """The root: catching it catches everything that msgcore raises on purpose.

    Another process may be given any of them: what a pool of processes cannot unpickle breaks the whole pool.
    """

    def __reduce__(self) -> tuple[object, ...]:
        return _again, (type(self), self.args, self.__dict__)


def _again(kind: type[MsgcoreError], arguments: tuple[object, ...], state: dict[str, object]) -> MsgcoreError:
    """Make an error with its text and what it says, past an ``__init__`` that is given something else."""
    error = kind.__new__(kind, *arguments)
    error.args = arguments  # an OSError with an __init__ of its own takes none from __new__
    error.__dict__.update(state)
    return error


# Fix the call


class UsageError(MsgcoreError, ValueError):
    """The call itself is wrong; the same call will never work."""


class InjectionRefused(UsageError):
    """A value holds CR, LF or NUL where that would start a new header field or command."""


class InvalidAddress(UsageError):
    """An address is not one: the message says which text and what is wrong with it."""


class UnresolvedName(InvalidAddress):
    """No address book of the profile knows ``name`` (MAPI_E_NOT_FOUND); or one knows it, and no address for it."""

    def __init__(self, name: str, problem: str) -> None:
        super().__init__(problem)
        self.name = name


class AmbiguousName(InvalidAddress):
    """``name`` may stand for any of the ``candidates`` (MAPI_E_AMBIGUOUS_RECIP): one of these addresses resolves it."""

    def __init__(self, name: str, candidates: Sequence[Address], problem: str) -> None:
        super().__init__(problem)
        self.name = name
        self.candidates = tuple(candidates)


class NotSupported(UsageError):
    """msgcore, or this provider, has no such ability (yet); the message names it."""


class MissingExtra(UsageError, ImportError):
    """An optional dependency is not installed; the message is the line that installs it."""

    def __init__(self, extra: str, purpose: str) -> None:
        super().__init__(f"{purpose} needs an extra: pip install 'msgcore[{extra}]'")
        self.extra = extra


class ConfigError(UsageError):
    """A setting of a service, gateway or call is wrong; ``key`` names it, empty when several do not go together."""

    def __init__(self, key: str, problem: str) -> None:
        super().__init__(f"{key}: {problem}" if key else problem)
        self.key = key
        self.problem = problem


class TooComplex(UsageError):
    """A restriction, table or pattern goes past what the provider evaluates."""


class WrongType(TooComplex):
    """A restriction or sort order asks of a property what its type does not allow (MAPI_E_TOO_COMPLEX)."""


class UnknownProperty(UsageError, LookupError):
    """No property has this name, or a table has no such column; the message names it."""


class RestrictionSyntax(UsageError):
    """A restriction written as text or as data is not one: what is wrong, and at which character (from 0) or path."""

    def __init__(self, problem: str, position: int | None = None, path: str = "") -> None:
        place = path or (None if position is None else f"at {position}")
        super().__init__(f"{place}: {problem}" if place else problem)
        self.problem = problem
        self.position = position
        self.path = path


class InvalidBookmark(UsageError):
    """The bookmark is another table's, was freed, or ended with a new restriction or sort order."""


class NotFound(UsageError, LookupError):
    """No object has this entry id, name or path (any more)."""


class ForeignEntryId(NotFound):
    """The entry id is another store's, or no entry id at all."""


class ObjectDeleted(NotFound):
    """The entry id names a message or folder that was deleted (MAPI_E_OBJECT_DELETED)."""


class ObjectChanged(UsageError):
    """Somebody else has changed the message since it was loaded (MAPI_E_OBJECT_CHANGED): load it again."""


class InvalidToken(UsageError):
    """A token of changes is another store's or folder's, or deletions since it are forgotten: start without one."""


class Closed(UsageError):
    """What is called has been closed, perhaps by another thread while the call was on its way."""


class SuspendedError(UsageError, RuntimeError):
    """A coroutine awaited a foreign event loop's primitive while it ran in blocking mode."""


# Fix the input


class MalformedMessage(MsgcoreError, ValueError):
    """Strict reading met octets that break the format's rules.

    ``offset``, ``rule`` and ``source`` (the RFC and section) say where and which; they are unset where a part of a
    message was read by itself.
    """

    def __init__(self, text: str, offset: int | None = None, rule: str = "", source: str = "") -> None:
        super().__init__(text)
        self.offset = offset
        self.rule = rule
        self.source = source


class LimitExceeded(MsgcoreError, ValueError):
    """The input is larger or deeper than the :class:`~msgcore.base.octets.Limits` in force."""


class NotLoaded(MsgcoreError):
    """The value is larger than the load limit; the message names the call that streams it."""


class PropertyNotFound(MsgcoreError, KeyError):
    """The object has no such property (MAPI_E_NOT_FOUND)."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name

    def __str__(self) -> str:
        return f"{self.name}: no such property here"


# Fix the set-up


class SetupError(MsgcoreError):
    """A profile, credential, certificate or server setting has to change first."""


class ConfigurationError(SetupError):
    """A file of settings is wrong, at ``file``, ``line`` (counted from 1) and ``key`` where they are known."""

    def __init__(
        self, problem: str, *, file: Path | None = None, line: int | None = None, key: str | None = None
    ) -> None:
        place = ":".join(str(part) for part in (file, line) if part is not None)
        super().__init__(": ".join(part for part in (place, key, problem) if part))
        self.problem = problem
        self.file = file
        self.line = line
        self.key = key


class ProfileError(ConfigurationError):
    """A profile is wrong."""


class ProfileChanged(ProfileError):
    """Somebody else changed the profile since it was read: read it again, and make the change once more."""


class SecretMissing(SetupError):
    """A secret is not where ``reference`` says; ``key`` is the setting that it is for, ``service`` its service.

    ``problem`` says what was found, and what to do about it.
    """

    def __init__(self, reference: str, problem: str, *, key: str | None = None, service: str | None = None) -> None:
        super().__init__(": ".join(part for part in (service, key, reference, problem) if part))
        self.reference = reference
        self.problem = problem
        self.key = key
        self.service = service


class AuthenticationRefused(SetupError):
    """The server refused the credentials, or offers no mechanism that may be used."""


class NameNotResolved(SetupError, ConnectionError):
    """No such host (NXDOMAIN or no address)."""


class TlsRequired(SetupError):
    """TLS is required here and the server does not offer it."""


class TlsFailed(SetupError, ConnectionError):
    """The TLS handshake failed or the certificate is not to be trusted."""


class StarttlsInjection(SetupError, ConnectionError):
    """Octets arrived in clear behind the go-ahead for TLS: somebody writes into the connection."""


class CapabilityMissing(SetupError):
    """The server lacks an extension that this message needs (SMTPUTF8, SIZE, …)."""


class UidlUnsupported(CapabilityMissing):
    """The server gives its messages no unique ids, and none can be left there: each would be retrieved every time."""


class PluginBroken(SetupError):
    """A plug-in raised, returned nonsense or cannot be loaded; the message names it."""


# Try again


class TryAgain(MsgcoreError):
    """The cause is expected to pass.

    ``sent_octets``: of the write that it ended, how many octets the system had taken; ``None`` when that is not known.
    """

    sent_octets: int | None = None


class ConnectionLost(TryAgain, ConnectionError):
    """The connection could not be made or ended early."""


class TimedOut(TryAgain, TimeoutError):
    """The deadline of the call passed."""


class CutShort(TimedOut):
    """A plug-in did not end in time and was cut, or left to itself, in the middle: what it did is not known."""


class OperationCancelled(TryAgain):
    """Another thread or task called ``cancel()``."""


class ResolverFailed(TryAgain):
    """No name server gave an answer that can be used; whether there is such a name is not known."""


class DnssecFailed(ResolverFailed):
    """The answer's signatures prove it wrong or incomplete: somebody changed it, or its zone is badly kept."""


class ServiceBusy(TryAgain):
    """The service asks for patience; ``retry_after_seconds`` is what it asked for, if it did."""

    def __init__(self, text: str, retry_after_seconds: float | None = None) -> None:
        super().__init__(text)
        self.retry_after_seconds = retry_after_seconds


class MaildropInUse(ServiceBusy):
    """Somebody has the maildrop open, perhaps a session of ours that broke: it is locked until that ends (RFC 2449)."""


class LoginTooSoon(ServiceBusy):
    """The server wants more time between two logins (RFC 2449, LOGIN-DELAY)."""


class QuotaReached(ServiceBusy):
    """The server gives no more today: the account has downloaded as much as it may."""


class StoreBusy(TryAgain):
    """Another process holds the store's write lock for too long."""


# Carry on or give up


class CommandRefused(MsgcoreError):
    """The peer said no to one command; the connection is still good.

    ``what`` is for the text: the server and the command.
    """

    def __init__(self, reply: Reply | StatusResponse, what: str = "") -> None:
        said = str(reply) if isinstance(reply.code, str) else f"{reply.code} {reply.text}"
        super().__init__(f"{what}: {said}" if what else said)
        self.reply = reply

    @property
    def is_permanent(self) -> bool:
        return self.reply.is_permanent


# Drop the connection


class ProtocolBroken(MsgcoreError):
    """One side broke the protocol; the connection cannot be used any more.

    ``is_local`` tells misuse by the caller from a misbehaving peer; an unknown cause counts as the peer's.
    """

    def __init__(self, text: str, *, is_local: bool = False) -> None:
        super().__init__(text)
        self.is_local = is_local

    @classmethod
    def local(cls, text: str) -> ProtocolBroken:
        return cls(text, is_local=True)

    @classmethod
    def remote(cls, text: str) -> ProtocolBroken:
        return cls(text)


# Call a person


class StoreError(MsgcoreError):
    """The store could not do it, for a reason that the message gives."""


class StoreClosed(Closed, StoreError):
    """The store's database has been closed, perhaps by another thread while the call was on its way."""


class StoreCorrupt(StoreError):
    """The database is damaged, or is not one; the message names the file and what was found."""


class CommitUnknown(StoreError):
    """The server was lost while it committed, and could not be asked by the deadline whether it did."""


class StoreFull(StoreError):
    """No space is left, or an input or output error on the disk."""


# Somebody got no message


class NotAccepted(MsgcoreError):
    """Not every recipient was accepted; ``outcomes`` says what became of each."""

    def __init__(self, outcomes: Outcomes) -> None:
        refused = "; ".join(f"{recipient.address}: {outcome}" for recipient, outcome in outcomes.not_accepted.items())
        super().__init__(refused)
        self.outcomes = outcomes
