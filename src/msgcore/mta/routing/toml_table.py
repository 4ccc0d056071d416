"""Route tables as TOML text: reading, with file and line of what is wrong, and writing.

*Theory of operation.* ``tomllib`` says what the text means, and :mod:`~msgcore.mta.routing.table_data` what is wrong
with that, by its path (``connectors[2].spaces[0].cost``). Only then :mod:`~msgcore.base.toml_lines` looks for the line.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import cast

from msgcore.base.plain_files import open_file_or_pipe
from msgcore.base.toml_faults import line_of_fault
from msgcore.base.toml_lines import Place, line_of, place_of
from msgcore.errors import UsageError
from msgcore.mta.routing.route import RouteTable

__all__ = ["load_routes", "place_in_routes", "read_routes", "write_routes"]

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_PATH = re.compile(r"[a-z_]+(?:\[\d+\])?(?:\.[^\s.\[\]:]+(?:\[\d+\])?)*(?=[: ])")
_NAME = re.compile(r"(?:.*?: )?connector ('(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"): ([a-z_]*)")


def load_routes(file: Path | str) -> RouteTable:
    """Read a table from a TOML file (UTF-8, with or without a byte order mark).

    Raises:
        UsageError: it cannot be read, or as :func:`read_routes` does; the message begins with file and line.
    """
    path = Path(file)
    try:
        with open_file_or_pipe(path) as opened:
            text = opened.read().decode("utf-8-sig")
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise UsageError(f"{path}:{line}: is not UTF-8") from error
    return read_routes(text, source=str(path))


def read_routes(text: str, *, source: str = "routes") -> RouteTable:
    """Read a table from TOML text, in the form of :meth:`RouteTable.to_data`.

    Raises:
        UsageError: it is no TOML, or no table; the message begins with ``source`` and the line: ``routes.toml:12: …``.
    """
    try:
        data = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # of numbers that are too long it says no more than that
        line = line_of_fault(error, text)
        raise UsageError(f"{source}{f':{line}' if line else ''}: is no TOML: {error}") from error
    try:
        return RouteTable.from_data(data)
    except UsageError as error:
        line = line_of(place_in_routes(str(error), data), text)
        raise UsageError(f"{source}{f':{line}' if line else ''}: {error}") from error


def place_in_routes(message: str, data: Mapping[str, object]) -> Place:
    """Find in an error's message the path that it begins with, or a connector's name and the field behind that."""
    named = _NAME.match(message)
    path = _PATH.match(message)
    if path is not None and path[0] != "connector":
        steps = place_of(path[0])
        return steps if named is None else (*steps, named[2])
    if named is None:
        return ()
    names = [repr(one.get("name")) for one in cast("list[Mapping[str, object]]", data["connectors"])]
    # Of two with one name the second one is too many.
    return "connectors", len(names) - 1 - names[::-1].index(named[1]), named[2]


def write_routes(table: RouteTable) -> str:
    """Write a table as TOML text, which :func:`read_routes` reads again; what has its default is left out.

    Raises:
        UsageError: a text holds half of a character, which no file can hold.
    """
    data = table.to_data()
    connectors = cast("list[Mapping[str, object]]", data.pop("connectors"))
    lines = [f"{key} = {_value(value)}" for key, value in data.items()]
    if not connectors:
        lines.append("connectors = []")
    for connector in connectors:
        lines += ["", "[[connectors]]"]
        lines += [f"{key} = {_value(value)}" for key, value in connector.items() if key != "spaces"]
        spaces = cast("Sequence[object]", connector["spaces"])
        if len(spaces) == 1:
            lines.append(f"spaces = [{_value(spaces[0])}]")
        else:
            lines += ["spaces = [", *(f"    {_value(space)}," for space in spaces), "]"]
    return "\n".join(lines).lstrip("\n") + "\n"


def _value(value: object) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return _string(value)
        case list():
            return "[" + ", ".join(_value(one) for one in cast("list[object]", value)) + "]"
        case dict():
            table = cast("dict[str, object]", value)
            return "{ " + ", ".join(f"{_key(key)} = {_value(one)}" for key, one in table.items()) + " }"
        case _:
            return repr(value)  # numbers, which TOML writes as Python does


def _key(key: str) -> str:
    return key if _BARE_KEY.fullmatch(key) else _string(key)


def _string(text: str) -> str:
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise UsageError(f"{text!a}: holds half of a character")
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c >= " " and c != "\x7f" else f"\\u{ord(c):04X}" for c in escaped) + '"'
