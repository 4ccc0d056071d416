"""Plain text from HTML: what a reader of the HTML sees, laid out in lines.

Paragraphs are apart by an empty line, list items are marked, quotes are prefixed with ``> ``, the cells of a row stand
on one line with a tab between them (as the HTML standard's ``innerText`` has them), a link is followed by its address
in angle brackets, and a picture is its alternative text. What is not shown is left out.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import attrs

from msgcore.model.html_nesting import VOID, nested_tokens
from msgcore.model.html_tokens import Tag, attributes_of, unescape

__all__ = ["text_from_html"]

_PARAGRAPHS = frozenset(
    {
        *("blockquote", "body", "dl", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "p", "pre"),
    }
)
_LINES = frozenset(
    {
        *("address", "article", "aside", "caption", "center", "dd", "details", "dialog", "div", "dt"),
        *("fieldset", "figcaption", "figure", "footer", "form", "header", "main", "nav", "option", "section"),
        *("summary", "tbody", "tfoot", "thead"),
    }
)
_LINE_ENDS = {**dict.fromkeys(_PARAGRAPHS, 2), **dict.fromkeys(_LINES, 1)}
_UNSEEN = frozenset({"audio", "canvas", "datalist", "svg", "template", "video"})
_BLANKS = " \t\r\n\f"
# Where blanks become one space; a space by itself is passed over.
_SPACES = re.compile(r"[\t\r\n\f][ \t\r\n\f]*+| [ \t\r\n\f]++")
_LINE_END = re.compile(r"\r\n?|\n")
_NOT_SHOWN = re.compile(r"display\s*+:\s*+none|visibility\s*+:\s*+hidden|mso-hide\s*+:\s*+all", re.IGNORECASE)
_SHOWN_SCHEMES = ("http:", "https:", "mailto:", "tel:", "ftp:")
_IN_ADDRESS = str.maketrans({" ": "%20", "<": "%3C", ">": "%3E", "\t": None, "\r": None, "\n": None, "\f": None})
_SCHEME = re.compile(r"\A(?:mailto:|https?://)", re.IGNORECASE)
_NUMBER = re.compile(r"-?[0-9]{1,9}")
_MOST_PREFIXES = 20
_QUOTE = "> "


def text_from_html(html: str, *, links: bool = True, enough: int | None = None) -> str:
    """Give the text that a reader of the HTML sees; never raises, in time that grows with the length alone.

    ``links=False`` leaves the addresses of links out. With ``enough`` characters the reader may stop.
    """
    layout = _Layout(links)
    for token in nested_tokens(html.replace("\0", "")):
        if type(token) is Tag:
            layout.add_tag(token)
        elif isinstance(token, str):
            layout.add_text(token)
        if enough is not None and layout.size >= enough:
            break
    return layout.text()


@attrs.define
class _Prefix:
    """What stands before the lines of a quote or list item: before its first, and before the others."""

    first: str
    rest: str

    def take(self) -> str:
        taken, self.first = self.first, self.rest
        return taken


class _Layout:
    """Lines in the making.

    ``_gap`` counts the line ends due before the next word, ``_space`` stands before it when none is, and nothing breaks
    a line while ``_is_fresh``: in a cell or item that has no word yet. ``_begun`` counts the lines with words.
    """

    def __init__(self, links: bool) -> None:
        self.size = 0
        self._links = links
        self._lines: list[str] = []
        self._line: list[str] = []
        self._gap = 0
        self._space = ""
        self._begun = 0
        self._prefixes: list[_Prefix | None] = []
        self._prefix = ""
        self._quotes = 0
        self._lists: list[int | None] = []
        self._rows: list[int] = []
        self._is_fresh = False
        self._preformatted = 0
        self._is_new_preformatted = False
        self._unseen = 0
        self._link: tuple[str, list[str]] | None = None

    def text(self) -> str:
        if self._line:
            self._end_line()
        return "\n".join(self._lines)

    # Text

    def add_text(self, raw: str) -> None:
        if self._unseen:
            return
        text = unescape(raw) if "&" in raw else raw
        if self._preformatted:
            self._put_preformatted(text)
            return
        words = text.strip(_BLANKS)
        if text and text[0] in _BLANKS:
            self._space = self._space or " "
        if not words:
            return
        if not words.isprintable() or "  " in words:
            words = _SPACES.sub(" ", words).replace("\xa0", " ")
        if not words.isspace() or (self._line and not self._gap):
            self._put(words)
            self._space = " " if text[-1] in _BLANKS else ""

    def _put_preformatted(self, text: str) -> None:
        if self._is_new_preformatted:  # HTML standard section 13.1.2.5: a line end behind <pre> does not count
            text = re.sub(r"\A(?:\r\n?|\n)", "", text)
            self._is_new_preformatted = False
        for number, line in enumerate(_LINE_END.split(text)):
            if number:
                self._gap += 1
            if line:
                self._put(line)

    def _put(self, words: str) -> None:
        if self._gap or not self._line:
            self._begin_line()
        else:
            words = self._space + words
        self._space, self._gap, self._is_fresh = "", 0, False
        self._line.append(words)
        self.size += len(words)
        if self._link is not None:
            self._link[1].append(words)

    def _begin_line(self) -> None:
        """Begin a line; the empty ones before it are quoted as far as both their neighbours are."""
        quotes = self._count_quotes() if self._prefixes else 0
        if self._line:
            self._end_line()
            empty = (_QUOTE * min(quotes, self._quotes)).rstrip()
            self._lines.extend([empty] * (self._gap - 1))
        self._quotes = quotes
        self._prefix = "".join([prefix.take() for prefix in self._prefixes if prefix is not None])
        self._begun += 1

    def _count_quotes(self) -> int:
        return sum(prefix is not None and prefix.rest == _QUOTE for prefix in self._prefixes)

    def _end_line(self) -> None:
        line = "".join(self._line).rstrip()
        # The space belongs to the mark of a signature (RFC 3676 section 4.3); anywhere else it is lost to no one.
        self._lines.append(f"{self._prefix}-- " if line == "--" else self._prefix + line)
        self._line = []

    # Tags

    def add_tag(self, tag: Tag) -> None:
        if self._unseen:
            self._unseen += 0 if tag.name in VOID else -1 if tag.is_end else 1
            return
        name = tag.name
        if not tag.is_end and (name in _UNSEEN or (tag.attributes and _is_hidden(tag))):
            self._unseen = int(name not in VOID)
            return
        line_ends = _LINE_ENDS.get(name)
        if line_ends is not None:
            self._break(line_ends)
        handler = _HANDLERS.get(name)
        if handler is not None:
            handler(self, tag)

    def _break(self, count: int) -> None:
        if not self._is_fresh:
            self._gap = max(self._gap, count)
            self._space = ""

    def br(self, _: Tag) -> None:
        if not self._is_fresh:
            self._gap = self._gap + 1 if self._preformatted else min(self._gap + 1, 2)

    def quote(self, tag: Tag) -> None:
        self._nest(tag, _QUOTE, _QUOTE)

    def _nest(self, tag: Tag, first: str, rest: str) -> None:
        if tag.is_end:
            self._prefixes.pop()
        else:
            self._prefixes.append(_Prefix(first, rest) if len(self._prefixes) < _MOST_PREFIXES else None)

    def pre(self, tag: Tag) -> None:
        self._preformatted += -1 if tag.is_end else 1
        self._is_new_preformatted = not tag.is_end

    def image(self, tag: Tag) -> None:
        words = _SPACES.sub(" ", attributes_of(tag).get("alt", "")).strip()
        if words:
            self._space = self._space or " "
            self._put(words)
            self._space = " "

    # Links

    def link(self, tag: Tag) -> None:
        if not self._links:
            return
        if not tag.is_end:
            self._link = (attributes_of(tag).get("href", "").strip().translate(_IN_ADDRESS), [])
        elif self._link is not None:
            address, words = self._link
            self._link = None
            if _says_more(address, "".join(words).strip()):
                self._line.append(f" <{address}>")

    # Lists

    def list_(self, tag: Tag) -> None:
        if tag.is_end:
            self._lists.pop()
        start = attributes_of(tag).get("start", "") if tag.name == "ol" else ""
        self._break(1 if self._lists else 2)
        if not tag.is_end:
            first = int(start) if _NUMBER.fullmatch(start) else 1
            self._lists.append(first if tag.name == "ol" else None)

    def item(self, tag: Tag) -> None:
        self._is_fresh = False
        self._break(1)
        self._is_fresh = not tag.is_end
        number = self._lists[-1] if self._lists and not tag.is_end else None
        if number is not None:
            value = attributes_of(tag).get("value", "")
            number = int(value) if _NUMBER.fullmatch(value) else number
            self._lists[-1] = number + 1
        mark = "- " if number is None else f"{number}. "
        self._nest(tag, mark, " " * len(mark))

    # Tables

    def table(self, _: Tag) -> None:
        self._is_fresh = False
        self._break(1 if self._rows else 2)

    def row(self, tag: Tag) -> None:
        self._is_fresh = False
        if not tag.is_end:
            self._break(1)
            self._rows.append(self._begun)
        elif self._begun > self._rows.pop():
            self._gap = 1

    def cell(self, tag: Tag) -> None:
        if tag.is_end or not self._rows:
            return
        if self._begun == self._rows[-1] + 1 and self._line:
            self._gap = 0
            self._space = self._space + "\t" if self._space.startswith("\t") else "\t"
            self._is_fresh = True
        else:
            self._is_fresh = False
            self._break(1)


def _is_hidden(tag: Tag) -> bool:
    lowered = tag.attributes.lower()
    if "hid" not in lowered and "none" not in lowered:
        return False
    attributes = attributes_of(tag)
    return "hidden" in attributes or _NOT_SHOWN.search(attributes.get("style", "")) is not None


def _says_more(address: str, words: str) -> bool:
    """Say whether the address tells the reader of the words anything."""
    if not words or not address.lower().startswith(_SHOWN_SCHEMES):
        return False
    bare = _SCHEME.sub("", address).rstrip("/")
    return words.rstrip("/") not in {address.rstrip("/"), bare}


_HANDLERS: dict[str, Callable[[_Layout, Tag], None]] = {
    "a": _Layout.link,
    "blockquote": _Layout.quote,
    "br": _Layout.br,
    "dir": _Layout.list_,
    "img": _Layout.image,
    "li": _Layout.item,
    "menu": _Layout.list_,
    "ol": _Layout.list_,
    "pre": _Layout.pre,
    "table": _Layout.table,
    "td": _Layout.cell,
    "th": _Layout.cell,
    "tr": _Layout.row,
    "ul": _Layout.list_,
}
