"""The message commands against Dovecot, in both modes."""

from __future__ import annotations

import re
from collections.abc import Callable, Coroutine, Sequence
from datetime import UTC, date, datetime
from itertools import count
from pathlib import Path
from typing import TypeVar

import attrs
import pytest

from msgcore.base.text import Secret
from msgcore.errors import CommandRefused, CommitUnknown, ConnectionLost, ObjectDeleted
from msgcore.runtime import Runtime
from msgcore.runtime.abc import Endpoint
from msgcore.testing.modes import Mode, gather
from msgcore.wire.imap.account import ImapServer
from msgcore.wire.imap.appending import Letter
from msgcore.wire.imap.command import Chunks
from msgcore.wire.imap.criteria import SearchCriteria, all_of, header, key, not_, or_, uids
from msgcore.wire.imap.fetching import Until
from msgcore.wire.imap.order import SORT_ITEMS, sorted_by
from msgcore.wire.imap.quirks import Quirk
from msgcore.wire.imap.responses import Fetch
from msgcore.wire.imap.session import ImapSession, open_session
from msgcore.wire.imap.threads_on_client import THREAD_ITEMS, ordered_subject, references
from msgcore.wire.imap.uid_set import UidSet
from tests.flow.cutting_proxy import CuttingProxy
from tests.servers import ANYBODY, Dovecot
from tests.shared import corpus

pytestmark = pytest.mark.interop
each_mode = pytest.mark.parametrize("mode", Mode)

T = TypeVar("T")
Use = Callable[[ImapSession], Coroutine[object, object, T]]

PLAIN = Quirk(
    "as if it had no extensions",
    greeting=".",
    without=frozenset({"UIDPLUS", "MOVE", "ESEARCH", "SORT", "MULTIAPPEND", "LITERAL+", "THREAD=REFERENCES"}),
)
_users = (f"messages{number}" for number in count())


@pytest.fixture
def server(dovecot_of_anybody: Dovecot) -> ImapServer:
    """A server at which a new user logs in."""
    return ImapServer(
        Endpoint("127.0.0.1", dovecot_of_anybody.imap, "imap"),
        user=next(_users),
        password=Secret(ANYBODY),
        allow_cleartext_login=True,
    )


def in_session(server: ImapServer, use: Use[T], mode: Mode = Mode.BLOCKING) -> T:
    async def main(runtime: Runtime) -> T:
        session = await open_session(runtime, server, runtime.deadline(20))
        session.stream.deadline = runtime.deadline(60)
        try:
            await session.select(b"INBOX")
            return await use(session)
        finally:
            session.abort()

    return mode.run(main)


def mail(number: int, octets: int = 100) -> bytes:
    head = f"From: {'ZAM'[number % 3]} <u{number % 5}@a.test>\r\nSubject: {'Re: ' * (number % 2)}s{number % 4}\r\n"
    rest = f"Date: Mon, 1 Jan 2024 10:{number % 60:02}:00 +0000\r\nMessage-ID: <{number}@a.test>\r\n\r\n"
    return (head + rest).encode() + b"x" * octets + b"\r\n"


async def put(session: ImapSession, *messages: bytes) -> None:
    await session.append(b"INBOX", [Letter(message) for message in messages])
    await session.noop()


# Fetching


@each_mode
def test_two_thousand_messages_come_as_they_were_put(
    dovecot_of_anybody: Dovecot, server: ImapServer, mode: Mode
) -> None:
    messages = [mail(number, number % 700) for number in range(2_000)]
    dovecot_of_anybody.put(server.user or "", messages)

    async def use(session: ImapSession) -> dict[int | None, bytes | None]:
        fetching = await session.fetch(UidSet(((1, 2_000),)), ["BODY.PEEK[]", "FLAGS"])
        given: list[Fetch] = []
        while some := await fetching.next(Until(messages=300)):
            given += some
            await session.noop()
        assert len(given) == len(messages)
        # Dovecot works on several commands at once: their answers may mix.
        return {one.uid: one.sections["BODY[]"] for one in given}

    assert in_session(server, use, mode) == dict(enumerate(messages, 1))


