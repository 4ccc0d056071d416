"""TOML of profiles: reading with line numbers, and writing."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import cast

import attrs

from msgcore.errors import ProfileError

__all__ = ["LocatedTables", "read_profile_text", "write_profile_text"]

_HEADER = re.compile(r"\s*\[\[\s*services\s*\]\]")
_OTHER_HEADER = re.compile(r"\s*\[")
_KEY = re.compile(r"""\s*(?:"([^"]+)"|'([^']+)'|([A-Za-z0-9_-]+))\s*=""")
_LINE_OF_ERROR = re.compile(r"at line (\d+)")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")


@attrs.frozen
class LocatedTables:
    """The parsed document, with the line (from 1) of each ``[[services]]`` table and of every key."""

    data: Mapping[str, object]
    service_lines: tuple[int, ...]
    key_lines: Mapping[tuple[int | None, str], int]


def read_profile_text(text: str, file: Path) -> LocatedTables:
    """Parse TOML and note where its keys stand.

    Raises:
        ProfileError: it is no TOML; with file and line.
    """
    try:
        data = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        found = _LINE_OF_ERROR.search(str(error))
        line = int(found[1]) if found else None
        raise ProfileError(f"is no TOML: {error}", file=file, line=line) from error
    service_lines: list[int] = []
    key_lines: dict[tuple[int | None, str], int] = {}
    table: int | None = None
    for number, line_text in enumerate(text.splitlines(), start=1):
        if _HEADER.match(line_text):
            table = len(service_lines)
            service_lines.append(number)
        elif _OTHER_HEADER.match(line_text):
            table = -1
        elif key := _KEY.match(line_text):
            key_lines.setdefault((table, key[1] or key[2] or key[3]), number)
    return LocatedTables(data, tuple(service_lines), key_lines)


def write_profile_text(top: Mapping[str, object], services: Sequence[Mapping[str, object]]) -> str:
    """Write a profile: top-level keys, then one ``[[services]]`` table for each service.

    Raises:
        ProfileError: a value is of a kind that a profile does not hold.
    """
    lines = [f"{_key(key)} = {_value(key, value)}" for key, value in top.items()]
    for service in services:
        lines += ["", "[[services]]"]
        lines += [f"{_key(key)} = {_value(key, value)}" for key, value in service.items() if value is not None]
    return "\n".join(lines).lstrip("\n") + "\n"


def _key(key: str) -> str:
    return key if _BARE_KEY.fullmatch(key) else _string(key)


def _value(key: str, value: object) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case int() | float():
            return repr(value)
        case str() | Path():
            return _string(str(value))
        case list() | tuple():
            return "[" + ", ".join(_value(key, one) for one in cast("list[object]", value)) + "]"
        case _:
            raise ProfileError(f"a profile cannot hold a {type(value).__name__}", key=key)


def _string(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c >= " " and c != "\x7f" else f"\\u{ord(c):04X}" for c in escaped) + '"'
