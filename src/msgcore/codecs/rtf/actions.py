"""What control words do, beside standing for characters: each says where to go on, if not behind itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from msgcore.codecs.rtf import tokens
from msgcore.codecs.rtf.code_pages import WINDOWS, codec_of_code_page
from msgcore.codecs.rtf.document import Document
from msgcore.codecs.rtf.fonts import read_fonts
from msgcore.codecs.rtf.tokens import FALLBACK, Token, end_of_group, number
from msgcore.codecs.rtf.words import DESTINATIONS, LINE_END

__all__ = ["HTML_ACTIONS", "TEXT_ACTIONS", "Action", "open_starred", "take_unicode"]

Action = Callable[[Document, Token], int | None]

_MOST_FALLBACKS = 255
_BARE = {"msgcorelf": "\n", "msgcorecr": "\r"}  # our own, behind \par: see `encapsulation`
_PAGES = {"ansi": 1252, "mac": 10000, "pc": 437, "pca": 850}


def take_unicode(document: Document, token: Token) -> int | None:
    r"""Take ``\u`` and step over what stands for it, as ``\uc`` counts it."""
    document.emit_unit(int(token[tokens.UNICODE]))
    has_fallback = token.lastindex == tokens.UNICODE_FALLBACK
    if document.fallbacks == has_fallback:
        return None
    place = token.start(tokens.UNICODE_FALLBACK) if has_fallback else token.end()
    for _ in range(document.fallbacks):
        fallback = FALLBACK.match(document.source, place)
        if fallback is None:
            break
        place = fallback.end() + number(fallback[1], 0)
    return place


def open_starred(document: Document, token: Token, *, is_html: bool) -> int | None:
    r"""Open a group whose destination has ``\*``; those that are not read are stepped over."""
    document.open_group()
    word = token[tokens.STARRED]
    if word == "htmltag" and is_html:
        document.use_codec(document.default_codec)
        return None
    if word == "ud":
        return None
    if word in _BARE and document.run and document.run[-1] == LINE_END:
        document.run[-1] = _BARE[word]
    return end_of_group(document.source, token.end())


def _count_fallbacks(document: Document, token: Token) -> None:
    document.fallbacks = min(max(number(token[tokens.NUMBER], 1), 0), _MOST_FALLBACKS)


def _step_over_binary(_: Document, token: Token) -> int | None:
    return token.end() + max(number(token[tokens.NUMBER], 0), 0)


def _hide(document: Document, token: Token) -> None:
    document.hidden = number(token[tokens.NUMBER], 1) != 0


def _use_font(document: Document, token: Token) -> None:
    document.use_font(number(token[tokens.NUMBER], 0))


def _use_default_font(document: Document, _: Token) -> None:
    document.use_font(document.default_font)


def _make_plain(document: Document, _: Token) -> None:
    document.hidden = False
    document.use_font(document.default_font)


def _use_code_page(document: Document, token: Token) -> None:
    word = token[tokens.WORD]
    page = number(token[tokens.NUMBER], 1252) if word == "ansicpg" else _PAGES[word]
    document.default_codec = codec_of_code_page(page) or WINDOWS
    document.use_font(document.default_font)


def _set_default_font(document: Document, token: Token) -> None:
    document.default_font = number(token[tokens.NUMBER], 0)


def _read_font_table(document: Document, token: Token) -> int:
    end = end_of_group(document.source, token.end())
    document.fonts.update(read_fonts(document.source[token.end() : end]))
    document.use_default_font_behind()
    return end


def _step_over_group(document: Document, token: Token) -> int | None:
    """Step over a destination; a word that does not begin its group is none."""
    before = document.source[max(token.start() - 4, 0) : token.start()].rstrip("\r\n ")
    return end_of_group(document.source, token.end()) if before.endswith("{") else None


def _choose_unicode(document: Document, token: Token) -> int | None:
    r"""Step over the first of ``{\upr{ANSI}{\*\ud{Unicode}}}``."""
    if document.source.startswith("{", token.end()):
        return end_of_group(document.source, token.end() + 1) + 1
    return None


def _open_footnote(document: Document, _: Token) -> None:
    document.emit(" [")
    document.closing = "]"


def _end_row(document: Document, _: Token) -> None:
    if document.run and document.run[-1] == "\t":
        document.run.pop()
    document.emit(LINE_END)


_ACTIONS: Mapping[str, Action] = {
    **dict.fromkeys(DESTINATIONS, _step_over_group),
    **dict.fromkeys(_PAGES, _use_code_page),
    "ansicpg": _use_code_page,
    "bin": _step_over_binary,
    "deff": _set_default_font,
    "f": _use_font,
    "fonttbl": _read_font_table,
    "plain": _use_default_font,
    "uc": _count_fallbacks,
    "upr": _choose_unicode,
}
HTML_ACTIONS: Mapping[str, Action] = {**_ACTIONS, "htmlrtf": _hide}
TEXT_ACTIONS: Mapping[str, Action] = {
    **_ACTIONS,
    "footnote": _open_footnote,
    "nestrow": _end_row,
    "plain": _make_plain,
    "row": _end_row,
    "v": _hide,
}
