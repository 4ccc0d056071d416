"""How large a restriction may be in any written form."""

from __future__ import annotations

from msgcore.errors import TooComplex
from msgcore.props.check import MAX_DEPTH, MAX_TERMS, parts_of
from msgcore.props.restriction import Restriction

__all__ = ["refuse_too_large"]


def refuse_too_large(restriction: Restriction) -> None:
    """Raise ``TooComplex`` when a restriction is deeper or has more terms than ``check_restriction`` takes."""
    level = [restriction]
    terms = 0
    for _ in range(MAX_DEPTH):
        terms += len(level)
        if terms > MAX_TERMS:
            raise TooComplex(f"the restriction has more than {MAX_TERMS} terms")
        level = [part for one in level for part in parts_of(one)]
        if not level:
            return
    raise TooComplex(f"the restriction is nested deeper than {MAX_DEPTH}")
