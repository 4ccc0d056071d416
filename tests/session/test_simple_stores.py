"""A store that can do little: what it cannot do says so, and what can be done without is done."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import attrs
import pytest

from msgcore import Message, MessageStatus, ReadReceipt
from msgcore.base.ids import EntryId
from msgcore.base.times import Deadline
from msgcore.blocking.store import MessageStore
from msgcore.errors import NotFound, NotSupported
from msgcore.props import PidTagStoreSupportMask
from msgcore.runtime import Runtime
from msgcore.session.stores.properties import StoreSupport
from msgcore.spi.capability import Capability
from msgcore.spi.registry import register_service
from msgcore.testing.memory_store import MemoryStore, StoreMemory
from tests.session.desk import MEMORY, Desk

NOW = datetime(2026, 1, 1, tzinfo=UTC)
STATUS = MessageStatus.TAGGED


class SimpleStore(MemoryStore):
    @property
    def capabilities(self) -> frozenset[Capability]:
        return frozenset({Capability.CREATE, Capability.DELETE, Capability.READ_FLAGS})


class ReadingStore(MemoryStore):
    @property
    def capabilities(self) -> frozenset[Capability]:
        return frozenset()


@attrs.frozen
class SimpleConfig:
    url: str
    is_read_only: bool = False


class SimpleService:
    config_type = SimpleConfig

    def __init__(self, config: SimpleConfig, runtime: Runtime) -> None:
        kind = ReadingStore if config.is_read_only else SimpleStore
        self._store: MemoryStore = kind(StoreMemory(config.url), runtime)

    def providers(self) -> Sequence[MemoryStore]:
        return (self._store,)


class SilentStore(MemoryStore):
    def save_changes(self, entry_id: EntryId, message: Message, deadline: Deadline) -> None:
        super().save_changes(entry_id, message, deadline)


class SilentService(SimpleService):
    def __init__(self, config: SimpleConfig, runtime: Runtime) -> None:
        self._store = SilentStore(StoreMemory(config.url), runtime)


CALLS: list[tuple[str, Callable[[MessageStore], object]]] = [
    ("hierarchy", lambda store: store.inbox.rename("Post")),
    ("hierarchy", lambda store: store.inbox.move_to(store.drafts)),
    ("hierarchy", lambda store: store.inbox.copy_to(store.drafts)),
    ("hierarchy", lambda store: store.inbox.empty()),
    ("folder properties", lambda store: store.inbox.properties()),
    ("folder properties", lambda store: store.inbox.set_properties({})),
    ("associated contents", lambda store: store.inbox.save_associated(Message())),
    ("search folders", lambda store: store.inbox.create_search_folder("Reports", "size > 1")),
    ("search folders", lambda store: store.inbox.search_criteria()),
    ("search folders", lambda store: store.inbox.set_search_criteria("size > 1")),
    ("changes", lambda store: store.inbox.changes_since()),
    ("changes", lambda store: store.changes_since()),
    ("message status", lambda store: store.inbox.set_status([], STATUS, STATUS)),
    ("recovery", lambda store: store.inbox.deleted_table().query_rows(1)),
    ("recovery", lambda store: store.inbox.deleted_table().row_count()),
    ("associated contents", lambda store: store.inbox.associated_table().query_rows(1)),
    ("recovery", lambda store: store.restore()),
    ("recovery", lambda store: store.purge()),
    ("recovery", lambda store: store.purge_before(NOW)),
    ("receive folders", lambda store: store.receive_folder()),
    ("receive folders", lambda store: store.receive_folders()),
    ("receive folders", lambda store: store.set_receive_folder("IPM", None)),
    ("receive folders", lambda store: store.deliver([])),
    ("receipts", lambda store: store.owed_receipts()),
    ("receipts", lambda store: store.clear_receipts()),
    ("maintenance", lambda store: store.check()),
    ("maintenance", lambda store: store.backup(Path("backup.db"))),
    ("maintenance", lambda store: store.compact()),
]


@pytest.fixture
def simple(desk: Desk) -> Iterator[MessageStore]:
    register_service("simple", SimpleService)
    with desk.open_store("simple://mail") as store:
        yield store


@pytest.mark.parametrize(("ability", "call"), CALLS)
def test_what_a_store_cannot_do_names_the_ability(
    simple: MessageStore, ability: str, call: Callable[[MessageStore], object]
) -> None:
    with pytest.raises(NotSupported, match=f"'{ability}'"):
        call(simple)


def test_an_attachment_is_a_stream_nevertheless(simple: MessageStore, desk: Desk) -> None:
    entry_id = simple.inbox.save(Message(attachments=[b"one", b"two"]))
    with simple.open_message(entry_id) as opened:
        assert desk.octets(opened.open_attachment(1)) == b"two"


@pytest.mark.parametrize("number", [-1, 1])
def test_an_attachment_that_is_not_there_is_not_found(simple: MessageStore, number: int) -> None:
    entry_id = simple.inbox.save(Message(attachments=[b"one"]))
    with simple.open_message(entry_id) as opened, pytest.raises(NotFound, match="1 attachment"):
        opened.open_attachment(number)


def test_an_attached_file_is_read_before_it_is_saved(simple: MessageStore, tmp_path: Path) -> None:
    file = tmp_path / "file.txt"
    file.write_bytes(b"text")
    message = Message(attachments=[file])
    simple.inbox.save(message)

    assert message.attachments[0].data == b"text"


def test_messages_are_loaded_together_nevertheless(simple: MessageStore) -> None:
    ids = [simple.inbox.save(Message(subject=subject)) for subject in "abc"]
    simple.delete(ids[0])

    assert [one and one.subject for one in simple.load_messages(ids)] == [None, "b", "c"]


def test_where_saving_gives_no_change_key_a_message_is_saved_again_and_submitted(desk: Desk) -> None:
    """Its key is another one then, and nobody says which."""
    register_service("silent", SilentService)
    desk.admin.create("work", [desk.mailbox(), {"service": "silent", "url": "silent://mail"}, MEMORY])
    with desk.logon("work", desk.admin) as session:
        (store,) = [one for one in session.stores if one.uid != session.default_store.uid]
        with session.open_message(store.drafts.save(Message(to=["bob@b.test"], from_="ann@a.test"))) as draft:
            for subject in ("once", "again"):
                draft.message.subject = subject
                draft.save_changes()
            draft.submit()

        assert [item.subject for item in session.outbox.messages()] == ["again"]


def test_where_no_receipts_are_kept_there_is_none_to_suppress(simple: MessageStore) -> None:
    with simple.open_message(simple.inbox.save(Message())) as opened:
        opened.set_read_flag(receipt=ReadReceipt.SUPPRESS)

    assert [item.is_read for item in simple.inbox.messages()] == [True]


def test_a_store_says_what_it_cannot_do(simple: MessageStore) -> None:
    support = StoreSupport(simple.properties()[PidTagStoreSupportMask])
    cannot = StoreSupport.SEARCH | StoreSupport.MODIFY | StoreSupport.SUBMIT | StoreSupport.NOTIFY

    assert support & (cannot | StoreSupport.CREATE) == StoreSupport.CREATE


def test_a_store_for_reading_only_says_so(desk: Desk) -> None:
    register_service("simple", SimpleService)
    with desk.open_store("simple://mail", is_read_only=True) as store:
        support = StoreSupport(store.properties()[PidTagStoreSupportMask])

    assert support & (StoreSupport.READONLY | StoreSupport.CREATE) == StoreSupport.READONLY
