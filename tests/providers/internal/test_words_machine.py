"""Whatever is done to messages in whatever order: the index finds what the reference evaluator finds, and no more."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path

import attrs
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from msgcore.base.ids import EntryId
from msgcore.base.text import fold
from msgcore.model import Attachment, Message
from msgcore.props.match import match
from msgcore.props.table import (
    PidTagBody,
    PidTagSenderEmailAddress,
    PidTagSenderName,
    PidTagSentRepresentingEmailAddress,
    PidTagSentRepresentingName,
    PidTagSubject,
)
from msgcore.props.words import line_of_words, words
from msgcore.runtime import NEVER
from msgcore.spi.outgoing_queue import OutgoingState
from msgcore.spi.store import Incoming
from msgcore.testing.modes import Mode
from tests.conftest import SOAK
from tests.providers.internal.box import Box
from tests.providers.internal.index import check_index, found

_MEMORY = Path("/dev/shm")
_VOCABULARY = ["ann", "bob", "Größe", "会議", "x_y", "e\u0301", "A" * 300, "-"]
_WANTED = ["ann", "grosse", "会", "y", "e", "a" * 255, "bob ann"]
_CORRESPONDENTS = (
    PidTagSentRepresentingName,
    PidTagSentRepresentingEmailAddress,
    PidTagSenderName,
    PidTagSenderEmailAddress,
)

texts = st.lists(st.sampled_from(_VOCABULARY), max_size=3).map(" ".join)


@st.composite
def messages(draw: st.DrawFn) -> Message:
    message = Message(
        from_=draw(st.sampled_from([None, "Ann <bob@a.test>", "é@a.test"])),
        to=draw(st.sampled_from(["", "Größe <x@b.test>"])),
        subject=draw(st.none() | texts),
        text=draw(st.none() | texts),
        attachments=[Attachment(b"x", filename=name) for name in draw(st.lists(texts, max_size=2))],
    )
    if draw(st.booleans()):
        # Octets without a Sender field: it lies over them.
        message[PidTagSenderEmailAddress] = draw(texts)
    return message


@cache
def _empty() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "mail.db"
        Box(Mode.BLOCKING, path).close()
        return path.read_bytes()


class Words(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self._kept = tempfile.TemporaryDirectory(dir=_MEMORY if _MEMORY.is_dir() else None)
        path = Path(self._kept.name) / "mail.db"
        path.write_bytes(_empty())
        self._box = Box(Mode.BLOCKING, path)
        self._all: list[EntryId] = []
        self._folder: EntryId | None = None
        self._in_folder: set[EntryId] = set()

    @initialize(given=st.lists(messages(), min_size=1, max_size=4), repeated=st.integers(1, 2))
    def save(self, given: list[Message], repeated: int) -> None:
        self._all += self._box.save(*given * repeated)

    @rule(message=messages(), key=st.sampled_from([b"k", b"l"]))
    def deliver(self, message: Message, key: bytes) -> None:
        entry_id = self._box.deliver(Incoming(message, delivery_key=key))
        if entry_id not in self._all:
            self._all.append(entry_id)

    @precondition(lambda self: self._all)
    @rule(data=st.data(), message=messages(), sender=st.none() | texts)
    def change(self, data: st.DataObject, message: Message, sender: str | None) -> None:
        entry_id = data.draw(st.sampled_from(self._all))
        if sender is not None:
            message = self._box.load(entry_id)
            message[PidTagSenderEmailAddress] = sender
        self._box.run(self._box.store.save_changes(entry_id, message, NEVER))

    @precondition(lambda self: self._all)
    @rule(data=st.data(), into_folder=st.booleans())
    def copy(self, data: st.DataObject, into_folder: bool) -> None:
        ids = data.draw(st.lists(st.sampled_from(self._all), min_size=1, max_size=3))
        target = self._some_folder() if into_folder else self._box.inbox
        copies = self._box.run(self._box.store.copy(ids, target, NEVER))
        self._all += copies
        if into_folder:
            self._in_folder.update(copies)

    @precondition(lambda self: self._all)
    @rule(data=st.data())
    def move(self, data: st.DataObject) -> None:
        ids = data.draw(st.lists(st.sampled_from(self._all), min_size=1, max_size=3, unique=True))
        self._box.run(self._box.store.move(ids, self._some_folder(), NEVER))
        self._in_folder.update(ids)

    @precondition(lambda self: self._all)
    @rule(data=st.data())
    def purge(self, data: st.DataObject) -> None:
        ids = data.draw(st.lists(st.sampled_from(self._all), min_size=1, max_size=3, unique=True))
        self._box.run(self._box.store.purge(ids, NEVER))
        self._forget(set(ids))

    @precondition(lambda self: self._folder)
    @rule()
    def delete_folder(self) -> None:
        self._box.run(self._box.store.delete_folder(self._some_folder(), NEVER))
        self._forget(self._in_folder)
        self._folder = None

    @rule(message=messages(), report=messages())
    def submit_and_settle(self, message: Message, report: Message) -> None:
        self._box.submit(message, f"t{self._newest() + 1}")
        item = self._box.lock()
        assert item is not None
        sent = attrs.evolve(item, state=OutgoingState.SENT)
        assert self._box.run(self._box.store.settle(sent, [Incoming(report)], NEVER))
        last = self._newest()
        self._all += [item.entry_id, attrs.evolve(item.entry_id, number=last)]

    def _newest(self) -> int:
        ((number,),) = self._box.sql("select coalesce(max(id), 0) from message")
        return int(number)

    def _some_folder(self) -> EntryId:
        self._folder = self._folder or self._box.folder("other")
        return self._folder

    def _forget(self, gone: set[EntryId]) -> None:
        self._all = [one for one in self._all if one not in gone]
        self._in_folder = self._in_folder - gone

    @invariant()
    def the_index_finds_what_the_reference_finds(self) -> None:
        loaded = {one: self._box.load(one) for one in self._all}
        for wanted in _WANTED:
            for column, tag in (("subject", PidTagSubject), ("body", PidTagBody)):
                expected = {one for one, message in loaded.items() if match(tag.has_phrase(wanted), message)}
                assert found(self._box, column, wanted) == expected
            for column, texts_of in (("people", names_in), ("files", files_in)):
                expected = {
                    one for one, message in loaded.items() if any(has(text, wanted) for text in texts_of(message))
                }
                assert found(self._box, column, wanted) == expected
        check_index(self._box)

    def teardown(self) -> None:
        self._box.close()
        self._kept.cleanup()


def names_in(message: Message) -> list[str]:
    recipients = [part for one in message.recipients for part in (one.display_name, one.email_address)]
    return [*recipients, *(message.get(tag, "") for tag in _CORRESPONDENTS)]


def files_in(message: Message) -> list[str]:
    return [attachment.filename or "" for attachment in message.attachments]


def has(text: str, wanted: str) -> bool:
    return line_of_words(words(wanted)) in line_of_words(words(fold(text, ignore_non_space=True)))


TestWords = Words.TestCase
TestWords.settings = settings(max_examples=1_000 if SOAK else 15, stateful_step_count=15, deadline=None)
