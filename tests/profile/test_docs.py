"""The table of services in the documentation says what the configurations say."""

from __future__ import annotations

import re

import attrs
import pytest

from msgcore.providers.pop3 import Pop3Settings
from msgcore.spi.registry import service
from msgcore.spi.settings import settings_of
from tests.shared import REPOSITORY

ROW = re.compile(r"\| `([a-z0-9-]+)` \| ([^|]*) \|")
RETRIEVAL_ROW = re.compile(r"^\| `([a-z0-9_]+)` \| [^|`]* \| [^|]* \|$", re.MULTILINE)
RETRIEVAL = {field.name for field in attrs.fields(Pop3Settings)}


def page() -> str:
    return (REPOSITORY / "docs/profiles.md").read_text(encoding="utf-8")


def documented() -> dict[str, set[str]]:
    return {name: set(re.findall(r"`([a-z0-9_]+)`", keys)) for name, keys in ROW.findall(page())}


@pytest.mark.parametrize("name", ["personal-folders", "organization", "pop3"])
def test_the_keys_of_a_service_are_those_of_its_configuration(name: str) -> None:
    assert documented()[name] == settings_of(service(name).config_type).keys()


def test_the_keys_of_internet_mail_are_those_named_and_those_of_retrieval() -> None:
    assert documented()["internet-mail"] | RETRIEVAL == settings_of(service("internet-mail").config_type).keys()


def test_every_key_of_retrieval_is_explained() -> None:
    assert set(RETRIEVAL_ROW.findall(page())) == RETRIEVAL
