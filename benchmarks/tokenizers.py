"""What a full-text index costs and gives, by tokenizer and kind of table: python benchmarks/tokenizers.py [MAILS]

Letters of some 1.3 KB in words of a natural distribution, two of five with characters beyond ASCII. The limit is FTS5
as the store has it. ``as it is`` means that the tokenizer is given the text of the letter, ``our words`` that Python
makes the words (a time that is part of the insert).
"""

from __future__ import annotations

import random
import sqlite3
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from itertools import accumulate
from pathlib import Path

import attrs
from harness import compare_cases, print_table

from msgcore.base.text import fold
from msgcore.props.words import words
from msgcore.providers.internal.words import searchable

COUNT = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
BATCH = 1_000
ROUNDS = 3

Letter = tuple[str, str, str]
"""Subject, body, people."""

_SYLLABLE_LINE = "ka re ti on al ver ing st pro men der lo su ta ne ri com ex per an"
_FOREIGN_LINE = "für Größe “quoted” — déjà 会議 señor über"
_SYLLABLES, _FOREIGN = _SYLLABLE_LINE.split(), _FOREIGN_LINE.split()
_LIMIT = "limit: ascii over our words, text kept"


def _letters(count: int, seed: int = 20_261_126) -> list[Letter]:
    """Make letters in a language of 30,000 words, the n-th of which comes up with a chance of 1 to n + 3."""
    chance = random.Random(seed)
    vocabulary = ["".join(chance.choices(_SYLLABLES, k=chance.randint(1, 4))) for _ in range(30_000)]
    weights = list(accumulate(1 / (rank + 3) for rank in range(len(vocabulary))))
    return [_letter(chance, vocabulary, weights) for _ in range(count)]


def _letter(chance: random.Random, vocabulary: Sequence[str], weights: Sequence[float]) -> Letter:
    text = chance.choices(vocabulary, cum_weights=weights, k=chance.randint(500, 2_000) // 7)
    if chance.random() < 0.4:
        for _ in range(chance.randint(1, 12)):
            text[chance.randrange(len(text))] = chance.choice(_FOREIGN)
    lines = [" ".join(text[start : start + 11]).capitalize() for start in range(0, len(text), 11)]
    subject = " ".join(chance.choices(vocabulary, cum_weights=weights, k=6))
    return subject, ".\r\n".join(lines), f"Ann {chance.choice(vocabulary)} ann{chance.randrange(2_000)}@a.test"


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
    """Choose what is looked for: a word of most letters, one of few, and two of one letter one behind the other."""
    found = words(fold(letters[3][1], ignore_non_space=True))
    return {
        "a frequent word": 'body : "re"',
        "a rare word": f'body : "{max(found, key=len)}"',
        "a phrase": f'body : "{" ".join(found[3:5])}"',
    }


def _search(raw: sqlite3.Connection, query: str) -> int | None:
    """Count what is found; ``None`` where such a table cannot answer."""
    try:
        return len(raw.execute("select rowid from words where words match ?", (query,)).fetchall())
    except sqlite3.OperationalError:
        return None


def _measure_searches(paths: Mapping[str, Path], searches: Mapping[str, str]) -> None:
    connections = {name: sqlite3.connect(path) for name, path in paths.items()}
    for what, query in searches.items():
        able = {name: raw for name, raw in connections.items() if _search(raw, query) is not None}
        cases = {
            f"{name} ({_search(raw, query):,} found)": (lambda raw=raw, query=query: _search(raw, query))
            for name, raw in able.items()
        }
        print_table(f"Search for {what}", compare_cases(cases, next(iter(cases))), 1, "searches")
    for raw in connections.values():
        raw.close()


def main() -> None:
    letters = _letters(COUNT)
    octets = sum(len(text.encode()) for letter in letters for text in letter)
    with tempfile.TemporaryDirectory() as folder:
        paths = {name: Path(folder) / f"{number}.db" for number, name in enumerate(KINDS)}
        cases = {name: (lambda kind=kind, path=paths[name]: kind.fill(path, letters)) for name, kind in KINDS.items()}
        print_table(f"Insert {COUNT:,} letters", compare_cases(cases, _LIMIT, ROUNDS), COUNT, "letters")
        print("\n### Size of the file\n\n| case | MB | of the text |\n| --- | ---: | ---: |")
        for name, path in paths.items():
            print(f"| {name} | {path.stat().st_size / 1e6:.1f} | {path.stat().st_size / octets:.2f} |")
        _measure_searches(paths, _searches(letters))


if __name__ == "__main__":
    main()
