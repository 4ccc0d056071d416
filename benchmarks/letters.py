"""Letters as values, for what composes messages: the people and the words of mails.py, the same in every run."""

from __future__ import annotations

import random

import attrs

from .mails import FOREIGN, FOREIGN_SUBJECTS, PEOPLE, SUBJECTS, WORDS

__all__ = ["File", "Letter", "attachment_letters", "small_letters"]


@attrs.frozen
class File:
    name: str
    content_type: str
    data: bytes


@attrs.frozen
class Letter:
    """What every library is given: people as (name, address)."""

    sender: tuple[str, str]
    to: tuple[tuple[str, str], ...]
    subject: str
    text: str
    html: str | None
    files: tuple[File, ...]


# The letters

_SUBJECTS = (*SUBJECTS, *FOREIGN_SUBJECTS)
_TYPES = [("scan {}.pdf", "application/pdf"), ("photo-{}.jpg", "image/jpeg"), ("Räkning {}.xlsx", "application/zip")]


def _paragraphs(chance: random.Random, count: int, foreign: float) -> list[str]:
    def word() -> str:
        return chance.choice(FOREIGN if chance.random() < foreign else WORDS)

    return ["\n".join(" ".join(word() for _ in range(12)) for _ in range(chance.randint(1, 6))) for _ in range(count)]


def _person(chance: random.Random) -> tuple[str, str]:
    return chance.choice(PEOPLE), f"person{chance.randrange(1000)}@{chance.choice(['a', 'b.example', 'c'])}.test"


def _file(chance: random.Random, size: int) -> File:
    name, content_type = chance.choice(_TYPES)
    return File(name.format(chance.randrange(1000)), content_type, chance.randbytes(size))


def small_letters(count: int, seed: int = 4) -> list[Letter]:
    """Text, or text and HTML, three in four with characters that are not ASCII; half with one or two small files."""
    chance = random.Random(seed)
    letters: list[Letter] = []
    senders = [_person(chance) for _ in range(20)]
    for number in range(count):
        paragraphs = _paragraphs(chance, chance.randint(3, 16), chance.choice([0.0, 0.02, 0.05, 0.05]))
        html = "".join(f'<p style="margin:0 0 1em;font-family:Arial,sans-serif">{one}</p>\n' for one in paragraphs)
        html = f"<!doctype html>\n<html><head>\n<title>{number}</title>\n</head><body>\n{html}</body></html>\n"
        has_html = chance.random() < 0.7
        files = [_file(chance, chance.randint(500, 10_000)) for _ in range(chance.choice([0, 0, 1, 2]))]
        to = tuple(_person(chance) for _ in range(chance.choice([1, 1, 1, 2, 3, 6])))
        subject = chance.choice(_SUBJECTS).format(number)
        text = "\n\n".join(paragraphs) + "\n"
        letters.append(Letter(chance.choice(senders), to, subject, text, html if has_html else None, tuple(files)))
    return letters


def attachment_letters(total_octets: int, seed: int = 4) -> list[Letter]:
    """A short text and one to three files of 0.3 to 5 MB, ``total_octets`` of files in all."""
    chance = random.Random(seed)
    letters: list[Letter] = []
    left = total_octets
    while left > 0:
        sizes = [min(left, chance.randint(300_000, 5_000_000)) for _ in range(chance.randint(1, 3))]
        left -= sum(sizes)
        files = tuple(_file(chance, size) for size in sizes)
        letters.append(Letter(_person(chance), (_person(chance),), "Files", "See the files.\n", None, files))
    return letters
