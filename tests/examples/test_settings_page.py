"""The page of all settings says what the classes say that read them."""

from __future__ import annotations

import runpy
from typing import Any

from msgcore.mta.configuration.reading import SECTIONS
from tests.shared import REPOSITORY

TOOL: dict[str, Any] = runpy.run_path(str(REPOSITORY / "tools/generate_settings.py"))


def test_the_page_of_settings_is_what_the_tool_makes() -> None:
    """If not: python tools/generate_settings.py"""
    assert (REPOSITORY / "docs/settings.md").read_text(encoding="utf-8") == TOOL["page"]()


def test_every_section_of_a_configuration_has_a_table() -> None:
    page = TOOL["page"]()
    assert [name for name in SECTIONS if f"[{name}]" not in page] == []
