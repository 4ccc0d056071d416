"""Attachments that are files: read a block at a time as the pieces are taken, and never more than that in memory."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msgcore.codecs import mime
from msgcore.codecs.mime.syntax.transfer import BLOCK_OCTETS
from msgcore.codecs.mime.tree.entity import parse
from msgcore.codecs.mime.writer import size_when_written
from msgcore.errors import UsageError
from msgcore.model import Attachment, Message
from msgcore.testing.strategies import composed_messages

SIZES = [0, 1, 57, BLOCK_OCTETS - 1, BLOCK_OCTETS, BLOCK_OCTETS + 1, 3 * BLOCK_OCTETS + 58]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "f.bin"
    path.write_bytes(b"content")
    return path


@pytest.mark.parametrize("size", SIZES)
def test_a_file_that_is_read_in_pieces_is_written_as_if_it_had_been_loaded(file: Path, size: int) -> None:
    file.write_bytes(bytes(range(256)) * (size // 256) + bytes(size % 256))
    unread, loaded = Message(attachments=[file]), Message(attachments=[file])
    loaded.load_files()

    assert b"".join(mime.write_chunks(unread)) == mime.write(loaded)


def test_a_file_in_an_attached_message_is_read_too(file: Path) -> None:
    message = mime.read(mime.write(Message(attachments=[Message(attachments=[file])])))

    inner = message.attachments[0].message
    assert inner is not None
    assert inner.attachments[0].data == b"content"


def test_writing_leaves_the_file_unread(file: Path) -> None:
    message = Message(attachments=[file])
    mime.write(message)

    assert message.attachments[0].is_unread_file


def test_a_file_of_text_goes_out_in_base64_when_it_is_not_loaded(tmp_path: Path) -> None:
    path = tmp_path / "f.txt"
    path.write_bytes(b"plain\r\n")

    assert parse(mime.write(Message(attachments=[path]))).children[0].transfer_encoding == "base64"


def test_a_file_that_is_a_message_goes_out_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "f.eml"
    path.write_bytes(b"Subject: in\r\n\r\n")

    (attached,) = mime.read(mime.write(Message(attachments=[path]))).attachments
    assert attached.message is not None
    assert attached.message.subject == "in"


def test_a_file_that_is_gone_is_told_before_the_first_piece(file: Path) -> None:
    message = Message(attachments=[file])
    file.unlink()

    with pytest.raises(UsageError, match=r"f\.bin: No such file"):
        mime.write_chunks(message)


@pytest.mark.parametrize("content", [b"", b"shorter", b"much longer"], ids=len)
def test_a_file_that_has_another_size_now_is_refused(file: Path, content: bytes) -> None:
    file.write_bytes(b"what was")
    message = Message(attachments=[file])
    file.write_bytes(content)

    with pytest.raises(UsageError, match=r"f\.bin: has changed its size"):
        mime.write_chunks(message)


@pytest.mark.parametrize("size", [0, BLOCK_OCTETS, 5 * BLOCK_OCTETS])
def test_a_file_that_changes_its_size_while_it_is_written_is_refused(file: Path, size: int) -> None:
    file.write_bytes(bytes(3 * BLOCK_OCTETS))
    chunks = mime.write_chunks(Message(attachments=[file]))
    file.write_bytes(bytes(size))

    with pytest.raises(UsageError, match=r"f\.bin: has changed its size"):
        b"".join(chunks)


def test_blocks_of_octets_are_what_they_hold() -> None:
    assert list(Attachment(b"abcde").blocks(2)) == [b"ab", b"cd", b"e"]


@given(composed_messages(), st.booleans())
def test_the_size_is_known_before_anything_is_encoded(message: Message, bcc: bool) -> None:
    assert size_when_written(message, bcc=bcc) == len(mime.write(message, bcc=bcc))


def test_the_size_of_a_file_is_known_without_reading_it(file: Path) -> None:
    message = Message(attachments=[file])
    size = len(mime.write(message))
    file.write_bytes(b"another")

    assert size_when_written(message) == size


WRITE_200_MB = """
import resource, sys
from pathlib import Path
from msgcore import Message
from msgcore.codecs import mime

def peak_octets():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)

mime.write(Message(text="warm", attachments=[b"x"]))
before = peak_octets()
written = sum(map(len, mime.write_chunks(Message(text="see file", attachments=[Path(sys.argv[1])]))))
print(written, peak_octets() - before)
"""


def test_200_mb_are_written_in_40_mb_of_memory(tmp_path: Path) -> None:
    path = tmp_path / "large.bin"
    with path.open("wb") as sparse:
        sparse.truncate(200_000_000)

    child = subprocess.run([sys.executable, "-c", WRITE_200_MB, path], capture_output=True, text=True, check=True)

    written, growth = map(int, child.stdout.split())
    assert written > 270_000_000
    assert growth < 40_000_000
