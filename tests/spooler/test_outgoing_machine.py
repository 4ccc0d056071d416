"""The outgoing queue as a whole: whatever happens in whatever order, nobody is lost, and nobody gets it twice.

Every recipient is at any time in exactly one of sent, reported, queued, held or (with its message) aborted. A message
comes twice only where its outcome was unknown and that was wanted, or where the process was killed while it was handed
over: then nobody was left to write down that it is unknown, and a transport sees the same transfer id again.
"""

from __future__ import annotations

import tempfile
import threading
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple, cast

import attrs
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from msgcore.base.times import Deadline
from msgcore.codecs import mime
from msgcore.errors import AuthenticationRefused, ConnectionLost, UsageError
from msgcore.model import (
    Accepted,
    Address,
    Deferred,
    Delivered,
    Envelope,
    Message,
    NotMe,
    Outcome,
    Recipient,
    Refused,
    Unknown,
)
from msgcore.runtime import NEVER
from msgcore.spi.guarded_hook import GuardedHook
from msgcore.spi.guarded_store import GuardedStore
from msgcore.spi.hooks import Hold, HookAnswer, Processed
from msgcore.spi.outgoing import SubmitTerms
from msgcore.spi.outgoing_queue import OutgoingItem, OutgoingState
from msgcore.spi.plugin import Plugin
from msgcore.spi.store import SpecialFolder, StoreProvider
from msgcore.spi.url import PostgresPlace
from msgcore.spooler.outgoing import send_due
from msgcore.spooler.resending import resend_of_submission
from msgcore.spooler.retry import RetryPolicy
from msgcore.testing.modes import Mode
from tests.conftest import SOAK
from tests.providers.internal.box import Box
from tests.providers.internal.conftest import new_place
from tests.servers import Postgresql
from tests.spooler.transports import Named

_SHARED_MEMORY = Path("/dev/shm")
LEASE_SECONDS = 600.0
POLICY = RetryPolicy(timedelta(minutes=1), timedelta(minutes=8), timedelta(hours=2), LEASE_SECONDS)
PEOPLE = [Recipient(Address("SMTP", "bob@b.test")), Recipient(Address("SMTP", "cid@c.test"))]
PEOPLE.append(Recipient(Address("FAX", "+1")))
OPEN = {OutgoingState.READY, OutgoingState.HELD}
FINAL = (Accepted, Delivered, Refused)

NO_FAULT = "take"
FAULTS = ["defer", "refuse", "not me", "lost before", "lost after", "cut", "password", "crash", "kill", "kill after"]
acts = st.lists(st.sampled_from([NO_FAULT, NO_FAULT, *FAULTS]), min_size=1, max_size=6)
hook_acts = st.sampled_from(["pass", "pass", "change", "hold", "refuse bob", "away", "crash", "kill"])


class Killed(KeyboardInterrupt):
    """What a process that is killed looks like to the next one, which sees only what it wrote."""


class Name(NamedTuple):
    """A recipient of one submission."""

    transfer_id: str
    address: str


@attrs.define
class World:
    """What is outside the process: who got what, and what happens next."""

    acts: Sequence[str] = ()
    hook_act: str = "pass"
    taken: Counter[Name] = attrs.field(factory=Counter[Name])
    doubtful: Counter[Name] = attrs.field(factory=Counter[Name])
    """Whose outcome is unknown, or was at work when the process was killed: so often it may come again."""
    is_killed: bool = False
    guard: threading.Lock = attrs.field(factory=threading.Lock)

    def act_at(self, place: int) -> str:
        """Say what happens to a recipient: by its place, since transports act side by side."""
        return self.acts[place % len(self.acts)] if self.acts else NO_FAULT

    def take(self, name: Name) -> None:
        if self.taken[name]:
            assert self.doubtful[name], f"{name} comes twice"
            self.doubtful[name] -= 1
        self.taken[name] += 1

    def kill(self) -> None:
        self.is_killed = True
        raise Killed


class Mortal:
    """A store, for as long as the process lives."""

    def __init__(self, store: StoreProvider, world: World) -> None:
        self._store, self._world = store, world

    def __getattr__(self, name: str) -> object:
        found: object = getattr(self._store, name)
        if not callable(found):
            return found
        method = cast("Callable[..., Awaitable[object]]", found)

        async def alive(*arguments: Any) -> object:
            if self._world.is_killed:
                raise Killed
            return await method(*arguments)

        return alive


