"""Words of a text, for the conditions that compare words and for the index that a store keeps of them.

A word is a run of letters, digits and combining marks that starts with a letter or digit; an underscore is none of
these. In scripts that are written without spaces each character is a word of its own, with the marks behind it.
So every ASCII character of a word is a letter or digit, which an index may rely on.

Folding without diacritics (:func:`msgcore.base.text.fold`) turns each character into characters of the same kind, or
a mark into none: the words of the folded text are the folded words. What stands in a text by its exact words or
without case does so too without diacritics, and an index of those words never misses it. The iota subscript (U+0345)
is the one mark that folds to a letter, so that it counts as one.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import cache

__all__ = ["LONGEST_WORD", "line_of_words", "words"]

LONGEST_WORD = 255
"""By how many of its characters a word counts in an index, and wherever diacritics alone are ignored."""

_ASCII_WORDS = re.compile("[A-Za-z0-9]++")
# Thai and Lao, Myanmar, Khmer, Han with its numerals and repetition marks, Hiragana, Katakana; the digits among them.
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\ua9e0-\ua9ff\uaa60-\uaa7f\U000116d0-\U000116e3"
    "\u3005-\u3007\u3021-\u3029\u3031-\u303c\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
    "\u3041-\u3096\u309d-\u30ff\u31f0-\u31ff\uff66-\uff9f\U0001aff0-\U0001b16f"
)
# Combining marks stand in the first two planes, and variation selectors in the fifteenth.
_MARK_PLANES = (range(0x300, 0x20000), range(0xE0100, 0xE01F0))
_IOTA = "\u0345"


def words(text: str, longest: int | None = LONGEST_WORD) -> list[str]:
    """Give the words of a text as it stands, each cut after ``longest`` characters; the caller folds."""
    found: list[str] = (_ASCII_WORDS if text.isascii() else _any_words()).findall(text)
    if longest is None or max(map(len, found), default=0) <= longest:
        return found
    return [word[:longest] for word in found]


def line_of_words(words: Sequence[str], *, is_cut: bool = False) -> str:
    """Write words as one text, so that a phrase stands in a line as a text in a text; no blank ends one that is cut."""
    if not words:
        return ""
    return f" {' '.join(words)}" if is_cut else f" {' '.join(words)} "


@cache
def _any_words() -> re.Pattern[str]:
    marks, letter = f"[{_marks()}]", rf"[^\W_{_UNSPACED}]"
    run = f"(?:{letter}|{_IOTA}){letter}*+(?:{marks}++{letter}*+|(?!))*+"
    character = rf"(?=[{_UNSPACED}])[^\W_](?:(?!{_IOTA}){marks}|(?!))*+"
    return re.compile(f"{run}|{character}")


def _marks() -> str:
    """Give the ranges of combining marks, written as in a character class."""
    ranges: list[list[int]] = []
    for plane in _MARK_PLANES:
        for number in plane:
            if unicodedata.category(chr(number))[0] != "M":
                continue
            if ranges and ranges[-1][1] == number - 1:
                ranges[-1][1] = number
            else:
                ranges.append([number, number])
    return "".join(f"{chr(first)}-{chr(last)}" for first, last in ranges)
