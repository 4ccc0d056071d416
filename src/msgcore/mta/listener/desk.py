"""What the sessions of a listener share: the way into the queue, and whom they ask."""

from __future__ import annotations

import logging
import math
from typing import Protocol

from msgcore.base.status import EnhancedStatus, Reply
from msgcore.base.text import fold, one_line
from msgcore.base.times import Deadline
from msgcore.errors import MsgcoreError, ServiceBusy, StoreFull
from msgcore.model.address import Address
from msgcore.mta.listener.guarded_content import GuardedChecks
from msgcore.mta.listener.recipients import RecipientCheck
from msgcore.mta.listener.settings import ListenerSettings
from msgcore.mta.listener.users import Users
from msgcore.mta.node_events import Watch, watch_nothing
from msgcore.mta.queue.contract import Accept
from msgcore.mta.trust.verifier import Verifier
from msgcore.runtime.abc import Runtime
from msgcore.spi.patience import seconds_asked_for

__all__ = ["Desk", "TakesMail"]

_log = logging.getLogger("msgcore.mta")

# So long nobody asks a queue again that was full: what clients would send meanwhile is not even taken off the line.
_FULL_SECONDS = 2.0

# So long nobody is told again why.
_TOLD_SECONDS = 60.0

_TAKEN = EnhancedStatus(2, 0, 0)
_FULL = Reply(452, ("no space; try again later",), EnhancedStatus(4, 3, 1))
_BUSY = Reply(451, ("too busy; try again later",), EnhancedStatus(4, 3, 2))


class TakesMail(Protocol):
    """The end of a queue where mail comes in; see :class:`~msgcore.mta.queue.contract.WorkQueue`."""

    async def accept(self, accept: Accept, deadline: Deadline) -> bytes: ...


class Desk:
    """What the sessions of a listener share: the queue, and for a moment what it said when it was full."""

    def __init__(
        self,
        runtime: Runtime,
        settings: ListenerSettings,
        queue: TakesMail,
        recipients: RecipientCheck,
        users: Users | None = None,
        watch: Watch = watch_nothing,
        verifier: Verifier | None = None,
    ) -> None:
        self.runtime = runtime
        self.verifier = verifier
        self.watch = watch
        self.service = settings.service
        self.settings = settings
        self.recipients = recipients
        checks, seconds = settings.content_checks, settings.content_check_seconds
        self.content_checks = GuardedChecks(runtime, checks, seconds) if checks else None
        self._users = users
        self._queue = queue
        self._refusal: Reply | None = None
        self._refuses_until = 0.0
        self._told_until = -math.inf

    def refusal(self) -> Reply | None:
        """Give the reply to whoever wants to send something now, or ``None`` to hear it."""
        if self._refusal is not None and self.runtime.monotonic() >= self._refuses_until:
            self._refusal = None
        return self._refusal

    async def is_own(self, user: str, address: Address) -> bool:
        """Say whether an address is that of a user's mailbox.

        Raises:
            MsgcoreError: nobody can tell now.
        """
        if self._users is None:
            return False
        deadline = self.runtime.deadline(self.settings.command_seconds)
        owner = await self._users.owner_of(address, deadline)
        return bool(owner) and fold(owner) == fold(user)

    async def take(self, accept: Accept) -> Reply:
        """Have the queue take a message; yes is only said behind its commit."""
        try:
            await self._queue.accept(accept, self.runtime.deadline(self.settings.accept_seconds))
        except StoreFull as error:
            return self._refuse(_FULL, _FULL_SECONDS, error)
        except ServiceBusy as error:
            return self._refuse(_BUSY, seconds_asked_for(error) or _FULL_SECONDS, error)
        return Reply(250, (f"queued as {accept.transfer_id}",), _TAKEN)

    def _refuse(self, reply: Reply, seconds: float, error: MsgcoreError) -> Reply:
        now = self.runtime.monotonic()
        self._refusal, self._refuses_until = reply, now + seconds
        if now >= self._told_until:  # clients hear no reason that is nobody else's business: the log says it
            self._told_until = now + _TOLD_SECONDS
            _log.warning("%s: mail is turned away: %s", self.service, one_line(str(error)))
        return reply
