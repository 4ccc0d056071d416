"""A session against a model of it: after every command the envelope is whole or empty (RFC 5321 section 4.1.4)."""

from __future__ import annotations

import attrs
from hypothesis import given
from hypothesis import strategies as st

from msgcore.runtime import run
from msgcore.wire.smtp.server import serve_session
from tests.wire.test_server import SETTINGS, Keeper, Talker

TOO_BIG = 100
TERMS = attrs.evolve(SETTINGS, offers=SETTINGS.offers | {"CHUNKING"}, max_message_octets=TOO_BIG, max_recipients=3)

Envelope = tuple[str, ...]


@attrs.define
class Model:
    """What a session is to do: who gets which message, and the first digit of each reply."""

    has_said_ehlo: bool = False
    recipients: list[str] | None = None
    chunks: bytes | None = None
    named: int = 0
    is_over: bool = False
    taken: list[tuple[Envelope, bytes]] = attrs.field(factory=list[tuple[Envelope, bytes]])

    def hears(self, said: bytes) -> str:
        verb, _, rest = said.partition(b" ")
        return getattr(self, f"_{verb.decode().strip().lower()}")(rest)  # type: ignore[no-any-return]

    def _forget(self) -> None:
        self.recipients, self.chunks, self.named = None, None, 0

    def _ehlo(self, _: bytes) -> str:
        self.has_said_ehlo = True
        self._forget()
        return "2"

    def _rset(self, _: bytes) -> str:
        self._forget()
        return "2"

    def _noop(self, _: bytes) -> str:
        return "2"

    def _mail(self, rest: bytes) -> str:
        if not self.has_said_ehlo or self.recipients is not None or b"<" not in rest:
            return "5"
        self.recipients = []
        return "2"

    def _rcpt(self, rest: bytes) -> str:
        if self.recipients is None or self.chunks is not None:
            return "5"
        self.named += 1
        if self.named > 3:
            return "4"
        if b"eve" in rest:
            return "5"
        self.recipients.append(rest.decode().strip()[len("TO:<") : -1])
        return "2"

    def _data(self, rest: bytes) -> str:
        """``rest`` is what follows the go-ahead; the test says it there."""
        if not self.recipients or self.chunks is not None:
            return "5"
        return self._judge(rest)

    def _bdat(self, rest: bytes) -> str:
        head, _, octets = rest.partition(b"\r\n")
        if not self.has_said_ehlo:
            self.is_over = True
            return "5"
        if not self.recipients:
            return "5"
        self.chunks = (self.chunks or b"") + octets
        if b"LAST" in head:
            return self._judge(self.chunks)
        if len(self.chunks) > TOO_BIG:
            self._forget()
            return "5"
        return "2"

    def _judge(self, octets: bytes) -> str:
        is_good = len(octets) <= TOO_BIG and octets.count(b"\n") == octets.count(b"\r\n") and b"\0" not in octets
        if is_good:
            self.taken.append((tuple(dict.fromkeys(self.recipients or ())), octets))
        self._forget()
        return "2" if is_good else "5"


MESSAGES = [b"Hello\r\n", b"", b"x" * TOO_BIG + b"\r\n", b"NUL \0\r\n", b"MAIL FROM:<eve@e.test>\r\n"]
COMMANDS = st.one_of(
    st.sampled_from([b"EHLO x.test\r\n", b"RSET\r\n", b"NOOP\r\n", b"MAIL nonsense\r\n"]),
    st.just(b"MAIL FROM:<ann@a.test>\r\n"),
    st.sampled_from([b"RCPT TO:<bob@b.test>\r\n", b"RCPT TO:<dan@b.test>\r\n", b"RCPT TO:<eve@b.test>\r\n"]),
    st.sampled_from(MESSAGES).map(lambda octets: b"DATA " + octets),
    st.tuples(st.sampled_from(MESSAGES), st.sampled_from([b"", b" LAST"])).map(
        lambda chunk: b"BDAT %d%b\r\n%b" % (len(chunk[0]), chunk[1], chunk[0])
    ),
)


@given(st.booleans(), st.lists(COMMANDS, max_size=25))
def test_a_session_does_what_its_model_does(begins: bool, commands: list[bytes]) -> None:
    model, keeper, parts, expected = Model(), Keeper(eve="550 no"), list[bytes](), list[str]()
    for said in [b"EHLO x.test\r\n"] * begins + commands:
        if model.is_over:
            break
        can_send = bool(model.recipients) and model.chunks is None
        reply = model.hears(said)
        if said.startswith(b"DATA "):
            parts.append(b"DATA\r\n")
            if can_send:
                parts.append(said.removeprefix(b"DATA ") + b".\r\n")
                expected.append("3")
        else:
            parts.append(said)
        expected.append(reply)
    client = Talker(*parts)
    run(serve_session(client, keeper, TERMS))

    heard = [line[:1] for line in client.heard.decode().splitlines() if line[3:4] != "-"]
    assert heard[1:] == expected
    assert [
        (tuple(one.email_address for one in envelope.recipients), octets) for envelope, octets in keeper.messages
    ] == model.taken
