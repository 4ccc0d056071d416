"""Where things stand in the text of a profile: its keys and ``[[services]]`` tables, to the character.

The text is TOML that was read already, so that this scanner has to be right about good TOML only: what begins a line is
a blank, a comment, a header or a key, and a value ends at the line end or comment that is in no string and no bracket.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping

import attrs

__all__ = ["Layout", "Statement", "Table", "layout_of"]

_PART = r"""(?:[A-Za-z0-9_-]+|"(?:\\.|[^"\\\n]|(?!))*+"|'[^'\n]*+')"""
_STATEMENT = re.compile(rf"[ \t]*+({_PART}(?:[ \t]*+\.[ \t]*+{_PART}|(?!))*+)[ \t]*+=[ \t]*+")
_SERVICES = re.compile(r"""[ \t]*+\[\[[ \t]*+(?:services|"services"|'services')[ \t]*+\]\]""")
_OTHER_TABLE = re.compile(r"[ \t]*+\[")
_TOKEN = re.compile(
    r'''"""(?:\\.|[^\\])*?"{3,5}(?!")|\'\'\'.*?\'{3,5}(?!\')|"(?:\\.|[^"\\\n]|(?!))*+"|'[^'\n]*+'|[\[{]|[\]}]|\#|\n''',
    re.DOTALL,
)


@attrs.frozen
class Statement:
    """``key = value``: where its lines begin and end, and its value between them."""

    key: str
    start: int
    value_start: int
    value_end: int
    end: int


@attrs.frozen
class Table:
    """A ``[[services]]`` table, from its header to behind its last key; what stands behind that is not its own."""

    start: int
    end: int
    statements: Mapping[str, Statement]


@attrs.frozen
class Layout:
    """The keys above all tables, and the tables."""

    text: str = attrs.field(repr=False)
    top: Mapping[str, Statement]
    services: tuple[Table, ...]

    def line_of(self, number: int | None, key: str | None) -> int | None:
        """Say on which line (from 1) a key of a table stands (of ``None``, above all); else where its table begins."""
        table = None if number is None or number >= len(self.services) else self.services[number]
        statements: Mapping[str, Statement] = {} if table is None else table.statements
        if number is None:
            statements = self.top
        if key is not None and key in statements:
            start = statements[key].start
        elif table is not None:
            start = table.start
        else:
            return None
        return self.text.count("\n", 0, start) + 1


def layout_of(text: str) -> Layout:
    """Find where the keys and tables of a profile stand; ``text`` is good TOML."""
    top: dict[str, Statement] = {}
    services: list[tuple[int, int, dict[str, Statement]]] = []
    statements = top
    position = 0
    while position < len(text):
        found = _STATEMENT.match(text, position)
        if found is not None:
            value_end, end = _end_of_value(text, found.end())
            key = _key(found[1])
            statements.setdefault(key, Statement(key, position, found.end(), value_end, end))
            if services and services[-1][2] is statements:
                services[-1] = (services[-1][0], end, statements)
            position = end
            continue
        end = _line_end(text, position)
        if _SERVICES.match(text, position):
            own: dict[str, Statement] = {}
            statements = own
            services.append((position, end, own))
        elif _OTHER_TABLE.match(text, position):
            statements = {}  # of a table that no profile has
        position = end
    return Layout(text, top, tuple(Table(*one) for one in services))


def _line_end(text: str, position: int) -> int:
    return text.find("\n", position) + 1 or len(text)


def _end_of_value(text: str, start: int) -> tuple[int, int]:
    """Say where a value ends, and where the line ends that it ends on."""
    depth, position = 0, start
    while (found := _TOKEN.search(text, position)) is not None:
        token = found[0]
        if token in "[{":
            depth += 1
        elif token in "]}":
            depth -= 1
        elif token == "#" and depth:
            position = _line_end(text, found.start())
            continue
        elif token in "#\n" and not depth:
            value = text[start : found.start()].rstrip()
            return start + len(value), _line_end(text, found.start())
        position = found.end()
    return len(text.rstrip()), len(text)


def _key(raw: str) -> str:
    """Read a key as it stands; a dotted one stays as it is, for no profile has one."""
    if raw[0] not in "\"'" or not re.fullmatch(_PART, raw):
        return raw
    return next(iter(tomllib.loads(f"{raw} = 0")))
