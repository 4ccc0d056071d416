"""Changing a profile's text where it stands: whatever a change does not mean stays as it is, comments and layout too.

Each change is made twice, to the text and to the data that it says, and the text is only believed when reading it gives
those data: what this module does not see through is refused, never garbled.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from msgcore.errors import ProfileError
from msgcore.profile.layout import Layout, Statement, layout_of
from msgcore.profile.toml import Located, key_text, read_profile_text, table_text, value_text

__all__ = ["Draft"]


class Draft:
    """A profile's text that is being changed, with what it says."""

    def __init__(self, text: str, file: Path) -> None:
        """Begin with what stands in ``file``.

        Raises:
            ProfileError: it is no TOML, or not one of ``[[services]]`` tables.
        """
        self.text = text
        self.file = file
        self.data = dict(read_profile_text(text, file).data)
        given = self.data.get("services", [])
        tables = cast("list[object]", given if isinstance(given, list) else [given])
        if len(layout_of(text).services) != len(tables) or not all(isinstance(one, dict) for one in tables):
            raise ProfileError("can only be changed where [[services]] tables stand", file=file, key="services")
        self.tables = [dict(cast("dict[str, object]", one)) for one in tables]

    @property
    def names(self) -> list[object]:
        """What each service is called."""
        return [table.get("name", table.get("service")) for table in self.tables]

    def set(self, number: int | None, key: str, value: object) -> None:
        """Give a key of a service (``None``: one above all) a value; ``None`` takes it away."""
        values = self.data if number is None else self.tables[number]
        if value is None:
            if key in values:
                statements = self._statements(number, key)
                self._cut(statements[key])
                if number is None and len(statements) == 1:
                    self._close_gap(statements[key].start)
                del values[key]
            return
        text = value_text(key, value)
        is_new = key not in values
        values[key] = tomllib.loads(f"value = {text}")["value"]
        if is_new:
            self._insert(number, f"{key_text(key)} = {text}")
        else:
            old = self._statements(number, key)[key]
            self.text = self.text[: old.value_start] + text + self.text[old.value_end :]

    def add(self, table: Mapping[str, object]) -> None:
        """Add a service behind all that stands there."""
        text = table_text(table)
        self.tables.append(tomllib.loads(text)["services"][0])
        self.text = self.text and f"{self._whole_lines(self.text)}{self._line_end}"
        self.text += text.replace("\n", self._line_end)

    def remove(self, number: int) -> None:
        """Take a service away, from its header to its last key; comments before and behind that stay."""
        table = self._layout().services[number]
        self.text = self.text[: table.start] + self.text[table.end :]
        del self.tables[number]

    def checked(self) -> Mapping[str, Any]:
        """Give what the text says now.

        Raises:
            ProfileError: the text is written in a way that the change did not get right.
        """
        expected = {**self.data, "services": self.tables}
        said: dict[str, Any] = {"services": []}
        try:
            said.update(tomllib.loads(self.text))
        except tomllib.TOMLDecodeError:
            said = {}
        if said != expected:
            raise ProfileError("is written in a way that cannot be changed in place: change it by hand", file=self.file)
        return said

    @property
    def located(self) -> Located:
        return Located(self.checked(), self.text)

    @property
    def _line_end(self) -> str:
        return "\r\n" if "\r\n" in self.text else "\n"

    def _layout(self) -> Layout:
        return layout_of(self.text)

    def _statements(self, number: int | None, key: str) -> Mapping[str, Statement]:
        layout = self._layout()
        found = layout.top if number is None else layout.services[number].statements
        if key not in found:
            raise ProfileError("is written in a way that cannot be changed in place", file=self.file, key=key)
        return found

    def _cut(self, statement: Statement) -> None:
        self.text = self.text[: statement.start] + self.text[statement.end :]

    def _close_gap(self, position: int) -> None:
        """Where the last key above all tables stood between blank lines, leave one of them."""
        before = self.text[:position]
        if not "".join(before.splitlines()[-1:]).strip():
            self.text = before + self.text[position:].removeprefix(self._line_end)

    def _insert(self, number: int | None, line: str) -> None:
        layout = self._layout()
        statements = layout.top if number is None else layout.services[number].statements
        if statements:
            last = max(statements.values(), key=lambda one: one.end)
            position = last.end
            found = self.text[last.start : last.value_start]
            line = found[: len(found) - len(found.lstrip(" \t"))] + line
        elif number is not None:
            position = layout.services[number].end
        else:
            position = self._top()
            line += self._line_end if position < len(self.text) else ""
        before = self._whole_lines(self.text[:position])
        self.text = f"{before}{line}{self._line_end}{self.text[position:]}"

    def _top(self) -> int:
        """Say where keys above all tables go: before the first table and the comment that stands right above it."""
        services = self._layout().services
        if not services:
            return len(self.text)
        position = services[0].start
        while position:
            line = self.text.rfind("\n", 0, position - 1) + 1
            if not self.text[line:position].lstrip(" \t").startswith("#"):
                break
            position = line
        return position

    def _whole_lines(self, text: str) -> str:
        return text if not text or text.endswith("\n") else text + self._line_end
