"""Where things stand in a text that is TOML: ``tomllib`` keeps no lines."""

from __future__ import annotations

import re

__all__ = ["Place", "line_of", "path_of", "place_of"]

Place = tuple[str | int, ...]
"""Keys, and the numbers of items of arrays, from the top of the document."""

_STEP = re.compile(r"([^.\[\]]+)|\[(\d+)\]")

_TOKEN = re.compile(
    r'"""(?:[^\\]|\\.)*?"{3,5}|'
    r"'''.*?'{3,5}|"
    r'"(?:[^"\\\n]|\\.)*"|'
    r"'[^'\n]*'|"
    r"#[^\n]*|"
    r"[^][{}=,#\"'\s]+|"
    r"[][{}=,\n]",
    re.DOTALL,
)


def path_of(place: Place) -> str:
    """Write a place as people read it: ``connectors[2].spaces[0].cost``."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in place).removeprefix(".")


def place_of(path: str) -> Place:
    """Read what :func:`path_of` writes."""
    return tuple(int(number) if number else key for key, number in _STEP.findall(path))


def line_of(place: Place, text: str) -> int | None:
    """Give the line (from 1) of a place, or else of the last thing on the way there that is in the text."""
    lines = _Reader(text).lines
    return next((lines[place[:count]] for count in range(len(place), 0, -1) if place[:count] in lines), None)


class _Reader:
    """Reads a text that is known to be TOML, and only notes where things begin."""

    def __init__(self, text: str) -> None:
        self.lines: dict[Place, int] = {}
        self._items: dict[Place, int] = {}  # of arrays of tables, so far
        self._line = 1
        self._tokens = [token for token in _TOKEN.findall(text) if not token.startswith("#")]
        self._next = 0
        self._read_document()

    def _peek(self) -> str:
        return self._tokens[self._next] if self._next < len(self._tokens) else ""

    def _take(self) -> str:
        token = self._peek()
        self._next += 1
        self._line += token.count("\n")
        return token

    def _skip(self, *tokens: str) -> bool:
        was = self._next
        while self._peek() in tokens:
            self._take()
        return self._next > was

    def _note(self, place: Place) -> None:
        self.lines.setdefault(place, self._line)

    def _read_document(self) -> None:
        table: Place = ()
        while self._peek():
            if self._skip("\n"):
                continue
            if self._peek() == "[":
                self._take()
                table = self._header(is_item=self._skip("["))
                self._note(table)
                self._skip("]")
            else:
                self._read_pair(table)

    def _header(self, *, is_item: bool) -> Place:
        place: Place = ()
        for key in self._keys("]"):
            if place in self._items:
                place = (*place, self._items[place] - 1)
            place = (*place, key)
        if is_item:
            number = self._items.get(place, 0)
            self._items[place] = number + 1
            return (*place, number)
        return place

    def _keys(self, end: str) -> list[str]:
        keys: list[str] = []
        while self._peek() != end:
            token = self._take()
            keys.extend([token[1:-1]] if token[0] in "\"'" else [part for part in token.split(".") if part])
        return keys

    def _read_pair(self, table: Place) -> None:
        line = self._line
        place = (*table, *self._keys("="))
        self.lines.setdefault(place, line)
        self._take()
        self._read_value(place)

    def _read_value(self, place: Place) -> None:
        self._note(place)
        token = self._take()
        if token == "[":
            number = 0
            while not self._ends("]"):
                self._read_value((*place, number))
                number += 1
        elif token == "{":
            while not self._ends("}"):
                self._read_pair(place)
        else:
            while self._peek() not in ("", "\n", ",", "]", "}"):  # a date and its time are two words
                self._take()

    def _ends(self, end: str) -> bool:
        self._skip("\n", ",")
        if self._peek() != end:
            return False
        self._take()
        return True
