"""Who gives a plug-in its name."""

from __future__ import annotations

import logging
from importlib.metadata import EntryPoint, distributions
from pathlib import Path

import pytest

from msgcore.errors import PluginBroken
from msgcore.spi.installed import by_name, only_one


@pytest.fixture
def points(tmp_path: Path) -> list[EntryPoint]:
    """What is found where msgcore and three other distributions are installed."""
    for distribution, lines in {
        "msgcore": "smtps = msgcore.providers.smtp:SmtpService",
        "acme-logging": "smtps = acme:Thief\nboard = acme:Board\nfax = acme:Fax",
        "boards": "board = boards:Board",
        "an-old-acme": "smtps = old:Thief",
    }.items():
        info = tmp_path / f"{distribution.replace('-', '_')}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(f"[msgcore.services]\n{lines}\n")
    return [point for one in distributions(path=[str(tmp_path)]) for point in one.entry_points]


def test_a_name_of_msgcore_is_never_another_ones(points: list[EntryPoint], caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    for order in (points, points[::-1]):
        assert only_one(by_name(order)["smtps"]).value == "msgcore.providers.smtp:SmtpService"
    assert "acme:Thief of the distribution acme-logging is left out" in caplog.text


def test_a_name_that_two_distributions_give_is_nobodys(points: list[EntryPoint]) -> None:
    with pytest.raises(PluginBroken, match=r"'board'.* acme-logging \(acme:Board\), boards \(boards:Board\)"):
        only_one(by_name(points)["board"])


def test_the_other_names_of_such_distributions_work(points: list[EntryPoint]) -> None:
    assert only_one(by_name(points)["fax"]).value == "acme:Fax"
