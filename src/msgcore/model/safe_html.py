"""A message's body as HTML that is safe to show.

The tags are first written anew, well nested (:func:`~msgcore.model.html_fragment.fragment_of`), which bounds the time
that any later reader takes; then `nh3` keeps what stands on the lists here, and nothing else. Pictures of the message
become ``data:`` addresses, so that showing the HTML asks nobody for anything. Only the one body is read: other parts
are never joined to it (EFAIL).
"""

from __future__ import annotations

import base64
import re
from typing import TYPE_CHECKING, Literal

import attrs

from msgcore.errors import MissingExtra
from msgcore.model.body import html_from_text
from msgcore.model.html_fragment import content_id_of_address, fragment_of, location_as_shown
from msgcore.model.message import Message, check_message
from msgcore.model.shown import location_of, shown_attachments
from msgcore.model.style_rules import safe_style

if TYPE_CHECKING:
    from nh3 import Cleaner

__all__ = ["SafeHtml", "safe_html"]

_TAGS = frozenset(
    {
        *("a", "abbr", "acronym", "address", "article", "aside", "b", "bdi", "bdo", "big", "blockquote", "br"),
        *("caption", "center", "cite", "code", "col", "colgroup", "dd", "del", "details", "dfn", "dir", "div"),
        *("dl", "dt", "em", "figcaption", "figure", "font", "footer", "h1", "h2", "h3", "h4", "h5", "h6"),
        *("header", "hr", "i", "img", "ins", "kbd", "li", "main", "mark", "menu", "nav", "ol", "p", "pre", "q"),
        *("rp", "rt", "ruby", "s", "samp", "section", "small", "span", "strike", "strong", "sub", "summary"),
        *("sup", "table", "tbody", "td", "tfoot", "th", "thead", "time", "tr", "tt", "u", "ul", "var", "wbr"),
    }
)
_CONTENT_TOO = frozenset({"script", "style", "title", "iframe", "noembed", "noframes", "svg", "math", "template"})
_TABLE = frozenset({"align", "bgcolor", "border", "height", "valign", "width"})
_ATTRIBUTES = {
    "*": frozenset({"align", "dir", "lang", "style", "title"}),
    "a": frozenset({"href"}),
    "blockquote": frozenset({"type"}),
    "col": _TABLE | {"span"},
    "colgroup": _TABLE | {"span"},
    "font": frozenset({"color", "face", "size"}),
    "hr": frozenset({"color", "noshade", "size", "width"}),
    "img": frozenset({"alt", "border", "height", "hspace", "src", "vspace", "width"}),
    "li": frozenset({"type", "value"}),
    "ol": frozenset({"reversed", "start", "type"}),
    "table": _TABLE | {"background", "cellpadding", "cellspacing"},
    "tbody": _TABLE,
    "td": _TABLE | {"background", "colspan", "nowrap", "rowspan"},
    "th": _TABLE | {"background", "colspan", "nowrap", "rowspan"},
    "tr": _TABLE,
    "ul": frozenset({"type"}),
}
_LINKS = ("http:", "https:", "mailto:")
_REMOTE = re.compile(r"\s*(?:https?:|//)", re.IGNORECASE)
_REMOTE_IN_STYLE = re.compile(r"""url\(\s*+["']?+\s*+(?:https?:|//)""", re.IGNORECASE)
_PICTURE_DATA = re.compile(r"data:image/(?:png|jpe?g|gif|webp|bmp);base64,[A-Za-z0-9+/=\s]*+", re.IGNORECASE)
_SIGNATURES = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"BM", "image/bmp"),
)


@attrs.frozen
class SafeHtml:
    """A piece of HTML that is safe to show, and how many pictures from elsewhere were left out of it."""

    html: str
    blocked_pictures: int = 0


