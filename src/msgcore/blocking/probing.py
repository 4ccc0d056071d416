"""Finding out who answers at a URL, for blocking code."""

from __future__ import annotations

from pathlib import Path

from msgcore.runtime.blocking import BlockingRuntime
from msgcore.session import probe as _probe
from msgcore.session.probe import PROBE_TIMEOUT_SECONDS, ProbeReport

__all__ = ["probe"]


def probe(
    url: str,
    *,
    ca_file: Path | str | None = None,
    ehlo_name: str = "[127.0.0.1]",
    timeout_seconds: float = PROBE_TIMEOUT_SECONDS,
) -> ProbeReport:
    """Find out who answers at a URL (of SMTP, LMTP, POP3 or IMAP), what it offers, how safe it is.

    No mail is sent and nobody logs in. ``ca_file`` (PEM) replaces the system's authorities. The server sees up to five
    connections, two of which break the protocol on purpose.

    Raises:
        UsageError: the URL or ``ehlo_name`` is wrong.
        NameNotResolved, ConnectionLost, TimedOut: nobody is there, or says nothing within ``timeout_seconds``.
        TlsFailed: TLS starts with the first octet there, and no agreement was reached.
        ProtocolBroken: whoever answers speaks another protocol.
        StarttlsInjection: octets arrived in clear behind the go-ahead for TLS.
    """
    runtime = BlockingRuntime()
    return runtime.run(
        _probe.probe(url, runtime, ca_file=ca_file, ehlo_name=ehlo_name, timeout_seconds=timeout_seconds)
    )
