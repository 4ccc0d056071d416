"""A client's session with one POP3 server: opened, secured and logged in as the server's settings say."""

from __future__ import annotations

import contextlib
import functools
import re
from collections.abc import Callable, Sequence

import attrs

from msgcore.base.status import StatusResponse
from msgcore.base.times import Deadline
from msgcore.errors import (
    CapabilityMissing,
    CommandRefused,
    ConnectionLost,
    ProtocolBroken,
    ServiceBusy,
    TimedOut,
    TlsFailed,
    TlsRequired,
    UsageError,
)
from msgcore.runtime.abc import Runtime, Stream, TlsSettings
from msgcore.wire.account import connect_to, greeted, open_with
from msgcore.wire.pop3.account import Pop3Server
from msgcore.wire.pop3.capabilities import Capabilities
from msgcore.wire.pop3.conversation import Conversation
from msgcore.wire.pop3.listing import LISTING_OCTETS, Listing, read_listing
from msgcore.wire.pop3.login import ask_capabilities, greet, log_in, start_tls
from msgcore.wire.pop3.refusal import refused
from msgcore.wire.pop3.status import NO
from msgcore.wire.pop3.window import Drained, Until, Window
from msgcore.wire.sasl import Credentials

__all__ = ["Pop3Session", "open_session"]

_UNTIL = Until()
_DELETIONS = 200
_LONG_OCTETS = 64 * 1024


class Pop3Session:
    """An open session, after the login. Whoever uses it sets ``stream.deadline`` before each call.

    Whatever ends it raises ``ConnectionLost``, ``TimedOut`` or ``ProtocolBroken``; nothing that was said to be deleted
    is deleted then. ``note`` is for who looks after the account.
    """

    def __init__(
        self, conversation: Conversation, capabilities: Capabilities, runtime: Runtime, note: str = ""
    ) -> None:
        self.capabilities = capabilities
        self.note = note
        self._conversation = conversation
        self._runtime = runtime
        self._window = Window(conversation, runtime, can_pipeline=capabilities.can_pipeline)
        self._has_top = capabilities.has_top
        self._has_deleted = False

    @property
    def stream(self) -> Stream:
        return self._conversation.stream

    @property
    def is_idle(self) -> bool:
        """Whether all that was asked for has been given, so that nothing has to be waited for."""
        return self._window.is_idle

    async def listing(self) -> Listing:
        """Ask what waits. Where the server has no UIDL there are no unique ids.

        Raises:
            CommandRefused, ServiceBusy: the server does not say.
        """
        await self._window.discard()
        in_maildrop, sizes, unique_ids = await self._lists()
        if isinstance(sizes, StatusResponse):
            if re.match("0+(?: |$)", in_maildrop.text):
                return Listing((), (), ())  # some refuse to list nothing
            raise refused(f"{self._name}: LIST", sizes)
        ids = None if isinstance(unique_ids, StatusResponse) else unique_ids
        read = functools.partial(read_listing, sizes, ids)
        try:
            # A long one would hold up a loop.
            is_long = len(sizes) + len(ids or b"") > _LONG_OCTETS
            listing = await self._runtime.in_thread(read, self.stream.deadline) if is_long else read()
        except ProtocolBroken as error:
            raise self._conversation.broken(str(error)) from None
        except ServiceBusy as error:
            raise ServiceBusy(f"{self._name}: {error}") from None
        # Where the server has UIDL and does not answer it, all that is left there would be taken for new.
        if isinstance(unique_ids, StatusResponse) and listing.numbers:
            refusal = refused(f"{self._name}: UIDL", unique_ids)
            if self.capabilities.has_uidl or isinstance(refusal, ServiceBusy):
                raise refusal
        self._window.take_sizes(listing.numbers, listing.sizes)
        return listing

    async def _lists(self) -> tuple[StatusResponse, bytes | StatusResponse, bytes | StatusResponse]:
        conversation = self._conversation
        is_one_flight = self.capabilities.can_pipeline
        await conversation.say(b"STAT\r\nLIST\r\nUIDL" if is_one_flight else b"STAT")
        in_maildrop = await conversation.hear_answer()
        if not is_one_flight:
            await conversation.say(b"LIST")
        sizes = await conversation.hear_lines(LISTING_OCTETS)
        if not is_one_flight:
            await conversation.say(b"UIDL")
        unique_ids = await conversation.hear_lines(LISTING_OCTETS)
        conversation.expect_nothing()
        return in_maildrop, sizes, unique_ids

    async def retrieve(self, numbers: Sequence[int], until: Until = _UNTIL) -> list[Drained]:
        """Retrieve the first of these messages, at least one; the next call is for the rest.

        Raises:
            QuotaReached: the server gives no more for now; the session goes on.
        """
        return await self._window.drain(b"RETR", numbers, until)

    async def tops(self, numbers: Sequence[int], until: Until = _UNTIL) -> list[Drained]:
        """Give headers, up to the empty line, as :meth:`retrieve` gives messages.

        Raises:
            CapabilityMissing: the server has no TOP.
        """
        if self._has_top or not numbers:
            return [_header(one) for one in await self._window.drain(b"TOP", numbers, until)]
        (first,) = await self._window.drain(b"TOP", numbers[:1], until)
        if first.refusal is None:
            self._has_top = True
        elif isinstance(refused("", first.refusal), CommandRefused):
            raise CapabilityMissing(f"{self._name}: the server gives no headers by themselves: {first.refusal}")
        return [_header(first)]

    async def retrieve_to(self, number: int, write: Callable[[bytes], object]) -> int:
        """Retrieve one message in pieces, each given to ``write``; give its size in octets.

        When this raises, what was written is no message.

        Raises:
            CommandRefused: the server does not give it; nothing was written.
            QuotaReached: the server gives no more for now; the session goes on.
        """
        return await self._window.pass_on(number, write)

    async def delete(self, numbers: Sequence[int]) -> list[tuple[int, StatusResponse]]:
        """Mark messages as deleted, which :meth:`quit` makes true, and give those that the server keeps, and why."""
        await self._window.discard()
        flight = _DELETIONS if self.capabilities.can_pipeline else 1
        kept: list[tuple[int, StatusResponse]] = []
        for start in range(0, len(numbers), flight):
            some = numbers[start : start + flight]
            self._has_deleted = True
            await self._conversation.say(b"\r\n".join(b"DELE %d" % number for number in some))
            for number in some:
                status = await self._conversation.hear_answer()
                if status.word == NO:
                    kept.append((number, status))
            self._conversation.expect_nothing()
        return kept

    async def reset(self) -> None:
        """Take the marks off all messages."""
        await self._command(b"RSET")
        self._has_deleted = False

    async def noop(self) -> None:
        await self._command(b"NOOP")

    async def quit(self) -> None:
        """End the session, and so delete what was marked.

        Where nothing was, the marks are taken off first: some servers mark by themselves what was retrieved.

        Raises:
            CommandRefused, ConnectionLost, TimedOut: the server did not say that it did; nobody knows what was deleted.
        """
        try:
            await self._window.discard()
            await self._say_quit()
        except BaseException:
            self.abort()
            raise
        with contextlib.suppress(ConnectionLost, TimedOut, TlsFailed):
            await self.stream.close()

    async def leave(self) -> None:
        """End the session so that nothing is deleted; raises as :meth:`quit` does."""
        if self._has_deleted:
            await self.reset()
        await self.quit()

    async def _say_quit(self) -> None:
        conversation = self._conversation
        if self._has_deleted:
            await conversation.command(b"QUIT")
            return
        is_one_flight = self.capabilities.can_pipeline
        await conversation.say(b"RSET\r\nQUIT" if is_one_flight else b"RSET")
        await conversation.hear_answer()
        if is_one_flight:
            await conversation.hear_granted(b"QUIT")
        else:
            await conversation.command(b"QUIT")

    def abort(self) -> None:
        self.stream.abort()

    async def _command(self, command: bytes) -> None:
        await self._window.discard()
        await self._conversation.command(command)

    @property
    def _name(self) -> str:
        return self._conversation.name


