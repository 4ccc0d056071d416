"""Mail that is passed on is sealed with what was found of it, and others can follow the chain."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from msgcore.base.text import Secret
from msgcore.errors import SetupError, UsageError
from msgcore.model import Address
from msgcore.mta.trust.settings import DkimKey, TrustSettings
from msgcore.mta.trust.signer import Signer
from tests.mta.trust.letters import ANN, DKIMPY, LETTER, NOW, key, record, signer
from tests.mta.trust.names import ZONES, looked_at
from tests.servers.name_server import NameServer

HOST = "mx.c.test"
TRACE = b"Received: from a.test by mx.c.test; Tue, 01 Jan 2030 12:00:00 +0000\r\n"
BELIEVES = TrustSettings(verifies=True, believes_arc_of=["c.test"])


@pytest.fixture(scope="module")
def server() -> Iterator[NameServer]:
    with NameServer(ZONES) as server:
        yield server


@pytest.fixture(scope="module")
def sealer() -> Signer:
    place = DkimKey("c.test", "seal", Secret(key()[0]))
    return Signer([place], lambda: NOW, Path(), host_name=HOST, seals_as="c.test")


def texts(_: bytes, timeout: float = 5) -> bytes:
    return record()


def passed_on(server: NameServer, sealer: Signer, octets: bytes) -> bytes:
    """Look at a mail, seal it, and send it as a forwarder does, who is no host of the author's domain."""
    return sealer.seal(looked_at(server, octets, settings=BELIEVES).field(HOST) + octets)


def test_a_chain_of_our_seals_is_right_for_another_implementation_and_believed_here(
    server: NameServer, sealer: Signer
) -> None:
    octets = signer().sign(LETTER, ANN)
    for count in (1, 2, 3):
        octets = passed_on(server, sealer, octets)

        found = looked_at(server, octets.replace(b"\r\nHello", b"\r\nHello, list"), settings=BELIEVES)
        assert DKIMPY.arc_verify(octets, dnsfunc=texts)[0] == b"pass"
        assert found.arc.result == "fail"
        assert looked_at(server, octets, settings=BELIEVES).arc.sealers == ("c.test",) * count


def test_what_a_list_changed_is_vouched_for_by_its_seal(server: NameServer, sealer: Signer) -> None:
    """It changes the message between looking and sealing."""
    octets = signer().sign(LETTER, ANN)
    changed = octets.replace(b"Subject:", b"Subject: [list]")

    sealed = sealer.seal(looked_at(server, octets).field(HOST) + changed)

    found = looked_at(server, sealed, Address("SMTP", "list@c.test"), settings=BELIEVES)
    assert (found.dkim[0].result, found.dmarc.result, found.is_vouched) == ("fail", "fail", True)


def test_what_a_content_check_has_marked_is_sealed_with_what_we_found(server: NameServer, sealer: Signer) -> None:
    """Its fields stand above ours; those of others are below the topmost Received field."""
    marks = b"X-Spam-Flag: NO\r\nAuthentication-Results: mx.c.test; arc=none; dmarc=pass; x-by=check\r\n"
    found = looked_at(server, signer().sign(LETTER, ANN)).field(HOST)

    sealed = sealer.seal(marks + found + TRACE + signer().sign(LETTER, ANN))

    assert DKIMPY.arc_verify(sealed, dnsfunc=texts)[0] == b"pass"
    assert b"x-by" not in sealed.partition(b"X-Spam-Flag")[0]


@pytest.mark.parametrize(
    "front",
    [
        b"",
        b"X: y\r\n" + TRACE + b"Authentication-Results: mx.c.test; arc=none\r\n" + TRACE,
        TRACE + b"Authentication-Results: mx.c.test; arc=none\r\n",
        b"Authentication-Results: mx.other.test; dmarc=pass; arc=none\r\n",
        b"X: y\r\nAuthentication-Results: mx.c.test; dmarc=pass; arc=none\r\n",
        b"Authentication-Results: mx.c.test; arc=fail\r\n",
        b"Authentication-Results: mx.c.test; arc=pass\r\n",
        b"Authentication-Results: mx.c.test; arc=none\r\nARC-Seal: i=1; cv=none\r\n",
        b"Authentication-Results: mx.c.test; arc=none\r\nFrom: eve@evil.test\r\n",
    ],
)
def test_what_was_not_looked_at_here_is_not_sealed(sealer: Signer, front: bytes) -> None:
    assert sealer.seal(front + LETTER) == front + LETTER


def test_who_has_no_key_for_it_seals_nothing() -> None:
    octets = b"Authentication-Results: mx.c.test; arc=none\r\n" + LETTER

    assert signer().seal(octets) == octets
    with pytest.raises(UsageError, match=r"seals_as 'b\.test': need the domain"):
        TrustSettings([DkimKey("a.test", "s", "file:x")], seals_as="b.test")
    with pytest.raises(SetupError, match=r"seals_as 'c\.test': need an RSA key"):
        Signer([DkimKey("c.test", "e", Secret(key("ed25519")[0]))], lambda: NOW, Path(), seals_as="c.test")
