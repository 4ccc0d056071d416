"""How TLS peers are checked: one OpenSSL context for each kind of settings, kept as long as its files are unchanged."""

from __future__ import annotations

import logging
import ssl
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

import attrs

from msgcore.errors import TlsFailed
from msgcore.runtime.abc import TlsServerSettings, TlsSettings

__all__ = ["client_context", "server_context", "shown_context"]

_log = logging.getLogger("msgcore.runtime")

T = TypeVar("T")

_MOST_SHOWN = 64

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
    return _server_context(settings, _stamps(settings.certificate_file, settings.key_file, settings.client_ca_file))


_shown: dict[TlsServerSettings, tuple[_Stamps, ssl.SSLContext]] = {}


def shown_context(settings: TlsServerSettings) -> ssl.SSLContext:
    """Give the context of a server that runs: the last one while its files are unusable, as amid a renewal.

    Raises:
        TlsFailed: they have never been usable.
    """
    stamps = _stamps(settings.certificate_file, settings.key_file, settings.client_ca_file)
    last = _shown.get(settings)
    if last is not None and last[0] == stamps:
        return last[1]
    try:
        context = server_context(settings)
    except TlsFailed as error:
        if last is None:
            _log.error("%s", error)
            raise
        _log.error("%s; the certificate before it is shown", error)
        context = last[1]
    if last is None and len(_shown) >= _MOST_SHOWN:
        del _shown[next(iter(_shown))]
    _shown[settings] = stamps, context
    return context


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
def _server_context(settings: TlsServerSettings, stamps: _Stamps) -> ssl.SSLContext:  # noqa: ARG001
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    _load_chain(context, settings.certificate_file, settings.key_file)
    ca_file = settings.client_ca_file
    if ca_file is not None:
        _loading(lambda: context.load_verify_locations(ca_file), ca_file)
        context.verify_mode = ssl.CERT_REQUIRED
    return context


def _load_chain(context: ssl.SSLContext, certificate_file: Path, key_file: Path | None) -> None:
    def no_password() -> str:
        # Otherwise OpenSSL would ask at the terminal.
        raise ValueError("the key is encrypted")

    _loading(lambda: context.load_cert_chain(certificate_file, key_file, no_password), certificate_file, key_file)


def _loading(load: Callable[[], T], *files: Path | None) -> T:
    names = " and ".join(str(file) for file in files if file is not None) or "the system's authorities"
    try:
        return load()
    except ssl.SSLError as error:
        raise TlsFailed(f"{names}: cannot be used: {error.reason or error}") from error
    except (OSError, ValueError) as error:
        raise TlsFailed(f"{names}: cannot be used: {getattr(error, 'strerror', None) or error}") from error


def _stamps(*files: Path | None) -> _Stamps:
    return tuple(None if file is None else _stamp(file) for file in files)


def _stamp(file: Path) -> tuple[int, int, int] | None:
    try:
        status = file.stat()
    except OSError:  # told by whoever loads it
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino
