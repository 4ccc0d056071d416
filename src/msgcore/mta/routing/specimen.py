"""Specimens: for an address space, an address that it matches."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from msgcore.errors import MsgcoreError
from msgcore.model.address import SMTP, Address, check_smtp_address
from msgcore.mta.routing.spaces import AddressSpace

__all__ = ["specimen"]

_USUAL = "any-address"  # of which no table speaks
_ANYBODY = f"{_USUAL}@{_USUAL}.invalid"
_UNUSUAL = ("", _USUAL, '"', f'"@{_USUAL}', f"{_USUAL}@{_USUAL}", "[", "]")
_MOST_STARS = 3


def specimen(space: AddressSpace) -> Address | None:
    """Give an address that the space matches, an ordinary one where it can be; ``None`` if no valid address does.

    A pattern of more than three stars that no simple run of characters makes an address of gets one that is none.
    """
    key = space.key
    if space.address_type != SMTP:
        return Address(space.address_type, key.replace("*", _USUAL))
    if key == "*":
        return Address(SMTP, _ANYBODY)
    usual = key.replace("*", _USUAL)
    if _is_address(usual):
        return Address(SMTP, usual)
    if key.count("*") > _MOST_STARS:
        return Address(SMTP, usual)
    return next((Address(SMTP, text) for text in _filled(key) if _is_address(text)), None)


def _filled(key: str) -> Iterator[str]:
    first, *others = key.split("*")
    for fillings in product(_UNUSUAL, repeat=len(others)):
        yield first + "".join(filling + run for filling, run in zip(fillings, others, strict=True))


def _is_address(text: str) -> bool:
    try:
        check_smtp_address(text)
    except MsgcoreError:
        return False
    return True
