"""What a session tells: objects, status and queue, to iterators and callbacks, in threads and tasks."""

from __future__ import annotations

import asyncio
import gc
import logging
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue
from typing import ClassVar

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import msgcore
from msgcore import Message, Notification, NotificationKind, ProfileAdmin, ServiceState, Session, aio
from msgcore.base.ids import EntryId
from msgcore.base.times import Deadline
from msgcore.errors import Closed, ForeignEntryId, NotSupported, UsageError
from msgcore.model import Envelope, Outcome, Recipient
from msgcore.props.table import PidTagProviderDisplay, PidTagStatusCode, PidTagStatusString, PidTagSubject
from msgcore.runtime.abc import NEVER
from msgcore.session.notices.queue import EventQueue
from msgcore.session.tables.events import TableEvent, TableEventKind
from msgcore.spi.store import Incoming, SpecialFolder
from msgcore.testing.memory_store import MemoryStore
from tests.session.desk import MEMORY, Desk
from tests.session.ram import memory_of, register_ram
from tests.session.services import MemoryService, register_all

K = NotificationKind
PATIENCE_SECONDS = 30.0
OBJECTS = [K.NEW_MAIL, K.CREATED, K.MODIFIED, K.MOVED, K.DELETED]


@attrs.frozen
class Others:
    """Another program that works on one of the session's stores."""

    store: MemoryStore

    @classmethod
    def on(cls, url: str) -> Others:
        return cls(MemoryStore(memory_of(url)))

    def place(self, role: SpecialFolder = SpecialFolder.INBOX) -> EntryId:
        return self.store.special_folders(NEVER)[role]

    def save(self, subject: str, role: SpecialFolder = SpecialFolder.INBOX, *, is_read: bool = False) -> EntryId:
        (entry_id,) = self.store.save(self.place(role), [Incoming(Message(subject=subject), is_read)], NEVER)
        return entry_id

    def move(self, entry_id: EntryId, role: SpecialFolder) -> None:
        self.store.move([entry_id], self.place(role), NEVER)

    def read(self, entry_id: EntryId, is_read: bool = True) -> None:
        self.store.set_read_flag([entry_id], is_read, NEVER)

    def delete(self, entry_id: EntryId) -> None:
        self.store.delete([entry_id], NEVER)


@pytest.fixture
def admin(tmp_path: Path) -> ProfileAdmin:
    """Administers ``work``: two stores in memory and a transport."""
    register_ram()
    admin = ProfileAdmin(tmp_path)
    stores = [{"service": "ram", "url": f"ram://{name}", "name": name} for name in ("ann", "archive")]
    admin.create("work", [*stores, MEMORY])
    return admin


@pytest.fixture
def session(admin: ProfileAdmin) -> Iterator[Session]:
    with msgcore.logon("work", admin=admin) as session:
        yield session


@pytest.fixture
def ann(admin: ProfileAdmin) -> Others:
    return Others.on("ram://ann")


def kinds(found: list[Notification]) -> list[NotificationKind]:
    return [one.kind for one in found]


# Iterating


def test_what_happens_in_every_store_is_told_in_order(session: Session, ann: Others) -> None:
    archive = Others.on("ram://archive")
    with session.notifications(kinds=OBJECTS, timeout_seconds=0) as told:
        mail = ann.save("mail")
        other = archive.save("old", is_read=True)
        ann.read(mail)
        ann.move(mail, SpecialFolder.DRAFTS)
        ann.delete(mail)
        found = list(told)

    inbox, drafts = bytes(ann.place()), bytes(ann.place(SpecialFolder.DRAFTS))
    assert found == [
        Notification(K.NEW_MAIL, bytes(mail), inbox),
        Notification(K.CREATED, bytes(other), bytes(archive.place())),
        Notification(K.MODIFIED, bytes(mail), inbox),
        Notification(K.MOVED, bytes(mail), drafts),
        Notification(K.DELETED, bytes(mail), drafts),
    ]


def test_what_is_told_opens_with_its_entry_id(session: Session, ann: Others) -> None:
    with session.notifications(kinds=[K.NEW_MAIL], timeout_seconds=0) as told:
        ann.save("mail")
        (new,) = told

    assert session.load_message(new.entry_id).subject == "mail"


def test_who_listens_to_a_folder_hears_what_comes_into_it_and_leaves_it(session: Session, ann: Others) -> None:
    here = ann.save("here")
    with session.notifications(session.inbox, timeout_seconds=0) as told:
        ann.save("elsewhere", SpecialFolder.DRAFTS)
        new = ann.save("new")
        ann.move(here, SpecialFolder.DRAFTS)
        ann.read(here)
        ann.move(here, SpecialFolder.INBOX)
        ann.delete(here)
        found = list(told)

    assert [(one.kind, one.entry_id) for one in found] == [
        (K.NEW_MAIL, bytes(new)),
        (K.DELETED, bytes(here)),
        (K.MOVED, bytes(here)),
        (K.DELETED, bytes(here)),
    ]


