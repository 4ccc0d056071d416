"""msgcore as it is published: what the archives hold, what installing the wheel brings, and plug-ins beside it.

All in one new environment: first msgcore alone, then with the extra ``test``, the example plug-in, and the plug-in of
the page, which is followed by somebody who has nothing else: its files, its commands, its output. On that page a block
with a title is a file. The other Python blocks run in their order, in one program; what is indented behind a block is
what it prints, with "…" for what the page leaves out.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
import tarfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

import attrs
import pytest

from tests.examples.environment import Distribution, Environment, run
from tests.shared import REPOSITORY

IN_THE_SOURCES = {
    ".gitignore",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "LICENSE",
    "Makefile",
    "PKG-INFO",
    "README.md",
    "SECURITY.md",
    "benchmarks",
    "changelog.d",
    "docs",
    "examples",
    "mkdocs.yml",
    "pyproject.toml",
    "src",
    "tests",
    "tools",
}


@pytest.fixture(scope="module")
def distribution(tmp_path_factory: pytest.TempPathFactory) -> Distribution:
    return Distribution.build(tmp_path_factory.mktemp("dist"))


@attrs.frozen
class Bare:
    """What stood in the environment after ``pip install msgcore``, and what the demo said there."""

    installed: set[str]
    demo: str


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Environment:
    return Environment.make(tmp_path_factory.mktemp("user"))


@pytest.fixture(scope="module")
def bare(fresh: Environment, distribution: Distribution) -> Bare:
    fresh.install(distribution.wheel)
    return Bare(fresh.installed(), run(fresh.python, "-W", "error", "-m", "msgcore", "demo", folder=fresh.folder))


@pytest.fixture(scope="module")
def environment(fresh: Environment, distribution: Distribution, bare: Bare) -> Environment:
    """The same environment with all that whoever tests a plug-in needs."""
    fresh.install(f"msgcore[test] @ {distribution.wheel.as_uri()}")
    return fresh


# The archives


def _without_folder(names: list[str]) -> set[str]:
    return {name.partition("/")[2] for name in names}


def test_the_sources_hold_what_building_and_testing_takes_and_nothing_else(distribution: Distribution) -> None:
    with tarfile.open(distribution.sources) as archive:
        names = _without_folder(archive.getnames())

    assert {name.partition("/")[0] for name in names} == IN_THE_SOURCES
    assert [name for name in names if "__pycache__" in name or "/." in name] == []


def test_the_wheel_holds_the_package_and_nothing_else(distribution: Distribution) -> None:
    package = REPOSITORY / "src" / "msgcore"
    ours = {path for path in package.rglob("*") if path.is_file() and path.parent.name != "__pycache__"}
    with zipfile.ZipFile(distribution.wheel) as archive:
        names = archive.namelist()

    assert {name for name in names if ".dist-info/" not in name} == {
        path.relative_to(package.parent).as_posix() for path in ours
    }
    assert _without_folder([name for name in names if ".dist-info/" in name]) == {
        "METADATA", "RECORD", "WHEEL", "entry_points.txt", "licenses/LICENSE",
    }  # fmt: skip


def test_the_archives_and_the_package_say_the_same_version(
    distribution: Distribution, fresh: Environment, bare: Bare
) -> None:
    says = run(fresh.python, "-m", "msgcore", "--version", folder=fresh.folder).split()
    names = distribution.sources.name.removesuffix(".tar.gz"), distribution.wheel.name.removesuffix("-py3-none-any.whl")

    assert {"-".join(says), *names} == {names[0]}


def test_installing_it_brings_three_packages(bare: Bare) -> None:
    assert bare.installed == {"msgcore", "attrs", "dnspython", "typing_extensions"}


def test_the_demo_runs_with_nothing_else(bare: Bare) -> None:
    assert "Undeliverable: The bridge at Øresund" in bare.demo


# The example plug-in

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


def said_by_pytest(python: str | Path, folder: Path, *options: str, **variables: str) -> str:
    """Run the plug-in's tests, or only collect them, and give what pytest says."""
    return run(python, "-m", "pytest", "-p", "no:cacheprovider", *options, folder=folder, **variables)


def counts(text: str) -> Mapping[str, int]:
    """Give the numbers of pytest's last line."""
    last = text.splitlines()[-1].strip("= ").split(" in ")[0]
    return {word: int(number) for number, word in re.findall(r"(\d+) ([a-z]+)", last)}


@pytest.fixture(scope="module")
def told(installed: Installed) -> str:
    return said_by_pytest(installed.python, installed.copy, "-v")


def test_its_tests_all_pass(told: str) -> None:
    sources = os.pathsep.join(str(path / "src") for path in (REPOSITORY, PACKAGE))
    there = said_by_pytest(
        sys.executable, PACKAGE, "-q", "--collect-only", PYTHONPATH=sources, PYTHONDONTWRITEBYTECODE="1"
    )
    assert counts(told) == {"passed": counts(there)["tests"]}


def test_its_tests_are_those_of_both_suites(told: str) -> None:
    assert set(re.findall(r"::(Test\w+)::", told)) == {"TestSmsTransport", "TestSmsGateway"}


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


# The page on plug-ins

BLOCK = re.compile(r'^```(\w+)(?: title="([^"]+)")?\n(.*?)^```\n(?:\n((?:    [^\n]*\n)+))?', re.MULTILINE | re.DOTALL)
MARK = "-- next block --"


@attrs.frozen
class Block:
    language: str
    title: str
    text: str
    printed: str


def blocks() -> list[Block]:
    page = (REPOSITORY / "docs/plugins.md").read_text(encoding="utf-8")
    return [
        Block(language, title, text, re.sub("^    ", "", printed, flags=re.MULTILINE))
        for language, title, text, printed in BLOCK.findall(page)
    ]


RUNNING = [block for block in blocks() if block.language == "python" and not block.title]


@attrs.frozen
class Followed:
    """What following the page came to."""

    project: Path
    printed: list[str]
    services: str


@pytest.fixture(scope="module")
def followed(environment: Environment) -> Followed:
    project = environment.folder / "msgcore-board"
    for block in blocks():
        if block.title:
            file = project / block.title
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(block.text, encoding="utf-8")
    environment.install("--editable", project)
    program = project / "page.py"
    program.write_text(f"print({MARK!r})\n".join(block.text for block in RUNNING), encoding="utf-8")
    printed = run(environment.python, program, folder=project)
    services = run(environment.python, "-m", "msgcore", "services", "board", folder=project)
    return Followed(project, printed.split(f"{MARK}\n"), services)


def test_the_page_has_blocks_of_every_kind() -> None:
    assert {(block.language, bool(block.title)) for block in blocks()} >= {
        ("toml", True),
        ("python", True),
        ("python", False),
        ("bash", False),
    }


@pytest.mark.parametrize("number", range(len(RUNNING)))
def test_a_block_prints_what_the_page_says(followed: Followed, number: int) -> None:
    assert followed.printed[number] == RUNNING[number].printed


def test_the_service_is_listed_as_the_page_says(followed: Followed) -> None:
    [shown] = [block.printed for block in blocks() if "msgcore services" in block.text and block.language == "bash"]
    assert shown.startswith(followed.services)


def test_the_tests_of_the_page_pass(followed: Followed, environment: Environment) -> None:
    text = run(environment.python, "-m", "pytest", "-q", "-p", "no:cacheprovider", folder=followed.project)
    assert re.search(r"^\d+ passed in ", text.splitlines()[-1]), text