async def open_session(runtime: Runtime, server: Pop3Server, deadline: Deadline) -> Pop3Session:
    """Connect, secure the connection and log in.

    A token that the server refuses is asked for again, once: it may have expired in between.

    Raises:
        UsageError: nobody is to log in.
        NameNotResolved, ConnectionLost, TimedOut: nobody answers; the message names the server.
        TlsRequired, TlsFailed, StarttlsInjection: the connection cannot be secured as it has to be.
        AuthenticationRefused: the credentials are refused.
        MaildropInUse, LoginTooSoon, ServiceBusy: the server, or who gives the token, asks for patience.
        CommandRefused: the server wants no session, or will never open this maildrop.
        ProtocolBroken: this is no POP3 server.
    """
    session, note = await open_with(
        runtime, server, deadline, lambda who, tls: _connect(runtime, server, who, tls, deadline)
    )
    session.note = "; ".join(filter(None, (note, session.note)))
    return session


async def _connect(
    runtime: Runtime, server: Pop3Server, credentials: Credentials | None, tls: TlsSettings, deadline: Deadline
) -> Pop3Session:
    if credentials is None:
        raise UsageError(f"{server.endpoint}: POP3 needs a user")
    conversation = Conversation(await connect_to(runtime, server, tls, deadline))
    try:
        stamp = await greeted(conversation.stream, greet(conversation))
        capabilities = await ask_capabilities(conversation)
        if conversation.stream.tls is None and (server.needs_tls or capabilities.offers("STLS")):
            try:
                conversation = Conversation(await start_tls(conversation, capabilities, tls))
                capabilities = await ask_capabilities(conversation)
            except TlsRequired:
                if server.needs_tls:
                    raise
        note = await _use_utf8(conversation, capabilities) if server.utf8 else ""
        await log_in(conversation, capabilities, credentials, server, stamp)
        capabilities = await ask_capabilities(conversation, capabilities)
        return Pop3Session(conversation, capabilities, runtime, note)
    except BaseException:
        conversation.stream.abort()
        raise


async def _use_utf8(conversation: Conversation, capabilities: Capabilities) -> str:
    """Ask for headers in UTF-8, which goes before the login only (RFC 6856 section 2.1); say what came of it."""
    if not capabilities.offers("UTF8"):
        return "the server has no UTF8"
    try:
        await conversation.command(b"UTF8")
    except CommandRefused as error:
        return f"the server refuses UTF8: {error.reply}"
    return ""


def _header(drained: Drained) -> Drained:
    """Leave out what some servers give behind the header."""
    octets = drained.octets or b""
    end = octets.find(b"\r\n\r\n") + 4
    return attrs.evolve(drained, octets=octets[:end]) if 4 <= end < len(octets) else drained
