"""TLS servers checked by their TLSA records (RFC 7671, 7672), over both kinds of streams."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from concurrent.futures import Future
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from hashlib import sha256, sha512
from pathlib import Path

import attrs
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from msgcore.errors import NameNotResolved, TlsFailed
from msgcore.runtime import Endpoint, Runtime, TlsaRecord, TlsFacts, TlsSettings
from msgcore.runtime.dial import Address
from msgcore.runtime.tls_dane import Mismatch, matching
from msgcore.testing.modes import Mode
from tests.runtime.peers import PATIENCE_SECONDS, loopback, over_tls, peer, wait_for_end
from tests.runtime.test_tls_server import echo, of, serving, visit
from tests.servers import KeyPair

NOW = datetime.now(UTC)
HOST = "mx.a.test"


@attrs.frozen
class Issued:
    """A certificate, its key and those above it."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey
    above: tuple[x509.Certificate, ...] = ()

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.DER)

    @property
    def public_key(self) -> bytes:
        public = self.certificate.public_key()
        return public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)

    @property
    def chain(self) -> list[bytes]:
        return [one.public_bytes(serialization.Encoding.DER) for one in (self.certificate, *self.above)]

    def write(self, directory: Path) -> KeyPair:
        pair = KeyPair(directory / "chain.pem", directory / "key.pem")
        pem = serialization.Encoding.PEM
        pair.certificate.write_bytes(b"".join(one.public_bytes(pem) for one in (self.certificate, *self.above)))
        plain = serialization.NoEncryption()
        pair.key.write_bytes(self.key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain))
        return pair


def issue(name: str, issuer: Issued | None = None, *, is_authority: bool = False, days: int = 30) -> Issued:
    """Make a certificate that is good for so many days, or was until so many days ago."""
    key = ec.generate_private_key(ec.SECP256R1())
    signer = key if issuer is None else issuer.key
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    usage = dict.fromkeys(
        (
            "content_commitment",
            "key_encipherment",
            "data_encipherment",
            "key_agreement",
            "encipher_only",
            "decipher_only",
        ),
        False,
    )
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject if issuer is None else issuer.certificate.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW - timedelta(days=100))
        .not_valid_after(NOW + timedelta(days=days))
        .add_extension(x509.BasicConstraints(is_authority, None), critical=True)
        .add_extension(
            x509.KeyUsage(
                digital_signature=not is_authority, key_cert_sign=is_authority, crl_sign=is_authority, **usage
            ),
            critical=True,
        )
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
    )
    if not is_authority:
        builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
    above = () if issuer is None else (issuer.certificate, *issuer.above)
    return Issued(builder.sign(signer, hashes.SHA256()), key, above)


ROOT = issue("root", is_authority=True)
MIDDLE = issue("middle", ROOT, is_authority=True)
SERVER = issue(HOST, MIDDLE)
EXPIRED = issue(HOST, MIDDLE, days=-3)
OTHER = issue("mx.b.test", MIDDLE)
STRANGER = issue("stranger", is_authority=True)


def tlsa(usage: int, selector: int, digest: int, issued: Issued) -> TlsaRecord:
    shown = issued.public_key if selector else issued.der
    data = shown if digest == 0 else (sha256 if digest == 1 else sha512)(shown).digest()
    return TlsaRecord(usage, selector, digest, data)


def check(issued: Issued, *records: TlsaRecord, names: Sequence[str] = (HOST,)) -> TlsaRecord | None:
    return matching(records, issued.chain, names, NOW)


@pytest.mark.parametrize("digest", [0, 1, 2])
@pytest.mark.parametrize("selector", [0, 1])
@pytest.mark.parametrize(("usage", "issued"), [(3, SERVER), (2, MIDDLE), (2, ROOT)])
def test_any_way_to_name_a_certificate_matches_it_and_no_other(
    usage: int, selector: int, digest: int, issued: Issued
) -> None:
    record = tlsa(usage, selector, digest, issued)
    assert check(SERVER, record) == record
    with pytest.raises(Mismatch):
        check(SERVER, tlsa(usage, selector, digest, STRANGER))


@pytest.mark.parametrize("issued", [EXPIRED, OTHER])
def test_usage_3_looks_neither_at_names_nor_at_dates(issued: Issued) -> None:
    record = tlsa(3, 1, 1, issued)
    assert check(issued, record) == record


@pytest.mark.parametrize("issued", [EXPIRED, OTHER])
def test_usage_2_looks_at_names_and_dates(issued: Issued) -> None:
    with pytest.raises(Mismatch, match=f"whom the TLSA records name, but: {HOST}: "):
        check(issued, tlsa(2, 0, 1, ROOT))


def test_one_of_the_names_is_enough_for_usage_2() -> None:
    assert check(OTHER, tlsa(2, 0, 1, ROOT), names=(HOST, "mx.b.test")) is not None


def test_an_authority_that_is_shown_and_made_nothing_counts_for_nothing() -> None:
    """Anybody can show the certificate of somebody's authority behind his own."""
    forged = attrs.evolve(issue(HOST, STRANGER), above=(ROOT.certificate, STRANGER.certificate))
    with pytest.raises(Mismatch, match="but: "):
        check(forged, tlsa(2, 1, 1, ROOT))


def test_a_server_that_names_itself_an_authority_is_none() -> None:
    with pytest.raises(Mismatch):
        check(SERVER, tlsa(2, 1, 1, SERVER))


def test_a_record_that_holds_no_certificate_harms_no_other() -> None:
    broken = TlsaRecord(2, 0, 0, b"x")
    assert check(SERVER, broken, tlsa(2, 1, 1, ROOT)) == tlsa(2, 1, 1, ROOT)
    with pytest.raises(Mismatch):
        check(SERVER, broken)


