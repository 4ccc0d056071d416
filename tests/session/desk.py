"""What an application's user has: profiles, mailboxes in files, and a session."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO, cast

import msgcore
import msgcore.aio
from msgcore import ProfileAdmin
from msgcore.blocking.session import Session
from msgcore.blocking.store import MessageStore
from msgcore.blocking.transport import Transport
from tests.flow.modes import Api, Mode

MEMORY: dict[str, object] = {"service": "memory", "email": "ann@a.test"}


class Desk(Api):
    """Both kinds of callers under the blocking names, with a profile folder of its own."""

    def __init__(self, mode: Mode, folder: Path, empty_mailbox: bytes) -> None:
        super().__init__(mode)
        self.folder = folder
        self.admin = ProfileAdmin(folder / "profiles")
        self._empty_mailbox = empty_mailbox

    def mailbox(self, name: str = "mail.db") -> dict[str, object]:
        """Give the service of a mailbox in a file of this name."""
        path = self.folder / name
        if not path.exists():
            path.write_bytes(self._empty_mailbox)
        return {"service": "personal-folders", "path": str(path), "name": name}

    def log_on(self, *services: Mapping[str, object]) -> Session:
        """Log on to a profile of these services; without any, to a mailbox and a memory transport."""
        self.admin.create("work", services or [self.mailbox(), MEMORY], replace=True)
        return self.logon("work", self.admin)

    def open_store(self, url: str, **options: Any) -> MessageStore:
        if self.mode is Mode.BLOCKING:
            return msgcore.open_store(url, **options)
        return cast(MessageStore, self._opened(lambda: msgcore.aio.open_store(url, **options)))

    def octets(self, stream: BinaryIO, count: int = -1) -> bytes:
        """Read from the stream of an attachment, as either kind of caller does."""
        found = cast(Any, stream).read(count)
        return cast(bytes, found if self._runner is None else self._runner.run(found))

    def transport(self, url: str, **options: Any) -> Transport:
        return self.open_transport(url, **options)