class Faulty:
    """A transport to the world."""

    def __init__(self, world: World, number: int, types: Sequence[str]) -> None:
        self._world, self._number, self.address_types = world, number, types

    async def submit(self, envelope: Envelope, message: Message, deadline: Deadline) -> Mapping[Recipient, Outcome]:
        with self._world.guard:
            if self._world.is_killed:
                raise Killed
            return self._submit(envelope)

    def _submit(self, envelope: Envelope) -> Mapping[Recipient, Outcome]:
        world, told = self._world, dict[Recipient, Outcome]()
        for recipient in envelope.recipients:
            name = Name(envelope.transfer_id, recipient.email_address)
            match world.act_at(self._number + int(envelope.transfer_id[1:]) + PEOPLE.index(recipient)):
                case "defer":
                    told[recipient] = Deferred(451, text="busy")
                case "refuse":
                    told[recipient] = Refused(550, text="no")
                case "not me":
                    told[recipient] = NotMe(text="somebody else")
                case "lost before":
                    told[recipient] = self._unknown(name)
                case "lost after":
                    world.take(name)
                    told[recipient] = self._unknown(name)
                case "cut" if not told:
                    raise ConnectionLost("cut")
                case "password" if not told:
                    raise AuthenticationRefused("wrong password")
                case "crash":
                    self._in_doubt(envelope)
                    raise ZeroDivisionError
                case "kill":
                    world.kill()
                case "kill after":
                    world.take(name)
                    world.kill()
                case _:
                    world.take(name)
                    told[recipient] = Accepted(250)
        return told

    def _unknown(self, name: Name) -> Outcome:
        self._world.doubtful[name] += 1
        return Unknown(text="lost")

    def _in_doubt(self, envelope: Envelope) -> None:
        for recipient in envelope.recipients:
            self._world.doubtful[Name(envelope.transfer_id, recipient.email_address)] += 1


