"""The code pages of RTF text: a closed table, so that no number from a document chooses any other codec."""

from __future__ import annotations

__all__ = ["WINDOWS", "codec_of_charset", "codec_of_code_page"]

WINDOWS = "cp1252"

_SINGLE_OCTET = (
    437,
    737,
    775,
    850,
    852,
    855,
    857,
    858,
    860,
    861,
    862,
    863,
    864,
    865,
    866,
    869,
    874,
    *range(1250, 1259),
)
_CODECS = {page: f"cp{page}" for page in _SINGLE_OCTET} | {
    708: "iso8859-6",
    819: "latin-1",
    932: "cp932",
    936: "gb18030",
    949: "cp949",
    950: "cp950",
    1361: "johab",
    10000: "mac-roman",
    10006: "mac-greek",
    10007: "mac-cyrillic",
    10029: "mac-latin2",
    10081: "mac-turkish",
    20127: "cp1252",
    20866: "koi8-r",
    21866: "koi8-u",
    51932: "euc-jp",
    54936: "gb18030",
    65001: "utf-8",
    **{28590 + part: f"iso8859-{part}" for part in (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 13, 14, 15, 16)},
}
# RTF 1.9.1, "Font Table": 1 is the default, and 2 is that of symbol fonts; both read by the document's code page.
_PAGES_OF_CHARSETS = {
    0: 1252, 77: 10000, 128: 932, 129: 949, 130: 1361, 134: 936, 136: 950, 161: 1253, 162: 1254, 163: 1258, 177: 1255,
    178: 1256, 186: 1257, 204: 1251, 222: 874, 238: 1250, 254: 437, 255: 850,
}  # fmt: skip


def codec_of_code_page(page: int) -> str | None:
    """Name the codec of a code page (``\\ansicpg``, ``\\cpg``), or ``None``; some write 65001 as -535."""
    return _CODECS.get(page & 0xFFFF)


def codec_of_charset(charset: int) -> str | None:
    """Name the codec of a font's ``\\fcharset``, or ``None`` where the document's counts."""
    page = _PAGES_OF_CHARSETS.get(charset)
    return None if page is None else _CODECS.get(page)
