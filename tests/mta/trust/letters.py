"""Keys, letters and records that the tests of trust share; keys are made once, for making one takes a while."""

from __future__ import annotations

import functools
import importlib
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from hypothesis import strategies as st

from msgcore.base.text import Secret
from msgcore.model import Address
from msgcore.mta.trust.canonical import SignedMail
from msgcore.mta.trust.dkim import DkimResult, verify_dkim
from msgcore.mta.trust.keys import generate_key
from msgcore.mta.trust.settings import DkimKey
from msgcore.mta.trust.signer import Signer
from msgcore.runtime import BlockingRuntime

__all__ = [
    "ANN",
    "DKIMPY",
    "LETTER",
    "NOW",
    "asks",
    "bodies",
    "headers",
    "key",
    "record",
    "run",
    "signer",
    "texts_of_dkimpy",
    "verified",
]

T = TypeVar("T")

DKIMPY: Any = importlib.import_module("dkim")
"""Another implementation, by name: it has no types."""

NOW = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)
ANN = Address("SMTP", "ann@a.test")
LETTER = (
    b"From: Ann <ann@a.test>\r\nTo: bob@b.test,\r\n\tcid@c.test\r\nSubject:  two  words\r\n"
    b"Date: Fri, 27 Nov 2026 09:00:00 +0000\r\nMessage-ID: <1@a.test>\r\n\r\nHello  \t there \r\n\r\n\r\n"
)

_BLANK_OR_WORD = st.sampled_from([b" ", b"\t", b"  ", b"word", b".", b"..", b"=", b"\xe2\x82\xac", b"a:b", b"b=c;"])
_LINES = st.lists(_BLANK_OR_WORD, max_size=6).map(b"".join)
bodies = st.lists(_LINES, max_size=8).map(lambda lines: b"".join(line + b"\r\n" for line in lines))
_NAMES = st.sampled_from([b"Subject", b"To", b"X-Odd", b"subject", b"Received", b"DATE", b"List-Id"])
headers = st.lists(st.tuples(_NAMES, st.lists(_LINES, min_size=1, max_size=3)), max_size=6).map(
    lambda fields: b"".join(
        name + b":" + b"\r\n\t".join(b"x" + line for line in lines) + b"\r\n" for name, lines in fields
    )
)


def run(coroutine: Coroutine[Any, Any, T]) -> T:
    return BlockingRuntime().run(coroutine)


_key = functools.cache(generate_key)


def key(algorithm: str = "rsa") -> tuple[str, str]:
    """Give the PEM and the record of a key."""
    return _key(algorithm)


def record(algorithm: str = "rsa") -> bytes:
    return key(algorithm)[1].encode()


@functools.cache
def signer(*algorithms: str, domain: str = "a.test") -> Signer:
    """Sign for a domain with a key of each algorithm, whose name is its selector."""
    keys = [DkimKey(domain, name, Secret(key(name)[0])) for name in algorithms or ("rsa",)]
    return Signer(keys, lambda: NOW, Path())


def _records(domain: str = "a.test") -> dict[str, bytes]:
    return {f"{name}._domainkey.{domain}": record(name) for name in ("rsa", "ed25519")}


def asks(records: Mapping[str, bytes] | None = None) -> Callable[[str], Awaitable[tuple[bytes, ...]]]:
    known = _records() if records is None else records

    async def ask(name: str) -> tuple[bytes, ...]:
        return (known[name],) if name in known else ()

    return ask


def verified(
    octets: bytes, records: Mapping[str, bytes] | None = None, now: float | None = None
) -> tuple[DkimResult, ...]:
    return run(verify_dkim(SignedMail(octets), asks(records), NOW.timestamp() if now is None else now))


def texts_of_dkimpy(name: bytes, timeout: float = 5) -> bytes | None:
    """Answer as the library that ours is compared with asks."""
    return _records().get(name.decode().removesuffix("."))
