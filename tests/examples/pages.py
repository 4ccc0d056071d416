"""The pages of the documentation, the blocks of code in them, and the commands that they name."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator

import attrs

from tests.shared import REPOSITORY

__all__ = ["PAGES", "Block", "Session", "blocks_of", "commands_of", "is_shown", "sessions_of"]

PAGES = {"README": REPOSITORY / "README.md"} | {
    path.relative_to(REPOSITORY / "docs").with_suffix("").as_posix(): path
    for path in sorted(REPOSITORY.glob("docs/**/*.md"))
}

_BLOCK = re.compile(
    r'^```(\w+)(?: title="([^"]+)")?\n(.*?)^```\n(?:\n((?:(?:    [^\n]*)?\n)*    [^\n]*\n))?', re.MULTILINE | re.DOTALL
)
_COMMAND = re.compile(r"(?:python -m )?msgcore(?= [a-z]| --)[^`\n]*")
# In a span of code, behind the margin, or with a path in front as in a unit of systemd; what stands at a prompt is run.
_NAMED = re.compile(rf"(?:`|^    |/){_COMMAND.pattern}", re.MULTILINE)
_TIME = re.compile(r"20\d\d-\d\d-\d\d \d\d:\d\d:\d\d")


@attrs.frozen
class Block:
    """Code, and what stands indented behind it, which is what it prints; ``title`` is the file that it is."""

    language: str
    title: str
    text: str
    printed: str


@attrs.frozen
class Session:
    """A command at a prompt, and what stands below it."""

    arguments: list[str]
    printed: str


def blocks_of(page: str, language: str | None = None) -> list[Block]:
    text = PAGES[page].read_text(encoding="utf-8")
    blocks = [
        Block(kind, title, code, re.sub("^    ", "", printed, flags=re.MULTILINE))
        for kind, title, code, printed in _BLOCK.findall(text)
    ]
    return [block for block in blocks if language in {None, block.language}]


def sessions_of(page: str) -> Iterator[Session]:
    """Give the commands of a page's consoles, in their order."""
    for block in blocks_of(page, "console"):
        for turn in re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]:
            command, _, printed = re.sub(r"\\\n", "", turn).partition("\n")
            yield Session(shlex.split(command), printed)


def commands_of(page: str) -> list[list[str]]:
    """Give the commands of ours that a page names, without the program's name."""
    text = PAGES[page].read_text(encoding="utf-8")
    if page == "command-line":
        text = re.sub(r"^\| .*?(?<!\\) \| ", lambda row: row[0].replace("`", "`msgcore ", 1), text, flags=re.MULTILINE)
    found = [shlex.split(one.group().partition("msgcore ")[2], comments=True) for one in _NAMED.finditer(text)]
    return [words[: words.index(">")] if ">" in words else words for words in found]


def is_shown(printed: str, shown: str) -> bool:
    """Say whether a page shows what was printed, but for blanks at the ends of lines, and empty lines at its end.

    ``…`` stands for what differs from run to run, and alone in a line for any lines. A day and time stands for any.
    """
    lines = [
        "(?:.*\n)*?" if line == "…\n" else re.escape(_TIME.sub("…", line)).replace("…", "[^\n]*")
        for line in re.sub("(?m) +$", "", shown).splitlines(keepends=True)
    ]
    return re.fullmatch("".join(lines) + "\n*", re.sub("(?m) +$", "", printed)) is not None
