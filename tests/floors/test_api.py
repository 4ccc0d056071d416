"""Public names and their signatures change on purpose: with the list of them."""

from __future__ import annotations

import difflib
import re
from pathlib import Path

import pytest

from tests.floors.api import LIST, MODULES, PARTS, lines
from tests.shared import REPOSITORY

_PAGES = [
    REPOSITORY / "README.md",
    *sorted((REPOSITORY / "docs").rglob("*.md")),
    *sorted((REPOSITORY / "examples").rglob("*.py")),
]
_IMPORTED = re.compile(r"^ *(?:from|import) (msgcore(?:\.\w+)*)", re.MULTILINE)


def test_public_names_are_those_of_the_list() -> None:
    """``python -m tests.floors.api`` writes the list anew, for a reviewer to see what a change does to users."""
    listed = LIST.read_text(encoding="utf-8").splitlines()

    changes = "\n".join(difflib.unified_diff(listed, lines(), "tests/floors/api.txt", "msgcore", n=0, lineterm=""))
    assert changes == "", changes


@pytest.mark.parametrize("page", _PAGES, ids=lambda page: str(page.relative_to(REPOSITORY)))
def test_what_users_are_shown_to_import_is_public(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    named = {one for one in _IMPORTED.findall(text) if not one.startswith("msgcore.testing")}
    of_parts = {name: set(re.findall(rf"from {name} import ([\w, ]+)", text)) for name in named & set(PARTS)}

    assert named - set(MODULES) - set(PARTS) == set()
    for name, imports in of_parts.items():
        assert {one.strip() for some in imports for one in some.split(",")} <= set(PARTS[name])
