"""Character sets by their MIME names: a closed table, so that no name from a message ever reaches ``codecs.lookup``."""

from __future__ import annotations

import re

from msgcore.base.memo import Memo
from msgcore.codecs.mime.syntax.tolerated import Note, ignore

__all__ = [
    "charset_of_code_page",
    "code_page_of_charset",
    "codec_of_charset",
    "decode",
    "decode_as",
    "guess",
    "is_wide",
]

# One row for each codec, or two: Python's name, the Windows code page (0: none), then the MIME names and what mail
# calls them.
# A name of a subset reads as the superset that real mail uses under it (WHATWG encoding standard).
_ROWS = """
ascii 20127 us-ascii ascii ansi_x3.4-1968 iso646-us us 646 iso-ir-6 cp367 csascii
utf-8 65001 utf-8 utf8 unicode-1-1-utf-8 utf-8-mac x-utf8 unicode11utf8 unicode20utf8 x-unicode20utf8
utf-7 65000 utf-7 utf7 unicode-1-1-utf-7 x-unicode-2-0-utf-7 csunicode11utf7
utf-16 0 utf-16 utf16 unicode csunicode
utf-16-le 1200 utf-16le iso-10646-ucs-2 ucs-2 unicodefeff
utf-16-be 1201 utf-16be unicodefffe
utf-32 0 utf-32 utf32
latin-1 28591 iso-8859-1 iso8859-1 iso_8859-1 iso88591 latin1 latin-1 l1 iso-ir-100 cp819 ibm819 csisolatin1 8859-1
latin-1 28591 iso_8859-1:1987 iso-latin-1
iso8859-2 28592 iso-8859-2 iso8859-2 iso_8859-2 iso88592 latin2 latin-2 l2 iso-ir-101 csisolatin2 iso_8859-2:1987
iso8859-3 28593 iso-8859-3 iso8859-3 iso_8859-3 latin3 latin-3 l3 iso_8859-3:1988 iso88593 iso-ir-109 csisolatin3
iso8859-4 28594 iso-8859-4 iso8859-4 iso_8859-4 latin4 latin-4 l4 iso_8859-4:1988 iso88594 iso-ir-110 csisolatin4
iso8859-5 28595 iso-8859-5 iso8859-5 iso_8859-5 cyrillic iso-ir-144 iso_8859-5:1988 iso88595 csisolatincyrillic
iso8859-6 28596 iso-8859-6 iso8859-6 iso_8859-6 iso-8859-6-i iso-8859-6-e arabic asmo-708 iso_8859-6:1987 iso88596
iso8859-6 28596 iso-ir-127 ecma-114 csisolatinarabic csiso88596e csiso88596i
iso8859-7 28597 iso-8859-7 iso8859-7 iso_8859-7 greek greek8 elot_928 ecma-118 iso_8859-7:1987 iso88597 iso-ir-126
iso8859-7 28597 csisolatingreek sun_eu_greek
iso8859-8 28598 iso-8859-8 iso8859-8 iso_8859-8 hebrew iso-8859-8-e iso_8859-8:1988 iso88598 iso-ir-138
iso8859-8 28598 csisolatinhebrew csiso88598e visual
iso8859-8 38598 iso-8859-8-i csiso88598i logical
iso8859-9 28599 iso-8859-9 iso8859-9 iso_8859-9 latin5 latin-5 l5 iso_8859-9:1989 iso88599 iso-ir-148 csisolatin5
iso8859-10 28600 iso-8859-10 iso8859-10 latin6 latin-6 l6 iso885910 iso-ir-157 csisolatin6
iso8859-11 28601 iso-8859-11 iso8859-11 iso885911
iso8859-13 28603 iso-8859-13 iso8859-13 latin7 latin-7 iso885913
iso8859-14 28604 iso-8859-14 iso8859-14 latin8 latin-8 iso885914
iso8859-15 28605 iso-8859-15 iso8859-15 iso_8859-15 latin9 latin-9 iso885915 csisolatin9 l9
iso8859-16 28606 iso-8859-16 iso8859-16 latin10 latin-10
cp1250 1250 windows-1250 cp1250 cp-1250 x-cp1250 win-1250
cp1251 1251 windows-1251 cp1251 cp-1251 x-cp1251 win-1251 win1251 windows1251
cp1252 1252 windows-1252 cp1252 cp-1252 x-cp1252 win-1252 ansi x-ansi windows1252 win1252
cp1253 1253 windows-1253 cp1253 cp-1253 x-cp1253
cp1254 1254 windows-1254 cp1254 cp-1254 x-cp1254
cp1255 1255 windows-1255 cp1255 cp-1255 x-cp1255
cp1256 1256 windows-1256 cp1256 cp-1256 x-cp1256
cp1257 1257 windows-1257 cp1257 cp-1257 x-cp1257
cp1258 1258 windows-1258 cp1258 cp-1258 x-cp1258
cp874 874 windows-874 cp874 tis-620 tis620 x-windows-874 dos-874 tis620.2533
cp437 437 ibm437 cp437 437 cspc8codepage437
cp737 737 ibm737 cp737
cp775 775 ibm775 cp775
cp850 850 ibm850 cp850 850
cp852 852 ibm852 cp852 852
cp855 855 ibm855 cp855 855
cp857 857 ibm857 cp857
cp858 858 ibm00858 cp858 cp00858
cp860 860 ibm860 cp860
cp861 861 ibm861 cp861
cp862 862 ibm862 cp862 dos-862
cp863 863 ibm863 cp863
cp864 864 ibm864 cp864
cp865 865 ibm865 cp865
cp866 866 ibm866 cp866 866 csibm866
cp869 869 ibm869 cp869
koi8-r 20866 koi8-r koi8r koi koi8 cskoi8r
koi8-u 21866 koi8-u koi8u koi8-ru
mac-roman 0 macintosh mac macroman x-mac-roman csmacintosh
mac-cyrillic 0 x-mac-cyrillic maccyrillic x-mac-ukrainian
mac-latin2 0 x-mac-ce x-mac-centraleurroman
mac-greek 0 x-mac-greek
mac-turkish 0 x-mac-turkish
ptcp154 0 ptcp154 pt154 cp154
hp-roman8 0 hp-roman8 roman8
cp932 932 shift_jis shift-jis sjis x-sjis ms_kanji csshiftjis windows-31j cp932 ms932
euc-jp 51932 euc-jp eucjp x-euc-jp cseucpkdfmtjapanese
iso2022_jp_ext 50220 iso-2022-jp csiso2022jp iso2022-jp iso2022jp iso-2022-jp-1 cp50220 cp50221 iso-2022-jp-ms
iso2022_jp_2 0 iso-2022-jp-2 csiso2022jp2
iso2022_jp_3 0 iso-2022-jp-3 iso-2022-jp-2004
gb18030 54936 gb18030 gb-18030
gb18030 936 gbk gb2312 gb_2312-80 gb_2312 gb2312-80 cp936 ms936 windows-936 x-gbk euc-cn euccn csgb2312 iso-ir-58
gb18030 936 chinese csiso58gb231280 gb18030-2005
hz 52936 hz-gb-2312 hz
cp950 950 big5 big-5 big5-eten cn-big5 csbig5 x-x-big5 cp950
big5hkscs 0 big5-hkscs big5hkscs
cp949 949 euc-kr euckr ks_c_5601-1987 ks_c_5601-1989 ks_c_5601 ksc5601 ksc_5601 windows-949 cp949 uhc x-windows-949
cp949 949 korean cseuckr csksc56011987 iso-ir-149
johab 1361 johab cp1361
iso2022_kr 50225 iso-2022-kr csiso2022kr
"""

