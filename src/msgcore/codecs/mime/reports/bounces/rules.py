"""The rules by which bounces are recognised: data in TOML files beside this module, read on first use."""

from __future__ import annotations

import functools
import re
import tomllib
from importlib import resources
from typing import TypeAlias, cast

import attrs

__all__ = ["Family", "FieldTest", "General", "Phrase", "Rules", "load_rules", "parse_rules"]

# No more than RFC 5321 section 4.5.3.1 allows, and nothing that a notice puts around an address.
_DOT_ATOM = r"""[^\s\x00-\x1f\x7f<>()\[\]@,;:"'|]"""
_ADDRESS = rf"""(?P<address>(?:"[^"\n\r\x00]{{1,64}}"|{_DOT_ATOM}{{1,128}})@{_DOT_ATOM}{{1,254}}(?<![.!?]))"""

_PACKAGE = __name__.rpartition(".")[0]

Patterns: TypeAlias = tuple[re.Pattern[str], ...]


@attrs.frozen
class FieldTest:
    """A header field that must be there, and what must be found in it."""

    field: bytes
    pattern: re.Pattern[str]


@attrs.frozen
class General:
    """What is tried for every family, behind its own patterns."""

    original: Patterns
    diagnostic: Patterns
    remote_mta: Patterns
    reporting_mta: Patterns
    temporary: Patterns
    delivered: Patterns
    delayed: Patterns


@attrs.frozen
class Family:
    """How the notices of one kind of server are recognised and read.

    ``fields`` and ``opening`` must all hold. Recipients are looked for from ``start`` to ``stop``; what stands behind
    one, up to the next, is about it. ``reason`` is about all. ``address_field`` names a header field with addresses;
    when ``asks_original`` and nothing else names one, the original's only recipient counts.
    """

    name: str
    fields: tuple[FieldTest, ...]
    opening: re.Pattern[str] | None
    recipient: Patterns
    start: re.Pattern[str] | None
    stop: re.Pattern[str] | None
    diagnostic: Patterns
    reason: Patterns
    remote_mta: Patterns
    reporting_mta: Patterns
    original: Patterns
    address_field: bytes
    asks_original: bool
    is_by_status: bool


@attrs.frozen
class Phrase:
    """Words and the enhanced status they mean; class 0 stands for that of the reply."""

    words: re.Pattern[str]
    status: tuple[int, int, int]


@attrs.frozen
class Rules:
    """All rules: what a bounce looks like from outside, the families in order, the phrases in order."""

    sender: tuple[FieldTest, ...]
    never: tuple[FieldTest, ...]
    general: General
    families: tuple[Family, ...]
    phrases: tuple[Phrase, ...]


@functools.cache
def load_rules() -> Rules:
    """Read the rules that come with msgcore."""
    here = resources.files(_PACKAGE)
    return parse_rules(*((here / name).read_text("utf-8") for name in ("rules.toml", "phrases.toml")))


def parse_rules(families: str, phrases: str) -> Rules:
    """Read rules from TOML.

    Raises:
        ValueError: a file is no TOML, a key is missing or unknown, or a pattern is no regular expression.
    """
    table = _Table(tomllib.loads(families))
    evidence, general = table.table("evidence"), table.table("general")
    return Rules(
        sender=evidence.field_tests("sender"),
        never=evidence.field_tests("never"),
        general=General(*(general.patterns(one.name) for one in attrs.fields(General))),
        families=tuple(_family(one) for one in table.tables("family")),
        phrases=tuple(_phrase(one) for one in _Table(tomllib.loads(phrases)).tables("phrase")),
    )


def _family(table: _Table) -> Family:
    table.check_keys(_KEYS)
    return Family(
        name=table.text("name"),
        fields=table.field_tests("fields"),
        opening=table.pattern("opening"),
        recipient=table.patterns("recipient"),
        start=table.pattern("start"),
        stop=table.pattern("stop"),
        diagnostic=table.patterns("diagnostic"),
        reason=table.patterns("reason"),
        remote_mta=table.patterns("remote_mta"),
        reporting_mta=table.patterns("reporting_mta"),
        original=table.patterns("original"),
        address_field=table.text("address_field").encode(),
        asks_original=table.flag("asks_original"),
        is_by_status=table.text("action") == "by status",
    )


_KEYS = frozenset({one.name for one in attrs.fields(Family)} - {"is_by_status"} | {"action"})


def _phrase(table: _Table) -> Phrase:
    klass, subject, detail = table.text("status").replace("x", "0").split(".")
    words = "|".join(table.texts("words"))
    return Phrase(re.compile(words, re.IGNORECASE), (int(klass), int(subject), int(detail)))


class _Table:
    """A table of a TOML file, asked for values of a known kind."""

    def __init__(self, table: object) -> None:
        if not isinstance(table, dict):
            raise ValueError(f"need a table, got {table!r}")
        self._table = cast("dict[str, object]", table)

    def check_keys(self, known: frozenset[str]) -> None:
        if unknown := self._table.keys() - known:
            raise ValueError(f"unknown keys {sorted(unknown)} in {self._table.get('name')!r}")

    def text(self, key: str) -> str:
        value = self._table.get(key, "")
        if not isinstance(value, str):
            raise ValueError(f"{key}: need a text, got {value!r}")
        return value

    def flag(self, key: str) -> bool:
        return self._table.get(key) is True

    def texts(self, key: str) -> list[str]:
        values = self._items(key)
        if not all(isinstance(value, str) for value in values):
            raise ValueError(f"{key}: need texts, got {values!r}")
        return [str(value) for value in values]

    def pattern(self, key: str) -> re.Pattern[str] | None:
        text = self.text(key)
        return _compiled(text) if text else None

    def patterns(self, key: str) -> Patterns:
        return tuple(_compiled(text) for text in self.texts(key))

    def table(self, key: str) -> _Table:
        return _Table(self._table.get(key))

    def tables(self, key: str) -> list[_Table]:
        return [_Table(value) for value in self._items(key)]

    def field_tests(self, key: str) -> tuple[FieldTest, ...]:
        return tuple(FieldTest(one.text("field").encode(), _compiled(one.text("pattern"))) for one in self.tables(key))

    def _items(self, key: str) -> list[object]:
        values = self._table.get(key, [])
        if not isinstance(values, list):
            raise ValueError(f"{key}: need a list, got {values!r}")
        return cast("list[object]", values)


def _compiled(text: str) -> re.Pattern[str]:
    try:
        return re.compile(text.replace("{address}", _ADDRESS), re.IGNORECASE | re.MULTILINE)
    except re.error as error:
        raise ValueError(f"{text!r}: {error}") from error
