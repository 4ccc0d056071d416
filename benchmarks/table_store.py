"""Stores of small messages for the benchmark of tables: the same messages in every run, saved by msgcore itself.

Texts of 500 to 2,000 octets in words as frequent as in natural language, but for two that are planted: ``FREQUENT`` in
seven of ten messages and ``RARE`` in one of a thousand. 2,000 senders, of whom a few write most; eight years, in the
order of arrival give or take a day; 30 % unread; one in twelve with a small file.
"""

from __future__ import annotations

import base64
import multiprocessing
import random
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import lru_cache, partial
from itertools import accumulate
from pathlib import Path

import attrs

import msgcore
from msgcore.codecs import mime
from msgcore.spi.store import Incoming

__all__ = ["FREQUENT", "RARE", "SENDER", "filled_store", "letters"]

FREQUENT, RARE = "meeting", "quicksilver"

_SEED = 20_261_126
_BATCH = 1_000
_SENDERS = 2_000
_FIRST_DAY = datetime(2018, 1, 1, tzinfo=UTC)
_TIME_SPAN = timedelta(days=8 * 365)
_DOMAINS = ("a.example", "mail.example.org", "news.example.net", "corp.example", "lists.example.org")
_FIRST = ("Ann", "Bob", "Carla", "Dilip", "Eva", "Farid", "Grace", "Hugo", "Ines", "Jan")
_LAST = ("Smith", "Garcia", "Öberg", "Tanaka", "Novak", "Rossi", "Okafor", "Larsen")


@attrs.frozen
class Letter:
    """A message as it arrives."""

    octets: bytes
    received_at: datetime
    is_read: bool


def filled_store(folder: Path, count: int) -> Path:
    """Give the file of a store with ``count`` messages in its inbox.

    One that is there already is taken as it is: remove it when the store's schema or the letters here have changed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"tables-{count}.db"
    if path.exists():
        return path
    unfinished = path.with_suffix(".unfinished")
    for left in folder.glob(f"{unfinished.name}*"):
        left.unlink()
    start = time.perf_counter()
    with msgcore.open_store(f"sqlite:///{unfinished}") as store:
        for batch in _batches(count):
            store.inbox.save_all(
                [Incoming(mime.read(one.octets), is_read=one.is_read, received_at=one.received_at) for one in batch]
            )
    seconds = time.perf_counter() - start
    unfinished.rename(path)
    megabytes = path.stat().st_size / 1e6
    told = f"{count:,} messages saved in {seconds:,.0f} s, {count / seconds:,.0f} a second; {megabytes:,.0f} MB"
    print(told, file=sys.stderr)
    return path


def _batches(count: int) -> Iterator[list[Letter]]:
    """Write the letters in another process, so that this one has only to save them."""
    starts = range(0, count, _BATCH)
    # Spawned, not forked: a store is open here.
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        yield from pool.imap(partial(letters, count), starts)


def letters(count: int, start: int) -> list[Letter]:
    """Write the batch of ``count`` letters that begins with letter ``start``."""
    chance = random.Random(_SEED + start)
    sentences = [_sentence(chance) for _ in range(2_000)]
    senders = chance.choices(range(_SENDERS), cum_weights=_zipf(_SENDERS), k=_BATCH)
    return [_letter(chance, sentences, senders[at], start + at, count) for at in range(min(_BATCH, count - start))]


def _letter(chance: random.Random, sentences: list[str], sender: int, number: int, count: int) -> Letter:
    received = _FIRST_DAY + _TIME_SPAN * (number / count) + timedelta(seconds=chance.random() * 86_400)
    name, address = _sender(sender)
    subject = f"{chance.choice(sentences)[:60].strip()} {chance.randrange(10_000)}"
    header = (
        f"From: {name} <{address}>\r\nTo: Ann <ann@a.example>\r\nSubject: {subject}\r\n"
        f"Date: {format_datetime(received)}\r\nMessage-ID: <{number}.{sender}@{address.partition('@')[2]}>\r\n"
        "MIME-Version: 1.0\r\n"
    )
    text = _text(chance, sentences)
    if chance.random() < 1 / 12:
        text = _with_file(chance, text)
    else:
        text = f"Content-Type: text/plain; charset=us-ascii\r\n\r\n{text}"
    return Letter((header + text).encode(), received, chance.random() >= 0.3)


def _text(chance: random.Random, sentences: list[str]) -> str:
    lines: list[str] = []
    left = chance.randint(500, 2_000)
    while left > 0:
        lines.append(chance.choice(sentences))
        left -= len(lines[-1]) + 2
    for word, share in ((FREQUENT, 0.7), (RARE, 0.001)):
        if chance.random() < share:
            lines.insert(chance.randint(0, len(lines)), f"about the {word} of item{chance.randrange(10**6)}")
    return "\r\n".join(lines) + "\r\n"


def _with_file(chance: random.Random, text: str) -> str:
    mark = f"=_{chance.randrange(10**12)}"
    octets = base64.encodebytes(chance.randbytes(chance.randint(100, 400))).decode().replace("\n", "\r\n")
    return (
        f'Content-Type: multipart/mixed; boundary="{mark}"\r\n\r\n'
        f"--{mark}\r\nContent-Type: text/plain; charset=us-ascii\r\n\r\n{text}\r\n"
        f"--{mark}\r\nContent-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n"
        f'Content-Disposition: attachment; filename="scan {chance.randrange(1_000)}.pdf"\r\n\r\n{octets}'
        f"--{mark}--\r\n"
    )


def _sender(number: int) -> tuple[str, str]:
    first, last = _FIRST[number % len(_FIRST)], _LAST[number // len(_FIRST) % len(_LAST)]
    shown = f"{first} {last}" if last.isascii() else f"{first} =?utf-8?Q?=C3=96berg?="
    return shown, f"{first}.{number}@{_DOMAINS[number % len(_DOMAINS)]}"


SENDER = _sender(10)[1].upper()
"""An address of one in a hundred messages, written in another case than there."""


# Words


@lru_cache
def _words() -> list[str]:
    """Make a vocabulary of 30,000 words, the most frequent ones first; of those most are short, as in a language."""
    chance = random.Random(_SEED)
    syllables = [consonant + vowel for consonant in "bcdfghklmnprstvwz" for vowel in "aeiou"]
    made = {"".join(chance.choices(syllables, k=chance.choice((1, 2, 2, 3, 3, 3, 4, 5)))) for _ in range(90_000)}
    return sorted(made, key=lambda word: chance.gauss(len(word), 3))[:30_000]


@lru_cache
def _zipf(count: int) -> list[float]:
    return list(accumulate(1 / (rank + 1.5) for rank in range(count)))


def _sentence(chance: random.Random) -> str:
    words = _words()
    return " ".join(chance.choices(words, cum_weights=_zipf(len(words)), k=chance.randint(7, 14)))
