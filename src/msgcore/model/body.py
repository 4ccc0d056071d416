"""Bodies: HTML as octets with a code page, and plain text from HTML."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from msgcore.base.text import codec_of_code_page

__all__ = ["UTF_8", "html_from_octets", "text_from_html"]

UTF_8 = 65001

_PARAGRAPHS = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "table", "ul", "ol"})
_LINES = frozenset({"br", "div", "tr", "li", "hr"})
_UNSEEN = frozenset({"script", "style", "title"})
_BLANK_LINES = re.compile(r"\n{3,}")
_SPACES = re.compile(r"[ \t\r\n\f]+")


def html_from_octets(octets: bytes, code_page: int) -> str:
    """Decode an HTML body; octets that do not fit the code page become U+FFFD."""
    return octets.decode(codec_of_code_page(code_page), errors="replace")


def text_from_html(html: str) -> str:
    """Give the text that a reader of the HTML sees, with an empty line between paragraphs, without links and images."""
    reader = _TextReader()
    reader.feed(html)
    reader.close()
    lines = [line.strip() for line in "".join(reader.parts).split("\n")]
    return _BLANK_LINES.sub("\n\n", "\n".join(lines)).strip()


class _TextReader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._unseen = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _UNSEEN:
            self._unseen += 1
        else:
            self._end_line(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in _UNSEEN:
            self._unseen = max(0, self._unseen - 1)
        elif tag != "br":
            self._end_line(tag)

    def _end_line(self, tag: str) -> None:
        if tag in _PARAGRAPHS:
            self.parts.append("\n\n")
        elif tag in _LINES:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self.parts.append(_SPACES.sub(" ", data))
