"""Public names and their signatures change on purpose: with the list of them."""

from __future__ import annotations

import difflib

from tests.floors.api import LIST, lines


def test_public_names_are_those_of_the_list() -> None:
    """``python -m tests.floors.api`` writes the list anew, for a reviewer to see what a change does to users."""
    listed = LIST.read_text(encoding="utf-8").splitlines()

    changes = "\n".join(difflib.unified_diff(listed, lines(), "tests/floors/api.txt", "msgcore", n=0, lineterm=""))
    assert changes == "", changes
