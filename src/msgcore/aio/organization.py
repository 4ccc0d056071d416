"""Opening an organisation, for asyncio."""

from __future__ import annotations

from pathlib import Path

from msgcore.base.text import Secret
from msgcore.mta import organization as _organization
from msgcore.mta.organization import Organization
from msgcore.runtime.aio import AsyncioRuntime
from msgcore.session.opening import DEFAULT_TIMEOUT_SECONDS, Opening

__all__ = ["open_organization"]


def open_organization(
    url: str,
    *,
    password: str | Secret | None = None,
    ca_file: Path | str | None = None,
    create: bool = False,
    timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS,
) -> Opening[Organization]:
    """Open an organisation for administration; as :func:`msgcore.open_organization`."""
    return Opening(
        lambda: _organization.open_organization(
            url,
            AsyncioRuntime(),
            password=password,
            ca_file=ca_file,
            create=create,
            timeout_seconds=timeout_seconds,
        )
    )
