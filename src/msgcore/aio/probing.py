"""Finding out who answers at a URL, for asyncio."""

from __future__ import annotations

from pathlib import Path

from msgcore.runtime.aio import AsyncioRuntime
from msgcore.session import probe as _probe
from msgcore.session.probe import PROBE_TIMEOUT_SECONDS, ProbeReport

__all__ = ["probe"]


async def probe(
    url: str,
    *,
    ca_file: Path | str | None = None,
    ehlo_name: str = "[127.0.0.1]",
    timeout_seconds: float = PROBE_TIMEOUT_SECONDS,
) -> ProbeReport:
    """Find out who answers at a URL, what it offers, and how safe that is; as :func:`msgcore.probe`."""
    return await _probe.probe(
        url, AsyncioRuntime(), ca_file=ca_file, ehlo_name=ehlo_name, timeout_seconds=timeout_seconds
    )
