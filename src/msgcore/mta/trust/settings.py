"""Whom an MTA signs for, what it looks at of mail that comes in, and whose word it takes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, cast, get_args

import attrs

from msgcore.base.text import Secret, refuse_line_ends
from msgcore.errors import UsageError
from msgcore.spi.secrets import check_reference
from msgcore.wire.domain import ascii_domain

__all__ = ["NO_TRUST", "DkimKey", "DmarcAction", "TrustSettings"]

DmarcAction = Literal["note", "reject"]
"""What is done about mail whose DMARC fails, where its domain asks for that: it is noted, or refused."""


def _name(given: str) -> str:
    return ascii_domain(refuse_line_ends(given, "domain or selector").strip().removesuffix("."))


@attrs.frozen
class DkimKey:
    """A key to sign with, for mail whose author is at ``domain``: published at ``selector``._domainkey.``domain``.

    ``key`` refers to where it lies: ``file:PATH``, ``env:NAME``; or is a ``Secret``. It is PEM, or for Ed25519 the 32
    octets in base64.

    Raises:
        UsageError: a name is empty, or ``key`` is no reference.
    """

    domain: str = attrs.field(converter=_name)
    selector: str = attrs.field(converter=_name)
    key: str | Secret = attrs.field(repr=False)

    def __attrs_post_init__(self) -> None:
        if not self.domain or not self.selector:
            raise UsageError("a DKIM key: need a domain and a selector, such as 'a.test' and 'mail2026'")
        if isinstance(self.key, str):
            check_reference(self.key)
        elif not isinstance(cast(object, self.key), Secret):
            raise UsageError(f"a DKIM key: need 'file:PATH', 'env:NAME' or a Secret, got {type(self.key).__name__}")

    @property
    def name(self) -> str:
        """Where its public half is published."""
        return f"{self.selector}._domainkey.{self.domain}"


def _keys(keys: Iterable[DkimKey]) -> tuple[DkimKey, ...]:
    if not isinstance(cast(object, keys), Iterable):
        raise UsageError("keys: need a sequence of keys; write [DkimKey(…)]")
    return tuple(keys)


def _domains(names: Iterable[str]) -> frozenset[str]:
    if isinstance(names, str):
        raise UsageError(f"need a sequence of domains; write [{names!r}]")
    return frozenset(_name(one) for one in names)


@attrs.frozen
class TrustSettings:
    """Trust of a node: with nothing set nothing is signed and nothing is looked at.

    - ``keys``: mail of an author at the domain of a key is signed with it, by several if there are several.
    - ``verifies``: mail of clients that are not logged in and may not relay is looked at: SPF, DKIM, ARC and DMARC.
      What comes of it stands in an Authentication-Results field, and routes may heed it.
    - ``on_dmarc_fail``: ``"note"``, and nothing else, or ``"reject"``: what a domain wants refused is refused,
      and so is mail of no author that has a domain.
    - ``believes_arc_of``: domains whose ARC seals are believed: what they saw before a list or a forwarder changed
      the message counts as if it had been seen here.
    - ``seals_as``: the domain of a key, of RSA, in whose name mail of strangers that is passed on is sealed (ARC).
    - ``verify_seconds``: how long looking may take; what is not known by then is a ``temperror``.
    - ``most_questions``: how many names are asked for about one message.

    Raises:
        UsageError: a limit is not above 0, or an action is not known.
    """

    keys: tuple[DkimKey, ...] = attrs.field(default=(), converter=_keys)
    verifies: bool = False
    on_dmarc_fail: DmarcAction = "note"
    believes_arc_of: frozenset[str] = attrs.field(default=frozenset(), converter=_domains)
    seals_as: str = attrs.field(default="", converter=_name)
    verify_seconds: float = 20.0
    most_questions: int = 60

    def __attrs_post_init__(self) -> None:
        if not all(isinstance(one, DkimKey) for one in cast("tuple[object, ...]", self.keys)):
            raise UsageError("keys: need DkimKey values, such as [DkimKey('a.test', 'mail2026', 'file:mail2026.pem')]")
        if self.seals_as and self.seals_as not in {one.domain for one in self.keys}:
            raise UsageError(f"seals_as {self.seals_as!r}: need the domain of one of the keys")
        if self.on_dmarc_fail not in get_args(DmarcAction):
            raise UsageError(f"on_dmarc_fail {self.on_dmarc_fail!r}: need 'note' or 'reject'")
        if self.verify_seconds <= 0 or self.most_questions < 1:
            raise UsageError("verify_seconds and most_questions: need more than 0")


NO_TRUST = TrustSettings()
