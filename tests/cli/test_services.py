"""The list of services, which their configurations make."""

from __future__ import annotations

import attrs
import pytest

import msgcore
from msgcore.cli.main import run
from msgcore.cli.services import describe
from msgcore.runtime import Runtime
from msgcore.spi import Secret, setting
from msgcore.spi.registry import service
from msgcore.spi.settings import settings_of


@attrs.frozen
class Config:
    """Fax over a modem.

    What comes after the first paragraph is for programmers.
    """

    url: str = attrs.field(metadata=setting("the modem"))
    pin: Secret = attrs.field(metadata=setting("opens the modem"))
    speed: int = attrs.field(default=14_400, metadata=setting("baud", in_url=True))


class FaxService:
    config_type = Config

    def __init__(self, config: Config, runtime: Runtime) -> None:
        pass


def test_a_service_is_described_by_its_configuration() -> None:
    msgcore.register_service("fax-to-list", FaxService)

    assert [line.split() for line in describe("fax-to-list")] == [
        ["service", "fax-to-list"],
        ["Fax", "over", "a", "modem."],
        ["url", "str", "the", "modem", "(has", "to", "be", "given)"],
        ["pin", "secret", "opens", "the", "modem", "(has", "to", "be", "given)"],
        ["speed", "int", "baud", "(default", "14400;", "also", "in", "the", "URL)"],
    ]


@pytest.mark.parametrize("name", ["internet-mail", "organization", "personal-folders", "smtp", "smtps", "sqlite"])
def test_every_setting_of_our_services_says_what_it_is_for(name: str) -> None:
    assert [one.name for one in settings_of(service(name).config_type).values() if not one.text] == []


def test_what_is_not_installed_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["services", "no-such-service"]) == 1
    assert "'no-such-service' is no service or gateway" in capsys.readouterr().err
