"""The example plug-in as its user has it: built, installed beside msgcore into a new environment, and tested there."""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

import attrs
import pytest

from tests.examples.environment import Environment, run
from tests.shared import REPOSITORY

PACKAGE = REPOSITORY / "examples" / "msgcore-sms"

PROFILE = """
[[services]]
service = "personal-folders"
path = "mail.db"

[[services]]
service = "sms"
url = "https://api.operator.test/v1"
token = "env:SMS_TOKEN"
sender = "Athena"
"""

LOGON = """
import msgcore
from msgcore.props import PidTagProviderDisplay, PidTagStatusString

with msgcore.logon("phone", admin=msgcore.ProfileAdmin(".")) as session:
    for row in session.status_table().query_rows(10):
        print(f"{row[PidTagProviderDisplay]}: {row[PidTagStatusString]}")
"""


@attrs.frozen
class Installed:
    """The plug-in in an environment of its own, a copy of its folder, and what a logon said before and after."""

    python: Path
    copy: Path
    logon_without: str
    logon_with: str


@pytest.fixture(scope="module")
def installed(environment: Environment) -> Installed:
    folder, python = environment.folder, environment.python
    copy = folder / "msgcore-sms"
    shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns(".*", "__pycache__"))
    profile = folder / "phone.toml"
    profile.write_text(PROFILE)
    profile.chmod(0o600)

    def logon() -> str:
        return run(python, "-c", LOGON, folder=folder, SMS_TOKEN="correct-horse")

    without = logon()
    environment.install(copy)
    return Installed(python, copy, without, logon())


def counts(python: str | Path, folder: Path, *options: str, **variables: str) -> Mapping[str, int]:
    """Run the plug-in's tests, or only collect them, and give the numbers of pytest's last line."""
    text = run(python, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options, folder=folder, **variables)
    return {word: int(number) for number, word in re.findall(r"(\d+) ([a-z]+)", text.splitlines()[-1].split(" in ")[0])}


def test_its_tests_all_pass(installed: Installed) -> None:
    sources = os.pathsep.join(str(path / "src") for path in (REPOSITORY, PACKAGE))
    there = counts(sys.executable, PACKAGE, "--collect-only", PYTHONPATH=sources, PYTHONDONTWRITEBYTECODE="1")
    assert counts(installed.python, installed.copy) == {"passed": there["tests"]}


def test_its_tests_are_those_of_both_suites(installed: Installed) -> None:
    listed = run(installed.python, "-m", "pytest", "-q", "--collect-only", folder=installed.copy)
    assert set(re.findall(r"::(Test\w+)::", listed)) == {"TestSmsTransport", "TestSmsGateway"}


def test_the_environment_has_nothing_of_this_repository(installed: Installed) -> None:
    where = run(installed.python, "-c", "import msgcore, msgcore_sms; print(msgcore.__file__, msgcore_sms.__file__)",
                folder=installed.copy)  # fmt: skip
    assert [Path(path).is_relative_to(installed.python.parents[1]) for path in where.split()] == [True, True]


def test_msgcore_lists_it_with_its_settings(installed: Installed) -> None:
    listed = run(installed.python, "-m", "msgcore", "services", folder=installed.copy)
    assert re.findall(r"^(?:service|gateway) sms$", listed, re.MULTILINE) == ["service sms", "gateway sms"]


def test_without_it_a_profile_that_names_it_opens_its_other_services(installed: Installed) -> None:
    store, phone, _ = installed.logon_without.splitlines()
    assert store == "personal-folders: AVAILABLE"
    where = installed.python.parents[2] / "phone.toml"
    assert phone.startswith(f"sms: {where}:7: service: 'sms' is no service that is installed; there are ")


def test_with_it_the_same_profile_opens_all_services(installed: Installed) -> None:
    assert installed.logon_with.splitlines() == ["personal-folders: AVAILABLE", "sms: AVAILABLE", "spooler: stopped"]
