"""A name server with the domains of the tests of trust, and a verifier that asks it."""

from __future__ import annotations

from collections.abc import Mapping

from msgcore.model import Address
from msgcore.mta.trust.authentication import Authentication
from msgcore.mta.trust.settings import TrustSettings
from msgcore.mta.trust.verifier import Verifier
from msgcore.runtime import BlockingRuntime
from msgcore.runtime.dns import Resolver
from msgcore.wire.smtp.server import Client
from tests.mta.trust.letters import ANN, record
from tests.servers.name_server import NameServer

__all__ = ["CLIENT", "ZONES", "looked_at", "text_of"]

CLIENT = Client("192.0.2.1", "mx.a.test", "EHLO")


def text_of(record: bytes) -> str:
    """Write a text record, cut into strings that are short enough."""
    text = record.decode()
    return "TXT " + " ".join(f'"{text[at : at + 200]}"' for at in range(0, len(text), 200))


_KEY = text_of(record())
ZONES: Mapping[str, str] = {
    "a.test": f"""
        @ TXT "v=spf1 ip4:192.0.2.1 -all"
        mx TXT "v=spf1 a -all"
        mx A 192.0.2.1
        rsa._domainkey {_KEY}
        ed25519._domainkey {text_of(record("ed25519"))}
        test._domainkey {_KEY.replace('"v=DKIM1;', '"v=DKIM1; t=y;', 1)}
        strict._domainkey {_KEY.replace('"v=DKIM1;', '"v=DKIM1; t=s;', 1)}
        revoked._domainkey TXT "v=DKIM1; p="
        _dmarc TXT "v=DMARC1; p=reject; sp=quarantine; np=reject"
        below A 192.0.2.9
        rsa._domainkey.below {_KEY}
    """,
    "strict.test": f"""
        @ TXT "v=spf1 +all"
        sub TXT "v=spf1 +all"
        rsa._domainkey {_KEY}
        _dmarc TXT "v=DMARC1; p=quarantine; adkim=s; aspf=s"
    """,
    "my-bank.test": '_dmarc TXT "v=DMARC1; p=reject; pct=0"',
    "odd.test": """
        @ TXT "v=spf1 ip4:999.1.1.1"
        _dmarc TXT "v=DMARC1; p=reject"
        _dmarc TXT "v=DMARC1; p=none"
    """,
    "wants-reports.test": '_dmarc TXT "v=DMARC1; p=oops; rua=mailto:d@wants-reports.test"',
    "c.test": f"seal._domainkey {_KEY}",
}


def looked_at(
    server: NameServer,
    octets: bytes,
    sender: Address | None = ANN,
    client: Client = CLIENT,
    settings: TrustSettings | None = None,
    *,
    seconds: float = 20,
) -> Authentication:
    """Look at a message with a resolver that knows nothing before."""
    runtime = BlockingRuntime()
    verifier = Verifier(runtime, Resolver(runtime, server.settings), settings or TrustSettings(verifies=True))
    found = runtime.run(verifier.verify(octets, client, sender, runtime.deadline(seconds)))
    assert found is not None, "the header cannot be looked at"
    return found
