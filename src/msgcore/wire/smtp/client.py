"""An SMTP session as client, but for the transactions: greeting, TLS, authentication, farewell."""

from __future__ import annotations

import contextlib
import functools
import re
from collections.abc import Callable, Sequence

from msgcore.base.status import EnhancedStatus, Reply
from msgcore.base.text import forget_frames
from msgcore.errors import (
    AuthenticationRefused,
    CapabilityMissing,
    CommandRefused,
    ConnectionLost,
    MsgcoreError,
    ProtocolBroken,
    ServiceBusy,
    StarttlsInjection,
    TimedOut,
    TlsFailed,
    TlsRequired,
    UsageError,
)
from msgcore.runtime.abc import Stream, TlsSettings
from msgcore.wire.lines import Incoming
from msgcore.wire.sasl import (
    Credentials,
    Dialogue,
    Mechanism,
    MechanismFactory,
    binding_of,
    choose_mechanism,
)
from msgcore.wire.smtp.extensions import Extensions
from msgcore.wire.smtp.reply import take_reply

__all__ = ["authenticate", "greet", "quit_session", "start_tls"]

_NAME = re.compile(r"[!-~]+")
_NO_SUCH_COMMAND = {500, 502}
_NO_EHLO = {500, 502, 504, 550}
_NO_SUCH_MECHANISM = EnhancedStatus(5, 5, 4)
_COMMAND_OCTETS = 512  # RFC 5321 section 4.5.3.1.4, which RFC 4954 section 4 keeps for the AUTH command
_WHOLE_TEXT = 999  # the text of a reply that is longer has been cut
_PLUS = "-PLUS"
_QUIT_SECONDS = 5.0


async def greet(stream: Stream, ehlo_name: str, *, is_lmtp: bool = False) -> Extensions:
    """Open a session: the server's greeting, EHLO, and HELO for servers that know no EHLO (RFC 5321 section 3.2).

    ``ehlo_name`` is this host's full name, or its address as ``[192.0.2.1]``. With ``is_lmtp`` LHLO takes EHLO's place
    (RFC 2033 section 4.1).

    Raises:
        CapabilityMissing: it knows no EHLO and no HELO (or no LHLO): it speaks the other protocol.
        CommandRefused: the server wants no session, for good (554) or for now (421): see ``is_permanent``.
        ProtocolBroken: this is no SMTP server.
    """
    name = _checked(ehlo_name)
    reply = await _hear(stream)
    if reply.code != 220 and not reply.is_temporary and not reply.is_permanent:
        raise ProtocolBroken.remote(f"{stream.endpoint}: greets with {reply}")
    reply.raise_unless_positive()
    return await _say_hello(stream, name, is_lmtp=is_lmtp)


async def _say_hello(stream: Stream, name: bytes, *, is_lmtp: bool) -> Extensions:
    if is_lmtp:
        reply = await _command(stream, b"LHLO " + name)
        if reply.code in _NO_SUCH_COMMAND:
            raise CapabilityMissing(f"{stream.endpoint}: the server does not speak LMTP: {reply}; is it smtp://?")
        return Extensions.of_reply(reply.raise_unless_positive(), is_lmtp=True)
    reply = await _command(stream, b"EHLO " + name)
    if reply.code in _NO_EHLO:
        reply = await _command(stream, b"HELO " + name)
        if reply.code in _NO_SUCH_COMMAND:
            raise CapabilityMissing(f"{stream.endpoint}: the server does not speak SMTP: {reply}; is it lmtp://?")
        return Extensions(reply.raise_unless_positive().lines[0].partition(" ")[0])
    return Extensions.of_reply(reply.raise_unless_positive())


