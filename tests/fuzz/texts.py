"""Parsers of records, policies, restrictions, settings and archives."""

from __future__ import annotations

import json
import tempfile
from base64 import b64decode
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import dns.exception
import dns.message
import dns.name
import dns.rdatatype
import dns.rrset

from msgcore.base.times import Deadline
from msgcore.errors import (
    ConfigurationError,
    MalformedMessage,
    ProfileError,
    ResolverFailed,
    RestrictionSyntax,
    SecretMissing,
    StoreCorrupt,
    TooComplex,
    UnknownProperty,
    UsageError,
)
from msgcore.model import Address
from msgcore.mta.configuration.reading import read_configuration
from msgcore.mta.listener.submission import read_submission
from msgcore.mta.nexthop.sts import policy_id, read_policy
from msgcore.mta.nexthop.tls_report import report_places
from msgcore.mta.routing.toml_table import read_routes
from msgcore.mta.trust.results_text import read_results
from msgcore.mta.trust.settings import TrustSettings
from msgcore.mta.trust.verifier import Verifier
from msgcore.profile.profile import check_profile
from msgcore.profile.toml import read_profile_text
from msgcore.props.data_form import restriction_from_data
from msgcore.props.search import search
from msgcore.props.text_form import format_restriction, parse_restriction, parse_sort_order
from msgcore.providers.imap.front import read_front, write_front
from msgcore.providers.postoffice.message_file import prepare, read_content
from msgcore.providers.postoffice.names import Entry, FolderMark
from msgcore.runtime.dns import DnsAnswer, DnsKind, DnsSettings, MxRecord
from msgcore.runtime.dns.answers import find, records_of, written
from msgcore.runtime.dns.records import DnsRecord
from msgcore.runtime.dns.validator import Validator
from msgcore.session.probe.certificate import Certificate
from msgcore.spi.store import Incoming
from msgcore.spooler.retrieval.fingerprint import read_header
from msgcore.testing.scripted import ScriptedRuntime
from msgcore.transfer import Maildir, Skipped, open_archive
from msgcore.wire.sasl.binding import server_end_point
from msgcore.wire.smtp.server import Client
from tests.fuzz.codecs import MULTIPART, letter
from tests.fuzz.parser import Parser, lines, parser

__all__ = ["TEXTS"]


def text(read: Callable[[str], object]) -> Callable[[bytes], object]:
    return lambda octets: read(octets.decode("utf-8", "replace"))


class Answers:
    """A resolver that gives each name the same records."""

    def __init__(self, texts: tuple[bytes, ...]) -> None:
        self._texts = texts

    async def ask(self, name: str, kind: DnsKind, deadline: object) -> DnsAnswer:
        found: Mapping[DnsKind, tuple[DnsRecord, ...]] = {
            DnsKind.TXT: self._texts,
            DnsKind.MX: (MxRecord(10, "mx.a.test"),),
            DnsKind.A: ("192.0.2.1",),
        }
        return DnsAnswer(name, kind, found.get(kind, ()), True, False, name, 60)


def verify(octets: bytes) -> None:
    """The first lines, up to an empty one, are the text records of every name; a message follows."""
    records, _, mail = octets.partition(b"\n\n")
    runtime = ScriptedRuntime([])
    resolver = Answers(tuple(records.split(b"\n")))
    verifier = Verifier(runtime, resolver, TrustSettings(verifies=True))  # type: ignore[arg-type]  # all that is asked of one
    found = runtime.run(verifier.verify(mail, HOST, Address("SMTP", "ann@a.test"), runtime.deadline(60)))
    assert found is None or found.field("mx.b.test").isascii()


def read_answer(octets: bytes) -> None:
    try:
        message = dns.message.from_wire(octets)
    except dns.exception.DNSException:  # as where answers are taken
        return
    for kind in DnsKind:
        found = find(message, NAME, dns.rdatatype.from_text(kind))
        for record in records_of(found.rrset):
            written(record)


