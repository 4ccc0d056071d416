"""Contents tables at Dovecot: pages, orders that the server gives, and the plan."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import TypeVar

import attrs
import pytest

from msgcore.base.ids import EntryId
from msgcore.errors import ObjectDeleted
from msgcore.model.message import Message
from msgcore.props.restriction import Restriction, SortKey
from msgcore.props.search import search
from msgcore.props.table import (
    PidTagBody,
    PidTagEntryId,
    PidTagMessageDeliveryTime,
    PidTagMessageFlags,
    PidTagRead,
    PidTagSubject,
)
from msgcore.providers.imap import ImapStore
from msgcore.runtime.abc import NEVER, Runtime
from msgcore.spi import rows
from msgcore.spi.store import EVERY_ROW, Incoming, MessageFlag, RowKey, SpecialFolder, TablePlan, TableQuery
from msgcore.testing.modes import Mode
from msgcore.testing.servers import LoopbackImapServer
from tests.providers.imap.accounts import PASSWORD, at_loopback, new_user, on_dovecot, opened, tell
from tests.servers import Authority, Dovecot

pytestmark = pytest.mark.interop

T = TypeVar("T")

ARRIVED = SortKey(PidTagMessageDeliveryTime)
NEWEST_FIRST = SortKey(PidTagMessageDeliveryTime, is_descending=True)
DAY = datetime(2026, 1, 1, tzinfo=UTC)
BY_ENTRY_ID = TableQuery((PidTagEntryId, PidTagSubject))


@attrs.frozen
class Desk:
    """A store with some messages in its inbox, and another logon to the account."""

    store: ImapStore
    beside: ImapStore
    inbox: EntryId
    drafts: EntryId
    ids: list[EntryId]

    async def load(self, folder: EntryId | None = None) -> list[Message]:
        found = await self.store.query(folder or self.inbox, BY_ENTRY_ID, NEVER)
        return [await self.store.load(EntryId.parse(row[PidTagEntryId]), 1 << 30, NEVER) for row in found]

    async def subjects(self, query: TableQuery, folder: EntryId | None = None) -> list[str | None]:
        asked = attrs.evolve(query, columns=(PidTagSubject,))
        return [row.get(PidTagSubject) for row in await self.store.query(folder or self.inbox, asked, NEVER)]


@pytest.fixture(params=list(Mode), ids=lambda mode: mode.value)
def mode(request: pytest.FixtureRequest) -> Mode:
    mode = request.param
    assert isinstance(mode, Mode)
    return mode


def run(
    server: Dovecot,
    authority: Authority,
    story: Callable[[Desk], Awaitable[T]],
    *messages: Incoming,
    mode: Mode = Mode.BLOCKING,
) -> T:
    config = on_dovecot(server, authority, new_user())

    async def main(runtime: Runtime) -> T:
        async def first(store: ImapStore) -> T:
            async def second(beside: ImapStore) -> T:
                special = await store.special_folders(NEVER)
                inbox, drafts = special[SpecialFolder.INBOX], special[SpecialFolder.DRAFTS]
                ids = list(await store.save(inbox, messages, NEVER)) if messages else []
                return await story(Desk(store, beside, inbox, drafts, ids))

            return await opened(runtime, config, second)

        return await opened(runtime, config, first)

    return mode.run(main)


def arriving(*days: int) -> list[Incoming]:
    """Messages that arrived on days of January; their subjects are their numbers."""
    return [
        Incoming(
            Message(subject=str(number), text="even" if number % 2 == 0 else "odd"), received_at=DAY.replace(day=day)
        )
        for number, day in enumerate(days)
    ]


@pytest.mark.parametrize(
    ("key", "expected"), [(ARRIVED, ["1", "3", "0", "2", "4"]), (NEWEST_FIRST, ["4", "2", "0", "3", "1"])]
)
def test_rows_that_arrived_at_once_stand_in_the_direction_of_the_key(
    dovecot_of_anybody: Dovecot, authority: Authority, mode: Mode, key: SortKey, expected: list[str]
) -> None:
    async def story(desk: Desk) -> list[str | None]:
        return await desk.subjects(TableQuery((), None, (key,)))

    assert run(dovecot_of_anybody, authority, story, *arriving(5, 2, 5, 2, 5), mode=mode) == expected


@pytest.mark.parametrize("key", [None, ARRIVED, NEWEST_FIRST, SortKey(PidTagSubject)], ids=str)
@pytest.mark.parametrize("restriction", [None, PidTagRead.equals(False), PidTagBody.contains("odd")], ids=str)
def test_pages_from_any_row_either_way_are_those_of_the_loaded_messages(
    dovecot_sdbox: Dovecot, authority: Authority, key: SortKey | None, restriction: Restriction | None
) -> None:
    keys = () if key is None else (key,)

    async def story(desk: Desk) -> list[tuple[list[str | None], list[str | None]]]:
        there = await desk.load()
        found: list[tuple[list[str | None], list[str | None]]] = []
        for message in there:
            values = tuple(message.get(one.tag) for one in keys)  # type: ignore[call-overload]
            origin = RowKey(values, message[PidTagEntryId])
            for is_backward in (False, True):
                query = TableQuery(
                    (PidTagSubject,), restriction, keys, 1, 2, origin, includes_origin=True, is_backward=is_backward
                )
                expected = [row.get(PidTagSubject) for row in rows.select(there, query)]
                found.append((await desk.subjects(query), expected))
        return found

    answers = run(dovecot_sdbox, authority, story, *arriving(5, 2, 5, 1, 3, 2))
    assert [one for one, _ in answers] == [other for _, other in answers]


@pytest.mark.parametrize("keys", [(), (NEWEST_FIRST,)], ids=["as they come", "newest first"])
def test_a_message_that_was_moved_stands_where_its_entry_id_says(
    dovecot_of_anybody: Dovecot, authority: Authority, keys: tuple[SortKey, ...]
) -> None:
    """Its unique id is the highest one in the folder, which is what a server goes by."""

    async def story(desk: Desk) -> tuple[list[str | None], list[str | None]]:
        await desk.store.save(desk.drafts, arriving(3, 3), NEVER)
        await desk.store.move(desk.ids[:1], desk.drafts, NEVER)
        query = TableQuery((PidTagSubject,), None, keys)
        expected = rows.select(await desk.load(desk.drafts), query)
        return await desk.subjects(query, desk.drafts), [row.get(PidTagSubject) for row in expected]

    found, expected = run(dovecot_of_anybody, authority, story, *arriving(3, 4))
    assert (found, len(found)) == (expected, 3)


def test_a_page_by_arrival_begins_where_a_row_was(dovecot_of_anybody: Dovecot, authority: Authority) -> None:
    async def story(desk: Desk) -> list[str | None]:
        middle = RowKey((DAY.replace(day=3),), bytes(desk.ids[1]))
        await desk.store.delete([desk.ids[1]], NEVER)
        return await desk.subjects(TableQuery((), None, (ARRIVED,), origin=middle))

    assert run(dovecot_of_anybody, authority, story, *arriving(2, 3, 4)) == ["2"]


def test_what_another_client_deletes_is_no_row(dovecot_of_anybody: Dovecot, authority: Authority, mode: Mode) -> None:
    async def story(desk: Desk) -> tuple[list[str | None], int]:
        await desk.subjects(TableQuery(()))
        await desk.beside.delete(desk.ids[:1], NEVER)
        return await desk.subjects(TableQuery(())), await desk.store.count(desk.inbox, EVERY_ROW, NEVER)

    assert run(dovecot_of_anybody, authority, story, *arriving(1, 2), mode=mode) == (["1"], 1)


def test_the_row_of_a_message_that_is_gone_is_an_error(dovecot_of_anybody: Dovecot, authority: Authority) -> None:
    async def story(desk: Desk) -> None:
        await desk.store.delete(desk.ids, NEVER)
        with pytest.raises(ObjectDeleted):
            await desk.store.row(desk.ids[0], (PidTagEntryId,), NEVER)

    run(dovecot_of_anybody, authority, story, *arriving(1))


def test_flags_are_shown_as_they_are_now(dovecot_of_anybody: Dovecot, authority: Authority, mode: Mode) -> None:
    async def story(desk: Desk) -> list[int]:
        seen: list[int] = []
        for is_read in (False, True, False):
            await desk.store.set_read_flag(desk.ids, is_read, NEVER)
            row = await desk.store.row(desk.ids[0], (PidTagMessageFlags,), NEVER)
            seen.append(row[PidTagMessageFlags] & MessageFlag.READ)
        return seen

    assert run(dovecot_of_anybody, authority, story, *arriving(1), mode=mode) == [0, 1, 0]


def test_a_folder_that_holds_folders_only_has_an_empty_table(dovecot_of_anybody: Dovecot, authority: Authority) -> None:
    async def story(desk: Desk) -> tuple[list[str | None], int]:
        subtree = (await desk.store.special_folders(NEVER))[SpecialFolder.IPM_SUBTREE]
        return await desk.subjects(TableQuery(()), subtree), await desk.store.count(subtree, EVERY_ROW, NEVER)

    assert run(dovecot_of_anybody, authority, story) == ([], 0)


def test_only_the_entry_ids_of_the_folder_itself_are_found_in_it(
    dovecot_of_anybody: Dovecot, authority: Authority
) -> None:
    async def story(desk: Desk) -> list[str | None]:
        [elsewhere] = await desk.store.save(desk.drafts, arriving(1), NEVER)
        wanted = PidTagEntryId.is_in([bytes(elsewhere), bytes(desk.ids[1]), b"nobody's"])
        return await desk.subjects(TableQuery((), wanted))

    assert run(dovecot_of_anybody, authority, story, *arriving(1, 2)) == ["1"]


# The plan

GUARD = 'OR HEADER "X-Msgcore-Properties" "" HEADER "X-Msgcore-Octets" ""'
FIELDS = "X-MSGCORE X-MSGCORE-DELIVERY X-MSGCORE-PROPERTIES X-MSGCORE-OCTETS SUBJECT"
SUBJECTS = f"INTERNALDATE RFC822.SIZE BODY.PEEK[HEADER.FIELDS ({FIELDS})]"


def page_of(server: Dovecot, authority: Authority, query: TableQuery) -> str:
    async def story(desk: Desk) -> str:
        return str(await desk.store.explain(desk.inbox, query, NEVER))

    return run(server, authority, story)


def test_the_plan_says_what_the_server_finds_and_sorts(dovecot_of_anybody: Dovecot, authority: Authority) -> None:
    wanted = PidTagRead.equals(False) & PidTagSubject.contains("report", ignore_case=True)
    query = TableQuery((PidTagEntryId,), wanted, (NEWEST_FIRST,))
    assert page_of(dovecot_of_anybody, authority, query).splitlines()[-3:] == [
        "sorted: by the server",
        f'  UID SORT (ARRIVAL) UTF-8 NOT SEEN OR SUBJECT "report" {GUARD}',
        f"  UID FETCH ({SUBJECTS}) row by row until the page is full",
    ]


def test_the_plan_says_which_part_of_a_restriction_the_server_answers(
    dovecot_of_anybody: Dovecot, authority: Authority
) -> None:
    exact, narrowed = PidTagRead.equals(False), PidTagSubject.contains("report", ignore_case=True)

    async def story(desk: Desk) -> TablePlan:
        return await desk.store.explain(desk.inbox, TableQuery((), exact & narrowed), NEVER)

    plan = run(dovecot_of_anybody, authority, story)
    assert (plan.translated, plan.preselected, plan.residual) == (exact, narrowed, narrowed)


def test_the_plan_says_when_all_that_is_found_is_sorted_here(dovecot_of_anybody: Dovecot, authority: Authority) -> None:
    query = TableQuery((PidTagEntryId,), None, (SortKey(PidTagSubject),))
    assert page_of(dovecot_of_anybody, authority, query).splitlines() == [
        "every row",
        "sorted: in memory",
        "  UID SEARCH RETURN (ALL) ALL",
        f"  UID FETCH ({SUBJECTS}) of all that are found",
    ]


def test_the_plan_advises_against_reading_each_message(dovecot_of_anybody: Dovecot, authority: Authority) -> None:
    page = page_of(dovecot_of_anybody, authority, TableQuery((PidTagEntryId,), ~PidTagBody.has_words("report")))
    assert page.splitlines()[-1].startswith("advice: each message has to be fetched")


def test_the_plan_says_where_the_server_compares_text_by_its_own_rules(
    dovecot_of_anybody: Dovecot, authority: Authority
) -> None:
    page = page_of(dovecot_of_anybody, authority, TableQuery((PidTagEntryId,), search("report")))
    assert page.splitlines()[-1].startswith("advice: the server compares text by its own rules")


def test_the_plan_says_that_rows_are_sorted_here_where_a_message_was_moved(
    dovecot_of_anybody: Dovecot, authority: Authority
) -> None:
    async def story(desk: Desk) -> list[str]:
        await desk.store.move(desk.ids, desk.drafts, NEVER)
        return [
            (await desk.store.explain(folder, TableQuery((), None, (NEWEST_FIRST,)), NEVER)).order
            for folder in (desk.inbox, desk.drafts)
        ]

    assert run(dovecot_of_anybody, authority, story, *arriving(1)) == ["sorted by the server", "sorted in memory"]


@pytest.mark.parametrize("mode", Mode)
def test_a_server_that_knows_no_utf8_finds_words_with_accents_by_their_ascii(mode: Mode) -> None:
    async def story(store: ImapStore) -> list[str | None]:
        inbox = (await store.special_folders(NEVER))[SpecialFolder.INBOX]
        rows = await store.query(inbox, TableQuery((PidTagSubject,), PidTagBody.has_words("caf\u00e9")), NEVER)
        return [row.get(PidTagSubject) for row in rows]

    with LoopbackImapServer({"ann": PASSWORD}) as server:
        for subject, text in (("one", "caf\u00e9"), ("two", "cafeteria"), ("three", "tea")):
            octets = f"Subject: {subject}\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n"
            server.put("ann", octets.encode())
        server.answer("NO [BADCHARSET] only ASCII", at="UID SEARCH", times=2)  # with a charset, and without one
        assert tell(at_loopback(server), story, mode) == ["one", "two"]