def test_who_listens_to_a_message_hears_of_no_other(session: Session, ann: Others) -> None:
    one, other = ann.save("one"), ann.save("other")
    with session.notifications(bytes(one), timeout_seconds=0) as told:
        ann.read(other)
        ann.read(one)

        assert [(event.kind, event.entry_id) for event in told] == [(K.MODIFIED, bytes(one))]


def test_who_listens_to_a_store_hears_of_no_other(session: Session, ann: Others) -> None:
    with session.notifications(session.store("archive"), timeout_seconds=0) as told:
        ann.save("mail")

        assert list(told) == []


def test_an_iterator_goes_on_after_a_pause(session: Session, ann: Others) -> None:
    with session.notifications(kinds=OBJECTS, timeout_seconds=0) as told:
        assert list(told) == []
        ann.save("between")
        assert kinds(list(told)) == [K.NEW_MAIL]


def test_of_too_much_it_is_told_that_one_should_look_again(session: Session, ann: Others) -> None:
    with session.notifications(kinds=[K.MODIFIED], timeout_seconds=0) as told:
        mail = ann.save("mail")
        for number in range(1_002):
            ann.read(mail, number % 2 == 0)
        first = next(told)
        rest = list(told)
        ann.read(mail)

        assert (first.kind, len(rest) < 3, kinds(list(told))) == (K.LOOK_AGAIN, True, [K.MODIFIED])


def test_an_iterator_that_is_dropped_listens_no_more(session: Session, ann: Others) -> None:
    before = queues()
    session.notifications()
    ann.save("mail")

    assert queues() <= before


def queues() -> int:
    gc.collect()
    return sum(isinstance(one, EventQueue) for one in gc.get_objects())


@given(steps=st.lists(st.tuples(st.sampled_from(["save", "move", "read", "delete"]), st.integers(0, 3)), max_size=12))
@settings(max_examples=20)
def test_who_follows_a_folder_knows_what_is_in_it(tmp_path_factory: pytest.TempPathFactory, steps: Steps) -> None:
    register_all()
    register_ram()
    ann, roles = Others.on("ram://ann"), (SpecialFolder.INBOX, SpecialFolder.DRAFTS)
    admin = ProfileAdmin(tmp_path_factory.mktemp("profiles"))
    admin.create("work", [{"service": "ram", "url": "ram://ann"}])
    with msgcore.logon("work", admin=admin) as session:
        messages = [ann.save("first")]
        known = {bytes(messages[0])}
        with session.notifications(session.inbox, timeout_seconds=0) as told:
            for step, number in steps:
                _do(ann, step, messages, number, roles)
            for one in told:
                known = known - {one.entry_id} if one.kind is K.DELETED else known | {one.entry_id}
        assert known == {item.entry_id for item in session.inbox.messages()}


Steps = list[tuple[str, int]]


def _do(ann: Others, step: str, messages: list[EntryId], number: int, roles: tuple[SpecialFolder, ...]) -> None:
    if step == "save" or not messages:
        messages.append(ann.save("more", roles[number % 2]))
        return
    chosen = messages[number % len(messages)]
    if step == "delete":
        messages.remove(chosen)
        ann.delete(chosen)
    elif step == "move":
        ann.move(chosen, roles[number % 2])
    else:
        ann.read(chosen, number % 2 == 0)


# Status and queue


def test_the_status_of_a_service_is_told_while_it_sends(session: Session) -> None:
    with session.notifications(kinds=[K.STATUS], timeout_seconds=0) as told:
        session.submit(Message(to="bob@b.test"))
        session.flush_queues()

        assert "memory" in {one.service for one in told}


def test_the_queue_is_told_of_from_submit_to_the_end(session: Session) -> None:
    with session.notifications(kinds=[K.QUEUE], timeout_seconds=0) as told:
        submission = session.submit(Message(to="bob@b.test"))
        submitted = {one.entry_id for one in told}
        session.flush_queues()
        sent = {one.entry_id for one in told}

    assert submitted == sent == {submission.entry_id}


def test_an_open_status_table_tells_which_row_changed(session: Session) -> None:
    table = session.status_table()
    table.advise()
    session.submit(Message(to="bob@b.test"))
    session.flush_queues()
    events = table.next_events(timeout_seconds=PATIENCE_SECONDS)

    assert {one.kind for one in events} == {TableEventKind.ROW_MODIFIED}
    assert {one.row.columns[0].label for one in events if one.row is not None} == {"PidTagProviderDisplay"}


