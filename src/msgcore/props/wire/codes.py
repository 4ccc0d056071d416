"""The numbers in restrictions on a wire ([MS-OXCDATA] section 2.12)."""

from __future__ import annotations

import enum
from collections.abc import Mapping

from msgcore.props.restriction import ContentMode, Relation, SubTable

__all__ = ["DEPTH_OF_VALUE", "IGNORES", "LEVELS", "PR_ANR", "RELATIONS", "SUB_TABLES", "Kind", "mode_of_level"]

DEPTH_OF_VALUE = 9
"""How many levels more a restriction counts that is a value inside another one: it takes as many calls to read."""

PR_ANR = 0x360C
"""The id of the property that stands for an ambiguous name (PidTagAnr)."""

IGNORES = (0x1, 0x2, 0x4)
"""The bits of FuzzyLevelHigh: ignore case, ignore non-space, loose."""


class Kind(enum.IntEnum):
    """RestrictType."""

    AND = 0x00
    OR = 0x01
    NOT = 0x02
    CONTENT = 0x03
    PROPERTY = 0x04
    COMPARE_PROPERTIES = 0x05
    BITMASK = 0x06
    SIZE = 0x07
    EXIST = 0x08
    SUB = 0x09
    COMMENT = 0x0A
    COUNT = 0x0B
    ANNOTATION = 0x0C


RELATIONS: Mapping[int, Relation] = {
    0x00: Relation.LT,
    0x01: Relation.LE,
    0x02: Relation.GT,
    0x03: Relation.GE,
    0x04: Relation.EQ,
    0x05: Relation.NE,
    0x06: Relation.MATCHES,
    0x64: Relation.MEMBER_OF,
}

LEVELS: Mapping[ContentMode, int] = {
    ContentMode.FULL: 0x00,
    ContentMode.SUBSTRING: 0x01,
    ContentMode.PREFIX: 0x02,
    ContentMode.WORD_PREFIX: 0x10,
    ContentMode.PHRASE: 0x20,
}

SUB_TABLES: Mapping[int, SubTable] = {0x0E12000D: SubTable.RECIPIENTS, 0x0E13000D: SubTable.ATTACHMENTS}


def mode_of_level(level: int) -> ContentMode | None:
    """Read FuzzyLevelLow; a mark for words stands for itself, whichever level it comes with."""
    marks, base = level & 0x30, level & ~0x30
    if base > LEVELS[ContentMode.PREFIX]:
        return None
    if marks:
        return ContentMode.PHRASE if marks & LEVELS[ContentMode.PHRASE] else ContentMode.WORD_PREFIX
    return (ContentMode.FULL, ContentMode.SUBSTRING, ContentMode.PREFIX)[base]
