"""SASLprep (RFC 4013): one form for names and passwords that look the same."""

from __future__ import annotations

import stringprep
from unicodedata import ucd_3_2_0

__all__ = ["prepared"]

_PROHIBITED = (
    stringprep.in_table_a1,
    stringprep.in_table_c12,
    stringprep.in_table_c21_c22,
    stringprep.in_table_c3,
    stringprep.in_table_c4,
    stringprep.in_table_c5,
    stringprep.in_table_c6,
    stringprep.in_table_c7,
    stringprep.in_table_c8,
    stringprep.in_table_c9,
)


def prepared(text: str) -> str:
    """Give ``text`` as SASLprep makes it, or as it is where SASLprep refuses it.

    Servers that know no SASLprep take every password; those that do fall back in the same way, as PostgreSQL does.
    """
    if text.isascii() and text.isprintable():
        return text
    mapped = "".join(" " if stringprep.in_table_c12(c) else c for c in text if not stringprep.in_table_b1(c))
    normal = ucd_3_2_0.normalize("NFKC", mapped)
    return normal if normal and _is_allowed(normal) else text


def _is_allowed(text: str) -> bool:
    return not any(is_in(c) for c in text for is_in in _PROHIBITED) and _runs_one_way(text)


def _runs_one_way(text: str) -> bool:
    """Say whether text from right to left is that throughout (RFC 3454 section 6)."""
    if not any(map(stringprep.in_table_d1, text)):
        return True
    is_framed = stringprep.in_table_d1(text[0]) and stringprep.in_table_d1(text[-1])
    return is_framed and not any(map(stringprep.in_table_d2, text))
