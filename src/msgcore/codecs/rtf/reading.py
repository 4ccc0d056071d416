r"""RTF read: the HTML or the text that it carries, and the text of any RTF.

One loop over the tokens serves both; what differs is a :class:`_Dialect`: the characters that words and symbols stand
for, what other words do (``\htmlrtf`` or ``\v`` hides), and whether ``\*\htmltag`` is read. What is in there is in the
document's code page, other text in that of its font ([MS-OXRTFEX] section 2.1.3).

Everything is tolerated: unknown words, numbers of any size, groups that never end or never began, a cut document.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice

import attrs

from msgcore.base.octets import USUAL_LIMITS, Limits
from msgcore.codecs.rtf import tokens
from msgcore.codecs.rtf.actions import HTML_ACTIONS, TEXT_ACTIONS, Action, open_starred, take_unicode
from msgcore.codecs.rtf.document import Document
from msgcore.codecs.rtf.given import given_octets
from msgcore.codecs.rtf.kinds import RtfKind, kind_of
from msgcore.codecs.rtf.tokens import TOKEN
from msgcore.codecs.rtf.words import HTML_SYMBOLS, HTML_WORDS, TEXT_SYMBOLS, TEXT_WORDS

__all__ = ["html_of", "text_of"]

_STRETCH = 50_000


@attrs.frozen
class _Dialect:
    words: Mapping[str, str]
    symbols: Mapping[str, str]
    actions: Mapping[str, Action]
    is_html: bool


_HTML = _Dialect(HTML_WORDS, HTML_SYMBOLS, HTML_ACTIONS, is_html=True)
_TEXT = _Dialect(TEXT_WORDS, TEXT_SYMBOLS, TEXT_ACTIONS, is_html=False)


def html_of(rtf: bytes, limits: Limits = USUAL_LIMITS) -> str | None:
    r"""Give the HTML that the RTF encapsulates ([MS-OXRTFEX] section 2.1.3.1), or ``None`` if it does not.

    It comes decoded, by the code pages of the fonts and of the document; what its ``<meta charset>`` says is left as it
    was, and need not be true any more. ``\par`` and ``\line`` are CRLF; line ends of the RTF's source do not count.

    Raises:
        LimitExceeded: the RTF has more than ``limits.total_octets``.
    """
    rtf = given_octets(rtf)
    limits.check_total(len(rtf))
    return _read(rtf, _HTML) if kind_of(rtf) is RtfKind.HTML else None


def text_of(rtf: bytes, limits: Limits = USUAL_LIMITS) -> str:
    r"""Give the text of any RTF, with CRLF line ends.

    Cells end with a tab, rows with a line end; list numbers and the results of fields are text, footnotes stand in
    brackets where they are referred to. Hidden text, headers, pictures and ``\*`` destinations are left out. What is no
    RTF is read as if it were: octets that are neither words nor braces are text.

    Raises:
        LimitExceeded: the RTF has more than ``limits.total_octets``.
    """
    rtf = given_octets(rtf)
    limits.check_total(len(rtf))
    return _read(rtf, _TEXT)


def _read(rtf: bytes, dialect: _Dialect) -> str:
    document = Document(rtf.decode("latin-1"))
    place = 0
    while place < len(rtf):
        place = _read_from(place, document, dialect)
        document.gather()
    return document.result()


def _read_from(place: int, document: Document, dialect: _Dialect) -> int:
    """Read a stretch of tokens, or up to one that says where to go on, and give that place."""
    token = None
    words, actions, symbols = dialect.words, dialect.actions, dialect.symbols
    for token in islice(TOKEN.finditer(document.source, place), _STRETCH):
        kind = token.lastindex
        onward: int | None = None
        if kind == tokens.TEXT:
            if not document.hidden:
                document.run.append(token[0])
        elif kind == tokens.WORD or kind == tokens.NUMBER:  # noqa: PLR1714 - faster than a set
            word = token[tokens.WORD]
            if word in words:
                document.emit(words[word])
            elif word in actions:
                onward = actions[word](document, token)
        elif kind == tokens.TAG:
            if dialect.is_html:
                document.emit_by_default_codec(token[tokens.TAG])
        elif kind == tokens.OPEN:
            document.open_group()
        elif kind == tokens.CLOSE:
            onward = document.close_group(token.end())
        elif kind == tokens.BYTES:
            document.emit_octets(bytes.fromhex(token[tokens.BYTES].replace("\\", "").replace("'", "")))
        elif kind == tokens.SYMBOL:
            document.emit(symbols.get(token[tokens.SYMBOL], ""))
        elif kind == tokens.STARRED:
            onward = open_starred(document, token, is_html=dialect.is_html)
        else:
            onward = take_unicode(document, token)
        if onward is not None:
            return onward
    return token.end() if token is not None else len(document.source)
