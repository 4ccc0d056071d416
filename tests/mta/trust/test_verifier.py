"""Looking at mail that came in: each rule of RFC 6376, 7208, 7489 and 8617 with what comes of it."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from msgcore.model import Address
from msgcore.mta.trust.authentication import Authentication
from msgcore.mta.trust.settings import TrustSettings
from msgcore.mta.trust.verifier import Verifier
from msgcore.runtime import BlockingRuntime
from msgcore.runtime.dns import Resolver
from msgcore.wire.smtp.server import Client
from tests.mta.trust.letters import ANN, DKIMPY, LETTER, bodies, headers, key, signer, verified
from tests.mta.trust.names import CLIENT, ZONES, looked_at
from tests.servers.name_server import NameServer, servfail, silent

STRANGER = Client("198.51.100.7", "else.test", "EHLO")


@pytest.fixture(scope="module")
def server() -> Iterator[NameServer]:
    with NameServer(ZONES) as server:
        yield server


@pytest.fixture(autouse=True)
def clean(server: NameServer) -> None:
    server.faults.clear()
    server.asked.clear()


def sent_by(address: str) -> Address:
    return Address("SMTP", address)


# SPF


@pytest.mark.parametrize(
    ("sender", "client", "result"),
    [
        ("ann@a.test", CLIENT, "pass"),
        ("ann@a.test", STRANGER, "fail"),
        ("ann@A.TEST", Client("::ffff:192.0.2.1", "x", "EHLO"), "pass"),
        ("ann@mx.a.test", CLIENT, "pass"),
        ("ann@c.test", CLIENT, "none"),
        ("ann@nobody.test", CLIENT, "none"),
        ("ann@odd.test", CLIENT, "permerror"),
        ('"x@a.test"@c.test', CLIENT, "none"),
        ("ann@a.test", Client("no address", "mx.a.test", "EHLO"), "none"),
    ],
)
def test_the_return_path_is_looked_at(server: NameServer, sender: str, client: Client, result: str) -> None:
    assert looked_at(server, LETTER, sent_by(sender), client).spf.result == result


def test_without_a_return_path_the_client_has_to_answer_for_its_own_name(server: NameServer) -> None:
    spf = looked_at(server, LETTER, None).spf

    assert (spf.result, spf.identity, spf.domain) == ("pass", "helo", "mx.a.test")


def test_a_client_that_calls_itself_by_an_address_has_no_name_to_look_at(server: NameServer) -> None:
    found = looked_at(server, LETTER, client=Client("192.0.2.1", "[192.0.2.1]", "EHLO"))

    assert (found.spf.result, found.hello) == ("pass", None)


ENDLESS: dict[str, str] = {
    "includes.test": "\n".join(
        ['@ TXT "v=spf1 include:1.includes.test -all"']
        + [f'{n} TXT "v=spf1 include:{n + 1}.includes.test -all"' for n in range(1, 30)]
    ),
    "self.test": '@ TXT "v=spf1 include:self.test -all"',
    "void.test": '@ TXT "v=spf1 a:1.void.test a:2.void.test a:3.void.test a:4.void.test -all"',
    "long.test": "@ TXT " + " ".join(f'"{"v=spf1 " if not n else ""}{"ip4:192.0.2.99 " * 16}"' for n in range(90)),
    "twice.test": '@ TXT "v=spf1 -all"\n@ TXT "v=spf1 +all"',
    "macro.test": '@ TXT "v=spf1 exists:%{i}.%{l}.%{h}.%{p}.x.macro.test -all"',
    "wide.test": '@ TXT "v=spf1 mx -all"\n' + "\n".join(f"@ MX {n} m{n}" for n in range(11)),
}


@pytest.mark.parametrize(
    ("domain", "result", "most"),
    [
        ("includes.test", "permerror", 13),
        ("self.test", "permerror", 3),
        ("void.test", "permerror", 6),
        ("long.test", "permerror", 3),
        ("twice.test", "permerror", 3),
        ("macro.test", "fail", 6),
        ("wide.test", "permerror", 4),
    ],
)
def test_a_policy_that_asks_for_too_much_ends_early(domain: str, result: str, most: int) -> None:
    with NameServer(ENDLESS) as server:
        spf = looked_at(server, LETTER, sent_by(f"ann@{domain}"), Client("192.0.2.1", "", "EHLO")).spf

        assert spf.result == result
        assert len([one for one in server.asked if domain in one or "arpa" in one]) <= most


def test_who_cannot_be_asked_is_a_passing_error_for_all(server: NameServer) -> None:
    server.faults |= dict.fromkeys(["a.test", "rsa._domainkey.a.test", "_dmarc.a.test"], servfail)

    found = looked_at(server, signer().sign(LETTER, ANN))

    assert [found.spf.result, found.dkim[0].result, found.dmarc.result, found.wants] == ["temperror"] * 3 + ["none"]
    assert "sender=unknown" not in found.verdicts


def test_looking_ends_with_its_deadline_whoever_is_silent(server: NameServer) -> None:
    server.faults |= dict.fromkeys(["a.test", "mx.a.test"], silent)

    assert looked_at(server, LETTER, seconds=0.05).spf.result == "temperror"


# DKIM


def resigned(selector: str, *, domain: str = "a.test", letter: bytes = LETTER, **options: Any) -> bytes:
    """Sign as the library does that ours is compared with, which can do what ours never does."""
    pem = key()[0].encode()
    field: bytes = DKIMPY.sign(letter, selector.encode(), domain.encode(), pem, include_headers=[b"from"], **options)
    return field + letter


@pytest.mark.parametrize(
    ("octets", "result", "reason"),
    [
        (resigned("rsa"), "pass", ""),
        (resigned("rsa", canonicalize=(b"simple", b"simple")), "pass", ""),
        (resigned("rsa", canonicalize=(b"simple", b"relaxed")), "pass", ""),
        (resigned("rsa").replace(b"there", b"here"), "fail", "the body was changed"),
        (resigned("rsa").replace(b"From: Ann", b"From: Eve"), "fail", "the signature is wrong"),
        (resigned("rsa", length=True), "policy", "l= leaves the end"),
        (resigned("rsa", signature_algorithm=b"rsa-sha1"), "policy", "rsa-sha1 is not safe"),
        (resigned("nokey"), "permerror", "there is no key"),
        (resigned("revoked"), "permerror", "the key was revoked"),
        (resigned("ed25519"), "permerror", "the key is of ed25519"),
        (resigned("strict", identity=b"@sub.a.test"), "permerror", "the key is not for subdomains"),
        (resigned("rsa").replace(b"i=@a.test", b"i=@b.test"), "permerror", "i= is not of d="),
        (resigned("rsa").replace(b"v=1;", b"v=1; x=1000000000;"), "policy", "it has expired"),
        (resigned("rsa").replace(b"v=1;", b"v=2;"), "neutral", "another version"),
        (resigned("rsa").replace(b"h=from", b"h=to"), "permerror", "From is not signed"),
        (resigned("rsa").replace(b"v=1;", b"v=1; v=1;"), "neutral", "it cannot be read: v= is there twice"),
        (b"From: eve@evil.test\r\n" + resigned("rsa"), "policy", "the message has not one From"),
    ],
)
def test_a_signature_is_judged_by_the_rules(server: NameServer, octets: bytes, result: str, reason: str) -> None:
    (found,) = looked_at(server, octets).dkim

    assert (found.result, found.reason[: len(reason)]) == (result, reason)


def test_a_key_of_768_bits_is_not_believed() -> None:
    small = rsa.generate_private_key(65_537, 1_024).public_key().public_numbers().n >> 256 | 1
    octets = (
        rsa.RSAPublicNumbers(65_537, small).public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    )

    (found,) = verified(
        signer().sign(LETTER, ANN), {"rsa._domainkey.a.test": b"v=DKIM1; p=" + base64.b64encode(octets)}
    )

    assert (found.result, found.reason) == ("policy", "the key has 768 bits")


def test_more_signatures_than_anybody_needs_are_not_all_looked_at(server: NameServer) -> None:
    found = looked_at(server, b"DKIM-Signature: v=1\r\n" * 50 + LETTER)

    assert len(found.dkim) == 9
    assert found.dkim[-1].reason == "42 more signatures were not looked at"


# DMARC


@pytest.mark.parametrize(
    ("author", "sender", "signed_by", "result", "wants"),
    [
        ("ann@a.test", "ann@a.test", "", "pass", "none"),
        ("ann@a.test", "eve@evil.test", "a.test/rsa", "pass", "none"),
        ("ann@a.test", "eve@evil.test", "a.test/test", "fail", "reject"),
        ("ann@a.test", "eve@evil.test", "strict.test/rsa", "fail", "reject"),
        ("ann@below.a.test", "ann@a.test", "", "pass", "none"),
        ("ann@below.a.test", "eve@evil.test", "", "fail", "quarantine"),
        ("ann@nowhere.a.test", "eve@evil.test", "", "fail", "reject"),
        ("ann@strict.test", "ann@strict.test", "", "pass", "none"),
        ("ann@strict.test", "ann@sub.strict.test", "", "fail", "quarantine"),
        ("ann@my-bank.test", "eve@evil.test", "", "fail", "quarantine"),
        ("ann@wants-reports.test", "eve@evil.test", "", "fail", "none"),
        ("ann@odd.test", "eve@evil.test", "", "none", "none"),
        ("ann@c.test", "eve@evil.test", "", "none", "none"),
        ("ann@a.test, eve@evil.test", "ann@a.test", "", "permerror", "none"),
        ("ann@a.test, eve@evil.test", "eve@evil.test", "", "permerror", "reject"),
        ("eve@evil.test, ann@a.test", "eve@evil.test", "", "permerror", "reject"),
        ("ann@a.test\r\nfrom : ann@a.test", "eve@evil.test", "", "permerror", "reject"),
        ("a@1.c.test, b@2.c.test, c@3.c.test, d@4.c.test", "eve@evil.test", "", "permerror", "reject"),
        ("<ann@a.test> <eve@evil.test>", "eve@evil.test", "", "permerror", "reject"),
        ('"<x@b.test>" <ann@a.test> (<c@c.test>)', "ann@a.test", "", "pass", "none"),
        ("MAILER-DAEMON", "ann@a.test", "", "permerror", "none"),
        ("=?utf-8?q?ann=40a=2Etest?=", "ann@a.test", "", "permerror", "none"),
    ],
)
def test_the_domain_of_the_author_decides(
    server: NameServer, author: str, sender: str, signed_by: str, result: str, wants: str
) -> None:
    octets = LETTER.replace(b"Ann <ann@a.test>", author.encode())
    if signed_by:
        domain, _, selector = signed_by.partition("/")
        octets = resigned(selector, domain=domain, letter=octets)

    dmarc = looked_at(server, octets, sent_by(sender)).dmarc

    assert (dmarc.result, dmarc.wants) == (result, wants)


def test_nobody_takes_all_the_questions_from_the_policy_and_from_the_signatures_of_the_author() -> None:
    """Else who sends in another's name would only have to make looking dear: then nobody could tell."""
    wide = {"evil.test": '@ TXT "v=spf1 ' + " ".join(f"mx:{n}.evil.test" for n in range(9)) + ' -all"\n'}
    wide["evil.test"] += "\n".join(f"{n} MX {m} {m}.{n}" for n in range(9) for m in range(9))
    wide["evil.test"] += "\n" + "\n".join(f"{m}.{n} A 192.0.2.200" for n in range(9) for m in range(9))
    letter = LETTER
    for selector in ["else", *map(str, range(6))]:
        field = resigned(selector, domain="a.test" if selector == "else" else "evil.test").partition(b"From:")[0]
        letter = field + letter
    with NameServer({**ZONES, **wide}) as server:
        hello = Client("198.51.100.7", "evil.test", "EHLO")

        by_path = looked_at(server, letter, sent_by("eve@evil.test"), hello, TrustSettings(verifies=True)).dmarc
        found = looked_at(server, letter, sent_by("ann@a.test"), hello, TrustSettings(verifies=True))

    assert (by_path.policy, found.dmarc.wants) == ("reject", "reject")
    assert "sender=unknown" in found.verdicts