def test_an_open_queue_table_tells_of_what_comes_waits_and_goes(desk: Desk) -> None:
    with desk.log_on(desk.mailbox(), {"service": "broken-submit"}) as session:
        table = session.outgoing_queue_table()
        table.advise()
        submission = session.submit(Message(from_="ann@a.test", to="bob@b.test", subject="letter"))
        came = table.next_events(timeout_seconds=PATIENCE_SECONDS)
        session.flush_queues()
        held = table.next_events(timeout_seconds=PATIENCE_SECONDS)
        session.abort_submit(submission)
        gone = table.next_events(timeout_seconds=PATIENCE_SECONDS)

    assert [one.kind.name for events in (came, held, gone) for one in events] == [
        "ROW_ADDED",
        "ROW_MODIFIED",
        "ROW_DELETED",
    ]
    assert held[0].row is not None
    assert "held: " in held[0].row[PidTagStatusString]


# Callbacks


class Caught(SimpleQueue[Notification]):
    """A callback that keeps what it is given."""

    def __call__(self, event: Notification) -> None:
        self.put(event)

    def next(self) -> Notification:
        return self.get(timeout=PATIENCE_SECONDS)


def test_a_callback_is_called_until_it_is_unadvised(session: Session, ann: Others) -> None:
    caught, other = Caught(), Caught()
    connection = session.advise(caught, kinds=[K.NEW_MAIL])
    session.advise(other, kinds=[K.NEW_MAIL])
    first = ann.save("first")
    assert caught.next().entry_id == other.next().entry_id == bytes(first)
    session.unadvise(connection)
    ann.save("second")
    other.next()

    assert caught.empty()


def test_a_callback_that_raises_is_called_again_and_so_are_the_others(
    session: Session, ann: Others, caplog: pytest.LogCaptureFixture
) -> None:
    caught, calls = Caught(), list[Notification]()

    def fail(event: Notification) -> None:
        calls.append(event)
        raise ZeroDivisionError("callback")

    session.advise(fail, kinds=[K.NEW_MAIL])
    session.advise(caught, kinds=[K.NEW_MAIL])
    with caplog.at_level(logging.ERROR):
        for subject in ("a", "b"):
            ann.save(subject)
            caught.next()

    assert (len(calls), "a callback raised" in caplog.text) == (2, True)


def test_a_callback_may_use_the_session(session: Session, ann: Others) -> None:
    found: SimpleQueue[str] = SimpleQueue()
    session.advise(lambda event: found.put(session.load_message(event.entry_id).subject), kinds=[K.NEW_MAIL])
    ann.save("mail")

    assert found.get(timeout=PATIENCE_SECONDS) == "mail"


def test_a_callback_may_log_off(admin: ProfileAdmin, ann: Others) -> None:
    session, is_closed = msgcore.logon("work", admin=admin), Future[None]()

    def log_off(_: Notification) -> None:
        session.close()
        is_closed.set_result(None)

    session.advise(log_off, kinds=[K.NEW_MAIL])
    ann.save("mail")

    assert is_closed.result(PATIENCE_SECONDS) is None


def test_the_callback_of_a_table_is_given_its_rows(session: Session, ann: Others) -> None:
    caught: SimpleQueue[TableEvent] = SimpleQueue()
    table = session.inbox.contents_table([PidTagSubject])
    connection = session.advise(caught.put, table)
    ann.save("mail")
    event = caught.get(timeout=PATIENCE_SECONDS)
    session.unadvise(connection)

    assert event.row is not None
    assert (event.kind, event.row[PidTagSubject]) == (TableEventKind.ROW_ADDED, "mail")


def test_tasks_are_told_by_iterator_and_callback(admin: ProfileAdmin, ann: Others) -> None:
    async def main() -> list[Notification]:
        found: list[Notification] = []

        async def keep(event: Notification) -> None:
            found.append(event)

        async with aio.logon("work", admin=admin) as session:
            await session.advise(keep, kinds=[K.NEW_MAIL])
            async with session.notifications(kinds=[K.NEW_MAIL], timeout_seconds=PATIENCE_SECONDS) as told:
                await asyncio.to_thread(ann.save, "mail")
                async for event in told:
                    found.append(event)
                    break
        return found

    first, second = asyncio.run(main())

    assert first == second


def test_a_callback_that_waits_for_what_was_cancelled_ends_nothing_else(
    admin: ProfileAdmin, ann: Others, caplog: pytest.LogCaptureFixture
) -> None:
    async def main() -> list[Notification]:
        never: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        never.cancel()

        async def wait(_: Notification) -> None:
            await never

        async with aio.logon("work", admin=admin) as session:
            await session.advise(wait, kinds=[K.NEW_MAIL])
            await session.advise(lambda _: never.result(), kinds=[K.NEW_MAIL])
            found: asyncio.Queue[Notification] = asyncio.Queue()
            await session.advise(found.put, kinds=[K.NEW_MAIL])
            caught: list[Notification] = []
            for subject in ("a", "b"):
                await asyncio.to_thread(ann.save, subject)
                caught.append(await asyncio.wait_for(found.get(), PATIENCE_SECONDS))
        return caught

    with caplog.at_level(logging.ERROR):
        assert kinds(asyncio.run(main())) == [K.NEW_MAIL, K.NEW_MAIL]
    assert caplog.text.count("a callback raised") == 4


