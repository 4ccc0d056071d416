"""Releasing: what the tree has to be."""

from __future__ import annotations

import runpy
import shutil
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.requirements import unavailable
from tests.shared import REPOSITORY

TOOL: Mapping[str, Any] = runpy.run_path(str(REPOSITORY / "tools" / "release.py"))
complaints: Callable[[Path], list[str]] = TOOL["complaints"]
prepare: Callable[[Path, str], None] = TOOL["prepare"]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with a version behind it and a change since."""
    if shutil.which("git") is None:
        unavailable("git is not installed")
    for who in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{who}_NAME", "Ada")
        monkeypatch.setenv(f"GIT_{who}_EMAIL", "ada@example.test")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    (tmp_path / "CHANGELOG.md").write_text("# Changes\n\nIntroduced.\n\n## 0.1.0 (2026-01-02)\n\n### Added\n\n- All.\n")
    (tmp_path / "changelog.d").mkdir()
    (tmp_path / "changelog.d" / "README.md").write_text("# Fragments\n")
    (tmp_path / "changelog.d" / "imap.added.md").write_text("Takes IMAP.\n")
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "--message", "All.")
    return tmp_path


def git(project: Path, *arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=project, capture_output=True, check=True, text=True).stdout


def test_a_prepared_tree_is_that_of_a_release(project: Path) -> None:
    prepare(project, "0.2.0")

    assert complaints(project) == []
    assert git(project, "tag", "--points-at", "HEAD") == "v0.2.0\n"
    assert "## 0.2.0 (" in (project / "CHANGELOG.md").read_text()


def test_a_tree_without_a_tag_is_none(project: Path) -> None:
    assert complaints(project) == ["no tag like v1.2.3 points at the last commit: see --prepare"]


def test_a_tag_that_the_change_log_does_not_know_makes_none(project: Path) -> None:
    git(project, "tag", "v0.3.0")

    assert complaints(project) == [
        "CHANGELOG.md begins with 0.1.0, and the tag says 0.3.0",
        "changelog.d/imap.added.md is not in CHANGELOG.md",
    ]


def test_a_changed_file_makes_none(project: Path) -> None:
    prepare(project, "0.2.0")
    (project / "new").write_text("x")

    assert complaints(project) == ["there are changes that are not committed"]


@pytest.mark.parametrize("version", ["0.2", "v0.2.0", "next"])
def test_only_a_version_is_prepared(project: Path, version: str) -> None:
    with pytest.raises(SystemExit, match=r"need a version like 1\.2\.3"):
        prepare(project, version)
