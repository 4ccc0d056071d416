"""What it costs to read messages: python -m benchmarks.mime_read [--quick | --attachments]

Two jobs (envelope, everything; see peers/readers.py) over three mixes: small letters, letters with large attachments,
and the corpus that MSGCORE_CORPUS names. The limit of the envelope job looks once at every octet and splits the header
into lines; the limit of the other decodes leaves that were cut before, with the C functions of the standard library.
Slow libraries read fewer messages; msgcore and the limit then read the same ones beside them. ``--attachments`` reads
large ones as a process does that cannot import pybase64, and writes a table as JSON.
"""

from __future__ import annotations

import binascii
import email
import importlib
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence

import attrs

from msgcore.codecs.mime.syntax.transfer import base64_engine

from .harness import Goals, Result, compare_cases, output_of, run_by_hand, speed_table
from .mails import attachment_mails, corpus_mails, small_mails
from .mime_memory import memory
from .peers.readers import ENVELOPE, EVERYTHING, JOBS, MSGCORE, Reader, all_readers
from .results import NotHere, Row, Table

LIMIT, FAST_LIMIT = "limit", "limit, pybase64"
RUST, COMPAT32, POLICY = "fast-mail-parser", "email compat32", "email policy.default"

_WITH_PYBASE64 = (0.9, 0.7) if base64_engine == "pybase64" else (0.17, 0.17)
GOALS: Mapping[tuple[str, str], Goals] = {
    ("small", ENVELOPE): {LIMIT: (0.15, 0.11), RUST: (1, 0.75), COMPAT32: (10, 7), POLICY: (45, 45)},
    ("small", EVERYTHING): {LIMIT: (0.21, 0.16), RUST: (0.9, 0.7), COMPAT32: (7, 5)},
    ("attach", ENVELOPE): {LIMIT: (0.93, 0.7), RUST: (1.4, 1)},
    ("attach", EVERYTHING): {LIMIT: (0.9, 0.8), RUST: _WITH_PYBASE64, COMPAT32: (7.8, 6)},
    ("real", ENVELOPE): {RUST: (0.9, 0.7), COMPAT32: (6, 5)},
    ("real", EVERYTHING): {RUST: (0.7, 0.5), COMPAT32: (5.4, 4)},
}
"""How many times as fast as each case msgcore should be: the goal, and what every run must hold."""


@attrs.frozen
class Mix:
    """Messages by name. Slow libraries read each ``every``-th one only."""

    name: str
    mails: list[bytes]
    every: int
    rounds: int


# Limits

Leaf = tuple[str, str | None, bytes]
"""Transfer encoding, charset of a text, and octets as they stand."""


def envelope_limit(mails: Sequence[bytes]) -> None:
    for octets in mails:
        octets.find(b"\0")
        end = octets.find(b"\r\n\r\n")
        octets[: octets.find(b"\n\n") if end < 0 else end].split(b"\n")


def cut_leaves(mails: Sequence[bytes]) -> list[Leaf]:
    """Cut the leaves of messages; what the C functions cannot decode is left out."""
    leaves: list[Leaf] = []
    for part in (part for octets in mails for part in email.message_from_bytes(octets).walk()):
        payload = part.get_payload()
        if isinstance(payload, str):
            encoding = str(part.get("Content-Transfer-Encoding", "")).strip().lower()
            charset = part.get_content_charset("ascii") if part.get_content_maintype() == "text" else None
            leaves.append((encoding, charset, payload.encode("utf-8", "surrogateescape")))
    return [leaf for leaf in leaves if can_decode(leaf)]


def can_decode(leaf: Leaf) -> bool:
    try:
        decode_leaves([leaf], binascii.a2b_base64)
    except (binascii.Error, LookupError):
        return False
    return True


def decode_leaves(leaves: Sequence[Leaf], from_base64: Callable[[bytes], bytes]) -> None:
    for encoding, charset, octets in leaves:
        if encoding == "base64":
            content = from_base64(octets)
        else:
            content = binascii.a2b_qp(octets) if encoding == "quoted-printable" else octets
        if charset is not None:
            content.decode(charset, "replace")


def limits_of(job: str, mails: Sequence[bytes]) -> dict[str, Callable[[], object]]:
    if job == ENVELOPE:
        return {LIMIT: lambda: envelope_limit(mails)}
    leaves = cut_leaves(mails)
    limits: dict[str, Callable[[], object]] = {LIMIT: lambda: decode_leaves(leaves, binascii.a2b_base64)}
    if base64_engine == "pybase64":
        fast: Callable[[bytes], bytes] = importlib.import_module("pybase64").b64decode
        limits[FAST_LIMIT] = lambda: decode_leaves(leaves, fast)
    return limits


# Time


def compare(mix: Mix, job: str, readers: Sequence[Reader], missing: Mapping[str, str]) -> Iterator[Table]:
    quick = [reader for reader in readers if not reader.is_slow]
    slow = [reader for reader in readers if reader.is_slow or reader.name == MSGCORE]
    yield table(f"{mix.name}, {job}", mix, mix.mails, job, quick, missing)
    yield table(f"{mix.name}, {job}, slow libraries", mix, mix.mails[:: mix.every], job, slow, {})


