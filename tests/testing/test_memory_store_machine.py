"""The store in memory against the internal store: whatever is done in whatever order, both say the same."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Coroutine, Sequence
from datetime import UTC, datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple, cast

import attrs
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from msgcore.base.ids import EntryId
from msgcore.base.text import fold
from msgcore.errors import MsgcoreError
from msgcore.model import (
    Accepted,
    Address,
    Deferred,
    Delivered,
    Message,
    Outcome,
    Recipient,
    RecipientKind,
    Refused,
    Unknown,
    compare,
)
from msgcore.props.restriction import Restriction, SortKey
from msgcore.props.row import Row
from msgcore.props.table import (
    PidTagComment,
    PidTagDeletedOn,
    PidTagEntryId,
    PidTagInstanceKey,
    PidTagLastModificationTime,
    PidTagMessageFlags,
    PidTagMessageStatus,
    PidTagNormalizedSubject,
    PidTagParentEntryId,
    PidTagReadReceiptRequested,
    PidTagRecordKey,
)
from msgcore.props.tags import PS_PUBLIC_STRINGS, NamedProperty, Property, PropertyTag
from msgcore.props.types import PropertyType
from msgcore.providers.internal.service import PersonalFoldersConfig, PersonalFoldersService
from msgcore.runtime import NEVER, BlockingRuntime
from msgcore.spi.folders import ReceiveFolder, Search
from msgcore.spi.message_state import OwedReceipt
from msgcore.spi.outgoing_queue import OutgoingItem, OutgoingState
from msgcore.spi.store import (
    Contents,
    FolderFacts,
    Incoming,
    MessageFlag,
    MessageStatus,
    SpecialFolder,
    TableQuery,
)
from msgcore.testing import strategies
from msgcore.testing.clock import ManualClock, runtime_on
from msgcore.testing.memory_store import MemoryStore, StoreMemory
from msgcore.testing.modes import Mode
from tests.conftest import SOAK

# Nothing is learnt here from waiting for a disk.
_SHARED_MEMORY = Path("/dev/shm")

NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)
LEASE_SECONDS = 600.0
EVERYTHING = 1 << 40

COLOUR: NamedProperty[str] = NamedProperty(PS_PUBLIC_STRINGS, "Colour", PropertyType.UNICODE)
NUMBER: PropertyTag[int] = PropertyTag(0x6801, PropertyType.LONG, "Number")
WORDS: PropertyTag[tuple[str, ...]] = PropertyTag(0x6803, PropertyType.MV_UNICODE, "Words")
OWN: Sequence[Property[object]] = (COLOUR, NUMBER, WORDS)
TAGS = (
    *strategies.MESSAGE_TAGS,
    *OWN,
    PidTagLastModificationTime,
    PidTagNormalizedSubject,
    PidTagMessageStatus,
    PidTagDeletedOn,
)
IDS = (PidTagEntryId, PidTagInstanceKey, PidTagRecordKey, PidTagParentEntryId)

messages = strategies.messages_to_find(OWN)
incoming = st.builds(
    attrs.evolve, strategies.incoming(messages), delivery_key=st.sampled_from([None, None, b"one", b"two"])
)
PEOPLE = (
    Recipient(Address("SMTP", "bob@b.test", "Bob")),
    Recipient(Address("SMTP", "carol@b.test"), RecipientKind.CC),
    Recipient(Address("FAX", "+46 8 1"), RecipientKind.BCC),
)
OUTCOMES: Sequence[Outcome] = (
    Accepted(250, "2.0.0", "taken", "RCPT"),
    Delivered(250),
    Deferred(451, "4.2.1", "busy"),
    Refused(550, "5.1.1", "nobody", note="unverified"),
    Unknown(),
)
# How many were made after it, modulo what there is: what is new is asked for most, and what is gone sometimes.
index = st.sampled_from([0, 0, 0, 1, 1, 2, 3, 5, 8, 13])
indexes = st.lists(index, min_size=1, max_size=3)


_NAMES = st.sampled_from(["a", "A", "b", "ä", "Inbox", "inbox", "", "a\n"])
_STATUSES = st.sampled_from([MessageStatus.TAGGED, MessageStatus.ANSWERED, MessageStatus(0x10000), MessageStatus(0)])
_SEARCHES = st.sampled_from(
    [PidTagMessageFlags.has_no_bit(MessageFlag.READ), PidTagMessageStatus.has_any_bit(MessageStatus.TAGGED)]
) | strategies.restrictions(strategies.MESSAGE_TAGS)


class Pair(NamedTuple):
    """The entry ids, or other things, by which the two stores call the same."""

    internal: Any
    memory: Any


@attrs.frozen
class Failed:
    """A call that raised."""

    kind: type[MsgcoreError]


class StoreMachine(RuleBasedStateMachine):
    """Each rule is one call of both stores; entry ids are told apart by the order in which they were given."""

    def __init__(self) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory(dir=_SHARED_MEMORY if _SHARED_MEMORY.is_dir() else None)
        self._clock = ManualClock(NOON)
        runtime = runtime_on(Mode.BLOCKING, self._clock)
        assert isinstance(runtime, BlockingRuntime)
        self._runtime = runtime
        self._service = PersonalFoldersService(
            PersonalFoldersConfig(Path(self._folder.name) / "store.db"), self._runtime
        )
        self._runtime.run(self._service.logon(NEVER))
        (internal,) = self._service.providers()
        self._stores: tuple[Any, Any] = (internal, MemoryStore(StoreMemory("Personal Folders"), self._runtime))
        special = [self._call(store.special_folders) for store in self._stores]
        self._folders: list[Pair] = [Pair(special[0][role], special[1][role]) for role in SpecialFolder]
        self._messages: list[Pair] = []
        self._locked: list[tuple[OutgoingItem, OutgoingItem]] = []
        self._submissions: list[Pair] = []

    def teardown(self) -> None:
        try:
            self.everything_is_the_same()
        finally:
            self._runtime.run(self._service.close())
            self._folder.cleanup()

    # Calling both

    def _call(self, method: Callable[..., Any], *arguments: object) -> Any:
        try:
            given: object = method(*arguments, NEVER)
            if isinstance(given, Coroutine):
                return self._runtime.run(cast("Coroutine[Any, Any, object]", given))
            return given
        except MsgcoreError as error:
            return Failed(type(error))

    def _both(self, name: str, *arguments: Any) -> tuple[Any, Any]:
        """Call a method of both stores; a pair stands for what each of them knows."""
        first, second = (
            self._call(getattr(store, name), *(one[side] if isinstance(one, Pair) else one for one in arguments))
            for side, store in enumerate(self._stores)
        )
        if isinstance(first, Failed) or isinstance(second, Failed):
            # Of two wrong things in one call, no contract says which one is told.
            is_one = sum(isinstance(one, Pair) for one in arguments) < 2
            assert first == second if is_one else type(first) is type(second)
        return first, second

    def _folder_at(self, number: int) -> Pair:
        return self._folders[-1 - number % len(self._folders)]

    def _message_at(self, number: int) -> Pair:
        return self._messages[-1 - number % len(self._messages)]

    def _submission_at(self, number: int) -> Pair:
        return self._submissions[-1 - number % len(self._submissions)]

    def _several(self, numbers: Sequence[int]) -> Pair:
        pairs = [self._message_at(number) for number in numbers]
        return Pair([pair.internal for pair in pairs], [pair.memory for pair in pairs])

    def _note(self, known: list[Pair], first: Any, second: Any) -> None:
        """Learn entry ids that both gave; one that is known must be known as a pair."""
        if isinstance(first, Failed):
            return
        assert len(first) == len(second)
        for pair in map(Pair, first, second):
            assert (pair[0] in [one for one, _ in known]) == (pair[1] in [other for _, other in known])
            if pair not in known:
                known.append(pair)

    # Messages

    @rule(folder=index, letters=st.lists(incoming, min_size=1, max_size=3))
    def save(self, folder: int, letters: list[Incoming]) -> None:
        self._note(self._messages, *self._both("save", self._folder_at(folder), letters))

    @precondition(lambda self: self._messages)
    @rule(number=index, message=messages)
    def save_changes(self, number: int, message: Message) -> None:
        self._both("save_changes", self._message_at(number), message)

    @precondition(lambda self: self._messages)
    @rule(number=index, colour=st.sampled_from(["red", "blå"]))
    def load_and_change(self, number: int, colour: str) -> None:
        loaded = self._both("load", self._message_at(number), EVERYTHING)
        for store, entry_id, message in zip(self._stores, self._message_at(number), loaded, strict=True):
            if isinstance(message, Message):
                message[COLOUR] = colour
                message.subject = f"{message.subject} {colour}"
                self._call(store.save_changes, entry_id, message)

    @precondition(lambda self: self._messages)
    @rule(numbers=indexes, is_read=st.booleans())
    def set_read_flag(self, numbers: list[int], is_read: bool) -> None:
        self._both("set_read_flag", self._several(numbers), is_read)

    @precondition(lambda self: self._messages)
    @rule(numbers=indexes, folder=index)
    def move(self, numbers: list[int], folder: int) -> None:
        self._both("move", self._several(numbers), self._folder_at(folder))

    @precondition(lambda self: self._messages)
    @rule(numbers=indexes, folder=index)
    def copy(self, numbers: list[int], folder: int) -> None:
        self._note(self._messages, *self._both("copy", self._several(numbers), self._folder_at(folder)))

    @precondition(lambda self: self._messages)
    @rule(numbers=indexes)
    def delete(self, numbers: list[int]) -> None:
        self._both("delete", self._several(numbers))

    @precondition(lambda self: self._messages)
    @rule(numbers=indexes)
    def restore(self, numbers: list[int]) -> None:
        self._both("restore", self._several(numbers))

    @precondition(lambda self: self._messages)
    @rule(numbers=indexes)
    def purge(self, numbers: list[int]) -> None:
        self._both("purge", self._several(numbers))

    @rule(days=st.sampled_from([0, 1]))
    def purge_before(self, days: int) -> None:
        first, second = self._both("purge_before", self._clock.now() - timedelta(days=days))
        assert first == second

    @rule(folder=index, letters=st.lists(incoming, min_size=1, max_size=2))
    def save_associated(self, folder: int, letters: list[Incoming]) -> None:
        self._note(self._messages, *self._both("save_associated", self._folder_at(folder), letters))

    @precondition(lambda self: self._messages)
    @rule(numbers=indexes, status=_STATUSES, mask=_STATUSES)
    def set_message_status(self, numbers: list[int], status: MessageStatus, mask: MessageStatus) -> None:
        self._both("set_message_status", self._several(numbers), status, mask)

    @rule(letters=st.lists(incoming, min_size=1, max_size=2))
    def deliver(self, letters: list[Incoming]) -> None:
        for one in letters:
            one.message[PidTagReadReceiptRequested] = True
        self._note(self._messages, *self._both("deliver", letters))

    @precondition(lambda self: self._messages)
    @rule(numbers=indexes)
    def clear_receipts(self, numbers: list[int]) -> None:
        self._both("clear_receipts", self._several(numbers))

    # Folders

    @rule(number=index, parent=index, name=_NAMES)
    def move_folder(self, number: int, parent: int, name: str) -> None:
        self._both("move_folder", self._folder_at(number), self._folder_at(parent), name)

    @rule(number=index, parent=index, name=_NAMES)
    def copy_folder(self, number: int, parent: int, name: str) -> None:
        first, second = self._both("copy_folder", self._folder_at(number), self._folder_at(parent), name)
        if not isinstance(first, Failed):
            self._meet(Pair(first, second))

    def _meet(self, folder: Pair) -> None:
        """Learn the entry ids of a new folder and of all that is in it."""
        self._note(self._folders, [folder.internal], [folder.memory])
        for contents in (Contents.MESSAGES, Contents.ASSOCIATED):
            tables = self._both("query", folder, TableQuery((PidTagEntryId,), contents=contents))
            self._note(self._messages, *([EntryId.parse(row[PidTagEntryId]) for row in rows] for rows in tables))
        for one, other in zip(*self._both("folders", folder), strict=True):
            self._meet(Pair(one.entry_id, other.entry_id))

    @rule(number=index)
    def empty_folder(self, number: int) -> None:
        self._both("empty_folder", self._folder_at(number))

    @rule(number=index, comment=st.sampled_from(["ours", None]))
    def set_comment(self, number: int, comment: str | None) -> None:
        self._both("set_folder_properties", self._folder_at(number), {PidTagComment: comment})

    @rule(parent=index, name=_NAMES, scope=indexes, is_recursive=st.booleans(), wanted=_SEARCHES)
    def create_search_folder(
        self, parent: int, name: str, scope: list[int], is_recursive: bool, wanted: Restriction
    ) -> None:
        first, second = self._both(
            "create_search_folder", self._folder_at(parent), name, self._search(wanted, scope, is_recursive)
        )
        self._note(self._folders, *(one if isinstance(one, Failed) else [one] for one in (first, second)))

    @rule(number=index, scope=indexes, is_recursive=st.booleans(), wanted=_SEARCHES)
    def set_search_criteria(self, number: int, scope: list[int], is_recursive: bool, wanted: Restriction) -> None:
        self._both("set_search_criteria", self._folder_at(number), self._search(wanted, scope, is_recursive))

    def _search(self, wanted: Restriction, scope: list[int], is_recursive: bool) -> Pair:
        pairs = [self._folder_at(number) for number in scope]
        return Pair(*(Search(wanted, tuple(pair[side] for pair in pairs), is_recursive) for side in (0, 1)))

    @rule(message_class=st.sampled_from(["", "IPM", "ipm.note", "IPM.Note.Own", "."]), folder=st.none() | index)
    def set_receive_folder(self, message_class: str, folder: int | None) -> None:
        self._both("set_receive_folder", message_class, None if folder is None else self._folder_at(folder))

    @rule(parent=index, name=_NAMES)
    def create_folder(self, parent: int, name: str) -> None:
        first, second = self._both("create_folder", self._folder_at(parent), name)
        self._note(self._folders, *(one if isinstance(one, Failed) else [one] for one in (first, second)))

    @rule(number=index)
    def delete_folder(self, number: int) -> None:
        self._both("delete_folder", self._folder_at(number))

    @precondition(lambda self: self._messages)
    @rule(number=index)
    def ask_for_another_kind(self, number: int) -> None:
        self._both("folder", self._message_at(number))
        self._both("load", self._folder_at(number), EVERYTHING)

    # The outgoing queue

    @rule(to=st.lists(st.sampled_from(PEOPLE), min_size=1, max_size=3), is_said_again=st.booleans())
    def submit(self, to: list[Recipient], is_said_again: bool) -> None:
        message = Message(from_="Ann <ann@a.test>", subject="out", text="x", date=NOON)
        message.recipients = to
        transfer_id = f"t{len(self._submissions)}"
        for _ in range(2 if is_said_again else 1):
            first, second = self._both("submit", message, transfer_id)
            self._note(self._messages, [first.entry_id], [second.entry_id])
            self._same_item(first, second)
        self._submissions.append(self._messages[-1])

    @precondition(lambda self: self._submissions)
    @rule(number=index)
    def submit_again(self, number: int) -> None:
        """Submit with a transfer id that was given once; what was submitted with it may be gone."""
        message = Message(from_="Ann <ann@a.test>", subject="again", text="x", date=NOON)
        message.recipients = PEOPLE[:1]
        first, second = self._both("submit", message, f"t{number % len(self._submissions)}")
        self._note(self._messages, [first.entry_id], [second.entry_id])
        self._same_item(first, second)

    @rule()
    def lock_due(self) -> None:
        first, second = self._both("lock_due", LEASE_SECONDS)
        assert (first is None) == (second is None)
        if first is not None:
            self._same_item(first, second)
            self._locked.append((first, second))

    @precondition(lambda self: self._locked)
    @rule(data=st.data(), reports=st.lists(incoming, max_size=1), is_said_again=st.booleans())
    def settle(self, data: st.DataObject, reports: list[Incoming], is_said_again: bool) -> None:
        """Settle a lock, a stale one perhaps; whoever does not know whether it came through says it again."""
        items = self._locked.pop(data.draw(st.integers(0, len(self._locked) - 1), "lock"))
        outcomes = {one: data.draw(st.sampled_from(OUTCOMES), "outcome") for one in items[0].outcomes}
        state = data.draw(st.sampled_from([OutgoingState.READY, OutgoingState.HELD, OutgoingState.SENT]), "state")
        first, second = (
            attrs.evolve(
                item,
                state=state,
                outcomes=outcomes,
                transports={next(iter(outcomes)): "smtp"},
                tries=item.tries + 1,
                due_at=self._clock.now() + timedelta(seconds=300),
                reason="why",
            )
            for item in items
        )
        for _ in range(2 if is_said_again else 1):
            settled = self._both("settle", Pair(first, second), reports)
            assert settled[0] == settled[1]
        self._meet_reports()

    def _meet_reports(self) -> None:
        """Learn the entry ids of what settling put into whatever folder its class is received in."""
        received = self._both("receive_folders")
        for folder in dict.fromkeys(Pair(*(entry.folder for entry in pair)) for pair in zip(*received, strict=True)):
            tables = self._both("query", folder, TableQuery((PidTagEntryId,)))
            self._note(self._messages, *([EntryId.parse(row[PidTagEntryId]) for row in rows] for rows in tables))

    @precondition(lambda self: self._submissions)
    @rule(number=index)
    def retry(self, number: int) -> None:
        self._both("retry", self._submission_at(number))

    @precondition(lambda self: self._submissions)
    @rule(number=index)
    def abort(self, number: int) -> None:
        self._both("abort", self._submission_at(number))

    @precondition(lambda self: self._messages)
    @rule(number=index)
    def treat_as_a_submission(self, number: int) -> None:
        self._both("retry", self._message_at(number))
        self._both("abort", self._message_at(number))

    @rule()
    def make_due(self) -> None:
        self._both("make_due")

    @rule(seconds=st.sampled_from([1, 301, 601]))
    def pass_time(self, seconds: int) -> None:
        self._clock.move(seconds)

    def _same_item(self, first: OutgoingItem, second: OutgoingItem) -> None:
        assert Pair(first.entry_id, second.entry_id) in self._messages
        assert attrs.evolve(first, entry_id=second.entry_id) == second
        assert [str(one) for one in first.outcomes.values()] == [str(one) for one in second.outcomes.values()]

    # What is told

    @rule(
        folder=index,
        restriction=st.none() | strategies.restrictions(TAGS),
        sort_order=strategies.sort_orders(TAGS),
        start=st.integers(0, 3),
        count=st.integers(1, 5),
    )
    def query(
        self, folder: int, restriction: Restriction | None, sort_order: list[SortKey], start: int, count: int
    ) -> None:
        columns = (*TAGS, *IDS)
        whole = self._both(
            "query", self._folder_at(folder), TableQuery(columns, restriction, tuple(sort_order), 0, 1_000)
        )
        page = self._both(
            "query", self._folder_at(folder), TableQuery(columns, restriction, tuple(sort_order), start, count)
        )
        counts = self._both("count", self._folder_at(folder), TableQuery((), restriction))
        if isinstance(whole[0], Failed):
            return
        tables = [[self._shown(row, side) for row in rows] for side, rows in enumerate(whole)]
        assert [_ties(rows, shown, sort_order) for rows, shown in zip(whole, tables, strict=True)] == [
            _ties(whole[0], tables[0], sort_order)
        ] * 2
        pages = [[self._shown(row, side) for row in rows] for side, rows in enumerate(page)]
        assert pages == [table[start : start + count] for table in tables]
        assert counts == (len(whole[0]), len(whole[0]))

    @rule()
    def everything_is_the_same(self) -> None:
        for folder in list(self._folders):
            facts = self._both("folder", folder)
            if isinstance(facts[0], Failed):
                continue
            assert self._facts(facts[0], 0) == self._facts(facts[1], 1)
            inside = self._both("folders", folder)
            assert [self._facts(one, 0) for one in inside[0]] == [self._facts(one, 1) for one in inside[1]]
            for contents in Contents:
                rows = self._both("query", folder, TableQuery((*TAGS, *IDS), contents=contents))
                assert [self._shown(row, 0) for row in rows[0]] == [self._shown(row, 1) for row in rows[1]]
            properties = self._both("folder_properties", folder)
            assert {one.get(PidTagComment) for one in properties} == {properties[0].get(PidTagComment)}
        owed = [[self._owed(one, side) for one in all_] for side, all_ in enumerate(self._both("owed_receipts"))]
        assert owed[0] == owed[1]
        received = self._both("receive_folders")
        assert [self._received(one, 0) for one in received[0]] == [self._received(one, 1) for one in received[1]]
        for message in self._messages:
            first, second = self._both("load", message, EVERYTHING)
            if isinstance(first, Message):
                assert compare(first, second) == ()
                rows = self._both("row", message, (*TAGS, *IDS))
                assert self._shown(rows[0], 0) == self._shown(rows[1], 1)
            items = self._both("submission", message)
            if isinstance(items[0], OutgoingItem):
                self._same_item(*items)
        for first, second in zip(*self._both("outgoing"), strict=True):
            self._same_item(first, second)

    def _owed(self, receipt: OwedReceipt, side: int) -> tuple[object, ...]:
        return [pair[side] for pair in self._messages].index(receipt.entry_id), receipt.is_read, receipt.since

    def _received(self, entry: ReceiveFolder, side: int) -> tuple[object, ...]:
        return entry.message_class, [pair[side] for pair in self._folders].index(entry.folder)

    def _shown(self, row: Row, side: int) -> dict[str, object]:
        """Give a row's values, entry ids by their place in what both gave."""
        shown = {tag.label: row.get(tag) for tag in TAGS}
        known = [bytes(pair[side]) for pair in [*self._messages, *self._folders]]
        return shown | {tag.label: known.index(row[tag]) for tag in IDS}

    def _facts(self, facts: FolderFacts, side: int) -> tuple[object, ...]:
        known = [pair[side] for pair in self._folders]
        parent = None if facts.parent_id is None else known.index(facts.parent_id)
        return known.index(facts.entry_id), parent, facts.name, facts.role, facts.content_count, facts.unread_count


def _ties(rows: Sequence[Row], shown: Sequence[object], sort_order: Sequence[SortKey]) -> list[object]:
    """Group what sorts as equal; its order among itself is not said by any contract."""
    if not sort_order:
        return list(shown)

    def rank(numbered: tuple[int, Row]) -> list[object]:
        values: list[object] = [numbered[1].get(_tag(key)) for key in sort_order]
        return [fold(value) if isinstance(value, str) else value for value in values]

    groups = (list(group) for _, group in groupby(enumerate(rows), rank))
    return [sorted(map(str, (shown[number] for number, _ in group))) for group in groups]


def _tag(key: SortKey) -> Property[object]:
    tag: Any = key.tag
    return tag  # type: ignore[no-any-return]  # every key of a sort order is a Property


TestStoresAreTheSame = StoreMachine.TestCase
TestStoresAreTheSame.settings = settings(max_examples=1_000 if SOAK else 25, stateful_step_count=30, deadline=None)
