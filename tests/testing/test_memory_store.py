"""The store in memory: what it has beyond the contract, which the suite for every store and the machine look after."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import attrs
import pytest

from msgcore.base.ids import EntryId
from msgcore.base.times import Deadline
from msgcore.codecs import mime
from msgcore.errors import NotFound, NotLoaded, NotSupported, TimedOut, UsageError
from msgcore.model import Deferred, Delivered, Message, Pending, Refused
from msgcore.props.table import PidTagAttachLongFilename, PidTagSubject
from msgcore.runtime import NEVER, Runtime
from msgcore.session.direct import open_store
from msgcore.spi.capability import Capability, capabilities_of
from msgcore.spi.folders import Search
from msgcore.spi.outgoing_queue import OutgoingItem, OutgoingState
from msgcore.spi.store import EVERY_ROW, Incoming, SpecialFolder, TableQuery
from msgcore.testing.clock import ManualClock
from msgcore.testing.memory_store import MemoryStore, StoreMemory, register_memory_stores
from msgcore.testing.modes import Mode

NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)
EVERYTHING = 1 << 40
LETTER = Message(from_="a@a.test", to="b@b.test")


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOON)


@pytest.fixture
def store(clock: ManualClock) -> MemoryStore:
    return MemoryStore(clock=clock)


@pytest.fixture(params=Mode, ids=lambda mode: mode.value)
def mode(request: pytest.FixtureRequest) -> Mode:
    chosen: Mode = request.param
    return chosen


@pytest.fixture
def registered() -> Iterator[None]:
    register_memory_stores()
    yield
    register_memory_stores()


def inbox(store: MemoryStore) -> EntryId:
    return store.special_folders(NEVER)[SpecialFolder.INBOX]


def save(store: MemoryStore, *subjects: str) -> list[EntryId]:
    incoming = [Incoming(Message(subject=subject)) for subject in subjects]
    return list(store.save(inbox(store), incoming, NEVER))


def subjects(store: MemoryStore) -> list[str]:
    return [row[PidTagSubject] for row in store.query(inbox(store), TableQuery((PidTagSubject,)), NEVER)]


def locked(store: MemoryStore) -> OutgoingItem:
    item = store.lock_due(600, NEVER)
    assert item is not None
    return item


def with_attachment() -> Message:
    return Message(subject="hello", text="x", attachments=[b"data"])


# What is kept is the store's own


def test_what_is_changed_after_saving_is_not_in_the_store(store: MemoryStore) -> None:
    message = Message(subject="before")
    (entry_id,) = store.save(inbox(store), [Incoming(message)], NEVER)
    message.subject = "after"

    assert store.load(entry_id, EVERYTHING, NEVER).subject == "before"


def test_what_is_changed_after_loading_is_not_in_the_store(store: MemoryStore) -> None:
    (entry_id,) = store.save(inbox(store), [Incoming(with_attachment())], NEVER)
    store.load(entry_id, EVERYTHING, NEVER).attachments[0][PidTagAttachLongFilename] = "mine.txt"

    assert store.load(entry_id, EVERYTHING, NEVER).attachments[0].filename is None


def test_a_message_that_was_read_comes_back_octet_for_octet(store: MemoryStore) -> None:
    octets = b"SUBJECT:  odd\n\nbody without an end"
    (entry_id,) = store.save(inbox(store), [Incoming(mime.read(octets))], NEVER)

    assert mime.write(store.load(entry_id, EVERYTHING, NEVER)) == octets


def test_attachments_beyond_the_load_limit_are_not_loaded(store: MemoryStore) -> None:
    (entry_id,) = store.save(inbox(store), [Incoming(with_attachment())], NEVER)

    with pytest.raises(NotLoaded):
        store.load(entry_id, 10, NEVER).attachments[0].data  # noqa: B018


def test_outcomes_that_are_changed_after_settling_are_not_in_the_store(store: MemoryStore) -> None:
    store.submit(LETTER, "t1", NEVER)
    item = locked(store)
    outcomes = dict(item.outcomes)
    store.settle(attrs.evolve(item, outcomes=outcomes), [], NEVER)
    outcomes.update(dict.fromkeys(outcomes, Delivered(250)))

    assert list(store.submission(item.entry_id, NEVER).outcomes.values()) == [Pending()]


# All or nothing


@pytest.mark.parametrize("name", ["delete", "move", "copy", "set_read_flag"])
def test_an_entry_id_that_is_gone_leaves_the_others_alone(store: MemoryStore, name: str) -> None:
    kept, gone = save(store, "kept", "gone")
    store.delete([gone], NEVER)
    drafts = store.special_folders(NEVER)[SpecialFolder.DRAFTS]
    calls: dict[str, Callable[[list[EntryId]], object]] = {
        "delete": lambda ids: store.delete(ids, NEVER),
        "move": lambda ids: store.move(ids, drafts, NEVER),
        "copy": lambda ids: store.copy(ids, drafts, NEVER),
        "set_read_flag": lambda ids: store.set_read_flag(ids, True, NEVER),
    }
    before = [store.folder(folder, NEVER) for folder in store.special_folders(NEVER).values()]

    with pytest.raises(NotFound):
        calls[name]([kept, gone])
    assert [store.folder(folder, NEVER) for folder in store.special_folders(NEVER).values()] == before


def test_nothing_is_saved_after_the_deadline(store: MemoryStore, clock: ManualClock) -> None:
    deadline = Deadline.after(1, clock)
    clock.move(2)

    with pytest.raises(TimedOut):
        store.save(inbox(store), [Incoming(Message(subject="late"))], deadline)
    assert subjects(store) == []


# Shared


def test_two_stores_on_one_memory_see_the_same() -> None:
    memory = StoreMemory()
    save(MemoryStore(memory), "shared")

    assert subjects(MemoryStore(memory)) == ["shared"]


def test_threads_that_save_at_the_same_time_lose_nothing(store: MemoryStore) -> None:
    def save_five(number: int) -> None:
        save(store, *(f"{number}.{n}" for n in range(5)))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(save_five, range(40)))

    assert sorted(subjects(store)) == sorted(f"{number}.{n}" for number in range(40) for n in range(5))


def test_threads_that_lock_at_the_same_time_share_nothing(store: MemoryStore) -> None:
    for number in range(16):
        store.submit(LETTER, f"t{number}", NEVER)
    with ThreadPoolExecutor(8) as pool:
        locking = [pool.submit(locked, store) for _ in range(16)]

    assert sorted(one.result().transfer_id for one in locking) == sorted(f"t{number}" for number in range(16))


def test_a_reader_sees_whole_saves(store: MemoryStore) -> None:
    """A writer in another thread saves two at a time, so that an odd count would be half a save."""
    with ThreadPoolExecutor(1) as pool:
        writing = pool.submit(lambda: [save(store, "a", "b") for _ in range(100)])
        counts: list[int] = []
        while not writing.done():
            counts.append(store.count(inbox(store), EVERY_ROW, NEVER))

    assert [count for count in (*counts, store.count(inbox(store), EVERY_ROW, NEVER)) if count % 2] == []


# What it can do


def test_it_has_every_ability_of_a_store(store: MemoryStore) -> None:
    of_transports = {Capability.BATCHES, Capability.IDENTITY, Capability.FLUSH, Capability.TRACKING, Capability.PREVIEW}
    of_transports |= {Capability.CONFIG_CHANGES, Capability.PROVIDER_UIDS}
    of_address_books = {Capability.ENTRIES, Capability.MEMBERS}
    of_databases = {Capability.EXPLAIN, Capability.NAMED_PROPERTIES, Capability.MAINTENANCE, Capability.FOLDER_NAMES}
    of_accounts = {Capability.SENT_MAIL, Capability.FOLDER_NOTIFY}
    of_others = of_transports | of_address_books | of_databases | of_accounts
    assert capabilities_of(store) == set(Capability) - of_others


def test_a_read_only_one_changes_nothing_by_its_abilities() -> None:
    reading = {Capability.GROUPS, Capability.NOTIFY, Capability.CHANGES, Capability.STREAMS, Capability.BULK_LOAD}
    assert capabilities_of(MemoryStore(read_only=True)) == reading


def test_a_read_only_one_changes_nothing() -> None:
    memory = StoreMemory()
    reader = MemoryStore(memory, read_only=True)

    with pytest.raises(NotSupported, match="for reading only"):
        save(reader, "mine")
    assert subjects(reader) == []


def test_a_read_only_one_shows_what_others_save() -> None:
    memory = StoreMemory()
    save(MemoryStore(memory), "news")

    assert subjects(MemoryStore(memory, read_only=True)) == ["news"]


def test_a_closed_one_refuses_every_call(store: MemoryStore) -> None:
    folder = inbox(store)
    store.close()

    with pytest.raises(UsageError, match="closed"):
        store.count(folder, EVERY_ROW, NEVER)


# The outgoing queue


def test_a_lock_ends_by_itself(store: MemoryStore, clock: ManualClock) -> None:
    store.submit(LETTER, "t1", NEVER)
    first = locked(store)
    clock.move(599)
    meanwhile = store.lock_due(600, NEVER)
    clock.move(2)

    assert (meanwhile, locked(store).token > first.token) == (None, True)


def test_whoever_lost_the_lock_settles_nothing(store: MemoryStore, clock: ManualClock) -> None:
    store.submit(LETTER, "t1", NEVER)
    stale = locked(store)
    clock.move(601)
    locked(store)

    assert not store.settle(attrs.evolve(stale, state=OutgoingState.SENT), [Incoming(LETTER)], NEVER)
    assert (store.submission(stale.entry_id, NEVER).state, subjects(store)) == (OutgoingState.READY, [])


def test_setting_the_time_of_day_frees_no_lock(store: MemoryStore, clock: ManualClock) -> None:
    store.submit(LETTER, "t1", NEVER)
    store.lock_due(600, NEVER)
    clock.step(timedelta(days=1))

    assert store.lock_due(600, NEVER) is None


def test_a_held_submission_is_not_locked(store: MemoryStore) -> None:
    store.submit(LETTER, "t1", NEVER)
    item = locked(store)
    store.settle(attrs.evolve(item, state=OutgoingState.HELD), [], NEVER)

    assert store.lock_due(600, NEVER) is None


def test_making_due_leaves_what_is_held(store: MemoryStore, clock: ManualClock) -> None:
    store.submit(LETTER, "t1", NEVER)
    later = clock.now() + timedelta(hours=1)
    store.settle(attrs.evolve(locked(store), state=OutgoingState.HELD, due_at=later), [], NEVER)
    store.make_due(NEVER)

    assert [item.due_at for item in store.outgoing(NEVER)] == [later]


def test_what_is_submitted_again_is_one_submission(store: MemoryStore, clock: ManualClock) -> None:
    store.submit(LETTER, "t1", NEVER)
    item = locked(store)
    store.settle(attrs.evolve(item, state=OutgoingState.HELD, reason="why"), [], NEVER)
    clock.move(1)

    assert store.submit(LETTER, "t1", NEVER) == store.submission(item.entry_id, NEVER)
    assert [one.reason for one in store.outgoing(NEVER)] == ["why"]


def test_the_report_of_a_submission_goes_where_reports_are_received(store: MemoryStore) -> None:
    received = store.create_folder(inbox(store), "reports", NEVER)
    store.set_receive_folder("REPORT", received, NEVER)
    store.submit(LETTER, "t1", NEVER)
    report = Incoming(Message(subject="Undeliverable", message_class="REPORT.IPM.Note.NDR"))
    store.settle(attrs.evolve(locked(store), state=OutgoingState.SENT), [report], NEVER)

    rows = store.query(received, TableQuery((PidTagSubject,)), NEVER)
    assert ([row[PidTagSubject] for row in rows], subjects(store)) == (["Undeliverable"], [])


def test_aborting_takes_nothing_from_who_has_it(store: MemoryStore) -> None:
    store.submit(Message(from_="a@a.test", to=["b@b.test", "c@b.test"]), "t1", NEVER)
    item = locked(store)
    has_it, waits = item.outcomes
    store.settle(attrs.evolve(item, outcomes={has_it: Delivered(250), waits: Deferred(451)}), [], NEVER)
    store.abort(item.entry_id, NEVER)

    assert list(store.submission(item.entry_id, NEVER).outcomes.values()) == [Delivered(250), Refused()]


# Folders


def test_a_search_folder_is_not_found_as_a_folder_to_save_in(store: MemoryStore) -> None:
    store.create_search_folder(inbox(store), "found", Search(PidTagSubject.exists(), (inbox(store),)), NEVER)

    with pytest.raises(UsageError, match="search folder"):
        store.create_folder(inbox(store), "FOUND", NEVER)


def test_a_folder_goes_with_the_folders_and_messages_in_it(store: MemoryStore) -> None:
    outer = store.create_folder(inbox(store), "outer", NEVER)
    inner = store.create_folder(outer, "inner", NEVER)
    (entry_id,) = store.save(inner, [Incoming(LETTER)], NEVER)
    store.delete_folder(outer, NEVER)

    with pytest.raises(NotFound):
        store.folder(inner, NEVER)
    with pytest.raises(NotFound):
        store.load(entry_id, EVERYTHING, NEVER)


# As a service


def saved(mode: Mode, url: str, subject: str) -> None:
    """Open a store, save a message into its inbox, and close it."""

    async def main(runtime: Runtime) -> None:
        async with open_store(url, runtime) as store:
            await store.inbox.save(Message(subject=subject))

    mode.run(main)


def found(mode: Mode, url: str) -> list[str]:
    async def main(runtime: Runtime) -> list[str]:
        async with open_store(url, runtime) as store:
            return [item.subject for item in await store.inbox.messages()]

    return mode.run(main)


@pytest.mark.usefixtures("registered")
def test_a_store_outlives_who_opened_it(mode: Mode) -> None:
    saved(mode, "memory://ann", "hello")

    assert found(mode, "memory://ann") == ["hello"]


@pytest.mark.usefixtures("registered")
def test_stores_of_two_names_share_nothing(mode: Mode) -> None:
    saved(mode, "memory://ann", "hello")

    assert found(mode, "memory://bob") == []


@pytest.mark.usefixtures("registered")
def test_registering_again_begins_with_none(mode: Mode) -> None:
    saved(mode, "memory://ann", "hello")
    register_memory_stores()

    assert found(mode, "memory://ann") == []


@pytest.mark.usefixtures("registered")
def test_a_url_opens_it_for_reading_only(mode: Mode) -> None:
    with pytest.raises(NotSupported):
        saved(mode, "memory://ann?read_only=true", "hello")
    assert found(mode, "memory://ann?read_only=true") == []


@pytest.mark.usefixtures("registered")
def test_a_url_gives_it_a_display_name(mode: Mode) -> None:
    async def main(runtime: Runtime) -> str:
        async with open_store("memory://ann?display_name=Ann", runtime) as store:
            return store.display_name

    assert mode.run(main) == "Ann"


@pytest.mark.usefixtures("registered")
def test_a_store_needs_a_name(mode: Mode) -> None:
    with pytest.raises(UsageError, match="need memory://NAME"):
        found(mode, "memory://")