@pytest.mark.parametrize(("is_signed", "result"), [(False, "none"), (True, "pass")])
def test_by_lmtp_no_address_is_looked_at_and_so_nothing_fails(server: NameServer, is_signed: bool, result: str) -> None:
    """The client is the server in front, whose address no domain of a sender's knows."""
    octets = signer().sign(LETTER, ANN) if is_signed else LETTER

    found = looked_at(server, octets, client=Client("127.0.0.1", "mx.a.test", "LHLO"))

    assert (found.spf.result, found.hello, found.dmarc.result, found.wants) == ("none", None, result, "none")
    assert "sender=unknown" not in found.verdicts
    assert b'spf=none reason="by LMTP' in found.field("mx.b.test")


@pytest.mark.parametrize(
    "header",
    [
        b"X-Odd: x\nFrom: ann@a.test\r\n",
        b"X-Odd: x\rAuthentication-Results: mx.b.test; dmarc=pass\r\n",
        b"X-Odd: x\n\n",
        b"X-Odd: x\r\n" * 2_001,
        b"X-Odd:" + b" x" * 140_000 + b"\r\n",
        b"From: " + b"a@b.test, " * 2_000 + b"ann@a.test\r\n",
    ],
)
def test_a_header_that_others_read_otherwise_or_that_is_too_large_is_not_looked_at(
    server: NameServer, header: bytes
) -> None:
    runtime = BlockingRuntime()
    verifier = Verifier(runtime, Resolver(runtime, server.settings), TrustSettings(verifies=True))

    assert runtime.run(verifier.verify(header + LETTER, CLIENT, ANN, runtime.deadline(5))) is None


