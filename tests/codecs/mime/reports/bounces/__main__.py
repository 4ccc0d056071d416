"""Prints how what is read agrees with what the corpus expects, as a table in Markdown, and every disagreement."""

from __future__ import annotations

from collections import defaultdict

from tests.codecs.mime.reports.bounces.measure import FIELDS, Comparison, comparisons


def table(found: list[Comparison]) -> list[str]:
    """Give a line for each family and one for all, with agreed and compared for each field."""
    families: dict[str, list[Comparison]] = defaultdict(list)
    for one in found:
        families[one.family].append(one)
    lines = [f"| family | {' | '.join(FIELDS)} |", f"| --- |{' ---: |' * len(FIELDS)}"]
    lines += [_line(family, families[family]) for family in sorted(families)]
    return [*lines, _line("**all**", found)]


def disagreements(found: list[Comparison]) -> list[str]:
    lines = ["| file | field | read | expected | why |", "| --- | --- | --- | --- | --- |"]
    differing = (one for one in found if not one.agrees)
    return lines + [f"| {one.name} | {one.field} | {one.ours} | {one.theirs} | {one.reason} |" for one in differing]


def _line(family: str, found: list[Comparison]) -> str:
    cells = [_share([one for one in found if one.field == field]) for field in FIELDS]
    return f"| {family} | {' | '.join(cells)} |"


def _share(found: list[Comparison]) -> str:
    return f"{sum(one.agrees for one in found)} of {len(found)}" if found else ""


if __name__ == "__main__":
    compared = comparisons()
    print("\n".join([*table(compared), "", *disagreements(compared)]))
