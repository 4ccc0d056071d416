"""ARC: what hosts on the way saw of a message before they changed it, as a chain of seals (RFC 8617)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from collections.abc import Set as AbstractSet

import attrs

from msgcore.mta.trust.canonical import Field, SignedMail
from msgcore.mta.trust.dkim import AsksForKey, check_signature
from msgcore.mta.trust.results_text import read_results
from msgcore.mta.trust.signature import Signature, SignatureUnusable, read_signature, signed_octets

__all__ = ["MOST_SETS", "ArcResult", "ArcSet", "ChainBroken", "sealed_octets", "sets_of", "verify_arc"]

MOST_SETS = 50  # RFC 8617 section 4.2.1
_INSTANCE = re.compile(rb"[ \t\r\n]*i[ \t\r\n]*=[ \t\r\n]*([0-9]{1,2})[ \t\r\n]*(?:;|\Z)")
_ANY_INSTANCE = re.compile(rb"(?:\A|;)[ \t\r\n]*i[ \t\r\n]*=[ \t\r\n]*([0-9]{1,2})[ \t\r\n]*(?:;|\Z)")
_KINDS = (b"arc-authentication-results", b"arc-message-signature", b"arc-seal")


@attrs.frozen
class ArcResult:
    """What came of a chain: ``none``, ``pass`` or ``fail``.

    ``sealers`` are the domains that sealed it, the last one first, and ``said`` what each of them saw.
    """

    result: str
    reason: str = ""
    sealers: tuple[str, ...] = ()
    said: tuple[frozenset[str], ...] = attrs.field(default=(), repr=False)

    def vouches(self, believed: AbstractSet[str]) -> bool:
        """Say whether a host that is believed saw DMARC pass, and everybody who sealed since is believed, too."""
        if self.result != "pass":
            return False
        for sealer, results in zip(self.sealers, self.said, strict=True):
            if sealer not in believed:
                return False
            if "dmarc=pass" in results:
                return True
        return False


ArcSet = tuple[Field, Field, Field]
"""The results, the message signature and the seal of one host."""


class ChainBroken(Exception):
    """The chain is none."""


async def verify_arc(mail: SignedMail, ask: AsksForKey, now: float) -> ArcResult:
    """Look at a chain of seals (RFC 8617 section 5.2): the last message signature, and every seal."""
    try:
        sets = sets_of(mail)
        if not sets:
            return ArcResult("none")
        seals = [_read(one[2], now, has_body=False) for one in sets]
        for number, seal in enumerate(seals):
            if seal.tags["cv"].lower() != ("pass" if number else "none"):
                raise ChainBroken(f"the seal {number + 1} says cv={seal.tags['cv'][:10]}")
        last = _read(sets[-1][1], now, has_body=True)
        await _check(last, mail, ask, None, f"the message signature {len(sets)}")
        for number in range(len(sets), 0, -1):
            await _check(
                seals[number - 1], mail, ask, sealed_octets(sets[:number], seals[number - 1]), f"the seal {number}"
            )
    except (ChainBroken, SignatureUnusable) as error:
        return ArcResult("fail", str(error))
    said = tuple(read_results(_without_instance(one[0]))[1] for one in reversed(sets))
    return ArcResult("pass", "", tuple(seal.domain for seal in reversed(seals)), said)


def sets_of(mail: SignedMail) -> list[ArcSet]:
    """Give the sets by their numbers, each of its three fields."""
    found: dict[tuple[int, bytes], Field] = {}
    for field in mail.fields:
        if field.name in _KINDS:
            number = _number(field)
            if (number, field.name) in found:
                raise ChainBroken(f"two fields of one kind in the set {number}")
            found[number, field.name] = field
    if found and (not mail.is_readable or len(mail.named(b"from")) != 1):
        raise ChainBroken("the header is not the same for everybody")
    count = len(found) // 3
    if count > MOST_SETS or len(found) % 3:
        raise ChainBroken("sets that are not whole, or too many")
    try:
        return [(found[n, _KINDS[0]], found[n, _KINDS[1]], found[n, _KINDS[2]]) for n in range(1, count + 1)]
    except KeyError:
        raise ChainBroken("a set is missing, or not whole") from None


def _number(field: Field) -> int:
    pattern = _INSTANCE.match if field.name == _KINDS[0] else _ANY_INSTANCE.search
    found = pattern(field.value)
    if found is None:
        raise ChainBroken("a field without a number")
    return int(found[1])


def _without_instance(field: Field) -> str:
    return _INSTANCE.sub(b"", field.value, count=1).decode("utf-8", "replace")


def _read(field: Field, now: float, *, has_body: bool) -> Signature:
    return read_signature(field, now, is_arc=True, has_body=has_body)


def sealed_octets(sets: Sequence[ArcSet], seal: Signature) -> bytes:
    """Give what a seal is about: all sets up to its own, each in order, and itself last (section 5.1.1)."""
    fields = [field for one in sets for field in one][:-1]
    return signed_octets(seal, fields)


async def _check(signature: Signature, mail: SignedMail, ask: AsksForKey, signed: bytes | None, what: str) -> None:
    result, reason, _ = await check_signature(signature, mail, ask, signed)
    if result != "pass":
        raise ChainBroken(f"{what}: {reason}")
