"""The code page of text that is not Unicode in a .msg file ([MS-OXMSG] section 2.1.3.2)."""

from __future__ import annotations

from collections.abc import Mapping

from msgcore.props.bag import PropBag
from msgcore.props.table import PidTagInternetCodepage, PidTagMessageCodepage, PidTagMessageLocaleId

__all__ = ["code_page_of"]

_WIDE = frozenset({1200, 1201})
_UNICODE = _WIDE | {65000, 65001}

# The primary language of a locale ([MS-LCID]), and the ANSI code page that Windows has for it.
_OF_LANGUAGES: Mapping[int, int] = {
    0x01: 1256, 0x02: 1251, 0x04: 936, 0x05: 1250, 0x08: 1253, 0x0D: 1255, 0x0E: 1250, 0x11: 932, 0x12: 949,
    0x15: 1250, 0x18: 1250, 0x19: 1251, 0x1A: 1250, 0x1B: 1250, 0x1C: 1250, 0x1E: 874, 0x1F: 1254, 0x22: 1251,
    0x23: 1251, 0x24: 1250, 0x25: 1257, 0x26: 1257, 0x27: 1257, 0x29: 1256, 0x2A: 1258, 0x2F: 1251,
}  # fmt: skip
_TRADITIONAL_CHINESE = frozenset({0x0404, 0x0C04, 0x1404})


# Of code pages that Internet mail uses and no Windows has for its own text, the nearest that it has.
_ANSI: Mapping[int, int] = {
    **dict.fromkeys((50220, 50221, 50222, 51932, 20932), 932),
    **dict.fromkeys((50225, 51949), 949),
    **dict.fromkeys((52936, 51936), 936),
    **{28591: 1252, 28592: 1250, 28594: 1257, 28595: 1251, 28596: 1256, 28597: 1253, 28598: 1255, 28599: 1254},
    **{28605: 1252, 20866: 1251, 21866: 1251, 20127: 1252},
}


def code_page_of(properties: PropBag, usual: int) -> int:
    """Give the code page that a message says, or that of its language or of its HTML, or else the usual one."""
    said = properties.get(PidTagMessageCodepage, 0)
    if said > 0 and said not in _WIDE:
        return said
    locale = properties.get(PidTagMessageLocaleId, 0)
    found = 950 if locale in _TRADITIONAL_CHINESE else _OF_LANGUAGES.get(locale & 0x3FF)
    if found is not None:
        return found
    of_html = properties.get(PidTagInternetCodepage, 0)
    return usual if of_html in _UNICODE or of_html <= 0 else _ANSI.get(of_html, of_html)
