"""Proving who the user is, whatever the protocol: one mechanism after the other until the server has said yes or no."""

from __future__ import annotations

import enum
import functools
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

import attrs

from msgcore.base.text import forget_frames
from msgcore.errors import AuthenticationRefused, ConnectionLost, MsgcoreError, TlsRequired
from msgcore.runtime.abc import Stream
from msgcore.wire.sasl.binding import binding_of
from msgcore.wire.sasl.choose import choose_mechanism
from msgcore.wire.sasl.dialogue import Dialogue
from msgcore.wire.sasl.mechanism import Credentials, Mechanism, MechanismFactory

__all__ = ["Carrier", "Heard", "Verdict", "prove", "say_hidden", "without_echo"]

_PLUS = "-PLUS"


class Verdict(enum.Enum):
    """What a server says in an exchange."""

    CHALLENGE = "go on"
    GRANTED = "yes"
    REFUSED = "no"
    LATER = "not now"
    UNAVAILABLE = "not by this mechanism"


@attrs.frozen
class Heard:
    """An answer in an exchange: with a challenge, in base64, or the error that a refusal is.

    ``challenge`` is ``None`` when it was too long to be kept.
    """

    verdict: Verdict
    challenge: str | None = ""
    error: MsgcoreError | None = None


class Carrier(Protocol):
    """How a protocol carries an exchange on a stream (RFC 4422 section 4)."""

    @property
    def stream(self) -> Stream: ...

    @property
    def command_octets(self) -> int:
        """The longest AUTH command, with CR and LF."""
        ...

    async def say(self, line: bytes, shown_as: bytes) -> None:
        """Say a line, without its end, of which a transcript shows ``shown_as``."""
        ...

    async def hear(self, what: str, dialogue: Dialogue) -> Heard:
        """Hear what the server answers; ``what`` is for an error's text, ``dialogue`` says how far it has come."""
        ...


async def prove(
    carrier: Carrier,
    offered: Iterable[str],
    credentials: Credentials,
    *,
    allow_cleartext: bool = False,
    own: Sequence[MechanismFactory] = (),
) -> None:
    """Prove who the user is by the strongest mechanism in common; ``own`` are the user's mechanisms.

    What is refused is not tried again; the next mechanism's turn comes only when the server has not this one after
    all. After ``AuthenticationRefused`` the session goes on, with other credentials if the caller has some, unless the
    server said yes before it had proved itself.

    Raises:
        AuthenticationRefused: the server refuses, or offers no mechanism that msgcore speaks.
        TlsRequired: the password would be sent without TLS, or to a server whose certificate was not verified.
        ServiceBusy: the server cannot tell now.
    """
    tls = carrier.stream.tls
    names = {name.upper() for name in offered}
    choose = functools.partial(
        choose_mechanism,
        credentials=credentials,
        is_private=tls is not None and tls.is_verified,
        allow_cleartext=allow_cleartext,
        own=own,
    )
    binding = binding_of(tls)
    refusal: MsgcoreError | None = None
    while True:
        try:
            mechanism = choose(names, binding=binding)
        except (AuthenticationRefused, TlsRequired) as error:
            if refusal is None:
                raise type(error)(f"{carrier.stream.endpoint}: {error}") from None
            raise refusal from refusal.__cause__
        dialogue = Dialogue(mechanism)
        try:
            heard = await _exchange(carrier, mechanism, dialogue)
        except ConnectionLost:
            # Some servers close after a refusal; that is what the caller has to hear of.
            if refusal is None:
                raise
            raise refusal from refusal.__cause__
        if heard.error is None:
            return
        refusal = heard.error
        if mechanism.name.endswith(_PLUS) and not dialogue.was_challenged and heard.verdict is not Verdict.LATER:
            # It has seen no proof: it knows another kind of binding. Then none is claimed, and none is missed.
            names = {name for name in names if not name.endswith(_PLUS)}
            binding = None
            continue
        if heard.verdict is not Verdict.UNAVAILABLE:
            raise refusal
        # As if it had not been offered: SCRAM tells the server what it saw, so that both hear of it when somebody lies.
        names.discard(mechanism.name.upper())


async def _exchange(carrier: Carrier, mechanism: Mechanism, dialogue: Dialogue) -> Heard:
    """Give what the server says in the end."""
    what = f"{carrier.stream.endpoint}: AUTH {mechanism.name}"
    await say_hidden(carrier, lambda: _first_step(dialogue, carrier.command_octets))
    while (heard := await carrier.hear(what, dialogue)).verdict is Verdict.CHALLENGE:
        try:
            await say_hidden(carrier, functools.partial(_next_step, dialogue, heard.challenge))
        except AuthenticationRefused as error:
            await carrier.say(b"*", b"*")
            await carrier.hear(what, dialogue)
            raise AuthenticationRefused(f"{what}: {error}") from error
    if heard.verdict is Verdict.GRANTED and not mechanism.is_done:
        raise AuthenticationRefused(f"{what}: the server says yes before the exchange is done")
    return heard


def _first_step(dialogue: Dialogue, command_octets: int) -> tuple[bytes, bytes]:
    """Give the AUTH command, and how a transcript shows it."""
    command = f"AUTH {dialogue.mechanism.name}".encode()
    initial = dialogue.initial(command_octets - len(command) - len(b" \r\n"))
    if initial is None:
        return command, command
    return command + b" " + initial, command + b" ***"


def _next_step(dialogue: Dialogue, challenge: str | None) -> tuple[bytes, bytes]:
    if challenge is None:
        raise AuthenticationRefused("a challenge that is too long")
    return dialogue.answer(challenge), b"***"


async def say_hidden(carrier: Carrier, step: Callable[[], tuple[bytes, bytes]]) -> None:
    """Say what ``step`` gives, which holds a password, and how a transcript shows it.

    Tools show the local variables beside a traceback, so that none may show this.
    """
    try:
        await carrier.say(*step())
    except BaseException as error:
        forget_frames(error)
        raise


# What looks like base64 in a refusal may be what the client said, sent back.
_ECHO = re.compile(
    r"(?<![A-Za-z0-9+/])(?=[A-Z0-9+/=]*[a-z])(?=(?:[a-z]*[A-Z0-9+/]){2})[A-Za-z0-9+/]{16,1000}={0,2}(?![A-Za-z0-9+/])"
)


def without_echo(text: str) -> str:
    """Hide in a refusal's text what may be base64 that was said before it."""
    return _ECHO.sub("***", text)
