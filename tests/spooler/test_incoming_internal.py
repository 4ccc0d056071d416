"""Retrieving into the internal store: each message once, wherever the server fails."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from msgcore.errors import ProtocolBroken
from msgcore.runtime import NEVER
from msgcore.spi.retrieval import RetrievalPolicy
from msgcore.spi.store import SpecialFolder
from msgcore.testing.memory_maildrop import MemoryMaildrop
from msgcore.testing.modes import Mode
from tests.conftest import SOAK
from tests.providers.internal.box import Box
from tests.spooler.incoming_desk import LEAVE, Desk, letter

LETTERS = [letter(str(number)) for number in range(5)]


def desk_at(box: Box, mode: Mode, maildrop: MemoryMaildrop | None = None) -> Desk:
    return Desk(mode, maildrop, box.store, box.clock, box.runtime)


def test_what_is_retrieved_is_in_the_inbox_octet_for_octet(box: Box, mode: Mode) -> None:
    desk = desk_at(box, mode)
    for octets in LETTERS:
        desk.maildrop.put(octets)
    report = desk.retrieve()

    assert (report.error, sorted(desk.stored()), desk.maildrop.waiting()) == (None, LETTERS, ())


def test_a_copy_is_left_until_the_message_is_deleted_from_deleted_items(box: Box, mode: Mode) -> None:
    desk = desk_at(box, mode)
    policy = RetrievalPolicy(leave_on_server=True, remove_when_deleted=True)
    desk.maildrop.put(LETTERS[0])
    desk.retrieve(policy)
    (entry_id,) = desk.stored_ids()
    box.run(box.store.move([entry_id], box.special[SpecialFolder.DELETED_ITEMS], NEVER))
    desk.retrieve(policy)
    is_left = desk.maildrop.waiting() == (LETTERS[0],)
    box.run(box.store.delete([entry_id], NEVER))
    desk.retrieve(policy)

    assert (is_left, desk.maildrop.waiting()) == (True, ())


@settings(max_examples=300 if SOAK else 25)
@given(
    cuts=st.lists(st.tuples(st.integers(0, 8), st.booleans(), st.booleans()), max_size=3),
    batch=st.integers(1, 3),
)
def test_wherever_the_server_fails_each_message_is_stored_once(
    file_shelf: Box, cuts: list[tuple[int, bool, bool]], batch: int
) -> None:
    desk = desk_at(file_shelf, Mode.BLOCKING, MemoryMaildrop(batch=batch))
    before = len(desk.stored_ids())
    desk.account = f"maildrop:{before}"
    letters = [letter(f"{before + number}") for number in range(5)]
    for octets in letters:
        desk.maildrop.put(octets)
    for calls, is_done, leaves in cuts:
        desk.maildrop.fail(None, ProtocolBroken("nonsense"), calls=calls, is_done=is_done)
        desk.retrieve(LEAVE if leaves else None)
        desk.maildrop.mend()
    desk.clock.move(timedelta(hours=1))
    desk.retrieve()

    assert (sorted(desk.stored()[before:]), desk.maildrop.waiting()) == (sorted(letters), ())
