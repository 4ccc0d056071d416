"""Probing a server by URL: which scheme is probed by what."""

from __future__ import annotations

from pathlib import Path
from typing import cast

from msgcore.base.plain_files import expanded
from msgcore.errors import UsageError
from msgcore.runtime.abc import Runtime
from msgcore.session.probe.imap import probe_imap
from msgcore.session.probe.pop3 import probe_pop3
from msgcore.session.probe.report import ProbeReport
from msgcore.session.probe.smtp import probe_smtp
from msgcore.spi.url import ServiceUrl

__all__ = ["PROBE_TIMEOUT_SECONDS", "probe"]

PROBE_TIMEOUT_SECONDS = 30.0


_PROTOCOLS = ("smtp", "lmtp", "pop3", "imap")


async def probe(
    url: str,
    runtime: Runtime,
    *,
    ca_file: Path | str | None = None,
    ehlo_name: str = "[127.0.0.1]",
    timeout_seconds: float = PROBE_TIMEOUT_SECONDS,
) -> ProbeReport:
    """Find out who answers at a URL (SMTP, LMTP, POP3 or IMAP, with each kind of TLS), what it offers, how safe it is.

    No mail is sent and nobody logs in. ``ca_file`` (PEM) replaces the system's authorities. The server sees up to five
    connections, two of which break the protocol on purpose. ``ehlo_name`` is for SMTP and LMTP.

    Raises:
        UsageError: the URL or ``ehlo_name`` is wrong.
        NameNotResolved, ConnectionLost, TimedOut: nobody is there, or says nothing within ``timeout_seconds``.
        TlsFailed: TLS starts with the first octet there, and no agreement was reached.
        ProtocolBroken: whoever answers speaks another protocol.
        StarttlsInjection: octets arrived in clear behind the go-ahead for TLS.
    """
    parsed = ServiceUrl.parse(url, _PROTOCOLS)
    if parsed.endpoint.is_unix_socket:
        raise UsageError(f"{url}: a Unix socket has no TLS, and is not probed")
    authorities = None if ca_file is None else await runtime.in_thread(lambda: _file_at(ca_file))
    deadline = runtime.deadline(timeout_seconds)
    if parsed.protocol == "pop3":
        return await probe_pop3(parsed, runtime, ca_file=authorities, deadline=deadline)
    if parsed.protocol == "imap":
        return await probe_imap(parsed, runtime, ca_file=authorities, deadline=deadline)
    return await probe_smtp(parsed, runtime, ca_file=authorities, ehlo_name=ehlo_name, deadline=deadline)


def _file_at(path: Path | str) -> Path:
    if not isinstance(cast(object, path), Path | str):
        raise UsageError(f"ca_file: need a path, got {type(path).__name__}")
    try:
        found = expanded(path)
        if found.is_file():
            return found
    except (RuntimeError, ValueError) as error:
        raise UsageError(f"ca_file {str(path)!r}: {error}") from error
    raise UsageError(f"ca_file {path}: there is no such file")
