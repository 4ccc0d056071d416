"""A signature over fields and, mostly, a body: the field of DKIM and those of ARC (RFC 6376, RFC 8617).

What a message says is read here and looked at without I/O; keys come from elsewhere.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import re
from collections.abc import Iterable, Mapping

import attrs

from msgcore.mta.trust.canonical import Field, SignedMail
from msgcore.mta.trust.keys import PublicKey
from msgcore.mta.trust.tags import TagsUnreadable, read_tags, without_blanks
from msgcore.wire.domain import ascii_domain

__all__ = ["Signature", "SignatureUnusable", "read_signature", "signed_octets", "without_signature"]

_MOST_OCTETS = 16_384
_MOST_NAMES = 500
_DOMAIN = re.compile(r"(?=.{1,253}\Z)[a-z0-9_](?:[a-z0-9_-]{0,62})(?:\.[a-z0-9_](?:[a-z0-9_-]{0,62}))*")
_NUMBER = re.compile(r"[0-9]{1,12}")
_CLOCK_SECONDS = 300  # how far the clocks of others may be ahead
_ALGORITHMS = {"rsa-sha256": "rsa", "ed25519-sha256": "ed25519"}


class SignatureUnusable(ValueError):
    """A signature that is not worth a look at its key: ``result`` is what RFC 8601 section 2.7.1 calls that."""

    def __init__(self, result: str, text: str) -> None:
        super().__init__(text)
        self.result = result


@attrs.frozen
class Signature:
    """What a signature says of itself; ``body_hash`` is ``None`` where it covers no body (the seals of ARC)."""

    field: Field
    tags: Mapping[str, str] = attrs.field(repr=False, hash=False)
    algorithm: str
    domain: str
    selector: str
    signature: bytes = attrs.field(repr=False)
    names: tuple[bytes, ...] = ()
    body_hash: bytes | None = attrs.field(default=None, repr=False)
    is_relaxed: tuple[bool, bool] = (True, True)

    @property
    def key_name(self) -> str:
        """Where its key is published."""
        return f"{self.selector}._domainkey.{self.domain}"

    def fits(self, key: PublicKey) -> str:
        """Give why a key is not the one of this signature; empty when it is."""
        if key.algorithm != self.algorithm:
            return f"the key is of {key.algorithm}"
        if key.is_strict and self._identity_domain() != self.domain:
            return "the key is not for subdomains"
        return ""

    def _identity_domain(self) -> str:
        return ascii_domain(self.tags.get("i", f"@{self.domain}").rpartition("@")[2])


def read_signature(field: Field, now: float, *, is_arc: bool = False, has_body: bool = True) -> Signature:
    """Read a signature, and look at what needs no key (RFC 6376 section 6.1.1); ``now`` is in seconds since 1970.

    Raises:
        SignatureUnusable: it makes no sense, or it is of a kind that nobody should believe.
    """
    if len(field.octets) > _MOST_OCTETS:
        raise SignatureUnusable("neutral", f"a field of {len(field.octets):,} octets")
    try:
        tags = read_tags(field.value.decode("utf-8"))
    except (UnicodeDecodeError, TagsUnreadable) as error:
        raise SignatureUnusable("neutral", f"it cannot be read: {error}") from None
    needed = ("a", "b", "d", "s", *(("bh", "h") if has_body else ("cv",)), "i" if is_arc else "v")
    for name in needed:
        if not tags.get(name):
            raise SignatureUnusable("neutral", f"{name}= is missing")
    if not is_arc and tags["v"] != "1":
        raise SignatureUnusable("neutral", "another version")
    if "l" in tags:
        # What follows the signed part could be anything, also in the place of what is shown.
        raise SignatureUnusable("policy", "l= leaves the end of the message open")
    algorithm = tags["a"].lower()
    if algorithm == "rsa-sha1":
        raise SignatureUnusable("policy", "rsa-sha1 is not safe (RFC 8301)")
    if algorithm not in _ALGORITHMS:
        raise SignatureUnusable("neutral", "an algorithm that is not known")
    _check_times(tags, now)
    domain, selector = ascii_domain(tags["d"]), ascii_domain(tags["s"])
    if not _DOMAIN.fullmatch(domain) or not _DOMAIN.fullmatch(selector):
        raise SignatureUnusable("neutral", "d= or s= is no name")
    names = _names(tags.get("h", ""))
    if has_body:
        _check_names(names, is_arc=is_arc)
        if not is_arc:
            _check_identity(tags, domain)
        if "dns/txt" not in without_blanks(tags.get("q", "dns/txt")).lower().split(":"):
            raise SignatureUnusable("neutral", "its key is not in DNS")
    elif "h" in tags:
        raise SignatureUnusable("permerror", "a seal has no h= (RFC 8617 section 4.1.3)")
    return Signature(
        field,
        tags,
        _ALGORITHMS[algorithm],
        domain,
        selector,
        _decoded(tags["b"], "b"),
        names,
        _decoded(tags["bh"], "bh") if has_body else None,
        _canonical(tags.get("c", "relaxed/relaxed" if is_arc else "simple/simple")) if has_body else (True, True),
    )


def _names(value: str) -> tuple[bytes, ...]:
    return tuple(name.encode() for name in without_blanks(value).lower().split(":"))


def _check_names(names: tuple[bytes, ...], *, is_arc: bool) -> None:
    if len(names) > _MOST_NAMES:
        raise SignatureUnusable("neutral", f"more than {_MOST_NAMES} names in h=")
    if b"from" not in names:
        raise SignatureUnusable("permerror", "From is not signed")
    if is_arc and b"arc-seal" in names:
        raise SignatureUnusable("permerror", "h= names ARC-Seal (RFC 8617 section 4.1.2)")


def _check_identity(tags: Mapping[str, str], domain: str) -> None:
    identity = ascii_domain(tags.get("i", f"@{domain}").rpartition("@")[2])
    if identity != domain and not identity.endswith(f".{domain}"):
        raise SignatureUnusable("permerror", "i= is not of d=")


def _check_times(tags: Mapping[str, str], now: float) -> None:
    times: dict[str, int] = {}
    for name in ("t", "x"):
        if name in tags:
            if not _NUMBER.fullmatch(tags[name]):
                raise SignatureUnusable("neutral", f"{name}= is no time")
            times[name] = int(tags[name])
    if times.get("t", 0) > now + _CLOCK_SECONDS:
        raise SignatureUnusable("policy", "it was made in the future")
    if "x" in times and (times["x"] < now or times["x"] < times.get("t", 0)):
        raise SignatureUnusable("policy", "it has expired")


def _decoded(value: str, name: str) -> bytes:
    try:
        return base64.b64decode(without_blanks(value), validate=True)
    except (binascii.Error, ValueError):
        raise SignatureUnusable("neutral", f"{name}= is no base64") from None


def _canonical(value: str) -> tuple[bool, bool]:
    header, _, body = value.lower().partition("/")
    if {header, body or "simple"} - {"simple", "relaxed"}:
        raise SignatureUnusable("neutral", "c= is not known")
    return header == "relaxed", body == "relaxed"


def covers_body(signature: Signature, mail: SignedMail) -> bool:
    """Say whether the body is the one that was signed."""
    assert signature.body_hash is not None
    return hmac.compare_digest(signature.body_hash, mail.body_hash(is_relaxed=signature.is_relaxed[1]))


def signed_octets(signature: Signature, fields: Iterable[Field]) -> bytes:
    """Give what was signed of these fields and of the signature's own (RFC 6376 section 3.7)."""
    own = Field(signature.field.name, without_signature(signature.field.octets))
    if signature.is_relaxed[0]:
        return b"".join(field.relaxed + b"\r\n" for field in fields) + own.relaxed
    return b"".join(field.octets for field in fields) + own.octets.removesuffix(b"\r\n")


def without_signature(octets: bytes) -> bytes:
    """Take the value of ``b=`` out of a field, with the blanks around it."""
    name, colon, value = octets.partition(b":")
    line_end = b"\r\n" if value.endswith(b"\r\n") else b""
    tags = value.removesuffix(b"\r\n").split(b";")
    for number, tag in enumerate(tags):
        if tag.partition(b"=")[0].strip(b" \t\r\n") == b"b":
            tags[number] = tag[: tag.index(b"=") + 1]
    return name + colon + b";".join(tags) + line_end
