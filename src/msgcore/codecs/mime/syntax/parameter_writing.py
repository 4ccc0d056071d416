"""Writing values with parameters: tokens, quoted strings, and RFC 2231 where neither can hold a value."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import quote

from msgcore.base.text import refuse_line_ends
from msgcore.codecs.mime.syntax.fold import encoded_words

__all__ = ["is_simple", "parameter_tokens", "quoted_words"]

_NAME = re.compile(r"[A-Za-z0-9!#$&^_.+-]{1,60}")
_TOKEN = re.compile(r"[A-Za-z0-9!#$&^_.+-]{1,60}")
_QUOTABLE = re.compile(r"[ -~]{0,60}")
_PIECE = 60


def parameter_tokens(value: str, parameters: Mapping[str, str]) -> list[bytes]:
    """Make the tokens of a field such as Content-Type; a parameter whose name is none is left out.

    Raises:
        InjectionRefused: a parameter holds CR, LF or NUL.
    """
    tokens = [value.encode("ascii", "replace")]
    if not parameters:
        return tokens
    for name, text in parameters.items():
        refuse_line_ends(text, name)
        if _NAME.fullmatch(name):
            for written in _forms(name, text):
                tokens[-1] += b";"
                tokens.append(written.encode("ascii"))
    return tokens


def is_simple(value: str) -> bool:
    """Whether a token or a quoted string of one line can hold the value."""
    return _QUOTABLE.fullmatch(value) is not None and "=?" not in value


def quoted_words(name: str, value: str) -> list[bytes]:
    """Make the tokens of a parameter in encoded words: the form that only old programs need."""
    words = encoded_words(refuse_line_ends(value, name), 60)
    words[0] = f'{name}="'.encode() + words[0]
    words[-1] += b'"'
    return words


def _forms(name: str, value: str) -> list[str]:
    if _TOKEN.fullmatch(value):
        return [f"{name}={value}"]
    if is_simple(value):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return [f'{name}="{escaped}"']
    pieces = _percent_pieces(value)
    pieces[0] = f"utf-8''{pieces[0]}"
    if len(pieces) == 1:
        return [f"{name}*={pieces[0]}"]
    return [f"{name}*{number}*={piece}" for number, piece in enumerate(pieces)]


def _percent_pieces(value: str) -> list[str]:
    """Write in percent form, cut between characters: some programs decode each piece by itself."""
    whole = quote(value, safe="", errors="replace")
    if len(whole) <= _PIECE:
        return [whole]
    pieces = [""]
    for character in value:
        form = quote(character, safe="", errors="replace")
        if len(pieces[-1]) + len(form) > _PIECE:
            pieces.append("")
        pieces[-1] += form
    return pieces
