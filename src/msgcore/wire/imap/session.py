"""A client's session with one IMAP server: opened, secured and logged in as the server's settings say."""

from __future__ import annotations

from msgcore.base.times import Deadline
from msgcore.runtime.abc import Runtime, TlsSettings
from msgcore.wire.account import connect_to, open_with
from msgcore.wire.imap.account import ImapServer
from msgcore.wire.imap.administration import AdministrationCommands
from msgcore.wire.imap.appending import AppendCommands
from msgcore.wire.imap.conversation import Conversation
from msgcore.wire.imap.finding import FindCommands
from msgcore.wire.imap.idling import IdleCommands
from msgcore.wire.imap.mailboxes import MailboxCommands
from msgcore.wire.imap.opening import Opening
from msgcore.wire.imap.selecting import SelectCommands
from msgcore.wire.imap.storing import StoreCommands
from msgcore.wire.imap.streaming import StreamCommands
from msgcore.wire.sasl import Credentials

__all__ = ["ImapSession", "open_session"]


class ImapSession(
    FindCommands,
    StreamCommands,
    StoreCommands,
    AppendCommands,
    MailboxCommands,
    SelectCommands,
    AdministrationCommands,
    IdleCommands,
):
    """An open session, after the login. Whoever uses it sets ``stream.deadline`` before each call.

    Whatever ends it raises ``ConnectionLost``, ``TimedOut`` or ``ProtocolBroken``. Threads and tasks may share it: who
    comes while somebody waits for an answer waits, too. ``identity`` is who the server says that it is (RFC 2971),
    ``note`` is for who looks after the account.
    """


async def open_session(runtime: Runtime, server: ImapServer, deadline: Deadline) -> ImapSession:
    """Connect, secure the connection and log in.

    A token that the server refuses is asked for again, once: it may have expired in between.

    Raises:
        UsageError: nobody is to log in.
        NameNotResolved, ConnectionLost, TimedOut: nobody answers; the message names the server.
        TlsRequired, TlsFailed, StarttlsInjection: the connection cannot be secured as it has to be.
        AuthenticationRefused: the credentials are refused.
        ServiceBusy: the server, or who gives the token, asks for patience.
        CommandRefused: the server wants no session.
        ProtocolBroken: this is no IMAP server.
    """
    session, note = await open_with(
        runtime, server, deadline, lambda who, tls: _connect(runtime, server, who, tls, deadline)
    )
    session.note = "; ".join(filter(None, (note, session.note)))
    return session


async def _connect(
    runtime: Runtime, server: ImapServer, credentials: Credentials | None, tls: TlsSettings, deadline: Deadline
) -> ImapSession:
    opening = Opening(server, Conversation(await connect_to(runtime, server, tls, deadline)))
    try:
        await opening.greet(tls)
        await opening.log_in(credentials)
        session = ImapSession(opening.conversation, opening.capabilities, runtime, opening.behaviour)
        session.identity = opening.identity
        session.note = "; ".join(filter(None, (opening.behaviour.note, *opening.alerts)))
        session.take_enabled(opening.enabled)
        session.told_namespaces = opening.namespaces
        session.fold()
        return session
    except BaseException:
        opening.conversation.stream.abort()
        raise
