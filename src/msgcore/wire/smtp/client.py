"""An SMTP session as client, but for the transactions: greeting, TLS, authentication, farewell."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Sequence

import attrs

from msgcore.base.status import EnhancedStatus, Reply
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
from msgcore.wire.sasl import Credentials, Dialogue, Heard, MechanismFactory, Verdict, prove, without_echo
from msgcore.wire.smtp.extensions import Extensions
from msgcore.wire.smtp.reply import take_reply

__all__ = ["authenticate", "greet", "is_there", "quit_session", "start_tls"]

_NAME = re.compile(r"[!-~]+")
_NO_SUCH_COMMAND = {500, 502}
_NO_EHLO = {500, 502, 504, 550}
_NO_SUCH_MECHANISM = EnhancedStatus(5, 5, 4)
_COMMAND_OCTETS = 512  # RFC 5321 section 4.5.3.1.4, which RFC 4954 section 4 keeps for the AUTH command
_WHOLE_TEXT = 999  # the text of a reply that is longer has been cut
_QUIT_SECONDS = 5.0
_GONE = (ConnectionLost, TimedOut, TlsFailed, ProtocolBroken)


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
    stream: Stream,
    extensions: Extensions,
    settings: TlsSettings,
    ehlo_name: str,
    *,
    handshake_seconds: float | None = None,
) -> tuple[Stream, Extensions]:
    """Upgrade the session to TLS (RFC 3207) and ask again what is offered; only the new stream and extensions count.

    A handshake that is cut, or takes longer than ``handshake_seconds`` when time is left behind these, has failed as
    TLS: with ``None`` the connection has.

    Raises:
        TlsRequired: the server does not offer it, or refuses it now; the session is still good, in clear.
        StarttlsInjection: octets arrived in clear behind the go-ahead.
        TlsFailed: the handshake failed or the certificate is not to be trusted.
    """
    name = _checked(ehlo_name)
    if not extensions.offers("STARTTLS"):
        raise TlsRequired(f"{stream.endpoint}: TLS is required, and the server does not offer STARTTLS")
    secured = await _secured(stream, settings, handshake_seconds)
    try:
        return secured, await _say_hello(secured, name, is_lmtp=extensions.is_lmtp)
    except ConnectionLost as error:
        raise ConnectionLost(f"{error}, at EHLO behind the TLS handshake") from error


async def _secured(stream: Stream, settings: TlsSettings, seconds: float | None) -> Stream:
    whole, where = stream.deadline, "at STARTTLS"
    if seconds is not None:
        stream.deadline = whole.sooner(seconds)
    try:
        await _ask_for_tls(stream)
        where = "in the TLS handshake"
        secured = await stream.start_tls(settings)
    except (ConnectionLost, TimedOut) as error:
        if seconds is None or whole.is_past:
            raise
        raise TlsFailed(f"{error}, {where}") from error
    finally:
        stream.deadline = whole
    secured.deadline = whole
    return secured


async def _ask_for_tls(stream: Stream) -> None:
    await _say(stream, b"STARTTLS")
    reply, surplus = await _read_one(stream)
    if surplus:
        raise StarttlsInjection(f"{stream.endpoint}: {len(surplus)} octets in clear behind the answer to STARTTLS")
    if reply.code != 220:
        text = f"{stream.endpoint}: TLS is required, and the server refuses STARTTLS: {reply}"
        raise TlsRequired(text) from CommandRefused(reply)


async def authenticate(
    stream: Stream,
    extensions: Extensions,
    credentials: Credentials,
    *,
    allow_cleartext: bool = False,
    own: Sequence[MechanismFactory] = (),
) -> None:
    """Prove who the user is (RFC 4954), as :func:`msgcore.wire.sasl.prove` does."""
    carrier = _Carrier(stream, credentials.user)
    await prove(carrier, extensions.auth_mechanisms, credentials, allow_cleartext=allow_cleartext, own=own)


@attrs.frozen
class _Carrier:
    stream: Stream
    user: str
    command_octets: int = _COMMAND_OCTETS

    async def say(self, line: bytes, shown_as: bytes) -> None:
        await _say(self.stream, line, shown_as)

    async def hear(self, what: str, dialogue: Dialogue) -> Heard:
        reply = await _hear(self.stream)
        if reply.code == 334:
            return Heard(Verdict.CHALLENGE, reply.text if len(reply.text) <= _WHOLE_TEXT else None)
        if reply.code == 235:
            return Heard(Verdict.GRANTED)
        said = Reply(reply.code, tuple(map(without_echo, reply.lines)), reply.enhanced)
        error: MsgcoreError
        if reply.is_temporary:
            error = ServiceBusy(f"{what}: {said}")
        else:
            error = AuthenticationRefused(f"{what}{f' as {self.user}' if self.user else ''}: {said}")
        error.__cause__ = CommandRefused(said)
        return Heard(_verdict(reply), error=error)


def _verdict(refusal: Reply) -> Verdict:
    """Say whether the mechanism is refused, or the credentials are (RFC 4954 section 4)."""
    if refusal.code in {504, 534} or refusal.enhanced == _NO_SUCH_MECHANISM:
        return Verdict.UNAVAILABLE
    return Verdict.LATER if refusal.is_temporary else Verdict.REFUSED


async def is_there(stream: Stream) -> bool:
    """Ask, by NOOP, whether the server is still there for this session."""
    with contextlib.suppress(*_GONE):
        if await Incoming(stream).look():
            return False
        await _say(stream, b"NOOP")
        reply, surplus = await _read_one(stream)
        # A 4yz is the goodbye of a server that grew tired of waiting; one that knows no NOOP is there, too.
        return not reply.is_temporary and not surplus and not await Incoming(stream).look()
    return False


async def quit_session(stream: Stream) -> None:
    """Say QUIT, wait a little for the answer, and close; nothing that the server does about it is an error."""
    stream.deadline = stream.deadline.sooner(_QUIT_SECONDS)
    with contextlib.suppress(*_GONE):
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
