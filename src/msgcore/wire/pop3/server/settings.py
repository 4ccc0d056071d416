"""How a POP3 server calls itself, what it offers, and what it puts up with."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import attrs

from msgcore.errors import UsageError
from msgcore.runtime.abc import TlsFacts, TlsServerSettings
from msgcore.wire.sasl import Authenticator, offered_mechanisms

__all__ = [
    "EVERY_CAPABILITY",
    "USUAL_CAPABILITIES",
    "ServerSettings",
    "capability_lines",
    "takes_passwords",
]

USUAL_CAPABILITIES = frozenset(
    {"CAPA", "USER", "SASL", "TOP", "UIDL", "PIPELINING", "RESP-CODES", "AUTH-RESP-CODE"}
)  # fmt: skip
"""``CAPA`` is the command itself, which a server need not know."""

EVERY_CAPABILITY = USUAL_CAPABILITIES | {"UTF8", "LANG"}
"""Also what changes octets: a handler gives messages as they are, whether the client has said UTF8 or not."""

_AS_THEY_ARE = ("TOP", "UIDL", "PIPELINING", "RESP-CODES", "AUTH-RESP-CODE", "LANG")


def _check_offers(_: object, __: object, offers: frozenset[str]) -> None:
    unknown = offers - EVERY_CAPABILITY
    if unknown:
        raise UsageError(f"no such capabilities: {', '.join(sorted(unknown))}")


@attrs.frozen
class ServerSettings:
    """What stays the same from session to session.

    ``offers`` are the capabilities, by their tag; what is not offered is not served. STLS is offered besides where
    there is ``tls``. USER and SASL need an ``authenticator``, USER one that has PLAIN. APOP is served where
    ``apop_digest`` says what a user answers to a stamp; of a user who is not known, what nobody can.

    Raises:
        UsageError: a capability is not known.
    """

    host_name: str
    offers: frozenset[str] = attrs.field(default=USUAL_CAPABILITIES, validator=_check_offers, kw_only=True)
    tls: TlsServerSettings | None = attrs.field(default=None, kw_only=True)
    authenticator: Authenticator | None = attrs.field(default=None, kw_only=True)
    apop_digest: Callable[[str, str], str] | None = attrs.field(default=None, kw_only=True)
    expire: str = ""
    """What stands behind EXPIRE: ``NEVER``, days (``30``, ``0``), or ``30 USER``; empty: nothing is said of it."""
    login_delay_seconds: int | None = None
    implementation: str = ""
    max_command_octets: int = 1_024
    max_errors: int = 20
    """Lines that are no commands, and unknown ones, in one session."""
    max_commands: int = 1_000_000
    max_refused_logins: int = 3
    command_seconds: float = 600.0
    """RFC 1939 section 3: a client may be silent for ten minutes."""
    data_seconds: float = 1_800.0
    session_seconds: float = 24 * 3_600.0


def takes_passwords(settings: ServerSettings, tls: TlsFacts | None) -> bool:
    """Say whether USER and PASS are served: where PLAIN would be, as they are no more secret."""
    authenticator = settings.authenticator
    has_plain = authenticator is not None and "PLAIN" in authenticator.mechanisms(is_private=tls is not None)
    return "USER" in settings.offers and has_plain


def capability_lines(settings: ServerSettings, tls: TlsFacts | None, user: str) -> list[str]:
    """Give what CAPA lists for this client (RFC 2449), who has logged in as ``user`` or not yet."""
    return list(_capabilities(settings, tls, user))


def _capabilities(settings: ServerSettings, tls: TlsFacts | None, user: str) -> Iterator[str]:
    yield from (tag for tag in _AS_THEY_ARE if tag in settings.offers)
    if "UTF8" in settings.offers:
        yield "UTF8 USER"
    if settings.expire:
        yield f"EXPIRE {settings.expire}"
    if settings.login_delay_seconds is not None:
        yield f"LOGIN-DELAY {settings.login_delay_seconds}"
    if settings.implementation:
        yield f"IMPLEMENTATION {settings.implementation}"
    if user:
        return
    if settings.tls is not None and tls is None:
        yield "STLS"
    if takes_passwords(settings, tls):
        yield "USER"
    mechanisms = offered_mechanisms(settings, tls)
    if "SASL" in settings.offers and mechanisms:
        yield f"SASL {' '.join(mechanisms)}"