@each_mode
def test_a_part_is_taken_up_where_it_ended(server: ImapServer, mode: Mode) -> None:
    message = mail(1, 3_000_000)

    async def use(session: ImapSession) -> bytes:
        await put(session, message)
        written: list[bytes] = []
        some = await session.fetch_to(1, "", written.append, octets=1_234_567)
        await session.fetch_to(1, "", written.append, start=some)
        return b"".join(written)

    assert in_session(server, use, mode) == message


def test_a_message_that_is_gone_is_given_to_nobody(server: ImapServer) -> None:
    async def use(session: ImapSession) -> list[Fetch]:
        await put(session, mail(1))
        with pytest.raises(ObjectDeleted):
            await session.fetch_to(2, "", len)
        return await session.fetch_all(UidSet.of([2]), ["BODY.PEEK[]"])

    assert in_session(server, use) == []


def test_parts_come_decoded_where_the_server_knows_the_encoding_and_encoded_where_not(server: ImapServer) -> None:
    known = b"Content-Transfer-Encoding: base64\r\n\r\naGk=\r\n"
    unknown = b"Content-Transfer-Encoding: x-what\r\n\r\naGk=\r\n"

    async def use(session: ImapSession) -> list[dict[str, bytes | None]]:
        await put(session, known, unknown, known)
        return [dict(one.sections) for one in await session.fetch_all(None, ["BINARY.PEEK[1]"])]

    assert in_session(server, use) == [{"BINARY[1]": b"hi"}, {"BODY[1]": b"aGk=\r\n"}, {"BODY[1]": b"aGk=\r\n"}]


# Appending


@each_mode
@pytest.mark.parametrize("quirks", [(), (PLAIN,)])
def test_what_is_appended_comes_back(server: ImapServer, mode: Mode, quirks: tuple[Quirk, ...]) -> None:
    moment = datetime(2020, 2, 3, 4, 5, 6, tzinfo=UTC)
    letter = Letter(mail(1), ("\\Seen", "$x"), moment)

    async def use(session: ImapSession) -> tuple[UidSet | None, list[tuple[object, ...]]]:
        appended = await session.append(b"INBOX", [letter])
        (one,) = await session.fetch_all(None, ["BODY.PEEK[]", "FLAGS", "INTERNALDATE"])
        flags = set(one.flags or ()) - {"\\Recent"}
        return (None if appended is None else appended.uids), [(one.sections["BODY[]"], flags, one.internal_date)]

    assert in_session(attrs.evolve(server, quirks=quirks), use, mode) == (
        UidSet.of([1]),
        [(mail(1), {"\\Seen", "$x"}, moment)],
    )


def test_several_get_ids_in_order(server: ImapServer) -> None:
    async def use(session: ImapSession) -> UidSet | None:
        appended = await session.append(b"INBOX", [Letter(mail(number)) for number in range(250)])
        return None if appended is None else UidSet.of(appended.uids)

    assert in_session(server, use) == UidSet(((1, 250),))


def test_nul_comes_back(server: ImapServer) -> None:
    message = b"Subject: nul\r\n\r\na\0b\r\n"

    async def use(session: ImapSession) -> list[bytes | None]:
        await put(session, message)
        return [one.sections["BINARY[]"] for one in await session.fetch_all(None, ["BINARY.PEEK[]"])]

    assert in_session(server, use) == [message]


def test_a_missing_mailbox_is_told_by_its_code(server: ImapServer) -> None:
    async def use(session: ImapSession) -> str | int:
        with pytest.raises(CommandRefused) as caught:
            await session.append(b"Nowhere", [Letter(mail(1))])
        return caught.value.reply.code

    assert in_session(server, use) == "TRYCREATE"


