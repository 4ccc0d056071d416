"""Services that tests of profiles list."""

from __future__ import annotations

import attrs

from msgcore.base.text import Secret
from msgcore.runtime.abc import Runtime
from msgcore.spi.settings import setting

ACCOUNT = {
    "service": "internet-mail",
    "name": "ann",
    "email": "ann@a.test",
    "smtp": "smtps://mail.a.test",
    "user": "ann",
}


@attrs.frozen
class VaultConfig:
    key: Secret = attrs.field(metadata=setting("what opens it"))


class VaultService:
    """A service that needs its secret at once."""

    config_type = VaultConfig

    def __init__(self, config: VaultConfig, runtime: Runtime) -> None:
        self.config = config
