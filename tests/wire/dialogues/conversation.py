"""One whole session of the client, and its replay against what a server once said."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from typing import Any, TypeVar

import attrs

from msgcore.base.text import Secret
from msgcore.model import Address, Envelope, Outcome, Recipient
from msgcore.runtime import Endpoint, Runtime, Stream, TlsSettings
from msgcore.testing.modes import Mode
from msgcore.testing.scripted import Cut, Faults, ScriptedRuntime
from msgcore.testing.transcripts import Replay, Transcript
from msgcore.wire.sasl import Credentials
from msgcore.wire.smtp import Extensions, authenticate, greet, quit_session, start_tls, transmit

__all__ = ["LETTER", "NAME", "Held", "hold", "replayed"]

T = TypeVar("T")

NAME = "client.a.test"
_SETTINGS = TlsSettings()
LETTER = b"Subject: x\r\n\r\n.Hello\r\n"


@attrs.frozen
class Held:
    """What the session showed: what was offered in the end, and what became of each recipient."""

    extensions: Extensions
    outcomes: Mapping[str, Outcome]


async def hold(
    runtime: Runtime, endpoint: Endpoint, *recipients: str, user: str = "", settings: TlsSettings = _SETTINGS
) -> Held:
    """Greet, upgrade where that is offered, log in as ``user``, send one letter, and quit."""
    stream = await runtime.connect(endpoint, runtime.deadline(30))
    extensions = await greet(stream, NAME, is_lmtp=endpoint.service == "lmtp")
    if extensions.offers("STARTTLS"):
        stream, extensions = await start_tls(stream, extensions, settings, NAME)
    if user:
        await authenticate(stream, extensions, Credentials(user, Secret("password")))
    outcomes = await _send(stream, extensions, recipients)
    await quit_session(stream)
    return Held(extensions, outcomes)


async def _send(stream: Stream, extensions: Extensions, recipients: tuple[str, ...]) -> Mapping[str, Outcome]:
    to = tuple(Recipient(Address("SMTP", one)) for one in recipients)
    envelope = Envelope(Address("SMTP", "ann@a.test"), to)
    transaction = await transmit(stream, envelope, LETTER, extensions, is_proven=True)
    return {recipient.email_address: outcome for recipient, outcome in transaction.outcomes.items()}


def replayed(transcript: Transcript, main: Callable[[Runtime], Coroutine[Any, Any, T]], mode: Mode, cut: Cut) -> T:
    """Run ``main`` against the recorded server, and see that it says all that the record has of the client."""
    peer = Replay(transcript)
    runtime = ScriptedRuntime([peer], faults=Faults(cut=cut))
    result = mode.drive(runtime.call(main(runtime)))
    peer.check_end()
    return result
