"""Whatever happens, no message is lost and none is stored twice; and in the end all is as the policy says.

The server gives unique ids out again, also with the same header, gives headers by themselves that are others, empty, or
new each time, says sizes that change, and loses connections at any call; time runs out; the store fails at any call,
having done it or not; other clients delete; a person marks headers and deletes what was received.
"""

from __future__ import annotations

import enum
import math
from collections import Counter
from datetime import timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from msgcore.base.status import StatusResponse
from msgcore.errors import CommandRefused, ConnectionLost, MsgcoreError, ProtocolBroken, StoreBusy
from msgcore.spi.retrieval import RetrievalPolicy
from msgcore.spi.store import MessageStatus
from msgcore.spooler.incoming import Task
from msgcore.testing.clock import ManualClock
from msgcore.testing.memory_maildrop import MemoryMaildrop
from msgcore.testing.memory_store import StoreMemory
from msgcore.testing.modes import Mode
from tests.conftest import SOAK
from tests.spooler.incoming_desk import START, Desk, MeddledStore, letter, throw

DOWNLOAD, DELETE = MessageStatus.REMOTE_DOWNLOAD, MessageStatus.REMOTE_DELETE

SIZES = st.none() | st.sampled_from([100, 130])
LEAVING = st.builds(
    RetrievalPolicy,
    leave_on_server=st.just(True),
    remove_after_days=st.none() | st.integers(1, 3),
    remove_when_deleted=st.booleans(),
    remove_larger_than=SIZES,
    keep_at_most=st.none() | st.integers(1, 2),
    headers_only=st.booleans(),
    skip_larger_than=SIZES,
    session_octets=SIZES,
)
TAKING = st.builds(RetrievalPolicy, headers_only=st.booleans(), skip_larger_than=SIZES, session_octets=SIZES)
PLAIN = st.sampled_from([RetrievalPolicy(), RetrievalPolicy(leave_on_server=True)])
POLICIES = PLAIN | LEAVING | TAKING
TASKS = st.sampled_from([Task.RECEIVE, Task.RECEIVE, Task.REFRESH, Task.PROCESS])
MARKS = st.sampled_from([DOWNLOAD, DELETE, DOWNLOAD | DELETE])
ERRORS = st.sampled_from(
    [ConnectionLost("cut"), ProtocolBroken("nonsense"), CommandRefused(StatusResponse("-ERR", "no"))]
)


class Headers(enum.Enum):
    """What a server gives as the header of a message."""

    SAME = "the header"
    OTHER = "another one than with the message"
    EMPTY = "nothing"
    NEW = "another one each time, with the message, too"


class StrangeMaildrop(MemoryMaildrop):
    """A maildrop of a server that gives strange headers, and takes its time at times."""

    def __init__(self, kind: Headers, clock: ManualClock, **settings: Any) -> None:
        super().__init__(**settings)
        self.kind = kind
        self.given = 0
        self.speed = math.inf
        self.on_work = lambda _, messages, octets: clock.move((100 * messages + octets) / self.speed)

    def message_of(self, octets: bytes) -> bytes:
        self.given += 1
        return b"X-Stamp: %d\r\n" % self.given + octets if self.kind is Headers.NEW else octets

    def header_of(self, octets: bytes) -> bytes:
        if self.kind is Headers.EMPTY:
            return b"\r\n"
        return (OTHER if self.kind is Headers.OTHER else b"") + super().header_of(octets)


OTHER = b"X-Server: a\r\n"


def unstamped(octets: bytes) -> bytes:
    """Give a message or a header without what the server writes into it."""
    return octets.partition(b"\r\n")[2] if octets.startswith(b"X-S") else octets


