"""The tool that changes the deciders: what it changes, and that it sees which change a test notices."""

from __future__ import annotations

import runpy
from typing import Any

from tests.shared import REPOSITORY

TOOL: dict[str, Any] = runpy.run_path(str(REPOSITORY / "tools" / "mutate.py"))


def test_each_place_is_changed_by_itself() -> None:
    source = "def f(a, b):\n    return a <= b + 1 and (not a)"

    assert [text for *_, text in TOOL["mutants"](source)] == [
        "def f(a, b):\n    return a <= b + 1 or not a",
        "def f(a, b):\n    return a < b + 1 and (not a)",
        "def f(a, b):\n    return a <= b + 1 and a",
        "def f(a, b):\n    return a <= b - 1 and (not a)",
        "def f(a, b):\n    return a <= b + 2 and (not a)",
    ]


def test_every_module_and_its_tests_are_there() -> None:
    modules = [REPOSITORY.joinpath("src", *name.split(".")).with_suffix(".py") for name in TOOL["TESTS"]]
    tests = [REPOSITORY / test for tests in TOOL["TESTS"].values() for test in tests]

    assert [path for path in [*modules, *tests] if not path.is_file()] == []


def test_every_change_that_changes_nothing_is_still_one() -> None:
    module: str
    for module, same in TOOL["SAME"].items():
        source = REPOSITORY.joinpath("src", *module.split(".")).with_suffix(".py").read_text()
        lines = source.splitlines()
        found: list[tuple[int, str]] = TOOL["changes"](source)
        changes = [(lines[line - 1].strip(), change) for line, change in found]
        assert [one for one in same if one not in changes] == []