# Logging off


def test_callbacks_get_what_was_told_before_the_logoff(admin: ProfileAdmin, ann: Others) -> None:
    caught = Caught()
    with msgcore.logon("work", admin=admin) as session:
        session.advise(caught, kinds=OBJECTS)
        saved = [ann.save(str(number)) for number in range(50)]

    assert [caught.next().entry_id for _ in saved] == [bytes(one) for one in saved]


def test_an_iterator_in_another_thread_ends_with_the_session(admin: ProfileAdmin, ann: Others) -> None:
    session = msgcore.logon("work", admin=admin)
    told = session.notifications(kinds=OBJECTS)
    with ThreadPoolExecutor(1) as pool:
        following = pool.submit(list[Notification], told)
        ann.save("mail")
        session.close()

        assert kinds(following.result(PATIENCE_SECONDS)) == [K.NEW_MAIL]


def test_a_status_table_in_another_thread_is_told_that_it_is_over(admin: ProfileAdmin) -> None:
    session = msgcore.logon("work", admin=admin)
    table = session.status_table()
    table.advise()
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(table.next_events)
        session.close()

        with pytest.raises(Closed):
            waiting.result(PATIENCE_SECONDS)


MISTAKES: list[tuple[str, type[Exception], Callable[[Session], object]]] = [
    ("no function", UsageError, lambda s: s.advise("x")),  # type: ignore[arg-type]
    ("no kinds", UsageError, lambda s: s.notifications(kinds=[])),
    ("a word as kind", UsageError, lambda s: s.notifications(kinds=["new mail"])),  # type: ignore[list-item]
    ("no connection", UsageError, lambda s: s.unadvise(7)),
    ("kinds of a table", UsageError, lambda s: s.advise(print, s.status_table(), kinds=[K.STATUS])),
    ("a foreign store", ForeignEntryId, lambda s: s.notifications(bytes(EntryId(bytes(16), 1, 1)))),
    ("a table that cannot tell", NotSupported, lambda s: s.advise(print, s.stores_table())),
]


@pytest.mark.parametrize(("error", "call"), [one[1:] for one in MISTAKES], ids=[one[0] for one in MISTAKES])
def test_a_wrong_call_is_refused(session: Session, error: type[Exception], call: Callable[[Session], object]) -> None:
    with pytest.raises(error):
        call(session)


def test_after_the_logoff_nobody_listens(admin: ProfileAdmin) -> None:
    session = msgcore.logon("work", admin=admin)
    session.close()

    with pytest.raises(Closed):
        session.notifications()


# The status table


def test_the_status_table_shows_what_each_service_is_at(session: Session) -> None:
    rows = {row[0]: ServiceState(row[1]) for row in _rows(session)}

    assert rows == {
        "ann": ServiceState.AVAILABLE,
        "archive": ServiceState.AVAILABLE,
        "memory": ServiceState.AVAILABLE | ServiceState.OUTBOUND_ENABLED,
        "spooler": ServiceState.OFFLINE,
    }


def _rows(session: Session) -> list[tuple[str, int]]:
    return [(row[PidTagProviderDisplay], row[PidTagStatusCode]) for row in session.status_table().query_rows(10)]


class Looking(MemoryService):
    """A transport that looks at the session while it submits."""

    looks: ClassVar[list[Callable[[], None]]] = []

    async def submit(self, envelope: Envelope, message: Message, deadline: Deadline) -> Mapping[Recipient, Outcome]:
        Looking.looks[-1]()
        return await super().submit(envelope, message, deadline)


def test_while_it_sends_a_service_is_active_and_flushed(admin: ProfileAdmin) -> None:
    msgcore.register_service("looking", Looking)
    admin.create("looking", [{"service": "ram", "url": "ram://ann"}, MEMORY | {"service": "looking"}])
    seen: list[int] = []
    with msgcore.logon("looking", admin=admin) as session:
        Looking.looks.append(lambda: seen.extend(code for name, code in _rows(session) if name == "looking"))
        session.submit(Message(to="bob@b.test"))
        session.flush_queues()

    at_work = ServiceState.OUTBOUND_ENABLED | ServiceState.OUTBOUND_ACTIVE | ServiceState.OUTBOUND_FLUSH
    assert seen == [ServiceState.AVAILABLE | at_work]