# Verdicts


@pytest.mark.parametrize(
    ("sender", "client", "signed_by", "is_known"),
    [
        ("ann@a.test", CLIENT, "", True),
        ("ann@a.test", STRANGER, "", False),
        ("ann@a.test", STRANGER, "a.test", True),
        ("bob@c.test", CLIENT, "a.test", False),
        ("bob@c.test", CLIENT, "", False),
    ],
)
def test_a_return_path_is_known_if_something_stands_for_itself(
    server: NameServer, sender: str, client: Client, signed_by: str, is_known: bool
) -> None:
    """DMARC is of the author: who signs his own spam must not have its reports sent to anybody he names."""
    octets = resigned("rsa", domain=signed_by) if signed_by else LETTER

    found = looked_at(server, octets, sent_by(sender), client)

    assert ("sender=unknown" not in found.verdicts) is is_known


# ARC


def forwarded(server: NameServer, letter: bytes, seen: bytes, *, count: int = 1) -> bytes:
    """Change a letter and seal it, as a list does, with the library that ours is compared with."""
    octets = letter.replace(b"Subject: ", b"Subject: [list]")
    for _ in range(count):
        host = b"Authentication-Results: mx.c.test; " + seen + b"\r\n"
        lines = DKIMPY.arc_sign(
            host + octets, b"seal", b"c.test", key()[0].encode(), b"mx.c.test", include_headers=[b"from", b"subject"]
        )
        octets, seen = b"".join(lines) + octets, b"arc=pass"
    return octets