async def start_tls(
    stream: Stream, extensions: Extensions, settings: TlsSettings, ehlo_name: str
) -> tuple[Stream, Extensions]:
    """Upgrade the session to TLS (RFC 3207) and ask again what is offered; only the new stream and extensions count.

    Raises:
        TlsRequired: the server does not offer it, or refuses it now; the session is still good, in clear.
        StarttlsInjection: octets arrived in clear behind the go-ahead.
        TlsFailed: the handshake failed or the certificate is not to be trusted.
    """
    name = _checked(ehlo_name)
    if not extensions.offers("STARTTLS"):
        raise TlsRequired(f"{stream.endpoint}: TLS is required, and the server does not offer STARTTLS")
    await _say(stream, b"STARTTLS")
    reply, surplus = await _read_one(stream)
    if surplus:
        raise StarttlsInjection(f"{stream.endpoint}: {len(surplus)} octets in clear behind the answer to STARTTLS")
    if reply.code != 220:
        raise TlsRequired(f"{stream.endpoint}: TLS is required, and the server refuses STARTTLS: {reply}")
    secured = await stream.start_tls(settings)
    return secured, await _say_hello(secured, name, is_lmtp=extensions.is_lmtp)


async def authenticate(
    stream: Stream,
    extensions: Extensions,
    credentials: Credentials,
    *,
    allow_cleartext: bool = False,
    own: Sequence[MechanismFactory] = (),
) -> None:
    """Prove who the user is (RFC 4954) by the strongest mechanism in common; ``own`` are the user's mechanisms.

    What is refused is not tried again; the next mechanism's turn comes only when the server has not this one after
    all. After ``AuthenticationRefused`` the session goes on, with other credentials if the caller has some, unless the
    server said yes before it had proved itself.

    Raises:
        AuthenticationRefused: the server refuses, or offers no mechanism that msgcore speaks.
        TlsRequired: the password would be sent without TLS, or to a server whose certificate was not verified.
        ServiceBusy: the server cannot tell now (4yz).
    """
    offered = set(extensions.auth_mechanisms)
    choose = functools.partial(
        choose_mechanism,
        credentials=credentials,
        is_private=stream.tls is not None and stream.tls.is_verified,
        allow_cleartext=allow_cleartext,
        own=own,
    )
    binding = binding_of(stream.tls)
    refusal: MsgcoreError | None = None
    while True:
        try:
            mechanism = choose(offered, binding=binding)
        except (AuthenticationRefused, TlsRequired) as error:
            if refusal is None:
                raise type(error)(f"{stream.endpoint}: {error}") from None
            raise refusal from refusal.__cause__
        try:
            reply, was_challenged = await _exchange(stream, mechanism)
        except ConnectionLost:
            # Some servers close after a refusal; that is what the caller has to hear of.
            if refusal is None:
                raise
            raise refusal from refusal.__cause__
        if reply.code == 235:
            return
        refusal = _refusal(f"{stream.endpoint}: AUTH {mechanism.name}", credentials.user, _without_echo(reply))
        if mechanism.name.endswith(_PLUS) and not was_challenged and not reply.is_temporary:
            # It has seen no proof: it knows another kind of binding. Then none is claimed, and none is missed.
            offered = {name for name in offered if not name.endswith(_PLUS)}
            binding = None
            continue
        if not _is_unavailable(reply):
            raise refusal
        # As if it had not been offered: SCRAM tells the server what it saw, so that both hear of it when somebody lies.
        offered.discard(mechanism.name.upper())


# What looks like base64 in a refusal may be what the client said, sent back.
_ECHO = re.compile(
    r"(?<![A-Za-z0-9+/])(?=[A-Z0-9+/=]*[a-z])(?=(?:[a-z]*[A-Z0-9+/]){2})[A-Za-z0-9+/]{16,1000}={0,2}(?![A-Za-z0-9+/])"
)


def _without_echo(reply: Reply) -> Reply:
    return Reply(reply.code, tuple(_ECHO.sub("***", line) for line in reply.lines), reply.enhanced)


def _refusal(what: str, user: str, reply: Reply) -> MsgcoreError:
    error: MsgcoreError
    if reply.is_temporary:
        error = ServiceBusy(f"{what}: {reply}")
    else:
        error = AuthenticationRefused(f"{what}{f' as {user}' if user else ''}: {reply}")
    error.__cause__ = CommandRefused(reply)
    return error


