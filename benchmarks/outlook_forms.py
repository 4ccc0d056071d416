"""What it costs to read and write Outlook's forms: python -m benchmarks.outlook_forms [--quick]

The corpus that MSGCORE_CORPUS names, and files with attachments of up to 30 MB that are made here; see peers/outlook.py
for who reads them, and how. A file on which some library raises is left out for all, and counted. The limit of TNEF
looks at the header of every attribute and takes its octets once, that of .msg files copies the file; that of RTF looks
at every octet.
"""

from __future__ import annotations

import random
import struct
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence

import attrs

from msgcore import Attachment, Message
from msgcore.codecs import msg, rtf, tnef
from msgcore.errors import MalformedMessage
from msgcore.props import PidTagRtfCompressed

from .harness import Goals, compare_cases, run_by_hand, speed_table
from .mails import corpus_folder
from .peers.outlook import (
    MSGCORE,
    Read,
    Readers,
    msg_readers,
    packers,
    rtf_readers,
    rtf_unpackers,
    tnef_readers,
)
from .results import NotHere, Table

LIMIT = "limit"

GOALS: Mapping[str, Goals] = {
    "TNEF, corpus": {"tnefparse": (10, 5)},
    "TNEF, large": {"tnefparse": (30, 15)},
    ".msg, corpus": {"extract-msg": (5, 3)},
    "RTF, HTML taken out": {"RTFDE": (20, 20)},
}
"""How many times as fast as each case msgcore should be: the goal, and what every run must hold."""


# What is read


def corpus(kind: str, pattern: str) -> list[bytes]:
    found = [path.read_bytes() for path in sorted((corpus_folder() / kind).rglob(pattern))]
    if not found:
        raise NotHere(f"{pattern} in the corpus of real messages")
    return found


def large_message(megabytes: int) -> Message:
    chance = random.Random(megabytes)
    files = [Attachment(chance.randbytes(megabytes * 500_000), filename=f"file {n}.bin") for n in range(2)]
    return Message(from_="ann@a.test", to="bob@b.test", subject="Files", text="See files", attachments=files)


def rtf_bodies(files: Sequence[bytes]) -> list[bytes]:
    found = [message.get(PidTagRtfCompressed) for message in map(msg.read, files)]
    return [octets for octets in found if octets is not None]


def encapsulated(size_octets: int) -> bytes:
    line = "<p class='MsoNormal'>Grüße aus <b>Köln</b>, the report for this week is <i>ready</i>; see below.</p>\r\n"
    return rtf.encapsulate_html("<html><body>" + line * (size_octets // len(line)) + "</body></html>")


def readable_by_all(octets: Sequence[bytes], readers: Readers) -> tuple[list[bytes], str]:
    """Leave out what some reader raises on, and say who does on how many."""
    raised = Counter[str]()
    kept: list[bytes] = []
    for one in octets:
        names = [name for name, read in readers.here.items() if raises(read, one)]
        raised.update(names)
        if not names:
            kept.append(one)
    return kept, f"{len(kept)} of {len(octets)} kept; those who raise on others: {dict(raised) or 'none'}"


def raises(read: Read, octets: bytes) -> bool:
    try:
        read(octets)
    except Exception:  # whatever it may be, it is the answer
        return True
    return False


# Limits


def walk_attributes(octets: bytes) -> None:
    at, end = 6, len(octets) - 9
    while at < end:
        _level, _attribute, size = struct.unpack_from("<BII", octets, at)
        octets[at + 9 : at + 9 + size]
        at += 11 + size


def copy_of(octets: bytes) -> bytes:
    return bytes(bytearray(octets))


# The run


def compare(what: str, inputs: Sequence[bytes], readers: Readers, limit: Read, rounds: int, note: str = "") -> Table:
    def case_of(read: Read) -> Callable[[], object]:
        return lambda: [read(one) for one in inputs]

    cases = {LIMIT: case_of(limit), **{name: case_of(read) for name, read in readers.here.items()}}
    results = compare_cases(cases, LIMIT, rounds, count=len(inputs))
    size = sum(map(len, inputs)) / 1e6
    table = speed_table(
        what,
        results,
        "files",
        about=f"{len(inputs):,} of {size:.1f} MB",
        goals={MSGCORE: GOALS.get(what, {})},
        megabytes=size,
        missing=readers.missing,
    )
    return attrs.evolve(table, notes=(note,) if note else ())


def unpacked(packed: Sequence[bytes]) -> list[bytes]:
    found: list[bytes] = []
    for octets in packed:
        try:
            found.append(rtf.decompress(octets))
        except MalformedMessage:
            continue
    return found


def measure(is_quick: bool) -> Iterator[Table]:
    rounds = 2 if is_quick else 7
    messages = [large_message(megabytes) for megabytes in ((1,) if is_quick else (1, 10, 30))]
    try:
        yield from of_corpus(is_quick, rounds)
    except NotHere as error:
        yield Table("corpus", (), (), missing={"all": str(error)})
    yield compare("TNEF, large", [tnef.write(one) for one in messages], tnef_readers(), walk_attributes, rounds)
    yield compare(".msg, large", [msg.write(one) for one in messages], msg_readers(), copy_of, rounds)
    own = Readers({MSGCORE: rtf.html_of})
    for size in (100_000, 1_000_000) if is_quick else (100_000, 1_000_000, 10_000_000):
        yield compare(f"RTF of {size:,} octets", [encapsulated(size)], own, copy_of, 1 if is_quick else rounds)
    for message in messages:
        yield write(message, rounds)


def of_corpus(is_quick: bool, rounds: int) -> Iterator[Table]:
    of_tnef, of_msg = tnef_readers(), msg_readers()
    tnef_files, msg_files = corpus("tnef", "*.tnef"), corpus("msg", "*.msg")
    kept, note = readable_by_all(tnef_files, of_tnef)
    yield compare("TNEF, corpus", kept, of_tnef, walk_attributes, rounds, note)
    kept, note = readable_by_all(msg_files[:: 8 if is_quick else 1], of_msg)
    yield compare(".msg, corpus", kept, of_msg, copy_of, rounds, note)
    packed = rtf_bodies(msg_files)
    yield compare("RTF, unpacked", packed, rtf_unpackers(), copy_of, rounds)
    bodies = unpacked(packed)
    # Its peer takes a second for each of them.
    yield compare("RTF, packed", bodies[:1] if is_quick else bodies[::6], packers(), copy_of, 1 if is_quick else 3)
    holding = [octets for octets in bodies if rtf.html_of(octets) is not None]
    takers = rtf_readers()
    # Its peer takes seconds for each of them.
    kept, note = readable_by_all(holding[:1] if is_quick else holding[::3], takers)
    yield compare("RTF, HTML taken out", kept, takers, copy_of, 1 if is_quick else 3, note)


def write(message: Message, rounds: int) -> Table:
    """Write a large message, beside copying as many octets."""
    size = len(tnef.write(message))
    content = bytes(size)
    cases: dict[str, Callable[[], object]] = {
        LIMIT: lambda: bytes(bytearray(content)),
        "msgcore, TNEF": lambda: tnef.write(message),
        "msgcore, .msg": lambda: msg.write(message),
    }
    results = compare_cases(cases, LIMIT, rounds)
    return speed_table(f"Written: {size / 1e6:.0f} MB", results, "files", megabytes=size / 1e6)


if __name__ == "__main__":
    run_by_hand(measure)
