"""Address spaces: which addresses of a type can be reached, and at what cost."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import cast

import attrs

from msgcore.base.text import refuse_line_ends
from msgcore.errors import UsageError
from msgcore.model.address import SMTP
from msgcore.wire.domain import address_key

__all__ = ["AddressSpace"]

_ADDRESS_TYPE = re.compile(r"[A-Z][A-Z0-9-]*")
_STARS = re.compile(r"\*+")


def _upper(address_type: str) -> str:
    return address_type.upper()


def _names(names: Iterable[str]) -> tuple[str, ...]:
    if isinstance(names, str):
        raise UsageError(f"scope: need a sequence of names; write [{names!r}]")
    return tuple(names)


@attrs.frozen
class AddressSpace:
    """Addresses of ``address_type`` that match ``pattern`` can be reached at ``cost``: 1 to 100, the last resort.

    The whole address is compared, and ``*`` stands for any run of characters. For SMTP: ``bob@b.test``, ``*@b.test``,
    ``*@*.b.test`` (the subdomains of b.test and not b.test itself), ``*``. For other types a space is exact, holds
    ``*`` anywhere, or is ``*``.

    Raises:
        UsageError: the type, pattern or cost is not of that form; the message says what to write instead.
    """

    address_type: str = attrs.field(converter=_upper)
    pattern: str
    cost: int = 1
    scope: tuple[str, ...] = attrs.field(converter=_names, default=(), kw_only=True)
    """The sites and locations for which it is there; empty: the whole organisation."""
    fallthrough: bool = attrs.field(default=False, kw_only=True)
    """Whether a less specific space may take what would have to wait for this one; usually it waits."""
    key: str = attrs.field(init=False, repr=False, eq=False)
    """The pattern in the form of :func:`address_key`."""

    def __attrs_post_init__(self) -> None:
        if not _ADDRESS_TYPE.fullmatch(self.address_type):
            raise UsageError(f"address type {self.address_type!r}: need letters, digits and -, such as SMTP or X400")
        cost = cast(object, self.cost)
        if not isinstance(cost, int) or isinstance(cost, bool) or not 1 <= cost <= 100:
            raise UsageError(f"{self}: cost {cost!r}: need 1 to 100")
        _check_pattern(self)
        object.__setattr__(self, "key", _STARS.sub("*", address_key(self.address_type, self.pattern)))

    @property
    def is_exact(self) -> bool:
        """Whether it is one address, without a wildcard."""
        return "*" not in self.key

    @property
    def specificity(self) -> tuple[int, int]:
        """What decides before cost, greater first: exact, then a wildcard by its literal characters, then ``*``."""
        return (1 if self.is_exact else 0, len(self.key) - self.key.count("*"))

    def matches(self, address: str) -> bool:
        """Say whether the pattern matches ``address``, which is of this type."""
        return self.matches_key(address_key(self.address_type, address))

    def matches_key(self, key: str) -> bool:
        """Say whether the pattern matches an address in the form of :func:`address_key`.

        The leftmost place for each run of literals is always right for ``*``, so nothing is ever tried twice.
        """
        first, *others = self.key.split("*")
        if not others:
            return key == first
        last = others.pop()
        if not key.startswith(first):
            return False
        start = len(first)
        for run in others:
            found = key.find(run, start)
            if found < 0:
                return False
            start = found + len(run)
        return len(key) - len(last) >= start and key.endswith(last)

    def __str__(self) -> str:
        return f"{self.address_type}:{self.pattern}"


def _check_pattern(space: AddressSpace) -> None:
    pattern = space.pattern
    refuse_line_ends(pattern, f"address space of type {space.address_type}")
    if not pattern.strip():
        raise UsageError(f"{space}: the pattern is empty; write '*' for every address of type {space.address_type}")
    if pattern != pattern.strip():
        raise UsageError(f"{space}: white space around the pattern; write {pattern.strip()!r}")
    if space.address_type != SMTP or not pattern.strip("*"):
        return
    local, at, domain = pattern.rpartition("@")
    if not at:
        bare = pattern.removeprefix("*").removeprefix(".")
        raise UsageError(
            f"{space}: the whole address is compared; write '*@{bare}' for a domain, '*@*.{bare}' for its subdomains"
        )
    if not local:
        raise UsageError(f"{space}: no address has an empty local part; write '*{pattern}'")
    if any("*" in label and not label.isascii() for label in domain.split(".")):
        raise UsageError(f"{space}: '*' inside an international label; write the label in its xn-- form or '*' alone")
    if not domain:
        raise UsageError(f"{space}: nothing behind the @; write a domain, or '*' alone for every address")
