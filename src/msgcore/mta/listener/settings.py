"""What a listener offers, whom it trusts with what, and what it puts up with."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Self, cast

import attrs

from msgcore.errors import UsageError
from msgcore.model.address import SMTP, Address
from msgcore.mta.listener.clients import ClientTest, is_logged_in, nobody
from msgcore.mta.listener.content import ContentCheck, ContentCheckFunction, NamedContentCheck
from msgcore.mta.listener.limits import IntakeLimits
from msgcore.mta.routing.spaces import AddressSpace
from msgcore.runtime.abc import TlsServerSettings
from msgcore.wire.smtp.server import EVERY_EXTENSION, ServerSettings

__all__ = ["ListenerSettings"]

# What servers take for the end of a local part: the one behind believes this one, and would send it anywhere.
_WAYS_ON = frozenset("@%!")


def _patterns(given: Iterable[str]) -> tuple[str, ...]:
    if isinstance(given, str):
        raise UsageError(f"relay_to: need a sequence of patterns; write [{given!r}]")
    return tuple(given)


def _checks(
    given: Iterable[ContentCheck | ContentCheckFunction],
) -> tuple[ContentCheck | ContentCheckFunction | NamedContentCheck, ...]:
    if not isinstance(cast(object, given), Iterable):
        raise UsageError(f"content_checks: need a sequence of checks; write [{given!r:.100}]")
    checks = cast("tuple[object, ...]", tuple(given))
    for one in checks:
        if isinstance(one, type) or not (isinstance(one, ContentCheck | NamedContentCheck) or callable(one)):
            raise UsageError(f"content_checks: need functions, or objects with check_content, got {one!r:.100}")
    return cast("tuple[ContentCheck | ContentCheckFunction | NamedContentCheck, ...]", checks)


@attrs.frozen
class ListenerSettings(ServerSettings):
    """The settings of a server's sessions, with every extension offered, and what a listener decides besides.

    ``may_relay`` says whose mail goes to other places, too; only theirs has a priority or is held until later.
    ``is_site`` says who is another site of the organisation: what it sends as TNEF is taken in as that, and it is
    believed where a message has been. In TLS ``from_first_octet``, as on port 465, nobody has to ask for it.

    With ``mailboxes_log_in`` the owners of the organisation's mailboxes have AUTH, by the passwords that it has for
    them, unless there is an ``authenticator``. A listener that ``is_submission`` takes mail from users only
    (:meth:`submission`). ``limits`` says how much all of them may.

    Raises:
        UsageError: an extension is not known, or TLS has no certificate.
    """

    offers: frozenset[str] = attrs.field(default=EVERY_EXTENSION, kw_only=True)
    may_relay: ClientTest = attrs.field(default=nobody, kw_only=True)
    relay_to: tuple[str, ...] = attrs.field(converter=_patterns, default=(), kw_only=True)
    """Whose mail is taken from everybody though this place does not know them: patterns as ``*@b.test``.

    They are for domains of servers behind this one, to which the table has a way. Whom such a server refuses is
    reported to the sender, who may be made up: better that the directory knows its people.
    """
    is_site: ClientTest = attrs.field(default=nobody, kw_only=True)
    arrives_by: str = attrs.field(default="", kw_only=True)
    """The connector behind which the sites are that send here: their mail does not go back that way."""
    from_first_octet: bool = attrs.field(default=False, kw_only=True)
    forbids_early_pipelining: bool = attrs.field(default=True, kw_only=True)
    limits: IntakeLimits = attrs.field(factory=IntakeLimits, kw_only=True)
    mailboxes_log_in: bool = attrs.field(default=False, kw_only=True)
    is_submission: bool = attrs.field(default=False, kw_only=True)
    may_use_any_sender: ClientTest = attrs.field(default=nobody, kw_only=True)
    """Which users submit under other addresses than those of their mailboxes."""
    shows_clients: bool = attrs.field(default=True, kw_only=True)
    """Whether a Received field tells where the client connected from, and what it calls itself."""
    max_received: int = attrs.field(default=100, kw_only=True)
    """Received fields; a message with more is going round (RFC 5321 section 6.3)."""
    max_passes: int = attrs.field(default=10, kw_only=True)
    """Received fields of this very host."""
    max_connections: int = attrs.field(default=1_000, kw_only=True)
    """At once. When there are as many, the next one takes another's place, or is turned away."""
    accept_seconds: float = attrs.field(default=120.0, kw_only=True)
    """How long the queue has to take a message; clients wait ten minutes (RFC 5321 section 4.5.3.2.6)."""
    content_checks: tuple[ContentCheck | ContentCheckFunction | NamedContentCheck, ...] = attrs.field(
        default=(), converter=_checks, kw_only=True
    )
    """What sees each message before it is taken, one behind the other: see :mod:`msgcore.mta.listener.content`."""
    content_check_seconds: float = attrs.field(default=60.0, kw_only=True)
    """How long all checks of a message have together; what is not said by then defers it."""

    _relayed: tuple[AddressSpace, ...] = attrs.field(init=False, repr=False, eq=False)

    def is_relayed(self, address: Address) -> bool:
        """Say whether anybody's mail for an address goes on to where the table sends it.

        An address that names a way on from there is none: ``x%c.test@b.test`` (RFC 1123 section 5.2.16).
        """
        if address.address_type != SMTP or _WAYS_ON.intersection(address.email_address.rpartition("@")[0]):
            return False
        return any(space.matches(address.email_address) for space in self._relayed)

    @property
    def takes_trace(self) -> bool:
        return self.is_site is not nobody

    @property
    def service(self) -> str:
        """The registered name of the service: ``smtp``, ``smtps``, ``submission``, ``submissions`` or ``lmtp``."""
        base = "lmtp" if self.is_lmtp else "submission" if self.is_submission else "smtp"
        return f"{base}s" if self.from_first_octet and not self.is_lmtp else base

    def __attrs_post_init__(self) -> None:
        unknown = self.offers - EVERY_EXTENSION
        if unknown:
            raise UsageError(f"no such extensions: {', '.join(sorted(unknown))}")
        for name in ("may_relay", "is_site", "may_use_any_sender"):
            if not callable(getattr(self, name)):
                raise UsageError(f"{name} {getattr(self, name)!r}: need a test, such as from_networks('127.0.0.0/8')")
        object.__setattr__(self, "_relayed", tuple(map(_space_in_a_domain, self.relay_to)))
        if self.from_first_octet and self.tls is None:
            raise UsageError("TLS from the first octet needs a certificate: give tls")

    @classmethod
    def submission(cls, host_name: str, tls: TlsServerSettings, *, from_first_octet: bool = False) -> Self:
        """Give the settings of a listener where users submit their mail (RFC 6409), as on port 587.

        They log in first, over TLS, by the passwords of their mailboxes, and may send anywhere, under the addresses of
        their mailboxes. What their mail lacks is added: Date, Message-ID and From. In TLS ``from_first_octet``, as on
        port 465, nobody has to ask for it (RFC 8314).
        """
        return cls(
            host_name,
            tls=tls,
            from_first_octet=from_first_octet,
            requires_tls=True,
            mailboxes_log_in=True,
            is_submission=True,
            may_relay=is_logged_in,
        )


def _space_in_a_domain(pattern: str) -> AddressSpace:
    space = AddressSpace(SMTP, pattern)
    domain = pattern.rpartition("@")[2].removeprefix("*.").strip(".")
    if not domain or "*" in domain:
        raise UsageError(f"relay_to {pattern!r}: anybody's mail would go anywhere; write '*@b.test' for a domain")
    return space
