"""Having a client prove who it is, whatever the protocol: what is offered to it, and one exchange on its line."""

from __future__ import annotations

import binascii
import enum
from base64 import b64decode, b64encode
from collections.abc import Callable
from typing import Protocol

import attrs

from msgcore.errors import AuthenticationRefused, MalformedMessage, MsgcoreError, NotSupported, OperationCancelled
from msgcore.runtime.abc import TlsFacts
from msgcore.wire.sasl.binding import ChannelBinding, own_binding
from msgcore.wire.sasl.server import Authenticator, AwaitedExchange, Exchange
from msgcore.wire.server_line import ServerLine

__all__ = ["LoginSettings", "NotProved", "Proof", "WhyNot", "check_plain", "hold_exchange", "offered_mechanisms"]

_CHALLENGES = 8
_PLUS = "-PLUS"

_AnyExchange = Exchange | AwaitedExchange


class WhyNot(enum.Enum):
    """Why nobody is proved; the value is what a person reads."""

    NO_SUCH_MECHANISM = "no such mechanism"
    ONLY_OVER_TLS = "only over TLS"
    WRONG = "wrong user or password"
    INCOMPLETE = "need a user and a password"
    NO_MESSAGE = "this is no message of the mechanism"
    NO_BASE64 = "this is not base64"
    TOO_LONG = "line too long"
    TOO_MANY = "too many challenges"
    CANCELLED = "cancelled"
    NOT_NOW = "nobody can tell now; try again later"


class NotProved(Exception):
    """Nobody is proved; each protocol has its own way to say so. ``claimed`` is who the client said it is, if known."""

    def __init__(self, why: WhyNot) -> None:
        super().__init__(why.value)
        self.why = why
        self.claimed = ""


@attrs.frozen
class Proof:
    """Who has proved who it is, and what he called himself, if that is known: a user may have several names."""

    user: str
    claimed: str = ""


class LoginSettings(Protocol):
    """Who knows the users; the settings of a server are such."""

    @property
    def authenticator(self) -> Authenticator | None: ...


def offered_mechanisms(settings: LoginSettings, tls: TlsFacts | None) -> list[str]:
    """Name the mechanisms for a client.

    EXTERNAL is only for one whose certificate was demanded and verified, and -PLUS where there is a channel binding.
    """
    return _offer(settings, tls)[0]


def _offer(settings: LoginSettings, tls: TlsFacts | None) -> tuple[list[str], ChannelBinding | None]:
    """Give the mechanisms, and the binding when the -PLUS forms are among them."""
    if settings.authenticator is None:
        return [], None
    names = settings.authenticator.mechanisms(is_private=tls is not None)
    is_bound = any(name.endswith(_PLUS) for name in names)
    binding = own_binding(tls) if is_bound else None
    has_certificate = tls is not None and bool(tls.certificate)
    offered = [
        name
        for name in names
        if (name != "EXTERNAL" or has_certificate) and (not name.endswith(_PLUS) or binding is not None)
    ]
    return offered, binding


async def check_plain(authenticator: Authenticator, user: str, password: str) -> str:
    """Give the user whose password it is, by the authenticator's PLAIN.

    Raises:
        NotProved: it is nobody's.
    """
    exchange = _begin(authenticator, "PLAIN", None)
    if await _step(exchange, f"\0{user}\0{password}".encode(), WhyNot.INCOMPLETE) is not None:
        raise NotProved(WhyNot.WRONG)
    return exchange.user


async def hold_exchange(
    line: ServerLine,
    settings: LoginSettings,
    argument: str,
    prompt: bytes,
    may_log_in: Callable[[str], bool] | None = None,
) -> Proof:
    """Hold the exchange that a command with this argument begins, and give whom it proves.

    A challenge stands behind ``prompt``. Who is known by now, and not one of those who ``may_log_in``, is as wrong as
    with a wrong password: SCRAM's last challenge would tell that it was right. A line that is too long ends the
    session, too.

    Raises:
        NotProved: nobody is proved.
    """
    mechanism, _, initial = argument.partition(" ")
    exchange = _begun(settings, mechanism.upper(), line.stream.tls)
    response = _decoded("" if initial == "=" else initial) if initial else None
    try:
        for _ in range(_CHALLENGES):
            challenge = await _step(exchange, response, WhyNot.NO_MESSAGE)
            if challenge is None:
                return Proof(exchange.user, _claimed(exchange))
            if may_log_in is not None and not may_log_in(_claimed(exchange)):
                raise NotProved(WhyNot.WRONG)
            line.put_octets(b"%b%b\r\n" % (prompt, b64encode(challenge)))
            response = await _response(line)
        raise NotProved(WhyNot.TOO_MANY)
    except NotProved as error:
        error.claimed = _claimed(exchange)
        raise


def _begun(settings: LoginSettings, mechanism: str, tls: TlsFacts | None) -> _AnyExchange:
    authenticator = settings.authenticator
    assert authenticator is not None, "AUTH is served"
    offered, binding = _offer(settings, tls)
    if mechanism not in offered:
        is_private = tls is None and mechanism in authenticator.mechanisms(is_private=True)
        raise NotProved(WhyNot.ONLY_OVER_TLS if is_private else WhyNot.NO_SUCH_MECHANISM)
    # The binding goes to every form: so SCRAM finds out when somebody hid -PLUS from the client (RFC 5802 section 6).
    return _begin(authenticator, mechanism, binding)


def _begin(authenticator: Authenticator, mechanism: str, binding: ChannelBinding | None) -> _AnyExchange:
    try:
        return authenticator.begin(mechanism, binding)
    except NotSupported:
        raise NotProved(WhyNot.NO_SUCH_MECHANISM) from None


def _claimed(exchange: _AnyExchange) -> str:
    return exchange.claimed if isinstance(exchange, AwaitedExchange) else ""


async def _step(exchange: _AnyExchange, response: bytes | None, when_malformed: WhyNot) -> bytes | None:
    try:
        if isinstance(exchange, AwaitedExchange):
            return await exchange.answer(response)
        return exchange.step(response)
    except OperationCancelled:
        raise
    except AuthenticationRefused:
        raise NotProved(WhyNot.WRONG) from None
    except MalformedMessage:
        raise NotProved(when_malformed) from None
    except MsgcoreError:
        raise NotProved(WhyNot.NOT_NOW) from None


async def _response(line: ServerLine) -> bytes:
    said = await line.next_line(is_exchange=True)
    if said is None:
        line.is_over = True
        raise NotProved(WhyNot.TOO_LONG)
    text = said.decode("latin-1").rstrip("\r\n")
    if text == "*":
        raise NotProved(WhyNot.CANCELLED)
    return _decoded(text)


def _decoded(text: str) -> bytes:
    try:
        return b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise NotProved(WhyNot.NO_BASE64) from None
