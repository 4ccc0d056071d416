"""The page on plug-ins, followed by somebody who has msgcore and nothing else: its files, its commands, its output.

A block with a title is a file. The other Python blocks run in their order, in one program; what is indented behind a
block is what it prints, with "…" for what the page leaves out.
"""

from __future__ import annotations

import re
from pathlib import Path

import attrs
import pytest

from tests.examples.environment import Environment, run
from tests.shared import REPOSITORY

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
