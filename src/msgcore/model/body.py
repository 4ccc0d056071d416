"""Bodies: HTML as octets with a code page, text from HTML and HTML from text."""

from __future__ import annotations

from msgcore.base.text import codec_of_code_page
from msgcore.model.html_text import text_from_html
from msgcore.model.text_html import html_from_text

__all__ = ["UTF_8", "as_mime_says", "code_page_of_html", "html_from_octets", "html_from_text", "text_from_html"]

UTF_8 = 65001
_UTF_7 = 65000
_ASCII, _WINDOWS_1252 = 20127, 1252


def code_page_of_html(octets: bytes, said: int) -> int:
    """Give the code page that HTML is in: what says that it is ASCII and is not is UTF-8, else windows-1252.

    MIME is read so, too.
    """
    if said != _ASCII or octets.isascii():
        return said
    try:
        octets.decode("utf-8")
    except UnicodeDecodeError:
        return _WINDOWS_1252
    return UTF_8


def html_from_octets(octets: bytes, code_page: int) -> str:
    """Decode an HTML body; octets that do not fit the code page become U+FFFD."""
    text = octets.decode(codec_of_code_page(code_page_of_html(octets, code_page)), errors="replace")
    if code_page == _UTF_7:  # its decoder lets halves of characters through
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def as_mime_says(body: object) -> object:
    """Give a body as MIME can say it: with one kind of line ends, and none behind the last line."""
    match body:
        case str():
            return body.replace("\r\n", "\n").rstrip("\n")
        case bytes():
            return body.replace(b"\r\n", b"\n").rstrip(b"\n")
        case _:
            return body
