"""The configurations of the service and of the gateway."""

from __future__ import annotations

from pathlib import Path

import attrs

from msgcore.errors import UsageError
from msgcore.spi.settings import setting

__all__ = ["PostOfficeConfig", "PostOfficeGatewayConfig"]


@attrs.frozen(kw_only=True)
class PostOfficeConfig:
    """A mailbox of a workgroup post office: a folder that all of the workgroup share, without any server."""

    path: Path = attrs.field(metadata=setting("the post office's folder, as this machine sees it"))
    mailbox: str = attrs.field(metadata=setting("whose mailbox"))
    others: tuple[str, ...] = attrs.field(
        default=(), metadata=setting("folders of other post offices, which mail is put into, too")
    )

    def __attrs_post_init__(self) -> None:
        if not self.mailbox.strip():
            raise UsageError("mailbox: need a name")


@attrs.frozen(kw_only=True)
class PostOfficeGatewayConfig:
    """Workgroup post offices, each a folder on a share."""

    path: Path | None = attrs.field(default=None, metadata=setting("the post office's folder; without it mail waits"))
    others: tuple[str, ...] = attrs.field(
        default=(), metadata=setting("folders of other post offices, which mail is put into, too")
    )
