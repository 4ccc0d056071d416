"""Where a retrieved message comes from, and what is no such thing."""

from __future__ import annotations

from typing import Any

import pytest

from msgcore.errors import UsageError
from msgcore.model import Message
from msgcore.spi.origin import UNIQUE_ID_OCTETS, Origin
from msgcore.spi.store import Incoming

LONG = b"x" * UNIQUE_ID_OCTETS


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ((b"ann", b"1", b"f"), "need str, got bytes"),
        (("ann", "1", b"f"), "need bytes, got str"),
        (("ann", b"1", None), "need bytes, got NoneType"),
        (("ann", b"1", b"f", None), "need int, got NoneType"),
        (("ann", b"1", b"f", "300"), "need int, got str"),
        (("ann", LONG + b"x", b"f"), "a unique id has at most 1000 octets"),
        (("ann", b"1", LONG + b"x"), "a unique id has at most 1000 octets"),
        (("", b"1", b"f"), "an account's name has 1 to 500 characters"),
        (("x" * 501, b"1", b"f"), "an account's name has 1 to 500 characters"),
        (("ann", b"1", b"f", -2), "size_octets is -2; need one of 63 bits, or -1"),
        (("ann", b"1", b"f", 1 << 63), "size_octets is 9223372036854775808; need one of 63 bits, or -1"),
    ],
    ids=[
        *("account", "unique id", "fingerprint", "no size", "text for a size", "long unique id", "long fingerprint"),
        *("no account", "long account", "below -1", "64 bits"),
    ],
)
def test_nonsense_for_an_origin_is_refused(given: Any, expected: str) -> None:
    with pytest.raises(UsageError, match=f"^Origin: {expected}$"):
        Origin(*given)


def test_the_longest_unique_id_and_fingerprint_are_taken() -> None:
    assert Origin("ann", LONG, LONG).key == (LONG, LONG)


def test_an_origin_of_a_server_without_unique_ids_and_sizes_is_one() -> None:
    assert (Origin("ann", b"", b"f").key, Origin("ann", b"", b"f").size_octets) == ((b"", b"f"), -1)


@pytest.mark.parametrize(
    ("nonsense", "expected"),
    [
        ({"origin": ("ann", b"1", b"f")}, "Incoming: need an Origin, got tuple"),
        ({"remote_status": "delete"}, "Incoming: remote_status: need a MessageStatus, got str"),
        ({"remote_status": 1 << 32}, "Incoming: remote_status: 0x100000000 has more than 32 bits"),
        ({"remote_status": -1}, "Incoming: remote_status: -0x1 has more than 32 bits"),
    ],
    ids=["origin", "text", "too many bits", "less than none"],
)
def test_nonsense_about_where_a_message_comes_from_is_refused(nonsense: Any, expected: str) -> None:
    with pytest.raises(UsageError, match=f"^{expected}$"):
        Incoming(Message(), **nonsense)