class Recorded:
    """A name server whose answers stand one behind the other, as over TCP; to other questions it has none."""

    def __init__(self, octets: bytes) -> None:
        self._answers: dict[object, dns.message.Message] = {}
        while len(octets) > 2:
            size = 2 + int.from_bytes(octets[:2], "big")
            with suppress(dns.exception.DNSException):  # as where answers are taken
                answer = dns.message.from_wire(octets[2:size])
                for question in answer.question:
                    self._answers.setdefault((question.name.canonicalize(), question.rdtype), answer)
            octets = octets[size:]

    async def ask(self, name: dns.name.Name, kind: dns.rdatatype.RdataType, deadline: Deadline) -> dns.message.Message:
        if (name.canonicalize(), kind) not in self._answers:
            raise ResolverFailed("no answer")
        return self._answers[name.canonicalize(), kind]


def prove(octets: bytes) -> None:
    """Have names proved in a zone that was signed once, with NSEC and with NSEC3, until 2036."""
    runtime = ScriptedRuntime()
    recorded = Recorded(octets)
    validator = Validator(runtime, recorded, DnsSettings(trust_anchors=SEEDS / "anchors"))  # type: ignore[arg-type]  # all that is asked of one

    async def look(name: dns.name.Name, kind: dns.rdatatype.RdataType) -> None:
        answer = await recorded.ask(name, kind, runtime.deadline(60))
        await validator.check(answer, find(answer, name, kind), kind, runtime.deadline(60))

    for name, kind in (("a", "MX"), ("no.a", "A"), ("y.w.a", "TXT"), ("c.a", "A")):
        runtime.run(look(dns.name.from_text(f"{name}.test."), dns.rdatatype.from_text(kind)))


def restriction_of_json(octets: bytes) -> None:
    try:
        data = json.loads(octets)
    except (ValueError, RecursionError):
        return
    restriction_from_data(data)


def restriction_of_text(octets: bytes) -> None:
    said = octets.decode("utf-8", "replace")
    restriction = parse_restriction(said)
    assert parse_restriction(format_restriction(restriction)) == restriction


