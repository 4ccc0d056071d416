"""Attachments in pieces, in and out: what a message of any size takes of memory does not hang on its size."""

from __future__ import annotations

import base64
import random
import subprocess
import sys
from pathlib import Path

import pytest

from msgcore.base.ids import EntryId
from msgcore.codecs import mime
from msgcore.codecs.mime.syntax.transfer import encode_quoted_printable
from msgcore.errors import NotFound, NotLoaded, ObjectDeleted, StoreFull, UsageError
from msgcore.model import Message
from msgcore.providers.internal.content import prepare_content
from msgcore.providers.internal.large import has_large_files, prepare_large
from msgcore.runtime import NEVER
from tests.codecs.mime.corpus_files import each_corpus_message, messages_in
from tests.providers.internal.box import Box

NOISE = random.Random(7).randbytes(500_000)
TEXT = "some words – and more of them\n".encode() * 20_000
BLOCK = 65_536


def with_body(encoding: str, body: bytes) -> bytes:
    return (
        b"Subject: s\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n"
        b"--x\r\n\r\ntext\r\n--x\r\nContent-Type: application/x\r\nContent-Transfer-Encoding: %b\r\n\r\n%b\r\n--x--\r\n"
        % (encoding.encode(), body)
    )


def octets_of(box: Box, entry_id: EntryId, number: int, start: int, count: int) -> bytes:
    mark = box.run(box.store.attachment_facts(entry_id, number, NEVER)).mark
    return box.run(box.store.attachment_octets(entry_id, number, mark, start, count, NEVER))


def size_of(box: Box, entry_id: EntryId, number: int) -> int:
    return box.run(box.store.attachment_facts(entry_id, number, NEVER)).size_octets


def streamed(box: Box, entry_id: EntryId, number: int, step: int = BLOCK) -> bytes:
    """Read an attachment to its end."""
    pieces: list[bytes] = []
    while piece := octets_of(box, entry_id, number, sum(map(len, pieces)), step):
        pieces.append(piece)
    return b"".join(pieces)


# Out

BODIES = {
    "base64": ("base64", base64.encodebytes(NOISE)),
    "base64 in one line": ("base64", base64.b64encode(NOISE)),
    "base64 in uneven lines": ("base64", b" " + base64.encodebytes(NOISE)),
    "base64 behind padding": ("base64", b"Q=" + base64.encodebytes(NOISE)),
    "quoted-printable": ("quoted-printable", encode_quoted_printable(TEXT)),
    "8bit": ("8bit", TEXT),
    "binary": ("binary", NOISE),
    "small": ("base64", base64.encodebytes(NOISE[:1_000])),
}


@pytest.mark.parametrize(("encoding", "body"), BODIES.values(), ids=BODIES)
def test_an_attachment_in_pieces_is_what_the_message_says(box: Box, encoding: str, body: bytes) -> None:
    message = mime.read(with_body(encoding, body))
    (attachment,) = message.attachments

    assert streamed(box, box.save_one(message), 0) == attachment.data


@pytest.mark.parametrize(("encoding", "body"), BODIES.values(), ids=BODIES)
def test_an_attachment_is_read_from_any_place(box: Box, encoding: str, body: bytes) -> None:
    message = mime.read(with_body(encoding, body))
    data = message.attachments[0].data
    entry_id = box.save_one(message)
    places = [(100, 50), (len(data) - 3, 10), (0, 3), (len(data), 1), (len(data) + 5, 1), (7, 0)]

    assert [octets_of(box, entry_id, 0, *place) for place in places] == [data[at : at + n] for at, n in places]


@pytest.mark.parametrize(("encoding", "body"), BODIES.values(), ids=BODIES)
def test_the_size_of_an_attachment_is_that_of_its_content(box: Box, encoding: str, body: bytes) -> None:
    message = mime.read(with_body(encoding, body))

    assert size_of(box, box.save_one(message), 0) == len(message.attachments[0].data)


