r"""RTF cut into tokens by one regular expression, over the octets as Latin-1.

Possessive quantifiers keep it linear: what was read is not given back. A control word is letters, a number and one
space, all but the letters optional; of a number with more than ten digits the rest is read and does not count.
"""

from __future__ import annotations

import re

__all__ = [
    "BYTES", "CLOSE", "FALLBACK", "NUMBER", "OPEN", "SIGNATURE", "STARRED", "SYMBOL", "TAG", "TEXT", "TOKEN", "UNICODE",
    "UNICODE_FALLBACK", "WORD", "Token", "end_of_group", "number",
]  # fmt: skip

Token = re.Match[str]

# The groups of TOKEN; the last that matched says the kind.
TEXT, TAG, UNICODE, UNICODE_FALLBACK, WORD, NUMBER, BYTES, SYMBOL, OPEN, STARRED, CLOSE = range(1, 12)

TOKEN = re.compile(
    r"""
      ([^\\{}\r\n\0]++)                                                          # text
    | \{\\\*\\htmltag[0-9]*+[ ]?+([^\\{}\r\n\0]*+)\}                             # a plain HTML fragment, whole
    | \\(?:
          u(-?[0-9]{1,10})[0-9]*+[ ]?+ (\\'[0-9A-Fa-f]{2}|[^\\{}\r\n\0]|(?!))?+  # a UTF-16 unit, its fallback
        | ([A-Za-z]++) (?:(-?[0-9]{1,10})[0-9]*+|(?!))?+ [ ]?+                   # a word, its number
        | ('[0-9A-Fa-f]{2} (?:\\'[0-9A-Fa-f]{2}|(?!))*+)                         # octets
        | ([^A-Za-z])                                                            # a symbol
      )
                                                                                 # a group, its \* destination
    | (\{) (?: [\r\n\0 ]*+ \\\* [\r\n\0 ]*+ \\([A-Za-z]++) (?:-?[0-9]++|(?!))?+ [ ]?+ |(?!))?+
    | (\})
    """,
    re.VERBOSE,
)
# What stands for one unit where \u is not understood. Words are none: writers that forget it lose nothing.
FALLBACK = re.compile(r"[\r\n\0]*+(?:\\bin([0-9]{1,10})[0-9]*+ ?+|\\'[0-9A-Fa-f]{2}|\\[^A-Za-z\r\n]|[^\\{}])")
SIGNATURE = re.compile(r"[\s\0\xef\xbb\xbf]*+\{\s*+\\(?:rtf|urtf)")

_NEXT_BRACE = re.compile(r"(?:[^\\{}]++|\\(?!bin[0-9])[\s\S]|(?!))*+(?:([{}])|\\bin([0-9]{1,10})[0-9]*+ ?+)")


def number(digits: str | None, without: int) -> int:
    """Give the number of a control word, or ``without``."""
    return without if digits is None else int(digits)


def end_of_group(text: str, place: int) -> int:
    """Find the brace that closes the group which ``place`` is in, or the end of the text."""
    depth = 1
    while (brace := _NEXT_BRACE.match(text, place)) is not None:
        place = brace.end()
        if brace[1] == "{":
            depth += 1
        elif brace[1] == "}":
            depth -= 1
            if not depth:
                return place - 1
        else:
            place += int(brace[2])
    return len(text)
