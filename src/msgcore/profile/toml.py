"""TOML of profiles: reading with line numbers, and writing."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import cast

import attrs

from msgcore.base.text import Secret
from msgcore.base.toml_faults import line_of_fault
from msgcore.errors import ProfileError
from msgcore.profile.layout import Layout, layout_of

__all__ = ["Located", "key_text", "read_profile_text", "table_text", "value_text", "write_profile_text"]

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")


@attrs.frozen(slots=False)  # for cached_property
class Located:
    """What a profile says, and where; that is looked for only when somebody asks, which is for a fault."""

    data: Mapping[str, object]
    text: str = attrs.field(repr=False)

    @cached_property
    def _layout(self) -> Layout:
        return layout_of(self.text)

    def line_of(self, number: int | None, key: str | None) -> int | None:
        """Say on which line a key of a service stands; as :meth:`Layout.line_of`."""
        return self._layout.line_of(number, key)


def read_profile_text(text: str, file: Path) -> Located:
    """Parse TOML.

    Raises:
        ProfileError: it is no TOML; with file and line.
    """
    if text.startswith("\ufeff"):  # of which a parser only says that the statement is invalid
        raise ProfileError("begins with a byte order mark; save it as UTF-8 without one", file=file, line=1)
    try:
        return Located(tomllib.loads(text), text)
    except (ValueError, RecursionError) as error:  # of numbers that are too long it says no more than that
        raise ProfileError(f"is no TOML: {error}", file=file, line=line_of_fault(error, text)) from error


def write_profile_text(top: Mapping[str, object], services: Sequence[Mapping[str, object]]) -> str:
    """Write a profile: top-level keys, then one ``[[services]]`` table for each service.

    Raises:
        ProfileError: a value is of a kind that a profile does not hold.
    """
    head = "".join(f"{key_text(key)} = {value_text(key, value)}\n" for key, value in top.items())
    return "\n".join([*([head] if head else []), *(table_text(one) for one in services)]) or "\n"


def table_text(service: Mapping[str, object]) -> str:
    """Write the ``[[services]]`` table of one service; what is ``None`` is left out.

    Raises:
        ProfileError: a value is of a kind that a profile does not hold.
    """
    lines = [f"{key_text(key)} = {value_text(key, value)}\n" for key, value in service.items() if value is not None]
    return "".join(["[[services]]\n", *lines])


def key_text(key: str) -> str:
    """Write a key."""
    return key if _BARE_KEY.fullmatch(key) else _string(key, key)


def value_text(key: str, value: object) -> str:
    """Write a value.

    Raises:
        ProfileError: it is of a kind that a profile does not hold.
    """
    match value:
        case bool():
            return "true" if value else "false"
        case int() | float():
            return repr(value)
        case str() | Path():
            return _string(key, str(value))
        case list() | tuple():
            return "[" + ", ".join(value_text(key, one) for one in cast("list[object]", value)) + "]"
        case Mapping():
            given = cast("Mapping[str, object]", value)
            return "{ " + ", ".join(f"{key_text(name)} = {value_text(name, one)}" for name, one in given.items()) + " }"
        case Secret():
            raise ProfileError("a profile never holds a secret itself; give a reference, such as env:NAME", key=key)
        case _ if callable(value):
            raise ProfileError(
                "a file cannot hold a function; write callable:NAME, and log on with secrets={NAME: …}", key=key
            )
        case _:
            raise ProfileError(f"a profile cannot hold a {type(value).__name__}", key=key)


def _string(key: str, text: str) -> str:
    if not text.isascii() and any("\ud800" <= c <= "\udfff" for c in text):
        raise ProfileError("holds a surrogate, which is no character", key=ascii(key))
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c >= " " and c != "\x7f" else f"\\u{ord(c):04X}" for c in escaped) + '"'