_CODECS: dict[str, str] = {}
_CODE_PAGES: dict[str, int] = {}
_NAMES: dict[int, str] = {}
for _row in _ROWS.strip().splitlines():
    _codec, _page, *_names = _row.split()
    for _name in _names:
        _CODECS[_name] = _codec
        _CODE_PAGES[_name] = int(_page)
    if _page != "0":
        _NAMES.setdefault(int(_page), _names[0])

_LONGEST_NAME = 80
_C1 = re.compile("[\x80-\x9f]")


def codec_of_charset(charset: str) -> str | None:
    """Name the codec of a MIME charset, or ``None`` when the table has no such name."""
    return _KNOWN[charset][0] if len(charset) < _LONGEST_NAME else None


def code_page_of_charset(charset: str) -> int | None:
    """Give the Windows code page that reads the charset, or ``None`` when there is none."""
    return _KNOWN[charset][1] if len(charset) < _LONGEST_NAME else None


def is_wide(charset: str) -> bool:
    """Say whether a character takes two octets or more, so that CR and LF are no octets of their own."""
    return len(charset) < _LONGEST_NAME and _KNOWN[charset][2]


def _looked_up(charset: str) -> tuple[str | None, int | None, bool]:
    """Give codec, code page and width. Some mailers leave quotes or a separator at the ends, some write ``utf_8``."""
    name = charset.strip(" \t\"';,").lower()
    if name not in _CODECS:
        name = name.replace("_", "-")
    codec = _CODECS.get(name)
    return codec, _CODE_PAGES.get(name) or None, codec is not None and codec.startswith(("utf-16", "utf-32"))


_KNOWN = Memo(_looked_up, 256)


def charset_of_code_page(code_page: int) -> str | None:
    """Name the MIME charset of a Windows code page, or ``None``: then the text is written in UTF-8."""
    return _NAMES.get(code_page)


def decode(octets: bytes, charset: str, note: Note = ignore) -> str:
    """Decode text that is said to be in ``charset`` (empty: not said); never raises.

    Octets that do not fit become U+FFFD; where nothing usable is said, UTF-8 is tried, then windows-1252.
    """
    return decode_as(octets, codec_of_charset(charset), charset, note)


def decode_as(octets: bytes, codec: str | None, charset: str, note: Note = ignore) -> str:
    """Do what :func:`decode` does, given the codec of the charset, too."""
    if not charset:
        codec = "ascii"
    if codec is None:
        note("charset-unknown", f"charset {charset[:60]!r}")
        return guess(octets)
    try:
        text = octets.decode(codec)
    except UnicodeDecodeError:
        if codec == "ascii":
            note("text-eight-bit", "8-bit octets in text that is said to be ASCII")
            return guess(octets)
        note("charset-malformed", f"octets that are not {charset[:60]}")
        return octets.decode(codec, "replace")
    if codec == "utf-7":  # its decoder lets halves of characters through
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if codec == "latin-1" and _C1.search(text):
        return guess_windows(octets)
    return text


def guess(octets: bytes) -> str:
    """Decode octets of an unknown charset: UTF-8 when they are, else windows-1252."""
    try:
        return octets.decode("utf-8")
    except UnicodeDecodeError:
        return guess_windows(octets)


def guess_windows(octets: bytes) -> str:
    """Decode as windows-1252, or as ISO 8859-1 where that has no such octet."""
    try:
        return octets.decode("cp1252")
    except UnicodeDecodeError:
        return octets.decode("latin-1")