@each_corpus_message()
def test_every_attachment_of_the_corpus_streams(box: Box, folder: Path) -> None:
    messages = [mime.read(path.read_bytes()) for path in messages_in(folder)]
    for entry_id, message in zip(box.save(*messages), messages, strict=True):
        expected = {number: one.data for number, one in enumerate(message.attachments) if one.message is None}
        assert {number: streamed(box, entry_id, number) for number in expected} == expected


def test_attachments_are_read_in_turns(box: Box) -> None:
    uneven = mime.read(with_body("base64", b" " + base64.encodebytes(NOISE)))
    two = box.save(uneven, mime.read(with_body("quoted-printable", encode_quoted_printable(TEXT))))
    read = [[octets_of(box, one, 0, at, 1_000) for one in two] for at in range(0, 5_000, 1_000)]

    assert [b"".join(pieces) for pieces in zip(*read, strict=True)] == [
        NOISE[:5_000],
        TEXT.replace(b"\n", b"\r\n")[:5_000],
    ]


@pytest.mark.parametrize("number", [-1, 1])
@pytest.mark.parametrize("size", [10, 500_000])
def test_an_attachment_that_is_none_is_told(box: Box, size: int, number: int) -> None:
    entry_id = box.save_one(Message(attachments=[NOISE[:size]]))

    with pytest.raises(NotFound, match="has 1 attachments"):
        octets_of(box, entry_id, number, 0, 1)


@pytest.mark.parametrize(("start", "count"), [(-1, 1), (0, -1)])
def test_a_place_before_the_start_is_refused(box: Box, start: int, count: int) -> None:
    entry_id = box.save_one(Message(attachments=[b"a"]))

    with pytest.raises(UsageError, match="octets from"):
        octets_of(box, entry_id, 0, start, count)


def test_an_attachment_of_a_deleted_message_is_not_read(box: Box) -> None:
    entry_id = box.save_one(Message(attachments=[b"a"]))
    box.run(box.store.delete([entry_id], NEVER))

    with pytest.raises(ObjectDeleted):
        octets_of(box, entry_id, 0, 0, 1)


def test_a_message_above_the_load_limit_has_its_large_attachments_by_name_and_size(box: Box) -> None:
    entry_id = box.save_one(Message(subject="s", text="t", attachments=[NOISE]))
    message = box.load(entry_id, 1_000)
    (attachment,) = message.attachments

    assert (message.text, attachment.size_octets, attachment.content_type) == (
        "t\n",
        len(NOISE),
        "application/octet-stream",
    )
    with pytest.raises(NotLoaded, match="open_attachment"):
        _ = attachment.data


# In


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "file.bin"
    path.write_bytes(NOISE)
    return path


def test_a_message_with_a_large_file_is_stored_as_it_would_be_written(box: Box, file: Path) -> None:
    message = Message(subject="s", text="t", attachments=[file, b"small"])

    assert mime.write(box.load(box.save_one(message))) == mime.write(message)


def test_a_large_file_streams_out(box: Box, file: Path) -> None:
    assert streamed(box, box.save_one(Message(text="t", attachments=[b"small", file])), 1) == NOISE


def test_a_large_file_of_an_attached_message_comes_back(box: Box, file: Path) -> None:
    message = box.load(box.save_one(Message(text="t", attachments=[Message(attachments=[file])])))
    inner = message.attachments[0].message

    assert inner is not None
    assert inner.attachments[0].data == NOISE


def test_a_large_file_and_its_octets_are_one_content(box: Box, file: Path) -> None:
    loaded = Message(subject="s", attachments=[file])
    loaded.load_files()
    box.save(Message(subject="s", attachments=[file]), loaded)

    assert box.sql("select count(*) from content") == [(1,)]


def test_saving_leaves_a_large_file_unread(box: Box, file: Path) -> None:
    message = Message(attachments=[file])
    box.save_one(message)

    assert message.attachments[0].is_unread_file


