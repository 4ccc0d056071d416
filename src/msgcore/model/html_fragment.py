"""HTML of one message as a piece that can stand in other HTML: well nested, and without what belongs to a document.

It is written anew from its tags, so that nothing in it, an open quote or comment say, reaches into what follows. What
runs or loads by itself is left out (scripts, frames, objects, event handlers, forms), which protects readers of replies
but makes no HTML safe to show: that is :func:`~msgcore.model.safe_html.safe_html`.
"""

from __future__ import annotations

import html as html_names
import re
from collections.abc import Iterator
from urllib.parse import unquote

from msgcore.model.html_nesting import VOID, nested_cuts
from msgcore.model.html_tokens import END, NOTHING, RAW, START, attributes_of, unescape

__all__ = [
    "content_id_of_address",
    "fragment_of",
    "location_as_shown",
    "shown_content_ids",
    "shown_locations",
]

# Left out, while what is in them stays.
_UNWRAPPED = frozenset(
    {
        *("applet", "base", "button", "embed", "form", "frame", "frameset", "input", "isindex", "keygen"),
        *("link", "meta", "noscript", "object", "optgroup", "option", "param", "plaintext", "select", "source"),
        *("textarea", "track", "xmp"),
    }
)
# Left out with what is in them.
_LEFT_OUT = frozenset({"audio", "canvas", "datalist", "math", "svg", "template", "video"})
_ELEMENT = re.compile(r"[a-z][a-z0-9:_-]*")
_ATTRIBUTE = re.compile(r"(?!on)[a-z][a-z0-9:_-]*")
_NO_ATTRIBUTES = frozenset({"srcdoc", "formaction", "ping", "autofocus", "contenteditable"})
_ADDRESSES = frozenset({"href", "src", "background", "cite", "longdesc", "lowsrc", "dynsrc", "xlink:href"})
_NO_SCHEMES = ("javascript:", "vbscript:", "livescript:")
_IGNORED_IN_ADDRESS = re.compile(r"[\x00-\x20]+")
_CONTENT_ID = re.compile(r":(?<=\bcid:)([^\"'\s<>)]++)", re.IGNORECASE)  # a colon is found much faster than a letter

_LOCATION = re.compile(
    r"""\b(?:src|background)\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s"'<>]++))|\burl\(\s*+["']?+([^"')]*+)""",
    re.IGNORECASE,
)


def fragment_of(html: str, *, styles: bool = True) -> str:
    """Write HTML as a fragment; its style sheets stay when ``styles``. Never raises."""
    return "".join(_written(html.replace("\0", ""), styles))


def _written(html: str, styles: bool) -> Iterator[str]:
    hidden = 0
    for text, kind, name, rest in nested_cuts(html):
        if hidden:
            if kind == END:
                hidden -= 1
            elif kind == START and name not in VOID:
                hidden += 1
            continue
        if text:
            yield text.replace("<", "&lt;").replace(">", "&gt;")
        if kind == RAW:
            if styles and name == "style":
                yield f"<style>{rest}</style>"
        elif kind == NOTHING:
            continue
        elif name in _LEFT_OUT:
            hidden = 1
        elif name not in _UNWRAPPED and _ELEMENT.fullmatch(name):
            yield _start_tag(name, rest) if kind == START else f"</{_shown_name(name)}>"


def _shown_name(name: str) -> str:
    return "div" if name == "body" else name


def _start_tag(name: str, written: str) -> str:
    attributes = attributes_of(written) if written else {}
    if name == "body":
        attributes = _as_style(attributes)
    kept = (f' {key}="{html_names.escape(value)}"' for key, value in attributes.items() if _is_kept(key, value))
    return f"<{_shown_name(name)}{''.join(kept)}>"


def _as_style(attributes: dict[str, str]) -> dict[str, str]:
    """Turn the colours of ``body`` into a style, which a ``div`` may have."""
    colours = [
        f"{css}: {attributes.pop(key)}"
        for key, css in (("bgcolor", "background-color"), ("text", "color"))
        if key in attributes
    ]
    style = "; ".join([*colours, *([attributes["style"]] if "style" in attributes else [])])
    return {**attributes, "style": style} if style else attributes


def _is_kept(name: str, value: str) -> bool:
    if _ATTRIBUTE.fullmatch(name) is None or name in _NO_ATTRIBUTES:
        return False
    return name not in _ADDRESSES or not _IGNORED_IN_ADDRESS.sub("", value).lower().startswith(_NO_SCHEMES)


def shown_content_ids(html: str) -> frozenset[str]:
    """Find the Content-IDs that HTML refers to (``cid:`` addresses, RFC 2392), in attributes and styles."""
    return frozenset(unquote(unescape(found[1])) for found in _CONTENT_ID.finditer(html))


def shown_locations(html: str) -> frozenset[str]:
    """Find the addresses of pictures, in attributes and styles, to compare with a Content-Location (RFC 2557).

    They are compared as they are written: none is resolved against a base.
    """
    return frozenset(location_as_shown(unescape("".join(found))) for found in _LOCATION.findall(html))


def location_as_shown(address: str) -> str:
    """Leave white space out of an address: a long one is folded in a header (RFC 2557 section 4.4.2)."""
    return "".join(address.split())


def content_id_of_address(address: str) -> str | None:
    """Read the Content-ID out of a ``cid:`` address, or ``None`` when it is another."""
    scheme, colon, rest = address.strip().partition(":")
    return unquote(rest).strip("<>") if colon and scheme.lower() == "cid" and rest else None
