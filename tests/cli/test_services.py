"""The list of services, which their configurations make."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

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


@pytest.mark.parametrize(
    "name", ["internet-mail", "organization", "personal-folders", "pop3", "pop3s", "smtp", "smtps", "sqlite"]
)
def test_every_setting_of_our_services_says_what_it_is_for(name: str) -> None:
    assert [one.name for one in settings_of(service(name).config_type).values() if not one.text] == []


def test_a_second_name_of_a_service_is_told_with_the_first() -> None:
    lines = list(describe())

    assert lines[lines.index("service pop3s") + 1] == "    the same as pop3"


def test_a_service_that_is_asked_for_by_its_second_name_is_described() -> None:
    assert any(line.split()[:1] == ["leave_on_server"] for line in describe("pop3s"))


def test_whoever_reads_may_stop_before_the_end() -> None:
    done = subprocess.run(
        f"'{sys.executable}' -m msgcore services | head -n 1", shell=True, capture_output=True, text=True, check=False
    )

    assert (done.stdout.count("\n"), done.stderr) == (1, "")


def test_what_is_not_installed_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["services", "no-such-service"]) == 2
    assert "'no-such-service' is no service or gateway" in capsys.readouterr().err


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is full")
@pytest.mark.parametrize("asked", ["--version", "demo --help"])
def test_an_output_that_is_full_is_told(asked: str) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-u", "-m", "msgcore", *asked.split()], stdout=full, stderr=subprocess.PIPE, check=False
        )

    assert (done.returncode, b"No space left" in done.stderr) == (4, True)
