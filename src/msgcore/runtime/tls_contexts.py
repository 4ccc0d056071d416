"""How TLS peers are checked: one OpenSSL context for each kind of settings, kept as long as its files are unchanged."""

from __future__ import annotations

import logging
import re
import ssl
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

import attrs

from msgcore.base.plain_files import check_plain
from msgcore.errors import TlsFailed
from msgcore.runtime.abc import TlsServerSettings, TlsSettings

__all__ = ["client_context", "server_context", "shown_context"]

_log = logging.getLogger("msgcore.runtime")

T = TypeVar("T")

_MOST_SHOWN = 64
_PEM = re.compile(rb"-----BEGIN CERTIFICATE-----[^-]++-----END CERTIFICATE-----")

# A certificate that is renewed in place has another stamp, and so gets another context.
_Stamps = tuple[tuple[int, int, int] | None, ...]


def client_context(settings: TlsSettings) -> ssl.SSLContext:
    """Give the context of a client.

    Raises:
        TlsFailed: a file is missing or holds no such thing; the message names it.
    """
    # What TLSA records say is checked behind the handshake: one context serves all of them.
    is_open = settings.is_opportunistic or bool(settings.dane)
    settings = attrs.evolve(settings, is_opportunistic=is_open, dane=(), peer_names=())
    return _client_context(settings, _stamps(settings.ca_file, settings.certificate_file, settings.key_file))


def server_context(settings: TlsServerSettings) -> ssl.SSLContext:
    """Give the context of a server.

    Raises:
        TlsFailed: a file is missing or holds no such thing; the message names it.
    """
    return _server_context(settings, _stamps_of(settings)).context


@attrs.frozen(eq=False)
class Shown:
    """What a server shows of itself: the context of its handshakes, and the certificate in it (DER)."""

    context: ssl.SSLContext
    certificate: bytes


_shown: dict[TlsServerSettings, tuple[_Stamps, Shown]] = {}


def shown_context(settings: TlsServerSettings) -> Shown:
    """Give what a server shows that runs: the last that was usable while its files are not, as amid a renewal.

    Raises:
        TlsFailed: they have never been usable.
    """
    stamps = _stamps_of(settings)
    last = _shown.get(settings)
    if last is not None and last[0] == stamps:
        return last[1]
    try:
        shown = _server_context(settings, stamps)
    except TlsFailed as error:
        if last is None:
            _log.error("%s", error)
            raise
        _log.error("%s; the certificate before it is shown", error)
        shown = last[1]
    if last is None and len(_shown) >= _MOST_SHOWN:
        del _shown[next(iter(_shown))]
    _shown[settings] = stamps, shown
    return shown


@lru_cache(maxsize=64)
def _client_context(settings: TlsSettings, stamps: _Stamps) -> ssl.SSLContext:  # noqa: ARG001  # a part of the key
    ca_file = settings.ca_file
    context = _loading(lambda: ssl.create_default_context(cafile=ca_file), ca_file)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    # RFC 9525 section 6.3: only the subjectAltName says whom a certificate is for.
    context.hostname_checks_common_name = False
    if settings.is_opportunistic:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if settings.certificate_file is not None:
        _load_chain(context, settings.certificate_file, settings.key_file)
    return context


@lru_cache(maxsize=64)
def _server_context(settings: TlsServerSettings, stamps: _Stamps) -> Shown:  # noqa: ARG001
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    _load_chain(context, settings.certificate_file, settings.key_file)
    ca_file = settings.client_ca_file
    if ca_file is not None:
        _loading(lambda: context.load_verify_locations(ca_file), ca_file)
        context.verify_mode = ssl.CERT_REQUIRED
    return Shown(context, _first_certificate(settings.certificate_file))


def _load_chain(context: ssl.SSLContext, certificate_file: Path, key_file: Path | None) -> None:
    def no_password() -> str:
        # Otherwise OpenSSL would ask at the terminal.
        raise ValueError("the key is encrypted")

    _loading(lambda: context.load_cert_chain(certificate_file, key_file, no_password), certificate_file, key_file)


def _first_certificate(pem_file: Path) -> bytes:
    """Give the server's own certificate, which stands before those of its authorities."""
    found = _PEM.search(_loading(pem_file.read_bytes, pem_file))
    return b"" if found is None else ssl.PEM_cert_to_DER_cert(found[0].decode("ascii", "replace"))


def _loading(load: Callable[[], T], *files: Path | None) -> T:
    names = " and ".join(str(file) for file in files if file is not None) or "the system's authorities"
    try:
        for file in files:
            if file is not None:
                check_plain(file)
        return load()
    except ssl.SSLError as error:
        raise TlsFailed(f"{names}: cannot be used: {error.reason or error}") from error
    except (OSError, ValueError) as error:
        raise TlsFailed(f"{names}: cannot be used: {getattr(error, 'strerror', None) or error}") from error


def _stamps_of(settings: TlsServerSettings) -> _Stamps:
    return _stamps(settings.certificate_file, settings.key_file, settings.client_ca_file)


def _stamps(*files: Path | None) -> _Stamps:
    return tuple(None if file is None else _stamp(file) for file in files)


def _stamp(file: Path) -> tuple[int, int, int] | None:
    try:
        status = file.stat()
    except OSError:  # told by whoever loads it
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino
