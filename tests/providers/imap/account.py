"""An account at a Dovecot, on the desk of a test."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

import attrs

from msgcore.base.ids import EntryId
from msgcore.base.text import Secret
from msgcore.model.message import Message
from msgcore.providers.imap import ImapConfig, ImapStore
from msgcore.providers.imap.directory import Directory, Folder
from msgcore.providers.imap.held import HeldOnes
from msgcore.providers.imap.sessions import Sessions
from msgcore.runtime.abc import NEVER, Runtime
from msgcore.spi.store import Incoming, SpecialFolder
from msgcore.spi.url import ServiceUrl
from msgcore.testing.modes import Mode
from msgcore.wire.imap.quirks import Quirk
from msgcore.wire.imap.session import ImapSession
from tests.providers.imap.accounts import new_user
from tests.servers import ANYBODY, Authority, Dovecot

__all__ = ["EVERYTHING", "Desk", "Store", "story_at"]

T = TypeVar("T")
EVERYTHING = 1 << 40


class Store(ImapStore):
    """The store, which shows what it holds."""

    @property
    def held(self) -> HeldOnes:
        return self._held

    async def at(self, folder: Folder, work: Callable[[ImapSession], Awaitable[T]]) -> T:
        return await self._on(NEVER, work, folder=folder, is_read_only=False)


@attrs.frozen
class Desk:
    """A logon to the store, with two of its folders; and a directory of its own."""

    store: Store
    sessions: Sessions
    directory: Directory
    inbox: EntryId
    drafts: EntryId

    async def save(self, *messages: Message | Incoming, folder: EntryId | None = None) -> list[EntryId]:
        incoming = [one if isinstance(one, Incoming) else Incoming(one) for one in messages]
        return list(await self.store.save(folder or self.inbox, incoming, NEVER))

    async def load(self, entry_id: EntryId, limit_octets: int = EVERYTHING) -> Message:
        return await self.store.load(entry_id, limit_octets, NEVER)

    async def session(self, work: Callable[[ImapSession], Awaitable[T]]) -> T:
        """Do something in the inbox that the store knows nothing of."""
        return await self.store.at(await self.directory.folder(self.inbox, NEVER), work)


def story_at(
    server: Dovecot,
    authority: Authority,
    mode: Mode,
    story: Callable[[Desk], Awaitable[T]],
    without: frozenset[str] = frozenset(),
) -> T:
    """Run a story at the store of a user of its own, at a server that is taken not to have some capabilities."""
    config = ImapConfig(
        url=ServiceUrl.parse(f"imap+starttls://localhost:{server.imap}", ("imap",)),
        user=new_user(),
        password=Secret(ANYBODY),
        ca_file=authority.ca_file,
    )

    async def main(runtime: Runtime) -> T:
        quirks = (Quirk("taken not to have", greeting="", without=without),) if without else ()
        sessions = Sessions(runtime, attrs.evolve(config.server(), quirks=quirks), config.connections)
        store = Store(runtime, sessions, config.uid, config.title)
        try:
            special = await store.special_folders(NEVER)
            directory = Directory(runtime, sessions, config.uid)
            inbox, drafts = special[SpecialFolder.INBOX], special[SpecialFolder.DRAFTS]
            return await story(Desk(store, sessions, directory, inbox, drafts))
        finally:
            await sessions.close()

    return mode.run(main)
