"""How a server calls itself, what it offers, and what it puts up with."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import attrs

from msgcore.errors import UsageError
from msgcore.runtime.abc import TlsServerSettings
from msgcore.wire.sasl import Authenticator, offered_mechanisms
from msgcore.wire.smtp.server.handler import Client

__all__ = ["EVERY_EXTENSION", "USUAL_EXTENSIONS", "ServerSettings", "offer_lines"]

USUAL_EXTENSIONS = frozenset({"PIPELINING", "SIZE", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES"})
"""What asks nothing of a handler, and nothing unusual of a client."""

_OTHERS = {"CHUNKING", "BINARYMIME", "DSN", "DELIVERBY", "MT-PRIORITY", "REQUIRETLS", "FUTURERELEASE"}
EVERY_EXTENSION = USUAL_EXTENSIONS | _OTHERS
"""Also what a handler has to heed: binary octets, and the requests in envelope and recipients."""


_IN_ORDER = (
    "PIPELINING", "SIZE", "8BITMIME", "SMTPUTF8", "CHUNKING", "BINARYMIME", "DSN", "DELIVERBY", "MT-PRIORITY",
    "REQUIRETLS", "FUTURERELEASE", "ENHANCEDSTATUSCODES",
)  # fmt: skip


def _check_offers(_: object, __: object, offers: frozenset[str]) -> None:
    unknown = offers - EVERY_EXTENSION
    if unknown:
        raise UsageError(f"no such extensions: {', '.join(sorted(unknown))}")


@attrs.frozen
class ServerSettings:
    """What stays the same from session to session.

    ``offers`` are the extensions, by keyword. STARTTLS is offered besides where there is ``tls``, and AUTH where the
    ``authenticator`` has mechanisms; REQUIRETLS needs TLS and BINARYMIME needs CHUNKING.

    Raises:
        UsageError: an extension is not known.
    """

    host_name: str
    offers: frozenset[str] = attrs.field(default=USUAL_EXTENSIONS, validator=_check_offers, kw_only=True)
    tls: TlsServerSettings | None = attrs.field(default=None, kw_only=True)
    authenticator: Authenticator | None = attrs.field(default=None, kw_only=True)
    is_lmtp: bool = attrs.field(default=False, kw_only=True)
    requires_tls: bool = attrs.field(default=False, kw_only=True)
    """Nobody logs in or sends in clear (RFC 3207 section 4)."""
    forbids_early_pipelining: bool = attrs.field(default=False, kw_only=True)
    """Who says more before PIPELINING was offered to him is sent away."""
    max_message_octets: int = 50 * 1024 * 1024
    max_recipients: int = 1_000
    max_command_octets: int = 2_048
    max_errors: int = 20
    """Protocol errors and unknown commands in one session; what the handler refuses is none."""
    max_idle_commands: int = 100
    """Commands since the last accepted message that brought nothing forward."""
    max_commands: int = 100_000
    max_refused_logins: int = 3
    max_hold_seconds: int = 30 * 24 * 3_600
    command_seconds: float = 300.0
    data_seconds: float = 1_800.0
    min_data_octets_per_second: float = 500.0
    """Of a message that takes longer than ``command_seconds`` to come; 0 is none."""
    session_seconds: float = 4 * 3_600.0

    @property
    def takes_trace(self) -> bool:
        """Whether XTRACE is offered, by which the sites of an organisation say where a message has been."""
        return False


def offer_lines(settings: ServerSettings, client: Client, now: datetime) -> tuple[str, ...]:
    """Give what the reply to EHLO offers to this client."""
    return tuple(_offers(settings, client, now))


def _offers(settings: ServerSettings, client: Client, now: datetime) -> Iterator[str]:
    texts = {
        "SIZE": f"SIZE {settings.max_message_octets}",
        "FUTURERELEASE": f"FUTURERELEASE {settings.max_hold_seconds} {_latest(settings, now)}",
    }
    needs = {"REQUIRETLS": client.tls is not None, "BINARYMIME": "CHUNKING" in settings.offers}
    for keyword in _IN_ORDER:
        if keyword in settings.offers and needs.get(keyword, True):
            yield texts.get(keyword, keyword)
    if settings.takes_trace:
        yield "XTRACE"
    if settings.tls is not None and client.tls is None:
        yield "STARTTLS"
    is_login_served = client.tls is not None or not settings.requires_tls
    if is_login_served and (mechanisms := offered_mechanisms(settings, client.tls)):
        yield f"AUTH {' '.join(mechanisms)}"


def _latest(settings: ServerSettings, now: datetime) -> str:
    return f"{now + timedelta(seconds=settings.max_hold_seconds):%Y-%m-%dT%H:%M:%SZ}"