def table(
    name: str, mix: Mix, mails: Sequence[bytes], job: str, readers: Sequence[Reader], missing: Mapping[str, str]
) -> Table:
    size = sum(map(len, mails)) / 1e6
    about = f"{len(mails):,} messages, {size:.1f} MB, base64 by {base64_engine}"
    results = timed(mails, job, readers, mix.rounds)
    goals = {MSGCORE: GOALS[mix.name, job]}
    return speed_table(name, results, "messages", about=about, goals=goals, megabytes=size, missing=missing)


def timed(mails: Sequence[bytes], job: str, readers: Sequence[Reader], rounds: int) -> list[Result]:
    def case_of(read: Callable[[bytes], object]) -> Callable[[], object]:
        def read_all() -> None:
            for octets in mails:
                read(octets)

        return read_all

    cases = limits_of(job, mails)
    for reader in readers:
        read = reader.job(job)
        if read is not None:
            cases[reader.name] = case_of(read)
    return compare_cases(cases, LIMIT, rounds, count=len(mails))


# Nobody wins by doing less


def check_alike(mix: Mix, readers: Sequence[Reader]) -> Table:
    """Tell on how many messages each library gives what msgcore gives: subject, attachments, their octets."""
    ours = [facts_of(readers[0], octets) for octets in mix.mails]
    rows: list[Row] = []
    for reader in readers[1:]:
        if reader.envelope is not None:
            theirs = [facts_of(reader, octets) for octets in mix.mails]
            rows.append(
                Row(reader.name, tuple(sum(ours[n][m] == theirs[n][m] for n in range(len(ours))) for m in range(3)))
            )
    columns = ("the same subject", "number of attachments", "their octets")
    return Table(f"{mix.name}, the same as msgcore", columns, tuple(rows), f"of {len(mix.mails):,} messages")


def facts_of(reader: Reader, octets: bytes) -> tuple[str, int, int]:
    assert reader.envelope is not None
    contents = reader.everything(octets)[2]
    return " ".join(reader.envelope(octets)[0].split()), len(contents), sum(map(len, contents))


def readable_by_all(mails: Sequence[bytes], readers: Sequence[Reader]) -> tuple[list[bytes], Table]:
    """Leave out messages on which some library raises, and tell which one does on how many."""
    found = [(octets, [reader.name for reader in readers if raises(reader, octets)]) for octets in mails]
    kept = [octets for octets, names in found if not names]
    raised = Counter(name for _, names in found for name in names)
    rows = tuple(Row(reader.name, (raised[reader.name],)) for reader in readers)
    return kept, Table("real, who raises", ("messages on which it raises",), rows, f"{len(kept)} of {len(mails)} kept")


def raises(reader: Reader, octets: bytes) -> bool:
    try:
        for read in filter(None, map(reader.job, JOBS)):
            read(octets)
    except Exception:  # whatever it may be, it is the answer
        return True
    return False


# The run


def small(is_quick: bool) -> Mix:
    return Mix("small", small_mails(100 if is_quick else 1_000), 5, 2 if is_quick else 7)


def attach(is_quick: bool) -> Mix:
    return Mix("attach", attachment_mails(4 if is_quick else 40), 2 if is_quick else 5, 2 if is_quick else 7)


def without_pybase64(is_quick: bool) -> Table:
    """Read large attachments again in a process that cannot import pybase64."""
    return Table.from_json(output_of("benchmarks.mime_read", "--attachments", *(["--quick"] if is_quick else [])))


def print_without_pybase64(is_quick: bool) -> None:
    mix = attach(is_quick)
    fast = [reader for reader in all_readers()[0] if not reader.is_slow]
    print(table(f"{mix.name}, {EVERYTHING}, without pybase64", mix, mix.mails, EVERYTHING, fast, {}).to_json())


def measure(is_quick: bool) -> Iterator[Table]:
    readers, missing = all_readers()
    made = [small(is_quick), attach(is_quick)]
    for mix in made:  # on broken messages everybody differs
        yield check_alike(mix, readers)
    for mix in made:
        for job in JOBS:
            yield from compare(mix, job, readers, missing)
    yield from real(is_quick, readers, missing)
    if base64_engine == "pybase64":
        yield without_pybase64(is_quick)
    yield memory(readers, is_quick)


def real(is_quick: bool, readers: Sequence[Reader], missing: Mapping[str, str]) -> Iterator[Table]:
    try:
        mails, told = readable_by_all(corpus_mails()[:: 16 if is_quick else 1], readers)
    except NotHere as error:
        yield Table("real", (), (), missing={"all": str(error)})
        return
    yield told
    for job in JOBS:
        yield from compare(Mix("real", mails, 4, 2 if is_quick else 7), job, readers, missing)


if __name__ == "__main__":
    if "--attachments" in sys.argv:
        print_without_pybase64("--quick" in sys.argv)
    else:
        run_by_hand(measure)
