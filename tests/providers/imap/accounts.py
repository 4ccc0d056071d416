"""Stores at servers of the tests' own, opened for one story."""

from __future__ import annotations

import itertools
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from msgcore.base.text import Secret
from msgcore.providers.imap import ImapConfig, ImapStore
from msgcore.providers.imap.directory import Folder
from msgcore.providers.imap.sessions import Sessions
from msgcore.runtime.abc import NEVER, Runtime
from msgcore.spi.store import FolderFacts, SpecialFolder
from msgcore.spi.url import ServiceUrl
from msgcore.testing.clock import ManualClock, runtime_on
from msgcore.testing.modes import Mode, call
from msgcore.testing.servers import LoopbackImapServer
from msgcore.wire.imap.session import ImapSession
from tests.servers import ANYBODY, Authority, Dovecot

__all__ = [
    "PASSWORD",
    "SUBTREE",
    "Probe",
    "at_loopback",
    "in_subtree",
    "new_user",
    "on_dovecot",
    "opened",
    "tell",
    "tell_on",
]

T = TypeVar("T")

PASSWORD = ANYBODY
SUBTREE = SpecialFolder.IPM_SUBTREE
_AMPLE_SECONDS = 30.0
_NUMBERS = itertools.count(1)


class Probe(ImapStore):
    """A store that says what its connections look at, as any part of it sees them."""

    @property
    def runtime(self) -> Runtime:
        return self._runtime

    async def by_name(self) -> dict[str, Folder]:
        """Give the folders as they are now."""
        return {one.name: one for one in await self._directory.all(self._runtime.deadline(_AMPLE_SECONDS))}

    async def work(
        self,
        folder: Folder | None,
        work: Callable[[ImapSession], Awaitable[T]],
        *,
        is_read_only: bool = True,
        may_repeat: bool = True,
    ) -> T:
        deadline = self._runtime.deadline(_AMPLE_SECONDS)
        return await self._on(deadline, work, folder=folder, is_read_only=is_read_only, may_repeat=may_repeat)


Story = Callable[[Probe], Awaitable[T]]


def new_user() -> str:
    """Name somebody who has no mail yet."""
    return f"someone{next(_NUMBERS)}"


def at_loopback(server: LoopbackImapServer, **settings: Any) -> ImapConfig:
    return ImapConfig(
        url=ServiceUrl.parse(server.url, ("imap",)),
        user="ann",
        password=Secret(PASSWORD),
        allow_cleartext_login=True,
        **settings,
    )


def on_dovecot(server: Dovecot, authority: Authority, user: str, **settings: Any) -> ImapConfig:
    return ImapConfig(
        url=ServiceUrl.parse(f"imaps://localhost:{server.imaps}", ("imap",)),
        user=user,
        password=Secret(PASSWORD),
        ca_file=authority.ca_file,
        **settings,
    )


async def opened(runtime: Runtime, config: ImapConfig, story: Story[T]) -> T:
    """Let a story have the store of an account, which is closed behind it."""
    sessions = Sessions(runtime, config.server(), config.connections)
    store = Probe(runtime, sessions, config.uid, config.title, read_only=config.read_only)
    try:
        return await story(store)
    finally:
        await store.close()


def tell(config: ImapConfig, story: Story[T], mode: Mode = Mode.BLOCKING) -> T:
    return mode.run(lambda runtime: opened(runtime, config, story))


def tell_on(clock: ManualClock, config: ImapConfig, story: Story[T], mode: Mode = Mode.BLOCKING) -> T:
    """Tell a story on a clock that the story may move."""
    return call(runtime_on(mode, clock), lambda runtime: opened(runtime, config, story))


async def in_subtree(store: ImapStore) -> dict[str, FolderFacts]:
    """Give the outermost folders by name."""
    special = await store.special_folders(NEVER)
    return {one.name: one for one in await store.folders(special[SUBTREE], NEVER)}