def test_a_certificate_of_a_version_that_there_is_not_is_no_match() -> None:
    authority = issue("authority", is_authority=True)
    own = issue(HOST, authority)
    strange = own.der.replace(b"\xa0\x03\x02\x01\x02", b"\xa0\x03\x02\x01\x03", 1)
    with pytest.raises(Mismatch, match="cannot be read"):
        matching([tlsa(2, 0, 1, authority)], [strange, authority.der], [HOST], NOW)


def test_an_authority_in_a_record_need_not_be_shown() -> None:
    record = tlsa(2, 0, 0, ROOT)
    assert check(attrs.evolve(SERVER, above=(MIDDLE.certificate,)), record) == record


UNUSABLE = [
    TlsaRecord(0, 0, 1, bytes(32)),
    TlsaRecord(1, 1, 1, bytes(32)),
    TlsaRecord(3, 2, 1, bytes(32)),
    TlsaRecord(3, 1, 3, bytes(32)),
    TlsaRecord(3, 1, 1, bytes(31)),
    TlsaRecord(3, 1, 2, bytes(32)),
    TlsaRecord(3, 1, 0, b""),
    TlsaRecord(255, 0, 0, b"x"),
]


def test_records_that_cannot_be_used_are_left_out() -> None:
    assert check(SERVER, *UNUSABLE) is None
    assert check(SERVER, *UNUSABLE, tlsa(3, 1, 1, SERVER)) == tlsa(3, 1, 1, SERVER)
    with pytest.raises(Mismatch):
        check(SERVER, *UNUSABLE, tlsa(3, 1, 1, OTHER))


def test_a_weaker_digest_does_not_count_beside_a_stronger_one() -> None:
    with pytest.raises(Mismatch):
        check(SERVER, tlsa(3, 1, 1, SERVER), tlsa(3, 1, 2, OTHER))
    assert check(SERVER, tlsa(3, 1, 1, SERVER), tlsa(3, 0, 2, OTHER)) is not None, "of another selector"


RECORDS = st.builds(
    TlsaRecord,
    st.integers(0, 4),
    st.integers(0, 2),
    st.integers(0, 3),
    st.sampled_from(
        [b"", bytes(32), bytes(64), SERVER.public_key, SERVER.der, sha256(MIDDLE.der).digest(), b"\x30\x80"]
    ),
)


@given(st.lists(RECORDS, max_size=4), st.lists(st.sampled_from([SERVER.der, MIDDLE.der, ROOT.der]), max_size=3))
def test_no_records_and_chains_do_anything_but_match_or_not(records: list[TlsaRecord], chain: list[bytes]) -> None:
    try:
        found = matching(records, chain, [HOST], NOW)
    except Mismatch:
        assert any(record.is_usable for record in records)
    else:
        assert found is None or (found in records and found.is_usable)
        assert (found is None) == (not any(record.is_usable for record in records))


# Over connections.


async def _secure(runtime: Runtime, endpoint: Endpoint, settings: TlsSettings) -> TlsFacts:
    stream = await runtime.connect(endpoint, runtime.deadline(PATIENCE_SECONDS), addresses=["127.0.0.1"])
    stream = await stream.start_tls(settings)
    await stream.close()
    assert stream.tls is not None
    return stream.tls


def nobody(host: str, port: int) -> Future[Sequence[Address]]:
    raise NameNotResolved(f"{host} was looked up")


@pytest.mark.parametrize("record", [tlsa(3, 1, 1, SERVER), tlsa(2, 0, 2, ROOT), None])
def test_what_verified_a_server_is_told(mode: Mode, tmp_path: Path, record: TlsaRecord | None) -> None:
    settings = TlsSettings(dane=(record or UNUSABLE[0],))
    with peer(over_tls(SERVER.write(tmp_path), wait_for_end), HOST) as endpoint:
        facts = mode.run(lambda runtime: _secure(runtime, endpoint, settings), nobody)
    assert (facts.is_verified, facts.tlsa) == (record is not None, record)


@pytest.mark.parametrize("record", [tlsa(3, 1, 1, OTHER), tlsa(2, 0, 2, STRANGER)])
def test_a_server_that_is_somebody_else_is_refused(mode: Mode, tmp_path: Path, record: TlsaRecord) -> None:
    settings = TlsSettings(dane=(record,), is_opportunistic=True)

    def serve(connection: socket.socket) -> None:
        with suppress(OSError):
            over_tls(SERVER.write(tmp_path), wait_for_end)(connection)

    with (
        peer(serve, HOST) as endpoint,
        pytest.raises(TlsFailed, match=rf"mx\.a\.test:{endpoint.port}: DANE: the certificate is not what"),
    ):
        mode.run(lambda runtime: _secure(runtime, endpoint, settings), nobody)


def test_no_session_goes_on_where_records_are_to_be_checked(tmp_path: Path) -> None:
    pair = of(SERVER.write(tmp_path))
    matching, other = (TlsSettings(dane=(tlsa(3, 1, 1, issued),)) for issued in (SERVER, OTHER))

    async def main(runtime: Runtime) -> list[TlsFacts]:
        facts = [
            await visit(runtime, endpoint, settings)
            for settings in (TlsSettings(is_opportunistic=True), matching, matching)
        ]
        with pytest.raises(TlsFailed):
            await visit(runtime, endpoint, other)
        return facts

    with serving(echo(pair)) as endpoint:
        facts = Mode.BLOCKING.run(main, loopback)
    assert [(one.is_resumed, one.is_verified) for one in facts] == [(False, False), (False, True), (False, True)]
