"""Damaged RTF is read, or refused by a typed error: every cut of a small one, and 2000 mutations of real ones (F12)."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from msgcore.codecs.rtf import check_compressed, check_rtf, decompress, encapsulate_html, html_of, kind_of, text_of
from msgcore.errors import LimitExceeded, MalformedMessage
from tests.codecs.rtf.rtf_corpus import compressed_corpus
from tests.codecs.rtf.test_compression import HELLO
from tests.codecs.rtf.test_reading import COMMON, document

MUTATIONS = 2_000
LARGEST = 5_000
TELLING = b"{}\\'*u0-9\r\n\0\xff \x01"

_parts = [
    b"{",
    b"}",
    b"\\",
    b"{\\*\\htmltag64 ",
    b"\\htmlrtf ",
    b"\\htmlrtf0 ",
    b"\\u-1",
    b"\\uc",
    b"\\bin",
    b"9",
    b"\\'",
    b"e4",
]
_words = st.sampled_from(_parts + [body for body, _ in COMMON])


def read_all(rtf: bytes) -> None:
    """Ask for everything; what comes out can be written as UTF-8."""
    kind_of(rtf)
    (html_of(rtf) or "").encode()
    text_of(rtf).encode()
    assert all(0 <= finding.offset <= len(rtf) for finding in check_rtf(rtf))


def read_compressed(octets: bytes) -> None:
    try:
        rtf = decompress(octets)
    except (MalformedMessage, LimitExceeded):
        return
    assert all(0 <= finding.offset <= len(octets) for finding in check_compressed(octets))
    read_all(rtf)


def mutated(octets: bytes, source: random.Random) -> bytes:
    changed = bytearray(octets)
    for _ in range(source.randint(1, 20)):
        at = source.randrange(len(changed) + 1)
        match source.randrange(4):
            case 0:
                changed[at : at + 1] = bytes([source.choice(TELLING)])
            case 1:
                changed[at:at] = changed[source.randrange(len(changed) + 1) :][: source.randrange(200)]
            case 2:
                del changed[at : at + source.randrange(50)]
            case _:
                changed[at : at + 1] = bytes([source.randrange(256)])
    return bytes(changed)


@given(st.lists(_words).map(b"".join))
def test_any_words_in_any_order_are_read(body: bytes) -> None:
    read_all(document(body, rb"\fromhtml1"))
    read_all(body)


@given(st.binary())
def test_any_octets_are_read(octets: bytes) -> None:
    read_all(octets)
    read_compressed(octets)


def test_every_cut_is_read() -> None:
    rtf = encapsulate_html("<p>a &amp; b\r\né 😀</p><!-- c -->")
    for end in range(len(rtf)):
        read_all(rtf[:end])
    for end in range(len(HELLO)):
        read_compressed(HELLO[:end])


def test_mutated_documents_of_the_corpus_are_read() -> None:
    source = random.Random(12)
    compressed = [octets for octets in compressed_corpus().values() if len(octets) < LARGEST]
    documents = [decompress(octets) for octets in compressed]
    for _ in range(MUTATIONS // 2):
        read_compressed(mutated(source.choice(compressed), source))
        read_all(mutated(source.choice(documents), source))
