"""What control words say: the characters they stand for, in text and in HTML, and the groups that are no text."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["DESTINATIONS", "HTML_SYMBOLS", "HTML_WORDS", "LINE_END", "TEXT_SYMBOLS", "TEXT_WORDS"]

LINE_END = "\r\n"

_BOTH: Mapping[str, str] = {
    "par": LINE_END,
    "line": LINE_END,
    "softline": LINE_END,
    "tab": "\t",
    "zwj": "\u200d",
    "zwnj": "\u200c",
    "zwbo": "\u200b",
    "zwnbo": "\u2060",
    "ltrmark": "\u200e",
    "rtlmark": "\u200f",
}
TEXT_WORDS: Mapping[str, str] = {
    **_BOTH,
    "sect": LINE_END,
    "page": LINE_END,
    "column": LINE_END,
    "cell": "\t",
    "nestcell": "\t",
    "lquote": "\u2018",
    "rquote": "\u2019",
    "ldblquote": "\u201c",
    "rdblquote": "\u201d",
    "bullet": "\u2022",
    "endash": "\u2013",
    "emdash": "\u2014",
    "enspace": "\u2002",
    "emspace": "\u2003",
    "qmspace": "\u2005",
}
HTML_WORDS: Mapping[str, str] = {  # [MS-OXRTFEX] section 2.1.3.1.3
    **_BOTH,
    "lquote": "&lsquo;",
    "rquote": "&rsquo;",
    "ldblquote": "&ldquo;",
    "rdblquote": "&rdquo;",
    "bullet": "&bull;",
    "endash": "&ndash;",
    "emdash": "&mdash;",
    "enspace": "&ensp;",
    "emspace": "&emsp;",
}
_BOTH_SYMBOLS: Mapping[str, str] = {"\\": "\\", "{": "{", "}": "}", "\r": LINE_END, "\n": LINE_END, "\t": "\t"}
TEXT_SYMBOLS: Mapping[str, str] = {**_BOTH_SYMBOLS, "~": "\xa0", "_": "\u2011", "-": "\xad"}
HTML_SYMBOLS: Mapping[str, str] = {**_BOTH_SYMBOLS, "~": "&nbsp;", "_": "&#8209;", "-": "&shy;"}

# Groups without \* whose content is no text of the document.
_NO_TEXT = """
colortbl stylesheet info pict filetbl listtable listoverridetable revtbl header headerl headerr headerf footer footerl
footerr footerf ftnsep ftnsepc ftncn aftnsep aftnsepc aftncn fldinst objdata objclass objname objalias objsect
nonshppict xe tc rxe txe bkmkstart bkmkend template private atnid atnauthor annotation comment background themedata
colorschememapping datastore latentstyles pgptbl xmlnstbl mmathPr
"""
DESTINATIONS = frozenset(_NO_TEXT.split())
