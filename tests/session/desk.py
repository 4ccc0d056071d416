"""What an application's user has: profiles, mailboxes in files, and a session."""

from __future__ import annotations

from collections.abc import Coroutine, Mapping
from pathlib import Path
from typing import Any, BinaryIO, TypeVar, cast

import msgcore
import msgcore.aio
from msgcore import Maildrop, ProfileAdmin
from msgcore.blocking.session import Session
from msgcore.blocking.transport import Transport
from tests.flow.modes import Api, Mode

T = TypeVar("T")

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

    def open_maildrop(self, url: str, **options: Any) -> Maildrop:
        if self._runner is None:
            return msgcore.open_maildrop(url, **options)
        return cast(Maildrop, self._opened(lambda: msgcore.aio.open_maildrop(url, **options)))

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine on the loop that asyncio callers have."""
        assert self._runner is not None
        return self._runner.run(coroutine)

    def octets(self, stream: BinaryIO, count: int = -1) -> bytes:
        """Read from the stream of an attachment, as either kind of caller does."""
        found = cast(Any, stream).read(count)
        return cast(bytes, found if self._runner is None else self._runner.run(found))

    def transport(self, url: str, **options: Any) -> Transport:
        return self.open_transport(url, **options)
