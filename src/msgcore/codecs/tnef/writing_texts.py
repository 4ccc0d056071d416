"""Texts for programs that know no Unicode, in one code page for a stream ([MS-OXTNEF] sections 2.1.3.2 and 2.1.3.3)."""

from __future__ import annotations

from collections.abc import Sequence

from msgcore.base.text import codec_of_code_page

__all__ = ["code_page_for", "in_code_page"]

_USUAL = 1252
_CODE_PAGES = (_USUAL, 1250, 1251, 1253, 1254, 1255, 1256, 1257, 1258, 874, 932, 936, 949, 950)


def code_page_for(texts: Sequence[str]) -> int:
    """Choose the first Windows code page that says the most of these texts."""
    told = [text for text in texts if not text.isascii()]
    chosen, most = _USUAL, 0
    for code_page in _CODE_PAGES:
        said = sum(in_code_page(text, code_page) is not None for text in told)
        if said > most:
            chosen, most = code_page, said
        if most == len(told):
            break
    return chosen


def in_code_page(text: str, code_page: int) -> bytes | None:
    """Write text with its NUL, where the code page has all of it: half of it would be worse than none."""
    if "\0" in text:
        return None
    try:
        return text.encode(codec_of_code_page(code_page)) + b"\0"
    except UnicodeEncodeError:
        return None
