"""A certificate authority of the tests' own, made with the ``openssl`` command."""

import shutil
import ssl
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Self

import attrs

from tests.requirements import unavailable
from tests.servers.server import find_program, make_directory

# Written out, because the openssl.cnf of a machine may ask for other extensions; strict verification, the default since
# Python 3.13, wants these.
_CONFIGURATION = """
[req]
distinguished_name = name
prompt = no
[name]
CN = {common_name}
[authority]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[server]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
subjectAltName = {alternative_names}
"""

_NEW_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")


@attrs.frozen
class KeyPair:
    """The PEM files of a server: its certificate and its private key."""

    certificate: Path
    key: Path


class Authority:
    """Signs server certificates; ``ca_file`` is what a client trusts, ``server`` is for localhost and 127.0.0.1."""

    def __init__(self) -> None:
        openssl = find_program("openssl")
        if openssl is None:
            unavailable("the openssl command is not installed")
        self._openssl = openssl
        self.directory = make_directory()
        self.ca_file = self.directory / "ca.pem"
        self._ca_key = self.directory / "ca.key"
        configuration = self._configure("ca", "msgcore test authority", "DNS:localhost")
        self._run(
            "req", "-x509", *_NEW_KEY, "-days", "30", "-config", configuration, "-extensions", "authority",
            "-keyout", self._ca_key, "-out", self.ca_file,
        )  # fmt: skip
        self.server = self.issue("localhost", "DNS:localhost", "IP:127.0.0.1")

    def issue(self, common_name: str, *alternative_names: str) -> KeyPair:
        """Sign a certificate for ``alternative_names``: ``DNS:name``, ``IP:address``; ``DNS:common_name`` when none."""
        names = ", ".join(alternative_names or [f"DNS:{common_name}"])
        configuration = self._configure(common_name, common_name, names)
        request = configuration.with_suffix(".csr")
        pair = KeyPair(configuration.with_suffix(".pem"), configuration.with_suffix(".key"))
        self._run("req", "-new", *_NEW_KEY, "-config", configuration, "-keyout", pair.key, "-out", request)
        self._run(
            "x509", "-req", "-days", "30", "-CA", self.ca_file, "-CAkey", self._ca_key, "-CAcreateserial",
            "-extfile", configuration, "-extensions", "server", "-in", request, "-out", pair.certificate,
        )  # fmt: skip
        return pair

    def client_context(self) -> ssl.SSLContext:
        """Make the context of a client that trusts this authority and no other."""
        return ssl.create_default_context(cafile=self.ca_file)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        shutil.rmtree(self.directory)

    def _configure(self, file_name: str, common_name: str, alternative_names: str) -> Path:
        file = self.directory / f"{file_name}.conf"
        file.write_text(_CONFIGURATION.format(common_name=common_name, alternative_names=alternative_names))
        return file

    def _run(self, *arguments: str | Path) -> None:
        command = [self._openssl, *arguments]
        done = subprocess.run(command, check=False, stdin=subprocess.DEVNULL, capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(f"openssl {arguments[0]}: {done.stderr}")