def test_a_message_in_chunks_comes_back(server: ImapServer) -> None:
    whole = mail(1, 2_000_000)
    parts = (whole[at : at + 70_000] for at in range(0, len(whole), 70_000))

    async def use(session: ImapSession) -> bool:
        await session.append(b"INBOX", [Letter(Chunks(parts, len(whole)))])
        (one,) = await session.fetch_all(None, ["BODY.PEEK[]"])
        return one.sections["BODY[]"] == whole

    assert in_session(server, use)


@each_mode
@pytest.mark.parametrize("is_heard", [False, True])
def test_a_connection_that_is_cut_in_append_leaves_it_open_or_says_so(
    server: ImapServer, mode: Mode, is_heard: bool
) -> None:
    """The answer is lost, or the message does not come to the server: here nobody can tell the two apart."""
    with CuttingProxy(server.endpoint.port) as proxy:

        async def use(session: ImapSession) -> None:
            if is_heard:
                proxy.limit_heard = proxy.heard
            else:
                proxy.limit_sent = proxy.sent + 60
            with pytest.raises(CommitUnknown):
                await session.append(b"INBOX", [Letter(mail(1))])

        in_session(attrs.evolve(server, endpoint=Endpoint("127.0.0.1", proxy.port, "imap")), use, mode)

    async def number(session: ImapSession) -> int:
        return len(await session.fetch_all(None, ["FLAGS"]))

    assert in_session(server, number) == int(is_heard)


def test_a_connection_that_is_cut_before_the_go_ahead_has_appended_nothing(server: ImapServer) -> None:
    with CuttingProxy(server.endpoint.port) as proxy:

        async def use(session: ImapSession) -> None:
            proxy.limit_heard = proxy.heard
            with pytest.raises(ConnectionLost):
                await session.append(b"INBOX", [Letter(mail(1))])

        in_session(attrs.evolve(server, endpoint=Endpoint("127.0.0.1", proxy.port, "imap"), quirks=(PLAIN,)), use)


# Flags, copies, moves


@each_mode
def test_flags_are_set_added_and_taken_away(server: ImapServer, mode: Mode) -> None:
    async def use(session: ImapSession) -> list[set[str]]:
        await put(session, mail(1), mail(2))
        await session.store(UidSet.of([1, 2]), ["\\Seen", "a"], how="FLAGS")
        await session.store(UidSet.of([1]), ["\\Flagged"], how="+FLAGS")
        await session.store(UidSet.of([2]), ["a"], how="-FLAGS")
        return [set(one.flags or ()) - {"\\Recent"} for one in await session.fetch_all(None, ["FLAGS"])]

    assert in_session(server, use, mode) == [{"\\Seen", "a", "\\Flagged"}, {"\\Seen"}]


def test_what_somebody_has_changed_is_not_overwritten(server: ImapServer) -> None:
    async def use(session: ImapSession) -> tuple[UidSet, list[bool]]:
        await put(session, mail(1), mail(2))
        (first, _) = await session.fetch_all(None, ["MODSEQ"])
        await session.store(UidSet.of([2]), ["\\Flagged"], how="+FLAGS")
        changed = await session.store(UidSet.of([1, 2]), ["\\Seen"], how="+FLAGS", unchanged_since=first.modseq)
        return changed, ["\\Seen" in (one.flags or ()) for one in await session.fetch_all(None, ["FLAGS"])]

    assert in_session(server, use) == (UidSet.of([2]), [True, False])


def test_changes_since_are_told_with_what_vanished(server: ImapServer) -> None:
    async def use(session: ImapSession) -> tuple[list[int | None], UidSet]:
        await put(session, mail(1), mail(2), mail(3))
        since = max(one.modseq or 0 for one in await session.fetch_all(None, ["MODSEQ"]))
        await session.store(UidSet.of([2]), ["\\Flagged"], how="+FLAGS")
        await session.store(UidSet.of([3]), ["\\Deleted"], how="+FLAGS")
        await session.expunge(UidSet.of([3]))
        fetching = await session.fetch(UidSet(((1, 99),)), ["FLAGS"], changed_since=since, with_vanished=True)
        return [one.uid for one in await fetching.rest()], fetching.vanished

    assert in_session(server, use) == ([2], UidSet.of([3]))