def read_archive(octets: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "archive"
        file.write_bytes(octets)
        archive = open_archive(file)
        for entry in archive.entries():
            assert isinstance(entry, Skipped) or entry.position_octets <= archive.total_octets


def read_names(said: str) -> None:
    """Each line is the name of a file: in a post office, and in a Maildir."""
    for name in said.split("\n"):
        Entry.parse(name)
        FolderMark.parse(name)
    with tempfile.TemporaryDirectory() as folder:
        for name in set(said.replace("/", "").replace("\0", "").split("\n")) - {"", ".", ".."}:
            file = Path(folder, "cur", name)
            file.parent.mkdir(exist_ok=True)
            with suppress(OSError):  # no system has such a file
                file.write_bytes(b"Subject: x\n\n")
        list(Maildir(Path(folder)).entries())


SEEDS = Path(__file__).parent / "seeds"
HOST = Client("192.0.2.1", "client.a.test")
NAME = dns.name.from_text("a.test.")


KEY = (
    b"v=DKIM1; k=ed25519; p=Gb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\nv=spf1 a mx ip4:192.0.2.0/24 include:b.test"
    b" exists:%{i}.b.test redirect=c.test -all\nv=DMARC1; p=quarantine; sp=none; adkim=s; pct=50; rua=mailto:b@b.t\n\n"
)
SIGNED = KEY + (
    lines("""\
ARC-Seal: i=1; a=ed25519-sha256; cv=none; d=a.test; s=k; t=1893456000; b=AAAA
ARC-Message-Signature: i=1; a=ed25519-sha256; d=a.test; s=k; h=from; bh=AAAA; b=AAAA
ARC-Authentication-Results: i=1; mx.a.test; spf=pass
DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/simple; d=a.test; s=k; h=from:to; l=5; x=1893456000;
 i=@a.test; bh=g3zLYH4xKxcPrHOD18z9YfpQcnk/GaJedfustWU5uGs=; b=AA
 AA
From: Ann <ann@a.test>
To: b@b.test

Hello \x09 there

""")
)
ROUTES = b"""policy = "least_cost"

[[connectors]]
name = "internet"
gateway = "smtp"
spaces = [{ type = "SMTP", pattern = "*" }, { type = "SMTP", pattern = "*@*.b.test", cost = 5 }]
max_size_octets = 100_000
only_from = ["*@a.test"]
priorities = [-9, 4]
"""
CONFIGURATION = b"""[organization]
url = "sqlite:///mail.db"

[node]
host_name = "mx.a.test"
retry = { shortest = "5m", longest = "4h" }

[[listen]]
port = 2525
host = "127.0.0.1"
may_relay = ["10.1.0.0/16"]
"""
PROFILE = b"""transport_order = ["out"]

[[services]]
service = "smtp"
name = "out"
url = "smtp://mx.b.test"
user = "ann"
password = "env:SECRET"

[[services]]
service = "personal-folders"
path = 'mail.db'
"""
CERTIFICATE = b64decode(
    "MIIBLjCB1aADAgECAgEHMAoGCCqGSM49BAMCMBQxEjAQBgNVBAMMCW14LmEudGVzdDAeFw0zMDAxMDEwMDAwMDBaFw0zMTAxMDEwMDAwMDBaMB"
    "QxEjAQBgNVBAMMCW14LmEudGVzdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABC93XCQIg0jhtCZogh1AikCKuEHybj6/06wHoT6KpzY1Fhar"
    "cGG8nCdv0onU5HkZPC4A9iZHAV91DGs0z/sBdKijGDAWMBQGA1UdEQQNMAuCCW14LmEudGVzdDAKBggqhkjOPQQDAgNIADBFAiEAk5Bp8sH4WF"
    "FV5SryP82ZB/sv+yOAGbKB+jDmG6AQRaoCIBLhsPiGRXcT7qQBzn8HcnCC7SdMX5Qop8kR7ceEJQnf"
)
FILE_NAMES = b"m.0000000000000007.0123456789abcdef0123456789abcdef.0.0.1.0\n1893456000.M1P2.host:2,FRS"
POLICY = b"version: STSv1\r\nmode: enforce\r\nmx: *.b.test\r\nmax_age: 86400\r\n"
MBOX = (
    b"From ann@a.test Mon Dec 31 23:00:00 2029\nSubject: x\nStatus: RO\nX-Status: AF\nContent-Length: 6\n\nHello\n\n"
    b"From MAILER-DAEMON Mon Dec 31 23:00:00 2029 -0500\nSubject: y\n\n>From me\n>>From you\n\n"
)
RESTRICTION = (
    b'(subject:contains("x*y", ignore_case) and not size > 10kb) or received >= 2029-12-31T23:00:00Z or any recipient('
    b'PidTagRecipientType = 1) or flags:has_any_bit(0x1) or body:exists() or 0x0037001F != "x" or body:has_words("a b")'
    b' or first 3 of (header("X-A"):is_in(("a", "b"))) or annotated(anr("x"), subject = "y") or size:value_size > 3'
)
DATA = (
    b'{"and": [{"property": "subject", "content": "prefix", "value": "x", "ignore_case": true}, {"not": {"property": '
    b'"size", "relation": ">", "value": {"int": "0x20000000000000"}}}, {"any": "recipient", "where": '
    b'{"property": "PidTagRecipientType", "any_bit": 1}}, {"first": 3, "where": {"anr": "x"}}]}'
)


def dns_answer(*records: str) -> Callable[[], bytes]:
    def made() -> bytes:
        answer = dns.message.make_response(dns.message.make_query(NAME, "MX", id=7))
        for record in records:
            name, ttl, _, kind, data = record.split(" ", 4)
            answer.answer.append(dns.rrset.from_text(name, int(ttl), "IN", kind, data))
        return answer.to_wire()

    return made


def post_office_file() -> bytes:
    return b"".join(prepare(Incoming(letter()), datetime(2030, 1, 1, tzinfo=UTC)).chunks)


TEXTS: Mapping[str, Parser] = {
    "signed-mail": parser(verify, SIGNED, lambda: KEY + MULTIPART),
    "authentication-results": parser(
        text(read_results), b'mx.a.test; (c) spf=pass smtp.mailfrom=a.test; dkim=fail (x) header.d="b.test"; none'
    ),
    "dns-answer": parser(
        read_answer,
        dns_answer("a.test. 60 IN CNAME b.test.", "b.test. 60 IN MX 10 mx.b.test.", "mx.b.test. 60 IN A 192.0.2.1"),
        dns_answer('a.test. 60 IN TXT "v=spf1" "-all"', "a.test. 60 IN TLSA 3 1 1 " + 64 * "0"),
        dns_answer("a.test. 60 IN AAAA 2001:db8::1", "a.test. 60 IN PTR b.test."),
        raises=ResolverFailed,
    ),
    "dnssec": parser(
        prove,
        (SEEDS / "dnssec-nsec").read_bytes(),
        (SEEDS / "dnssec-nsec3").read_bytes(),
        raises=ResolverFailed,
    ),
    "mta-sts-policy": parser(read_policy, POLICY, raises=MalformedMessage),
    "mta-sts-record": parser(lambda octets: policy_id(octets.split(b"\n")), b"v=STSv1; id=20290101T000000;\nx"),
    "tls-rpt-record": parser(
        lambda octets: report_places(octets.split(b"\n")),
        b"v=TLSRPTv1; rua=mailto:b%2Bc@b.test,https://b.test/r?x=1",
    ),
    "certificate": parser(Certificate.parse, CERTIFICATE, raises=MalformedMessage),
    "certificate-for-binding": parser(server_end_point, CERTIFICATE),
    "file-names": parser(text(read_names), FILE_NAMES),
    "header-at-a-server": parser(read_header, MULTIPART),
    "submission": parser(read_submission, MULTIPART, b"From a\nFrom: a@a.test, b@b.test\nSender: c@c.test\n\nx"),
    "restriction-text": parser(
        restriction_of_text,
        RESTRICTION,
        raises=(RestrictionSyntax, UnknownProperty, TooComplex),
    ),
    "restriction-data": parser(restriction_of_json, DATA, raises=(RestrictionSyntax, UnknownProperty, TooComplex)),
    "sort-order": parser(
        text(parse_sort_order),
        b"received desc, subject asc, 0x0037001F",
        raises=(RestrictionSyntax, UnknownProperty, TooComplex),
    ),
    "search": parser(text(search), b'from:ann "a phrase" -not subject:(x OR y) size:>10kb', raises=UsageError),
    "routes": parser(text(read_routes), ROUTES, raises=UsageError),
    "configuration": parser(
        text(lambda said: read_configuration(said, Path("mta.toml"), with_routes=False)),
        CONFIGURATION,
        raises=(ConfigurationError, UsageError, SecretMissing),
    ),
    "profile": parser(
        text(lambda said: check_profile(read_profile_text(said, Path("p.toml")), Path("p.toml"))),
        PROFILE,
        raises=ProfileError,
    ),
    "archive": parser(read_archive, MBOX, MULTIPART, raises=(MalformedMessage, UsageError), corpus="mbox/**/*"),
    "front-of-an-imap-letter": parser(read_front, lambda: write_front(MULTIPART, "ab", "[]") + MULTIPART),
    "post-office-file": parser(
        lambda octets: read_content(octets, "x").message(), post_office_file, raises=StoreCorrupt
    ),
}
