"""The change log, and the fragments that it is made of."""

from __future__ import annotations

import runpy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.shared import REPOSITORY

TOOL: dict[str, Any] = runpy.run_path(str(REPOSITORY / "tools" / "changelog.py"))
main: Callable[..., int] = TOOL["main"]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with one version behind it, and two changes since."""
    (tmp_path / "CHANGELOG.md").write_text("# Changes\n\nIntroduced.\n\n## 0.1.0 (2026-01-02)\n\n### Added\n\n- All.\n")
    fragments = tmp_path / "changelog.d"
    fragments.mkdir()
    (fragments / "README.md").write_text("How to.\n")
    (fragments / "send.fixed.md").write_text("Sends,\nand sends again.\n")
    (fragments / "imap.added.md").write_text("Takes IMAP.\n")
    return tmp_path


def test_every_fragment_of_ours_is_as_it_has_to_be() -> None:
    assert TOOL["complaints"](TOOL["fragments"](REPOSITORY / "changelog.d")) == []


def test_a_release_puts_the_changes_on_top_and_deletes_their_fragments(project: Path) -> None:
    assert main(["0.2.0"], project) == 0

    introduction, new, old = (project / "CHANGELOG.md").read_text().split("## 0.")
    assert introduction == "# Changes\n\nIntroduced.\n\n"
    assert new.partition(")\n")[2] == ("\n### Added\n\n- Takes IMAP.\n\n### Fixed\n\n- Sends, and sends again.\n\n")
    assert old == "1.0 (2026-01-02)\n\n### Added\n\n- All.\n"
    assert [path.name for path in (project / "changelog.d").iterdir()] == ["README.md"]


def test_a_version_is_released_once(project: Path) -> None:
    with pytest.raises(ValueError, match=r"has 0\.1\.0 already"):
        main(["0.1.0"], project)


@pytest.mark.parametrize(
    ("name", "text", "complaint"),
    [
        ("Send.fixed.md", "Sends.", "Send.fixed.md: need"),
        ("send.mended.md", "Sends.", "send.mended.md: need"),
        ("send.fixed.txt", "Sends.", "send.fixed.txt: need"),
        ("sent.fixed.md", " \n", "sent.fixed.md: is empty"),
        ("sent.fixed.md", "# Sent\n\nIt is.", "sent.fixed.md: has a heading"),
    ],
)
def test_a_fragment_that_is_wrong_is_named_and_nothing_is_released(
    project: Path, name: str, text: str, complaint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "changelog.d" / name).write_text(text)
    before = (project / "CHANGELOG.md").read_text()

    assert main(["0.2.0"], project) == 1
    assert capsys.readouterr().err.startswith(complaint)
    assert (project / "CHANGELOG.md").read_text() == before
