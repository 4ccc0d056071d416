"""The agreement as Markdown: a table, and every disagreement below its argument."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from tests.codecs.mime.agreement import argued
from tests.codecs.mime.agreement.comparison import CRLF, Comparison

__all__ = ["report"]

_LONGEST = 100
_WRONG = {"theirs": "They are wrong", "ours": "We are wrong", "choice": "A choice"}


def report(compared: list[Comparison]) -> Iterator[str]:
    """Give the lines."""
    differing = [comparison for comparison in compared if not comparison.is_agreed]
    yield from _table(compared)
    arguments = argued.arguments()
    for wrong, title in _WRONG.items():
        ours = [argument for argument in arguments if argument.wrong == wrong]
        yield from ("", f"## {title}: {sum(len(argued.of(one, differing)) for one in ours)} fields")
        for argument in ours:
            yield from ("", f"{argument.oracle[0].upper()}{argument.oracle[1:]}: {argument.reason}", "")
            yield from _each(argued.of(argument, differing))
    missing = set(argued.not_argued(differing))
    if missing:
        yield from ("", "## Not argued", "")
        yield from _each([one for one in differing if one.place in missing])


def _table(compared: list[Comparison]) -> Iterator[str]:
    yield "| oracle | kind of field | compared | agree | percent |"
    yield "| --- | --- | ---: | ---: | ---: |"
    for oracle, kind in dict.fromkeys((one.oracle, one.kind) for one in compared):
        yield _row(oracle, kind, [one for one in compared if (one.oracle, one.kind) == (oracle, kind)])
    for oracle in dict.fromkeys(one.oracle for one in compared):
        yield _row(oracle, "**all**", [one for one in compared if one.oracle == oracle])
    yield _row("**all**", "**all**", compared)


def _row(oracle: str, kind: str, compared: list[Comparison]) -> str:
    agreed = sum(one.is_agreed for one in compared)
    return f"| {oracle} | {kind} | {len(compared)} | {agreed} | {100 * agreed / len(compared):.1f} |"


def _each(differing: Iterable[Comparison]) -> Iterator[str]:
    """Give a line for each; the form with CRLF is not told again where it says the same."""
    told: set[tuple[str, str, str]] = set()
    for one in differing:
        line = (one.place.removesuffix(CRLF), _short(one.theirs), _short(one.ours))
        if line not in told:
            told.add(line)
            yield f"- `{one.place}`: {line[1]} | {line[2]}"


def _short(value: object) -> str:
    if isinstance(value, datetime):
        text = value.astimezone(UTC).isoformat(" ")
    else:
        text = ascii(value) if isinstance(value, bytes) else repr(value)
    return _code(text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…")


def _code(text: str) -> str:
    """Write a text as Markdown code, whatever backquotes it holds."""
    return f"`` {text} ``" if "`" in text else f"`{text}`"
