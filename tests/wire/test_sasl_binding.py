"""Channel bindings of certificates that OpenSSL made."""

from __future__ import annotations

import hashlib
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msgcore.runtime import TlsFacts
from msgcore.wire.sasl import ChannelBinding, binding_of, server_end_point
from tests.requirements import unavailable
from tests.servers.server import find_program

RSA = ("rsa", "-pkeyopt", "rsa_keygen_bits:2048")
ELLIPTIC = ("ec", "-pkeyopt", "ec_paramgen_curve:P-256")
KINDS: dict[str, tuple[tuple[str, ...], list[str]]] = {
    "rsa": (RSA, []),
    "rsa-pss": (RSA, ["-sigopt", "rsa_padding_mode:pss"]),
    "ec": (ELLIPTIC, []),
}


class Certificates:
    """Makes certificates by the ``openssl`` command, with one key of each kind."""

    def __init__(self, directory: Path) -> None:
        program = find_program("openssl")
        if program is None:
            unavailable("the openssl command is not installed")
        self._program = program
        self._directory = directory
        self._configuration = directory / "openssl.cnf"
        self._configuration.write_text("[req]\ndistinguished_name = name\nprompt = no\n[name]\nCN = mail.a.test\n")

    def make(self, key: tuple[str, ...], *options: str) -> bytes:
        """Give a certificate in DER."""
        key_file = self._directory / key[0]
        if not key_file.exists():
            self._run("genpkey", "-algorithm", *key, "-out", str(key_file))
        return self._run(
            *("req", "-x509", "-new", "-key", str(key_file), "-config", str(self._configuration), "-outform", "DER"),
            *options,
        )

    def _run(self, *arguments: str) -> bytes:
        return subprocess.run([self._program, *arguments], capture_output=True, check=True, timeout=60).stdout


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return Certificates(tmp_path_factory.mktemp("certificates"))


@pytest.mark.parametrize(
    ("kind", "option", "algorithm"),
    [
        ("rsa", "-md5", "sha256"),
        ("rsa", "-sha1", "sha256"),
        ("rsa", "-sha224", "sha224"),
        ("rsa", "-sha256", "sha256"),
        ("rsa", "-sha384", "sha384"),
        ("rsa", "-sha512", "sha512"),
        ("rsa-pss", "-sha1", "sha256"),
        ("rsa-pss", "-sha256", "sha256"),
        ("rsa-pss", "-sha384", "sha384"),
        ("rsa-pss", "-sha512", "sha512"),
        ("ec", "-sha1", "sha256"),
        ("ec", "-sha224", "sha224"),
        ("ec", "-sha256", "sha256"),
        ("ec", "-sha384", "sha384"),
        ("ec", "-sha512", "sha512"),
    ],
)
def test_a_certificate_is_hashed_as_it_is_signed(
    certificates: Certificates, kind: str, option: str, algorithm: str
) -> None:
    key, more = KINDS[kind]
    certificate = certificates.make(key, option, *more)

    expected = ChannelBinding("tls-server-end-point", hashlib.new(algorithm, certificate).digest())
    assert server_end_point(certificate) == expected


def test_a_signature_without_a_hash_of_its_own_gives_no_binding(certificates: Certificates) -> None:
    assert server_end_point(certificates.make(("ed25519",))) is None


def test_a_certificate_that_is_cut_gives_no_binding(certificates: Certificates) -> None:
    certificate = certificates.make(ELLIPTIC)

    assert {server_end_point(certificate[:octets]) for octets in range(len(certificate))} == {None}


@given(st.binary(max_size=60))
def test_octets_that_are_no_certificate_give_no_binding(octets: bytes) -> None:
    assert server_end_point(b"\x30" + octets) is None


def facts(certificate: bytes = b"", exporter: bytes = b"") -> TlsFacts:
    return TlsFacts("TLSv1.3", "", True, certificate=certificate, exporter=exporter)


@pytest.mark.parametrize("tls", [None, facts()])
def test_without_tls_or_certificate_there_is_no_binding(tls: TlsFacts | None) -> None:
    assert binding_of(tls) is None


def test_the_exporter_goes_before_the_certificate(certificates: Certificates) -> None:
    tls = facts(certificates.make(ELLIPTIC), b"exported")

    assert binding_of(tls) == ChannelBinding("tls-exporter", b"exported")


def test_the_certificate_of_a_connection_is_bound(certificates: Certificates) -> None:
    certificate = certificates.make(ELLIPTIC, "-sha256")

    assert binding_of(facts(certificate)) == ChannelBinding(
        "tls-server-end-point", hashlib.sha256(certificate).digest()
    )