@pytest.mark.parametrize("change", ["gone", "shorter", "longer"])
def test_a_file_that_is_another_now_is_refused_and_nothing_stored(box: Box, file: Path, change: str) -> None:
    message = Message(attachments=[file])
    if change == "gone":
        file.unlink()
    else:
        file.write_bytes(NOISE[:-1] if change == "shorter" else NOISE + b"x")

    with pytest.raises(UsageError, match=r"file\.bin: (No such file|has changed its size)"):
        box.save_one(message)
    assert box.sql("select count(*) from content") == [(0,)]


def test_a_body_that_is_as_large_is_stored_with_the_file(box: Box, file: Path) -> None:
    """In base64, for the CR in it; the text is no attachment that could be left out."""
    text = "a\rb\n" * 100_000
    message = box.load(box.save_one(Message(text=text, attachments=[file])))

    assert (message.text, message.attachments[0].data == NOISE) == (text, True)


def test_a_message_that_is_attached_to_itself_has_no_large_files() -> None:
    message = Message(text="t")
    message.attachments = [message]

    assert not has_large_files(message)


def test_what_was_prepared_can_be_written_again(file: Path) -> None:
    """A transaction may have to run twice."""
    content, _ = prepare_large(Message(attachments=[file]))

    assert [*content.pieces] == [*content.pieces] == [*prepare_content(mime.write(Message(attachments=[file]))).pieces]


def test_many_files_are_large_together(tmp_path: Path) -> None:
    for name in "abc":
        (tmp_path / name).write_bytes(NOISE[:100_000])

    assert has_large_files(Message(attachments=[tmp_path / name for name in "abc"]))


def test_a_temporary_file_without_room_is_told(file: Path) -> None:
    with pytest.raises(StoreFull, match="temporary file"):
        prepare_large(Message(attachments=[file]), Path("/proc"))


# Memory

# Not by getrusage: what that gives starts with what the parent process had.
MEMORY = """
import re, sys
from pathlib import Path
from msgcore.model import Message
from msgcore.runtime import NEVER
from msgcore.testing.modes import Mode
from tests.providers.internal.box import Box
def peak():
    return int(re.search(r"VmHWM:\\s*(\\d+)", Path("/proc/self/status").read_text())[1]) // 1024
box = Box(Mode.BLOCKING, Path(sys.argv[1]))
def save(path):
    return box.save_one(Message(subject="s", text="t", attachments=[path]))
def use(path):
    entry_id = save(path)
    message = box.load(entry_id, 1 << 20)
    assert message.attachments[0].size_octets == path.stat().st_size
    mark = box.run(box.store.attachment_facts(entry_id, 0, NEVER)).mark
    with path.open("rb") as file:
        at = 0
        while block := file.read(65536):
            assert box.run(box.store.attachment_octets(entry_id, 0, mark, at, 65536, NEVER)) == block
            at += 65536
small, large = map(Path, sys.argv[2:])
use(small)
before = peak()
entry_id = save(large)
saved = peak()
use(large)
print(saved - before, peak() - before)
"""


def megabytes_more(tmp_path: Path, size_octets: int) -> list[int]:
    """Say what saving a file takes of memory, and saving, loading and streaming it, beside what a small one takes."""
    block = random.Random(8).randbytes(1_000_000)
    small, large = tmp_path / "small", tmp_path / "large"
    small.write_bytes(block)
    with large.open("wb") as file:
        for _ in range(size_octets // len(block)):
            file.write(block)
    command: list[str | Path] = [sys.executable, "-c", MEMORY, tmp_path / "mail.db", small, large]
    ran = subprocess.run(command, check=True, capture_output=True, text=True, cwd=Path(__file__).parents[3])
    return [int(one) for one in ran.stdout.split()]


on_linux = pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the peak is read from /proc")


@on_linux
def test_a_file_of_20_megabytes_takes_less_than_10_of_memory(tmp_path: Path) -> None:
    saving, using = megabytes_more(tmp_path, 20_000_000)

    assert max(saving, using) < 10


@on_linux
@pytest.mark.soak
def test_a_file_of_200_megabytes_takes_less_than_10_of_memory(tmp_path: Path) -> None:
    saving, using = megabytes_more(tmp_path, 200_000_000)

    assert max(saving, using) < 10