@each_mode
@pytest.mark.parametrize("quirks", [(), (PLAIN,)])
def test_a_move_takes_only_what_is_moved(server: ImapServer, mode: Mode, quirks: tuple[Quirk, ...]) -> None:
    """What somebody else has marked with \\Deleted stays."""

    async def use(session: ImapSession) -> list[list[bytes | None]]:
        await put(session, *map(mail, range(5)))
        await session.create(b"Away")
        await session.store(UidSet.of([4]), ["\\Deleted"], how="+FLAGS")
        await session.move(UidSet.of([2, 3]), b"Away")
        left = await session.fetch_all(None, ["BODY.PEEK[]", "FLAGS"])
        assert [one.uid for one in left if "\\Deleted" in (one.flags or ())] == [4]
        await session.select(b"Away")
        return [
            [one.sections["BODY[]"] for one in some] for some in (left, await session.fetch_all(None, ["BODY.PEEK[]"]))
        ]

    here, away = in_session(attrs.evolve(server, quirks=quirks), use, mode)
    assert (here, away) == ([mail(0), mail(3), mail(4)], [mail(1), mail(2)])


@pytest.mark.parametrize("verb", ["copy", "move"])
def test_where_the_copies_are_is_known(server: ImapServer, verb: str) -> None:
    async def use(session: ImapSession) -> tuple[list[int], list[int]]:
        await put(session, *map(mail, range(5)))
        await session.create(b"Away")
        copied = await (session.copy if verb == "copy" else session.move)(UidSet.of([1, 3, 4]), b"Away")
        assert copied is not None
        assert copied.uid_validity == (await session.status(b"Away", ["UIDVALIDITY"])).uid_validity
        return list(copied.source), list(copied.target)

    assert in_session(server, use) == ([1, 3, 4], [1, 2, 3])


# Searching

CRITERIA: Sequence[tuple[SearchCriteria, set[int]]] = [
    (SearchCriteria(), set(range(1, 11))),
    (key("SEEN"), {1, 2, 3}),
    (not_(or_(key("SEEN"), key("KEYWORD", "$x"))), {6, 7, 8, 9, 10}),
    (all_of(key("SEEN"), uids(UidSet.of([3, 4, 5]))), {3}),
    (header("Message-ID", "<7@a.test>"), {8}),
    (key("FROM", "u3@"), {4, 9}),
    (key("SENTON", date(2024, 1, 1)), set(range(1, 11))),
    (key("SENTBEFORE", date(2024, 1, 1)), set()),
    (key("LARGER", 1_000), {10}),
    (key("BODY", "Größe"), {10}),
    (uids(UidSet()), set()),
]


@each_mode
@pytest.mark.parametrize("quirks", [(), (PLAIN,), (Quirk("no charset", greeting=".", refuses_charset=True),)])
def test_what_fits_is_found(server: ImapServer, mode: Mode, quirks: tuple[Quirk, ...]) -> None:
    large = mail(9, 2_000) + "Content: Größe\r\n".encode()

    async def use(session: ImapSession) -> list[set[int]]:
        await put(session, *map(mail, range(9)))
        await session.append(b"INBOX", [Letter(b"Content-Type: text/plain; charset=utf-8\r\n" + large)])
        await session.store(UidSet.of([1, 2, 3]), ["\\Seen"], how="+FLAGS")
        await session.store(UidSet.of([4, 5]), ["$x"], how="+FLAGS")
        return [set((await session.search(one)).ids or ()) for one, _ in CRITERIA]

    assert in_session(attrs.evolve(server, quirks=quirks), use, mode) == [expected for _, expected in CRITERIA]


