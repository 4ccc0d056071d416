"""Which declarations of a ``style`` attribute are safe to show.

Only what is known to do no harm stays: properties from a list, with values made of words, numbers, colours and quoted
font names. So nothing is loaded (``url()``, ``@import``), run (``expression()``), hidden behind escapes or comments, or
moved over what stands around the message (``position``, negative margins).
"""

from __future__ import annotations

import re

__all__ = ["safe_style"]

_PROPERTIES = frozenset(
    {
        *("background", "background-color", "border", "border-bottom", "border-bottom-color"),
        *("border-bottom-style", "border-bottom-width", "border-collapse", "border-color", "border-left"),
        *("border-left-color", "border-left-style", "border-left-width", "border-radius", "border-right"),
        *("border-right-color", "border-right-style", "border-right-width", "border-spacing", "border-style"),
        *("border-top", "border-top-color", "border-top-style", "border-top-width", "border-width"),
        *("box-sizing", "caption-side", "clear", "color", "direction", "display", "float", "font"),
        *("font-family", "font-size", "font-stretch", "font-style", "font-variant", "font-weight", "height"),
        *("hyphens", "letter-spacing", "line-height", "list-style", "list-style-position", "list-style-type"),
        *("margin", "margin-bottom", "margin-left", "margin-right", "margin-top", "max-height", "max-width"),
        *("min-height", "min-width", "overflow", "overflow-wrap", "padding", "padding-bottom", "padding-left"),
        *("padding-right", "padding-top", "table-layout", "text-align", "text-decoration"),
        *("text-decoration-color", "text-decoration-line", "text-decoration-style", "text-indent"),
        *("text-overflow", "text-transform", "vertical-align", "visibility", "white-space", "width"),
        *("word-break", "word-spacing", "word-wrap"),
    }
)
_DECLARATION = re.compile(
    r"""\s*+([a-z-]++)\s*+:\s*+("""
    r"""(?:[a-z][\w-]*+(?!\()|\#[0-9a-f]{3,8}\b|[0-9.]++(?:%|[a-z]{1,4}\b|(?!))?+"""
    r"""|"[^"\\;(){}@<>\x00-\x1f]*+"|'[^'\\;(){}@<>\x00-\x1f]*+'"""
    r"""|(?:rgb|hsl)a?\([0-9a-z\s.,%/]*+\)|![ ]?important\b|[,/\s]|(?!))++)""",
    re.IGNORECASE | re.ASCII,
)


def safe_style(style: str) -> str:
    """Give the declarations that are safe, ``;`` between them; the others are left out."""
    kept: list[str] = []
    for declaration in style.split(";"):
        found = _DECLARATION.fullmatch(declaration)
        if found is not None and found[1].lower() in _PROPERTIES and found[2].strip():
            kept.append(f"{found[1].lower()}: {found[2].strip()}")
    return "; ".join(kept)
