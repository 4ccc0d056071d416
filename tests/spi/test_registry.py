"""Finding services and gateways."""

from __future__ import annotations

import sys
from collections.abc import Generator
from pathlib import Path

import attrs
import pytest

from msgcore.cli.services import describe
from msgcore.errors import PluginBroken, UsageError
from msgcore.runtime import Runtime
from msgcore.spi import registry
from msgcore.spi.settings import settings_of


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


def test_content_checks_have_names_of_their_own_and_are_described() -> None:
    registry.register_content_check("a-test-check", Service)

    assert registry.content_check("a-test-check") is Service
    assert "a-test-check" in registry.content_check_names()
    assert next(iter(describe("a-test-check"))) == "content check a-test-check"
    with pytest.raises(UsageError, match="'a-test-check' is no gateway"):
        registry.gateway("a-test-check")


def test_an_unknown_name_lists_what_there_is() -> None:
    with pytest.raises(UsageError, match="personal-folders"):
        registry.service("no-such-service")


@attrs.frozen
class OfAList:
    words: list[str] = attrs.field(factory=list[str])


class OfAnInstance:
    config_type = Config(1)


def test_a_configuration_that_is_no_class_is_told() -> None:
    with pytest.raises(PluginBroken, match=r"'an-instance'.*needs a config_type that is an attrs class"):
        registry.register_service("an-instance", OfAnInstance)


def test_a_setting_of_no_known_type_is_told_with_its_field() -> None:
    with pytest.raises(PluginBroken, match=r"OfAList: .*words: no setting is a list\[str\]; a list is a tuple"):
        settings_of(OfAList)


def _install(place: Path, package: str, *entries: str) -> None:
    """Make a package that is installed, and has nothing but its entry points."""
    facts = place / f"{package.replace('-', '_')}-1.0.dist-info"
    facts.mkdir()
    (facts / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n")
    (facts / "entry_points.txt").write_text("\n".join(["[msgcore.services]", *entries]))


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Generator[Path]:
    """Give a folder whose packages count as installed, once the registry looks."""
    look_again = registry._entry_points.cache_clear  # pyright: ignore[reportPrivateUsage]  # else they come between processes
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    look_again()
    yield tmp_path
    look_again()


def test_a_name_that_two_packages_bring_is_nobodys(installed: Path) -> None:
    """Which one a profile meant is not known; the first that comes along would be given its secrets."""
    _install(installed, "msgcore-fax", f"fax = {__name__}:Service")
    _install(installed, "msgcore-telefax", "fax = elsewhere:Service", f"telefax = {__name__}:Service")

    assert registry.service("telefax").config_type.__name__ == "Config"
    with pytest.raises(PluginBroken, match=r"'fax': several .* msgcore-fax \(.* msgcore-telefax \("):
        registry.service("fax")


def test_a_plug_in_of_two_names_that_cannot_be_imported_hides_no_other(installed: Path) -> None:
    _install(installed, "msgcore-fax", "fax = nowhere:Service", "faxs = nowhere:Service")

    assert {"service fax", "service faxs", "service smtp"} <= set(describe())
