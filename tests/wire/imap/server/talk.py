"""Clients of an IMAP server's session, in memory: what they say, and what they hear."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import attrs

from msgcore.base.text import Secret
from msgcore.errors import AuthenticationRefused
from msgcore.runtime import TlsFacts, run
from msgcore.testing.memory_mailboxes import MemoryAccount
from msgcore.wire.imap.server import BARE_IMAP, EVERY_IMAP_EXTENSION, Answer, ServerSettings, serve_session
from msgcore.wire.imap.server.turn import Around, Turn
from msgcore.wire.sasl import Passwords
from tests.wire.test_server import TLS, Talker

LOGIN = b'l LOGIN ann "pa ss"\r\n'
NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)
SETTINGS = ServerSettings(
    "imap.b.test",
    offers=EVERY_IMAP_EXTENSION - {"LITERAL-"},
    authenticator=Passwords({"ann": Secret("pa ss"), "eve": Secret("x")}),
    names_capabilities_unasked=False,
)
BARE = attrs.evolve(SETTINGS, offers=BARE_IMAP | {"LOGIN"})
LETTER = (
    b"From: Ann <ann@a.test>\r\nTo: bob@b.test\r\nSubject: one\r\nDate: Mon, 31 Dec 2029 23:00:00 -0500\r\n"
    b"Message-ID: <1@a.test>\r\n\r\nHello\r\n"
)
FORWARD = (
    b"Subject: two\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nfirst\r\n--b\r\n"
    b"Content-Type: message/rfc822\r\n\r\n" + LETTER + b"\r\n--b--\r\n"
)


@attrs.define
class Keeper:
    """Has the account of ann, and of nobody else."""

    account: MemoryAccount = attrs.field(factory=MemoryAccount)

    async def open_account(self, user: str) -> MemoryAccount:
        if user != "ann":
            raise AuthenticationRefused("no account")
        return self.account


def account_with(*letters: bytes, **options: object) -> MemoryAccount:
    account = MemoryAccount(now=lambda: NOON, **options)  # type: ignore[arg-type]  # one of several kinds
    for letter in letters:
        account.mailbox().put(letter, internal_date=NOON)
    return account


def hear(
    *parts: bytes,
    account: MemoryAccount | None = None,
    settings: ServerSettings = SETTINGS,
    around: Around | None = None,
    tls: TlsFacts | None = TLS,
) -> list[bytes]:
    """Give the lines that a client hears which says these parts, without the greeting."""
    client = Talker(*parts, tls=tls)
    keeper = Keeper() if account is None else Keeper(account)
    run(serve_session(client, keeper, settings, around, now=lambda: NOON))
    assert client.is_closed
    return bytes(client.heard).split(b"\r\n")[1:-1]


def ask(
    account: MemoryAccount, *commands: bytes, settings: ServerSettings = SETTINGS, is_open: bool = True
) -> list[bytes]:
    """Give what is said to the last of these commands of somebody who has logged in, and with INBOX selected.

    Each command is said when all before it are answered; their tags are 1, 2, 3 and so on.
    """
    tagged = [b"%d %b\r\n" % numbered for numbered in enumerate(commands, 1)]
    opened = [b"s SELECT INBOX\r\n"] if is_open else []
    heard = hear(LOGIN, *opened, *tagged, account=account, settings=settings)
    before = b"%d " % (len(commands) - 1) if len(commands) > 1 else (b"s " if is_open else b"l ")
    start = max(place for place, line in enumerate(heard) if line.startswith(before))
    return heard[start + 1 :]


def data(lines: Sequence[bytes]) -> list[bytes]:
    """Give the untagged lines of these."""
    return [line for line in lines if line.startswith(b"* ")]


def meanwhile(stage: str, act: Callable[[], object]) -> Around:
    """Do something when a command of this stage comes, ahead of carrying it out."""

    async def around(turn: Turn) -> Answer:
        if turn.stage == stage:
            act()
        return await turn.carry_out()

    return around
