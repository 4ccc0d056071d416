"""Any change of a file, and any change of the streams in it, gives a message with findings, or a typed error (F12)."""

from __future__ import annotations

import functools
import random
from typing import cast

import pytest

from msgcore.base.findings import Strictness
from msgcore.codecs import msg
from msgcore.codecs.compound import NewStorage, copy_of, read_compound, write_compound
from msgcore.codecs.msg.writer import compose
from msgcore.errors import LimitExceeded, MalformedMessage
from msgcore.model.attachment import Attachment
from msgcore.model.compare import compare
from msgcore.model.message import Message
from msgcore.props.table import PidLidReminderSet, PidNameKeywords
from msgcore.props.tags import Property

CONTROLS = ("composed", "not unicode")
TELLING = [
    b"\0",
    b"\1",
    b"\xff",
    b"\0\0\0\0",
    b"\xff\xff\xff\xff",
    b"\x1e\0",
    b"\x1f\0",
    b"\x1f\x10",
    b"\x02\x11",
    b"\x0d\0",
]


@functools.cache
def control(name: str) -> bytes:
    if name == "composed":
        return msg.write(letter())
    return not_unicode()


def letter() -> Message:
    inner = Message(subject="inner", text="in", to=["e@e.test"], attachments=[Attachment(b"xyz", filename="x.bin")])
    message = Message(
        from_="Ann <ann@a.test>",
        to=["Bob <bob@b.test>"],
        bcc=["Dan <dan@d.test>"],
        reply_to=["desk@a.test"],
        subject="RE: Report",
        html="<p>Hello</p>",
        headers={"X-Own": "one"},
        attachments=[Attachment(b"octets", filename="a.bin"), Attachment(inner)],
    )
    message[PidNameKeywords] = ("red", "blue")
    message[PidLidReminderSet] = True
    return message


def not_unicode() -> bytes:
    """The same with each text in windows-1252."""
    root = copy_of(read_compound(msg.write(letter())))
    waiting = [root]
    while waiting:
        storage = waiting.pop()
        for name, octets in list(storage.streams.items()):
            if name.endswith("001F"):
                storage.streams[name[:-4] + "001E"] = storage.streams.pop(name).decode("utf-16-le").encode("cp1252")
            elif name == "__properties_version1.0":
                storage.streams[name] = octets.replace(b"\x1f\0", b"\x1e\0")
        waiting += storage.storages.values()
    return write_compound(root)


def mutated(octets: bytes, source: random.Random) -> bytes:
    """Change, take out or put in some octets."""
    changed = bytearray(octets)
    for _ in range(source.randint(1, 8)):
        at = source.randrange(len(changed) + 1)
        match source.randrange(8):
            case 0:
                changed[at : at + 1] = bytes([source.randrange(256)])
            case 1:
                del changed[at:]
            case 2:
                del changed[at : at + source.choice([1, 2, 8, 16])]
            case _:
                telling = source.choice(TELLING)
                at &= -len(telling)
                changed[at : at + len(telling)] = telling
    return bytes(changed)


def with_changed_streams(octets: bytes, source: random.Random) -> bytes:
    """Change some streams, take some out, and give some another's name, in a compound file without a fault."""
    root = copy_of(read_compound(octets))
    storages: list[NewStorage] = [root]
    for storage in storages:
        storages += storage.storages.values()
    for _ in range(source.randint(1, 4)):
        streams = source.choice(storages).streams
        if not streams:
            continue
        name, other = source.choice(sorted(streams)), source.choice(sorted(streams))
        match source.randrange(6):
            case 0:
                del streams[name]
            case 1:
                streams[name] = streams[other]
            case _:
                streams[name] = mutated(streams[name], source)
    return write_compound(root)


def use(octets: bytes) -> None:
    """Ask for all, write it anew, and read that as the same; strictly it is refused when anything was tolerated."""
    try:
        message = msg.read(octets)
    except MalformedMessage:
        return
    waiting = [message]
    while waiting:
        one = waiting.pop()
        for tag in one.tags():
            one.get(cast("Property[object]", tag))
        _ = one.text, one.html, one.from_, one.recipients, one.reply_to, list(one.headers)
        waiting += [inner.message for inner in one.attachments if inner.message is not None]
    written = compose(message)
    assert msg.check(written) == ()
    assert compare(msg.read(written), message) == ()
    if msg.check(octets):
        with pytest.raises((MalformedMessage, LimitExceeded)):
            msg.read(octets, strictness=Strictness.STRICT)


def seeds(usual: int, most: int) -> list[object]:
    return [*range(usual), *(pytest.param(seed, marks=pytest.mark.soak) for seed in range(usual, most))]


@pytest.mark.parametrize("name", CONTROLS)
@pytest.mark.parametrize("seed", seeds(2, 20))
def test_mutated_files(name: str, seed: int) -> None:
    source = random.Random(seed)
    for _ in range(50):
        use(mutated(control(name), source))


@pytest.mark.parametrize("name", CONTROLS)
@pytest.mark.parametrize("seed", seeds(2, 20))
def test_mutated_streams(name: str, seed: int) -> None:
    source = random.Random(seed)
    for _ in range(50):
        use(with_changed_streams(control(name), source))


@pytest.mark.parametrize("name", CONTROLS)
def test_a_file_that_is_cut_anywhere(name: str) -> None:
    octets = control(name)
    for end in range(512, len(octets), 512):
        use(octets[:end])


@pytest.mark.parametrize("name", CONTROLS)
def test_the_controls_have_nothing_wrong(name: str) -> None:
    message = msg.read(control(name))

    assert msg.check(control(name)) == ()
    assert compare(message, msg.read(msg.write(letter()))) == ()
