"""The reference in ``docs/reference`` tells of every public name; building the pages shows that each can be read."""

from __future__ import annotations

import ast
import importlib
import re
import types
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from tests.floors.api import LIST, MODULES
from tests.shared import REPOSITORY

PROPERTIES = re.compile(r"PR_|Pid(?:Tag|Lid|Name)")
"""The properties are a generated table, which has its own page."""


def entries() -> list[str]:
    """Give what is told of; an entry that is a module tells of what that exports."""
    texts = [page.read_text(encoding="utf-8") for page in sorted((REPOSITORY / "docs/reference").glob("*.md"))]
    listed = [name for text in texts for name in re.findall(r"^::: (\S+)$", text, re.MULTILINE)]
    return [name for entry in listed for name in exported_by(entry)]


def exported_by(entry: str) -> list[str]:
    value = value_of(entry)
    return [f"{entry}.{name}" for name in value.__all__] if isinstance(value, types.ModuleType) else [entry]


def value_of(name: str) -> object:
    module, _, own_name = name.rpartition(".")
    return getattr(importlib.import_module(module), own_name, None) or importlib.import_module(name)


def untold(names: set[str]) -> list[str]:
    listed = entries()
    told = {id(value_of(name)) for name in listed}
    return sorted(name for name in names - set(listed) if id(value_of(name)) not in told)


def public_names() -> Iterator[str]:
    for line in LIST.read_text(encoding="utf-8").splitlines():
        name = re.split(r"[:( ]", line, maxsplit=1)[0]
        module, _, own_name = name.rpartition(".")
        if module in MODULES and not PROPERTIES.match(own_name):
            yield name


def imported_names(code: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.ImportFrom) and re.match(r"msgcore\b(?!_)", node.module or ""):
            yield from (f"{node.module}.{one.name}" for one in node.names if not PROPERTIES.match(one.name))


def codes(of: Path) -> Iterator[str]:
    for page in sorted((of / "docs").glob("*.md")):
        yield from re.findall(r"^```python\n(.*?)^```$", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    for example in sorted((of / "examples").glob("*.py")):
        yield example.read_text(encoding="utf-8")


def test_every_public_name_is_told_of() -> None:
    assert untold(set(public_names())) == []


def test_what_pages_and_examples_import_is_told_of() -> None:
    imported = {name for code in codes(REPOSITORY) for name in imported_names(code)}
    assert untold({name for name in imported if not isinstance(value_of(name), types.ModuleType)}) == []


def test_no_name_is_told_of_twice() -> None:
    values = Counter(id(value) for value in map(value_of, entries()) if callable(value))
    assert [name for name in entries() if values[id(value_of(name))] > 1] == []
