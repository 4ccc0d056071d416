"""HTML cut into tags and text, in one pass whose time grows with the length of the input alone, on any input.

The standard library's parser is not bounded (100 kB of ``<a `` take it more than a minute) and raises on some input.
The cuts are those of the HTML standard (section 13.2.5). What stays open at the end (a comment, a tag, a script) ends
the text there; only an attribute's open quote counts as a character of its value.
"""

from __future__ import annotations

import html as html_names
import itertools
import re
from collections.abc import Iterator

from msgcore.base.memo import Memo

__all__ = ["END", "NOTHING", "RAW", "START", "Cut", "attribute_of", "attributes_of", "cuts_of", "unescape"]

START, END, RAW, NOTHING = "", "/", "raw", "nothing"

Cut = tuple[str, str, str, str]
"""Text as it is written, with its character references, and what follows it: the kind of that, a name in lower case and
what else there is to say.

That is a :data:`START` tag with its attributes as they are written, an :data:`END` tag, a :data:`RAW` element, whose
content is no markup and is seen by no reader (a script, say), with its content, or :data:`NOTHING`. There are many of
them, so they are plain tuples, and text is no token of its own.
"""

# An attribute is a name, and perhaps a value in quotes or bare; in _CUT it is only passed over. Every quantifier is
# possessive: no way back.
# What stands before a tag is cut with it.
_ATTRIBUTE = re.compile(r"""(=?[^\s/>=]++|=)(?:\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s>]*+))|(?!))?+""")
_CUT = re.compile(
    r"([^<]*+)(?:<(/?)([a-zA-Z][^\s/>]*+)"
    r"""((?:[\s/]++|(?:=?[^\s/>=]++|=)(?:\s*+=\s*+(?:"[^"]*+"|'[^']*+'|[^\s>]*+)|(?!))?+|(?!))*+)>|(?!))?+"""
)
_MOST_ATTRIBUTES = 100
# Names that are as they should be and of no raw element: most of all there are.
_USUAL = frozenset(
    {
        *("a", "b", "br", "center", "div", "em", "font", "h1", "h2", "h3", "i", "img", "li", "o:p", "p", "span"),
        *("strong", "table", "tbody", "td", "th", "tr", "u", "ul"),
    }
)
_RAW = {
    name: re.compile(rf"</{name}(?=[\s/>])", re.IGNORECASE)
    for name in ("script", "style", "title", "iframe", "noembed", "noframes")
}
_COMMENT_END = re.compile(r"--!?>")
_LONG_NUMBER = re.compile(r"&#0*+[0-9]{8,}+;?|&#0{8,}+([0-9]{0,7}+);?")
_REFERENCE = re.compile(r"&(?:#[0-9]{1,8}|#[xX][0-9a-fA-F]{1,8}|[a-zA-Z][a-zA-Z0-9]{1,31});")


def cuts_of(html: str) -> Iterator[Cut]:
    """Cut HTML behind each of its tags; comments and declarations are left out."""
    at, end = 0, len(html)
    while at < end:
        for found in _CUT.finditer(html, at):  # each begins where the one before ends
            text, kind, name, rest = found.groups()
            if name in _USUAL:
                yield text, kind, name, rest
                continue
            if name is None:
                opening = found.end()
                at = end if opening == end else _behind_other(html, opening)
                yield text, NOTHING, "", ""
                if at == opening + 1:
                    yield "<", NOTHING, "", ""
                break
            name = name.lower()
            if name not in _RAW:
                yield text, kind, name, rest
            elif kind == END:
                yield text, NOTHING, "", ""
            else:
                close = _RAW[name].search(html, found.end())
                at = end if close is None else close.start()
                yield (text, NOTHING, "", "") if close is None else (text, RAW, name, html[found.end() : at])
                break


def _behind_other(html: str, at: int) -> int:
    """Say where what begins with < and is no tag ends: a comment, a declaration, a tag without end, or the < alone."""
    following = html[at + 1 : at + 2]
    if html.startswith("<!--", at):
        comment_end = _COMMENT_END.search(html, at + 2)
        return len(html) if comment_end is None else comment_end.end()
    if following == "/" and (letter := html[at + 2 : at + 3]).isascii() and letter.isalpha():
        return len(html)
    if following in {"!", "?", "/"}:
        close = html.find(">", at + 2)
        return len(html) if close < 0 else close + 1
    return len(html) if following.isalpha() and following.isascii() else at + 1


def attributes_of(written: str) -> dict[str, str]:
    """Read a tag's attributes: names in lower case, the first of a name, values without their character references.

    A tag has at most 100: readers of HTML behind this one compare each with all the others.
    """
    found: dict[str, str] = {}
    for attribute in itertools.islice(_ATTRIBUTE.finditer(written), _MOST_ATTRIBUTES):
        found.setdefault(attribute[1].lower(), _value(attribute))
    return found


def attribute_of(written: str, name: str) -> str:
    """Read one of a tag's attributes; empty when it has none of this name."""
    for attribute in itertools.islice(_ATTRIBUTE.finditer(written), _MOST_ATTRIBUTES):
        if attribute[1].lower() == name:
            return _value(attribute)
    return ""


def _value(attribute: re.Match[str]) -> str:
    value = attribute[2] or attribute[3] or attribute[4] or ""
    return _REFERENCE.sub(_named, value) if "&" in value else value


def _named(reference: re.Match[str]) -> str:
    return _OF_SHORT[reference[0]]


def unescape(text: str) -> str:
    """Put characters for the references in a text; a number of any length is read without its cost."""
    if "&" not in text:
        return text
    return _OF_SHORT[text] if len(text) <= _SHORT else _unescaped(text)


def _unescaped(text: str) -> str:
    if "&#" in text:
        text = _LONG_NUMBER.sub(lambda found: f"&#{found[1]};" if found[1] else "\ufffd", text)
    return html_names.unescape(text)


_SHORT = 12  # two of "&nbsp;", which fills many a cell
_OF_SHORT = Memo[str, str](_unescaped, 1_000)