# Order and threads, as the server makes them and as they are made here

KEYS = [
    "ARRIVAL",
    "REVERSE ARRIVAL",
    "DATE",
    "REVERSE DATE",
    "FROM",
    "SIZE",
    "REVERSE SIZE",
    "SUBJECT",
    "TO",
    "CC",
    "FROM SUBJECT",
    "SUBJECT REVERSE DATE",
    "DISPLAYFROM",
    "DISPLAYTO",
]
IMAPTEST = corpus() / "mbox" / "dovecot-imaptest"


def letters_in(file: Path) -> list[Letter]:
    """Give the messages of a mailbox of imaptest."""
    parts = re.split(rb"^From .*\n", file.read_bytes().replace(b"\r\n", b"\n"), flags=re.MULTILINE)[1:]
    return [Letter(part.removesuffix(b"\n").replace(b"\n", b"\r\n")) for part in parts]


@pytest.mark.parametrize("name", [file.name for file in sorted(IMAPTEST.glob("sort-*.mbox"))])
def test_the_order_made_here_is_the_servers(server: ImapServer, name: str) -> None:
    async def use(session: ImapSession) -> list[tuple[tuple[int, ...], ...]]:
        await session.append(b"INBOX", letters_in(IMAPTEST / name))
        await session.noop()
        messages = await session.fetch_all(None, SORT_ITEMS)
        return [(await session.sort([one], SearchCriteria()), sorted_by([one], messages)) for one in KEYS]

    orders = in_session(server, use)
    assert {key: there for key, (there, _) in zip(KEYS, orders, strict=True)} == {
        key: here for key, (_, here) in zip(KEYS, orders, strict=True)
    }


@pytest.mark.parametrize("name", [file.name for file in sorted(IMAPTEST.glob("thread*.mbox"))])
@pytest.mark.parametrize("algorithm", ["REFERENCES", "ORDEREDSUBJECT"])
def test_the_threads_made_here_are_the_servers(server: ImapServer, name: str, algorithm: str) -> None:
    async def use(session: ImapSession) -> tuple[object, object]:
        await session.append(b"INBOX", letters_in(IMAPTEST / name))
        await session.noop()
        messages = await session.fetch_all(None, THREAD_ITEMS)
        made = references(messages) if algorithm == "REFERENCES" else ordered_subject(messages)
        return await session.thread(algorithm, SearchCriteria()), made

    there, here = in_session(server, use)
    assert here == there


# Several at once


@each_mode
def test_many_may_use_one_session_and_each_gets_its_own_answers(server: ImapServer, mode: Mode) -> None:
    """Threads or tasks fetch, search and change flags while others are in the middle of a fetch."""
    messages = [mail(number) for number in range(300)]

    async def main(runtime: Runtime) -> list[int]:
        session = await open_session(runtime, server, runtime.deadline(20))
        session.stream.deadline = runtime.deadline(60)
        await session.select(b"INBOX")
        await put(session, *messages)
        right: list[int] = []

        async def fetch(first: int) -> None:
            fetching = await session.fetch(UidSet(((first, first + 49),)), ["BODY.PEEK[]"])
            while some := await fetching.next(Until(messages=7)):
                right.extend(one.uid or 0 for one in some if one.sections["BODY[]"] == messages[(one.uid or 1) - 1])

        async def change(uid: int) -> None:
            await session.store(UidSet.of([uid]), ["\\Flagged"], how="+FLAGS")
            found = await session.search(all_of(key("FLAGGED"), uids(UidSet.of([uid]))))
            right.extend(found.ids or ())

        await gather(runtime, *(fetch(first) for first in range(1, 300, 50)), *(change(uid) for uid in range(1, 31)))
        session.abort()
        return sorted(right)

    assert mode.run(main) == sorted([*range(1, 301), *range(1, 31)])
