"""Finding services and gateways."""

from __future__ import annotations

import attrs
import pytest

from msgcore.errors import UsageError
from msgcore.runtime import Runtime
from msgcore.spi import registry


@attrs.frozen
class Config:
    number: int


class Service:
    config_type = Config

    def __init__(self, config: Config, runtime: Runtime) -> None:
        self.config = config


def test_what_is_registered_by_call_is_found_first() -> None:
    registry.register_service("a-test-service", Service)
    assert registry.service("a-test-service") is Service
    assert "a-test-service" in registry.service_names()


def test_the_services_of_the_package_are_found_by_entry_point() -> None:
    assert {"smtp", "internet-mail", "pop3", "pop3s", "personal-folders", "organization"} <= set(
        registry.service_names()
    )
    assert registry.service("internet-mail").config_type.__name__ == "InternetMailConfig"


def test_an_unknown_name_lists_what_there_is() -> None:
    with pytest.raises(UsageError, match="personal-folders"):
        registry.service("no-such-service")
