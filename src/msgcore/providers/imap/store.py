"""An account at an IMAP server, as the store contract has it."""

from __future__ import annotations

from collections.abc import Callable

from msgcore.base.ids import EntryId
from msgcore.base.times import Deadline
from msgcore.providers.imap.calls.changing import ChangingCalls
from msgcore.providers.imap.calls.hierarchy import HierarchyCalls
from msgcore.providers.imap.calls.messages import MessageCalls
from msgcore.providers.imap.calls.streams import StreamCalls
from msgcore.providers.imap.calls.tables import TableCalls
from msgcore.providers.imap.sessions import Sessions
from msgcore.providers.imap.watching import Watching
from msgcore.runtime.abc import Runtime
from msgcore.spi.capability import Capability
from msgcore.spi.store import EventSink
from msgcore.wire.imap.session import ImapSession

__all__ = ["ImapStore"]

_READING = frozenset({Capability.EXPLAIN, Capability.STREAMS, Capability.BULK_LOAD, Capability.FOLDER_NOTIFY})
_WRITING = frozenset(
    {
        Capability.CREATE,
        Capability.MODIFY,
        Capability.READ_FLAGS,
        Capability.MOVE,
        Capability.DELETE,
        Capability.FOLDERS,
        Capability.HIERARCHY,
        Capability.MESSAGE_STATUS,
        Capability.SENT_MAIL,
    }
)


class ImapStore(MessageCalls, ChangingCalls, StreamCalls, TableCalls, HierarchyCalls):
    """A mailbox at a server. May be shared by threads and tasks; a ``read_only`` one declares no writing.

    ``keeps_sent_mail`` says whether the server itself keeps what is submitted, where that is known better than by what
    it says of itself.
    """

    def __init__(
        self,
        runtime: Runtime,
        sessions: Sessions,
        uid: bytes,
        display_name: str,
        *,
        read_only: bool = False,
        keeps_sent_mail: bool | None = None,
    ) -> None:
        super().__init__(runtime, sessions, uid, display_name, read_only=read_only)
        self._keeps_sent_mail = keeps_sent_mail
        self._watching = Watching(runtime, sessions, self._directory, display_name)

    @property
    def capabilities(self) -> frozenset[Capability]:
        return _READING if self._is_read_only else _READING | _WRITING

    async def keeps_sent_mail(self, deadline: Deadline) -> bool:
        self._begin(deadline)
        return await self._on(deadline, _keeps_copy) if self._keeps_sent_mail is None else self._keeps_sent_mail

    async def advise_folder(self, folder: EntryId | None, sink: EventSink, deadline: Deadline) -> Callable[[], None]:
        self._begin(deadline)
        return await self._watching.begin(folder, sink, deadline)

    async def close(self) -> None:
        """Log out; every call after that raises ``Closed``."""
        self._watching.close()
        await self._sessions.close()


async def _keeps_copy(session: ImapSession) -> bool:
    return session.behaviour.keeps_sent_copy
