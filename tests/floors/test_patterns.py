"""Regular expressions: what every Python that msgcore runs on matches alike."""

from __future__ import annotations

import re

import pytest

from tests.shared import REPOSITORY

SOURCE = REPOSITORY / "src" / "msgcore"

# The end of a group that is repeated possessively, in a plain string or one with {values}, and has no ``|(?!)``.
UNSAFE = re.compile(r"(?<!\|\(\?!\))\)(?:[*+?]|\{[0-9]*+,?+[0-9]*+\}|\{\{[0-9]*+,?+[0-9]*+\}\})\+")


def test_possessive_repeats_of_groups_end_with_what_never_matches() -> None:
    """Python before 3.11.5 goes on where a last repeat broke off (gh-106052), unless the last choice never matches."""
    unsafe = [
        f"{path.relative_to(SOURCE)}:{number}"
        for path in sorted([*SOURCE.rglob("*.py"), *SOURCE.rglob("*.toml")])
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if UNSAFE.search(line)
    ]
    assert unsafe == []


@pytest.mark.parametrize("pattern", ["(?: a)*+", "(?:a|b)++", "(a)?+", "(?:a){2,3}+", "(?:a){{2}}+"])
def test_the_rule_knows_a_repeat_of_a_group(pattern: str) -> None:
    assert UNSAFE.search(pattern)


@pytest.mark.parametrize("pattern", ["(?: a|(?!))*+", "[)]*", r"\(a\) *+", "a++(?:b)+", "(?:a){2}"])
def test_the_rule_lets_others_stand(pattern: str) -> None:
    assert not UNSAFE.search(pattern)


def test_this_python_leaves_a_repeat_where_its_last_whole_one_ends() -> None:
    assert re.match(r"[a-z]++(?: [a-z]++|(?!))*+ <", "bob berg <")
