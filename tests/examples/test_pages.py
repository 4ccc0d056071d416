"""Pages whose Python blocks run in their order, in one program in a folder with a certificate, and print what they say.

What is indented behind a block is what it prints.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import attrs
import pytest

from tests.servers import Authority
from tests.shared import REPOSITORY

PAGES = (
    "addresses",
    "bodies",
    "errors",
    "imap",
    "intake",
    "mime",
    "migrating",
    "mime-mapping",
    "names",
    "next-hops",
    "outlook-forms",
    "post-office",
    "properties",
    "receiving",
    "reports",
    "restrictions",
    "routing",
    "sending",
    "sessions",
    "store",
    "tables",
    "transfer",
    "trust",
)
BLOCK = re.compile(r"^```python\n(.*?)^```\n(?:\n((?:(?:    [^\n]*)?\n)*    [^\n]*\n))?", re.MULTILINE | re.DOTALL)
MARK = "-- next block --"


@attrs.frozen
class Block:
    text: str
    printed: str


def blocks_of(page: str) -> list[Block]:
    written = (REPOSITORY / f"docs/{page}.md").read_text(encoding="utf-8")
    return [Block(text, re.sub("^    ", "", printed, flags=re.MULTILINE)) for text, printed in BLOCK.findall(written)]


@pytest.mark.parametrize("page", PAGES)
def test_the_blocks_print_what_the_page_says(page: str, authority: Authority, tmp_path: Path) -> None:
    shutil.copyfile(authority.server.certificate, tmp_path / "mail.pem")
    shutil.copyfile(authority.server.key, tmp_path / "mail.key")
    blocks = blocks_of(page)
    program = tmp_path / "page.py"
    program.write_text(f"print({MARK!r})\n".join(block.text for block in blocks), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-W", "error", program], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.split(f"{MARK}\n") == [block.printed for block in blocks]
