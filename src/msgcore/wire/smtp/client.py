"""An SMTP session as client, but for the transactions: greeting, TLS, authentication, farewell."""

from __future__ import annotations

import binascii
import contextlib
import re
from base64 import b64decode, b64encode

from msgcore.base.status import Reply
from msgcore.base.text import Secret
from msgcore.errors import (
    AuthenticationRefused,
    CommandRefused,
    ConnectionLost,
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
from msgcore.wire.sasl import Mechanism, choose_mechanism
from msgcore.wire.smtp.extensions import Extensions
from msgcore.wire.smtp.reply import take_reply

__all__ = ["authenticate", "greet", "quit_session", "start_tls"]

_NAME = re.compile(r"[!-~]+")
_NO_EHLO = {500, 502, 504, 550}
_CHALLENGES = 8
_QUIT_SECONDS = 5.0


async def greet(stream: Stream, ehlo_name: str) -> Extensions:
    """Open a session: the server's greeting, EHLO, and HELO for servers that know no EHLO (RFC 5321 section 3.2).

    ``ehlo_name`` is this host's full name, or its address as ``[192.0.2.1]``.

    Raises:
        CommandRefused: the server wants no session, for good (554) or for now (421): see ``is_permanent``.
        ProtocolBroken: this is no SMTP server.
    """
    name = _checked(ehlo_name)
    reply = await _hear(stream)
    if reply.code != 220 and not reply.is_temporary and not reply.is_permanent:
        raise ProtocolBroken.remote(f"{stream.endpoint}: greets with {reply}")
    reply.raise_unless_positive()
    return await _say_hello(stream, name)


async def _say_hello(stream: Stream, name: bytes) -> Extensions:
    reply = await _command(stream, b"EHLO " + name)
    if reply.code in _NO_EHLO:
        reply = await _command(stream, b"HELO " + name)
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
    return secured, await _say_hello(secured, name)


async def authenticate(
    stream: Stream, extensions: Extensions, user: str, password: Secret, *, allow_cleartext: bool = False
) -> None:
    """Prove who the user is (RFC 4954), once, by the best mechanism that the server offers.

    Raises:
        AuthenticationRefused: the server refuses, or offers no mechanism that msgcore speaks.
        TlsRequired: the password would be sent without TLS, or to a server whose certificate was not verified.
        ServiceBusy: the server cannot tell now (4yz).
        InjectionRefused: user or password holds CR, LF or NUL.
    """
    is_private = stream.tls is not None and stream.tls.is_verified
    try:
        mechanism = choose_mechanism(
            extensions.auth_mechanisms, user, password, is_private=is_private, allow_cleartext=allow_cleartext
        )
    except (AuthenticationRefused, TlsRequired) as error:
        raise type(error)(f"{stream.endpoint}: {error}") from None
    reply = await _exchange(stream, mechanism)
    if reply.code == 235:
        return
    if reply.is_temporary:
        raise ServiceBusy(f"{stream.endpoint}: AUTH {mechanism.name}: {reply}")
    raise AuthenticationRefused(f"{stream.endpoint}: AUTH {mechanism.name} as {user}: {reply}") from CommandRefused(
        reply
    )


async def _exchange(stream: Stream, mechanism: Mechanism) -> Reply:
    # What holds the password is the local variable of no frame that waits: tools show those beside a traceback.
    await _say(stream, *_first_step(mechanism))
    reply = await _hear(stream)
    for _ in range(_CHALLENGES):
        if reply.code != 334:
            return reply
        try:
            await _say(stream, *_next_step(mechanism, reply))
        except (binascii.Error, AuthenticationRefused) as error:
            await _command(stream, b"*")
            raise AuthenticationRefused(f"{stream.endpoint}: AUTH {mechanism.name}: {error}") from error
        reply = await _hear(stream)
    raise AuthenticationRefused(f"{stream.endpoint}: AUTH {mechanism.name}: more than {_CHALLENGES} challenges")


def _first_step(mechanism: Mechanism) -> tuple[bytes, bytes]:
    """Give the AUTH command, and how a transcript shows it."""
    command = f"AUTH {mechanism.name}".encode()
    first = mechanism.first()
    if first is None:
        return command, command
    return command + b" " + (b64encode(first) or b"="), command + b" ***"


def _next_step(mechanism: Mechanism, challenge: Reply) -> tuple[bytes, bytes]:
    return b64encode(mechanism.answer(b64decode(challenge.text))), b"***"


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
