"""One whole session of the client, and its replay against what Dovecot once said.

After a change of what the client says, ``python -m tests.wire.pop3.dialogues.conversation`` records anew.
"""

from __future__ import annotations

import poplib
from collections.abc import Mapping, Sequence
from contextlib import closing, nullcontext, suppress
from pathlib import Path

import attrs

from msgcore.base.status import StatusResponse
from msgcore.base.text import Secret
from msgcore.errors import MsgcoreError
from msgcore.runtime import Endpoint, Runtime
from msgcore.runtime.abc import Security
from msgcore.testing.modes import Mode
from msgcore.testing.scripted import Cut, Faults, ScriptedRuntime
from msgcore.testing.transcripts import Replay, Transcript, record
from msgcore.wire.pop3 import Pop3Server, Until, open_session
from tests.servers import PASSWORDS, Authority, Dovecot, SmtpSink

__all__ = ["LETTERS", "SERVERS", "Held", "hold", "replayed"]

LETTERS = (
    b"Subject: one\r\n\r\nHello\r\n",
    b"Subject: two\r\n\r\n.\r\n..\r\n.Hello\r\n",
    b"Subject: three\r\n\r\n",
)
"""What waits: dots at line starts, and a message without a body."""

_ENDPOINT = Endpoint("localhost", 110, "pop3")
_OVER_TLS = Pop3Server(_ENDPOINT, Security.STARTTLS, "alice", Secret(PASSWORDS["alice"]))
SERVERS: Mapping[str, Pop3Server] = {
    "tls": _OVER_TLS,
    "apop": Pop3Server(
        _ENDPOINT, user="alice", password=Secret(PASSWORDS["alice"]), allow_cleartext_login=True, apop=True
    ),
    "wrong_password": attrs.evolve(_OVER_TLS, password=Secret("wrong")),
    "locked": _OVER_TLS,
}
"""What the client is told for each record."""


@attrs.frozen
class Held:
    """What a session showed."""

    can_pipeline: bool
    sizes: Sequence[int]
    unique_ids: Sequence[bytes] | None
    headers: Sequence[bytes | None]
    messages: Sequence[bytes | None]
    refused: Sequence[tuple[int, StatusResponse]]


async def hold(runtime: Runtime, server: Pop3Server) -> Held:
    """Log in, list, look at each header, retrieve all, delete the first two, and quit."""
    session = await open_session(runtime, server, runtime.deadline(60))
    listing = await session.listing()
    headers = await session.tops(listing.numbers, Until())
    messages = await session.retrieve(listing.numbers, Until())
    refused = await session.delete(listing.numbers[:2])
    await session.quit()
    return Held(
        session.capabilities.can_pipeline,
        listing.sizes,
        listing.unique_ids,
        [one.octets for one in headers],
        [one.octets for one in messages],
        refused,
    )


def replayed(name: str, mode: Mode, cut: Cut) -> Held:
    """Hold a session with the recorded server, and see that the client says all that stands in the record."""
    text = (Path(__file__).parent / f"{name}.txt").read_text(encoding="utf-8")
    peer = Replay(Transcript.parse(text))
    runtime = ScriptedRuntime([peer], faults=Faults(cut=cut))
    try:
        return mode.drive(runtime.call(hold(runtime, SERVERS[name])))
    finally:
        peer.check_end()


# Recording


def _recorded(server: Pop3Server) -> Transcript:
    async def main(runtime: Runtime) -> None:
        with suppress(MsgcoreError):  # it stands in the record
            await hold(runtime, server)

    (transcript,) = record(Mode.BLOCKING, main)
    return transcript


def _visitor(dovecot: Dovecot, authority: Authority) -> poplib.POP3_SSL:
    """Somebody else who has the maildrop open."""
    client = poplib.POP3_SSL(dovecot.host, dovecot.pop3s, context=authority.client_context())
    client.user("alice")
    client.pass_(PASSWORDS["alice"])
    return client


def _record_all() -> None:
    with Authority() as authority, SmtpSink() as sink:
        for name, told in SERVERS.items():
            tls = "no" if name == "apop" else "yes"
            settings = (f"ssl = {tls}", "auth_mechanisms = plain login apop", "pop3_lock_session = yes")
            with Dovecot(authority, sink, *settings) as dovecot:
                dovecot.put("alice", LETTERS)
                server = attrs.evolve(
                    told, endpoint=attrs.evolve(_ENDPOINT, port=dovecot.pop3), ca_file=authority.ca_file
                )
                with closing(_visitor(dovecot, authority)) if name == "locked" else nullcontext():
                    transcript = _recorded(server)
                text = f"# Dovecot 2.3.19: {name.replace('_', ' ')}.\n{transcript}"
                (Path(__file__).parent / f"{name}.txt").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    _record_all()
