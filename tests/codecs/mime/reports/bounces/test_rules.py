"""The rules that come with msgcore, and what the reader of rules refuses."""

from __future__ import annotations

import re
from importlib import resources

import pytest

from msgcore.codecs.mime.reports.bounces.rules import load_rules, parse_rules

EVIDENCE = "[evidence]\nsender = []\nnever = []\n[general]\n"
FILES = ("rules.toml", "phrases.toml")
# A class of characters or an escaped one; neither can open a group nor repeat one.
ATOM = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*+\]", re.DOTALL)
# A group is never repeated, unless it gives nothing back.
REPEATED_GROUP = re.compile(r"\)(?:[*+]|\{[0-9,]+\})(?!\+)")


def text_of(name: str) -> str:
    return (resources.files("msgcore.codecs.mime.reports.bounces") / name).read_text("utf-8")


def test_every_family_has_a_name_of_its_own() -> None:
    names = [family.name for family in load_rules().families]

    assert sorted(set(names)) == sorted(names)


def test_every_family_says_how_it_is_recognised() -> None:
    assert [one.name for one in load_rules().families if one.opening is None and not one.fields] == []


def test_every_family_can_find_a_recipient() -> None:
    assert [one.name for one in load_rules().families if not one.recipient and not one.address_field] == []


def test_every_pattern_for_recipients_gives_an_address() -> None:
    without = [
        pattern.pattern
        for family in load_rules().families
        for pattern in family.recipient
        if "address" not in pattern.groupindex
    ]

    assert without == []


@pytest.mark.parametrize("name", FILES)
def test_no_pattern_repeats_a_group_that_can_give_back(name: str) -> None:
    """Nested quantifiers are what makes a regular expression slow on hostile text."""
    repeated = [line for line in text_of(name).splitlines() if REPEATED_GROUP.search(ATOM.sub("x", line))]

    assert repeated == []


@pytest.mark.parametrize(
    ("families", "phrases"),
    [
        ("[", ""),
        ("", ""),
        (EVIDENCE + '[[family]]\nname = "x"\nopenning = "x"', ""),
        (EVIDENCE + "[[family]]\nname = 1", ""),
        (EVIDENCE + '[[family]]\nname = "x"\nopening = "("', ""),
        (EVIDENCE + '[[family]]\nname = "x"\nrecipient = "x"', ""),
        ("family = [1]\n" + EVIDENCE, ""),
        (EVIDENCE, '[[phrase]]\nstatus = "5.1"\nwords = ["x"]'),
        (EVIDENCE, '[[phrase]]\nstatus = "5.1.1"\nwords = [1]'),
    ],
    ids=[
        "no TOML",
        "no evidence",
        "unknown key",
        "no text",
        "no pattern",
        "no list",
        "no table",
        "no status",
        "no words",
    ],
)
def test_bad_rules_are_refused(families: str, phrases: str) -> None:
    with pytest.raises(ValueError):
        parse_rules(families, phrases)


def test_what_is_refused_names_the_pattern() -> None:
    with pytest.raises(ValueError, match=r"'a\(': missing \)"):
        parse_rules(EVIDENCE + '[[family]]\nname = "x"\nopening = "a("', "")
