"""msgcore's own client against the loopback IMAP server, in both modes, whatever the server offers and does oddly."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Coroutine
from typing import TypeVar

import pytest

from msgcore.base.text import Secret
from msgcore.errors import ConnectionLost
from msgcore.runtime import Runtime
from msgcore.runtime.abc import Endpoint
from msgcore.testing.modes import Mode
from msgcore.testing.servers import (
    BARE_IMAP,
    EVERY_IMAP_EXTENSION,
    USUAL_IMAP_EXTENSIONS,
    ImapQuirks,
    LoopbackImapServer,
)
from msgcore.wire.imap import ImapServer, ImapSession, UidSet, open_session
from msgcore.wire.imap.appending import Letter
from msgcore.wire.imap.criteria import key

T = TypeVar("T")

LETTERS = [b"From: ann@a.test\r\nSubject: number %d\r\n\r\n%b\r\n" % (one, b"x" * one) for one in range(1, 31)]
OFFERS = {"bare": BARE_IMAP | {"LOGIN"}, "usual": USUAL_IMAP_EXTENSIONS, "every": EVERY_IMAP_EXTENSION}
QUIRKS = [
    ImapQuirks(),
    ImapQuirks(has_only_literals=True, tells_flags_apart=True),
    ImapQuirks(tells_flags_between=True, tells_exists_between=True, fetches_backwards=True),
    ImapQuirks(names_no_uids=True, refuses_charsets=True),
]  # fmt: skip

with_every_server = pytest.mark.parametrize("offers", OFFERS)
with_every_quirk = pytest.mark.parametrize("quirks", QUIRKS, ids=lambda _: "")


@pytest.fixture(params=Mode, ids=lambda mode: mode.value)
def mode(request: pytest.FixtureRequest) -> Mode:
    mode: Mode = request.param
    return mode


def filled(offers: str, quirks: ImapQuirks | None = None) -> LoopbackImapServer:
    server = LoopbackImapServer({"ann": "pa ss"}, extensions=OFFERS[offers], quirks=quirks)
    for letter in LETTERS:
        server.put("ann", letter)
    return server


def talk(
    mode: Mode,
    server: LoopbackImapServer,
    work: Callable[[ImapSession], Coroutine[None, None, T]],
    *,
    compress: bool = False,
) -> T:
    """Do something in a session that has INBOX selected."""

    async def main(runtime: Runtime) -> T:
        endpoint = Endpoint("127.0.0.1", server.port, "imap")
        account = ImapServer(
            endpoint, user="ann", password=Secret("pa ss"), allow_cleartext_login=True, compress=compress
        )
        session = await open_session(runtime, account, runtime.deadline(30))
        session.stream.deadline = runtime.deadline(30)
        try:
            await session.select(b"INBOX")
            return await work(session)
        finally:
            session.abort()

    return mode.run(main)


@with_every_server
@with_every_quirk
def test_every_message_is_fetched(mode: Mode, offers: str, quirks: ImapQuirks) -> None:
    with filled(offers, quirks) as server:
        fetched = talk(mode, server, lambda session: session.fetch_all(None, ["FLAGS", "BODY.PEEK[]"]))

    assert {one.uid: one.sections["BODY[]"] for one in fetched} == dict(enumerate(LETTERS, 1))


@with_every_server
def test_messages_are_found(mode: Mode, offers: str) -> None:
    with filled(offers) as server:
        found = talk(mode, server, lambda session: session.search(key("SUBJECT", "number 3")))

    assert set(found.ids or found.numbers or ()) == {3, 30}


def test_messages_are_fetched_compressed(mode: Mode) -> None:
    with filled("every") as server:
        fetched = talk(mode, server, lambda session: session.fetch_all(None, ["BODY.PEEK[]"]), compress=True)

        assert ([one.sections["BODY[]"] for one in fetched], server.sessions[0].count("COMPRESS DEFLATE")) == (
            LETTERS, 1,
        )  # fmt: skip


@pytest.mark.parametrize("key_name", ["SIZE", "REVERSE SIZE", "SUBJECT"])
def test_messages_are_sorted_alike_wherever_it_is_done(mode: Mode, key_name: str) -> None:
    def found(offers: str) -> tuple[int, ...]:
        with filled(offers) as server:
            return talk(mode, server, lambda session: session.sort([key_name], key("ALL")))

    assert found("every") == found("usual")


@with_every_server
def test_a_message_is_moved_and_what_others_marked_stays(mode: Mode, offers: str) -> None:
    with filled(offers) as server:
        server.account("ann").add(b"Other")
        server.mailbox("ann").set_flags([2], "+FLAGS", ["\\Deleted"])
        talk(mode, server, lambda session: session.move(UidSet.of([1]), b"Other"))

        assert (list(server.mailbox("ann").messages())[:2], len(server.mailbox("ann", b"Other").messages())) == (
            [2, 3], 1,
        )  # fmt: skip


@with_every_server
@with_every_quirk
def test_letters_are_appended(mode: Mode, offers: str, quirks: ImapQuirks) -> None:
    with filled(offers, quirks) as server:
        letters = [Letter(b"Subject: a\r\n\r\na\r\n", ("\\Seen",)), Letter(b"Subject: b\r\n\r\nb\r\n")]
        talk(mode, server, lambda session: session.append(b"INBOX", letters))

        appended = list(server.mailbox("ann").messages().values())[len(LETTERS) :]
    assert [(one.octets, one.flags) for one in appended] == [
        (b"Subject: a\r\n\r\na\r\n", frozenset({"\\Seen"})), (b"Subject: b\r\n\r\nb\r\n", frozenset()),
    ]  # fmt: skip


@with_every_server
@with_every_quirk
def test_mailboxes_are_listed_with_their_numbers(mode: Mode, offers: str, quirks: ImapQuirks) -> None:
    with filled(offers, quirks) as server:
        server.account("ann").add(b"a b/\xc3\xa9")
        listed = talk(mode, server, lambda session: session.list(status=["MESSAGES"]))

    assert {(one.entry.raw_name, one.status and one.status.messages) for one in listed} == {
        (b"INBOX", 30), (b"a b", None), (b"a b/\xc3\xa9", 0),
    }  # fmt: skip


@pytest.mark.parametrize("octets", [0, 1, 40, 60, 100])
def test_a_message_cut_in_the_middle_is_not_half_there(mode: Mode, octets: int) -> None:
    async def work(session: ImapSession) -> list[bytes | None]:
        fetching = await session.fetch(UidSet.of([1, 2]), ["BODY.PEEK[]"])
        got: list[bytes | None] = []
        with contextlib.suppress(ConnectionLost):
            while some := await fetching.next():
                got += [one.sections["BODY[]"] for one in some]
        return got

    with filled("usual") as server, server.cut_within("UID FETCH", octets=octets):
        got = talk(mode, server, work)

    assert got == LETTERS[: len(got)]
