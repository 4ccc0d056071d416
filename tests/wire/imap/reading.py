"""What a reader makes of octets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgcore.wire.imap.limits import ReaderLimits
from msgcore.wire.imap.response_reader import ResponseReader
from msgcore.wire.imap.responses import Fetch, Response

__all__ = ["fetched", "one", "read", "read_pieces"]


def read(*pieces: bytes, limits: ReaderLimits | None = None) -> list[Response]:
    """Feed octets piece by piece, and give the responses that are whole at the end."""
    return list(read_pieces(pieces, limits))


def read_pieces(pieces: Iterable[bytes], limits: ReaderLimits | None = None) -> Iterator[Response]:
    reader = ResponseReader(limits)
    for octets in pieces:
        reader.feed(octets)
        while (response := reader.next()) is not None:
            yield response


def one(octets: bytes) -> Response:
    """Give what these octets are, if they are one response and no more."""
    (response,) = read(octets)
    return response


def fetched(items: bytes) -> Fetch:
    """Give what is said of message 1 by the items of a FETCH, without its parentheses."""
    response = one(b"* 1 FETCH (" + items + b")\r\n")
    assert isinstance(response, Fetch), response
    return response
