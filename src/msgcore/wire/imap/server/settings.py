"""How an IMAP server calls itself, what it offers, and what it puts up with."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from msgcore.errors import UsageError
from msgcore.runtime.abc import TlsFacts, TlsServerSettings
from msgcore.wire.sasl import Authenticator, offered_mechanisms

__all__ = [
    "BARE_IMAP",
    "EVERY_IMAP_EXTENSION",
    "USUAL_IMAP_EXTENSIONS",
    "ServerSettings",
    "capabilities",
    "takes_passwords",
]

BARE_IMAP = frozenset({"IMAP4REV1"})
"""A server that has no extension at all."""

USUAL_IMAP_EXTENSIONS = BARE_IMAP | {
    "SASL-IR", "LOGIN", "LITERAL+", "ID", "ENABLE", "NAMESPACE", "CHILDREN", "UIDPLUS", "MOVE", "UNSELECT", "IDLE",
    "ESEARCH", "SPECIAL-USE", "LIST-EXTENDED", "LIST-STATUS", "STATUS=SIZE", "CONDSTORE", "WITHIN",
}  # fmt: skip
"""``LOGIN`` is the command itself: without it LOGINDISABLED is said."""

EVERY_IMAP_EXTENSION = USUAL_IMAP_EXTENSIONS | {
    "IMAP4REV2", "LITERAL-", "MULTIAPPEND", "CREATE-SPECIAL-USE", "OBJECTID", "APPENDLIMIT", "QRESYNC", "BINARY",
    "SORT", "COMPRESS=DEFLATE",
}  # fmt: skip

_SPELLED = {"IMAP4REV1": "IMAP4rev1", "IMAP4REV2": "IMAP4rev2"}
_NOT_NAMED = frozenset({"LOGIN", "APPENDLIMIT"})
_ONLY_BEFORE_LOGIN = frozenset({"SASL-IR"})


def _check_offers(_: object, __: object, offers: frozenset[str]) -> None:
    unknown = offers - EVERY_IMAP_EXTENSION
    if unknown:
        raise UsageError(f"no such extensions: {', '.join(sorted(unknown))}")


@attrs.frozen
class ServerSettings:
    """What stays the same from session to session.

    ``offers`` are the extensions, by their name in CAPABILITY, in upper case; what is not offered is not served.
    IMAP4rev2 does not bring those that it includes: name them. STARTTLS is offered besides where there is ``tls``.
    LOGIN and AUTHENTICATE need an ``authenticator``, LOGIN one that has PLAIN.

    Raises:
        UsageError: an extension is not known.
    """

    host_name: str
    offers: frozenset[str] = attrs.field(default=USUAL_IMAP_EXTENSIONS, validator=_check_offers, kw_only=True)
    tls: TlsServerSettings | None = attrs.field(default=None, kw_only=True)
    authenticator: Authenticator | None = attrs.field(default=None, kw_only=True)
    identity: Mapping[str, str] = attrs.field(factory=dict[str, str], kw_only=True)
    """What ID says of the server."""
    preauthenticated_user: str = ""
    """Who is logged in from the start, by PREAUTH; empty: nobody."""
    names_capabilities_unasked: bool = True
    """The greeting and the answer to a login carry them, too."""
    max_command_octets: int = 65_536
    """Of one command's lines, without its literals."""
    max_literal_octets: int = 65_536
    """Of one literal that is not a message."""
    max_literals: int = 1_000
    max_append_octets: int = 64 * 1024 * 1024
    max_errors: int = 50
    """Lines that are no commands, and unknown ones, in one session."""
    max_commands: int = 1_000_000
    max_refused_logins: int = 3
    idle_look_seconds: float = 0.02
    """How often a client in IDLE is looked after."""
    command_seconds: float = 1_800.0
    """RFC 9051 section 5.4: a client may be silent for half an hour."""
    data_seconds: float = 1_800.0
    session_seconds: float = 24 * 3_600.0


def takes_passwords(settings: ServerSettings, tls: TlsFacts | None) -> bool:
    """Say whether LOGIN is served: where PLAIN would be, as it is no more secret."""
    authenticator = settings.authenticator
    has_plain = authenticator is not None and "PLAIN" in authenticator.mechanisms(is_private=tls is not None)
    return "LOGIN" in settings.offers and has_plain


def capabilities(settings: ServerSettings, tls: TlsFacts | None, *, is_logged_in: bool) -> list[str]:
    """Give what CAPABILITY says to this client now."""
    left_out = _NOT_NAMED | (_ONLY_BEFORE_LOGIN if is_logged_in else frozenset[str]())
    names = sorted(settings.offers - left_out, key=lambda name: (not name.startswith("IMAP4"), name))
    found = [_SPELLED.get(name, name) for name in names]
    if "APPENDLIMIT" in settings.offers:
        found.append(f"APPENDLIMIT={settings.max_append_octets}")
    if is_logged_in:
        return found
    if settings.tls is not None and tls is None:
        found.append("STARTTLS")
    if not takes_passwords(settings, tls):
        found.append("LOGINDISABLED")
    return [*found, *(f"AUTH={name}" for name in offered_mechanisms(settings, tls))]
