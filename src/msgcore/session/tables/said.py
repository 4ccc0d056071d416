"""Conditions on what a view itself says of its rows, such as PidTagRowType: its source knows nothing of that."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from msgcore.errors import TooComplex
from msgcore.props.key import PropertyKey
from msgcore.props.match import matcher
from msgcore.props.restriction import (
    And,
    Annotation,
    Bitmask,
    Comparison,
    Content,
    Exists,
    Not,
    Or,
    PropertyComparison,
    Restriction,
    Size,
)
from msgcore.session.tables.source import bag_of

__all__ = ["without_said"]


def without_said(condition: Restriction, said: Mapping[PropertyKey, object]) -> Restriction:
    """Decide what a condition asks of properties that every row says alike, and leave what it asks of others.

    Raises:
        TooComplex: it compares one of these properties with one of the others.
    """
    match condition:
        case And() | Or():
            return attrs.evolve(condition, parts=tuple([without_said(part, said) for part in condition.parts]))
        case Not() | Annotation():
            return attrs.evolve(condition, part=without_said(condition.part, said))
        case PropertyComparison():
            about = {condition.tag, condition.other}
        case Content() | Comparison() | Bitmask() | Size() | Exists():
            about = {condition.tag}
        case _:  # of the message's own rows, of its names
            return condition
    if about.isdisjoint(said):
        return condition
    if not about <= said.keys():
        raise TooComplex(f"{' and '.join(sorted(tag.label for tag in about))}: one is the table's, one is the row's")
    return And(()) if matcher(condition)(bag_of(said.items())) else Or(())
