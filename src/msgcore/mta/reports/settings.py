"""How an MTA reports, and to whom it never does."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import cast

import attrs

from msgcore.base.text import refuse_line_ends
from msgcore.errors import UsageError
from msgcore.model.address import SMTP, Address, parse_address
from msgcore.wire.domain import ascii_domain, typed_key

__all__ = ["ReportSettings"]

# Names that other MTAs send reports under; no person has them.
_PROGRAMS = ("mailer-daemon", "double-bounce")


def _check_host(_: object, __: object, host: str) -> None:
    if not isinstance(cast(object, host), str) or not host.strip():
        raise UsageError(f"host {host!r}: need a name, such as mx.a.test")
    refuse_line_ends(host, "host")


def _address(given: Address | str | None) -> Address | None:
    return parse_address(given) if isinstance(given, str) else given


def _addresses(given: Iterable[Address | str]) -> frozenset[Address]:
    if isinstance(given, str):
        raise UsageError(f"own_addresses: need a sequence of addresses; write [{given!r}]")
    return frozenset(parse_address(one) if isinstance(one, str) else one for one in given)


@attrs.frozen
class ReportSettings:
    """``host`` names the MTA in its reports.

    - ``postmaster`` gets the header of a report of our own that cannot be delivered; without one it is absorbed. He is
      also who a report comes from, so that an answer to it finds a person (RFC 3464 section 2), and who gets the mail
      for ``postmaster`` at the domains of the organisation, where nobody has that address (RFC 5321 section 4.5.1).
    - ``delay_notice_after``: how long a message waits until its sender is told; ``None`` for never.
    - ``most_returned_octets``: how much of a message a report brings back at most.
    - ``most_recipients``: how many one report names; more of them are told in several reports.
    - ``tells_unknown_senders``: report also on mail of strangers that neither SPF nor a signature shows to come from
      its return path, where such mail is looked at: such reports hit people who sent nothing (backscatter).
    - ``own_addresses`` are never reported to, nor are ``mailer-daemon`` and ``double-bounce`` at ``host``.

    Raises:
        UsageError: a limit is below 1, or a value is of another kind.
    """

    host: str = attrs.field(default="localhost", validator=_check_host)
    postmaster: Address | None = attrs.field(default=None, converter=_address)
    delay_notice_after: timedelta | None = timedelta(hours=4)
    most_returned_octets: int = 50_000
    most_recipients: int = 1_000
    own_addresses: frozenset[Address] = attrs.field(default=frozenset(), converter=_addresses)
    tells_unknown_senders: bool = False
    _own_keys: frozenset[tuple[str, str]] = attrs.field(init=False, repr=False, eq=False)

    def __attrs_post_init__(self) -> None:
        if not isinstance(cast(object, self.delay_notice_after), timedelta | None):
            raise UsageError(f"delay_notice_after {self.delay_notice_after!r}: need a timedelta, or None for never")
        if self.most_returned_octets < 1 or self.most_recipients < 1:
            raise UsageError(
                f"{self.most_returned_octets} octets and {self.most_recipients} recipients: need 1 or more"
            )
        own = (*self.own_addresses, *(Address(SMTP, f"{name}@{self.host}") for name in _PROGRAMS))
        object.__setattr__(self, "_own_keys", frozenset(map(typed_key, own)))

    def reporter(self, *, utf8: bool) -> Address:
        """Say who a report comes from; without ``utf8`` at an address in ASCII, so that it can go anywhere."""
        known = self.postmaster
        if known is None or known.address_type != SMTP or not (utf8 or known.email_address.isascii()):
            known = Address(SMTP, f"postmaster@{ascii_domain(self.host)}")
        return attrs.evolve(known, display_name="Mail Delivery System")

    def is_own(self, address: Address) -> bool:
        """Say whether an address is one that programs of ours send reports under."""
        return typed_key(address) in self._own_keys
