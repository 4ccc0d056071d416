"""The version: what the tag says, and a development version where no tag or no repository is at hand."""

from __future__ import annotations

import shutil
import subprocess
import sys
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

import pytest

import msgcore
from tests.requirements import unavailable
from tests.shared import REPOSITORY


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """What building looks at when it asks for the version, and no repository."""
    if missing := [name for name in ("hatchling", "hatch_vcs") if find_spec(name) is None]:
        unavailable(f"not installed: {', '.join(missing)}")
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(REPOSITORY / name, tmp_path)
    return tmp_path


def git(project: Path, *arguments: str) -> None:
    if shutil.which("git") is None:
        unavailable("git is not installed")
    author = ("-c", "user.name=Ada", "-c", "user.email=ada@example.test", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *author, *arguments], cwd=project, capture_output=True, check=True)


def committed(project: Path) -> Path:
    git(project, "init", "--quiet")
    git(project, "add", ".")
    git(project, "commit", "--quiet", "--message", "All.")
    return project


def built_version(project: Path) -> str:
    command = [sys.executable, "-m", "hatchling", "version"]
    return subprocess.run(command, cwd=project, capture_output=True, check=True, text=True).stdout.strip()


def test_a_tag_is_the_version(project: Path) -> None:
    git(committed(project), "tag", "v7.8.9")
    assert built_version(project) == "7.8.9"


def test_without_a_tag_it_is_a_development_version_that_names_the_commit(project: Path) -> None:
    assert built_version(committed(project)).startswith("0.1.dev1+g")


def test_without_a_repository_it_is_a_development_version(project: Path) -> None:
    assert built_version(project) == "0.1.dev0"


def test_the_package_says_the_version_that_is_installed() -> None:
    assert msgcore.__version__ == version("msgcore")
