"""What a full-text index costs and gives, by tokenizer and kind of table: python -m benchmarks.tokenizers [--quick]

Letters of some 1.3 KB in words of a natural distribution (table_store.py), two of five with words beyond ASCII. The
limit is FTS5 as the store has it. ``as it is`` means that the tokenizer is given the text of the letter, ``our words``
that Python makes the words (a time that is part of the insert).
"""

from __future__ import annotations

import random
import sqlite3
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path

import attrs

from msgcore.base.text import fold
from msgcore.codecs import mime
from msgcore.props.words import words
from msgcore.providers.internal.words import searchable

from .harness import compare_cases, run_by_hand, speed_table
from .mails import FOREIGN
from .results import Row, Table
from .table_store import FREQUENT, letters

BATCH = 1_000

Letter = tuple[str, str, str]
"""Subject, body, people."""

_LIMIT = "limit: ascii over our words, text kept"


def letters_of(count: int) -> list[Letter]:
    chance = random.Random(count)
    made = (one for start in range(0, count, BATCH) for one in letters(count, start))
    found: list[Letter] = []
    for number, one in enumerate(made):
        message = mime.read(one.octets)
        text = (message.text or "").split(" ")
        for _ in range(chance.randint(1, 12) if number % 5 < 2 else 0):
            text[chance.randrange(len(text))] = chance.choice(FOREIGN)
        sender = message.from_
        assert sender is not None
        found.append((message.subject, " ".join(text), f"{sender.display_name} {sender.email_address}"))
    return found


@attrs.frozen
class Kind:
    """One way to make the table, and what it is given."""

    options: str
    prepare: Callable[[str], str] = str

    def fill(self, path: Path, letters: Sequence[Letter]) -> None:
        for file in path.parent.glob(f"{path.name}*"):
            file.unlink()
        with closing(sqlite3.connect(path, isolation_level=None)) as raw:
            raw.execute("pragma page_size = 16384")
            raw.execute("pragma journal_mode = wal")
            raw.execute("pragma synchronous = full")
            raw.execute(f"create virtual table words using fts5 (subject, body, people, {self.options})")
            for start in range(0, len(letters), BATCH):
                rows = (
                    (number, *map(self.prepare, letter))
                    for number, letter in enumerate(letters[start : start + BATCH], start + 1)
                )
                raw.execute("begin immediate")
                raw.executemany("insert into words (rowid, subject, body, people) values (?, ?, ?, ?)", rows)
                raw.execute("commit")
            raw.execute("pragma wal_checkpoint(truncate)")


_ASCII = "tokenize = 'ascii', columnsize = 0"
KINDS: Mapping[str, Kind] = {
    _LIMIT: Kind(_ASCII, searchable),
    "the same with the sizes of columns": Kind("tokenize = 'ascii'", searchable),
    "the same with an index of prefixes": Kind(f"{_ASCII}, prefix = '3'", searchable),
    "the same, contentless": Kind(f"{_ASCII}, content = ''", searchable),
    "the same, contentless, detail=column": Kind(f"{_ASCII}, content = '', detail = column", searchable),
    "the same, contentless, detail=none": Kind(f"{_ASCII}, content = '', detail = none", searchable),
    "unicode61, as it is": Kind("tokenize = 'unicode61 remove_diacritics 2', columnsize = 0"),
    "porter, as it is": Kind("tokenize = 'porter unicode61 remove_diacritics 2', columnsize = 0"),
    "trigram, as it is": Kind("tokenize = 'trigram', columnsize = 0"),
}


def _searches(letters: Sequence[Letter]) -> Mapping[str, str]:
    """Choose what is looked for: a word of most letters, one of few, and two of one letter, one behind the other."""
    found = words(fold(letters[3][1], ignore_non_space=True))
    return {
        "a frequent word": f'body : "{FREQUENT}"',
        "a rare word": f'body : "{max(found, key=len)}"',
        "a phrase": f'body : "{" ".join(found[3:5])}"',
    }


def _search(raw: sqlite3.Connection, query: str) -> int | None:
    """Count what is found; ``None`` where such a table cannot answer."""
    try:
        return len(raw.execute("select rowid from words where words match ?", (query,)).fetchall())
    except sqlite3.OperationalError:
        return None


def _measure_searches(paths: Mapping[str, Path], searches: Mapping[str, str]) -> Iterator[Table]:
    connections = {name: sqlite3.connect(path) for name, path in paths.items()}
    for what, query in searches.items():
        found = {name: _search(raw, query) for name, raw in connections.items()}
        able = {name: raw for name, raw in connections.items() if found[name] is not None}
        cases = {name: (lambda raw=raw, query=query: _search(raw, query)) for name, raw in able.items()}
        note = "Found: " + ", ".join(f"{name} {found[name]:,}" for name in able)
        table = speed_table(f"Search for {what}", compare_cases(cases, _LIMIT), "searches")
        yield attrs.evolve(table, notes=(note,))
    for raw in connections.values():
        raw.close()


def measure(is_quick: bool) -> Iterator[Table]:
    count, rounds = (1_000, 1) if is_quick else (20_000, 3)
    made = letters_of(count)
    octets = sum(len(text.encode()) for letter in made for text in letter)
    with tempfile.TemporaryDirectory() as folder:
        paths = {name: Path(folder) / f"{number}.db" for number, name in enumerate(KINDS)}
        cases = {name: (lambda kind=kind, path=paths[name]: kind.fill(path, made)) for name, kind in KINDS.items()}
        results = compare_cases(cases, _LIMIT, rounds, count=count)
        yield speed_table("Insert", results, "letters", about=f"{count:,} letters of {octets / 1e6:.1f} MB")
        sizes = {name: path.stat().st_size for name, path in paths.items()}
        rows = tuple(Row(name, (size / 1e6, size / octets)) for name, size in sizes.items())
        yield Table("Size of the file", ("MB", "of the text"), rows)
        yield from _measure_searches(paths, _searches(made))


if __name__ == "__main__":
    run_by_hand(measure)
