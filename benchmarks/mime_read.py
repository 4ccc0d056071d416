"""What it costs to read messages: python benchmarks/mime_read.py [--quick]

Two jobs (envelope, everything; see peers/readers.py) over three mixes: small letters, letters with large attachments,
and the corpus that MSGCORE_CORPUS names. The limit of the envelope job looks once at every octet and splits the header
into lines; the limit of the other decodes leaves that were cut before, with the C functions of the standard library.
Slow libraries read fewer messages; msgcore and the limit then read the same ones beside them.
"""

from __future__ import annotations

import binascii
import email
import importlib
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import attrs
from harness import Result, compare_cases
from mails import attachment_mails, corpus_mails, small_mails
from mime_memory import print_memory
from peers.readers import ENVELOPE, EVERYTHING, JOBS, MSGCORE, Reader, all_readers

from msgcore.codecs.mime.syntax.transfer import base64_engine

LIMIT, FAST_LIMIT = "limit", "limit, pybase64"
RUST, COMPAT32, POLICY = "fast-mail-parser", "email compat32", "email policy.default"

_WITH_PYBASE64 = (0.9, 0.7) if base64_engine == "pybase64" else (0.17, 0.17)
GOALS: Mapping[tuple[str, str], Mapping[str, tuple[float, float]]] = {
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


def run(mix: Mix, job: str, readers: Sequence[Reader]) -> None:
    size = f"{len(mix.mails):,} messages, {_megabytes(mix.mails):.1f} MB"
    print(f"\n### {mix.name}, {job}, base64 by {base64_engine}: {size}\n")
    print("| case | messages/s | MB/s | of limit | msgcore is x times as fast | goal | floor |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    goals = GOALS[mix.name, job]
    quick = [reader for reader in readers if not reader.is_slow]
    slow = [reader for reader in readers if reader.is_slow or reader.name == MSGCORE]
    print_rows(timed(mix.mails, job, quick, mix.rounds), mix.mails, goals)
    fewer = mix.mails[:: mix.every]
    print(f"| *{len(fewer):,} messages* | | | | | | |")
    beside = timed(fewer, job, slow, mix.rounds)
    print_rows([result for result in beside if result.name not in (LIMIT, FAST_LIMIT)], fewer, goals)


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
    return compare_cases(cases, LIMIT, rounds)


def print_rows(results: Sequence[Result], mails: Sequence[bytes], goals: Mapping[str, tuple[float, float]]) -> None:
    """Print a row a case; the goal beside the limit is msgcore's share of it."""
    ours = next(result for result in results if result.name == MSGCORE)
    for one in results:
        rates = f"{len(mails) / one.seconds:,.0f} | {_megabytes(mails) / one.seconds:,.1f} | {one.of_limit:.3f}"
        goal, floor = goals.get(one.name, ("", ""))
        ratio = "" if one is ours else f"{ours.of_limit / one.of_limit:.2f}"
        print(f"| {one.name} | {rates} | {ratio} | {goal} | {floor} |")


def _megabytes(mails: Sequence[bytes]) -> float:
    return sum(map(len, mails)) / 1e6


# Nobody wins by doing less


def check_alike(mix: Mix, readers: Sequence[Reader]) -> None:
    """Print on how many messages each library gives what msgcore gives: subject, attachments, their octets."""
    print(f"\nOf {len(mix.mails):,} messages of {mix.name}, the same subject / number of attachments / their octets:\n")
    ours = [facts_of(readers[0], octets) for octets in mix.mails]
    for reader in readers[1:]:
        if reader.envelope is not None:
            theirs = [facts_of(reader, octets) for octets in mix.mails]
            alike = [sum(ours[n][fact] == theirs[n][fact] for n in range(len(ours))) for fact in range(3)]
            print(f"- {reader.name}: {' / '.join(map(str, alike))}")


def facts_of(reader: Reader, octets: bytes) -> tuple[str, int, int]:
    assert reader.envelope is not None
    contents = reader.everything(octets)[2]
    return " ".join(reader.envelope(octets)[0].split()), len(contents), sum(map(len, contents))


def readable_by_all(mails: Sequence[bytes], readers: Sequence[Reader]) -> list[bytes]:
    """Leave out messages on which some library raises, and print which one does on how many."""
    raised = Counter[str]()
    kept: list[bytes] = []
    for octets in mails:
        names = {reader.name for reader in readers if raises(reader, octets)}
        raised.update(names)
        if not names:
            kept.append(octets)
    print(f"\nreal: {len(kept)} of {len(mails)} messages; the libraries that raise on others: {dict(raised) or 'none'}")
    return kept


def raises(reader: Reader, octets: bytes) -> bool:
    try:
        for read in filter(None, map(reader.job, JOBS)):
            read(octets)
    except Exception:  # whatever it may be, it is the answer
        return True
    return False


# The run


def mixes(is_quick: bool, readers: Sequence[Reader]) -> list[Mix]:
    rounds = 3 if is_quick else 7
    found = [
        Mix("small", small_mails(200 if is_quick else 1_000), 5, rounds),
        Mix("attach", attachment_mails(10 if is_quick else 40), 5, rounds),
    ]
    corpus = Path(os.environ.get("MSGCORE_CORPUS") or Path(__file__).resolve().parents[2] / "shared" / "corpus")
    if not corpus.is_dir():
        print(f"real: left out, {corpus} is not a folder; MSGCORE_CORPUS may name another")
        return found
    mails = corpus_mails(corpus)
    return [*found, Mix("real", readable_by_all(mails[:: 4 if is_quick else 1], readers), 4, rounds)]


def run_without_pybase64(is_quick: bool) -> None:
    """Read large attachments again in a process that cannot import pybase64."""
    if base64_engine == "pybase64":
        script = f"import sys; sys.modules['pybase64'] = None; import mime_read; mime_read.run_attachments({is_quick})"
        subprocess.run([sys.executable, "-c", script], cwd=Path(__file__).parent, check=True)
    else:
        print("pybase64: left out; pip install pybase64")


def run_attachments(is_quick: bool) -> None:
    run(Mix("attach", attachment_mails(10 if is_quick else 40), 5, 3 if is_quick else 7), EVERYTHING, all_readers())


def main(is_quick: bool) -> None:
    readers = all_readers()
    found = mixes(is_quick, readers)
    for mix in found[:2]:  # on broken messages everybody differs
        check_alike(mix, readers)
    for mix in found:
        for job in JOBS:
            run(mix, job, readers)
    run_without_pybase64(is_quick)
    print_memory(readers)


if __name__ == "__main__":
    main("--quick" in sys.argv)