def safe_html(
    message: Message,
    *,
    pictures: Literal["inline", "none"] = "inline",
    remote_pictures: bool = False,
    max_picture_octets: int = 10_000_000,
) -> SafeHtml:
    """Make the body safe to show in a page: no script, form, frame or style sheet, and nothing that is fetched.

    With ``pictures="inline"`` the message's own pictures (PNG, JPEG, GIF, WebP, BMP) stand in the HTML, up to
    ``max_picture_octets`` together; ``remote_pictures`` lets the reader's program fetch others, which tells the sender
    that, when and where the message is read. A message that has no HTML gives its text.

    Raises:
        MissingExtra: the body is HTML and ``nh3`` is not installed; it comes with the extra ``html``.
        NotLoaded: a picture is a file that has not been read.
    """
    check_message(message)
    html = message.html
    if html is None:
        return SafeHtml(html_from_text(message.text or ""))
    own, limit = (_pictures_of(message, html), max_picture_octets) if pictures == "inline" else ({}, 0)
    filters = _Filter(own, remote_pictures, limit)
    return SafeHtml(_cleaner(filters).clean(fragment_of(html, styles=False)), filters.blocked)


def _cleaner(filters: _Filter) -> Cleaner:
    try:
        from nh3 import Cleaner
    except ImportError as error:
        raise MissingExtra("html", "msgcore.safe_html") from error
    return Cleaner(
        tags=_TAGS,
        clean_content_tags=_CONTENT_TOO,
        attributes=_ATTRIBUTES,
        attribute_filter=filters.value_of,
        link_rel="noopener noreferrer",
        url_schemes={"http", "https", "mailto", "cid", "data"},
        url_relative="pass_through",
    )


def _pictures_of(message: Message, html: str) -> dict[str, bytes]:
    """Load the pictures that the HTML shows, by the address that it has there: ``cid:`` or the Content-Location."""
    pictures: dict[str, bytes] = {}
    shown = shown_attachments(html, message.attachments)
    for one in message.attachments:
        if one in shown:
            addresses = (one.content_id and f"cid:{one.content_id}", location_of(one))
            pictures.update(dict.fromkeys(filter(None, addresses), one.data))
    return pictures


@attrs.define
class _Filter:
    """Decides on every attribute, relative addresses too; it must not raise, since nh3 would only print that."""

    pictures: dict[str, bytes]
    remote: bool
    octets_left: int
    blocked: int = 0

    def value_of(self, tag: str, name: str, value: str) -> str | None:
        match name:
            case "style":
                self.blocked += len(_REMOTE_IN_STYLE.findall(value))
                return safe_style(value) or None
            case "href":
                return value if value.strip().lower().startswith(_LINKS) else None
            case "background":
                self.blocked += _REMOTE.match(value) is not None
                return None
            case "src":
                return self._picture(value)
            case _:
                return value

    def _picture(self, address: str) -> str | None:
        location = location_as_shown(address)
        if location in self.pictures:
            return self._own_picture(location)
        if _REMOTE.match(address):
            self.blocked += not self.remote
            return re.sub(r"^\s*//", "https://", address) if self.remote else None
        content_id = content_id_of_address(address)
        if content_id is not None:
            return self._own_picture(f"cid:{content_id}")
        return self._within_limit(address, len(address)) if _PICTURE_DATA.fullmatch(address) else None

    def _own_picture(self, address: str) -> str | None:
        octets = self.pictures.get(address, b"")
        kind = _kind_of(octets)
        if kind is None or len(octets) > self.octets_left:
            return None
        self.octets_left -= len(octets)
        return f"data:{kind};base64,{base64.b64encode(octets).decode()}"

    def _within_limit(self, address: str, size: int) -> str | None:
        if size > self.octets_left:
            return None
        self.octets_left -= size
        return address


def _kind_of(octets: bytes) -> str | None:
    """Tell a picture's type by its first octets; what the part says does not count. No SVG: that is a document."""
    if octets[:4] == b"RIFF" and octets[8:12] == b"WEBP":
        return "image/webp"
    return next((kind for signature, kind in _SIGNATURES if octets.startswith(signature)), None)
