"""The page for users says what is so."""

from __future__ import annotations

import re

from msgcore.codecs.mime.reports.bounces.rules import parse_rules
from tests.codecs.mime.reports.bounces.__main__ import disagreements, table
from tests.codecs.mime.reports.bounces.measure import comparisons
from tests.shared import REPOSITORY

PAGE = (REPOSITORY / "docs" / "bounces.md").read_text("utf-8")


def test_the_page_has_the_table_as_measured() -> None:
    assert "\n".join(table(comparisons())) in PAGE


def test_the_page_has_every_disagreement() -> None:
    assert "\n".join(disagreements(comparisons())) in PAGE


def test_the_rule_to_add_is_read() -> None:
    found = re.search(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    assert found is not None

    rules = parse_rules("[evidence]\n[general]\n" + found[1], "")

    assert [family.name for family in rules.families] == ["Example Mailer"]
