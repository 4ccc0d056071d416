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
from typing import NamedTuple

from msgcore.base.memo import Memo

__all__ = ["Raw", "Tag", "Token", "attributes_of", "end_tag", "tokens_of", "unescape"]


# Tuples, since there are many: they are made in half the time.
class Tag(NamedTuple):
    """A start or end tag: its name in lower case, and the attributes of a start tag as they are written."""

    name: str
    is_end: bool = False
    attributes: str = ""


def end_tag(name: str) -> Tag:
    return _END_TAGS[name] if len(name) <= _LONGEST_KEPT else Tag(name, is_end=True)


_END_TAGS = Memo[str, Tag](lambda name: Tag(name, is_end=True), 200)
_LONGEST_KEPT = 20
_new = tuple[str, bool, str].__new__  # half the time of a named tuple's own


class Raw(NamedTuple):
    """An element whose content is no markup and that no reader sees, a script say, with its content."""

    name: str
    content: str


Token = Tag | Raw | str
"""A ``str`` is text as it is written, with its character references."""

# An attribute is a name, and perhaps a value in quotes or bare; in _TAG it is only passed over. Every quantifier is
# possessive: no way back.
# What stands before a tag is cut with it.
_ATTRIBUTE = re.compile(r"""(=?[^\s/>=]++|=)(?:\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s>]*+)))?+""")
_TAG = re.compile(
    r"([^<]*+)<(/?)([a-zA-Z][^\s/>]*+)"
    r"""((?:[\s/]++|(?:=?[^\s/>=]++|=)(?:\s*+=\s*+(?:"[^"]*+"|'[^']*+'|[^\s>]*+))?+)*+)>"""
)
_MOST_ATTRIBUTES = 100
_RAW = {
    name: re.compile(rf"</{name}(?=[\s/>])", re.IGNORECASE)
    for name in ("script", "style", "title", "iframe", "noembed", "noframes")
}
_COMMENT_END = re.compile(r"--!?>")
_LONG_NUMBER = re.compile(r"&#0*+[0-9]{8,}+;?|&#0{8,}+([0-9]{0,7}+);?")
_REFERENCE = re.compile(r"&(?:#[0-9]{1,8}|#[xX][0-9a-fA-F]{1,8}|[a-zA-Z][a-zA-Z0-9]{1,31});")


def tokens_of(html: str) -> Iterator[Token]:
    """Cut HTML into its tags and texts; comments and declarations are left out."""
    at, end, tag_at = 0, len(html), _TAG.match
    while at < end:
        tag = tag_at(html, at)
        if tag is None:
            opening = html.find("<", at)
            if opening < 0:
                yield html[at:]
                return
            if opening > at:
                yield html[at:opening]
            at = _behind_other(html, opening)
            if at == opening + 1:
                yield "<"
            continue
        text, slash, name, attributes = tag.groups()
        if text:
            yield text
        name, at = name.lower(), tag.end()
        if slash:
            if name not in _RAW:
                yield end_tag(name)
        elif name in _RAW:
            close = _RAW[name].search(html, at)
            if close is not None:
                yield Raw(name, html[at : close.start()])
            at = end if close is None else close.start()
        else:
            yield _new(Tag, (name, False, attributes))


def _behind_other(html: str, at: int) -> int:
    """Say where what begins with < and is no tag ends: a comment, a declaration, a tag without end, or the < alone."""
    following = html[at + 1 : at + 2]
    if html.startswith("<!--", at):
        comment_end = _COMMENT_END.search(html, at + 2)
        return len(html) if comment_end is None else comment_end.end()
    if following in {"!", "?", "/"}:
        close = html.find(">", at + 2)
        return len(html) if close < 0 else close + 1
    return len(html) if following.isalpha() and following.isascii() else at + 1


def attributes_of(tag: Tag) -> dict[str, str]:
    """Read a tag's attributes: names in lower case, the first of a name, values without their character references.

    A tag has at most 100: readers of HTML behind this one compare each with all the others.
    """
    found: dict[str, str] = {}
    for attribute in itertools.islice(_ATTRIBUTE.finditer(tag.attributes), _MOST_ATTRIBUTES):
        name, double, single, bare = attribute.groups("")
        value = double or single or bare
        found.setdefault(name.lower(), _REFERENCE.sub(_named, value) if "&" in value else value)
    return found


def _named(reference: re.Match[str]) -> str:
    return html_names.unescape(reference[0])


def unescape(text: str) -> str:
    """Put characters for the references in a text; a number of any length is read without its cost."""
    if "&" not in text:
        return text
    if "&#" in text:
        text = _LONG_NUMBER.sub(lambda found: f"&#{found[1]};" if found[1] else "\ufffd", text)
    return html_names.unescape(text)
