"""HTML from plain text: paragraphs, quotes, and links that can be followed."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

__all__ = ["html_from_text", "split_quotes"]

_LINK = re.compile(r"\b(?:https?://|mailto:)(?=[\w\[])[^\s<>\"]++", re.IGNORECASE)
_QUOTES = re.compile(r"(?:> ?|(?!))++")
_SPACES = re.compile(r"\A | (?= )")
_MOST_QUOTES = 20
_OPEN_QUOTE = '<blockquote type="cite">'
_PAIRS = {")": "(", "]": "["}


def html_from_text(text: str) -> str:
    """Give text as HTML that shows it: escaped, an empty line between paragraphs, ``>`` as quotes.

    Addresses that begin with ``http://``, ``https://`` or ``mailto:`` become links.
    """
    made: list[str] = []
    depth = 0
    for level, paragraph in _paragraphs(text):
        made.append(_OPEN_QUOTE * (level - depth) + "</blockquote>" * (depth - level))
        made.append(f"<p>{'<br>'.join(_line(one) for one in paragraph)}</p>")
        depth = level
    return "".join(made) + "</blockquote>" * depth


def split_quotes(line: str) -> tuple[int, str]:
    """Take the quote marks off a line: how many, and the rest."""
    marks = _QUOTES.match(line)
    return (0, line) if marks is None else (marks[0].count(">"), line[marks.end() :])


def _paragraphs(text: str) -> Iterator[tuple[int, list[str]]]:
    """Give the paragraphs, each with the depth of its quotes."""
    paragraph: list[str] = []
    depth = 0
    for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        marks, rest = split_quotes(line)
        level = min(marks, _MOST_QUOTES)
        if paragraph and (level != depth or not rest.strip()):
            yield depth, paragraph
            paragraph = []
        depth = level
        if rest.strip():
            paragraph.append(rest.rstrip())
    if paragraph:
        yield depth, paragraph


def _line(line: str) -> str:
    made: list[str] = []
    at = 0
    for found in _LINK.finditer(line):
        address = _without_punctuation(found[0])
        link = html.escape(address)
        made.append(_words(line[at : found.start()]) + f'<a href="{link}">{link}</a>')
        at = found.start() + len(address)
    return "".join(made) + _words(line[at:])


def _words(text: str) -> str:
    """Escape text; of several spaces the first ones are kept from being drawn together."""
    return _SPACES.sub("&nbsp;", html.escape(text).replace("\t", "    "))


def _without_punctuation(address: str) -> str:
    """Leave out what ends the sentence rather than the address; a bracket stays when the address opens it."""
    shown = address.rstrip(".,;:!?'*")
    if shown and shown[-1] in _PAIRS and shown.count(shown[-1]) > shown.count(_PAIRS[shown[-1]]):
        return shown[:-1].rstrip(".,;:!?'*")
    return shown
