"""The tables inside a message: its recipients and attachments, numbered in their order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import attrs

from msgcore.props.key import PropertyKey
from msgcore.props.match import PropertySource
from msgcore.props.table import PidTagAttachNumber, PidTagInstanceKey, PidTagRowid
from msgcore.props.tags import Property

__all__ = ["NumberedRow", "numbered"]


@attrs.frozen
class NumberedRow:
    """A recipient or an attachment, and its number from 0."""

    source: PropertySource
    number: int

    def get(self, tag: Property[Any]) -> object:
        key: PropertyKey = tag
        if key == PidTagInstanceKey:
            return self.number.to_bytes(4, "big")
        return self.number if key in {PidTagRowid, PidTagAttachNumber} else self.source.get(tag)


def numbered(sources: Sequence[PropertySource]) -> list[NumberedRow]:
    return [NumberedRow(one, number) for number, one in enumerate(sources)]