LATER = 4e9  # behind the time at which the library signs
BELIEVES = TrustSettings(verifies=True, believes_arc_of=["c.test"])


def arc_of(server: NameServer, octets: bytes, settings: TrustSettings = BELIEVES) -> Authentication:
    return looked_at(server, octets, sent_by("list@c.test"), settings=settings)


@pytest.mark.parametrize(
    ("seen", "settings", "is_vouched"),
    [
        (b"dmarc=pass header.from=a.test", BELIEVES, True),
        (b"dmarc=fail header.from=a.test", BELIEVES, False),
        (b'spf=none reason="; dmarc=pass"', BELIEVES, False),
        (b"spf=none (dmarc=pass)", BELIEVES, False),
        (b"dmarc=pass", TrustSettings(verifies=True), False),
    ],
)
def test_who_is_believed_can_say_what_he_saw(
    server: NameServer, seen: bytes, settings: TrustSettings, is_vouched: bool
) -> None:
    found = arc_of(server, forwarded(server, LETTER, seen), settings)

    assert (found.arc.result, found.arc.sealers) == ("pass", ("c.test",))
    assert (found.is_vouched, found.wants) == (is_vouched, "none" if is_vouched else "reject")


def test_a_chain_of_seals_is_followed_to_its_first(server: NameServer) -> None:
    octets = forwarded(server, LETTER, b"dmarc=pass")
    second = [b"Authentication-Results: mx.c.test; arc=pass\r\n" + octets]
    lines = DKIMPY.arc_sign(
        second[0], b"seal", b"c.test", key()[0].encode(), b"mx.c.test", include_headers=[b"from", b"subject"]
    )

    found = arc_of(server, b"".join(lines) + octets)

    assert (found.arc.result, found.arc.sealers, found.is_vouched) == ("pass", ("c.test", "c.test"), True)


