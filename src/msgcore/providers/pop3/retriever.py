"""Opening maildrops at a POP3 server, one at a time and no sooner than it wants (RFC 2449 section 6.5)."""

from __future__ import annotations

import logging
import math

from msgcore.base.times import Deadline
from msgcore.errors import LoginTooSoon, MaildropInUse
from msgcore.providers.pop3.maildrop import Pop3Maildrop
from msgcore.runtime.abc import Runtime
from msgcore.spi.retrieval import RetrievalPolicy
from msgcore.wire.pop3 import Pop3Server, Pop3Session, open_session

__all__ = ["Pop3Retriever"]

_log = logging.getLogger("msgcore.pop3")


class Pop3Retriever:
    """One account at a POP3 server; see :class:`~msgcore.spi.retrieval.RetrievingProvider`."""

    def __init__(self, runtime: Runtime, server: Pop3Server, policy: RetrievalPolicy, account: str) -> None:
        """``account`` is what the journal calls the maildrop."""
        self.account = account
        self.retrieval = policy
        self._runtime = runtime
        self._server = server
        self._next_login = -math.inf
        self._told = ""
        self._opened: Pop3Maildrop | None = None
        # Taken off by who has the maildrop open: taking the last one off a list is one step for threads, too.
        self._turn = [None]

    async def open_maildrop(self, deadline: Deadline) -> Pop3Maildrop:
        """Log in.

        Raises:
            LoginTooSoon: the server has said how long to wait between two logins; nobody connects before.
            MaildropInUse: it is open, here or elsewhere.
            MsgcoreError: as :func:`~msgcore.wire.pop3.open_session` raises them.
        """
        self._check_delay()
        try:
            self._turn.pop()
        except IndexError:
            raise MaildropInUse(f"{self.account}: is open here already") from None
        try:
            session = await open_session(self._runtime, self._server, deadline)
        except BaseException as error:
            self._give_back()
            if isinstance(error, LoginTooSoon):
                self._delay(error.retry_after_seconds)
            raise
        self._delay(session.capabilities.login_delay_seconds)
        self._tell(session)
        self._opened = Pop3Maildrop(session, self._runtime, self._give_back)
        return self._opened

    async def close(self) -> None:
        """End the session that is open, if one is."""
        if self._opened is not None:
            await self._opened.close()

    def _give_back(self) -> None:
        self._opened = None
        self._turn.append(None)

    def _check_delay(self) -> None:
        seconds = self._next_login - self._runtime.monotonic()
        if seconds > 0:
            raise LoginTooSoon(
                f"{self.account}: the server wants {math.ceil(seconds)} more seconds between two logins", seconds
            )

    def _delay(self, seconds: float | None) -> None:
        self._next_login = self._runtime.monotonic() + (seconds or 0)

    def _tell(self, session: Pop3Session) -> None:
        """Log what a person should know of the session, once as long as it stays the same."""
        notes = [session.note]
        if session.capabilities.expire_days == 0 and self.retrieval.leave_on_server:
            notes.append("leave_on_server: no copy is left, for the server deletes what was retrieved (EXPIRE 0)")
        told = "; ".join(filter(None, notes))
        if told and told != self._told:
            _log.warning("%s: %s", self.account, told)
        self._told = told
