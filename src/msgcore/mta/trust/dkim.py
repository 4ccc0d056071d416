"""DKIM signatures of a mail that came in, each by itself (RFC 6376 section 6, RFC 8301, RFC 8463)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from collections.abc import Set as AbstractSet

import attrs

from msgcore.errors import TryAgain
from msgcore.mta.trust.canonical import SignedMail
from msgcore.mta.trust.keys import KeyUnusable, PublicKey, read_public_key
from msgcore.mta.trust.signature import (
    Signature,
    SignatureUnusable,
    covers_body,
    read_signature,
    signed_octets,
)
from msgcore.mta.trust.suffixes import organizational_domain

__all__ = ["AsksForKey", "DkimResult", "check_signature", "verify_dkim"]

_MOST_SIGNATURES = 8
_MOST_KEYS = 4

AsksForKey = Callable[[str], Awaitable[tuple[bytes, ...]]]
"""Asks for the text records of a name; raises ``TryAgain`` when nobody can tell."""


@attrs.frozen
class DkimResult:
    """What became of one signature: ``result`` as RFC 8601 section 2.7.1 calls it, and why."""

    result: str
    reason: str = ""
    domain: str = ""
    selector: str = ""
    algorithm: str = ""
    identity: str = ""
    signature: str = attrs.field(default="", repr=False)
    """The beginning of ``b=``, which tells signatures of one domain apart (RFC 6008)."""
    is_test: bool = False
    """Whether the domain says that it only tests; then its signature counts for nothing."""

    @property
    def is_pass(self) -> bool:
        return self.result == "pass"


async def verify_dkim(
    mail: SignedMail, ask: AsksForKey, now: float, first: AbstractSet[str] = frozenset()
) -> tuple[DkimResult, ...]:
    """Look at every signature, up to a bound; those beyond it are not looked at, and said to be so.

    Keys of the organizations ``first`` are asked for first: the name servers of others could take all the time.
    """
    fields = mail.named(b"dkim-signature")
    results: dict[int, DkimResult] = {}
    signatures: list[tuple[int, Signature]] = []
    for number, field in enumerate(fields[:_MOST_SIGNATURES]):
        try:
            _check_mail(mail)
            signatures.append((number, read_signature(field, now)))
        except SignatureUnusable as error:
            results[number] = DkimResult(error.result, str(error))
    if first:
        signatures.sort(key=lambda one: organizational_domain(one[1].domain) not in first)
    for number, signature in signatures:
        results[number] = await _verified(signature, mail, ask)
    found = [results[number] for number in sorted(results)]
    if len(fields) > len(found):
        found.append(DkimResult("neutral", f"{len(fields) - len(found)} more signatures were not looked at"))
    return tuple(found)


def _check_mail(mail: SignedMail) -> None:
    if not mail.is_readable:
        raise SignatureUnusable("neutral", "the header is not the same for everybody, or too long")
    if len(mail.named(b"from")) != 1:
        # Whoever shows another one than was signed shows what nobody signed (RFC 6376 section 8.15).
        raise SignatureUnusable("policy", "the message has not one From field")


async def _verified(signature: Signature, mail: SignedMail, ask: AsksForKey) -> DkimResult:
    result, reason, key = await check_signature(signature, mail, ask)
    return DkimResult(
        result,
        reason,
        signature.domain,
        signature.selector,
        f"{signature.algorithm}-sha256",
        signature.tags.get("i", ""),
        "".join(signature.tags["b"].split())[:8],
        key is not None and key.is_test,
    )


async def check_signature(
    signature: Signature, mail: SignedMail, ask: AsksForKey, signed: bytes | None = None
) -> tuple[str, str, PublicKey | None]:
    """Look at a signature with its key: give the result, the reason, and the key if there is one.

    ``signed`` is what was signed, where that is not the fields of ``h=``.
    """
    if signature.body_hash is not None and not covers_body(signature, mail):
        return "fail", "the body was changed", None
    try:
        records = await ask(signature.key_name)
    except TryAgain as error:
        return "temperror", f"the key cannot be asked for: {error}", None
    try:
        key = _first_key(records)
    except KeyUnusable as error:
        return "policy" if error.is_policy else "permerror", str(error), None
    unfit = signature.fits(key)
    if unfit:
        return "permerror", unfit, key
    octets = signed_octets(signature, mail.selected(signature.names)) if signed is None else signed
    return ("pass", "", key) if key.verifies(signature.signature, octets) else ("fail", "the signature is wrong", key)


def _first_key(records: tuple[bytes, ...]) -> PublicKey:
    """Read the first record that is a key: there should be one, and texts of other kinds may stand beside it."""
    problem = KeyUnusable("there is no key")
    for record in records[:_MOST_KEYS]:
        try:
            return read_public_key(record)
        except KeyUnusable as error:
            problem = error
    raise problem