class Seeing:
    """A hook that does what the world says."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def process_outbound(self, envelope: Envelope, message: Message, deadline: Deadline) -> HookAnswer:
        match self._world.hook_act:
            case "change":
                message.subject = "changed"
                return Processed(message)
            case "hold":
                return Hold("for a person")
            case "refuse bob":
                bob = [one for one in envelope.recipients if one == PEOPLE[0]]
                return Processed(refused=dict.fromkeys(bob, Refused(text="no key")))
            case "away":
                raise ConnectionLost("the scanner is away")
            case "crash":
                raise ZeroDivisionError
            case "kill":
                self._world.kill()
            case _:
                pass
        return None


class Queue(RuleBasedStateMachine):
    """One mailbox, which a process after the other works on."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World()
        self.known: dict[str, OutgoingItem] = {}
        self._folder = tempfile.TemporaryDirectory(dir=_SHARED_MEMORY if _SHARED_MEMORY.is_dir() else None)
        self.box = Box(Mode.BLOCKING, self.new_place())

    def new_place(self) -> Path | PostgresPlace:
        return Path(self._folder.name) / "mail.db"

    # What happens

    @rule(
        people=st.lists(st.sampled_from(PEOPLE), min_size=1, unique=True),
        at_least_once=st.booleans(),
        delay=st.sampled_from([None, None, 5]),
        life=st.sampled_from([None, None, 30]),
    )
    def submit(self, people: list[Recipient], at_least_once: bool, delay: int | None, life: int | None) -> None:
        now = self.box.runtime.now()
        terms = SubmitTerms(
            not_before=now + timedelta(minutes=delay) if delay else None,
            expires_at=now + timedelta(minutes=life) if life else None,
            at_least_once=at_least_once,
        )
        self._put(Message(from_="ann@a.test", to=people, subject="letter"), terms)

    def _put(self, message: Message, terms: SubmitTerms, recipients: Sequence[Recipient] | None = None) -> None:
        transfer_id = f"t{len(self.known)}"
        given = self.box.run(self.box.store.submit(message, transfer_id, NEVER, terms, recipients))
        again = self.box.run(self.box.store.submit(message, transfer_id, NEVER, terms, recipients))
        assert again == given
        self.known[transfer_id] = given

    @rule(acts=acts, hook=hook_acts, has_hooks=st.booleans(), hurries=st.booleans())
    def flush(self, acts: list[str], hook: str, has_hooks: bool, hurries: bool) -> None:
        self.world.acts, self.world.hook_act = acts, hook
        if hurries:
            self.box.run(self.box.store.make_due(NEVER))
        try:
            self._work_off(has_hooks=has_hooks)
        except Killed:
            self._begin_anew()

    def _work_off(self, *, has_hooks: bool) -> None:
        mortal = cast("StoreProvider", Mortal(self.box.store, self.world))
        store = GuardedStore(Plugin("store", mortal, self.box.runtime), mortal)
        transports = [
            Named(Faulty(self.world, number, types), f"number {number}").on(self.box.runtime)
            for number, types in enumerate((["SMTP"], ["SMTP", "FAX"]))
        ]
        seeing = Seeing(self.world)
        hooks = [GuardedHook(Plugin("hook", seeing, self.box.runtime), seeing)] if has_hooks else []
        self.box.run(send_due(self.box.runtime, store, transports, NEVER, POLICY, hooks=hooks, chance=lambda: 0.5))

    def _begin_anew(self) -> None:
        """Start the next process: the locks of the one before are free when their leases have run out."""
        place = self.box.place
        self.box.close()
        self.world.is_killed = False
        self.box, passed = Box(Mode.BLOCKING, place), self.box.clock.moved
        self.box.clock.move(passed + timedelta(seconds=LEASE_SECONDS + 1))
        for item in self._items():  # taken, and nobody was left to write it down
            for recipient, outcome in item.outcomes.items():
                name = Name(item.transfer_id, recipient.email_address)
                if self.world.taken[name] and not isinstance(outcome, FINAL):
                    self.world.doubtful[name] = max(1, self.world.doubtful[name])

    @rule(minutes=st.sampled_from([1, 5, 60, 180]))
    def time_passes(self, minutes: int) -> None:
        self.box.clock.move(timedelta(minutes=minutes))

    @precondition(lambda self: bool(self.known))
    @rule(place=st.integers(0, 9), what=st.sampled_from(["abort", "retry", "resend"]))
    def a_person_acts(self, place: int, what: str) -> None:
        item = self._now(f"t{place % len(self.known)}")
        store = self.box.store
        is_open = item.state in OPEN
        try:
            match what:
                case "abort":
                    self.box.run(store.abort(item.entry_id, NEVER))
                case "retry":
                    self.box.run(store.retry(item.entry_id, NEVER))
                case _:
                    guarded = GuardedStore(Plugin("store", store, self.box.runtime), store)
                    again = self.box.run(resend_of_submission(self.box.runtime, guarded, item, NEVER))
                    self._put(again.message, SubmitTerms(), again.recipients)
        except UsageError:
            has_refused = any(isinstance(one, Refused) for one in item.outcomes.values())
            assert not is_open if what != "resend" else not (item.state is OutgoingState.SENT and has_refused)

    # What holds at any time

    def _now(self, transfer_id: str) -> OutgoingItem:
        return self.box.run(self.box.store.submission(self.known[transfer_id].entry_id, NEVER))

    def _items(self) -> Iterator[OutgoingItem]:
        return map(self._now, self.known)

    @invariant()
    def every_recipient_is_in_one_place(self) -> None:
        told = self._reported()
        for item in self._items():
            assert list(item.outcomes) == list(self.known[item.transfer_id].outcomes)
            for recipient, outcome in item.outcomes.items():
                name = Name(item.transfer_id, recipient.email_address)
                is_reported = isinstance(outcome, Refused) and outcome.stage != "abort"
                assert told[name] == is_reported, f"{name}: {outcome}, in {told[name]} reports"
                if isinstance(outcome, Accepted):
                    assert self.world.taken[name], f"{name} is told to be sent"
                if not isinstance(outcome, FINAL):
                    is_left = isinstance(outcome, Unknown) and item.state is OutgoingState.ABORTED
                    assert item.state in OPEN or is_left, f"{name}: {outcome} of what was {item.state}"

    def _reported(self) -> Counter[Name]:
        told: Counter[Name] = Counter()
        for entry_id in self.box.ids():
            report = mime.read_delivery_report(self.box.load(entry_id))
            assert report is not None
            told.update(Name(report.envelope_id, one.address.email_address) for one in report.recipients)
        return told

    @invariant()
    def every_message_stands_in_its_folder(self) -> None:
        states = Counter(item.state for item in self._items())
        waiting = states[OutgoingState.READY] + states[OutgoingState.HELD]
        counts = [len(self.box.subjects(role)) for role in (SpecialFolder.OUTBOX, SpecialFolder.SENT_ITEMS)]
        assert counts == [waiting, states[OutgoingState.SENT]]

    def teardown(self) -> None:
        """Let everything go right from now on: every recipient has it, was reported, or was aborted by a person."""
        try:
            self.world.acts, self.world.hook_act = (), "pass"
            for item in self._items():
                if item.state is OutgoingState.HELD:
                    self.box.run(self.box.store.retry(item.entry_id, NEVER))
            self.box.clock.move(timedelta(minutes=30))
            self._work_off(has_hooks=True)
            self.every_recipient_is_in_one_place()
            for item in self._items():  # unknown, and expired: nothing is tried any more, so a person ends it
                if item.state is OutgoingState.HELD and "it has expired" in item.reason:
                    self.box.run(self.box.store.abort(item.entry_id, NEVER))
            ended = {OutgoingState.SENT, OutgoingState.ABORTED}
            assert [item for item in self._items() if item.state not in ended] == []
        finally:
            self.box.close()
            self._folder.cleanup()


MODEST = settings(max_examples=25, stateful_step_count=20, deadline=None)
TestQueue = Queue.TestCase
TestQueue.settings = settings(MODEST, max_examples=2_000 if SOAK else 25)


@pytest.mark.soak
def test_the_queue_on_postgresql(postgresql: Postgresql) -> None:
    class OnPostgresql(Queue):
        def new_place(self) -> PostgresPlace:
            return new_place(postgresql)

    run_state_machine_as_test(OnPostgresql, settings=settings(MODEST, max_examples=100))
