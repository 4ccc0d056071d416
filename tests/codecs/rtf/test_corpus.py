"""The RTF of real messages: against the RTF that lies beside them, and against other libraries."""

from __future__ import annotations

from collections import Counter

import pytest

from msgcore.codecs.rtf import (
    RtfKind,
    check_compressed,
    check_rtf,
    compress,
    decompress,
    encapsulate_html,
    html_of,
    kind_of,
    text_of,
)
from tests import shared
from tests.codecs.rtf.rtf_corpus import compressed_corpus

SLOW_OCTETS = 8_000  # the other library takes seconds for a large one


def documents() -> dict[bytes, str]:
    """Map each RTF of the corpus, once, to where it stands."""
    return {decompress(octets): name for name, octets in compressed_corpus().items()}


def test_the_corpus_is_all_there() -> None:
    kinds = Counter(kind_of(decompress(octets)) for octets in compressed_corpus().values())
    assert kinds == {RtfKind.HTML: 36, RtfKind.TEXT: 25, RtfKind.NATIVE: 24}


def test_no_compressed_rtf_has_findings() -> None:
    assert {name: check_compressed(octets) for name, octets in compressed_corpus().items()} == dict.fromkeys(
        compressed_corpus(), ()
    )


def test_no_rtf_has_findings() -> None:
    assert [name for rtf, name in documents().items() if check_rtf(rtf)] == []


def test_the_rtf_is_that_which_lies_beside_the_message() -> None:
    corpus = shared.corpus()
    beside = {path.with_suffix(".msg"): path.read_bytes() for path in (corpus / "msg").rglob("*.rtf")}
    assert len(beside) == 13
    for path, rtf in beside.items():
        assert decompress(compressed_corpus()[str(path.relative_to(corpus))]) == rtf, path.name


def test_compressed_anew_it_is_the_same_and_no_larger_than_by_outlook() -> None:
    ours = theirs = 0
    for octets in compressed_corpus().values():
        rtf = decompress(octets)
        again = compress(rtf)
        assert decompress(again) == rtf
        ours, theirs = ours + len(again), theirs + len(octets)
    assert ours <= 1.02 * theirs


def test_html_is_encapsulated_and_comes_back() -> None:
    for rtf, name in documents().items():
        html = html_of(rtf)
        assert html is None or html_of(encapsulate_html(html)) == html, name


def test_compressed_rtf_agrees_both_ways() -> None:
    other = pytest.importorskip("compressed_rtf", reason="the peer compressed-rtf is not installed")
    for name, octets in compressed_corpus().items():
        assert other.decompress(octets) == decompress(octets), name
        assert other.decompress(compress(decompress(octets))) == decompress(octets), name


def _agrees_with_rtfde(rtf: bytes) -> bool:
    peer = pytest.importorskip("RTFDE.deencapsulate", reason="the peer RTFDE is not installed")
    reader = peer.DeEncapsulator(rtf)
    reader.deencapsulate()
    html = html_of(rtf)
    theirs = reader.text if html is None else reader.html
    theirs = theirs.decode() if isinstance(theirs, bytes) else theirs
    # It has LF for \par, and we CRLF.
    return bool((text_of(rtf) if html is None else html).replace("\r\n", "\n") == theirs.replace("\r\n", "\n"))


def _encapsulating() -> dict[bytes, str]:
    return {rtf: name for rtf, name in documents().items() if kind_of(rtf) in {RtfKind.HTML, RtfKind.TEXT}}


def test_rtfde_agrees_about_small_documents() -> None:
    assert [
        name for rtf, name in _encapsulating().items() if len(rtf) < SLOW_OCTETS and not _agrees_with_rtfde(rtf)
    ] == []


@pytest.mark.soak
def test_rtfde_agrees_about_all() -> None:
    assert [name for rtf, name in _encapsulating().items() if not _agrees_with_rtfde(rtf)] == []
