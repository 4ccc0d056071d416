"""What the commands print on: headings, tables and progress, in colour on a terminal only."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Generator, Iterable, Sequence
from contextlib import contextmanager

from msgcore.transfer import Progress

__all__ = ["Paper"]

_MOST_COLUMNS = 100


class Paper:
    """Prints to standard output."""

    def __init__(self) -> None:
        self._has_colour = sys.stdout.isatty() and "NO_COLOR" not in os.environ
        self.width = min(shutil.get_terminal_size((_MOST_COLUMNS, 24)).columns, _MOST_COLUMNS)

    def _styled(self, text: str, code: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self._has_colour else text

    def title(self, text: str) -> None:
        print(self._styled(text, "1"))
        print(self._styled("=" * len(text), "2"))

    def step(self, number: int, text: str) -> None:
        print()
        print(self._styled(f"{number}. {text}", "1;36"))

    def say(self, text: str = "") -> None:
        for line in text.splitlines() or [""]:
            print(f"   {line}".rstrip())

    def good(self, text: str) -> str:
        return self._styled(text, "32")

    def table(self, head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
        """Print a table; the last column takes what room is left and is cut there."""
        lines = [list(row) for row in rows]
        widths = [max(len(cells[column]) for cells in [list(head), *lines]) for column in range(len(head))]
        room = self.width - 3 - sum(widths[:-1]) - 2 * (len(head) - 1)
        widths[-1] = max(10, min(widths[-1], room))
        print("   " + self._styled("  ".join(f"{cell:<{w}}" for cell, w in zip(head, widths, strict=True)), "4"))
        for cells in lines:
            cells[-1] = cells[-1] if len(cells[-1]) <= widths[-1] else cells[-1][: widths[-1] - 1] + "…"
            print("   " + "  ".join(f"{cell:<{w}}" for cell, w in zip(cells, widths, strict=True)).rstrip())

    @contextmanager
    def progress(self, what: str) -> Generator[Progress]:
        """Show how far a long piece of work is: a bar with the rich package, lines of text without."""
        try:
            from rich.progress import Progress as RichProgress
        except ImportError:
            yield _plain(what)
            return
        with RichProgress(transient=True) as bars:
            task = bars.add_task(what, total=None)
            yield lambda done, total, _: bars.update(task, completed=done, total=total)


def _plain(what: str) -> Progress:
    shown = -1

    def show(done: int, total: int, _: int) -> None:
        nonlocal shown
        percent = 100 if total <= 0 else min(100, done * 100 // total)
        tenth = percent // 10
        if tenth > shown:
            shown = tenth
            bar = "#" * tenth + "." * (10 - tenth)
            print(f"   {what} [{bar}] {percent:3} %", flush=True)

    return show
