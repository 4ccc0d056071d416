"""Lists of tags and values, as DKIM signatures, their keys and DMARC policies are written (RFC 6376 section 3.2)."""

from __future__ import annotations

import re

__all__ = ["TagsUnreadable", "read_tags", "without_blanks"]

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_BLANK = re.compile(r"[ \t\r\n]+")
_MOST_TAGS = 64


class TagsUnreadable(ValueError):
    """The text is no list of tags."""


def read_tags(text: str) -> dict[str, str]:
    """Read a list of tags; blanks around names and values are no part of them.

    Raises:
        TagsUnreadable: it is none, or a tag is there twice.
    """
    pieces = text.split(";", _MOST_TAGS)
    if len(pieces) > _MOST_TAGS:
        raise TagsUnreadable(f"more than {_MOST_TAGS} tags")
    if len(pieces) > 1 and not pieces[-1].strip():
        pieces.pop()
    tags: dict[str, str] = {}
    for piece in pieces:
        name, equals, value = piece.partition("=")
        name = name.strip(" \t\r\n")
        if not equals or not _NAME.fullmatch(name):
            raise TagsUnreadable("a tag without a name")
        if name in tags:
            raise TagsUnreadable(f"{name}= is there twice")
        tags[name] = value.strip(" \t\r\n")
    return tags


def without_blanks(value: str) -> str:
    """Take out the blanks that may stand inside of a value, such as base64 that is folded."""
    return _BLANK.sub("", value)