@pytest.mark.parametrize(
    ("pattern", "replacement"),
    [
        (rb"dmarc=none", b"dmarc=pass"),
        (rb"\[list\]", b"[other]"),
        (rb"Hello", b"Hallo"),
        (rb"cv=none", b"cv=pass"),
        (rb"ARC-Seal: i=1", b"ARC-Seal: i=2"),
        (rb"ARC-Seal: [^\0]*?(?=ARC-M)", b""),
        (rb"(?=ARC-Seal)", b"ARC-Seal: i=1; cv=none\r\n"),
        (rb"ARC-Seal: i=1;", b"ARC-Seal: i=1; h=from;"),
        (rb"(?=From: )", b"From: eve@evil.test\r\n"),
    ],
)
def test_a_chain_that_was_touched_fails(server: NameServer, pattern: bytes, replacement: bytes) -> None:
    octets = re.sub(pattern, replacement, forwarded(server, LETTER, b"dmarc=none"), count=1)

    assert arc_of(server, octets).arc.result == "fail"


# Anything


_PIECES = (
    *(b"DKIM-Signature:", b"ARC-Seal: i=1;", b"ARC-Message-Signature: i=1;", b"From: a@a.test", b" b=", b"; h=from"),
    *(b"; d=a.test; s=rsa", b"v=1; a=rsa-sha256", b"\r\n", b"\r\n ", b"bh=AAAA;", b"\n", b"\0", b"=?=;", b"t=9"),
    *(b"ARC-Authentication-Results: i=1; x", b"\xff", b"cv=none;"),
)


@given(st.lists(st.sampled_from(_PIECES), max_size=40).map(b"".join))
def test_no_octets_are_an_error(server: NameServer, octets: bytes) -> None:
    runtime = BlockingRuntime()
    verifier = Verifier(runtime, Resolver(runtime, server.settings), TrustSettings(verifies=True))

    found = runtime.run(verifier.verify(octets, CLIENT, ANN, runtime.deadline(20)))

    assert found is None or found.field("mx.b.test").isascii()


@given(headers, bodies)
def test_what_another_implementation_signs_is_right_here(header: bytes, body: bytes) -> None:
    letter = header + b"From: Ann <ann@a.test>\r\n\r\n" + body

    assert [one.result for one in verified(resigned("rsa", letter=letter), now=LATER)] == ["pass"]


def test_a_long_run_of_blanks_costs_no_more_than_other_octets(server: NameServer) -> None:
    """In time that grows with its square this would take half an hour."""
    body = b" " * 1_000_000 + b"x\r\n" + b"\r\n" * 500_000 + b"y"

    assert [one.result for one in verified(signer().sign(LETTER + body, ANN))] == ["pass"]
