"""Signing mail as it leaves (RFC 6376 section 5), with RSA and Ed25519 (RFC 8463).

A message is signed as it goes on the wire, behind every conversion, and a signature is put in front of it: no octet
that was there changes. A copy that is sent again is signed again from what the queue keeps, and what bears a signature
of a key already, as when it comes back from a list, gets no second one of it.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

import attrs

from msgcore.base.text import Secret
from msgcore.errors import SetupError, TryAgain
from msgcore.model.address import SMTP, Address
from msgcore.mta.trust.arc import MOST_SETS, ArcSet, ChainBroken, sealed_octets, sets_of
from msgcore.mta.trust.authors import author_domain, domain_of
from msgcore.mta.trust.canonical import Field, SignedMail
from msgcore.mta.trust.dkim import AsksForKey
from msgcore.mta.trust.keys import KeyUnusable, PrivateKey, read_private_key, read_public_key
from msgcore.mta.trust.results_text import read_results
from msgcore.mta.trust.settings import DkimKey
from msgcore.mta.trust.signature import Signature, signed_octets
from msgcore.mta.trust.tags import TagsUnreadable, read_tags
from msgcore.spi.secrets import resolve_secret
from msgcore.wire.domain import ascii_domain

__all__ = ["KeyFinding", "Signer"]

# Signed once more than they are there, so that nobody can add one (RFC 6376 section 8.15).
_OVERSIGNED = (
    *(b"From", b"Reply-To", b"Cc", b"Subject", b"In-Reply-To", b"References", b"MIME-Version", b"Content-Type"),
    b"Content-Transfer-Encoding",
)
# The same, if they are there: hosts on the way add these where they are missing (RFC 6409 section 8).
_OFTEN_ADDED = (b"Sender", b"To", b"Date", b"Message-ID")
_SIGNED = (
    *(b"Content-ID", b"Content-Description", b"Resent-Date", b"Resent-From", b"Resent-Sender", b"Resent-To"),
    *(b"Resent-Cc", b"Resent-Message-ID", b"List-Id", b"List-Help", b"List-Unsubscribe", b"List-Unsubscribe-Post"),
    *(b"List-Subscribe", b"List-Post", b"List-Owner", b"List-Archive", b"Auto-Submitted"),
)
_LONGEST_LINE = 76


@attrs.frozen
class KeyFinding:
    """What is wrong with a key that mail is to be signed with; ``is_temporary`` when nobody could tell."""

    name: str
    text: str
    is_temporary: bool = False

    def __str__(self) -> str:
        return f"{self.name}: {self.text}"


@attrs.frozen
class _Own:
    place: DkimKey
    key: PrivateKey


class Signer:
    """Signs for the domains of its keys; may be used by any thread."""

    def __init__(
        self,
        keys: Sequence[DkimKey],
        now: Callable[[], datetime],
        folder: Path,
        *,
        host_name: str = "",
        seals_as: str = "",
    ) -> None:
        """Read the keys; ``file:`` references are relative to ``folder``.

        What is passed on is sealed in the name of the domain ``seals_as``, with what ``host_name`` saw of it.

        Raises:
            SecretMissing, SetupError: a key is not there, or is none, or not what seals.
            MissingExtra: the extra ``dkim`` is not installed.
        """
        self._now = now
        self._host_name, self._seals_as = host_name.lower(), seals_as
        self._keys: dict[str, list[_Own]] = {}
        read: dict[str, PrivateKey] = {}  # checking an RSA key takes a tenth of a second, and domains may share one
        for place in keys:
            secret = place.key if isinstance(place.key, Secret) else resolve_secret(place.key, folder)
            text = secret.reveal()
            if text not in read:
                read[text] = read_private_key(secret, place.name)
            self._keys.setdefault(place.domain, []).append(_Own(place, read[text]))
        if seals_as and self._sealing() is None:
            raise SetupError(f"seals_as {seals_as!r}: need an RSA key of that domain")

    @property
    def domains(self) -> frozenset[str]:
        return frozenset(self._keys)

    def sign(self, octets: bytes, sender: Address | None) -> bytes:
        """Put signatures in front of a mail whose author is at a domain of ours, and which we send in our own name.

        In our own name is what has a return path at a domain of ours, or none: of anybody else's mail that only passes
        through nothing is said. All else comes back as it is. Takes time for a large one.
        """
        if not self._keys or not self._is_ours(sender):
            return octets
        mail = SignedMail(octets)
        domain = author_domain(mail)
        found = self._keys_for(domain)
        there = _signed_by(mail) if found else set[tuple[str, str]]()
        fields = [
            self._field(one, mail)
            for one in found
            if (one.place.domain, one.place.selector) not in there and mail.is_readable
        ]
        return b"".join(fields) + octets

    def _sealing(self) -> _Own | None:
        return next((one for one in self._keys.get(self._seals_as, ()) if one.key.algorithm == "rsa"), None)

    def seal(self, octets: bytes) -> bytes:
        """Seal a mail that is passed on with what was found of it here (ARC, RFC 8617 section 5.1).

        A mail that was not looked at here, or whose chain is broken already, stays as it is.
        """
        own = self._sealing()
        if own is None:
            return octets
        mail = SignedMail(octets)
        if not mail.is_readable or not mail.fields or len(mail.named(b"from")) != 1:
            return octets
        found = _what_was_found(mail)
        host, results = read_results(found.value.decode("utf-8", "replace"))
        if found.name != b"authentication-results" or host != self._host_name or "arc=fail" in results:
            return octets
        try:
            before = sets_of(mail)
        except ChainBroken:
            return octets
        if len(before) >= MOST_SETS or bool(before) != ("arc=pass" in results):
            return octets
        return b"".join(field.octets for field in reversed(self._set(own, mail, before))) + octets

    def _set(self, own: _Own, mail: SignedMail, before: Sequence[ArcSet]) -> ArcSet:
        number = len(before) + 1
        said = _what_was_found(mail).value.strip(b" ")
        results = Field(b"arc-authentication-results", b"ARC-Authentication-Results: i=%d; " % number + said)
        names = _names_to_sign(mail) + ["DKIM-Signature"] * len(mail.named(b"dkim-signature"))
        common = f"a={own.key.name}; d={own.place.domain}; s={own.place.selector};"
        at = f"t={int(self._now().timestamp())};"
        body = f"bh={base64.b64encode(mail.body_hash(is_relaxed=True)).decode()};"
        lines = [f"i={number}; c=relaxed/relaxed; {common}", at, *_folded("h=", ":".join(names), ":", ";"), body]
        selected = mail.selected([name.lower().encode() for name in names])
        message = self._signed(own, "ARC-Message-Signature", lines, lambda said: signed_octets(said, selected))
        lines = [f"i={number}; cv={'pass' if before else 'none'}; {common}", at]
        seal = self._signed(
            own,
            "ARC-Seal",
            lines,
            lambda said: sealed_octets([*before, (results, message, said.field)], said),
        )
        return results, message, seal

    def _is_ours(self, sender: Address | None) -> bool:
        if sender is None or not sender.email_address:
            return True
        return sender.address_type != SMTP or bool(self._keys_for(domain_of(sender)))

    def _keys_for(self, domain: str) -> list[_Own]:
        """Give the keys of a domain, else of the nearest one above it."""
        while domain:
            if domain in self._keys:
                return self._keys[domain]
            domain = domain.partition(".")[2]
        return []

    def _field(self, own: _Own, mail: SignedMail) -> bytes:
        names = _names_to_sign(mail)
        lines = [
            f"v=1; a={own.key.name}; c=relaxed/relaxed; d={own.place.domain}; s={own.place.selector};",
            f"t={int(self._now().timestamp())};",
            *_folded("h=", ":".join(names), ":", ";"),
            f"bh={base64.b64encode(mail.body_hash(is_relaxed=True)).decode()};",
        ]
        selected = mail.selected([name.lower().encode() for name in names])
        return self._signed(own, "DKIM-Signature", lines, lambda said: signed_octets(said, selected)).octets

    def _signed(self, own: _Own, name: str, lines: Sequence[str], covers: Callable[[Signature], bytes]) -> Field:
        """Make a field of these lines and of the signature of what it ``covers``, which knows the field without it."""
        unsigned = f"{name}: " + "\r\n\t".join([*lines, "b="])
        field = Field(name.lower().encode(), f"{unsigned}\r\n".encode())
        said = Signature(field, {}, own.key.algorithm, own.place.domain, own.place.selector, b"")
        signature = base64.b64encode(own.key.sign(covers(said))).decode()
        cut = [signature[at : at + _LONGEST_LINE - 4] for at in range(0, len(signature), _LONGEST_LINE - 4)]
        return attrs.evolve(field, octets=(unsigned + "\r\n\t ".join(cut) + "\r\n").encode())

    async def check(self, ask: AsksForKey) -> tuple[KeyFinding, ...]:
        """Ask DNS whether each key is published as it is; nothing found is ``()``."""
        findings: list[KeyFinding] = []
        for own in (one for keys in self._keys.values() for one in keys):
            try:
                records = await ask(own.place.name)
            except TryAgain as error:
                findings.append(KeyFinding(own.place.name, f"cannot be asked for: {error}", is_temporary=True))
                continue
            problem = _problem_of(own.key, records)
            if problem:
                findings.append(KeyFinding(own.place.name, f"{problem}; publish {own.key.record()!r}"))
        return tuple(findings)


def _problem_of(key: PrivateKey, records: Sequence[bytes]) -> str:
    if not records:
        return "no key is published"
    try:
        published = read_public_key(records[0])
    except KeyUnusable as error:
        return str(error)
    probe = b"Is this key the other half?"
    is_same = published.algorithm == key.algorithm and published.verifies(key.sign(probe), probe)
    return "" if is_same else "another key is published"


def _what_was_found(mail: SignedMail) -> Field:
    """Give the field right above our Received field, which is the topmost; content checks may mark a mail above it."""
    received = next((number for number, one in enumerate(mail.fields) if one.name == b"received"), 0)
    return mail.fields[max(received - 1, 0)]


def _names_to_sign(mail: SignedMail) -> list[str]:
    """List the names of ``h=``: each as often as it is there, and once more where none may be added."""
    count: dict[bytes, int] = {}
    for field in mail.fields:
        count[field.name] = count.get(field.name, 0) + 1
    names: list[str] = []
    for name in _OVERSIGNED:
        names += [name.decode()] * (count.get(name.lower(), 0) + 1)
    for name in _OFTEN_ADDED:
        names += [name.decode()] * (count[name.lower()] + 1 if name.lower() in count else 0)
    for name in _SIGNED:
        names += [name.decode()] * count.get(name.lower(), 0)
    return names


def _signed_by(mail: SignedMail) -> set[tuple[str, str]]:
    """Say which keys the signatures that are there name, whether they are right or not."""
    found: set[tuple[str, str]] = set()
    for field in mail.named(b"dkim-signature"):
        try:
            tags = read_tags(field.value.decode("utf-8", "replace"))
        except TagsUnreadable:
            continue
        found.add((ascii_domain(tags.get("d", "")), ascii_domain(tags.get("s", ""))))
    return found


def _folded(start: str, text: str, separator: str, end: str) -> list[str]:
    """Cut a list to lines that are not too long, behind its separators."""
    lines: list[str] = []
    line = start
    for number, piece in enumerate(text.split(separator)):
        more = separator + piece if number else piece
        if len(line) + len(more) > _LONGEST_LINE:
            lines.append(line + separator)
            line = piece
        else:
            line += more
    return [*lines, line + end]
