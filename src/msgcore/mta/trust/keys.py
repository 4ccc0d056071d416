"""Keys of DKIM: private ones from files, public ones from DNS records; RSA and Ed25519 (RFC 6376, RFC 8301, RFC 8463).

The arithmetic is that of the extra ``dkim`` (cryptography).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import importlib
from typing import Any

import attrs

from msgcore.base.text import Secret
from msgcore.errors import MissingExtra, SetupError, UsageError
from msgcore.mta.trust.tags import TagsUnreadable, read_tags, without_blanks

__all__ = ["KeyUnusable", "PrivateKey", "PublicKey", "generate_key", "read_private_key", "read_public_key"]

SMALLEST_BITS = 1_024  # RFC 8301 section 3.2
_LARGEST_BITS = 8_192  # what takes longer helps nobody but who wants to keep us busy
_ED25519_OCTETS = 32


class KeyUnusable(ValueError):
    """A public key cannot be used; ``is_policy`` says that it could be, and must not."""

    def __init__(self, text: str, *, is_policy: bool = False) -> None:
        super().__init__(text)
        self.is_policy = is_policy


def _module(name: str) -> Any:
    # By name: its types are not known to who has not installed the extra.
    try:
        return importlib.import_module(f"cryptography.{name}")
    except ImportError as error:
        raise MissingExtra("dkim", "signing, and looking at signatures,") from error


@attrs.frozen
class PublicKey:
    """A key that a domain publishes: its algorithm, ``"rsa"`` or ``"ed25519"``, and what its owner says of it."""

    algorithm: str
    key: Any = attrs.field(repr=False)
    is_test: bool = False
    is_strict: bool = False
    """Whether it speaks for the domain itself alone, and not for those below it."""

    def verifies(self, signature: bytes, data: bytes) -> bool:
        """Say whether a signature is that of the data, by its SHA-256."""
        try:
            if self.algorithm == "rsa":
                hashes, padding = _module("hazmat.primitives.hashes"), _module("hazmat.primitives.asymmetric.padding")
                self.key.verify(signature, data, padding.PKCS1v15(), hashes.SHA256())
            else:
                self.key.verify(signature, hashlib.sha256(data).digest())
        except Exception:  # its own for a wrong signature, others for what is none at all: both are no
            return False
        return True


def read_public_key(record: bytes) -> PublicKey:
    """Read the record of a key (RFC 6376 section 3.6.1).

    Raises:
        KeyUnusable: it is none, was revoked, is for something else, or is too small.
    """
    try:
        tags = read_tags(record.decode("ascii"))
    except (UnicodeDecodeError, TagsUnreadable) as error:
        raise KeyUnusable(f"the key's record cannot be read: {error}") from None
    algorithm = tags.get("k", "rsa").lower()
    if tags.get("v", "DKIM1") != "DKIM1" or algorithm not in ("rsa", "ed25519"):
        raise KeyUnusable("the key is of a kind that is not known")
    if "sha256" not in _listed(tags.get("h", "sha256")):
        raise KeyUnusable("the key is not for SHA-256")
    if not {"*", "email"} & _listed(tags.get("s", "*")):
        raise KeyUnusable("the key is not for mail")
    flags = _listed(tags.get("t", ""))
    return PublicKey(algorithm, _loaded(algorithm, _data_of(tags)), "y" in flags, "s" in flags)


def _listed(value: str) -> set[str]:
    return set(without_blanks(value).lower().split(":"))


def _data_of(tags: dict[str, str]) -> bytes:
    encoded = without_blanks(tags.get("p", "?"))
    if not encoded:
        raise KeyUnusable("the key was revoked")
    try:
        return base64.b64decode(encoded, validate=True)
    except binascii.Error:
        raise KeyUnusable("the key is no base64") from None


def _loaded(algorithm: str, data: bytes) -> Any:
    if algorithm == "ed25519":
        if len(data) != _ED25519_OCTETS:
            raise KeyUnusable(f"the key has {len(data)} octets, and not {_ED25519_OCTETS}")
        load = _module("hazmat.primitives.asymmetric.ed25519").Ed25519PublicKey.from_public_bytes
    else:
        load = _module("hazmat.primitives.serialization").load_der_public_key
    try:
        key = load(data)
    except Exception as error:  # ValueError as a rule, and others for odd octets
        raise KeyUnusable(f"the key is none: {type(error).__name__}") from None
    if algorithm == "rsa":
        bits = getattr(key, "key_size", 0)
        if not isinstance(key, _module("hazmat.primitives.asymmetric.rsa").RSAPublicKey):
            raise KeyUnusable("the key is not of RSA")
        if not SMALLEST_BITS <= bits <= _LARGEST_BITS:
            raise KeyUnusable(f"the key has {bits} bits", is_policy=True)
    return key


@attrs.frozen
class PrivateKey:
    """A key to sign with."""

    algorithm: str
    _key: Any = attrs.field(repr=False)

    @property
    def name(self) -> str:
        """What ``a=`` says of its signatures."""
        return f"{self.algorithm}-sha256"

    def sign(self, data: bytes) -> bytes:
        """Sign the SHA-256 of the data."""
        if self.algorithm == "rsa":
            hashes, padding = _module("hazmat.primitives.hashes"), _module("hazmat.primitives.asymmetric.padding")
            signature: bytes = self._key.sign(data, padding.PKCS1v15(), hashes.SHA256())
        else:
            signature = self._key.sign(hashlib.sha256(data).digest())
        return signature

    def public_octets(self) -> bytes:
        """Give what a record says behind ``p=``, before base64."""
        serialization = _module("hazmat.primitives.serialization")
        public = self._key.public_key()
        if self.algorithm == "ed25519":
            octets: bytes = public.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
        else:
            encoding, form = serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
            octets = public.public_bytes(encoding, form)
        return octets

    def record(self) -> str:
        """Write the record that publishes its public half, as one text."""
        return f"v=DKIM1; k={self.algorithm}; p={base64.b64encode(self.public_octets()).decode()}"


def read_private_key(secret: Secret, what: str) -> PrivateKey:
    """Read a key: PEM (PKCS #1 or #8, not encrypted), or the 32 octets of an Ed25519 key in base64 (RFC 8463).

    Raises:
        SetupError: it is none, or an RSA key below 1,024 bits; the message names ``what``, never the key.
        MissingExtra: the extra ``dkim`` is not installed.
    """
    text = secret.reveal().strip()
    rsa, ed25519 = (_module(f"hazmat.primitives.asymmetric.{name}") for name in ("rsa", "ed25519"))
    try:
        if text.startswith("-----"):
            key = _module("hazmat.primitives.serialization").load_pem_private_key(text.encode(), None)
        else:
            key = ed25519.Ed25519PrivateKey.from_private_bytes(base64.b64decode(without_blanks(text), validate=True))
    except Exception as error:  # its text may hold something of the key
        need = "PEM that is not encrypted, or the 32 octets of an Ed25519 key in base64"
        raise SetupError(f"{what}: no key can be read there ({type(error).__name__}): need {need}") from None
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return PrivateKey("ed25519", key)
    if not isinstance(key, rsa.RSAPrivateKey) or key.key_size < SMALLEST_BITS:
        raise SetupError(f"{what}: need an RSA key of {SMALLEST_BITS:,} bits or more, or an Ed25519 key")
    return PrivateKey("rsa", key)


def generate_key(algorithm: str = "rsa", *, bits: int = 2_048) -> tuple[str, str]:
    """Make a new key: give its PEM, to be kept secret in a file, and the text of the record that publishes it.

    Raises:
        UsageError: there is no such algorithm: ``"rsa"`` or ``"ed25519"``; or it would have less than 1,024 bits.
        MissingExtra: the extra ``dkim`` is not installed.
    """
    if algorithm not in ("rsa", "ed25519"):
        raise UsageError(f"{algorithm!r}: keys are of 'rsa' or 'ed25519'")
    if bits < SMALLEST_BITS or bits > _LARGEST_BITS:
        raise UsageError(f"{bits} bits: need {SMALLEST_BITS:,} to {_LARGEST_BITS:,}")
    if algorithm == "rsa":
        key = _module("hazmat.primitives.asymmetric.rsa").generate_private_key(65_537, bits)
    else:
        key = _module("hazmat.primitives.asymmetric.ed25519").Ed25519PrivateKey.generate()
    serialization = _module("hazmat.primitives.serialization")
    pem: bytes = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return pem.decode(), PrivateKey(algorithm, key).record()
