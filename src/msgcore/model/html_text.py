"""Plain text from HTML: what a reader of the HTML sees, laid out in lines.

Paragraphs are apart by an empty line, list items are marked, quotes are prefixed with ``> ``, the cells of a row stand
on one line with a tab between them (as the HTML standard's ``innerText`` has them), a link is followed by its address
in angle brackets, and a picture is its alternative text. What is not shown is left out.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable

import attrs

from msgcore.model.html_nesting import VOID, nested_cuts
from msgcore.model.html_tokens import END, START, attribute_of, attributes_of, unescape

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
_UNSEEN = frozenset({"audio", "canvas", "datalist", "svg", "template", "video"})
_BLANKS = " \t\r\n\f"
# Where blanks become one space; a space by itself is passed over.
_SPACES = re.compile(r"[\t\r\n\f][ \t\r\n\f]*+| [ \t\r\n\f]++")
_LINE_END = re.compile(r"\r\n?|\n")
_NOT_SHOWN = re.compile(r"display\s*+:\s*+none|visibility\s*+:\s*+hidden|mso-hide\s*+:\s*+all", re.IGNORECASE)
_SHOWN_SCHEMES = ("http:", "https:", "mailto:", "tel:", "ftp:")
_IN_ADDRESS = str.maketrans({" ": "%20", "<": "%3C", ">": "%3E", "\t": None, "\r": None, "\n": None, "\f": None})
# Most addresses come first, and are as they are shown but for one kind of reference.
_SIMPLE_LINK = re.compile(r'\s*+href="((?:[^\s"<>&]++|&amp;|(?!))++)"')
_LONGEST_SCHEME = max(map(len, _SHOWN_SCHEMES))
_SCHEME = re.compile(r"\A(?:mailto:|https?://)", re.IGNORECASE)
_NUMBER = re.compile(r"-?[0-9]{1,9}")
_MOST_PREFIXES = 20
_QUOTE = "> "


def text_from_html(html: str, *, links: bool = True, enough: int | None = None) -> str:
    """Give the text that a reader of the HTML sees; never raises, in time that grows with the length alone.

    ``links=False`` leaves the addresses of links out. With ``enough`` characters the reader may stop.
    """
    layout = _Layout(links)
    most = sys.maxsize if enough is None else enough
    for text, kind, name, attributes in nested_cuts(html.replace("\0", "")):
        if layout.unseen:
            layout.pass_unseen(kind, name)
            continue
        if text:
            layout.add_text(text)
            if layout.size >= most:
                break
        if kind == START:
            if name in _UNSEEN or (attributes and _is_hidden(attributes)):
                layout.unseen = int(name not in VOID)
            elif name in _STARTS:
                _STARTS[name](layout, attributes)
                if layout.size >= most:
                    break
        elif kind == END and name in _ENDS:
            _ENDS[name](layout)
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
        self.unseen = 0
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
        self._link: tuple[str, list[str]] | None = None

    def text(self) -> str:
        if self._line:
            self._end_line()
        return "\n".join(self._lines)

    # Text

    def add_text(self, raw: str) -> None:
        text = unescape(raw) if "&" in raw else raw
        if self._preformatted:
            self._put_preformatted(text)
            return
        words = text.strip(_BLANKS)
        if not words:
            if text:
                self._space = self._space or " "
            return
        if text[0] in _BLANKS:
            self._space = self._space or " "
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
        elif self._space:
            words = self._space + words
        self._space = ""
        self._gap = 0
        self._is_fresh = False
        self._line.append(words)
        self.size += len(words)
        if self._link is not None:
            self._link[1].append(words)

    def _begin_line(self) -> None:
        """Begin a line; the empty ones before it are quoted as far as both their neighbours are."""
        quotes = self._count_quotes() if self._prefixes else 0
        if self._line:
            self._end_line()
            if self._gap > 1:
                empty = (_QUOTE * min(quotes, self._quotes)).rstrip()
                self._lines.extend([empty] * (self._gap - 1))
        self._quotes = quotes
        self._prefix = "".join([prefix.take() for prefix in self._prefixes if prefix]) if self._prefixes else ""
        self._begun += 1

    def _count_quotes(self) -> int:
        return sum(prefix is not None and prefix.rest == _QUOTE for prefix in self._prefixes)

    def _end_line(self) -> None:
        line = "".join(self._line).rstrip()
        # The space belongs to the mark of a signature (RFC 3676 section 4.3); anywhere else it is lost to no one.
        self._lines.append(f"{self._prefix}-- " if line == "--" else self._prefix + line)
        self._line = []

    # Tags

    def pass_unseen(self, kind: str, name: str) -> None:
        if kind == END:
            self.unseen -= 1
        elif kind == START and name not in VOID:
            self.unseen += 1

    def break_(self, count: int) -> None:
        if not self._is_fresh:
            self._gap = max(self._gap, count)
            self._space = ""

    def br(self, _: str) -> None:
        if not self._is_fresh:
            self._gap = self._gap + 1 if self._preformatted else min(self._gap + 1, 2)

    def start_quote(self, _: str) -> None:
        self.break_(2)
        self._nest(_QUOTE, _QUOTE)

    def end_quote(self) -> None:
        self.break_(2)
        self._prefixes.pop()

    def _nest(self, first: str, rest: str) -> None:
        self._prefixes.append(_Prefix(first, rest) if len(self._prefixes) < _MOST_PREFIXES else None)

    def start_pre(self, _: str) -> None:
        self.break_(2)
        self._preformatted += 1
        self._is_new_preformatted = True

    def end_pre(self) -> None:
        self.break_(2)
        self._preformatted -= 1
        self._is_new_preformatted = False

    def image(self, attributes: str) -> None:
        words = _SPACES.sub(" ", attribute_of(attributes, "alt")).strip()
        if words:
            self._space = self._space or " "
            self._put(words)
            self._space = " "

    # Links

    def start_link(self, attributes: str) -> None:
        if self._links:
            self._link = (_address_in(attributes), [])

    def end_link(self) -> None:
        if self._link is not None:
            address, words = self._link
            self._link = None
            if _says_more(address, "".join(words).strip()):
                self._line.append(f" <{address}>")

    # Lists

    def start_list(self, _: str) -> None:
        self._begin_list(None)

    def start_numbered_list(self, attributes: str) -> None:
        start = attribute_of(attributes, "start")
        self._begin_list(int(start) if _NUMBER.fullmatch(start) else 1)

    def _begin_list(self, first: int | None) -> None:
        self.break_(1 if self._lists else 2)
        self._lists.append(first)

    def end_list(self) -> None:
        self._lists.pop()
        self.break_(1 if self._lists else 2)

    def start_item(self, attributes: str) -> None:
        self._is_fresh = False
        self.break_(1)
        self._is_fresh = True
        number = self._lists[-1] if self._lists else None
        if number is not None:
            value = attribute_of(attributes, "value")
            number = int(value) if _NUMBER.fullmatch(value) else number
            self._lists[-1] = number + 1
        mark = "- " if number is None else f"{number}. "
        self._nest(mark, " " * len(mark))

    def end_item(self) -> None:
        self._is_fresh = False
        self.break_(1)
        self._prefixes.pop()

    # Tables

    def start_table(self, _: str) -> None:
        self.end_table()

    def end_table(self) -> None:
        self._is_fresh = False
        self.break_(1 if self._rows else 2)

    def start_row(self, _: str) -> None:
        self._is_fresh = False
        self.break_(1)
        self._rows.append(self._begun)

    def end_row(self) -> None:
        self._is_fresh = False
        if self._begun > self._rows.pop():
            self._gap = 1

    def cell(self, _: str) -> None:
        if not self._rows:
            return
        if self._begun == self._rows[-1] + 1 and self._line:
            self._gap = 0
            self._space = self._space + "\t" if self._space.startswith("\t") else "\t"
            self._is_fresh = True
        else:
            self._is_fresh = False
            self.break_(1)


def _is_hidden(written: str) -> bool:
    lowered = written.lower()
    if "hid" not in lowered and "none" not in lowered:
        return False
    attributes = attributes_of(written)
    return "hidden" in attributes or _NOT_SHOWN.search(attributes.get("style", "")) is not None


def _address_in(attributes: str) -> str:
    """Read where a link leads to, as it is shown."""
    simple = _SIMPLE_LINK.match(attributes)
    if simple is not None:
        return simple[1].replace("&amp;", "&")
    return attribute_of(attributes, "href").strip().translate(_IN_ADDRESS)


def _says_more(address: str, words: str) -> bool:
    """Say whether the address tells the reader of the words anything."""
    if not words or not address[:_LONGEST_SCHEME].lower().startswith(_SHOWN_SCHEMES):
        return False
    whole, words = address.rstrip("/"), words.rstrip("/")
    return not whole.endswith(words) or words not in {whole, _SCHEME.sub("", address).rstrip("/")}


_STARTS: dict[str, Callable[[_Layout, str], None]] = {
    **dict.fromkeys(_PARAGRAPHS, lambda layout, _: layout.break_(2)),
    **dict.fromkeys(_LINES, lambda layout, _: layout.break_(1)),
    **dict.fromkeys(("dir", "menu", "ul"), _Layout.start_list),
    **dict.fromkeys(("td", "th"), _Layout.cell),
    "a": _Layout.start_link,
    "blockquote": _Layout.start_quote,
    "br": _Layout.br,
    "img": _Layout.image,
    "li": _Layout.start_item,
    "ol": _Layout.start_numbered_list,
    "pre": _Layout.start_pre,
    "table": _Layout.start_table,
    "tr": _Layout.start_row,
}
_ENDS: dict[str, Callable[[_Layout], None]] = {
    **dict.fromkeys(_PARAGRAPHS, lambda layout: layout.break_(2)),
    **dict.fromkeys(_LINES, lambda layout: layout.break_(1)),
    **dict.fromkeys(("dir", "menu", "ol", "ul"), _Layout.end_list),
    "a": _Layout.end_link,
    "blockquote": _Layout.end_quote,
    "li": _Layout.end_item,
    "pre": _Layout.end_pre,
    "table": _Layout.end_table,
    "tr": _Layout.end_row,
}
