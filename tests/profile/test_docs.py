"""The table of services in the documentation says what the configurations say."""

from __future__ import annotations

import re

import pytest

from msgcore.spi.registry import service
from msgcore.spi.settings import settings_of
from tests.shared import REPOSITORY

ROW = re.compile(r"\| `([a-z-]+)` \| ([^|]*) \|")
NOT_YET = {"pop3"}


def documented() -> dict[str, set[str]]:
    text = (REPOSITORY / "docs/profiles.md").read_text(encoding="utf-8")
    return {name: set(re.findall(r"`([a-z0-9_]+)`", keys)) for name, keys in ROW.findall(text)}


@pytest.mark.parametrize("name", ["personal-folders", "internet-mail", "organization"])
def test_the_keys_of_a_service_are_those_of_its_configuration(name: str) -> None:
    assert documented()[name] == settings_of(service(name).config_type).keys() - NOT_YET