class Maildrops(RuleBasedStateMachine):
    """One account at a server, with all that may happen to it."""

    @initialize(
        has_unique_ids=st.booleans(),
        has_headers=st.booleans(),
        is_exclusive=st.booleans(),
        batch=st.integers(1, 3),
        kind=st.sampled_from([Headers.SAME, *Headers]),
    )
    def begin(self, has_unique_ids: bool, has_headers: bool, is_exclusive: bool, batch: int, kind: Headers) -> None:
        self.clock = ManualClock(START)
        # What two store at once is known by its key alone: not without unique ids, nor where no header stays the same.
        self.maildrop = StrangeMaildrop(
            kind if has_unique_ids else Headers.SAME,
            self.clock,
            has_unique_ids=has_unique_ids,
            has_headers=has_headers,
            is_exclusive=is_exclusive or not has_unique_ids or kind is Headers.NEW,
            batch=batch,
        )
        self.memory = StoreMemory()
        self.store = MeddledStore(self.clock, self.memory)
        self.desk = Desk(Mode.BLOCKING, self.maildrop, self.store, self.clock)
        self.is_doubtful = False
        self.equal = Counter[bytes]()
        self.put: list[bytes] = []
        self.may_be_lost: set[bytes] = set()
        self.was_stored: set[bytes] = set()

    # The server

    @rule(reused=st.none() | st.integers(0, 3), length=st.sampled_from([0, 1, 60]))
    def a_message_arrives(self, reused: int | None, length: int) -> None:
        """Two that wait under one unique id, at a server that gives other headers, can only be told by what is stored.

        A person may have deleted that: then it is taken for another message and comes again, for nothing proves that it
        is not one, and none may be lost. It takes two breaches of RFC 1939 (sections 5 and 7) at once.
        """
        octets = letter(f"{len(self.put):03}", "x" * length)
        unique_id = b"id-%d" % reused if reused is not None and self.maildrop.has_unique_ids else None
        self.is_doubtful |= unique_id in self.maildrop.unique_ids() and self.maildrop.kind is not Headers.SAME
        self.maildrop.put(octets, unique_id=unique_id)
        self.put.append(octets)

    @rule(place=st.integers(0, 9), is_gone=st.booleans())
    def a_message_has_the_unique_id_and_header_of_another(self, place: int, is_gone: bool) -> None:
        """At the same time, or after it, with another size. Two sessions at once would give both the same key."""
        if place < len(self.maildrop.waiting()) and self.maildrop.is_exclusive:
            other, unique_id = self.maildrop.waiting()[place], self.maildrop.unique_ids()[place]
            octets = MemoryMaildrop.header_of(self.maildrop, other) + b"y" * (100 + 20 * len(self.put)) + b"\r\n"
            self.is_doubtful = True
            if is_gone:
                self.another_client_deletes(place)
            self.maildrop.put(octets, unique_id=unique_id)
            self.put.append(octets)

    @rule(place=st.integers(0, 9))
    def a_message_stands_twice(self, place: int) -> None:
        """Not where its copy is stamped, too, as another message would be. Without unique ids it may be another."""
        if place < len(self.maildrop.waiting()) and self.maildrop.kind is not Headers.NEW:
            self.is_doubtful = True
            self.equal[self.maildrop.waiting()[place]] += not self.maildrop.has_unique_ids
            self.maildrop.put(self.maildrop.waiting()[place], unique_id=self.maildrop.unique_ids()[place])

    @rule(place=st.integers(0, 9))
    def another_client_deletes(self, place: int) -> None:
        if place < len(self.maildrop.waiting()):
            self.may_be_lost.add(self.maildrop.waiting()[place])
            self.maildrop.take_away(place)

    @rule(place=st.integers(0, 3))
    def another_message_takes_its_place(self, place: int) -> None:
        """A server gives a unique id, and by chance the size, of a message that is gone to one that comes."""
        if place < len(self.maildrop.waiting()):
            gone, unique_id = self.maildrop.waiting()[place], self.maildrop.unique_ids()[place]
            self.another_client_deletes(place)
            octets = letter(f"{len(self.put):03}", "x" * (len(gone) - len(letter("000", ""))))
            self.maildrop.put(octets, unique_id=unique_id)
            self.put.append(octets)

    @rule(place=st.integers(0, 9), change=st.sampled_from([None, -7, 0, 7]))
    def a_size_changes(self, place: int, change: int | None) -> None:
        if place < len(self.maildrop.waiting()):
            self.is_doubtful = True
            self.maildrop.resize(place, -1 if change is None else len(self.maildrop.waiting()[place]) + change)

    # The person

    @rule(marks=MARKS, place=st.integers(0, 9))
    def a_person_marks_a_header(self, marks: MessageStatus, place: int) -> None:
        waiting = [entry for entry in self.desk.entries if entry.stored is None]
        if place < len(waiting):
            self.desk.mark(marks, waiting[place])
            header = unstamped(waiting[place].header)
            if marks == DELETE and header:
                self.may_be_lost |= {one for one in self.put if one.startswith(header)}

    @rule(place=st.integers(0, 9))
    def a_person_deletes_a_message(self, place: int) -> None:
        if place < len(self.desk.stored_ids()):
            self.desk.delete_stored(place)

    @rule(days=st.sampled_from([1, 31]))
    def time_passes(self, days: int) -> None:
        self.clock.move(timedelta(days=days))

    # The engine

    @rule(policy=POLICIES, task=TASKS)
    def mail_is_retrieved(self, policy: RetrievalPolicy, task: Task) -> None:
        self.desk.retrieve(policy, task)

    @rule(policy=POLICIES, task=TASKS, seconds=st.integers(1, 60))
    def time_runs_out(self, policy: RetrievalPolicy, task: Task, seconds: int) -> None:
        self.maildrop.speed = 100.0
        self.desk.retrieve(policy, task, deadline=self.desk.runtime.deadline(seconds))
        self.maildrop.speed = math.inf

    @rule(policy=POLICIES, task=TASKS, calls=st.integers(0, 9), error=ERRORS, is_done=st.booleans())
    def the_server_fails(
        self, policy: RetrievalPolicy, task: Task, calls: int, error: MsgcoreError, is_done: bool
    ) -> None:
        self.maildrop.fail(None, error, calls=calls, is_done=is_done)
        self.desk.retrieve(policy, task)
        self.maildrop.mend()

    @rule(policy=POLICIES, task=TASKS, calls=st.integers(0, 6), is_done=st.booleans())
    def the_store_fails(self, policy: RetrievalPolicy, task: Task, calls: int, is_done: bool) -> None:
        self.store.meddle(calls, lambda: throw(StoreBusy("busy")), is_done=is_done)
        self.desk.retrieve(policy, task)
        self.store.mend()

    @rule(policy=POLICIES, other=POLICIES, calls=st.integers(0, 6), is_done=st.booleans())
    def two_retrieve_at_once(self, policy: RetrievalPolicy, other: RetrievalPolicy, calls: int, is_done: bool) -> None:
        second = Desk(Mode.BLOCKING, self.maildrop, MeddledStore(self.clock, self.memory), self.clock)
        at_once = second.runtime.deadline(0.5)  # a maildrop in use is not waited for
        self.store.meddle(calls, lambda: void(second.retrieve(other, deadline=at_once)), is_done=is_done)
        self.desk.retrieve(policy)
        self.store.mend()

    # What holds at any time

    @invariant()
    def no_message_is_stored_twice(self) -> None:
        counts = Counter(self.stored())
        assert [octets for octets, count in counts.items() if count > 1 + self.equal[octets]] == []

    @invariant()
    def no_message_is_lost(self) -> None:
        self.was_stored |= set(self.stored())
        kept = {*self.was_stored, *self.maildrop.waiting(), *self.may_be_lost}
        assert [octets for octets in self.put if octets not in kept] == []

    def stored(self) -> list[bytes]:
        """Give what was ever stored; deleted or not, where what was deleted can be known again."""
        if self.maildrop.kind is Headers.NEW or self.is_doubtful:
            return [*map(unstamped, self.desk.stored())]
        return [one.octets for one in self.memory.state.messages.values()]

    def teardown(self) -> None:
        """Take everything, undisturbed: whatever happened before, nothing stays behind."""
        report = self.desk.retrieve()
        self.no_message_is_stored_twice()
        self.no_message_is_lost()

        assert (report.error, report.faults, self.maildrop.waiting()) == (None, (), ())


def void(_: object) -> None:
    """Take a result that nobody asks for."""


TestMaildrops = Maildrops.TestCase
TestMaildrops.settings = settings(max_examples=3_000 if SOAK else 25, stateful_step_count=25, deadline=None)
