"""The arithmetic of SCRAM (RFC 5802 section 3), for both sides."""

from __future__ import annotations

import hashlib
import hmac
import re
from base64 import b64decode, b64encode

import attrs

from msgcore.wire.sasl.saslprep import prepared

__all__ = [
    "SCRAM_HASHES",
    "Verifier",
    "attributes_of",
    "client_proof",
    "exclusive_or",
    "from_base64",
    "hash_of",
    "make_verifier",
    "salted_password",
    "signature",
    "to_base64",
]

SCRAM_HASHES = {"SCRAM-SHA-512": "sha512", "SCRAM-SHA-256": "sha256", "SCRAM-SHA-1": "sha1"}
"""The mechanisms, strongest first, and their hash."""

_ATTRIBUTE = re.compile(r"([A-Za-z])=([^,\0]++)")


@attrs.frozen
class Verifier:
    """What a server keeps in place of a password."""

    salt: bytes = attrs.field(repr=False)
    iterations: int
    stored_key: bytes = attrs.field(repr=False)
    server_key: bytes = attrs.field(repr=False)


def hash_of(mechanism: str) -> str:
    return SCRAM_HASHES[mechanism.removesuffix("-PLUS")]


def salted_password(algorithm: str, password: str, salt: bytes, iterations: int) -> bytes:
    return hashlib.pbkdf2_hmac(algorithm, prepared(password).encode(), salt, iterations)


def make_verifier(algorithm: str, password: str, salt: bytes, iterations: int) -> Verifier:
    salted = salted_password(algorithm, password, salt, iterations)
    stored_key = hashlib.new(algorithm, signature(algorithm, salted, b"Client Key")).digest()
    return Verifier(salt, iterations, stored_key, signature(algorithm, salted, b"Server Key"))


def client_proof(algorithm: str, salted: bytes, auth_message: bytes) -> bytes:
    client_key = signature(algorithm, salted, b"Client Key")
    stored_key = hashlib.new(algorithm, client_key).digest()
    return exclusive_or(client_key, signature(algorithm, stored_key, auth_message))


def signature(algorithm: str, key: bytes, message: bytes) -> bytes:
    return hmac.digest(key, message, algorithm)


def exclusive_or(one: bytes, other: bytes) -> bytes:
    """Combine two strings of the same length.

    Raises:
        ValueError: their lengths differ.
    """
    return bytes(a ^ b for a, b in zip(one, other, strict=True))


def attributes_of(message: str) -> list[tuple[str, str]]:
    """Read ``a=1,b=2``.

    Raises:
        ValueError: the message is not of that form.
    """
    found = [_ATTRIBUTE.fullmatch(part) for part in message.split(",")]
    if None in found:
        raise ValueError("not a list of attributes")
    return [(one[1], one[2]) for one in found if one is not None]


def to_base64(octets: bytes) -> str:
    return b64encode(octets).decode()


def from_base64(text: str) -> bytes:
    """Read base64.

    Raises:
        ValueError: it is none.
    """
    return b64decode(text, validate=True)
