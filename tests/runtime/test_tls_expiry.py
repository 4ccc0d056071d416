"""From when until when a server's certificate is good."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from msgcore.errors import TlsFailed
from msgcore.runtime import TlsServerSettings
from msgcore.runtime.tls_expiry import Validity, certificate_validity
from tests.servers import Authority

NOW = datetime.now(UTC).replace(microsecond=0)
DAY = timedelta(days=1)


def pair(folder: Path, start: datetime, end: datetime) -> TlsServerSettings:
    """Make a certificate that nobody but itself vouches for."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mx.a.test")])
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(end)
        .sign(key, hashes.SHA256())
    )
    file, key_file = folder / "mx.pem", folder / "mx.key"
    file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return TlsServerSettings(file, key_file)


@pytest.mark.parametrize("days", [(-1, 1), (-2, -1), (1, 2)])
def test_a_certificate_says_when_it_begins_and_ends_whether_it_is_valid_now_or_not(
    tmp_path: Path, days: tuple[int, int]
) -> None:
    start, end = (NOW + one * DAY for one in days)

    assert certificate_validity(pair(tmp_path, start, end)) == Validity(start, end)


def test_one_of_an_authority_says_so_too_and_clients_may_be_asked_for_theirs() -> None:
    with Authority() as authority:
        settings = TlsServerSettings(authority.server.certificate, authority.server.key, authority.ca_file)
        assert NOW + 29 * DAY < certificate_validity(settings).end < NOW + 31 * DAY


@pytest.mark.parametrize(
    ("host", "is_for"),
    [("MX.a.test.", True), ("in.b.test", True), ("a.in.b.test", False), ("b.test", False), ("mx.c.test", False)],
)
def test_it_says_for_which_hosts_it_is(host: str, is_for: bool) -> None:
    assert Validity(NOW, NOW, ("mx.a.test", "*.b.test")).is_for(host) is is_for


def test_a_key_of_another_certificate_is_refused(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    mine, other = pair(tmp_path, NOW - DAY, NOW + DAY), pair(tmp_path / "other", NOW - DAY, NOW + DAY)
    with pytest.raises(TlsFailed, match="cannot be used"):
        certificate_validity(TlsServerSettings(mine.certificate_file, other.key_file))
