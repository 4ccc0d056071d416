"""What it costs to read and write Outlook's forms: python benchmarks/outlook_forms.py [--quick]

The corpus that MSGCORE_CORPUS names, and files with attachments of up to 30 MB that are made here; see peers/outlook.py
for who reads them, and how. A file on which some library raises is left out for all, and counted. The limit of TNEF
looks at the header of every attribute and takes its octets once, that of .msg files copies the file; that of RTF looks
at every octet.
"""

from __future__ import annotations

import os
import random
import struct
import sys
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from harness import Result, compare_cases
from peers.outlook import MSGCORE, msg_readers, packers, rtf_readers, rtf_unpackers, tnef_readers

from msgcore import Attachment, Message
from msgcore.codecs import msg, rtf, tnef
from msgcore.errors import MalformedMessage
from msgcore.props import PidTagRtfCompressed

LIMIT = "limit"
T = TypeVar("T")
Goals = Mapping[str, tuple[float, float]]

GOALS: Mapping[str, Goals] = {
    "TNEF, corpus": {"tnefparse": (10, 5)},
    "TNEF, large": {"tnefparse": (30, 15)},
    ".msg, corpus": {"extract-msg": (5, 3)},
    "RTF, HTML taken out": {"RTFDE": (20, 20)},
}
"""How many times as fast as each case msgcore should be: the goal, and what every run must hold."""


# What is read


def corpus(kind: str, pattern: str) -> list[bytes]:
    folder = Path(os.environ.get("MSGCORE_CORPUS") or Path(__file__).resolve().parents[2] / "shared" / "corpus")
    found = [path.read_bytes() for path in sorted((folder / kind).rglob(pattern))]
    if not found:
        print(f"{kind}: left out, nothing in {folder}; MSGCORE_CORPUS may name another")
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


def readable_by_all(what: str, octets: Sequence[bytes], readers: Mapping[str, Callable[[bytes], T]]) -> list[bytes]:
    raised = Counter[str]()
    kept: list[bytes] = []
    for one in octets:
        names = [name for name, read in readers.items() if raises(read, one)]
        raised.update(names)
        if not names:
            kept.append(one)
    print(f"\n{what}: {len(kept)} of {len(octets)}; those who raise on others: {dict(raised) or 'none'}")
    return kept


def raises(read: Callable[[bytes], object], octets: bytes) -> bool:
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


Case = Callable[[bytes], object]


def run(what: str, inputs: Sequence[bytes], readers: Mapping[str, Case], limit: Case, rounds: int) -> None:
    def case_of(read: Case) -> Callable[[], object]:
        return lambda: [read(one) for one in inputs]

    if not inputs:
        return
    cases = {LIMIT: case_of(limit), **{name: case_of(read) for name, read in readers.items()}}
    results = compare_cases(cases, LIMIT, rounds)
    size = sum(map(len, inputs))
    print(f"\n### {what}: {len(inputs):,} of {size / 1e6:.1f} MB\n")
    print("| case | /s | MB/s | of limit | msgcore is x times as fast | goal | floor |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    ours = next(one for one in results if one.name == MSGCORE)
    for one in results:
        print_row(one, ours, len(inputs), size, GOALS.get(what, {}))


def print_row(one: Result, ours: Result, count: int, size: int, goals: Goals) -> None:
    goal, floor = goals.get(one.name, ("", ""))
    ratio = "" if one is ours else f"{one.seconds / ours.seconds:.2f}"
    rates = f"{count / one.seconds:,.0f} | {size / one.seconds / 1e6:,.1f} | {one.of_limit:.4f}"
    print(f"| {one.name} | {rates} | {ratio} | {goal} | {floor} |")


def unpacked(packed: Sequence[bytes]) -> list[bytes]:
    found: list[bytes] = []
    for octets in packed:
        try:
            found.append(rtf.decompress(octets))
        except MalformedMessage:
            continue
    return found


def main(is_quick: bool) -> None:
    rounds = 3 if is_quick else 7
    messages = [large_message(megabytes) for megabytes in ((1,) if is_quick else (1, 10, 30))]
    tnef_files, msg_files = corpus("tnef", "*.tnef"), corpus("msg", "*.msg")
    readers = tnef_readers()
    kept = readable_by_all("TNEF, corpus", tnef_files, readers)
    run("TNEF, corpus", kept, readers, walk_attributes, rounds)
    run("TNEF, large", [tnef.write(one) for one in messages], readers, walk_attributes, rounds)
    others = msg_readers()
    run(".msg, corpus", readable_by_all(".msg, corpus", msg_files, others), others, copy_of, rounds)
    run(".msg, large", [msg.write(one) for one in messages], others, copy_of, rounds)
    packed = rtf_bodies(msg_files)
    run("RTF, unpacked", packed, rtf_unpackers(), copy_of, rounds)
    bodies = unpacked(packed)
    # Its peer takes a second for each of them.
    run("RTF, packed", bodies[::6], packers(), copy_of, 3)
    takers = rtf_readers()
    holding = [octets for octets in bodies if rtf.html_of(octets) is not None]
    # Its peer takes seconds for each of them.
    run("RTF, HTML taken out", readable_by_all("RTF", holding[:: 9 if is_quick else 3], takers), takers, copy_of, 3)
    for size in (100_000, 1_000_000, 10_000_000):
        run(f"RTF of {size:,} octets", [encapsulated(size)], {MSGCORE: rtf.html_of}, copy_of, rounds)
    write(messages, rounds)


def write(messages: Sequence[Message], rounds: int) -> None:
    """Write large messages, beside copying as many octets."""
    for message in messages:
        size = len(tnef.write(message))
        content = bytes(size)
        cases: dict[str, Callable[[], object]] = {
            LIMIT: lambda content=content: bytes(bytearray(content)),  # type: ignore[misc]
            "TNEF": lambda message=message: tnef.write(message),  # type: ignore[misc]
            ".msg": lambda message=message: msg.write(message),  # type: ignore[misc]
        }
        print(f"\n### written: {size / 1e6:.1f} MB\n\n| case | MB/s | of limit |\n| --- | ---: | ---: |")
        for one in compare_cases(cases, LIMIT, rounds):
            print(f"| {one.name} | {size / one.seconds / 1e6:,.0f} | {one.of_limit:.2f} |")


if __name__ == "__main__":
    main("--quick" in sys.argv[1:])
