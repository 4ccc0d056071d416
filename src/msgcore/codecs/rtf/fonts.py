"""The font table, as far as it says in which code page text is written."""

from __future__ import annotations

import re
from collections.abc import Mapping

from msgcore.codecs.rtf.code_pages import codec_of_charset, codec_of_code_page

__all__ = ["read_fonts"]

_SAYING = re.compile(r"\\(f|fcharset|cpg)(-?[0-9]{1,10})")


def read_fonts(table: str) -> Mapping[int, str]:
    r"""Give the codec of each font that says one; ``\cpg`` counts before ``\fcharset`` (RTF 1.9.1, "Font Table")."""
    codecs: dict[int, str] = {}
    font = 0
    for word, digits in _SAYING.findall(table):
        if word == "f":
            font = int(digits)
            continue
        said = codec_of_code_page(int(digits)) if word == "cpg" else codec_of_charset(int(digits))
        if said is not None and (word == "cpg" or font not in codecs):
            codecs[font] = said
    return codecs