def _is_unavailable(reply: Reply) -> bool:
    """Whether the mechanism is refused and not the credentials (RFC 4954 section 4)."""
    return reply.code in {504, 534} or reply.enhanced == _NO_SUCH_MECHANISM


async def _exchange(stream: Stream, mechanism: Mechanism) -> tuple[Reply, bool]:
    """Give the last reply, and whether the server had a challenge before it."""
    was_challenged = False
    what = f"{stream.endpoint}: AUTH {mechanism.name}"
    dialogue = Dialogue(mechanism)
    await _say_hidden(stream, lambda: _first_step(dialogue))
    while (reply := await _hear(stream)).code == 334:
        was_challenged = True
        try:
            await _say_hidden(stream, functools.partial(_next_step, dialogue, reply))
        except AuthenticationRefused as error:
            await _command(stream, b"*")
            raise AuthenticationRefused(f"{what}: {error}") from error
    if reply.code == 235 and not mechanism.is_done:
        raise AuthenticationRefused(f"{what}: the server says yes before the exchange is done")
    return reply, was_challenged


def _first_step(dialogue: Dialogue) -> tuple[bytes, bytes]:
    """Give the AUTH command, and how a transcript shows it."""
    command = f"AUTH {dialogue.mechanism.name}".encode()
    initial = dialogue.initial(_COMMAND_OCTETS - len(command) - len(b" \r\n"))
    if initial is None:
        return command, command
    return command + b" " + initial, command + b" ***"


def _next_step(dialogue: Dialogue, challenge: Reply) -> tuple[bytes, bytes]:
    if len(challenge.text) > _WHOLE_TEXT:
        raise AuthenticationRefused(f"a challenge of more than {_WHOLE_TEXT} characters")
    return dialogue.answer(challenge.text), b"***"


async def _say_hidden(stream: Stream, step: Callable[[], tuple[bytes, bytes]]) -> None:
    """Say what holds a password. Tools show the local variables beside a traceback, so that none may show this."""
    try:
        await _say(stream, *step())
    except BaseException as error:
        forget_frames(error)
        raise


async def quit_session(stream: Stream) -> None:
    """Say QUIT, wait a little for the answer, and close; nothing that the server does about it is an error."""
    stream.deadline = stream.deadline.sooner(_QUIT_SECONDS)
    with contextlib.suppress(ConnectionLost, TimedOut, TlsFailed, ProtocolBroken):
        await _command(stream, b"QUIT")
    await stream.close()


async def _command(stream: Stream, command: bytes, shown_as: bytes | None = None) -> Reply:
    await _say(stream, command, shown_as)
    return await _hear(stream)


async def _say(stream: Stream, command: bytes, shown_as: bytes | None = None) -> None:
    if stream.unread_octets:
        raise _speaks_early(stream)
    await stream.write(command + b"\r\n", None if shown_as is None else shown_as + b"\r\n")


async def _hear(stream: Stream) -> Reply:
    """Hear one reply; a good one with something behind it is not believed."""
    reply, surplus = await _read_one(stream)
    if surplus and (reply.is_positive or reply.is_intermediate):
        raise _speaks_early(stream)
    return reply


async def _read_one(stream: Stream) -> tuple[Reply, bytearray]:
    """Read one reply, and give what arrived behind it."""
    incoming = Incoming(stream)
    try:
        while (reply := take_reply(incoming.buffer)) is None:
            await incoming.fill_line()
    except ProtocolBroken as error:
        raise ProtocolBroken.remote(f"{stream.endpoint}: {error}") from None
    return reply, incoming.buffer


def _speaks_early(stream: Stream) -> ProtocolBroken:
    return ProtocolBroken.remote(f"{stream.endpoint}: the server speaks before it is asked")


def _checked(ehlo_name: str) -> bytes:
    if not _NAME.fullmatch(ehlo_name):
        raise UsageError(f"EHLO name {ehlo_name!r}: need a host name or an address literal, in ASCII without spaces")
    return ehlo_name.encode()
